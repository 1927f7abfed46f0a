//! The tables of keys against the families, and the configs of published models against what transformers makes of them.

use super::class::{Class, NO_EFFECT};
use super::hf::Keys;
use super::read_keys::{CLASSES, SHARED};
use super::{Architecture, FAMILIES, from_hf, gguf_keys};
use crate::spec::{ModelConfig, PositionSpec, RotaryScaling, Tie};
use fathom_fixtures::{fixtures, tiny};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Settings of published models, and what transformers makes of them; `None` for those that version 5 does not load.
#[derive(serde::Deserialize)]
struct Published {
    config: Value,
    transformers: Option<Resolved>,
}

/// A config as transformers takes it.
#[derive(serde::Deserialize)]
struct Resolved {
    width: usize,
    layers: usize,
    heads: usize,
    kv_heads: usize,
    vocabulary: usize,
    head_size: usize,
    tied: bool,
    /// Windows of the layers, as [window, how many layers in a row].
    windows: Vec<(Option<usize>, usize)>,
    /// Per kind of layer: number of frequencies, the first, the middle and the last, and the factor.
    rotary: BTreeMap<String, (usize, f64, f64, f64, f64)>,
}

fn published() -> BTreeMap<String, Published> {
    let text = std::fs::read_to_string(fixtures().join("config/published.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn object(config: &Value) -> &Map<String, Value> {
    config.as_object().unwrap()
}

fn model_type(config: &Value) -> &str {
    config["model_type"].as_str().unwrap()
}

#[test]
fn every_model_type_has_a_class_and_every_class_a_family() {
    let types: BTreeSet<&str> = FAMILIES.iter().flat_map(|family| family.model_types).copied().collect();
    for name in &types {
        assert!(Class::of(name).is_some(), "{name}: no class in read_keys.rs or class.rs");
    }
    let unused: Vec<&str> =
        CLASSES.iter().map(|class| class.model_type).filter(|name| !types.contains(name)).collect();
    assert_eq!(unused, ["mpt attn_config"], "classes of no family");
    let architectures: BTreeSet<&str> =
        FAMILIES.iter().flat_map(|family| family.architectures).copied().collect();
    let read: BTreeSet<&str> = gguf_keys::OWN.iter().map(|(name, _)| *name).collect();
    assert_eq!(architectures, read, "architectures of gguf_keys.rs");
}

#[test]
fn what_is_said_to_have_no_effect_is_read_by_something() {
    for key in NO_EFFECT.iter().flat_map(|(_, keys)| *keys) {
        let read = |pairs: &[(&str, &str)]| pairs.iter().any(|(name, _)| name == key);
        let class = CLASSES.iter().any(|class| read(class.read) || read(class.declared));
        assert!(read(SHARED) || class, "{key} is read by no class: it needs no reason");
    }
}

#[test]
fn families_ask_for_what_their_class_reads() {
    let tiny = tiny::names().into_iter().map(|name| tiny::config(&name));
    let configs: Vec<Value> = tiny.chain(published().into_values().map(|model| model.config)).collect();
    let mut unread = BTreeSet::new();
    for config in &configs {
        let family = FAMILIES.iter().find(|family| family.model_types.contains(&model_type(config))).unwrap();
        let keys = Keys::new(object(config), Class::of(model_type(config)).unwrap());
        (family.from_hf)(&keys).unwrap_or_else(|error| panic!("{}: {error}", family.name));
        // Classes by hand are read by code that asks for what came later.
        if CLASSES.iter().any(|class| class.model_type == model_type(config)) {
            unread.extend(keys.unread().into_iter().map(|key| format!("{}: {key}", model_type(config))));
        }
    }
    // `Sizes::from_hf` asks every family, Falcon's code its first files. Any other key would be one that the generator missed.
    let unread: Vec<&str> = unread.iter().map(String::as_str).collect();
    let known = ["falcon: apply_residual_connection_post_layernorm", "gpt_neox: num_key_value_heads"];
    assert_eq!(unread, known, "asked for and not read by transformers");
}

#[test]
fn published_configs_are_what_transformers_makes_of_them() {
    let (mut read, mut compared, mut failures) = (0, 0, Vec::new());
    let mut families = BTreeSet::new();
    for (name, model) in published() {
        read += 1;
        let config = match from_hf(&model.config) {
            Ok(found) => found.config,
            Err(error) => {
                failures.push(format!("{name}: {error}"));
                continue;
            }
        };
        families.insert(config.family);
        let Some(resolved) = model.transformers else { continue };
        compared += 1;
        if let Err(difference) = compare(&config, &resolved) {
            failures.push(format!("{name}: {difference}"));
        }
    }
    assert!(failures.is_empty(), "{} of {read}:\n{}", failures.len(), failures.join("\n"));
    // Those that are left out have code of their own, or are refused by version 5 (Phi-3's "su").
    assert!(read > 80 && compared > read - 8, "{compared} of {read} compared");
    let missing: Vec<&str> =
        FAMILIES.iter().map(|family| family.name).filter(|name| !families.contains(name)).collect();
    assert_eq!(missing, [""; 0], "families without a published config");
}

fn compare(config: &ModelConfig, resolved: &Resolved) -> Result<(), String> {
    let attention = &config.layers[0].attention;
    let sizes = [
        ("width", config.width, resolved.width),
        ("layers", config.layers.len(), resolved.layers),
        ("vocabulary", config.vocabulary, resolved.vocabulary),
        ("heads", attention.query_heads, resolved.heads),
        ("kv heads", attention.kv_heads, resolved.kv_heads),
        ("head size", attention.head_size, resolved.head_size),
        ("tied", usize::from(config.head.tie == Tie::Tied), usize::from(resolved.tied)),
    ];
    if let Some((what, ours, theirs)) = sizes.iter().find(|(_, ours, theirs)| ours != theirs) {
        return Err(format!("{what} is {ours}, transformers has {theirs}"));
    }
    let windows = resolved.windows.iter().flat_map(|(window, times)| std::iter::repeat_n(*window, *times));
    for (i, (layer, window)) in config.layers.iter().zip(windows).enumerate() {
        if layer.attention.window != window {
            return Err(format!(
                "layer {i} has window {:?}, transformers {window:?}",
                layer.attention.window
            ));
        }
        let kind = if window.is_some() { "sliding_attention" } else { "full_attention" };
        let (PositionSpec::Rotary(rotary), Some(found)) =
            (&layer.attention.position, resolved.rotary.get(kind).or(resolved.rotary.get("all")))
        else {
            continue;
        };
        let magnitude = f64::from(rotary.magnitude);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs();
        if rotary.dim.div_ceil(2) != found.0 || !near(magnitude, found.4) {
            return Err(format!(
                "layer {i}: {} frequencies and factor {magnitude}, transformers {found:?}",
                rotary.dim / 2
            ));
        }
        // Scaled frequencies are compared through hidden states (tests/config.rs); plain ones follow from base and size.
        if rotary.scaling == RotaryScaling::None {
            let last = rotary.base.powf(-((2 * (found.0 - 1)) as f64) / rotary.dim as f64);
            if !near(last, found.3) {
                return Err(format!("layer {i}: the last frequency is {last}, transformers has {}", found.3));
            }
        }
    }
    Ok(())
}

#[test]
fn keys_that_matter_are_refused_in_every_family() {
    let mut refused = BTreeSet::new();
    for (name, model) in published() {
        for (key, value) in [
            ("is_causal", json!(false)),
            ("per_layer_config", json!({"0": {"intermediate_size": 8}})),
            ("kv_sharing_modes", json!(["reuse"])),
            ("quantization_config", json!({"quant_method": "gptq", "bits": 4})),
        ] {
            let mut config = model.config.clone();
            config[key] = value;
            let error = from_hf(&config).unwrap_err();
            assert!(error.is_unsupported(), "{name}, {key}: {error}");
            let text = error.to_string();
            assert!(text.contains(key), "{name}: {text}");
        }
        refused.insert(model_type(&model.config).to_owned());
    }
    let types = FAMILIES.iter().flat_map(|family| family.model_types).count();
    assert_eq!(refused.len(), types, "a model_type without a published config");
}

#[test]
fn what_has_no_effect_is_one_note() {
    let models = published();
    let notes = |name: &str| from_hf(&models[name].config).unwrap().notes;
    let found = notes("Qwen/Qwen2.5-0.5B");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].text.starts_with("1 setting in config.json has no effect"), "{}", found[0]);
    assert_eq!(found[0].details, ["use_mrope = false"]);
    let found = notes("HuggingFaceTB/SmolLM2-135M-Instruct");
    let details =
        ["is_llama_config = true", "rope_interleaved = false", "transformers.js_config = an object"];
    assert_eq!(found[0].details, details);
    for quiet in
        ["openai-community/gpt2", "meta-llama/Llama-3.1-8B", "google/gemma-2-2b", "EleutherAI/gpt-j-6b"]
    {
        let found = notes(quiet);
        assert!(found.iter().all(|note| !note.details.is_empty()), "{quiet}: {found:?}");
    }
    assert!(notes("meta-llama/Llama-3.1-8B").is_empty());
    // A default of the class's that stands there says nothing; another value does.
    let mut config = models["meta-llama/Llama-2-7b-hf"].config.clone();
    config["pretraining_tp"] = json!(2);
    assert!(from_hf(&config).unwrap().notes.is_empty(), "pretraining_tp changes the order of sums alone");
    let mut config = models["mosaicml/mpt-7b"].config.clone();
    config["logit_scale"] = json!("inv_sqrt_d_model");
    config["attn_config"]["alibi_bias_max"] = json!(4);
    let details = from_hf(&config).unwrap().notes.concat_details();
    assert!(
        details.contains("logit_scale = \"inv_sqrt_d_model\"")
            && details.contains("attn_config.alibi_bias_max = 4"),
        "{details}"
    );
}

/// All notes' details in one text.
trait Details {
    fn concat_details(&self) -> String;
}

impl Details for Vec<fathom_formats::Note> {
    fn concat_details(&self) -> String {
        self.iter().flat_map(|note| note.details.iter().cloned()).collect::<Vec<_>>().join("; ")
    }
}

#[test]
fn what_transformers_itself_writes_is_no_note() {
    for name in tiny::names() {
        let notes = from_hf(&tiny::config(&name)).unwrap().notes;
        assert!(notes.is_empty(), "{name}: {notes:?}");
    }
}

#[test]
fn a_setting_that_stands_twice_is_noted() {
    let gpt2 = &published()["openai-community/gpt2"].config;
    let mut config = gpt2.clone();
    config["num_attention_heads"] = json!(24);
    let Architecture { config: read, notes, .. } = from_hf(&config).unwrap();
    assert_eq!(read.layers[0].attention.query_heads, 24);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].text.contains("says 1 setting twice"), "{}", notes[0]);
    assert_eq!(notes[0].details, ["num_attention_heads = 24 is used, n_head = 12 is not"]);
    config["num_attention_heads"] = json!(12);
    assert!(from_hf(&config).unwrap().notes.is_empty(), "both say the same");
}

#[test]
fn what_is_no_model_of_ours_is_named() {
    let refusal = |config: Value| {
        let error = from_hf(&config).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        error.to_string()
    };
    for (settings, name) in [
        (json!({"quant_method": "gptq", "bits": 4}), "GPTQ 4-bit"),
        (json!({"quant_method": "awq", "bits": 4}), "AWQ 4-bit"),
        (
            json!({"quant_method": "bitsandbytes", "load_in_4bit": true, "load_in_8bit": false}),
            "bitsandbytes 4-bit",
        ),
        (
            json!({"quant_method": "bitsandbytes", "load_in_4bit": false, "load_in_8bit": true}),
            "bitsandbytes 8-bit",
        ),
        (json!({"quant_method": "fp8"}), "FP8"),
        (json!({"quant_method": "compressed-tensors", "format": "pack"}), "compressed-tensors"),
        (json!({"group_size": 64, "bits": 4}), "MLX 4-bit"),
        (json!({"quant_method": "\u{1b}[31m"}), "\\u{1b}[31m"),
    ] {
        let mut config = published()["meta-llama/Llama-3.2-1B"].config.clone();
        config["quantization_config"] = settings;
        let text = refusal(config);
        assert!(text.starts_with(&format!("{name} quantisation")) && text.contains("GGUF"), "{text}");
    }
    let mut config = published()["meta-llama/Llama-3.2-1B"].config.clone();
    config["quantization_config"] = json!({});
    assert!(from_hf(&config).is_ok(), "an empty object says nothing");

    let text = refusal(
        json!({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text"}, "vision_config": {}}),
    );
    assert!(text.contains("gemma3") && text.contains("GGUF") && text.contains("more than text"), "{text}");
    let text = refusal(
        json!({"model_type": "internvl_chat", "llm_config": {"model_type": "internlm2"}, "auto_map": {}}),
    );
    assert!(text.contains("internlm2") && text.contains("GGUF"), "{text}");
    let text = refusal(
        json!({"model_type": "chatglm", "auto_map": {"AutoConfig": "configuration_chatglm.ChatGLMConfig"}}),
    );
    assert!(text.contains("auto_map") && text.contains("no code"), "{text}");
    // Mistral's GGUF files have Llama's architecture.
    let llava = json!({"model_type": "llava", "text_config": {"model_type": "mistral"}, "vision_config": {}});
    let text = refusal(llava);
    assert!(text.contains("mistral") && text.contains("GGUF"), "{text}");
    let text = refusal(json!({"model_type": "mamba2"}));
    assert!(text.contains("fathom models list --families"), "{text}");
}
