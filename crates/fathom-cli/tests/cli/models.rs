//! `fathom models`.

use crate::support::{Ended, bare, fathom, tiny_model};

#[test]
fn the_list_says_what_is_here_and_where() {
    let list = fathom().args(["models", "list"]).stdout();
    let line = list.lines().find(|line| line.starts_with("smollm2-135m ")).unwrap();
    assert!(line.ends_with("Apache-2.0   yes"), "{line}");
    assert!(list.contains("smollm2-135m is in ") && list.contains("Q4_1.gguf"), "{list}");
    assert!(list.lines().filter(|line| !line.contains(" is in ")).all(|line| line.len() <= 80), "{list}");
    let models = bare().args(["models", "list", "--json"]).json();
    let models = models.as_array().unwrap();
    assert!(models.len() >= 6);
    assert!(models.iter().all(|model| model["here"] == false && model["path"].is_null()), "{models:?}");
    assert!(models.iter().any(|model| model["name"] == "distilgpt2"));
}

#[test]
fn a_checkpoint_is_described() {
    let folder = tiny_model("gpt2");
    let shown = bare().args(["models", "show"]).arg(&folder).stdout();
    insta::with_settings!({ filters => vec![(r"place +.*", "place        [PLACE]"), (r"sha256 +[0-9a-f]{64}", "sha256       [HASH]")] }, {
        insta::assert_snapshot!(shown);
    });
    let shown = bare().args(["models", "show", "--json"]).arg(&folder).json();
    assert_eq!(shown["model"]["family"], "gpt2");
    assert_eq!(shown["final_norm"], "LayerNorm");
    assert_eq!(shown["path"], folder.to_str().unwrap());
}

#[test]
fn the_default_model_is_described() {
    let shown = fathom().args(["models", "show", "--offline"]).stdout();
    for line in [
        "name         smollm2-135m",
        "layers       30",
        "width        576",
        "heads        9 for queries, 3 for keys and values, 64 wide",
        "vocabulary   49,152 tokens",
        "parameters   135M (134,515,008)",
        "sha256       b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ] {
        assert!(shown.lines().any(|found| found == line), "{line} in\n{shown}");
    }
}

#[test]
fn what_is_here_is_not_pulled_again() {
    let pulled = fathom().args(["models", "pull"]).stdout();
    assert!(pulled.starts_with("smollm2-135m is in ") && pulled.ends_with("Q4_1.gguf\n"), "{pulled}");
    let unknown = fathom().args(["models", "pull", "smollm2-135"]).fails(2);
    assert!(unknown.contains("did you mean smollm2-135m"), "{unknown}");
}

#[test]
fn the_families_are_listed_from_the_code() {
    let text = bare().args(["models", "list", "--families"]).stdout();
    for family in ["llama", "gpt2", "gemma3", "gpt_neox", "mixtral", "qwen3_moe"] {
        assert!(text.lines().any(|line| line.split(' ').next() == Some(family)), "{family}: {text}");
    }
    let rows = bare().args(["models", "list", "--families", "--json"]).json();
    assert_eq!(rows.as_array().unwrap().len(), text.lines().count() - 1);
}

#[test]
fn layers_are_told_in_words_and_equal_ones_together() {
    let shown = bare().args(["models", "show"]).arg(tiny_model("gemma3")).stdout();
    assert!(shown.contains("a window of"), "{shown}");
    assert!(
        shown.contains("RMSNorm") && shown.contains("of queries and keys (each head alone, one weight)"),
        "{shown}"
    );
    let heads =
        shown.lines().filter(|line| line.starts_with("layer ") || line.starts_with("layers ")).count();
    assert!(heads >= 2, "sliding and full attention are different layers: {shown}");
}
