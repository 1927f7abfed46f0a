//! The table of families promises GGUF architectures: each one's published models have a tokenizer that loads.

use std::collections::BTreeMap;

use fathom_fixtures::fixtures;
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Gguf, Value as Meta};
use fathom_model::FAMILIES;
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use serde::Deserialize;

/// What `fixtures/tokenizer_splits.py` wrote down, and llama.cpp has loaded: for each architecture the tokenizers
/// (`tokenizer.ggml.model`, `tokenizer.ggml.pre`) of published models, with one model's name.
#[derive(Deserialize)]
struct Splits {
    architectures: BTreeMap<String, Vec<(String, Option<String>, String)>>,
}

fn tokenizer(architecture: &str, model: &str, pre: Option<&str>) -> Result<Tokenizer, TokenizerError> {
    let tokens = ["<unk>", "<s>", "</s>", "a", "b", "ab"];
    let writer = GgufWriter::new()
        .meta("general.architecture", architecture)
        .meta("tokenizer.ggml.model", model)
        .meta("tokenizer.ggml.bos_token_id", 1u32)
        .meta("tokenizer.ggml.tokens", Meta::from_iter(tokens))
        .meta("tokenizer.ggml.token_type", vec![2, 3, 3, 1, 1, 1]);
    let writer = match model {
        "llama" => writer
            .meta("tokenizer.ggml.add_space_prefix", false)
            .meta("tokenizer.ggml.scores", vec![0.0f32, 0.0, 0.0, -1.0, -2.0, -3.0]),
        _ => writer.meta("tokenizer.ggml.merges", Meta::from_iter(["a b"])),
    };
    let writer = pre.into_iter().fold(writer, |writer, pre| writer.meta("tokenizer.ggml.pre", pre));
    Tokenizer::from_gguf(&Gguf::from_bytes(writer.to_bytes().unwrap()).unwrap())
}

#[test]
fn every_architecture_has_a_tokenizer_that_loads() {
    let text = std::fs::read_to_string(fixtures().join("tokenizer/splits.json")).unwrap();
    let found: Splits = serde_json::from_str(&text).unwrap();
    let mut promised: Vec<&str> = FAMILIES.iter().flat_map(|family| family.architectures).copied().collect();
    promised.sort_unstable();
    // Both ways: nothing promised without a published model, nothing written down that is not promised.
    assert_eq!(promised, found.architectures.keys().map(String::as_str).collect::<Vec<_>>());
    let mut checked = 0;
    for (architecture, kinds) in &found.architectures {
        assert!(!kinds.is_empty(), "{architecture}");
        for (model, pre, of) in kinds {
            let tokenizer = tokenizer(architecture, model, pre.as_deref());
            let tokenizer = tokenizer.unwrap_or_else(|error| panic!("{architecture}, {of}: {error}"));
            assert_eq!(tokenizer.encode("ab", Specials::AsText).unwrap()[0].0, 5, "{architecture}, {of}");
            checked += 1;
        }
    }
    assert_eq!((promised.len(), checked), (25, 49));
}
