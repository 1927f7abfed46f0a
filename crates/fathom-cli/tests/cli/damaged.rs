//! A model whose last layer gives NaN, as a conversion that went wrong leaves it: what is finite is read, and the rest is said
//! to be none.

use crate::support::{Ended, bare};
use assert_cmd::Command;
use serde_json::Value;
use std::path::PathBuf;

/// The tiny Llama with a NaN in its last layer's weights.
struct Damaged(tempfile::TempDir);

impl Damaged {
    fn new(name: &str) -> Damaged {
        let folder = tempfile::tempdir().unwrap();
        let reference = fathom_fixtures::not_finite::reference();
        reference.cases.iter().find(|case| case.name == name).unwrap().write(folder.path());
        Damaged(folder)
    }

    fn run(&self, arguments: &[&str]) -> Command {
        let mut command = bare();
        command.args(arguments).arg("--model").arg(self.0.path());
        command
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn last_layer() -> Damaged {
    Damaged::new("nan in the last layer")
}

const PLACE: &str = "the state at 2.mlp_out, position 0, is the first that is not finite";

/// Words of a text that was wrapped.
fn unwrapped(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_layer_before_the_damage_is_read_though_nothing_can_be_generated() {
    let output =
        last_layer().run(&["rankings", "one two three", "--layers", "0", "--json"]).output().unwrap();
    let notes = unwrapped(&output.stderr);
    assert!(output.status.success(), "{notes}");
    assert!(notes.contains("0 of 8 tokens generated: the model's own output is not finite"), "{notes}");
    assert_eq!(notes.matches(PLACE).count(), 1, "{notes}");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cell = &json["cells"][0];
    assert_eq!((&cell["layer"], &json["not_finite"]["layer"]), (&0.into(), &2.into()));
    assert!(cell["entropy_bits"].as_f64().unwrap() > 0.0 && cell["top"][0]["prob"].as_f64().unwrap() > 0.0);
    assert!(cell["kl_bits"].is_null() && cell["target"]["id"].is_null(), "{cell}");
    assert!(!String::from_utf8(output.stdout).unwrap().contains("NaN"));
}

#[test]
fn every_form_is_written_and_drawn_again() {
    let damaged = last_layer();
    let path = |name: &str| damaged.file(name).to_str().unwrap().to_owned();
    let files = ["x.json", "x.pack", "x.csv", "x.parquet", "x.svg", "x.html"].map(path);
    let outputs: Vec<&str> = files.iter().flat_map(|file| ["-o", file.as_str()]).collect();
    let read = ["read", "one two three", "--watch", "x", "--embed"];
    damaged.run(&[&read[..], &outputs[..]].concat()).assert().success();
    let text = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let json: Value = serde_json::from_str(&text("x.json")).unwrap();
    let last = json["cells"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["layer"], &last["top"]), (&2.into(), &serde_json::json!([])));
    for name in ["x.csv", "x.svg", "x.json"] {
        assert!(!text(name).contains("NaN"), "{name}");
    }
    assert!(text("x.svg").contains("is the first that is not finite") && text("x.html").contains("viewer"));
    for (from, view) in
        [("x.json", "read"), ("x.pack", "rankings"), ("x.pack", "predictions"), ("x.json", "watch")]
    {
        let drawing = bare().args([view, "--from", path(from).as_str()]).stdout();
        assert!(unwrapped(drawing.as_bytes()).contains(PLACE), "{view}: {drawing}");
        assert!(
            !drawing.contains("NaN") && !drawing.contains("4294967295") && !drawing.contains('✓'),
            "{view}: {drawing}"
        );
    }
}

#[test]
fn what_was_asked_for_and_can_not_be_is_an_error_that_names_the_place() {
    let damaged = last_layer();
    for arguments in
        [&["rankings", "one two", "--generate", "3"][..], &["read", "one two", "--layers", "last"]]
    {
        let error = unwrapped(damaged.run(arguments).fails(1).as_bytes());
        assert!(error.contains(PLACE), "{error}");
    }
    let error = Damaged::new("nan in the final norm").run(&["read", "one two"]).fails(1);
    assert!(
        unwrapped(error.as_bytes()).contains("the logits after layer 0, position 0, are not finite"),
        "{error}"
    );
}

#[test]
fn a_comparison_says_which_side_is_damaged() {
    let (damaged, sound) = (last_layer(), crate::support::tiny_model("llama"));
    let other = ["compare-precision", "one two three", "--model-b", sound.to_str().unwrap()];
    let drawing = damaged.run(&other).stdout();
    let words = unwrapped(drawing.as_bytes());
    assert!(words.contains(&format!("Note: A: {PLACE}")) && !drawing.contains("NaN"), "{drawing}");
    let json = damaged.run(&[&other[..], &["--json"]].concat()).json();
    let cells = json["cells"].as_array().unwrap();
    let last = cells.last().unwrap();
    assert!(
        last["kl_ab_bits"].is_null() && last["rank_a"].is_null() && !last["top_b_id"].is_null(),
        "{last}"
    );
    assert_eq!(cells[0]["kl_ab_bits"], 0.0);
    assert!(json["not_finite"].is_object() && json["other"].get("not_finite").is_none());
}
