//! `tokenizer.json` as an attack: rules that grow a text without bound, search it for ever, or make the library panic.

mod common;

use common::{added, fixture, open};
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use serde_json::{Value, json};

fn with(changes: &[(&str, Value)]) -> Result<Tokenizer, TokenizerError> {
    let mut json = fixture("folders.json")["bases"]["byte_level"].clone();
    for (key, value) in changes {
        json[*key] = value.clone();
    }
    open(&[("tokenizer.json", &json)])
}

/// The message of a file that is refused.
fn refused(changes: &[(&str, Value)]) -> String {
    let error = with(changes).expect_err("a fault");
    assert!(matches!(error, TokenizerError::BadJson { .. }), "{error}");
    error.to_string()
}

/// What a text comes to with a file that is taken.
fn fails(changes: &[(&str, Value)], text: &str) -> TokenizerError {
    let tokenizer = with(changes).unwrap();
    assert!(tokenizer.encode("", Specials::AsText).is_ok());
    let error = tokenizer.encode(text, Specials::AsText).expect_err("too much");
    assert!(error.is_models_fault() && error.to_string().contains("the file is at fault"), "{error}");
    error
}

fn replace(pattern: Value, content: &str) -> Value {
    json!({"type": "Replace", "pattern": pattern, "content": content})
}

fn normalizers(parts: Vec<Value>) -> Value {
    json!({"type": "Sequence", "normalizers": parts})
}

#[test]
fn rules_that_double_a_text() {
    for pattern in
        [json!({"String": "a"}), json!({"Regex": "a"}), json!({"Regex": "(?=a)"}), json!({"String": ""})]
    {
        let doubling = normalizers(vec![replace(pattern.clone(), "aa"); 40]);
        let error = fails(&[("normalizer", doubling.clone())], "banana");
        assert!(matches!(error, TokenizerError::TokenizerWork { what: "memory" }), "{pattern}: {error}");
        // The added tokens are normalised too, while the file is read.
        let token = json!({"id": 340, "content": "aaaa", "special": false, "single_word": false, "lstrip": false,
                           "rstrip": false, "normalized": true});
        let error = with(&[("normalizer", doubling), ("added_tokens", json!([token]))]).unwrap_err();
        assert!(error.is_models_fault(), "{error}");
    }
}

#[test]
fn rules_without_end() {
    let many =
        refused(&[("normalizer", normalizers(vec![json!({"type": "Prepend", "prepend": "a"}); 100_000]))]);
    assert!(many.contains("normalizer: more than 256 parts"), "{many}");
    let many = refused(&[(
        "pre_tokenizer",
        json!({"type": "Sequence", "pretokenizers": vec![json!({"type": "Digits"}); 300]}),
    )]);
    assert!(many.contains("more than 256 parts"), "{many}");
    let deep = (0..60).fold(json!({"type": "NFC"}), |part, _| normalizers(vec![part]));
    assert!(refused(&[("normalizer", deep)]).contains("deep"));
    for key in ["normalizer", "decoder"] {
        let long = refused(&[(key, replace(json!({"String": "a"}), &"b".repeat(2000)))]);
        assert!(long.contains("content has 2000 bytes"), "{long}");
    }
    let long = refused(&[("normalizer", json!({"type": "Prepend", "prepend": "b".repeat(2000)}))]);
    assert!(long.contains("prepend has 2000 bytes"), "{long}");
}

#[test]
fn a_search_that_goes_back_for_ever() {
    let pattern = json!({"Regex": "(?=(a+)+b)a|(a|aa)+$(?<=c)"});
    let text = "a".repeat(60);
    let split = json!({"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": false});
    for change in [("normalizer", replace(pattern.clone(), "b")), ("pre_tokenizer", split)] {
        let error = fails(&[change], &text);
        assert!(matches!(error, TokenizerError::TokenizerWork { what: "time" }), "{error}");
    }
    // Of a decoder, while the file is read.
    let mut json = fixture("folders.json")["bases"]["pieces"].clone();
    json["decoder"] =
        json!({"type": "Sequence", "decoders": vec![replace(json!({"String": "t"}), "tt"); 40]});
    let error = open(&[("tokenizer.json", &json)]).unwrap_err().to_string();
    assert!(error.contains("its decoder makes more than 65,536 bytes of token"), "{error}");
}

#[test]
fn compiled_rules_are_looked_at_first() {
    let base64 = |bytes: &[u8]| {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let groups = bytes.chunks(3).map(|three| {
            let group =
                three.iter().enumerate().fold(0u32, |all, (i, &byte)| all | u32::from(byte) << (16 - 8 * i));
            let letter = |i: usize| {
                if i <= three.len() { LETTERS[(group >> (18 - 6 * i)) as usize & 63] as char } else { '=' }
            };
            (0..4).map(letter).collect::<String>()
        });
        groups.collect::<String>()
    };
    let map =
        |bytes: &[u8]| ("normalizer", json!({"type": "Precompiled", "precompiled_charsmap": base64(bytes)}));
    // A length of 4 GB, of which none follows; no length; a length that no whole numbers have.
    assert!(refused(&[map(&[0xff; 4])]).contains("its trie has 4294967295 bytes, and 0 follow"));
    assert!(refused(&[map(&[1, 0])]).contains("shorter than its header"));
    assert!(refused(&[map(&[3, 0, 0, 0, 1, 1, 1])]).contains("3 bytes"));
    assert!(
        refused(&[("normalizer", json!({"type": "Precompiled", "precompiled_charsmap": "?"}))])
            .contains("base64")
    );
    // Hidden in a sequence.
    let hidden = normalizers(vec![map(&[0xff; 4]).1]);
    assert!(refused(&[("normalizer", hidden)]).contains("precompiled_charsmap"));
    // One node, in which every byte is looked up beyond the end; then a block of nodes, of which one points out of it.
    assert!(refused(&[map(&[4, 0, 0, 0, 0, 0, 0, 0])]).contains("points outside itself"));
    let block = |unit: u32, value: u32, replacements: &[u8]| {
        let mut units = vec![0u32; 256];
        units[usize::from(b'a')] = unit;
        units[0] = 0;
        let mut bytes = 1024u32.to_le_bytes().to_vec();
        units[1] = value;
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.extend(replacements);
        bytes
    };
    // `a`, whose value stands at 'a' ^ offset = 1: the replacement from byte 0 on.
    let leaf = u32::from(b'a') | 1 << 8 | u32::from(b'a' ^ 1) << 10;
    let tokenizer = with(&[map(&block(leaf, 0, b"b\0"))]).unwrap();
    let plain = with(&[]).unwrap();
    assert_eq!(
        tokenizer.encode("banana", Specials::AsText).unwrap(),
        plain.encode("bbnbnb", Specials::AsText).unwrap()
    );
    assert!(refused(&[map(&block(leaf, 9, b"b\0"))]).contains("points outside itself"));
    assert!(refused(&[map(&block(leaf, 1, "é\0".as_bytes()))]).contains("points outside itself"));
    assert!(
        refused(&[map(&block(u32::from(b'a') | 500 << 10, 0, b"b\0"))]).contains("points outside itself")
    );
    let long = [b"b".repeat(200), vec![0]].concat();
    assert!(refused(&[map(&block(leaf, 0, &long))]).contains("more than 64 bytes"));
}

#[test]
fn models_that_take_for_ever() {
    let words = |most: u64, prefix: &str| {
        json!({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": prefix,
               "max_input_chars_per_word": most, "vocab": {"[UNK]": 0, "a": 1}})
    };
    assert!(
        refused(&[("model", words(1 << 40, "##"))]).contains("max_input_chars_per_word is 1099511627776")
    );
    assert!(
        refused(&[("model", words(100, &"#".repeat(100)))])
            .contains("continuing_subword_prefix has 100 bytes")
    );
    let mut model = fixture("folders.json")["bases"]["byte_level"]["model"].clone();
    model["end_of_word_suffix"] = json!("w".repeat(1000));
    assert!(refused(&[("model", model)]).contains("end_of_word_suffix has 1000 bytes"));
    // A piece as long as the text is looked for at each of its bytes.
    let unigram = |length: usize| {
        let vocab = json!([["<unk>", 0.0], ["a", -1.0], ["a".repeat(length), -2.0]]);
        json!({"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": false})
    };
    assert!(
        refused(&[("model", unigram(1 << 17))]).contains("a piece of 131072 bytes; at most 2048 are taken")
    );
    let unigram = unigram(2048);
    let error = fails(&[("model", unigram.clone()), ("added_tokens", json!([]))], &"a".repeat(1 << 21));
    assert!(matches!(error, TokenizerError::TokenizerWork { what: "time" }), "{error}");
    for score in ["NaN", "1e999", "-Infinity"] {
        let text = json!({"model": unigram}).to_string().replace("-2.0", score);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tokenizer.json"), text).unwrap();
        assert!(
            matches!(Tokenizer::from_folder(folder.path()), Err(TokenizerError::BadJson { .. })),
            "{score}"
        );
    }
}

#[test]
fn merges_left_out_by_chance_are_not() {
    let mut json = fixture("folders.json")["bases"]["byte_level"].clone();
    json["model"]["dropout"] = json!(0.9);
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    assert!(tokenizer.notes().iter().any(|note| note.text.starts_with("dropout = 0.9")));
    let plain = with(&[]).unwrap();
    for _ in 0..20 {
        let text = "the keys to the cabinet";
        assert_eq!(
            tokenizer.encode(text, Specials::AsText).unwrap(),
            plain.encode(text, Specials::AsText).unwrap()
        );
    }
}

#[test]
fn a_hundred_thousand_added_tokens() {
    let tokens: Vec<Value> = (0..100_000).map(|id| added(340 + id, &format!("<extra_{id}>"), true)).collect();
    let tokenizer = with(&[("added_tokens", json!(tokens))]).unwrap();
    assert_eq!(tokenizer.len(), 100_340);
    assert_eq!(tokenizer.encode("<extra_99999>", Specials::Parse).unwrap()[0].0, 100_339);
}
