//! The JSON form: round trips, the schema, and files that lie.

mod properties;
mod refusals;

use fathom_reading::known::{ENTROPY_BITS, KL_BITS, TARGET_LOGIT, TOP_LOGIT};
use fathom_reading::{Position, Reading, ReadingError, Screening, json_schema};
use serde_json::{Value, json};

fn example_json() -> Value {
    serde_json::from_str(&Reading::example().to_json().unwrap()).unwrap()
}

/// The error for the example after `change`.
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut value = example_json();
    change(&mut value);
    Reading::from_json(&value.to_string()).expect_err("accepted").to_string()
}

/// Equal, with NaN equal to NaN: the debug form shows every field, and floats in their shortest exact form.
#[track_caller]
fn assert_same(a: &Reading, b: &Reading) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

#[test]
fn the_example_comes_back_equal() {
    let reading = Reading::example();
    let json = reading.to_json().unwrap();
    assert_eq!(Reading::from_json(&json).unwrap(), reading);
    assert_eq!(Reading::read_json(json.as_bytes()).unwrap(), reading);
}

/// A screened reading carries its bounds through every form; one without them is as it always was.
#[test]
fn bounds_of_a_screened_reading_come_back() {
    let mut reading = Reading::example();
    let bounds = Screening {
        cells: 35,
        prob: 1.0 / 3.0,
        surprisal_bits: 2e-5,
        entropy_bits: 3e-5,
        kl_bits: 4e-5,
        kl_reverse_bits: 0.1,
    };
    reading.info.lens.screening = Some(bounds);
    assert_eq!(Reading::from_json(&reading.to_json().unwrap()).unwrap(), reading);
    assert_eq!(Reading::from_pack(&reading.to_pack().unwrap()).unwrap(), reading);
    assert!(!Reading::example().to_json().unwrap().contains("screening"));
}

#[test]
fn the_form_is_the_documented_one() {
    let json = example_json();
    assert_eq!(json["schema"], "fathom.reading/1");
    assert_eq!(json["lens"], json!({"kind": "logit", "norm": "RMSNorm on every row"}));
    assert_eq!(json["sampling"], json!({"method": "greedy"}));
    assert_eq!(json["tokens"][3], json!({"id": 3, "text": "⟨E2⟩⟨82⟩", "bytes": "e282", "origin": "prompt"}));
    assert_eq!(json["watched"][0], json!({"text": " are", "ids": [5]}));
    assert_eq!(json["watched"][2]["ids"], json!([8, 9]));
    assert!(json["watched"][2]["note"].as_str().unwrap().starts_with("2 tokens"));
    assert_eq!(json["rows"][0], json!({"site": "embed", "layer": -1}));
    assert_eq!(json["rows"][4], json!({"site": "resid_post", "layer": 3}));
    let cells = json["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 5 * 7);
    let cell = &cells[4 * 7 + 4];
    assert_eq!(
        (&cell["site"], &cell["layer"], &cell["position"]),
        (&json!("resid_post"), &json!(3), &json!(4))
    );
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&cell["target"]), ["id", "is_argmax", "logit", "prob", "rank", "text"]);
    assert_eq!(cell["target"]["text"], " are");
    assert_eq!(keys(&cell["top"][0]), ["id", "logit", "prob", "text"]);
    assert_eq!(keys(&cell["watch"][1]), ["id", "logit", "prob", "rank", "text"]);
    assert_eq!(cell["kl_bits"], 0.0);
}

#[test]
fn records_stand_on_lines_and_hide_nothing() {
    let json = Reading::example().to_json().unwrap();
    assert!(json.ends_with("}\n"));
    let cell_lines = json.lines().filter(|line| line.starts_with("{\"site\"") && line.contains("\"target\""));
    assert_eq!(cell_lines.count(), 5 * 7);
    // Escapes, not the characters themselves: a terminal must survive `--json`.
    assert!(json.contains(r"\u202eevil") && json.contains(r"\u001b[2J"));
    assert!(!json.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'));
}

#[test]
fn characters_beyond_sixteen_bits_are_escaped_as_pairs() {
    let mut reading = Reading::example();
    reading.tokens[1].text = "a\u{e0041}\u{9b}b".into();
    let json = reading.to_json().unwrap();
    assert!(json.contains(r"a\udb40\udc41\u009bb"), "{json}");
    assert_eq!(Reading::from_json(&json).unwrap(), reading);
}

#[test]
fn the_committed_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/reading.schema.json");
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        return std::fs::write(path, json_schema()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(
        committed == json_schema(),
        "run `cargo xtask generate`: schema/reading.schema.json is out of date"
    );
}

#[test]
fn what_is_written_fits_the_schema_and_what_is_wrong_does_not() {
    let schema: Value = serde_json::from_str(&json_schema()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut value = example_json();
    let complaints: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    value["cells"][0]["entropy_bits"] = Value::Null;
    value["cells"][0]["new"] = json!("unknown fields are allowed");
    value.as_object_mut().unwrap().remove("vocabulary");
    assert!(validator.is_valid(&value));
    let wrong: [(&str, Value); 6] = [
        ("/schema", json!("fathom.reading/2")),
        ("/cells/0/target/rank", json!(0)),
        ("/cells/0/layer", json!("embed")),
        ("/cells/0/top/0/id", json!(-1)),
        ("/tokens/0/bytes", json!("E2")),
        ("/watched/0/ids", json!([])),
    ];
    for (place, bad) in wrong {
        let mut value = value.clone();
        *value.pointer_mut(place).unwrap() = bad;
        assert!(!validator.is_valid(&value), "{place} was let through");
    }
    for field in ["cells", "tokens", "model"] {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&value), "{field} is not required");
    }
}

#[test]
fn another_major_version_is_refused_before_anything_else_is_read() {
    let error = Reading::from_json(r#"{"schema": "fathom.reading/2", "cells": "who knows"}"#).unwrap_err();
    assert!(matches!(&error, ReadingError::Schema { found, .. } if found == "fathom.reading/2"));
    let message = error.to_string();
    assert!(
        message.contains("\"fathom.reading/2\"") && message.contains("\"fathom.reading/1\""),
        "{message}"
    );
    assert!(refused(|v| v["schema"] = json!("fathom.reading/10")).contains("fathom.reading/10"));
    assert!(refused(|v| v["schema"] = json!("vega-lite/5")).contains("it is not a reading"));
    let mut minor = example_json();
    minor["schema"] = json!("fathom.reading/1.3");
    assert_eq!(Reading::from_json(&minor.to_string()).unwrap(), Reading::example());
}

#[test]
fn unknown_fields_are_ignored_everywhere() {
    let mut value = example_json();
    let extra = json!({"deep": [1, null, {"x": "y"}]});
    for place in
        ["", "/model", "/lens", "/sampling", "/tokens/0", "/rows/0", "/watched/2", "/watched/2/sequence"]
    {
        value.pointer_mut(place).unwrap()["from_the_future"] = extra.clone();
    }
    for place in ["/cells/3", "/cells/3/target", "/cells/3/top/1", "/cells/3/watch/0"] {
        value.pointer_mut(place).unwrap()["from_the_future"] = extra.clone();
    }
    assert_eq!(Reading::from_json(&value.to_string()).unwrap(), Reading::example());
}

#[test]
fn cells_in_any_order_and_documents_without_rows_are_understood() {
    let mut value = example_json();
    let cells = value["cells"].as_array_mut().unwrap();
    cells.reverse();
    cells.swap(3, 20);
    assert_eq!(Reading::from_json(&value.to_string()).unwrap(), Reading::example());
    value.as_object_mut().unwrap().remove("rows");
    value.as_object_mut().unwrap().remove("positions");
    assert_eq!(Reading::from_json(&value.to_string()).unwrap(), Reading::example());
}

#[test]
fn numbers_that_are_not_finite_are_null_and_come_back_as_nan() {
    let mut reading = Reading::example();
    reading.columns[TARGET_LOGIT][0] = f32::NEG_INFINITY;
    reading.columns[ENTROPY_BITS][1] = f32::NAN;
    reading.columns[KL_BITS][2] = f32::INFINITY;
    reading.columns[TOP_LOGIT][4] = f32::NAN;
    reading.watched[2].sequence.as_mut().unwrap().logprob_bits[0] = f32::NEG_INFINITY;
    let json = reading.to_json().unwrap();
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["cells"][0]["target"]["logit"], Value::Null);
    assert_eq!(value["watched"][2]["sequence"]["logprob_bits"][0], Value::Null);
    let back = Reading::from_json(&json).unwrap();
    assert!(back.columns[TARGET_LOGIT][0].is_nan() && back.columns[KL_BITS][2].is_nan());
    reading.columns[TARGET_LOGIT][0] = f32::NAN;
    reading.columns[KL_BITS][2] = f32::NAN;
    reading.watched[2].sequence.as_mut().unwrap().logprob_bits[0] = f32::NAN;
    assert_same(&back, &reading);
}

#[test]
fn a_cell_without_numbers_is_null_and_has_no_candidates() {
    let reading = Reading::damaged_example();
    let json = reading.to_json().unwrap();
    let value: Value = serde_json::from_str(&json).unwrap();
    let cells = value["cells"].as_array().unwrap();
    let last = cells.last().unwrap();
    assert_eq!(last["top"], json!([]));
    assert_eq!(
        last["target"],
        json!({"id": null, "text": null, "logit": null, "prob": null, "rank": null, "is_argmax": true})
    );
    for name in ["entropy_bits", "kl_bits", "kl_reverse_bits", "surprisal_bits"] {
        assert_eq!(last[name], Value::Null);
    }
    assert_eq!(last["watch"][0], json!({"id": 5, "text": " are", "logit": null, "prob": null, "rank": null}));
    assert_eq!(cells[0]["top"].as_array().unwrap().len(), 5);
    let place = &value["not_finite"];
    assert_eq!(
        (&place["what"], &place["site"], &place["layer"], &place["position"]),
        (&json!("state"), &json!("mlp_out"), &json!(3), &json!(4))
    );
    assert!(place["note"].as_str().unwrap().starts_with("the state at 3.mlp_out, position 4, is the first"));
    assert_same(&Reading::from_json(&json).unwrap(), &reading);
    assert_same(&Reading::from_pack(&reading.to_pack().unwrap()).unwrap(), &reading);

    // In whatever order its cells stand, though the first have no candidates to count.
    let mut turned = value.clone();
    turned["cells"].as_array_mut().unwrap().reverse();
    assert_same(&Reading::from_json(&turned.to_string()).unwrap(), &reading);
    let parts =
        [reading.select(&[0, 1, 2, 3, 4], &[0, 1, 2, 3]), reading.select(&[0, 1, 2, 3, 4], &[4, 5, 6])];
    assert_same(&Reading::join(&parts).unwrap(), &reading);
    assert!(reading.has_numbers() && !reading.select(&[4], &[4, 5]).has_numbers());
}

#[test]
fn half_a_cell_is_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&Reading::damaged_example().to_json().unwrap()).unwrap();
        change(value["cells"].as_array_mut().unwrap().last_mut().unwrap());
        Reading::from_json(&value.to_string()).expect_err("accepted").to_string()
    };
    for (field, number) in
        [("entropy_bits", json!(1.0)), ("top", json!([{"id": 1, "text": "The", "logit": 1.0, "prob": 0.5}]))]
    {
        refused(&|cell| cell[field] = number.clone());
    }
    let message = refused(&|cell| cell["entropy_bits"] = json!(1.0));
    assert!(
        message.contains("site 3, position 6: top") && message.contains("without any number"),
        "{message}"
    );
    // A number that stands for none in memory is none in a file.
    for id in [json!(4294967295u32), json!(6000)] {
        refused(&|cell| (cell["target"]["id"], cell["target"]["text"]) = (id.clone(), json!("x")));
    }
    assert!(refused(&|cell| cell["target"]["rank"] = json!(4294967295u32)).contains("no rank"));
    assert!(refused(&|cell| cell["target"]["id"] = json!(1)).contains("text"));
}

#[test]
fn an_inconsistent_reading_is_not_written() {
    let mut reading = Reading::example();
    reading.columns[KL_BITS].pop();
    let mut written = Vec::new();
    let error = reading.write_json(&mut written).unwrap_err().to_string();
    assert!(error.contains("kl_bits") && error.contains("35") && error.contains("34"), "{error}");
    assert!(written.is_empty());
    assert!(reading.write_csv(&mut written).is_err() && reading.write_parquet(&mut written).is_err());
    assert!(written.is_empty());
}

#[test]
fn a_full_disk_is_an_io_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let reading = Reading::example();
    for result in [reading.write_json(Full), reading.write_csv(Full), reading.write_parquet(Full)] {
        let Err(ReadingError::Io(error)) = result else { panic!("not an I/O error: {result:?}") };
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }
}

#[test]
fn positions_may_be_a_part_of_the_run() {
    let reading = Reading::example().select(&[0, 1, 2, 3, 4], &[2, 4]);
    assert_eq!(reading.positions(), [Position(2), Position(4)]);
    assert_eq!(Reading::from_json(&reading.to_json().unwrap()).unwrap(), reading);
}
