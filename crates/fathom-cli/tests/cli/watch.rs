//! `fathom watch`.

use crate::support::{Ended, KEYS, distinct, fathom, tiny};

#[test]
fn agreement_is_won_by_the_plural() {
    let drawing = fathom().args(["watch", KEYS, " is", " are"]).stdout();
    assert!(drawing.contains("the token after position 4 (␣cabinet)"));
    let verdict = drawing.replace('\n', " ");
    assert!(verdict.contains("␣are leads at the end (rank 1, "), "{drawing}");
    assert!(verdict.contains("it leads for good from layer 26."), "{drawing}");
    assert!(drawing.ends_with("Next: fathom predictions \"The keys to the cabinet\"\n"));
}

#[test]
fn a_string_of_several_tokens_is_scored_as_a_whole() {
    let drawing = fathom().args(["watch", KEYS, " is", " were not"]).stdout().replace('\n', " ");
    assert!(
        drawing.contains("* ␣were not is 2 tokens (␣were + ␣not): its column shows the first"),
        "{drawing}"
    );
    assert!(drawing.contains("the whole string has log2 p = "), "{drawing}");
}

#[test]
fn words_may_come_alone_when_the_prompt_comes_from_elsewhere() {
    let model = tiny("llama");
    let typed = model.run(&["watch", "one two", " a", " b", "--json"]).json();
    let piped =
        model.run(&["watch", "--prompt-file", "-", " a", " b", "--json"]).write_stdin("one two").json();
    assert_eq!(typed["cells"], piped["cells"]);
    assert_eq!(typed["watched"].as_array().unwrap().len(), 2);
    let position = model.run(&["watch", "one two", " a", "--position", "0", "--json"]).json();
    assert_eq!(distinct(&position, "position"), [0]);
}

#[test]
fn a_word_is_needed_and_must_hold_something() {
    let model = tiny("llama");
    let none = model.run(&["watch", "one two"]).fails(2);
    assert!(none.contains("no words to watch: give them after the prompt"), "{none}");
    let empty = model.run(&["watch", "one two", ""]).fails(2);
    assert!(empty.contains("a watched word is empty"), "{empty}");
}
