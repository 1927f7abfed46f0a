//! What a GGUF file's tokens are for, as llama.cpp takes them: tokens known by name, keys that name a token, switches.

mod common;

use common::{Parts, both, fixture, ids};
use fathom_formats::{Gguf, Note, Value as Meta, write::GgufWriter};
use fathom_reading::TokenId;
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use serde_json::Value;

fn entries<'a>(list: &'a Value) -> impl Iterator<Item = (&'a str, i32)> {
    let entry = |entry: &'a Value| (entry[0].as_str().unwrap(), entry[1].as_i64().unwrap() as i32);
    list.as_array().unwrap().iter().map(entry)
}

fn writer(meanings: &Value, case: &Value) -> GgufWriter {
    let model = case["model"].as_str().unwrap();
    let tokens: Vec<_> = entries(&meanings["bytes"][model]).chain(entries(&case["tokens"])).collect();
    let writer = GgufWriter::new()
        .meta("general.architecture", "llama")
        .meta("tokenizer.ggml.model", model)
        .meta("tokenizer.ggml.tokens", Meta::from_iter(tokens.iter().map(|(text, _)| *text)))
        .meta("tokenizer.ggml.token_type", tokens.iter().map(|(_, kind)| *kind).collect::<Vec<_>>());
    let writer = match model {
        "gpt2" => {
            writer.meta("tokenizer.ggml.pre", "gpt-2").meta("tokenizer.ggml.merges", Meta::from_iter(["a b"]))
        }
        _ => writer.meta("tokenizer.ggml.scores", vec![0.0f32; tokens.len()]),
    };
    case["keys"].as_object().unwrap().iter().fold(writer, |writer, (key, value)| match value {
        Value::Bool(value) => writer.meta(key, *value),
        value => writer.meta(key, value.as_u64().unwrap() as u32),
    })
}

fn open(writer: GgufWriter) -> Result<Tokenizer, TokenizerError> {
    Tokenizer::from_gguf(&Gguf::from_bytes(writer.to_bytes().unwrap()).unwrap())
}

#[test]
fn as_in_llama_cpp() {
    let meanings = fixture("meanings.json");
    let cases = meanings["cases"].as_object().unwrap();
    assert_eq!(cases.len(), 15);
    for (name, case) in cases {
        let tokenizer = open(writer(&meanings, case)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let all = (0..tokenizer.len() as u32).map(TokenId);
        let special: Vec<TokenId> = all.filter(|&id| tokenizer.is_special(id)).collect();
        assert_eq!(special, ids(&case["special"]), "{name}");
        assert_eq!(tokenizer.end_tokens(), ids(&case["end"]), "{name}");
        assert_eq!(tokenizer.add_bos(), case["add_bos"].as_bool().unwrap(), "{name}");
        // Where a byte-level BPE names no BOS llama.cpp takes token 11, whatever that is.
        let bos = tokenizer.bos().map_or(11, |id| id.0);
        assert_eq!(u64::from(bos), case["bos"].as_u64().unwrap(), "{name}");
        let text = case["text"].as_str().unwrap();
        let (plain, parsed) = both(case);
        assert_eq!(tokenizer.encode(text, Specials::AsText).unwrap(), plain, "{name}");
        assert_eq!(tokenizer.encode(text, Specials::Parse).unwrap(), parsed, "{name}, parsed");
    }
}

#[test]
fn what_has_no_effect_is_noted() {
    let meanings = fixture("meanings.json");
    let notes = |name: &str| {
        let tokenizer = open(writer(&meanings, &meanings["cases"][name])).unwrap();
        tokenizer
            .notes()
            .iter()
            .map(|Note { text, details }| (text.clone(), details.len()))
            .collect::<Vec<_>>()
    };
    let quiet = ["names", "harmony", "keys", "pieces", "switches that are off"];
    assert!(quiet.iter().all(|name| notes(name).is_empty()));
    let [(text, 9)] = &notes("keys without a token")[..] else { panic!() };
    assert!(text.starts_with("9 keys name a token that the vocabulary of 260 does not have"), "{text}");
    assert!(text.contains("tokenizer.ggml.bos_token_id = 9999"), "{text}");
    let [(text, 3)] = &notes("pieces, keys without a token")[..] else { panic!() };
    assert!(text.contains("3 keys"), "{text}");
    let [(text, 3)] = &notes("switches")[..] else { panic!() };
    assert!(text.starts_with("3 switches of the tokenizer have no effect"), "{text}");
    let [(text, 2)] = &notes("switches of pieces")[..] else { panic!() };
    assert!(text.contains("tokenizer.ggml.add_eos_token = true"), "{text}");
}

#[test]
fn a_bos_that_is_not_there_and_would_be_added() {
    let meanings = fixture("meanings.json");
    for (name, add_bos) in [("pieces", None), ("switches", Some(true))] {
        let writer = writer(&meanings, &meanings["cases"][name]).meta("tokenizer.ggml.bos_token_id", 9999u32);
        let writer = match add_bos {
            Some(add_bos) => writer.meta("tokenizer.ggml.add_bos_token", add_bos),
            None => writer,
        };
        let error = open(writer).unwrap_err();
        assert!(matches!(error, TokenizerError::IdOutOfRange { found: 9999, .. }), "{error}");
    }
}

/// llama.cpp ends the process at such a file; a dictionary of Python's (and so transformers) keeps the last.
#[test]
fn the_same_text_twice() {
    let mut parts = Parts::tiny();
    parts.tokens.extend(["ab", "b", "<|im_end|>", "<|im_end|>", ""].map(String::from));
    parts.types = Some(vec![1, 1, 1, 1, 1, 3, 3, 1]);
    let tokenizer = parts.tokenizer().unwrap();
    let encode = |text, specials| tokenizer.encode(text, specials).unwrap();
    assert_eq!(encode("abb", Specials::AsText), [3, 4].map(TokenId));
    assert_eq!(encode("a<|im_end|>", Specials::Parse), [0, 6].map(TokenId));
    // Those before them stay what a model may choose.
    assert_eq!(
        (tokenizer.bytes(TokenId(2)), tokenizer.bytes(TokenId(1))),
        (Some(&b"ab"[..]), Some(&b"b"[..]))
    );
    assert_eq!(tokenizer.id_of_bytes(b"ab"), Some(TokenId(3)));
    assert_eq!(tokenizer.end_tokens(), [TokenId(6)]);
    assert!(tokenizer.is_special(TokenId(5)));
    let [Note { text, details }] = tokenizer.notes() else { panic!() };
    assert!(text.starts_with("3 tokens have the text of a later one (\"b\": 1 and 4, …)"), "{text}");
    assert_eq!(details[1..], ["\"ab\": 2 and 3", "\"<|im_end|>\": 5 and 6"]);

    let pieces = |more: &[&str]| {
        let tokens = ["<unk>", "<s>", "</s>", "a", "b", "ab"].iter().chain(more);
        let tokens: Vec<String> = tokens.map(|text| (*text).to_owned()).collect();
        Parts {
            model: Some("llama".into()),
            scores: Some((0..tokens.len()).map(|id| id as f32).collect()),
            types: Some((0..tokens.len()).map(|id| [2, 3, 3, 1, 1, 1, 1][id]).collect()),
            space_prefix: Some(false),
            tokens,
            ..Parts::default()
        }
        .tokenizer()
        .unwrap()
    };
    assert_eq!(pieces(&["ab"]).encode("ab", Specials::AsText).unwrap(), [TokenId(6)]);
    assert_eq!(pieces(&["ab"]).notes().len(), 1);
    assert_eq!(pieces(&[]).notes(), []);
}
