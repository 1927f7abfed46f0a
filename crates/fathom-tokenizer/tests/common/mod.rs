//! The committed references, and tokenizers to hold against them.
#![allow(dead_code)] // Each test file uses a part.

use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Gguf, Value as Meta};
use fathom_reading::TokenId;
use fathom_tokenizer::{Tokenizer, TokenizerError};
use serde_json::Value;

/// A file made by `fixtures/tokenizer_references.py`.
pub(crate) fn fixture(name: &str) -> Value {
    let path = fathom_fixtures::fixtures().join("tokenizer").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn strings(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

pub(crate) fn ids(list: &Value) -> Vec<TokenId> {
    list.as_array().unwrap().iter().map(|id| TokenId(id.as_u64().unwrap() as u32)).collect()
}

/// The ids of one text: without parsing special strings, and with.
pub(crate) fn both(case: &Value) -> (Vec<TokenId>, Vec<TokenId>) {
    let plain = ids(&case["ids"]);
    let parsed = if case["parsed"].is_null() { plain.clone() } else { ids(&case["parsed"]) };
    (plain, parsed)
}

/// The metadata of a tokenizer, to be changed by tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub model: Option<String>,
    pub pre: Option<String>,
    pub tokens: Vec<String>,
    pub types: Option<Vec<i32>>,
    pub merges: Option<Vec<String>>,
    pub bos: Option<u32>,
    pub eos: Option<u32>,
    pub add_bos: Option<bool>,
    pub scores: Option<Vec<f32>>,
    pub space_prefix: Option<bool>,
    pub name: Option<String>,
    pub chat_template: Option<String>,
}

impl Parts {
    /// The small vocabulary.
    pub(crate) fn small(pre: Option<&str>) -> Parts {
        let small = fixture("small.json");
        Parts {
            model: Some("gpt2".into()),
            pre: pre.map(str::to_owned),
            tokens: strings(&small["tokens"]),
            types: Some(ids(&small["types"]).into_iter().map(|id| id.0 as i32).collect()),
            merges: Some(strings(&small["merges"])),
            bos: Some(small["bos"].as_u64().unwrap() as u32),
            eos: Some(small["eos"].as_u64().unwrap() as u32),
            ..Parts::default()
        }
    }

    /// Three tokens and a merge.
    pub(crate) fn tiny() -> Parts {
        Parts {
            model: Some("gpt2".into()),
            pre: Some("gpt-2".into()),
            tokens: ["a", "b", "ab"].map(String::from).into(),
            types: None,
            merges: Some(vec!["a b".into()]),
            ..Parts::default()
        }
    }

    /// A SentencePiece BPE vocabulary as a fixture has it.
    pub(crate) fn spm(vocabulary: &Value) -> Parts {
        let numbers =
            |key: &str| vocabulary[key].as_array().unwrap().iter().map(|n| n.as_i64().unwrap() as i32);
        Parts {
            model: Some("llama".into()),
            tokens: strings(&vocabulary["tokens"]),
            types: Some(numbers("types").collect()),
            scores: Some(numbers("scores").map(|score| score as f32).collect()),
            ..Parts::default()
        }
    }

    pub(crate) fn gguf(&self) -> Gguf {
        Gguf::from_bytes(self.bytes()).unwrap()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut writer = GgufWriter::new().meta("general.architecture", "llama");
        let mut put = |key: &str, value: Option<Meta>| {
            if let Some(value) = value {
                writer = std::mem::take(&mut writer).meta(key, value);
            }
        };
        let strings = |list: &Vec<String>| Meta::from_iter(list.iter().map(String::as_str));
        put("tokenizer.ggml.model", self.model.as_deref().map(Meta::from));
        put("tokenizer.ggml.pre", self.pre.as_deref().map(Meta::from));
        put("tokenizer.ggml.tokens", Some(strings(&self.tokens)));
        put("tokenizer.ggml.token_type", self.types.clone().map(Meta::from));
        put("tokenizer.ggml.merges", self.merges.as_ref().map(strings));
        put("tokenizer.ggml.bos_token_id", self.bos.map(Meta::from));
        put("tokenizer.ggml.eos_token_id", self.eos.map(Meta::from));
        put("tokenizer.ggml.add_bos_token", self.add_bos.map(Meta::from));
        put("tokenizer.ggml.scores", self.scores.clone().map(Meta::from));
        put("tokenizer.ggml.add_space_prefix", self.space_prefix.map(Meta::from));
        put("general.name", self.name.as_deref().map(Meta::from));
        put("tokenizer.chat_template", self.chat_template.as_deref().map(Meta::from));
        writer.to_bytes().unwrap()
    }

    pub(crate) fn tokenizer(&self) -> Result<Tokenizer, TokenizerError> {
        Tokenizer::from_gguf(&self.gguf())
    }
}

/// A folder of JSON files.
pub(crate) fn folder(files: &[(&str, &Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, json) in files {
        std::fs::write(folder.path().join(name), json.to_string()).unwrap();
    }
    folder
}

pub(crate) fn open(files: &[(&str, &Value)]) -> Result<Tokenizer, TokenizerError> {
    Tokenizer::from_folder(folder(files).path())
}

/// An entry of `added_tokens`.
pub(crate) fn added(id: usize, content: &str, special: bool) -> Value {
    serde_json::json!({"id": id, "content": content, "special": special, "single_word": false, "lstrip": false,
                       "rstrip": false, "normalized": false})
}
