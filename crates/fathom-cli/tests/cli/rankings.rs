//! `fathom rankings`.

use crate::support::{Ended, KEYS, distinct, fathom, tiny};

#[test]
fn the_readme_command_draws_the_articles_figure() {
    let drawing = fathom().args(["rankings", KEYS, "--generate", "8"]).stdout();
    assert!(drawing.starts_with("Rankings  of each token that came next, after every layer; 1 is best\n"));
    let row = |label: &str| {
        let line = drawing.lines().find(|line| line.trim_start().starts_with(label));
        line.unwrap_or_else(|| panic!("no row {label}: {drawing}"))
            .split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("in "), ["␣cabinet", "␣are", ":", "⏎", "⏎", "-", "␣A", ":"]);
    assert_eq!(row("out "), ["␣are", ":", "⏎", "⏎", "-", "␣A", ":", "␣The"]);
    // Greedy choice: everything ends at rank 1.
    assert_eq!(row("29 "), ["1", "█"].repeat(8));
    assert!(drawing.contains("greedy"));
}

#[test]
fn columns_are_the_output_or_everything() {
    let model = tiny("llama");
    let base = ["rankings", "one two three", "--continuation", " four five", "--json"];
    let outputs = model.run(&base).json();
    let prompt =
        outputs["tokens"].as_array().unwrap().iter().filter(|t| t["origin"] == "prompt").count() as i64;
    let all = outputs["tokens"].as_array().unwrap().len() as i64;
    assert_eq!(distinct(&outputs, "position"), (prompt - 1..all - 1).collect::<Vec<_>>());
    assert_eq!(outputs["sampling"]["method"], "forced");
    let everything = model.run(&[&base[..], &["--with-prompt"]].concat()).json();
    assert_eq!(distinct(&everything, "position"), (0..all - 1).collect::<Vec<_>>());
    let blank = model.run(&["rankings", "one two three", "-n", "0", "--json"]).json();
    assert_eq!(distinct(&blank, "position"), [prompt - 1]);
}

#[test]
fn a_seed_draws_the_same_tokens_again() {
    let model = tiny("llama");
    let base = ["rankings", "one two", "-n", "12", "--temperature", "1.5", "--top-p", "0.95", "--json"];
    let draw = |seed: &str| {
        let reading = model.run(&[&base[..], &["--seed", seed]].concat()).json();
        assert_eq!(reading["sampling"]["seed"].to_string(), seed);
        assert!(reading["sampling"]["generator"].is_string());
        reading["tokens"].to_string()
    };
    assert_eq!(draw("7"), draw("7"));
    assert_ne!(draw("7"), draw("8"));
}

#[test]
fn a_seed_that_was_not_given_is_told() {
    let model = tiny("llama");
    let output = model.run(&["rankings", "one two", "-n", "2", "--temperature", "1"]).output().unwrap();
    let note = String::from_utf8(output.stderr).unwrap();
    let seed = note.trim().strip_prefix("note: drawing with --seed ").unwrap_or_else(|| panic!("{note}"));
    let drawing = String::from_utf8(output.stdout).unwrap();
    assert!(drawing.contains(&format!("seed {seed}")), "{drawing}");
}

#[test]
fn layers_are_listed_or_given_in_ranges() {
    let model = tiny("llama");
    let last = model.run(&["rankings", "one", "-n", "1", "--json"]).json()["layers"].clone();
    let reading = model.run(&["rankings", "one", "-n", "1", "--layers", "0,last", "--json"]).json();
    let layers = distinct(&reading, "layer");
    assert_eq!((layers[0], layers.len()), (0, 2), "{last}");
    assert_eq!(reading["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn ids_stand_in_for_text() {
    let model = tiny("llama");
    let typed = ["rankings", "--prompt-ids", "5,6,7", "--continuation-ids", "8,9", "--json"];
    let reading = model.run(&typed).json();
    let ids: Vec<u64> =
        reading["tokens"].as_array().unwrap().iter().map(|t| t["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [5, 6, 7, 8, 9]);
    let outside = model.run(&["rankings", "--prompt-ids", "5,99999"]).fails(2);
    assert!(outside.contains("token id 99999 is outside the vocabulary (0 to "), "{outside}");
}

#[test]
fn threads_do_not_change_a_number() {
    let model = tiny("gpt2");
    let run =
        |threads: &str| model.run(&["rankings", "one two", "-n", "3", "--threads", threads, "--json"]).json();
    assert_eq!(run("1")["cells"], run("3")["cells"]);
}

/// The tensor operations that a device runs, here on the processor: the same tokens and ranks, and the reading says so.
#[cfg(feature = "tensors")]
#[test]
fn a_device_reads_the_same() {
    let model = tiny("gemma2");
    let run = |device: &str| {
        let reading = model.run(&["rankings", "one two", "-n", "3", "--device", device, "--json"]).json();
        let ranks: Vec<u64> = reading["cells"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| cell["target"]["rank"].as_u64().unwrap())
            .collect();
        (reading["tokens"].clone(), ranks, reading["program"].as_str().unwrap().to_owned())
    };
    let (here, there) = (run("cpu"), run("tensors"));
    assert!(!here.1.is_empty());
    assert_eq!((&here.0, &here.1), (&there.0, &there.1));
    assert_eq!(format!("{} (tensors)", here.2), there.2);
}
