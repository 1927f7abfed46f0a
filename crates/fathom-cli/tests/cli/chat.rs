//! `--chat`: a message through the model's own template.

use crate::support::{Ended, fathom, tiny};

#[test]
fn the_reading_marks_which_tokens_are_the_templates() {
    let reading = fathom().args(["predictions", "--chat", "What is 2+2?", "--json", "--top-k", "1"]).json();
    let tokens = reading["tokens"].as_array().unwrap();
    let text = |origin: &str| -> String {
        let of = tokens.iter().filter(|token| token["origin"] == origin);
        of.map(|token| token["text"].as_str().unwrap()).collect()
    };
    assert_eq!(text("prompt"), "What is 2+2?");
    assert!(text("template").starts_with("<|im_start|>"), "{}", text("template"));
    assert!(text("template").ends_with("<|im_start|>assistant\n"), "{}", text("template"));
}

#[test]
fn the_figure_is_drawn_and_its_hint_asks_the_same() {
    let figure = fathom().args(["watch", "--chat", "Is the sky blue?", "Yes", "No"]).stdout();
    assert!(figure.contains("Yes") && figure.contains("leads"), "{figure}");
    assert!(figure.contains("--chat"), "{figure}");
}

#[test]
fn a_model_without_a_template_and_two_prompts_are_refused() {
    let error = tiny("llama").run(&["predictions", "--chat", "Hello"]).fails(2);
    assert!(error.contains("template"), "{error}");
    let error = fathom().args(["predictions", "Hello", "--chat", "Hello"]).fails(2);
    assert!(error.contains("two prompts"), "{error}");
    fathom().args(["predictions", "--chat", "Hello", "--bos", "on"]).fails(2);
}
