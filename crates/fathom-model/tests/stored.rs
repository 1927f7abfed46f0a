//! Checkpoints that hold more, less or other tensors than their config asks for: transformers (and, of GGUF files,
//! llama.cpp) says what becomes of each.

mod common;

use common::{compare, load, run, try_load};
use fathom_fixtures::Tolerance;
use fathom_fixtures::tiny::{self, Files, Layout};
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Checkpoint, Dtype, Gguf, Note, Value};
use fathom_model::{Model, ModelError, Tie};
use std::path::Path;

/// What is said of tensors, not of the tokenizer or of keys.
fn notes(model: &Model) -> Vec<&Note> {
    let about = |note: &&Note| note.text.contains(" of the checkpoint ") || note.text.contains(" is stored ");
    model.notes().iter().filter(about).collect()
}

/// Buffers that transformers may name as unexpected, and that Fathom passes over in silence.
fn is_buffer(name: &str) -> bool {
    ["inv_freq", "_cached", "masked_bias", "position_ids", "attn.embed_positions"]
        .iter()
        .any(|end| name.ends_with(end))
        || ["attn.bias", "attention.bias"].iter().any(|end| name.ends_with(end))
}

const FORMS: [(Files, usize); 3] = [(Files::Safetensors, 0), (Files::Safetensors, 2), (Files::Torch, 0)];

#[test]
fn every_case_is_as_transformers_has_it() {
    let all = tiny::cases();
    let (mut loaded, mut refused, mut noted, mut silent) = (0, 0, 0, 0);
    for case in &all.cases {
        for (files, shards) in FORMS {
            let what = format!("{} ({files:?}, {shards} shards)", case.name);
            let folder = tempfile::tempdir().unwrap();
            case.write(folder.path(), files, shards);
            let result = try_load(folder.path());
            // transformers draws at random what is missing, and takes either of two: no numbers to read.
            if case.refused.is_some() || !case.missing.is_empty() || case.ambiguous {
                let text = result.err().unwrap_or_else(|| panic!("{what} was loaded")).to_string();
                assert!(case.missing.iter().all(|name| text.contains(name.as_str())), "{what}: {text}");
                assert!(!text.contains("model.lm_head"), "{what}: {text}");
                refused += 1;
                continue;
            }
            let model = result.unwrap_or_else(|error| panic!("{what}: {error}"));
            let run = run(&model, &all.ids);
            let logits = model.logits(run.states.row(run.states.last(), all.ids.len() - 1).unwrap()).unwrap();
            assert!(case.at.len() == case.logits.len() && case.at.len() > 8, "{what}");
            for (&at, &expected) in case.at.iter().zip(&case.logits) {
                let gap = (logits[at] - expected).abs();
                assert!(
                    gap < 1e-4 * expected.abs().max(1.0),
                    "{what}: logit {at} is {}, not {expected}",
                    logits[at]
                );
            }
            assert_eq!(model.config().head.tie == Tie::Tied, case.tied.unwrap(), "{what}");
            let notes = notes(&model);
            let details: Vec<&str> =
                notes.iter().flat_map(|note| &note.details).map(String::as_str).collect();
            for name in &case.unexpected {
                let named = details.iter().any(|detail| detail.split(' ').next() == Some(name));
                assert!(named != is_buffer(name), "{what}: {name} in {notes:?}");
                *if named { &mut noted } else { &mut silent } += 1;
            }
            let another_head = notes.iter().any(|note| note.text.contains("tie_word_embeddings"));
            let ties = case.name.starts_with("tied") && case.tied == Some(false);
            assert_eq!(another_head, ties, "{what}: {notes:?}");
            let named = case.unexpected.iter().filter(|name| !is_buffer(name)).count();
            // transformers' pattern for GPT-2's masks, `attn.bias`, takes in the biases of `c_attn`.
            let told = details.iter().filter(|detail| !is_buffer(detail)).count();
            assert_eq!(told, named, "{what}: {notes:?}");
            loaded += 1;
        }
    }
    assert!(loaded >= 80 && refused >= 24, "{loaded} loaded, {refused} refused");
    assert!(noted >= 140 && silent >= 30, "{noted} tensors named in notes, {silent} buffers passed over");
}

#[test]
fn notes_say_whose_head_was_left() {
    let case = |name: &str| {
        let folder = tempfile::tempdir().unwrap();
        let case = tiny::cases().cases.into_iter().find(|case| case.name == name).unwrap();
        case.write(folder.path(), Files::Safetensors, 0);
        try_load(folder.path())
    };
    let model = case("a value head").unwrap();
    let [note] = notes(&model)[..] else { panic!("{:?}", model.notes()) };
    assert!(note.text.starts_with("4 tensors ") && note.text.contains("reward_head.weight"), "{note}");
    assert!(note.details.iter().any(|line| line.contains("v_head.summary.bias (a value model's head)")));
    let model = case("biases without attention_bias").unwrap();
    let [note] = notes(&model)[..] else { panic!("{:?}", model.notes()) };
    assert!(note.text.contains("not asked for by its config"), "{note}");
    let error = case("untied, a classifier's head").unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("score.weight") && text.contains("a classifier's") && text.contains("lm_head.weight"),
        "{text}"
    );
    let error = case("untied, no head").unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("AutoModelForCausalLM"), "{error}");
    let missing = case("no final norm").unwrap_err().to_string();
    assert!(missing.contains("model.norm.weight"), "{missing}");
    let twice = case("two heads under two names").unwrap_err().to_string();
    assert!(twice.contains("embed_out.weight") && twice.contains("lm_head.weight"), "{twice}");
}

/// A tiny Llama's folder with tensors added.
fn with_added(names: &[&str], dtype: safetensors::Dtype) -> Result<Model, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    let stored: Vec<(String, Vec<usize>, Vec<u8>)> = {
        let checkpoint = Checkpoint::open(folder.path()).unwrap();
        checkpoint.tensors().map(|t| (t.name.to_owned(), t.shape.to_vec(), t.data.to_vec())).collect()
    };
    let bytes = [0u8; 32];
    let size = if dtype == safetensors::Dtype::F32 || dtype == safetensors::Dtype::I32 { 4 } else { 1 };
    let view = |dtype, shape, data| safetensors::tensor::TensorView::new(dtype, shape, data).unwrap();
    let mut views: Vec<_> = stored
        .iter()
        .map(|(name, shape, data)| (name.as_str(), view(safetensors::Dtype::F32, shape.clone(), data)))
        .collect();
    views.extend(names.iter().map(|name| (*name, view(dtype, vec![8], &bytes[..8 * size]))));
    std::fs::write(folder.path().join("model.safetensors"), safetensors::serialize(views, None).unwrap())
        .unwrap();
    try_load(folder.path())
}

/// What leaves the numbers as they are is noted; what stores a weight in another form is refused by its method.
#[test]
fn other_forms_of_weights_are_refused_by_name() {
    let part = "model.layers.0.self_attn.q_proj";
    for (end, dtype, method) in [
        (".qweight", safetensors::Dtype::I32, "GPTQ"),
        (".qzeros", safetensors::Dtype::I32, "AWQ"),
        (".scales", safetensors::Dtype::F32, "AWQ"),
        (".weight_scale", safetensors::Dtype::F32, "FP8"),
        (".weight_scale_inv", safetensors::Dtype::F32, "FP8"),
        (".weight_packed", safetensors::Dtype::I32, "compressed-tensors"),
        (".weight.absmax", safetensors::Dtype::F32, "bitsandbytes"),
        (".weight.quant_state.bitsandbytes__nf4", safetensors::Dtype::U8, "bitsandbytes"),
        (".SCB", safetensors::Dtype::F32, "bitsandbytes"),
        (".lora_A.weight", safetensors::Dtype::F32, "LoRA"),
        (".lora_A.default.weight", safetensors::Dtype::F32, "LoRA"),
    ] {
        let name = format!("{part}{end}");
        let error = with_added(&[&name], dtype).err().unwrap_or_else(|| panic!("{name} was loaded"));
        let text = error.to_string();
        assert!(error.is_unsupported() && text.contains(method) && text.contains(&name), "{name}: {text}");
    }
    // Scales of a cache or of inputs change no weight.
    let model = with_added(
        &["model.layers.0.self_attn.k_scale", "model.layers.0.mlp.up_proj.input_scale"],
        safetensors::Dtype::F32,
    );
    assert_eq!(notes(&model.unwrap())[0].details.len(), 2);
}

/// Trainers' wrappers save other names; the tool is named, and what to save instead.
#[test]
fn names_of_a_wrapper_are_told() {
    for (prefix, words) in
        [("module.", "DataParallel"), ("_orig_mod.", "torch.compile"), ("pretrained_model.", "TRL")]
    {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_safetensors("llama", folder.path());
        let file = folder.path().join("model.safetensors");
        let bytes = std::fs::read(&file).unwrap();
        let model = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let renamed: Vec<_> =
            model.tensors().into_iter().map(|(name, view)| (format!("{prefix}{name}"), view)).collect();
        std::fs::write(&file, safetensors::serialize(renamed, None).unwrap()).unwrap();
        let error = try_load(folder.path()).unwrap_err();
        let text = error.to_string();
        assert!(error.is_unsupported() && text.contains(words) && text.contains(prefix), "{text}");
    }
}

/// An adapter's file is named for what it is, with a config beside it or not.
#[test]
fn adapters_are_no_models() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("adapter_model.safetensors");
    let name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2], &[0; 8]).unwrap();
    std::fs::write(&path, safetensors::serialize([(name, view)], None).unwrap()).unwrap();
    let error = try_load(&path).unwrap_err();
    let text = error.to_string();
    assert!(error.is_unsupported() && text.contains("LoRA") && text.contains("merge_and_unload"), "{text}");
    // Beside a model it is not applied, and that is said.
    tiny::write_safetensors("llama", folder.path());
    let model = load(folder.path());
    let [note] = model.notes() else { panic!("{:?}", model.notes()) };
    assert!(note.text.contains("adapter_model.safetensors") && note.text.contains("not applied"), "{note}");
}

/// A tiny model's GGUF with keys set and tensors changed.
fn with_gguf(
    name: &str,
    keys: &[(&str, Value)],
    change: impl Fn(&Gguf, GgufWriter) -> GgufWriter,
    keep: impl Fn(&str) -> bool,
) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.gguf");
    let gguf = Gguf::open(&tiny::write_gguf(name, folder.path())).unwrap();
    let mut writer = GgufWriter::new();
    for (key, value) in gguf.metadata().filter(|(key, _)| keys.iter().all(|(set, _)| set != key)) {
        writer = writer.meta(key, value.clone());
    }
    for (key, value) in keys {
        writer = writer.meta(key, value.clone());
    }
    for tensor in gguf.tensors().filter(|tensor| keep(tensor.name)) {
        writer = writer.tensor(tensor.name, tensor.dtype, tensor.shape, tensor.data);
    }
    std::fs::write(&path, change(&gguf, writer).to_bytes().unwrap()).unwrap();
    (folder, path)
}

/// llama.cpp refuses a file with a tensor that its architecture has no use for ("wrong number of tensors").
#[test]
fn leftovers_of_a_gguf_are_refused() {
    for (model, name) in [
        ("llama", "blk.0.attn_q_norm.weight"),
        ("llama", "blk.3.attn_norm.weight"),
        ("gpt2", "rope_freqs.weight"),
        ("llama", "rope_factors_long.weight"),
        ("llama", "mtp.weight"),
    ] {
        let add = |_: &Gguf, writer: GgufWriter| writer.tensor_f32(name, &[4], &[1.0; 4]);
        let (_folder, path) = with_gguf(model, &[], add, |_| true);
        let error = try_load(&path).err().unwrap_or_else(|| panic!("{model} with {name} was loaded"));
        assert!(
            matches!(error, ModelError::UnusedTensors { .. }) && error.to_string().contains(name),
            "{error}"
        );
    }
}

#[test]
fn other_kinds_of_gguf_are_named() {
    let same = |_: &Gguf, writer: GgufWriter| writer;
    for (kind, word) in [("adapter", "LoRA"), ("mmproj", "text model"), ("imatrix", "imatrix")] {
        let (_folder, path) = with_gguf("llama", &[("general.type", kind.into())], same, |_| true);
        let error = try_load(&path).unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains(word), "{kind}: {error}");
    }
    let (_folder, path) = with_gguf("llama", &[("general.type", "model".into())], same, |_| true);
    load(&path);
    let (_folder, path) = with_gguf("llama", &[], same, |_| false);
    let error = try_load(&path).unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("vocabulary"), "{error}");
}

/// llama.cpp's newer converter stores gates and other inputs of experts in one tensor.
#[test]
fn fused_experts_of_a_gguf() {
    let (experts, half) = (4, 12 * 24 * 4);
    let fuse = |gguf: &Gguf, mut writer: GgufWriter| {
        for layer in 0..2 {
            let part = |name: &str| {
                gguf.tensor(&format!("blk.{layer}.ffn_{name}_exps.weight")).unwrap().data.to_vec()
            };
            let (gate, up) = (part("gate"), part("up"));
            let of = |expert: usize| [&gate[expert * half..][..half], &up[expert * half..][..half]].concat();
            let fused: Vec<u8> = (0..experts).flat_map(of).collect();
            writer = writer.tensor(
                &format!("blk.{layer}.ffn_gate_up_exps.weight"),
                Dtype::F32,
                &[experts, 24, 24],
                &fused,
            );
        }
        writer
    };
    let apart = |name: &str| name.contains("ffn_gate_exps") || name.contains("ffn_up_exps");
    let (_folder, path) = with_gguf("qwen3_moe", &[], fuse, |name| !apart(name));
    compare(&load(&path), &tiny::reference("qwen3_moe"), Tolerance::TINY, "fused experts");
}

/// The same converter fuses queries, keys and values, which for some architectures it has rearranged before.
#[test]
fn fused_queries_keys_and_values_of_a_gguf() {
    let mut fused = 0;
    for name in tiny::names() {
        let parts = |part: &str| ["q", "k", "v"].map(|letter| format!("attn_{letter}.{part}"));
        let has = |end: &str| {
            let recipe = tiny::manifest(&name).gguf;
            recipe.is_some_and(|recipe| {
                recipe.tensors.iter().any(|tensor| tensor.name == format!("blk.0.{end}"))
            })
        };
        if !parts("weight").iter().all(|end| has(end)) {
            continue;
        }
        let fuse = |gguf: &Gguf, mut writer: GgufWriter| {
            for layer in 0..gguf.tensors().filter(|tensor| tensor.name.ends_with("attn_q.weight")).count() {
                for part in ["weight", "bias"].into_iter().filter(|part| has(&parts(part)[0])) {
                    let of = |end: &String| gguf.tensor(&format!("blk.{layer}.{end}")).unwrap();
                    let views = parts(part).iter().map(of).collect::<Vec<_>>();
                    let data: Vec<u8> = views.iter().flat_map(|view| view.data).copied().collect();
                    let mut shape = views[0].shape.to_vec();
                    shape[0] = views.iter().map(|view| view.shape[0]).sum();
                    writer =
                        writer.tensor(&format!("blk.{layer}.attn_qkv.{part}"), Dtype::F32, &shape, &data);
                }
            }
            writer
        };
        let ends = [parts("weight"), parts("bias")].concat();
        let (_folder, path) =
            with_gguf(&name, &[], fuse, |tensor| !ends.iter().any(|end| tensor.ends_with(end.as_str())));
        compare(&load(&path), &tiny::reference(&name), Tolerance::TINY, &format!("{name}, fused"));
        fused += 1;
    }
    assert!(fused >= 20, "{fused}");
}

/// Experts in both forms, or more of them than the config has, are not guessed at.
#[test]
fn experts_in_two_forms_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("qwen3_moe", folder.path());
    let apart = file(folder.path());
    let layout = Layout { state_dict: true, ..Layout::default() };
    tiny::write_safetensors_as("qwen3_moe", folder.path(), &layout);
    load(folder.path());
    let fused = file(folder.path());
    let mut both = apart;
    both.extend(fused.into_iter().filter(|(name, ..)| name.ends_with("_proj")));
    let views = both.iter().map(|(name, shape, data)| {
        let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), data);
        (name.as_str(), view.unwrap())
    });
    std::fs::write(folder.path().join("model.safetensors"), safetensors::serialize(views, None).unwrap())
        .unwrap();
    let error = try_load(folder.path()).unwrap_err();
    assert!(matches!(error, ModelError::TwoNames { .. }) && error.to_string().contains("experts"), "{error}");
}

fn file(folder: &Path) -> Vec<(String, Vec<usize>, Vec<u8>)> {
    let checkpoint = Checkpoint::open(folder).unwrap();
    checkpoint.tensors().map(|t| (t.name.to_owned(), t.shape.to_vec(), t.data.to_vec())).collect()
}
