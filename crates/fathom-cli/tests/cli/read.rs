//! `fathom read`.

use crate::support::{Ended, KEYS, distinct, fathom, tiny};

#[test]
fn every_position_and_layer_is_read() {
    let model = tiny("gpt2");
    let reading = model.run(&["read", "one two three", "-n", "2", "--embed", "--json"]).json();
    let tokens = reading["tokens"].as_array().unwrap().len();
    let rows = reading["rows"].as_array().unwrap().len();
    assert_eq!(distinct(&reading, "position"), (0..tokens as i64).collect::<Vec<_>>());
    assert_eq!(distinct(&reading, "layer"), (-1..rows as i64 - 1).collect::<Vec<_>>());
    let cells = reading["cells"].as_array().unwrap();
    assert_eq!(cells.len(), rows * tokens);
    for cell in cells {
        for number in ["entropy_bits", "kl_bits", "kl_reverse_bits", "surprisal_bits"] {
            assert!(cell[number].as_f64().is_some_and(f64::is_finite), "{number} of {cell}");
        }
    }
    let last = cells.last().unwrap();
    assert_eq!((last["kl_bits"].as_f64(), last["target"]["rank"].as_u64()), (Some(0.0), Some(1)));
}

#[test]
fn a_screened_reading_has_the_same_ranks_and_says_so() {
    let read = |projection| fathom().args(["read", KEYS, "--json", "--projection", projection]).json();
    let (exact, screened) = (read("f32"), read("screened"));
    assert!(exact["lens"].get("screening").is_none());
    let decided = |reading: &serde_json::Value| -> Vec<serde_json::Value> {
        let cells = reading["cells"].as_array().unwrap().iter();
        let top = |cell: &serde_json::Value| {
            let top = cell["top"].as_array().unwrap().iter();
            top.map(|top| (top["id"].clone(), top["logit"].clone())).collect::<Vec<_>>()
        };
        cells
            .map(|cell| serde_json::json!([cell["target"]["rank"], cell["target"]["logit"], top(cell)]))
            .collect()
    };
    assert_eq!(decided(&exact), decided(&screened));
    let drawn =
        |command| fathom().args([command, KEYS, "--projection", "screened"]).stdout().replace('\n', " ");
    let (one, drawing) = (drawn("predictions"), drawn("read"));
    assert!(one.contains("--projection screened"), "the hint keeps it: {one}");
    // One position is too few rows for a screen to pay.
    assert!(!one.contains("screened (ranks exact"), "{one}");
    // Whether it is screened is the machine's affair; a reading that was says how far it may be off, in every form.
    match screened["lens"].get("screening") {
        Some(bounds) => {
            assert!(bounds["prob"].as_f64().is_some_and(|prob| prob < 0.05), "{bounds}");
            assert!(bounds["cells"].as_u64() > Some(0), "{bounds}");
            assert!(drawing.contains("screened (ranks exact, probabilities within"), "{drawing}");
        }
        None => fathom_fixtures::say_aloud(
            "NOT SCREENED: this machine has no matrix unit, so `fathom read` was compared in f32 with itself",
        ),
    }
}

#[test]
fn each_metric_has_its_figure() {
    let model = tiny("llama");
    for metric in ["rank", "prob", "logit", "entropy", "kl", "kl-reverse", "surprisal"] {
        let drawing = model.run(&["read", "one two", "--metric", metric]).stdout();
        assert!(
            drawing.starts_with("Reading") && drawing.contains("every layer's top token; shade: "),
            "{drawing}"
        );
        assert!(drawing.contains("Means after the last layer"), "{drawing}");
    }
}

#[test]
fn a_piped_figure_leaves_nothing_out() {
    let model = tiny("llama");
    let prompt = "one two three four five six seven eight nine ten eleven twelve";
    let drawing = model.run(&["read", prompt]).env("COLUMNS", "60").stdout();
    assert!(!drawing.contains("left out") && !drawing.contains("hidden"), "{drawing}");
    assert!(drawing.lines().all(|line| line.chars().count() <= 60), "{drawing}");
    // All layers of a model that has many.
    let deep =
        fathom().args(["read", "one two three four five six seven eight nine ten eleven twelve"]).stdout();
    assert!(!deep.contains("hidden"), "{deep}");
}

#[test]
fn standard_input_is_taken_byte_for_byte() {
    let model = tiny("llama");
    let text = |input: &str| {
        let reading = model.run(&["read", "-", "--json"]).write_stdin(input).json();
        let tokens = reading["tokens"].as_array().unwrap();
        let bytes = tokens.iter().filter(|t| t["origin"] == "prompt").map(|t| t["bytes"].as_str().unwrap());
        bytes.collect::<String>()
    };
    assert_eq!(text("a\tb \n"), "61096220 0a".replace(' ', ""));
    let output = model.run(&["read", "-"]).write_stdin("a\n").output().unwrap();
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(note.contains("note: standard input ends with a newline, which is part of the prompt"), "{note}");
    let output = model.run(&["read", "-"]).write_stdin("a").output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "nothing to say");
}

#[test]
fn what_a_prompt_holds_unseen_is_said() {
    let model = tiny("llama");
    let notes = |arguments: &[&str], input: &str| {
        let mut command = model.run(arguments);
        let output = command.write_stdin(input).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let note = notes(&["read", "-"], "\u{feff}a");
    assert!(note.contains("note: standard input begins with a byte order mark (U+FEFF)"), "{note}");
    let note = notes(&["read", "-"], "a\0b");
    assert!(note.contains("note: standard input holds a NUL as its byte 1"), "{note}");
    // The strings of special tokens are text, unless they are to be more.
    let note = notes(&["read", "a<|eos|>b<|pad|><|eos|>"], "").replace('\n', " ");
    assert!(
        note.contains("note: the prompt holds <|eos|> and 1 more, read as text like any other"),
        "{note}"
    );
    assert_eq!(notes(&["read", "a<|eos|>b", "--parse-special"], ""), "");
    assert_eq!(notes(&["read", "a<|eos>b"], ""), "");
}
