//! Checkpoints that hold more, less or other tensors than their config asks for, and what transformers makes of them.

use super::safetensors::{Layout, Tensor, write_safetensors_as, write_tensors};
use super::{Entry, Files, config, manifest};
use crate::{fixtures, load};
use safetensors::tensor::Dtype;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// All of them.
#[derive(Clone, Debug, Deserialize)]
pub struct Cases {
    /// The prompt that the logits follow.
    pub ids: Vec<u32>,
    /// Each.
    pub cases: Vec<Case>,
}

/// A tiny model with changes, and transformers' verdict on it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is odd about it.
    pub name: String,
    /// The tiny model.
    pub model: String,
    #[serde(default)]
    config: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    rename: BTreeMap<String, String>,
    #[serde(default)]
    copy: BTreeMap<String, String>,
    #[serde(default)]
    add: Vec<Entry>,
    #[serde(default)]
    integers: Vec<Shaped>,
    /// Where transformers has no rule, and takes one of two tensors.
    #[serde(default)]
    pub ambiguous: bool,
    /// What it says where it does not load the model.
    pub refused: Option<String>,
    /// Weights that it would draw at random.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Tensors that it does not use.
    #[serde(default)]
    pub unexpected: Vec<String>,
    /// Whether the embedding is the head.
    pub tied: Option<bool>,
    /// The tokens whose logits are kept.
    pub at: Vec<usize>,
    /// Their logits after the last token; none where the model is not whole.
    #[serde(default)]
    pub logits: Vec<f32>,
}

#[derive(Clone, Debug, Deserialize)]
struct Shaped {
    name: String,
    shape: Vec<usize>,
}

/// The cases of `fixtures/stored`.
pub fn cases() -> Cases {
    load(&fixtures().join("stored/cases.json"))
}

impl Case {
    /// Writes the changed model into `dir`: one file, or as many shards with an index.
    ///
    /// # Panics
    /// When `dir` can't be written.
    pub fn write(&self, dir: &Path, files: Files, shards: usize) {
        let manifest = manifest(&self.model);
        let stay = manifest.tensors.iter().filter(|entry| !self.drop.contains(&entry.name));
        let mut tensors: Vec<Tensor> = stay
            .map(|entry| {
                let name = self.rename.get(&entry.name).unwrap_or(&entry.name);
                floats(name, &entry.shape, &manifest.values(&entry.name))
            })
            .collect();
        for (from, name) in &self.copy {
            tensors.push(floats(name, &manifest.entry(from).shape, &manifest.values(from)));
        }
        tensors.extend(
            self.add.iter().map(|entry| floats(&entry.name, &entry.shape, &entry.values(manifest.seed))),
        );
        tensors.extend(self.integers.iter().map(|Shaped { name, shape }| {
            let bytes = (0..shape.iter().product::<usize>() as u64).flat_map(u64::to_le_bytes).collect();
            Tensor { name: name.clone(), shape: shape.clone(), dtype: Dtype::I64, bytes, alias: None }
        }));
        let mut keys = config(&self.model);
        for (key, value) in &self.config {
            keys[key] = value.clone();
        }
        // For the tokenizer's files; config and weights are then written again.
        let layout = Layout { files, shards, ..Layout::default() };
        write_safetensors_as(&self.model, dir, &layout);
        let write = std::fs::write(dir.join("config.json"), keys.to_string());
        write.unwrap_or_else(|error| panic!("cannot write to {}: {error}", dir.display()));
        write_tensors(dir, &tensors, &layout);
    }
}

fn floats(name: &str, shape: &[usize], values: &[f32]) -> Tensor {
    let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    Tensor { name: name.to_owned(), shape: shape.to_vec(), dtype: Dtype::F32, bytes, alias: None }
}
