//! Ids equal to llama.cpp's: on the default model, and on a small vocabulary under some pre-tokenizers.

mod common;

use common::{Parts, both, fixture, ids, strings};
use fathom_fixtures::default_model;
use fathom_formats::Gguf;
use fathom_reading::TokenId;
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;

static DEFAULT: LazyLock<Tokenizer> =
    LazyLock::new(|| Tokenizer::from_gguf(&Gguf::open(&default_model()).unwrap()).unwrap());
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| strings(&fixture("texts.json")["texts"]));

fn check_ids(tokenizer: &Tokenizer, cases: &Value, name: &str) {
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), TEXTS.len());
    for (text, case) in TEXTS.iter().zip(cases) {
        let (plain, parsed) = both(case);
        assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), plain, "{name}: {text:?}");
        assert_eq!(tokenizer.encode(text, Specials::Parse).unwrap(), parsed, "{name}: {text:?}, parsed");
        for ids in [plain, parsed] {
            let bytes: Vec<u8> = ids.iter().flat_map(|&id| tokenizer.bytes(id).unwrap()).copied().collect();
            assert_eq!(bytes, text.as_bytes(), "{name}");
        }
    }
}

fn specials(tokenizer: &Tokenizer) -> Vec<TokenId> {
    (0..tokenizer.len() as u32).map(TokenId).filter(|&id| tokenizer.is_special(id)).collect()
}

#[test]
fn the_default_model_as_in_llama_cpp() {
    let expected = fixture("smollm2.json");
    check_ids(&DEFAULT, &expected["cases"], "smollm2");
    assert_eq!(DEFAULT.len() as u64, expected["size"].as_u64().unwrap());
    assert_eq!(DEFAULT.add_bos(), expected["add_bos"].as_bool().unwrap());
    assert_eq!(DEFAULT.bos(), Some(TokenId(1)));
    assert_eq!(specials(&DEFAULT), ids(&expected["control"]));
    // llama.cpp also stops at 4, `<reponame>`, which belongs to fill-in-the-middle prompts.
    assert_eq!(ids(&expected["end"]), [0, 2, 4].map(TokenId));
    assert_eq!(DEFAULT.end_tokens(), [0, 2].map(TokenId));
    assert_eq!(DEFAULT.text(TokenId(4)), "<reponame>");
    let pieces = expected["pieces"].as_object().unwrap();
    assert!(pieces.len() > 60);
    for (id, hex) in pieces {
        let bytes = DEFAULT.bytes(TokenId(id.parse().unwrap())).unwrap();
        let found: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, hex.as_str().unwrap(), "token {id}");
    }
}

#[test]
fn watched_strings_resolve_by_exact_bytes() {
    let is = DEFAULT.id_of_bytes(b" is").unwrap();
    assert_eq!(DEFAULT.encode(" is", Specials::AsText).unwrap(), [is]);
    assert_ne!(DEFAULT.id_of_bytes(b"is").unwrap(), is);
    assert_eq!(DEFAULT.text(is), " is");
    assert_eq!(DEFAULT.id_of_bytes(b" cabinet of curiosities"), None);
    assert_eq!(DEFAULT.id_of_bytes(b""), None);
    // Every token with bytes of its own is found again; no two of this model's have the same.
    for id in (0..DEFAULT.len() as u32).map(TokenId) {
        assert_eq!(DEFAULT.id_of_bytes(DEFAULT.bytes(id).unwrap()), Some(id));
    }
    assert_eq!(DEFAULT.bytes(TokenId(49152)), None);
    assert_eq!(DEFAULT.text(TokenId(49152)), "⟨id 49152⟩");
    assert!(!DEFAULT.is_special(TokenId(u32::MAX)));
}

#[test]
fn half_a_character_is_shown_as_bytes() {
    let id = DEFAULT.id_of_bytes(b"\xE2\x80").unwrap();
    assert_eq!(DEFAULT.text(id), "⟨E2⟩⟨80⟩");
}

#[test]
fn bytes_without_a_token_are_named_not_dropped() {
    // The default model has no token for 21 bytes, six of them control characters. llama.cpp drops them.
    let lost = strings(&fixture("texts.json")["lost"]);
    assert_eq!(ids(&fixture("smollm2.json")["lost"][0]["ids"]).len(), 2);
    let error = DEFAULT.encode(&lost[0], Specials::AsText).unwrap_err();
    assert!(matches!(error, TokenizerError::NoToken { byte: 4, at: 1 }), "{error}");
    let error = DEFAULT.encode(&lost[1], Specials::Parse).unwrap_err();
    assert!(matches!(error, TokenizerError::NoToken { byte: 0x1d, at: 0 }), "{error}");
    assert!(error.to_string().contains("byte 0x1d, at byte 0"), "{error}");
}

#[test]
fn pre_tokenizers_as_in_llama_cpp() {
    let expected = fixture("small_ids.json");
    let by_pre = expected["ids"].as_object().unwrap();
    assert_eq!(by_pre.len(), 7);
    for (pre, cases) in by_pre {
        let tokenizer = Parts::small(Some(pre)).tokenizer().unwrap();
        check_ids(&tokenizer, cases, pre);
        assert_eq!(tokenizer.add_bos(), expected["add_bos"][pre].as_bool().unwrap(), "{pre}");
        assert_eq!(
            specials(&tokenizer),
            ids(&expected["control"])
                .into_iter()
                .chain(unknown(&tokenizer))
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
        assert_eq!(tokenizer.end_tokens(), ids(&expected["end"]));
    }
}

/// `<unk>`: llama.cpp keeps "unknown" apart from "control", and treats both alike.
fn unknown(tokenizer: &Tokenizer) -> Option<TokenId> {
    tokenizer.id_of_bytes(b"<unk>")
}

#[test]
fn the_bytes_of_every_token_as_in_llama_cpp() {
    let tokenizer = Parts::small(Some("gpt-2")).tokenizer().unwrap();
    let pieces = strings(&fixture("small_ids.json")["pieces"]);
    assert_eq!(pieces.len(), tokenizer.len());
    let mut others = Vec::new();
    for (id, piece) in pieces.into_iter().enumerate() {
        let bytes = tokenizer.bytes(TokenId(id as u32)).unwrap();
        let found: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if found != piece {
            others.push((tokenizer.text(TokenId(id as u32)), piece));
        }
    }
    // An unused token writes nothing there and its name here, an empty one the other way round.
    let empty: String = "[EMPTY_911]".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(others, [("[PAD7]".to_owned(), String::new()), (String::new(), empty)]);
}

#[test]
fn what_a_file_says_of_bos_comes_first() {
    let with = |pre: &str, add_bos, bos| Parts { add_bos, bos, ..Parts::small(Some(pre)) }.tokenizer();
    assert!(with("gpt-2", Some(true), Some(5)).unwrap().add_bos());
    assert!(!with("llama-bpe", Some(false), None).unwrap().add_bos());
    assert_eq!(with("llama-bpe", Some(false), None).unwrap().bos(), None);
    for tokenizer in [with("gpt-2", Some(true), None), with("llama-bpe", None, None)] {
        assert!(matches!(tokenizer.unwrap_err(), TokenizerError::NoBos { .. }));
    }
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let error = Parts::small(Some("Tekken")).tokenizer().unwrap_err();
    assert!(error.is_unsupported());
    assert!(error.to_string().contains("tokenizer.ggml.pre is \"Tekken\""), "{error}");
    assert!(error.to_string().contains("smollm") && error.to_string().contains("qwen2"), "{error}");
    for model in ["gemma4", "bert", "t5", "rwkv", "GPT2", ""] {
        let error = Parts { model: Some(model.into()), ..Parts::tiny() }.tokenizer().unwrap_err();
        assert!(error.is_unsupported());
        assert!(error.to_string().contains(&format!("tokenizer.ggml.model is {model:?}")), "{error}");
    }
    let error = Parts { model: None, ..Parts::tiny() }.tokenizer().unwrap_err();
    assert!(!error.is_unsupported() && error.to_string().contains("tokenizer.ggml.model"), "{error}");
}

/// Text that the default model has tokens for: everything but six control characters and unassigned planes.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~\n\r\t]{0,8}",
        " {0,5}",
        "[a-zé日本ü€😀👨\u{200d}\u{300}-\u{310}\u{3000}]{0,6}",
        Just("<|im_end|>".to_owned()),
        Just("<|endoftext|>".to_owned()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn tokens_together_are_the_text(text in text()) {
        for specials in [Specials::AsText, Specials::Parse] {
            let ids = DEFAULT.encode(&text, specials).unwrap();
            let bytes: Vec<u8> = ids.iter().flat_map(|&id| DEFAULT.bytes(id).unwrap()).copied().collect();
            prop_assert_eq!(&bytes, text.as_bytes());
            let parsed = ids.iter().filter(|&&id| DEFAULT.is_special(id)).count();
            let there = text.matches("<|im_end|>").count() + text.matches("<|endoftext|>").count();
            prop_assert_eq!(parsed, if specials == Specials::Parse { there } else { 0 });
        }
    }
}
