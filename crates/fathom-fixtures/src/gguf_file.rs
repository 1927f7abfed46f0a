//! A GGUF writer that shares no code with Fathom's reader. Its files equal the `gguf` Python package's byte for byte.

use crate::{fixtures, load};
use serde_json::Value;

/// `(key, type, value)`, as recipes list them.
pub(crate) type Key = (String, String, Value);

/// A tensor as the file holds it.
pub(crate) struct Tensor {
    pub(crate) name: String,
    /// GGML's number of the type: 0 is F32, 1 is F16.
    pub(crate) type_number: u32,
    /// In elements, outermost axis first.
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

const ALIGNMENT: usize = 32;

/// The file with these keys (after `general.architecture`) and tensors.
pub(crate) fn assemble(arch: &str, keys: &[Key], tensors: &[Tensor]) -> Vec<u8> {
    let arch = ("general.architecture".to_owned(), "str".to_owned(), Value::from(arch));
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((keys.len() as u64 + 1).to_le_bytes());
    for (key, kind, value) in std::iter::once(&arch).chain(keys) {
        string(&mut out, key);
        out.extend(type_number(kind).to_le_bytes());
        write_value(&mut out, kind, value);
    }
    let mut offset = 0;
    for tensor in tensors {
        string(&mut out, &tensor.name);
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        // GGUF lists the innermost axis first.
        out.extend(tensor.shape.iter().rev().flat_map(|n| (*n as u64).to_le_bytes()));
        out.extend(tensor.type_number.to_le_bytes());
        out.extend((offset as u64).to_le_bytes());
        offset += tensor.bytes.len().next_multiple_of(ALIGNMENT);
    }
    pad(&mut out);
    for tensor in tensors {
        out.extend(&tensor.bytes);
        pad(&mut out);
    }
    out
}

/// The tiny tokenizer's keys, padded with unused tokens up to the model's vocabulary.
pub(crate) fn tokenizer_keys(vocab: usize) -> Vec<Key> {
    let mut keys: Vec<Key> = load(&fixtures().join("tiny/tokenizer/gguf.json"));
    for (key, _, value) in &mut keys {
        let Some(list) = value.as_array_mut() else { continue };
        for id in list.len()..vocab {
            match key.as_str() {
                "tokenizer.ggml.tokens" => list.push(Value::from(format!("[PAD{id}]"))),
                "tokenizer.ggml.token_type" => list.push(Value::from(5)),
                _ => {}
            }
        }
    }
    keys
}

fn type_number(kind: &str) -> u32 {
    match kind {
        "u32" => 4,
        "i32" => 5,
        "f32" => 6,
        "bool" => 7,
        "str" => 8,
        list if list.starts_with('[') => 9,
        other => panic!("the recipe has a value of type {other}"),
    }
}

fn write_value(out: &mut Vec<u8>, kind: &str, value: &Value) {
    match kind {
        "u32" => out.extend((value.as_u64().expect("a count") as u32).to_le_bytes()),
        "i32" => out.extend((value.as_i64().expect("an integer") as i32).to_le_bytes()),
        "f32" => out.extend((value.as_f64().expect("a number") as f32).to_le_bytes()),
        "bool" => out.push(u8::from(value.as_bool().expect("true or false"))),
        "str" => string(out, value.as_str().expect("a string")),
        list => {
            let inner = list.trim_matches(['[', ']']);
            let values = value.as_array().expect("a list");
            out.extend(type_number(inner).to_le_bytes());
            out.extend((values.len() as u64).to_le_bytes());
            values.iter().for_each(|value| write_value(out, inner, value));
        }
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
}
