//! Metadata that lies: every fault gives an error that says what it is, and nothing panics.

mod common;

use common::Parts;
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Gguf, Value};
use fathom_reading::TokenId;
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use proptest::prelude::*;

/// The error of a file with `change` made to the tiny tokenizer.
fn refused(change: impl FnOnce(&mut Parts)) -> TokenizerError {
    let mut parts = Parts::tiny();
    change(&mut parts);
    parts.tokenizer().expect_err("a fault")
}

#[test]
fn merges() {
    let merge = |merge: &str| match refused(|parts| parts.merges = Some(vec!["a b".into(), merge.into()])) {
        TokenizerError::BadMerge { index: 1, problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(merge("a c"), "there is no token \"c\"");
    assert_eq!(merge("c a"), "there is no token \"c\"");
    assert_eq!(merge("b a"), "there is no token \"ba\"");
    assert_eq!(merge("ab ab"), "there is no token \"abab\"");
    assert_eq!(merge("a b c"), "there is no token \"b c\"");
    assert_eq!(merge("a b"), "it occurs twice");
    for text in ["", " ", "a", "ab"] {
        assert_eq!(merge(text), "expected two tokens with a space between them", "{text:?}");
    }
    assert!(merge(&"日".repeat(1000)).len() < 200);
    assert!(refused(|parts| parts.merges = None).to_string().contains("tokenizer.ggml.merges"));
}

#[test]
fn vocabularies() {
    let error = refused(|parts| parts.tokens.clear());
    assert!(matches!(error, TokenizerError::EmptyVocabulary { .. }), "{error}");
    for len in [0, 2, 4] {
        let error = refused(|parts| parts.types = Some(vec![1; len]));
        assert!(
            matches!(error, TokenizerError::TypeCount { types, tokens: 3, .. } if types == len),
            "{error}"
        );
    }
    for bad in [-1, 7, i32::MAX] {
        let error = refused(|parts| parts.types = Some(vec![1, bad, 1]));
        assert!(matches!(error, TokenizerError::BadType { id: 1, found, .. } if found == bad), "{error}");
    }
}

#[test]
fn ids_out_of_range() {
    let error = refused(|parts| (parts.bos, parts.add_bos) = (Some(3), Some(true)));
    assert!(error.to_string().contains("tokenizer.ggml.bos_token_id is 3"), "{error}");
    // Nothing uses these.
    let parts = Parts { bos: Some(3), eos: Some(u32::MAX), ..Parts::tiny() };
    let tokenizer = parts.tokenizer().unwrap();
    assert_eq!((tokenizer.bos(), tokenizer.end_tokens(), tokenizer.notes().len()), (None, &[][..], 1));
}

#[test]
fn wrong_types() {
    let tiny = |key: &str, value: Value| {
        let writer = [
            ("general.architecture", Value::from("llama")),
            ("tokenizer.ggml.model", Value::from("gpt2")),
            ("tokenizer.ggml.pre", Value::from("gpt-2")),
            ("tokenizer.ggml.tokens", Value::from_iter(["a", "b", "ab"])),
            ("tokenizer.ggml.merges", Value::from_iter(["a b"])),
        ]
        .into_iter()
        .filter(|(name, _)| *name != key)
        .fold(GgufWriter::new(), |writer, (key, value)| writer.meta(key, value));
        let gguf = Gguf::from_bytes(writer.meta(key, value).to_bytes().unwrap()).unwrap();
        Tokenizer::from_gguf(&gguf)
    };
    assert!(tiny("general.name", Value::from("sound")).is_ok());
    for (key, value) in [
        ("tokenizer.ggml.model", Value::from(7u32)),
        ("tokenizer.ggml.pre", Value::from(7u32)),
        ("tokenizer.ggml.tokens", Value::from("abc")),
        ("tokenizer.ggml.merges", Value::from(7u32)),
        ("tokenizer.ggml.token_type", Value::from("abc")),
        ("tokenizer.ggml.bos_token_id", Value::from("a")),
        ("tokenizer.ggml.bos_token_id", Value::from(-1i32)),
        ("tokenizer.ggml.add_bos_token", Value::from(1u32)),
        ("tokenizer.ggml.eot_token_id", Value::from("a")),
        ("tokenizer.ggml.eom_token_id", Value::from(true)),
    ] {
        let error = tiny(key, value).expect_err(key);
        assert!(error.to_string().contains(key), "{error}");
    }
}

#[test]
fn ten_million_tokens() {
    let tokens = vec![String::new(); 10_000_000];
    let error = refused(|parts| parts.tokens = tokens);
    assert!(matches!(error, TokenizerError::TooMany { found: 10_000_000, .. }), "{error}");
    let merges = vec!["a b".to_owned(); 20_000_000];
    let error = refused(|parts| parts.merges = Some(merges));
    assert!(matches!(error, TokenizerError::TooMany { found: 20_000_000, .. }), "{error}");
}

#[test]
fn tokens_that_are_no_byte_level_writing_stand_for_themselves() {
    let mut parts = Parts::tiny();
    parts.tokens.extend(["<｜x｜>", "a b", ""].map(String::from));
    let tokenizer = parts.tokenizer().unwrap();
    assert_eq!(tokenizer.bytes(TokenId(3)), Some("<｜x｜>".as_bytes()));
    assert_eq!(tokenizer.id_of_bytes(b"a b"), Some(TokenId(4)));
    assert_eq!(tokenizer.bytes(TokenId(5)), Some(&b""[..]));
    let error = tokenizer.encode("ab｜", Specials::AsText).unwrap_err();
    assert!(matches!(error, TokenizerError::NoToken { byte: 0xEF, at: 2 }), "{error}");
}

#[test]
fn overlapping_added_tokens_go_by_length() {
    let mut parts = Parts::tiny();
    parts.tokens.extend(["aba", "babb", "bb"].map(String::from));
    parts.types = Some(vec![1, 1, 1, 4, 4, 3]);
    let tokenizer = parts.tokenizer().unwrap();
    let ids =
        |text, specials| tokenizer.encode(text, specials).unwrap().iter().map(|id| id.0).collect::<Vec<_>>();
    // The longest is cut out first wherever it stands, not the leftmost.
    assert_eq!(ids("ababb", Specials::AsText), [0, 4]);
    assert_eq!(ids("abab", Specials::AsText), [3, 1]);
    assert_eq!(ids("abb", Specials::AsText), [2, 1]);
    assert_eq!(ids("abb", Specials::Parse), [0, 5]);
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abĠĊ0-2]{0,4}",
        1 => "\\PC{0,3}",
        1 => Just("<|im_end|>".to_owned()),
        1 => Just("<0xE2>".to_owned()),
        1 => Just(" ".to_owned()),
    ]
}

fn parts() -> impl Strategy<Value = Parts> {
    let tokens = proptest::collection::vec(token(), 0..24);
    let pre = prop_oneof![
        Just(None),
        Just(Some("smollm".to_owned())),
        Just(Some("llama3".to_owned())),
        Just(Some("qwen2".to_owned())),
        "\\PC{0,6}".prop_map(Some),
    ];
    // Few faults at a time, so that many cases get far: tokens mostly unique, merges mostly made of them.
    let merges =
        proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6);
    let odd_merge = proptest::option::weighted(0.2, "\\PC{0,8}");
    let types = proptest::option::of(proptest::collection::vec(0..7i32, 24));
    let fault = (0..20usize, 0..40u32, any::<bool>());
    (tokens, pre, merges, odd_merge, types, fault).prop_map(
        |(mut tokens, pre, merges, odd, types, (fault, id, flag))| {
            if fault != 0 {
                let mut seen = std::collections::HashSet::new();
                tokens.retain(|token| seen.insert(token.clone()));
            }
            let mut pairs = Vec::new();
            let merges = if tokens.is_empty() { &[][..] } else { &merges[..] };
            for (left, right) in merges {
                let (left, right) = (left.get(&tokens).clone(), right.get(&tokens).clone());
                if fault != 1 && !tokens.contains(&format!("{left}{right}")) {
                    tokens.push(format!("{left}{right}"));
                }
                pairs.push(format!("{left} {right}"));
            }
            if fault != 2 {
                pairs.sort();
                pairs.dedup();
            }
            pairs.extend(odd);
            let types = types.map(|mut types| {
                types.resize(if fault == 3 { 5 } else { tokens.len() }, if fault == 4 { 9 } else { 1 });
                types
            });
            Parts {
                model: Some("gpt2".into()),
                pre,
                types,
                merges: Some(pairs),
                bos: (fault > 4).then_some(id % (tokens.len() as u32 + 1).max(1)),
                eos: (fault == 5).then_some(id),
                add_bos: flag.then_some(id % 2 == 0),
                tokens,
                ..Parts::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_panics_and_what_is_accepted_works(parts in parts(), text in "[ab \n0-2é]{0,20}|\\PC{0,20}") {
        let gguf = parts.gguf();
        if let Ok(tokenizer) = Tokenizer::from_gguf(&gguf) {
            prop_assert_eq!(tokenizer.len(), parts.tokens.len());
            prop_assert!(tokenizer.bos().is_some() || !tokenizer.add_bos());
            for id in (0..tokenizer.len() as u32 + 2).map(TokenId) {
                tokenizer.text(id);
                if let Some(bytes) = tokenizer.bytes(id).filter(|bytes| !bytes.is_empty()) {
                    let found = tokenizer.id_of_bytes(bytes).unwrap();
                    prop_assert_eq!(tokenizer.bytes(found), Some(bytes));
                }
            }
            for specials in [Specials::AsText, Specials::Parse] {
                if let Ok(ids) = tokenizer.encode(&text, specials) {
                    let bytes: Vec<u8> = ids.iter().flat_map(|&id| tokenizer.bytes(id).unwrap()).copied().collect();
                    prop_assert_eq!(&bytes, text.as_bytes());
                }
            }
        }
    }

    #[test]
    fn damaged_files_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let parts = Parts::small(Some("llama-bpe"));
        let mut bytes = parts.bytes();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(tokenizer) = Gguf::from_bytes(bytes).map_err(TokenizerError::from).and_then(|gguf| Tokenizer::from_gguf(&gguf)) {
            let _ = tokenizer.encode("The keys <|im_end|> 1234  x\n", Specials::Parse);
        }
    }
}
