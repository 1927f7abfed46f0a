//! `fathom predictions`.

use crate::support::{Ended, KEYS, distinct, fathom, tiny};

#[test]
fn the_blank_after_the_prompt_is_the_default() {
    let reading = fathom().args(["predictions", KEYS, "--json"]).json();
    assert_eq!(reading["schema"], "fathom.reading/1");
    assert_eq!(distinct(&reading, "position"), [4]);
    assert_eq!(distinct(&reading, "layer"), (0..30).collect::<Vec<_>>());
    let last = &reading["cells"][29];
    assert_eq!(last["site"], "resid_post");
    assert_eq!(last["target"]["text"], " are");
    assert_eq!(last["target"]["is_argmax"], true);
    assert_eq!(last["top"].as_array().unwrap().len(), 10);
    assert_eq!(last["top"][0]["id"], last["target"]["id"]);
    // The numbers of transformers.
    let reference = fathom_fixtures::default_reference("keys");
    let ids: Vec<u64> =
        reading["tokens"].as_array().unwrap().iter().map(|t| t["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, reference.ids[..5].iter().map(|&id| u64::from(id)).collect::<Vec<_>>());
}

#[test]
fn the_figure_names_token_position_and_answer() {
    let drawing = fathom().args(["predictions", KEYS]).stdout();
    assert!(
        drawing.starts_with("Predictions  of the token after position 4 (␣cabinet), after every layer\n")
    );
    assert!(drawing.contains("▘ ␣are is the model's own choice (nothing came after): rank 1, "));
    assert!(drawing.contains("smollm2-135m (b179c952) · Q4_1"));
    assert!(
        drawing.ends_with("Next: fathom watch \"The keys to the cabinet\" \" are\" \":\"\n"),
        "{drawing}"
    );
    assert!(drawing.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn one_layer_is_a_list() {
    let model = tiny("llama");
    for layer in ["0", "last", "embed"] {
        let list = model.run(&["predictions", "one two", "--layer", layer, "--top-k", "3"]).stdout();
        let candidates = list.lines().filter(|line| line.contains('%') && !line.contains("rank")).count();
        assert_eq!(candidates, 3, "{layer}\n{list}");
    }
    let embed = model.run(&["predictions", "one two", "--layer", "embed"]).stdout();
    assert!(embed.contains("after the embedding"), "{embed}");
}

#[test]
fn a_position_of_the_output_can_be_asked_for() {
    let model = tiny("llama");
    let reading = model.run(&["predictions", "one two", "-n", "3", "--position", "4", "--json"]).json();
    let tokens = reading["tokens"].as_array().unwrap();
    assert!(tokens.len() > 5, "{tokens:?}");
    assert_eq!(tokens[tokens.len() - 1]["origin"], "output");
    assert_eq!(reading["cells"][0]["target"]["id"], tokens[5]["id"]);
    let far = model.run(&["predictions", "a", "--position", "99"]).fails(2);
    assert!(far.contains("--position 99 is out of range: this run has 1 token, so the only position is 0 (--generate N makes more)"), "{far}");
}

#[test]
fn layers_may_leave_out_the_last() {
    let model = tiny("llama");
    let part = model.run(&["predictions", "one two", "--layers", "0-1", "--embed", "--json"]).json();
    assert_eq!(distinct(&part, "layer"), [-1, 0, 1]);
    let whole = model.run(&["predictions", "one two", "--embed", "--json"]).json();
    // KL is to the model's last layer whether or not it is shown.
    assert!(part["cells"][0]["kl_bits"].as_f64().unwrap() > 0.0);
    assert_eq!(part["cells"][0], whole["cells"][0]);
    let drawing = model.run(&["predictions", "one two", "--layers", "0-1"]).stdout();
    assert!(drawing.replace('\n', " ").contains("after layer 1."), "{drawing}");
}

#[test]
fn the_raw_lens_says_what_it_is() {
    let raw = tiny("gpt2").run(&["predictions", "one two", "--lens", "raw"]).stdout().replace('\n', " ");
    assert!(raw.contains("raw lens, LayerNorm on the last row only"), "{raw}");
    assert!(raw.contains("Raw lens: rows before the last skip the final norm, as Ecco does"));
    assert!(raw.contains(" --lens raw "), "the hint keeps it: {raw}");
}
