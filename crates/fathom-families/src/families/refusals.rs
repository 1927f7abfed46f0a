//! What a folder or a config holds instead of a model that Fathom runs, by its own name, and what to do about it.

use super::hf::printable;
use super::{FAMILIES, FamilyRow};
use crate::FamilyError;
use fathom_formats::{Note, python_json, read_regular};
use serde_json::{Map, Value};
use std::path::Path;

/// The file that PEFT writes beside an adapter's weights.
const ADAPTER: &str = "adapter_config.json";

/// Real ones have a kB.
const MOST_BYTES: u64 = 1 << 20;

/// The refusal of a folder with an adapter in place of a model: its config and no `config.json`.
pub fn adapter_alone(folder: &Path) -> Option<FamilyError> {
    if !folder.join(ADAPTER).is_file() || folder.join("config.json").exists() {
        return None;
    }
    let text = read_regular(&folder.join(ADAPTER), MOST_BYTES).ok();
    let config: Value = text.and_then(|text| python_json::from_slice(&text).ok()).unwrap_or_default();
    let word = |key: &str| config.get(key).and_then(Value::as_str).map(printable);
    let kind =
        word("peft_type").map_or_else(|| "an adapter".to_owned(), |kind| format!("an adapter ({kind})"));
    let base = word("base_model_name_or_path").unwrap_or_else(|| "its base model".to_owned());
    let hint = format!(
        "it holds what is added to the weights of {base}, not a model: merge the two with PEFT \
         (`PeftModel.from_pretrained(base, folder).merge_and_unload().save_pretrained(\"merged\")`), save the \
         tokenizer there too, and give the merged folder"
    );
    Some(FamilyError::unsupported(format!("{kind} without its model"), hint))
}

/// Says that an adapter lies beside a model.
pub(super) fn adapter_beside(folder: &Path) -> Option<Note> {
    let files = [ADAPTER, "adapter_model.safetensors", "adapter_model.bin"];
    let beside: Vec<&str> = files.into_iter().filter(|name| folder.join(name).is_file()).collect();
    let text = || {
        format!(
            "an adapter lies beside the model ({}) and is not applied to it: merge the two with PEFT to read the tuned model",
            beside.join(", ")
        )
    };
    (!beside.is_empty()).then(|| Note::new(text()))
}

/// A quantised checkpoint, by its method's name. `null` and an empty object say nothing.
pub(super) fn quantisation(config: &Map<String, Value>) -> Option<FamilyError> {
    let of = |key: &str| config.get(key)?.as_object().filter(|object| !object.is_empty());
    let mlx = || of("quantization").filter(|object| object.contains_key("bits"));
    let settings = of("quantization_config").or_else(|| of("compression_config")).or_else(mlx)?;
    let on = |key: &str| settings.get(key).and_then(Value::as_bool).unwrap_or(false);
    let number = |key: &str| settings.get(key).and_then(Value::as_u64);
    let stated = settings.get("quant_method").and_then(Value::as_str);
    let bits = number("bits").or(number("w_bit")).map_or_else(String::new, |bits| format!(" {bits}-bit"));
    let method = match stated {
        _ if on("load_in_4bit") => "bitsandbytes 4-bit".to_owned(),
        _ if on("load_in_8bit") => "bitsandbytes 8-bit".to_owned(),
        Some("gptq") => format!("GPTQ{bits}"),
        Some("awq") => format!("AWQ{bits}"),
        Some("fp8" | "fbgemm_fp8") => "FP8".to_owned(),
        Some("mxfp4") => "MXFP4".to_owned(),
        Some("hqq") => "HQQ".to_owned(),
        Some("eetq") => "EETQ".to_owned(),
        Some(other) => format!("{}{bits}", printable(other)),
        // MLX names no method, and has these two.
        None if number("group_size").is_some() => format!("MLX{bits}"),
        None => format!("unnamed{bits}"),
    };
    let hint = "Fathom reads safetensors and PyTorch weights in f32, f16 and bf16, and quantised ones from GGUF: take the \
                model's unquantised repository, or a GGUF file of it";
    Some(FamilyError::unsupported(
        format!("{method} quantisation (config key \"quantization_config\")"),
        hint.to_owned(),
    ))
}

/// Objects in which models of several kinds of input hold their parts' configs.
const PARTS: [&str; 7] = [
    "text_config",
    "vision_config",
    "audio_config",
    "llm_config",
    "language_config",
    "speech_config",
    "thinker_config",
];

/// A `model_type` that no family has: what else the config says it is.
pub(super) fn architecture(name: &str, config: &Map<String, Value>) -> FamilyError {
    let what = format!("architecture \"{}\"", printable(name));
    let part = |key: &str| config.get(key).and_then(Value::as_object);
    if let Some(found) = PARTS.iter().find(|key| part(key).is_some()) {
        let text = ["text_config", "llm_config", "language_config"].iter().find_map(|key| part(key));
        let text = text.and_then(|text| text.get("model_type")?.as_str());
        let family =
            FAMILIES.iter().find(|family| text.is_some_and(|text| family.model_types.contains(&text)));
        let gguf = "a GGUF file of it holds the text part alone";
        let hint = match family {
            Some(family) if FamilyRow::of(family).has_gguf() => {
                format!(
                    "it reads more than text (\"{found}\"). Fathom runs its text part ({}) from GGUF: {gguf}",
                    family.name
                )
            }
            Some(family) => format!(
                "it reads more than text (\"{found}\"); its text part is of the family {}",
                family.name
            ),
            None => format!(
                "it reads more than text (\"{found}\"). Where Fathom knows the text part's architecture, {gguf}"
            ),
        };
        return FamilyError::unsupported(what, hint);
    }
    if config.get("auto_map").is_some_and(|map| !map.is_null()) {
        let hint = "its arithmetic is in Python code of its own (\"auto_map\"), and Fathom runs no code that comes with a model";
        return FamilyError::unsupported(what, hint.to_owned());
    }
    unknown(name)
}

/// An architecture that no family has.
pub(super) fn unknown(name: &str) -> FamilyError {
    // The name comes from a file: keep what it can do to a terminal small.
    FamilyError::unsupported(
        format!("architecture \"{}\"", printable(name)),
        format!(
            "Fathom runs {} families of decoders: `fathom models list --families` names them",
            FAMILIES.len()
        ),
    )
}
