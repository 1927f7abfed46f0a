//! Tensors that are no weight of the model: which are constants, which change the numbers when they are left out, and
//! which the reference leaves out too.
//!
//! transformers loads what its model has and reports the rest as unexpected. So do we, with a note; what it could not
//! load without (another form of the weights) is refused. llama.cpp refuses a GGUF with any tensor left over.

use crate::ModelError;
use fathom_families::{ModelConfig, Names, PositionSpec, RotaryScaling, adapter_alone};
use fathom_formats::{Checkpoint, Gguf, Note, is_constant};
use std::path::Path;

/// Ends of names that say that the weight beside them is stored in another form, and which.
const OTHER_FORMS: [(&str, &str); 20] = [
    (".qweight", "GPTQ or AWQ"),
    (".qzeros", "GPTQ or AWQ"),
    (".g_idx", "GPTQ"),
    (".weight_packed", "compressed-tensors"),
    (".weight_shape", "compressed-tensors"),
    (".weight_zero_point", "compressed-tensors"),
    (".weight_scale", "FP8 or compressed-tensors"),
    (".weight_scale_inv", "FP8"),
    (".weight_scale_2", "NVFP4"),
    (".weight.absmax", "bitsandbytes"),
    (".weight.quant_map", "bitsandbytes"),
    (".weight.nested_absmax", "bitsandbytes"),
    (".weight.nested_quant_map", "bitsandbytes"),
    (".SCB", "bitsandbytes"),
    (".weight_format", "bitsandbytes"),
    (".codebooks", "AQLM"),
    (".codes", "AQLM"),
    (".scales", "MLX, GPTQ or AWQ"),
    (".biases", "MLX"),
    (".W_q", "HQQ"),
];

/// Parts of names that adapters (PEFT) have.
const ADAPTER: [&str; 5] =
    [".lora_A.", ".lora_B.", ".lora_embedding_A", ".lora_embedding_B", ".lora_magnitude_vector"];

/// What tools put before every name when they save their wrapper instead of the model in it; how to save the model itself.
const WRAPPERS: [(&str, &str, &str); 4] = [
    ("module.", "DataParallel or DeepSpeed", "torch.save(model.module.state_dict(), …)"),
    ("_orig_mod.", "torch.compile", "torch.save(model._orig_mod.state_dict(), …)"),
    ("pretrained_model.", "TRL", "model.pretrained_model.save_pretrained(…)"),
    ("_fsdp_wrapped_module.", "FSDP", "torch.save of the full state dict without the wrapper"),
];

/// Names of heads that are no language model's, as they begin.
const OTHER_HEADS: [(&str, &str); 10] = [
    ("score.", "a classifier's or reward model's"),
    ("classifier.", "a classifier's"),
    ("classification_head.", "a classifier's"),
    ("qa_outputs.", "a question answerer's"),
    ("v_head.", "a value model's"),
    ("value_head.", "a value model's"),
    ("reward_head.", "a reward model's"),
    ("regression_head.", "a reward model's"),
    ("mc_head.", "a multiple-choice model's"),
    ("multiple_choice_head.", "a multiple-choice model's"),
];

/// Refuses a checkpoint that is something else than a model, before anything is asked of it.
pub(crate) fn refuse_other_kinds(checkpoint: &Checkpoint, folder: &Path) -> Result<(), ModelError> {
    const MERGE: &str = "it changes another model's weights: merge it into that model once,";
    if let Some(gguf) = checkpoint.gguf() {
        let of_kind = |what: &str, hint: String| Err(ModelError::unsupported(what, hint));
        return match gguf.optional("general.type", Gguf::str)? {
            Some("adapter") => of_kind(
                "a LoRA adapter (general.type = adapter)",
                format!("{MERGE} with llama.cpp's llama-export-lora"),
            ),
            Some("mmproj") => of_kind(
                "a projector for pictures or sound (general.type = mmproj)",
                "give the GGUF file of the text model that it belongs to".to_owned(),
            ),
            Some(other) if other != "model" => of_kind(
                &format!("a GGUF file that is no model (general.type = {})", shown(other)),
                "give the GGUF file of the model".to_owned(),
            ),
            _ if gguf.tensors().len() == 0 => of_kind(
                "a GGUF file without tensors",
                "it holds a vocabulary alone: give the GGUF file with the weights".to_owned(),
            ),
            _ => Ok(()),
        };
    }
    let names = checkpoint.names();
    match names.iter().find(|name| ADAPTER.iter().any(|part| name.contains(part))) {
        None => Ok(()),
        // The folder may say of which model.
        Some(name) => Err(adapter_alone(folder).map(ModelError::from).unwrap_or_else(|| {
            ModelError::unsupported(
                format!("a LoRA adapter ({} in the checkpoint)", shown(name)),
                format!("{MERGE} with Python's peft: model.merge_and_unload().save_pretrained(folder)"),
            )
        })),
    }
}

/// Why nothing was found, where a tool saved its wrapper and not the model in it.
pub(crate) fn wrapper(left: &[&str]) -> Option<ModelError> {
    let common = |prefix: &str| {
        let with = left.iter().filter(|name| name.starts_with(prefix)).count();
        with > 0 && 2 * with > left.len()
    };
    let (prefix, tool, instead) = WRAPPERS.iter().find(|(prefix, ..)| common(prefix))?;
    Some(ModelError::unsupported(
        format!("a checkpoint whose names begin with \"{prefix}\""),
        format!("{tool} put that before them: save the model inside, {instead}"),
    ))
}

/// Refuses leftovers that hold weights in another form: without them the numbers would be others.
pub(crate) fn refuse_other_forms(left: &[&str]) -> Result<(), ModelError> {
    let form = |name: &str| {
        let known = OTHER_FORMS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, by)| *by);
        known.or(name.contains(".weight.quant_state.bitsandbytes").then_some("bitsandbytes"))
    };
    match left.iter().find_map(|name| form(name).map(|by| (name, by))) {
        None => Ok(()),
        Some((name, by)) => Err(ModelError::unsupported(
            format!("a checkpoint quantised by {by} ({})", shown(name)),
            "give the checkpoint that it was made from, or a GGUF file of the model".to_owned(),
        )),
    }
}

/// The error of a checkpoint that lacks nothing but its head.
pub(crate) fn no_head(name: &str, left: &[&str]) -> ModelError {
    let other = left.iter().find_map(|left| other_head(left).map(|whose| (left, whose)));
    let hint = match other {
        Some((other, whose)) => format!(
            "it has {} instead, {whose}: hidden states are read through a language model's head, so give the model \
             that this one was trained from",
            shown(other)
        ),
        None => "it was saved as a base model, without its head: save the language model \
                 (AutoModelForCausalLM), or give the checkpoint that this one was made from"
            .to_owned(),
    };
    ModelError::unsupported(format!("a checkpoint without a head ({name} is missing)"), hint)
}

fn other_head(name: &str) -> Option<&'static str> {
    OTHER_HEADS.iter().find(|(start, _)| name.starts_with(start)).map(|(_, whose)| *whose)
}

/// Leftovers that are not constants of the architecture (masks, rotary tables), and that the config has not read.
pub(crate) fn weights_among<'a>(
    checkpoint: &Checkpoint,
    config: &ModelConfig,
    left: Vec<&'a str>,
) -> Vec<&'a str> {
    let read = |name: &str| {
        config.layers.iter().any(|layer| match &layer.attention.position {
            PositionSpec::Rotary(rotary) => match &rotary.scaling {
                RotaryScaling::Factors(_) => name == "rope_freqs.weight",
                RotaryScaling::LongRope { .. } => {
                    name == "rope_factors_long.weight" || name == "rope_factors_short.weight"
                }
                _ => false,
            },
            _ => false,
        })
    };
    let constant = |name: &str| match checkpoint.gguf() {
        Some(_) => read(name),
        None => checkpoint.tensor(name).is_some_and(|view| is_constant(name, view.shape)),
    };
    left.into_iter().filter(|name| !constant(name)).collect()
}

/// What is said of leftovers that transformers leaves out too.
pub(crate) fn notes(names: &Names, family: &str, left: &[&str]) -> Vec<Note> {
    let (off, other): (Vec<&str>, Vec<&str>) = left.iter().partition(|name| names.knows(name));
    let note = |what: &str, found: &[&str]| {
        let verb = if found.len() == 1 { "is" } else { "are" };
        let text = format!(
            "{} of the checkpoint {verb} {what}, as in transformers: {}",
            counted(found.len()),
            listed(found)
        );
        Note::listing(text, details(found))
    };
    let mut notes = Vec::new();
    if !off.is_empty() {
        notes.push(note("not asked for by its config, and not used", &off));
    }
    if !other.is_empty() {
        notes.push(note(&format!("no part of a {family} language model, and not used"), &other));
    }
    notes
}

fn counted(n: usize) -> String {
    format!("{n} tensor{}", if n == 1 { "" } else { "s" })
}

/// The first few names.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let mut text: Vec<String> = names.iter().take(SHOWN).map(described).collect();
    if names.len() > SHOWN {
        text.push(format!("and {} more", names.len() - SHOWN));
    }
    text.join(", ")
}

/// Each name, and whose head it is; not more than a person reads.
fn details(names: &[&str]) -> Vec<String> {
    const MOST: usize = 1000;
    let mut all: Vec<String> = names.iter().take(MOST).map(described).collect();
    if names.len() > MOST {
        all.push(format!("and {} more", names.len() - MOST));
    }
    all
}

/// A name, and whose head it is.
fn described(name: &&str) -> String {
    match other_head(name) {
        Some(whose) => format!("{} ({whose} head)", shown(name)),
        None => shown(name),
    }
}

/// A name out of a file, short and harmless to print.
fn shown(name: &str) -> String {
    name.chars().take(120).flat_map(char::escape_debug).collect()
}
