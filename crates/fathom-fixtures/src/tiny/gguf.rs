//! Tiny models as GGUF files, by a writer that shares no code with Fathom's reader.

use super::{GgufRecipe, Manifest, manifest};
use crate::gguf_file::{Key, Tensor, assemble, tokenizer_keys};
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

/// The whole file, byte for byte as the `gguf` Python package writes it.
fn file(manifest: &Manifest, recipe: &GgufRecipe, kind: GgufType) -> Vec<u8> {
    let mut vocab = 0;
    let tensors: Vec<Tensor> = recipe
        .tensors
        .iter()
        .map(|tensor| {
            let (shape, values) = match tensor.values.as_slice() {
                [] => laid_out(manifest, &tensor.from, &tensor.steps),
                values => (vec![values.len()], values.to_vec()),
            };
            if tensor.name == "token_embd.weight" {
                vocab = shape[0];
            }
            let half = kind == GgufType::F16 && shape.len() > 1;
            let bytes = if half {
                values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect()
            } else {
                values.iter().flat_map(|x| x.to_le_bytes()).collect()
            };
            Tensor { name: tensor.name.clone(), type_number: u32::from(half), shape, bytes }
        })
        .collect();
    let file_type =
        ("general.file_type".to_owned(), "u32".to_owned(), Value::from(u32::from(kind == GgufType::F16)));
    let keys: Vec<Key> =
        std::iter::once(file_type).chain(recipe.metadata.clone()).chain(tokenizer_keys(vocab)).collect();
    assemble(&recipe.arch, &keys, &tensors)
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
