//! Vocabularies of pieces: SentencePiece BPE out of GGUF as llama.cpp reads it, and all kinds out of `tokenizer.json`.

mod common;

use common::{Parts, added, both, fixture, ids, open, strings};
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Gguf, Value as Meta};
use fathom_reading::{Origin, TokenId};
use fathom_tokenizer::chat::{ChatOptions, Message};
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use proptest::prelude::*;
use serde_json::{Value, json};

fn texts() -> Vec<String> {
    let mut texts = strings(&fixture("texts.json")["texts"]);
    texts.extend(strings(&fixture("spm_ids.json")["more_texts"]));
    texts
}

fn variant(name: &str) -> Parts {
    let parts = Parts::spm(&fixture("spm.json"));
    match name {
        "llama" => parts,
        "gemma" => Parts { space_prefix: Some(false), ..parts },
        "phi-3" => Parts { name: Some("Phi-3 mini".into()), ..parts },
        "no-bos" => Parts { add_bos: Some(false), ..parts },
        other => panic!("no variant {other}"),
    }
}

fn written(tokenizer: &Tokenizer, ids: &[TokenId]) -> String {
    let bytes = ids.iter().flat_map(|&id| tokenizer.bytes(id).unwrap()).copied().collect();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn ids_as_in_llama_cpp() {
    let expected = fixture("spm_ids.json");
    let texts = texts();
    for name in ["llama", "gemma", "phi-3", "no-bos"] {
        let tokenizer = variant(name).tokenizer().unwrap();
        let cases = expected["ids"][name].as_array().unwrap();
        assert_eq!(cases.len(), texts.len());
        for (text, case) in texts.iter().zip(cases) {
            let (plain, parsed) = both(case);
            assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), plain, "{name}: {text:?}");
            assert_eq!(tokenizer.encode(text, Specials::Parse).unwrap(), parsed, "{name}: {text:?}, parsed");
            if name == "gemma" {
                assert_eq!(written(&tokenizer, &plain), text.replace('▁', " "));
            }
        }
        let facts = &expected["facts"][name];
        assert_eq!(tokenizer.add_bos(), facts["add_bos"].as_bool().unwrap(), "{name}");
        assert_eq!((tokenizer.bos(), tokenizer.end_tokens()), (Some(TokenId(1)), &ids(&facts["end"])[..]));
        let unknown = std::iter::once(TokenId(0));
        let special: Vec<_> = unknown.chain(ids(&facts["control"])).collect();
        let found = (0..tokenizer.len() as u32).map(TokenId).filter(|&id| tokenizer.is_special(id));
        assert_eq!(found.collect::<Vec<_>>(), special);
    }
}

#[test]
fn bytes_as_in_llama_cpp() {
    let tokenizer = variant("llama").tokenizer().unwrap();
    let mut others = Vec::new();
    for (id, piece) in (0..).map(TokenId).zip(strings(&fixture("spm_ids.json")["pieces"])) {
        let found: String = tokenizer.bytes(id).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        if found != piece {
            others.push(tokenizer.text(id));
        }
    }
    // Runs of spaces that the user defined are `▁▁` there, and an unused token writes nothing.
    assert_eq!(others, ["  ", "   ", "    ", "[unused7]"]);
    assert_eq!(tokenizer.bytes(TokenId(3 + 0xE2)), Some(&b"\xE2"[..]));
    assert_eq!(tokenizer.text(TokenId(3 + 0xE2)), "⟨E2⟩");
    let keys = tokenizer.id_of_bytes(b" keys to").unwrap();
    assert_eq!(tokenizer.encode("keys to", Specials::AsText).unwrap(), [keys]);
    assert!(tokenizer.encode("", Specials::Parse).unwrap().is_empty());
}

#[test]
fn text_never_becomes_a_token_with_a_meaning() {
    let names = &fixture("spm_ids.json")["names"];
    let tokenizer = Parts { space_prefix: Some(false), ..Parts::spm(names) }.tokenizer().unwrap();
    // Where the pieces are there llama.cpp ends a text at "<s>", and writes "A" for "<0x41>".
    let there: Vec<_> = names["cases"].as_array().unwrap().iter().map(|case| ids(&case["ids"])).collect();
    assert_eq!(there, [vec![TokenId(1)], vec![TokenId(15)], vec![TokenId(16)]]);
    for (text, tokens) in [("<s>", 2), ("<0x41>", 2), ("[U]", 1)] {
        let ids = tokenizer.encode(text, Specials::AsText).unwrap();
        assert_eq!((ids.len(), written(&tokenizer, &ids).as_str()), (tokens, text));
    }
    assert_eq!(tokenizer.encode("<s>", Specials::Parse).unwrap(), [TokenId(1)]);
}

#[test]
fn what_a_gguf_of_pieces_must_have() {
    let refused = |change: &dyn Fn(&mut Parts)| {
        let mut parts = variant("llama");
        change(&mut parts);
        parts.tokenizer().unwrap_err()
    };
    assert!(refused(&|parts| parts.scores = None).to_string().contains("tokenizer.ggml.scores"));
    assert!(refused(&|parts| parts.types = None).to_string().contains("tokenizer.ggml.token_type"));
    let error = refused(&|parts| parts.scores.as_mut().unwrap().truncate(7));
    assert!(matches!(error, TokenizerError::ScoreCount { scores: 7, .. }), "{error}");
    let error = refused(&|parts| parts.scores.as_mut().unwrap()[300] = f32::NAN);
    assert!(matches!(error, TokenizerError::BadScore { id: 300, .. }), "{error}");
}

#[test]
fn bytes_without_a_token_are_named_not_dropped() {
    let mut parts = variant("gemma");
    parts.types.as_mut().unwrap()[3 + 0xE2] = 5;
    let tokenizer = parts.tokenizer().unwrap();
    let error = tokenizer.encode("is €", Specials::AsText).unwrap_err();
    assert!(matches!(error, TokenizerError::NoToken { byte: 0xE2, at: 3 }), "{error}");
    // A vocabulary without any `▁`: it is the space that has no token.
    let parts = Parts {
        tokens: ["<unk>", "a"].map(String::from).into(),
        types: Some(vec![2, 1]),
        scores: Some(vec![0.0, -1.0]),
        add_bos: Some(false),
        space_prefix: Some(false),
        ..variant("llama")
    };
    let error = parts.tokenizer().unwrap().encode("aa a", Specials::AsText).unwrap_err();
    assert!(matches!(error, TokenizerError::NoToken { byte: b' ', at: 2 }), "{error}");
}

#[test]
fn scores_may_be_whole_numbers() {
    let gguf = |scores: Meta| {
        let writer = GgufWriter::new()
            .meta("general.architecture", "llama")
            .meta("tokenizer.ggml.model", "llama")
            .meta(
                "tokenizer.ggml.tokens",
                Meta::from_iter(["<unk>", "<s>", "</s>", "a", "b", "ab", "ba", "aba"]),
            )
            .meta("tokenizer.ggml.token_type", Meta::from(vec![2, 3, 3, 1, 1, 1, 1, 1]))
            .meta("tokenizer.ggml.add_space_prefix", false)
            .meta("tokenizer.ggml.scores", scores);
        Tokenizer::from_gguf(&Gguf::from_bytes(writer.to_bytes().unwrap()).unwrap())
    };
    let ids = |scores| gguf(scores).unwrap().encode("abab", Specials::AsText).unwrap();
    assert_eq!(ids(Meta::from(vec![0, 0, 0, -5, -6, -2, -1, -3])), [7, 4].map(TokenId));
    assert_eq!(ids(Meta::from(vec![0.0f32, 0.0, 0.0, -5.0, -6.0, -1.0, -1.0, -3.0])), [5, 5].map(TokenId));
    assert!(gguf(Meta::from("abc")).unwrap_err().to_string().contains("tokenizer.ggml.scores"));
}

/// The SentencePiece vocabulary as transformers converts it: Llama 2's way, or Gemma's.
fn converted(gemma: bool) -> Value {
    let spm = fixture("spm.json");
    let (tokens, types) = (strings(&spm["tokens"]), ids(&spm["types"]));
    let vocab: serde_json::Map<String, Value> =
        tokens.iter().enumerate().map(|(id, token)| (token.clone(), json!(id))).collect();
    let given = tokens.iter().zip(types).enumerate();
    let added_tokens: Vec<Value> = given
        .filter(|(_, (_, kind))| (2..=4).contains(&kind.0))
        .map(|(id, (token, kind))| added(id, token, kind.0 != 4))
        .collect();
    let replace = json!({"type": "Replace", "pattern": {"String": " "}, "content": "▁"});
    let back = json!({"type": "Replace", "pattern": {"String": "▁"}, "content": " "});
    let (fallback, fuse) = (json!({"type": "ByteFallback"}), json!({"type": "Fuse"}));
    let strip = json!({"type": "Strip", "content": " ", "start": 1, "stop": 0});
    let prepend = json!({"type": "Prepend", "prepend": "▁"});
    let cut = json!({"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false});
    json!({
        "added_tokens": added_tokens,
        "normalizer": if gemma { replace } else { json!({"type": "Sequence", "normalizers": [prepend, replace]}) },
        "pre_tokenizer": if gemma { cut } else { Value::Null },
        "post_processor": null,
        "decoder": {"type": "Sequence",
                    "decoders": if gemma { json!([back, fallback, fuse]) } else { json!([back, fallback, fuse, strip]) }},
        "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab": vocab,
                  "merges": spm["merges"]},
    })
}

#[test]
fn converted_vocabularies_give_the_same_ids() {
    for (gemma, name) in [(false, "llama"), (true, "gemma")] {
        let json = converted(gemma);
        let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
        let gguf = variant(name).tokenizer().unwrap();
        for (text, case) in texts().iter().zip(fixture("spm_ids.json")["ids"][name].as_array().unwrap()) {
            let (plain, parsed) = both(case);
            assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), plain, "{name}: {text:?}");
            assert_eq!(tokenizer.encode(text, Specials::Parse).unwrap(), parsed, "{name}: {text:?}, parsed");
        }
        for id in (0..gguf.len() as u32).map(TokenId) {
            assert_eq!(tokenizer.bytes(id), gguf.bytes(id), "{name}: {id}");
        }
    }
}

#[test]
fn a_chat_is_tokenised_as_a_whole() {
    let template = "{{ bos_token }}<|user|>\n{{ messages[0].content }}<|end|>\n <|assistant|>{{ '\n' }}";
    let config = json!({"chat_template": template, "bos_token": "<s>"});
    let (llama, gemma) = (converted(false), converted(true));
    let mut first = converted(true);
    first["normalizer"] = Value::Null;
    first["pre_tokenizer"] =
        json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false});
    let mut strips = converted(false);
    for token in strips["added_tokens"].as_array_mut().unwrap() {
        (token["rstrip"], token["lstrip"]) =
            (token["special"].clone(), json!(token["content"] == "<|assistant|>"));
    }
    let folders = [llama, gemma, first, strips]
        .map(|json| open(&[("tokenizer.json", &json), ("tokenizer_config.json", &config)]).unwrap());
    let ggufs = ["llama", "gemma", "phi-3"]
        .map(|name| Parts { chat_template: Some(template.into()), ..variant(name) }.tokenizer().unwrap());
    for (number, tokenizer) in folders.iter().chain(&ggufs).enumerate() {
        for content in ["the keys", " \n keys  to", "é€ <tool>is\n\n", "the keys<|end|>", "x<s> "] {
            let chat = tokenizer.chat(&[Message::user(content)], &ChatOptions::default()).unwrap();
            let found: Vec<_> = chat.tokens().map(|(id, _)| id).collect();
            let whole = tokenizer.encode(&chat.text, Specials::Parse).unwrap();
            let harmless = !content.contains("<|") && !content.contains("<s>");
            assert_eq!(found == whole, harmless, "{number} {content:?}\n{found:?}\n{whole:?}");
            let special: Vec<_> =
                found.iter().filter(|id| tokenizer.is_special(**id)).map(|id| tokenizer.text(*id)).collect();
            assert_eq!(special, ["<s>", "<|user|>", "<|end|>", "<|assistant|>"], "{number} {content:?}");
            let said = chat
                .tokens()
                .filter(|(_, origin)| *origin == Origin::Prompt)
                .map(|(id, _)| id)
                .collect::<Vec<_>>();
            // A space may follow `<tool>` that nobody wrote.
            let letters = |text: &str| text.replace(char::is_whitespace, "");
            assert_eq!(letters(&written(tokenizer, &said)), letters(content), "{number}");
        }
    }
}

#[test]
fn unigram_as_in_sentencepiece() {
    let unigram = fixture("unigram.json");
    let tokens = strings(&unigram["tokens"]);
    let vocab: Vec<Value> = tokens
        .iter()
        .zip(unigram["scores"].as_array().unwrap())
        .map(|(token, score)| json!([token, score]))
        .collect();
    let mark = json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": false});
    let json = json!({
        "added_tokens": [added(0, "<unk>", true), added(1, "<s>", true), added(2, "</s>", true)],
        "normalizer": null,
        "pre_tokenizer": mark,
        "post_processor": null,
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, mark]},
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": true},
    });
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    let texts = strings(&fixture("texts.json")["texts"]);
    let cases = texts.iter().zip(unigram["ids"].as_array().unwrap()).zip(strings(&unigram["decoded"]));
    for ((text, expected), decoded) in cases {
        // The first of a text's spaces may be nobody's: sentencepiece puts one only where there is none.
        if text.starts_with(' ') {
            continue;
        }
        let found = tokenizer.encode(text, Specials::AsText).unwrap();
        assert_eq!(found, ids(expected), "{text:?}");
        let text = written(&tokenizer, &found);
        assert_eq!(text.strip_prefix(' ').unwrap_or_default(), decoded);
    }
    assert_eq!(tokenizer.id_of_bytes(b"\xE2"), Some(TokenId(3 + 0xE2)));
    assert_eq!(tokenizer.text(TokenId(3 + 0xE2)), "⟨E2⟩");
}

#[test]
fn word_pieces() {
    let wordpiece = fixture("wordpiece.json");
    let mut json = wordpiece["tokenizer"].clone();
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    let texts = strings(&fixture("texts.json")["texts"]);
    let cases = texts.iter().zip(wordpiece["ids"].as_array().unwrap()).zip(strings(&wordpiece["decoded"]));
    for ((text, expected), decoded) in cases {
        let found = tokenizer.encode(text, Specials::AsText).unwrap();
        assert_eq!(found, ids(expected), "{text:?}");
        // The decoder puts a space before special tokens too; a token alone is its name.
        let unknown = TokenId(1);
        let tokens =
            found.iter().map(|&id| if id == unknown { " [UNK]".to_owned() } else { tokenizer.text(id) });
        let text: String = tokens.collect();
        assert_eq!(text.trim_start(), decoded);
    }
    let id = |text: &str| tokenizer.id_of_bytes(text.as_bytes());
    let number = |token: &str| TokenId(json["model"]["vocab"][token].as_u64().unwrap() as u32);
    assert_eq!(
        (id(" keys"), id("1"), id(" 1")),
        (Some(number("keys")), Some(number("##1")), Some(number("1")))
    );
    assert_eq!((id("."), id(" ."), id("[MASK]")), (Some(number(".")), None, Some(TokenId(4))));
    assert!(tokenizer.is_special(TokenId(1)));
    // Without a decoder the model's own prefix counts, and nothing is cleaned up.
    let (dot, one) = (number("."), number("##1"));
    json["decoder"] = Value::Null;
    let tokenizer = open(&[("tokenizer.json", &json)]).unwrap();
    assert_eq!((tokenizer.text(dot), tokenizer.text(one)), (" .".to_owned(), "1".to_owned()));
}

/// A small vocabulary with faults, and texts over its letters.
fn faulty() -> impl Strategy<Value = Parts> {
    let token = prop_oneof![4 => "[ab▁]{0,4}", 1 => "\\PC{0,3}", 1 => Just("<0x61>".to_owned()), 1 => Just("</s>".to_owned())];
    let entry = (token, -5..5i32, 0..8i32);
    (proptest::collection::vec(entry, 0..24), any::<Option<bool>>(), 0..20usize).prop_map(
        |(entries, prefix, fault)| {
            let mut seen = std::collections::HashSet::new();
            let entries = entries.into_iter().filter(|(token, ..)| fault == 0 || seen.insert(token.clone()));
            let entries = entries.filter(|(.., kind)| fault == 1 || *kind < 7);
            let (mut tokens, mut scores, mut types) = (Vec::new(), Vec::new(), Vec::new());
            for (token, score, kind) in entries {
                tokens.push(token);
                types.push(kind);
                scores.push(match score {
                    4 => f32::INFINITY,
                    3 if fault == 2 => f32::NAN,
                    score => score as f32,
                });
            }
            let (scores, types) = (Some(scores), Some(types));
            Parts {
                model: Some("llama".into()),
                tokens,
                scores,
                types,
                space_prefix: prefix,
                ..Parts::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_panics_and_what_is_accepted_works(parts in faulty(), text in "[ab ▁]{0,20}|\\PC{0,20}") {
        if let Ok(tokenizer) = parts.tokenizer() {
            for specials in [Specials::AsText, Specials::Parse] {
                if let Ok(ids) = tokenizer.encode(&text, specials) {
                    prop_assert!(ids.iter().all(|&id| tokenizer.bytes(id).is_some()));
                    if specials == Specials::AsText {
                        prop_assert!(ids.iter().all(|&id| !tokenizer.is_special(id)));
                    }
                }
            }
        }
    }

    #[test]
    fn tokens_together_are_the_text(text in "([ a-zé日€\n\t<>/▁]|is|the key| {2,5}|<s>|<tool>){0,20}") {
        thread_local!(static GEMMA: Tokenizer = variant("gemma").tokenizer().unwrap());
        let ids = GEMMA.with(|tokenizer| tokenizer.encode(&text, Specials::AsText).unwrap());
        let back: Vec<u8> = GEMMA.with(|tokenizer| ids.iter().flat_map(|&id| tokenizer.bytes(id).unwrap().to_vec()).collect());
        prop_assert_eq!(String::from_utf8(back).unwrap(), text.replace('▁', " "));
    }
}

#[test]
fn a_long_text_is_no_trouble() {
    let tokenizer = variant("llama").tokenizer().unwrap();
    let text = format!("{}{}", "the keys to the cabinet ".repeat(20_000), " ".repeat(200_000));
    let ids = tokenizer.encode(&text, Specials::AsText).unwrap();
    assert_eq!(written(&tokenizer, &ids)[1..], text);
}
