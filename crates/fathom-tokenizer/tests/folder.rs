//! Tokenizers out of `tokenizer.json` folders: byte-level and SentencePiece-like ones, and the files beside them.

mod common;

use common::{added, both, fixture, open, strings};
use fathom_reading::TokenId;
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The small vocabulary as a GPT-2 `tokenizer.json`.
fn byte_level() -> Value {
    let small = fixture("small.json");
    let (mut vocab, mut added_tokens) = (serde_json::Map::new(), Vec::new());
    for (id, token) in strings(&small["tokens"]).into_iter().enumerate() {
        let known_end = ["<|end|>", "</s>", "<fim_prefix>"].contains(&token.as_str());
        match small["types"][id].as_i64().unwrap() {
            kind @ (2..=4) => added_tokens.push(added(id, &token, kind != 4 || known_end)),
            _ if known_end => added_tokens.push(added(id, &token, true)),
            _ => {}
        }
        if !token.is_empty() {
            vocab.insert(token, json!(id));
        }
    }
    json!({
        "version": "1.0",
        "added_tokens": added_tokens,
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "vocab": vocab, "merges": small["merges"]},
    })
}

/// Llama 2's way, with a handful of tokens: 0 .. 2 special, then the 256 bytes, then pieces, then an added one.
fn pieces() -> Value {
    let mut tokens: Vec<String> = ["<unk>", "<s>", "</s>"].map(String::from).into();
    tokens.extend((0..256).map(|byte| format!("<0x{byte:02X}>")));
    tokens.extend(["▁", "i", "s", "is", "▁is", "é", "日"].map(String::from));
    let vocab: serde_json::Map<String, Value> =
        tokens.iter().enumerate().map(|(id, token)| (token.clone(), json!(id))).collect();
    let special = |id: usize| added(id, &tokens[id], true);
    json!({
        "added_tokens": [special(0), special(1), special(2), added(266, "<tool>", false)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        ]},
        "pre_tokenizer": null,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"},
            {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ]},
        "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab": vocab,
                  "merges": ["i s", "▁ is"]},
    })
}

#[test]
fn a_byte_level_folder_gives_llama_cpps_ids() {
    let tokenizer = open(&[("tokenizer.json", &byte_level())]).unwrap();
    let cases = &fixture("small_ids.json")["ids"]["gpt-2"];
    for (i, text) in strings(&fixture("texts.json")["texts"]).iter().enumerate() {
        let (plain, parsed) = both(&cases[i]);
        assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), plain, "{text:?}");
        assert_eq!(tokenizer.encode(text, Specials::Parse).unwrap(), parsed, "{text:?}, parsed");
        for ids in [plain, parsed] {
            let bytes: Vec<u8> = ids.iter().flat_map(|&id| tokenizer.bytes(id).unwrap()).copied().collect();
            assert_eq!(bytes, text.as_bytes());
        }
    }
    assert!(!tokenizer.add_bos());
    assert_eq!(tokenizer.bos(), None);
    // The last token but two is empty, and no text: its id is a hole.
    assert_eq!((tokenizer.len(), tokenizer.bytes(TokenId(911))), (914, None));
    assert_eq!(tokenizer.text(TokenId(911)), "⟨id 911⟩");
    // Added tokens are their text, not byte-level writing; ordinary ones with the same bytes come after them.
    let four = tokenizer.id_of_bytes(b"    ").unwrap();
    assert_eq!(four, TokenId(905));
    assert!(tokenizer.is_special(TokenId(902)) && !tokenizer.is_special(four));
}

#[test]
fn pieces_become_bytes() {
    let tokenizer = open(&[("tokenizer.json", &pieces())]).unwrap();
    let encode = |text, specials| {
        let ids = tokenizer.encode(text, specials).unwrap();
        ids.into_iter().map(|id| tokenizer.text(id)).collect::<Vec<_>>()
    };
    assert_eq!(encode("is is", Specials::AsText), [" is", " is"]);
    assert_eq!(encode("sé€", Specials::AsText), [" ", "s", "é", "⟨E2⟩", "⟨82⟩", "⟨AC⟩"]);
    assert_eq!(encode("is</s>", Specials::Parse), [" is", "</s>"]);
    assert_eq!(encode("i</s>", Specials::AsText), [" ", "i", "<", "/", "s", ">"]);
    assert_eq!(encode("i<tool>s", Specials::AsText), [" ", "i", "<tool>", " ", "s"]);
    assert_eq!(tokenizer.id_of_bytes(b" is"), Some(TokenId(263)));
    // A piece goes before the byte token that writes the same: `▁` before `<0x20>`, `i` before `<0x69>`.
    assert_eq!(tokenizer.id_of_bytes(b" "), Some(TokenId(259)));
    assert_eq!(tokenizer.id_of_bytes(b"i"), Some(TokenId(260)));
    assert_eq!(tokenizer.id_of_bytes(b"\xE2"), Some(TokenId(3 + 0xE2)));
    assert_eq!((tokenizer.bos(), tokenizer.add_bos()), (Some(TokenId(1)), true));
    assert_eq!(tokenizer.end_tokens(), [TokenId(2)]);
    assert!(tokenizer.encode("", Specials::AsText).unwrap().is_empty());
}

#[test]
fn metaspace_is_a_space() {
    let mut json = pieces();
    json["decoder"] =
        json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true});
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    assert_eq!(tokenizer.bytes(TokenId(263)), Some(&b" is"[..]));
    assert_eq!(tokenizer.bytes(TokenId(3)), Some(&b"\0"[..]));
}

#[test]
fn what_the_other_files_say() {
    let tokenizer = byte_level();
    let with = |name: &str, json: Value| open(&[("tokenizer.json", &tokenizer), (name, &json)]).unwrap();
    let ends = |tokenizer: Tokenizer| tokenizer.end_tokens().iter().map(|id| id.0).collect::<Vec<_>>();
    // Known by name: <|endoftext|>, <|im_end|>, <|end|>, </s>.
    assert_eq!(ends(with("other.json", json!({}))), [900, 902, 906, 908]);
    assert_eq!(ends(with("config.json", json!({"eos_token_id": 5}))), [5, 900, 902, 906, 908]);
    assert_eq!(
        ends(with("config.json", json!({"text_config": {"eos_token_id": 5}}))),
        [5, 900, 902, 906, 908]
    );
    assert_eq!(
        ends(with("generation_config.json", json!({"eos_token_id": [7, 6, 900]}))),
        [6, 7, 900, 902, 906, 908]
    );
    // A family's default beside a small vocabulary, a hole, and nothing at all.
    for id in [json!(50256), json!(-1), json!(911), json!(null), json!([])] {
        assert_eq!(
            ends(with("config.json", json!({"eos_token_id": id, "bos_token_id": id}))),
            [900, 902, 906, 908]
        );
    }
    assert_eq!(
        ends(with("tokenizer_config.json", json!({"eos_token": "<tool>"}))),
        [900, 902, 904, 906, 908]
    );

    let bos = |tokenizer: Tokenizer| (tokenizer.bos().map(|id| id.0), tokenizer.add_bos());
    assert_eq!(bos(with("tokenizer_config.json", json!({"bos_token": "<|im_start|>"}))), (Some(901), false));
    let named = json!({"bos_token": {"content": "<|im_start|>", "lstrip": false}});
    assert_eq!(bos(with("tokenizer_config.json", named)), (Some(901), false));
    assert_eq!(bos(with("config.json", json!({"bos_token_id": 900}))), (Some(900), false));
}

#[test]
fn templates_in_a_sequence() {
    let mut json = pieces();
    json["post_processor"] = json!({"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
        json["post_processor"].clone(),
    ]});
    assert!(open(&[("tokenizer.json", &json)]).unwrap().add_bos());
    let one = json!({"SpecialToken": {"id": "<s>", "type_id": 0}});
    json["post_processor"]["processors"][1]["single"] =
        json!([one, one, {"Sequence": {"id": "A", "type_id": 0}}]);
    let error = open(&[("tokenizer.json", &json)]).unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("2 tokens before a text"), "{error}");
}

#[test]
fn truncation_and_padding_are_for_training() {
    let mut json = byte_level();
    json["truncation"] =
        json!({"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0});
    json["padding"] = json!({"strategy": {"Fixed": 99}, "direction": "Right", "pad_to_multiple_of": null,
                             "pad_id": 0, "pad_type_id": 0, "pad_token": "!"});
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    assert_eq!(tokenizer.encode("a!b?c", Specials::AsText).unwrap().len(), 5);
}

#[test]
fn lost_bytes_are_named() {
    let mut json = byte_level();
    json["model"]["vocab"].as_object_mut().unwrap().remove("Ć"); // byte 6
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    let error = tokenizer.encode("ab\u{6}c", Specials::AsText).unwrap_err();
    assert!(matches!(error, TokenizerError::NoToken { byte: 6, at: 2 }), "{error}");
}

#[test]
fn faults_are_named() {
    let message = |files: &[(&str, &Value)]| open(files).unwrap_err().to_string();
    assert!(message(&[]).contains("no tokenizer.json in this folder"));
    assert!(message(&[("tokenizer.json", &json!({}))]).contains("tokenizer.json: "));
    assert!(message(&[("tokenizer.json", &json!([1, 2]))]).contains("tokenizer.json: "));
    let (good, bad) = (byte_level(), json!({"eos_token_id": "two"}));
    assert!(message(&[("tokenizer.json", &good), ("config.json", &bad)]).contains("config.json"));
    for (kind, decoder) in [
        ("BPEDecoder", json!({"type": "BPEDecoder", "suffix": "</w>"})),
        ("CTC", json!({"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true})),
    ] {
        let mut json = pieces();
        json["decoder"] = decoder;
        let error = open(&[("tokenizer.json", &json)]).unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains(kind), "{error}");
    }
    // What `tokenizers` would panic on, and a number that would take all memory.
    let mut json = byte_level();
    json["model"]["merges"] = json!(["aaaaaaaaaa bbbbbbbbbb"]);
    assert!(message(&[("tokenizer.json", &json)]).contains("model.merges[0]"));
    let mut json = byte_level();
    json["model"]["vocab"]["huge"] = json!(4_000_000_000u32);
    assert!(message(&[("tokenizer.json", &json)]).contains("token \"huge\" is number 4000000000"));
    let mut json = byte_level();
    json["model"]["vocab"]["twin"] = json!(7);
    assert!(message(&[("tokenizer.json", &json)]).contains("two tokens are number 7"));
}

#[test]
fn tokens_that_only_the_configuration_declares() {
    let json = pieces();
    let declared = |id: &str, content: &str| {
        json!({"added_tokens_decoder": {
            "0": {"content": "<unk>", "special": true, "normalized": false},
            id: {"content": content, "special": true, "lstrip": false, "rstrip": true},
            "268": {"content": "<more>", "special": false, "normalized": false},
        }, "eos_token": {"content": content}})
    };
    let config = declared("267", "<|end|>");
    let tokenizer = open(&[("tokenizer.json", &json), ("tokenizer_config.json", &config)]).unwrap();
    assert_eq!(tokenizer.len(), 269);
    assert_eq!(tokenizer.bytes(TokenId(267)), Some(&b"<|end|>"[..]));
    assert!(tokenizer.is_special(TokenId(267)) && !tokenizer.is_special(TokenId(268)));
    assert_eq!(tokenizer.end_tokens(), [2, 267].map(TokenId));
    let ids = |specials| tokenizer.encode("is<|end|>  is<more>", specials).unwrap();
    assert_eq!(ids(Specials::Parse), [263, 267, 263, 268].map(TokenId));
    assert_eq!(ids(Specials::AsText).last(), Some(&TokenId(268)));
    assert!(!ids(Specials::AsText).contains(&TokenId(267)));
    // Numbers that the vocabulary does not bear out have no effect, and that is said: `folders.rs` has transformers' ids.
    for (id, content, found) in [("266", "<|end|>", 267), ("5", "<|end|>", 267)] {
        let config = declared(id, content);
        let tokenizer = open(&[("tokenizer.json", &json), ("tokenizer_config.json", &config)]).unwrap();
        assert_eq!(tokenizer.bytes(TokenId(found)), Some(content.as_bytes()), "{id}");
        let said = tokenizer.notes().iter().flat_map(|note| &note.details);
        assert_eq!(
            said.filter(|detail| detail.contains(&format!("is number {id} there"))).count(),
            1,
            "{id}"
        );
    }
}

#[test]
fn older_names() {
    let map = json!({"bos_token": "<|im_start|>", "eos_token": {"content": "<tool>"}});
    let json = byte_level();
    let with = |config: Value| {
        open(&[
            ("tokenizer.json", &json),
            ("special_tokens_map.json", &map),
            ("tokenizer_config.json", &config),
        ])
        .unwrap()
    };
    assert_eq!(with(json!({})).bos(), Some(TokenId(901)));
    assert!(with(json!({})).end_tokens().contains(&TokenId(904)));
    // The older file goes before the newer one, unless that has the tokens by number.
    assert_eq!(with(json!({"bos_token": "<|im_end|>"})).bos(), Some(TokenId(901)));
    let by_number = json!({"bos_token": "<|im_end|>", "added_tokens_decoder": {}});
    assert_eq!(with(by_number).bos(), Some(TokenId(902)));
}

#[test]
fn folders_for_other_programs() {
    for name in ["tokenizer.model", "spiece.model", "tekken.json", "vocab.json", "vocab.txt"] {
        let error = open(&[(name, &json!({}))]).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        let message = error.to_string();
        assert!(
            message.contains(name) && message.contains("save_pretrained") && message.contains("GGUF"),
            "{message}"
        );
    }
}

/// A value somewhere in the tree, to be replaced.
fn pick<'a>(json: &'a mut Value, path: &[prop::sample::Index]) -> &'a mut Value {
    path.iter().fold(json, |json, step| {
        let len = json.as_object().map_or(0, |map| map.len()) + json.as_array().map_or(0, Vec::len);
        if len == 0 {
            return json;
        }
        match json {
            Value::Object(map) => map.iter_mut().nth(step.index(len)).unwrap().1,
            other => &mut other[step.index(len)],
        }
    })
}

fn replacement() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(u32::MAX)),
        Just(json!(-1)),
        Just(json!({})),
        Just(json!([])),
        Just(json!("ByteLevel")),
        Just(json!("▁")),
        Just(json!("")),
        "\\PC{0,6}".prop_map(Value::from),
        (0..300u32).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn damaged_files_never_panic(
        start in any::<bool>(),
        changes in proptest::collection::vec(
            (proptest::collection::vec(any::<prop::sample::Index>(), 1..5), replacement()), 1..4),
        text in "[a-s <>/▁é\\PC]{0,20}",
    ) {
        let mut json = if start { pieces() } else { byte_level() };
        for (path, value) in changes {
            *pick(&mut json, &path) = value;
        }
        if let Ok(tokenizer) = open(&[("tokenizer.json", &json)]) {
            for specials in [Specials::AsText, Specials::Parse] {
                if let Ok(ids) = tokenizer.encode(&text, specials) {
                    prop_assert!(ids.iter().all(|&id| tokenizer.bytes(id).is_some()), "{ids:?}");
                }
            }
        }
    }
}
