//! config.json as transformers reads it: tiny models whose config says one thing twice, or oddly, against its logits.

mod common;

use common::{run, try_load};
use fathom_fixtures::{fixtures, tiny};
use fathom_model::ModelError;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Changes to the tiny models' configs, and what transformers then does.
#[derive(serde::Deserialize)]
struct Cases {
    ids: Vec<u32>,
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    model: String,
    /// Keys to set, or to take away where the value is "missing".
    changes: Map<String, Value>,
    /// Every so manieth logit of a position in the middle and of the last.
    logits: Option<[Vec<f32>; 2]>,
    /// Why transformers does not load it.
    refused: Option<String>,
}

fn write(folder: &Path, case: &Case) {
    tiny::write_safetensors(&case.model, folder);
    let mut config = tiny::config(&case.model);
    let object = config.as_object_mut().unwrap();
    for (key, value) in &case.changes {
        object.remove(key);
        if value != "missing" {
            object.insert(key.clone(), value.clone());
        }
    }
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
}

#[test]
fn odd_configs_give_transformers_logits() {
    let text = std::fs::read_to_string(fixtures().join("config/cases.json")).unwrap();
    let Cases { ids, cases } = serde_json::from_str(&text).unwrap();
    let (mut compared, mut refused, mut failures) = (0, 0, Vec::new());
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), case);
        let what = format!("{} with {}", case.model, json!(case.changes));
        let model = match (try_load(folder.path()), &case.refused) {
            (Err(_), Some(_)) => {
                refused += 1;
                continue;
            }
            (Err(error), None) => {
                failures.push(format!("{what}: {error}"));
                continue;
            }
            (Ok(_), Some(reason)) => {
                // Phi-3's first files: version 5 fails on their own name for LongRoPE, which says plainly what is meant.
                let su = case.changes.get("rope_scaling").is_some_and(|scaling| scaling["type"] == "su");
                if !su {
                    failures.push(format!("{what}: loads, where transformers has {reason}"));
                }
                refused += 1;
                continue;
            }
            (Ok(model), None) => model,
        };
        compared += 1;
        let run = run(&model, &ids);
        for (p, expected) in [ids.len() / 2, ids.len() - 1].into_iter().zip(case.logits.as_ref().unwrap()) {
            let logits = model.logits(run.states.row(run.states.last(), p).unwrap()).unwrap();
            let found: Vec<f32> = logits.iter().step_by(logits.len() / 8).take(8).copied().collect();
            let scale = expected.iter().fold(0f32, |most, x| most.max(x.abs()));
            let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
            if worst > 2e-4 * scale.max(1.0) {
                failures.push(format!("{what}: logits at {p} are {worst} off ({found:?}, {expected:?})"));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.join("\n"));
    assert!(compared > 55 && refused > 4 && compared + refused == cases.len(), "{compared}, {refused}");
}

fn with_text(name: &str, text: &[u8]) -> Result<fathom_model::Model, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    std::fs::write(folder.path().join("config.json"), text).unwrap();
    try_load(folder.path())
}

#[test]
fn pythons_json_is_read_and_a_byte_order_mark_is_named() {
    let text = tiny::config("llama").to_string();
    let end = text.rfind('}').unwrap();
    let infinite = format!("{}, \"my_limit\": Infinity, \"my_other\": [NaN, -Infinity]}}", &text[..end]);
    let model = with_text("llama", infinite.as_bytes()).unwrap();
    let note = model.notes().iter().find(|note| note.text.contains("config.json")).unwrap();
    assert_eq!(note.details, ["my_limit = inf", "my_other = a list of 2"]);

    // A number that counts has to be one.
    let mut config = tiny::config("llama");
    config["rms_norm_eps"] = json!("here");
    let unusable = config.to_string().replace("\"here\"", "NaN");
    assert!(with_text("llama", unusable.as_bytes()).is_err());

    let error = with_text("llama", format!("\u{feff}{text}").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("byte-order mark") && error.contains("without BOM"), "{error}");
}

#[test]
fn an_adapter_is_named_with_its_base_model() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    let adapter = r#"{"peft_type": "LORA", "base_model_name_or_path": "Qwen/Qwen2.5-0.5B", "r": 8}"#;
    std::fs::write(folder.path().join("adapter_config.json"), adapter).unwrap();
    let model = try_load(folder.path()).unwrap();
    assert!(
        model.notes().iter().any(|note| note.text.contains("adapter_config.json")),
        "{:?}",
        model.notes()
    );

    std::fs::remove_file(folder.path().join("config.json")).unwrap();
    let error = try_load(folder.path()).unwrap_err();
    assert!(error.is_unsupported());
    let text = error.to_string();
    for part in ["LORA", "Qwen/Qwen2.5-0.5B", "merge_and_unload"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    std::fs::write(folder.path().join("adapter_config.json"), "not JSON").unwrap();
    assert!(try_load(folder.path()).unwrap_err().to_string().contains("adapter"));
}
