//! Checkpoints that are not what they say: each fault is one error that names it, and never a panic.

mod common;

use common::{load, try_load};
use fathom_fixtures::tiny;
use fathom_formats::{Checkpoint, Dtype};
use fathom_model::{FamilyError, ModelError};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Tensors of a folder, to be changed and written back: name to shape and f32 bytes.
type Tensors = BTreeMap<String, (Vec<usize>, Vec<u8>)>;

/// A tiny model whose tensors `change` has changed.
fn with_tensors(name: &str, change: impl FnOnce(&mut Tensors)) -> Result<fathom_model::Model, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    let mut tensors: Tensors = {
        let checkpoint = Checkpoint::open(folder.path()).unwrap();
        checkpoint.tensors().map(|t| (t.name.to_owned(), (t.shape.to_vec(), t.data.to_vec()))).collect()
    };
    change(&mut tensors);
    let views = tensors.iter().map(|(name, (shape, data))| {
        (
            name.clone(),
            safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), data).unwrap(),
        )
    });
    let bytes = safetensors::serialize(views, None).unwrap();
    std::fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
    try_load(folder.path())
}

/// A tiny model whose config.json `change` has changed.
fn with_config(name: &str, change: impl FnOnce(&mut Value)) -> Result<fathom_model::Model, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    let mut config = tiny::config(name);
    change(&mut config);
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    try_load(folder.path())
}

fn message(result: Result<fathom_model::Model, ModelError>) -> String {
    result.map(|model| model.info().name.clone()).unwrap_err().to_string()
}

#[test]
fn missing_and_renamed_tensors_are_named_with_the_nearest() {
    let name = "model.layers.1.self_attn.k_proj.weight";
    let missing = message(with_tensors("llama", |tensors| drop(tensors.remove(name))));
    assert!(missing.contains("1 tensor missing") && missing.contains(name), "{missing}");

    let renamed = message(with_tensors("llama", |tensors| {
        let tensor = tensors.remove(name).unwrap();
        tensors.insert("model.layers.1.self_attn.k_prj.weight".to_owned(), tensor);
    }));
    assert!(
        renamed.contains(name) && renamed.contains("nearest: model.layers.1.self_attn.k_prj.weight"),
        "{renamed}"
    );
}

#[test]
fn misshapen_tensors_say_expected_and_found() {
    let error = with_tensors("llama", |tensors| {
        tensors.get_mut("model.norm.weight").unwrap().0 = vec![4, 6];
    });
    match error.unwrap_err() {
        ModelError::Shape { name, expected, found } => {
            assert_eq!((name.as_str(), expected, found), ("model.norm.weight", vec![24], vec![4, 6]));
        }
        other => panic!("{other}"),
    }
    // Conv1D is stored [in, out], and the message speaks of the file's shape.
    let error = with_config("gpt2", |config| config["n_inner"] = json!(40));
    match error.unwrap_err() {
        ModelError::Shape { expected, found, .. } => {
            assert_eq!((expected, found), (vec![24, 40], vec![24, 96]))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn unknown_config_keys_are_refused_by_name_and_inert_ones_pass() {
    for (key, value) in [
        ("layer_types", json!(["sliding_attention", "full_attention", "sliding_attention"])),
        ("sliding_window", json!(4)),
        ("quantization_config", json!({"bits": 4})),
        ("hidden_act", json!("mish")),
        ("rope_scaling", json!({"rope_type": "proportional", "factor": 2.0})),
        ("is_causal", json!(false)),
        ("attention_chunk_size", json!(8)),
    ] {
        let error = with_config("llama", |config| {
            config.as_object_mut().unwrap().remove("rope_parameters");
            config[key] = value.clone();
        });
        let error = error.unwrap_err();
        assert!(error.is_unsupported(), "{key}: {error}");
        let text = error.to_string();
        assert!(text.contains(key) || text.contains("proportional"), "{key}: {text}");
    }
    let inert = with_config("llama", |config| {
        // What Gemma reads and Llama does not.
        config["attn_logit_softcapping"] = json!(50.0);
        config["query_pre_attn_scalar"] = json!(8);
        config["rope_interleaved"] = json!(true);
        config["torch_dtype"] = json!("bfloat16");
        config["sliding_window"] = Value::Null;
        config["attention_dropout"] = json!(0.1);
    });
    assert_eq!(inert.unwrap().info().family, "llama");
}

#[test]
fn unsupported_architectures_are_named() {
    let error = with_config("llama", |config| config["model_type"] = json!("mamba\u{1b}[31m")).unwrap_err();
    assert!(error.is_unsupported());
    let text = error.to_string();
    assert!(
        text.contains("mamba") && text.contains("models list --families") && !text.contains('\u{1b}'),
        "{text}"
    );

    let bytes = fathom_fixtures::write::GgufWriter::new().meta("general.architecture", "rwkv6");
    let bytes = bytes.tensor_f32("token_embd.weight", &[2], &[0.0; 2]).to_bytes().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.gguf");
    std::fs::write(&path, bytes).unwrap();
    let error = try_load(&path).unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("rwkv6"), "{error}");
}

#[test]
fn gguf_keys_that_change_the_arithmetic_are_refused_by_name() {
    for (key, value) in [
        ("llama.expert_count", fathom_formats::Value::from(8u32)),
        ("llama.rope.scaling.type", "longrope".into()),
        ("llama.attention.key_length", 4u32.into()),
        ("llama.attention.causal", false.into()),
        ("llama.nextn_predict_layers", 1u32.into()),
        ("llama.attention.key_length_swa", 4u32.into()),
        ("llama.rope.dimension_count", 4u32.into()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny::write_gguf("llama", folder.path());
        let error = with_gguf_key(&path, key, value).unwrap_err();
        let file = matches!(
            error,
            ModelError::Family(FamilyError::Config { .. })
                | ModelError::Shape { .. }
                | ModelError::MissingTensors { .. }
        );
        assert!(error.is_unsupported() || file, "{key}: {error}");
        assert!(!error.to_string().is_empty());
    }
}

/// llama.cpp's source reads no such key for these architectures, or reads one of no consequence.
#[test]
fn gguf_keys_that_llama_cpp_does_not_read_are_noted() {
    for (model, key, value, noted) in [
        ("llama", "llama.attention.relative_buckets_count", fathom_formats::Value::from(4u32), true),
        ("llama", "llama.interleaved_something", "yes".into(), true),
        ("gpt2", "gpt2.rope.freq_base", 70f32.into(), true),
        ("llama", "llama.attention.causal", true.into(), false),
        ("llama", "llama.pooling_type", 1u32.into(), false),
        ("llama", "llama.nextn_predict_layers", 0u32.into(), false),
        ("llama", "llama.attention.key_length_swa", 8u32.into(), false),
        ("llama", "llama.rope.scaling.finetuned", true.into(), false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny::write_gguf(model, folder.path());
        let model = with_gguf_key(&path, key, value).unwrap_or_else(|error| panic!("{key}: {error}"));
        let notes: Vec<_> = model.notes().iter().filter(|note| note.text.contains("metadata")).collect();
        assert_eq!(notes.len(), usize::from(noted), "{key}: {notes:?}");
        assert!(notes.iter().all(|note| note.details[0].starts_with(key)), "{key}: {notes:?}");
    }
}

/// llama.cpp's defaults: a factor without a type is linear, the older key counts where the newer is missing, "none" takes no
/// factor, and `attn_factor` multiplies cosines and sines of every kind.
#[test]
fn gguf_rotary_scaling_has_llama_cpps_defaults() {
    use fathom_model::{PositionSpec, RotaryScaling};
    let linear = RotaryScaling::Linear { factor: 4.0 };
    for (keys, scaling, magnitude) in [
        (vec![("llama.rope.scaling.factor", fathom_formats::Value::from(4f32))], linear.clone(), 1.0),
        (vec![("llama.rope.scale_linear", 4f32.into())], linear.clone(), 1.0),
        (
            vec![("llama.rope.scaling.factor", 4f32.into()), ("llama.rope.scale_linear", 2f32.into())],
            linear,
            1.0,
        ),
        (
            vec![("llama.rope.scaling.type", "none".into()), ("llama.rope.scaling.factor", 4f32.into())],
            RotaryScaling::None,
            1.0,
        ),
        (vec![("llama.rope.scaling.attn_factor", 1.5f32.into())], RotaryScaling::None, 1.5),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut path = tiny::write_gguf("llama", folder.path());
        for (key, value) in &keys {
            path = rewrite(&path, key, value.clone());
        }
        let model = load(&path);
        let PositionSpec::Rotary(rotary) = &model.config().layers[0].attention.position else {
            panic!("{keys:?}: no rotary positions")
        };
        assert_eq!((&rotary.scaling, rotary.magnitude), (&scaling, magnitude), "{keys:?}");
    }
}

/// Writes a GGUF again with one key set, through Fathom's own writer.
fn with_gguf_key(
    path: &Path,
    key: &str,
    value: fathom_formats::Value,
) -> Result<fathom_model::Model, ModelError> {
    try_load(&rewrite(path, key, value))
}

fn rewrite(path: &Path, key: &str, value: fathom_formats::Value) -> PathBuf {
    let gguf = fathom_formats::Gguf::open(path).unwrap();
    let mut writer = fathom_fixtures::write::GgufWriter::new();
    for (name, value) in gguf.metadata().filter(|(name, _)| *name != key) {
        writer = writer.meta(name, value.clone());
    }
    writer = writer.meta(key, value);
    for tensor in gguf.tensors() {
        writer = writer.tensor(tensor.name, tensor.dtype, tensor.shape, tensor.data);
    }
    let changed = path.with_extension("changed.gguf");
    std::fs::write(&changed, writer.to_bytes().unwrap()).unwrap();
    changed
}

#[test]
fn integer_weights_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = tiny::write_gguf("llama", folder.path());
    let gguf = fathom_formats::Gguf::open(&path).unwrap();
    let mut writer = fathom_fixtures::write::GgufWriter::new();
    for (name, value) in gguf.metadata() {
        writer = writer.meta(name, value.clone());
    }
    for tensor in gguf.tensors() {
        let dtype = if tensor.name == "output_norm.weight" { Dtype::I32 } else { tensor.dtype };
        writer = writer.tensor(tensor.name, dtype, tensor.shape, tensor.data);
    }
    let changed = folder.path().join("changed.gguf");
    std::fs::write(&changed, writer.to_bytes().unwrap()).unwrap();
    let error = try_load(&changed).unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("output_norm.weight"), "{error}");
}

#[test]
fn files_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(try_load(folder.path()), Err(ModelError::Format(_))));
    tiny::write_safetensors("llama", folder.path());
    load(&folder.path().join("model.safetensors"));
    std::fs::remove_file(folder.path().join("config.json")).unwrap();
    let error = try_load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("config.json"), "{error}");
    std::fs::write(folder.path().join("config.json"), "{\"model_type\": ").unwrap();
    let error = try_load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("config.json"), "{error}");
    std::fs::write(folder.path().join("config.json"), "[]").unwrap();
    assert!(matches!(try_load(folder.path()), Err(ModelError::Family(FamilyError::Config { .. }))));
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0u64..70).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(1e308)),
        "[a-z_0-9]{0,12}".prop_map(Value::from),
        Just(json!([1, 2])),
        Just(json!({"rope_type": "linear", "factor": 0})),
        Just(json!({"rope_type": "llama3", "factor": 1e-300, "low_freq_factor": 4, "high_freq_factor": 1})),
        Just(json!({"rope_type": "yarn", "factor": 1e300, "original_max_position_embeddings": 0})),
        Just(json!({"rope_type": "dynamic", "factor": -3, "partial_rotary_factor": 0.3})),
        Just(json!({"rope_type": "longrope", "short_factor": [1], "long_factor": []})),
        Just(json!({"full_attention": {}, "sliding_attention": {"rope_theta": 0}})),
        Just(json!([[["global", "local"], 1_000_000_000_000u64]])),
        Just(json!(["sliding_attention", "full_attention"])),
    ]
}

fn gguf_names() -> Vec<String> {
    tiny::names().into_iter().filter(|name| tiny::manifest(name).gguf.is_some()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Any value under any key of any family: loads, or says what is wrong. Nothing is allocated by a claimed size, or
    /// the test would not end.
    #[test]
    fn fuzzed_configs_never_panic(
        model in prop::sample::select(tiny::names()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..4),
    ) {
        let result = with_config(&model, |config| {
            let object = config.as_object_mut().unwrap();
            for (index, value) in changes {
                let key = index.get(&object.keys().cloned().collect::<Vec<_>>()).clone();
                object.insert(key, value);
            }
        });
        match result {
            Ok(model) => {
                // What loads must also run, or refuse the tokens.
                let prompt: Vec<_> =
                    [5, 6].map(|id| (fathom_reading::TokenId(id), fathom_reading::Origin::Prompt)).to_vec();
                let sites = fathom_model::SiteSelection::all();
                if let Err(error) = model.run(&prompt, &sites, &fathom_kernel::Control::default()) {
                    prop_assert!(!error.to_string().is_empty());
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// The same for GGUF metadata.
    #[test]
    fn fuzzed_metadata_never_panics(
        model in prop::sample::select(gguf_names()),
        key in any::<prop::sample::Index>(),
        number in any::<u32>(),
        small in 0u32..70,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny::write_gguf(&model, folder.path());
        let keys: Vec<String> = {
            let gguf = fathom_formats::Gguf::open(&path).unwrap();
            let architecture = format!("{}.", gguf.architecture().unwrap());
            let keys = gguf.metadata().map(|(key, _)| key.to_owned());
            keys.filter(|key| key.starts_with(&architecture)).collect()
        };
        let key = key.get(&keys);
        for value in [number.into(), small.into(), f32::from_bits(number).into()] {
            if let Err(error) = with_gguf_key(&path, key, value) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
