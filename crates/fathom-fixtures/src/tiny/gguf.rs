//! Tiny models as GGUF files, by a writer that shares no code with Fathom's reader.

use super::{GgufRecipe, Manifest, manifest};
use crate::{fixtures, load};
use half::f16;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How matrices are stored; vectors are always f32, as llama.cpp has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GgufType {
    /// All f32.
    #[default]
    F32,
    /// f16 matrices.
    F16,
}

impl GgufType {
    /// The name by which the recipe lists its checksum.
    pub fn name(self) -> &'static str {
        match self {
            GgufType::F32 => "F32",
            GgufType::F16 => "F16",
        }
    }
}

/// Writes `name` into `dir` as `NAME.gguf` (f32) in llama.cpp's layout, tokenizer included. Returns its path.
///
/// # Panics
/// When there is no such tiny model, it has no GGUF form, or `dir` can't be written.
pub fn write_gguf(name: &str, dir: &Path) -> PathBuf {
    write_gguf_as(name, dir, GgufType::F32)
}

/// Writes `name` into `dir` as `NAME.gguf`, stored as asked. Returns its path.
///
/// # Panics
/// As [`write_gguf`].
pub fn write_gguf_as(name: &str, dir: &Path, kind: GgufType) -> PathBuf {
    let manifest = manifest(name);
    let recipe = manifest.gguf.as_ref().unwrap_or_else(|| panic!("the tiny model {name} has no GGUF form"));
    let path = dir.join(format!("{name}.gguf"));
    let bytes = file(&manifest, recipe, kind);
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    path
}

const ALIGNMENT: usize = 32;

/// The whole file, byte for byte as the `gguf` Python package writes it.
fn file(manifest: &Manifest, recipe: &GgufRecipe, kind: GgufType) -> Vec<u8> {
    let (mut infos, mut data) = (Vec::new(), Vec::new());
    let mut vocab = 0;
    for tensor in &recipe.tensors {
        let (shape, values) = laid_out(manifest, &tensor.from, &tensor.steps);
        if tensor.name == "token_embd.weight" {
            vocab = shape[0];
        }
        let half = kind == GgufType::F16 && shape.len() > 1;
        string(&mut infos, &tensor.name);
        infos.extend((shape.len() as u32).to_le_bytes());
        // GGUF lists the innermost axis first.
        infos.extend(shape.iter().rev().flat_map(|n| (*n as u64).to_le_bytes()));
        infos.extend(u32::from(half).to_le_bytes());
        infos.extend((data.len() as u64).to_le_bytes());
        if half {
            data.extend(values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()));
        } else {
            data.extend(values.iter().flat_map(|x| x.to_le_bytes()));
        }
        pad(&mut data);
    }
    let mut keys = vec![
        ("general.architecture".to_owned(), "str".to_owned(), Value::from(recipe.arch.clone())),
        ("general.file_type".to_owned(), "u32".to_owned(), Value::from(u32::from(kind == GgufType::F16))),
    ];
    keys.extend(recipe.metadata.clone());
    keys.extend(tokenizer_keys(vocab));
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((recipe.tensors.len() as u64).to_le_bytes());
    out.extend((keys.len() as u64).to_le_bytes());
    for (key, kind, value) in &keys {
        string(&mut out, key);
        out.extend(type_number(kind).to_le_bytes());
        write_value(&mut out, kind, value);
    }
    out.extend(infos);
    pad(&mut out);
    out.extend(data);
    out
}

/// A tensor in llama.cpp's layout, with its shape, outermost axis first.
fn laid_out(manifest: &Manifest, from: &[String], steps: &[super::Step]) -> (Vec<usize>, Vec<f32>) {
    let (mut shape, mut all) = (Vec::new(), Vec::new());
    for name in from {
        shape = manifest.entry(name).shape.clone();
        let values = manifest.values(name);
        all.extend(steps.iter().fold(values, |values, step| step.apply(values, &mut shape)));
    }
    if from.len() > 1 {
        shape.insert(0, from.len());
    }
    (shape, all)
}

/// The tiny tokenizer's keys, padded with unused tokens up to the model's vocabulary.
fn tokenizer_keys(vocab: usize) -> Vec<(String, String, Value)> {
    let mut keys: Vec<(String, String, Value)> = load(&fixtures().join("tiny/tokenizer/gguf.json"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn files_equal_the_gguf_packages_byte_for_byte() {
        let mut compared = 0;
        for name in crate::tiny::names() {
            let manifest = manifest(&name);
            let Some(recipe) = &manifest.gguf else { continue };
            for kind in [GgufType::F32, GgufType::F16] {
                let hash = Sha256::digest(file(&manifest, recipe, kind));
                let found: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(found, recipe.sha256[kind.name()], "{name} as {kind:?}");
                compared += 1;
            }
        }
        assert!(compared >= 4, "only {compared} files compared");
    }
}
