//! Tiny models whose weights are made from seeds: every family's layout in a few kilobytes of committed text.

mod gguf;
mod manifest;
mod safetensors;
mod stored;

pub use gguf::{GgufType, write_gguf, write_gguf_as};
pub use manifest::{Entry, Fused, GgufRecipe, GgufTensor, Manifest, StateDict, Step};
pub use safetensors::{Files, Layout, Storage, write_safetensors, write_safetensors_as};
pub use stored::{Case, Cases, cases};

use crate::{Reference, fixtures, load};
use std::path::PathBuf;

/// Every tiny model, by folder name under `fixtures/tiny`, sorted.
pub fn names() -> Vec<String> {
    let folder = fixtures().join("tiny");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            path.join("manifest.json")
                .is_file()
                .then(|| path.file_name().unwrap().to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    names
}

/// The tiny models of one transformers class, e.g. `LlamaForCausalLM`.
///
/// # Panics
/// When there is none: a test that loops over them would check nothing.
pub fn names_of_class(class: &str) -> Vec<String> {
    let found: Vec<String> = names().into_iter().filter(|name| manifest(name).class == class).collect();
    assert!(!found.is_empty(), "no tiny model of class {class}");
    found
}

/// How `name`'s weights are made.
///
/// # Panics
/// When there is no tiny model of that name.
pub fn manifest(name: &str) -> Manifest {
    load(&folder(name).join("manifest.json"))
}

/// What transformers computed on `name`.
///
/// # Panics
/// When there is no tiny model of that name.
pub fn reference(name: &str) -> Reference {
    load(&folder(name).join("reference.json"))
}

/// The parsed config.json, as transformers 5 writes it.
///
/// # Panics
/// When there is no tiny model of that name.
pub fn config(name: &str) -> serde_json::Value {
    load(&folder(name).join("config.json"))
}

fn folder(name: &str) -> PathBuf {
    let folder = fixtures().join("tiny").join(name);
    assert!(folder.is_dir(), "no tiny model {name}; there are {:?}", names());
    folder
}
