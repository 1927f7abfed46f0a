//! What a GGUF file's tokens are for, as llama.cpp takes them: tokens known by name, keys that name a token, switches.

mod common;

use common::{Parts, both, fixture, ids};
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Gguf, Note, Value as Meta};
use fathom_reading::TokenId;
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use serde_json::Value;

fn entries<'a>(list: &'a Value) -> impl Iterator<Item = (&'a str, i32)> {
    let entry = |entry: &'a Value| (entry[0].as_str().unwrap(), entry[1].as_i64().unwrap() as i32);
    list.as_array().unwrap().iter().map(entry)
}

fn writer(meanings: &Value, case: &Value) -> GgufWriter {
    let scores = |count: usize| vec![0.0f32; count];
    writer_with(meanings, case, scores)
}

fn writer_with(meanings: &Value, case: &Value, scores: impl Fn(usize) -> Vec<f32>) -> GgufWriter {
    let model = case["model"].as_str().unwrap();
    let bytes = &meanings["bytes"][case["bytes"].as_str().unwrap()];
    let tokens: Vec<_> = entries(bytes).chain(entries(&case["tokens"])).collect();
    let writer = GgufWriter::new()
        .meta("general.architecture", "llama")
        .meta("tokenizer.ggml.model", model)
        .meta("tokenizer.ggml.tokens", Meta::from_iter(tokens.iter().map(|(text, _)| *text)))
        .meta("tokenizer.ggml.token_type", tokens.iter().map(|(_, kind)| *kind).collect::<Vec<_>>());
    let writer = match model {
        "gpt2" => {
            writer.meta("tokenizer.ggml.pre", "gpt-2").meta("tokenizer.ggml.merges", Meta::from_iter(["a b"]))
        }
        _ => writer.meta("tokenizer.ggml.scores", scores(tokens.len())),
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
    assert_eq!(cases.len(), 16);
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

#[test]
fn bytes_called_normal_are_bytes() {
    let meanings = fixture("meanings.json");
    let tokenizer = open(writer(&meanings, &meanings["cases"]["bytes called normal"])).unwrap();
    assert_eq!(tokenizer.bytes(TokenId(3 + 0xE2)), Some(&b"\xE2"[..]));
}

/// The ids are transformers', which keeps the last: llama.cpp ends the process at such a file.
#[test]
fn the_same_text_twice_is_the_last_token() {
    let meanings = fixture("meanings.json");
    for model in ["gpt2", "llama"] {
        let given = &meanings["twice"][model];
        // Of pieces, those with smaller numbers are joined first.
        let scores = |count| (0..count).map(|id| -(id as f32)).collect();
        let tokenizer = open(writer_with(&meanings, given, scores)).unwrap();
        let cases = given["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 3);
        for case in cases {
            let text = case["text"].as_str().unwrap();
            assert_eq!(
                tokenizer.encode(text, Specials::AsText).unwrap(),
                ids(&case["ids"]),
                "{model}: {text}"
            );
        }
        assert_eq!(tokenizer.notes().len(), 1);
    }
}

#[test]
fn tokens_that_no_text_becomes_stay_what_they_are() {
    let mut parts = Parts::tiny();
    assert_eq!(parts.tokenizer().unwrap().notes(), []);
    parts.tokens.extend(["ab", "b", "<|im_end|>", "<|im_end|>", "", ""].map(String::from));
    parts.types = Some(vec![1, 1, 1, 1, 1, 3, 3, 1, 1]);
    let tokenizer = parts.tokenizer().unwrap();
    // A model may choose any of them.
    assert_eq!(
        (tokenizer.bytes(TokenId(2)), tokenizer.bytes(TokenId(3))),
        (Some(&b"ab"[..]), Some(&b"ab"[..]))
    );
    assert_eq!(tokenizer.id_of_bytes(b"ab"), Some(TokenId(3)));
    assert_eq!(tokenizer.encode("a<|im_end|>", Specials::Parse).unwrap(), [0, 6].map(TokenId));
    assert!(tokenizer.is_special(TokenId(5)) && tokenizer.is_special(TokenId(6)));
    let [Note { text, details }] = tokenizer.notes() else { panic!() };
    assert!(text.starts_with("3 tokens have the text of a later one (\"b\": 1 and 4, …)"), "{text}");
    assert_eq!(details[1..], ["\"ab\": 2 and 3", "\"<|im_end|>\": 5 and 6"]);
    parts.types = None;
    parts.tokens.extend(vec!["ab".to_owned(); 100_000]);
    let tokenizer = parts.tokenizer().unwrap();
    let [Note { text, details }] = tokenizer.notes() else { panic!() };
    assert!(text.starts_with("100003 tokens"), "{text}");
    assert_eq!((details.len(), details[100].as_str()), (101, "and 99903 more"));
}
