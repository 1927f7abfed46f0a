//! Quantised GGUF files of random finite blocks: what the `gguf` Python package dequantises, bit for bit.
//!
//! [`write_llama`] is a tiny Llama whose matrices cycle through every type, with a [`reference()`] by transformers;
//! [`write_wild`] holds rows of every type whose scales are any finite f16 (subnormal, huge, negative, zero).

use crate::gguf_file::{Key, Tensor, assemble, tokenizer_keys};
use crate::prng::{SplitMix64, fnv1a};
use crate::tiny::Entry;
use crate::{Reference, fixtures, load};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A quantised tensor and what dequantising it gives.
#[derive(Clone, Debug, Deserialize)]
pub struct Quantised {
    /// Its name in the GGUF.
    pub name: String,
    /// `Q4_0` … `Q6_K`.
    #[serde(rename = "type")]
    pub kind: String,
    /// In elements, outermost axis first.
    pub shape: Vec<usize>,
    wild: bool,
    packed_fnv: String,
    /// [`fnv1a`] of the dequantised f32 values' little-endian bytes, 16 hex digits.
    pub values_fnv: String,
    /// Some of them: flat index and exact value.
    pub sample: Vec<(usize, f32)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Quantised(Quantised),
    Plain(Entry),
}

#[derive(Deserialize)]
struct File {
    arch: String,
    metadata: Vec<Key>,
    tensors: Vec<Listed>,
    #[cfg_attr(not(test), allow(dead_code))] // compared by the test below
    sha256: String,
}

#[derive(Deserialize)]
struct Manifest {
    seed: u64,
    llama: File,
    wild: File,
}

/// How a type's blocks are laid out: `(type number, elements, bytes, offsets of its f16 scales, exponent of tame scales)`.
type Blocks = (u32, usize, usize, &'static [usize], i32);

fn blocks_of(kind: &str) -> Blocks {
    match kind {
        "Q4_0" => (2, 32, 18, &[0], -6),
        "Q4_1" => (3, 32, 20, &[0, 2], -7),
        "Q5_0" => (6, 32, 22, &[0], -7),
        "Q5_1" => (7, 32, 24, &[0, 2], -8),
        "Q8_0" => (8, 32, 34, &[0], -10),
        "Q2_K" => (10, 256, 84, &[80, 82], -8),
        "Q3_K" => (11, 256, 110, &[108], -9),
        "Q4_K" => (12, 256, 144, &[0, 2], -12),
        "Q5_K" => (13, 256, 176, &[0, 2], -13),
        "Q6_K" => (14, 256, 210, &[208], -14),
        other => panic!("no layout for the type {other}"),
    }
}

impl Quantised {
    /// Whether `values` are, bit for bit, what the `gguf` package dequantises. Compare [`Quantised::sample`] first: it
    /// says more.
    pub fn is_dequantised(&self, values: &[f32]) -> bool {
        format!("{:016x}", fnv1a(bytemuck::cast_slice(values))) == self.values_fnv
    }

    /// The packed blocks, row after row.
    ///
    /// # Panics
    /// When they are not the ones that Python made.
    pub fn packed(&self) -> Vec<u8> {
        let (_, elements, width, scales, exponent) = blocks_of(&self.kind);
        let count = self.shape.iter().product::<usize>() / elements;
        let mut random = SplitMix64::new(fnv1a(self.name.as_bytes()) ^ manifest().seed);
        let mut bytes: Vec<u8> =
            (0..(count * width).div_ceil(8)).flat_map(|_| random.next_u64().to_le_bytes()).collect();
        bytes.truncate(count * width);
        for block in bytes.chunks_exact_mut(width) {
            for &at in scales {
                let drawn = u16::from_le_bytes([block[at], block[at + 1]]);
                let half = match self.wild {
                    // An exponent of 31 means infinity or NaN: make it 15.
                    true if drawn >> 10 & 31 == 31 => drawn & !(1 << 14),
                    true => drawn,
                    false => drawn & 0x83FF | ((15 + exponent) as u16) << 10,
                };
                block[at..at + 2].copy_from_slice(&half.to_le_bytes());
            }
        }
        assert_eq!(
            format!("{:016x}", fnv1a(&bytes)),
            self.packed_fnv,
            "{} is not what Python made",
            self.name
        );
        bytes
    }
}

/// The quantised tensors of the tiny Llama.
pub fn llama_tensors() -> Vec<Quantised> {
    quantised(manifest().llama)
}

/// The rows with wild scales, one tensor a type.
pub fn wild_tensors() -> Vec<Quantised> {
    quantised(manifest().wild)
}

/// What transformers computed on the quantised Llama.
pub fn reference() -> Reference {
    load(&fixtures().join("quant/reference.json"))
}

/// Writes the quantised tiny Llama, tokenizer included, as `quant-llama.gguf` into `dir`. Returns its path.
///
/// # Panics
/// When `dir` can't be written.
pub fn write_llama(dir: &Path) -> PathBuf {
    let manifest = manifest();
    save(dir.join("quant-llama.gguf"), &llama_file(&manifest))
}

/// Writes the wild rows as `wild.gguf` into `dir`: tensors only, no model. Returns its path.
///
/// # Panics
/// When `dir` can't be written.
pub fn write_wild(dir: &Path) -> PathBuf {
    let manifest = manifest();
    save(dir.join("wild.gguf"), &wild_file(&manifest))
}

fn manifest() -> Manifest {
    load(&fixtures().join("quant/manifest.json"))
}

fn quantised(file: File) -> Vec<Quantised> {
    let only = |listed| match listed {
        Listed::Quantised(tensor) => Some(tensor),
        Listed::Plain(_) => None,
    };
    file.tensors.into_iter().filter_map(only).collect()
}

fn llama_file(manifest: &Manifest) -> Vec<u8> {
    let mut keys = manifest.llama.metadata.clone();
    keys.extend(tokenizer_keys(0));
    assemble(&manifest.llama.arch, &keys, &tensors(&manifest.llama, manifest.seed))
}

fn wild_file(manifest: &Manifest) -> Vec<u8> {
    assemble(&manifest.wild.arch, &manifest.wild.metadata, &tensors(&manifest.wild, manifest.seed))
}

fn tensors(file: &File, seed: u64) -> Vec<Tensor> {
    let stored = |listed: &Listed| match listed {
        Listed::Quantised(tensor) => Tensor {
            name: tensor.name.clone(),
            type_number: blocks_of(&tensor.kind).0,
            shape: tensor.shape.clone(),
            bytes: tensor.packed(),
        },
        Listed::Plain(entry) => Tensor {
            name: entry.name.clone(),
            type_number: 0,
            shape: entry.shape.clone(),
            bytes: entry.values(seed).iter().flat_map(|x| x.to_le_bytes()).collect(),
        },
    };
    file.tensors.iter().map(stored).collect()
}

fn save(path: PathBuf, bytes: &[u8]) -> PathBuf {
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn files_equal_the_gguf_packages_byte_for_byte() {
        let manifest = manifest();
        let files = [(llama_file(&manifest), &manifest.llama), (wild_file(&manifest), &manifest.wild)];
        for (bytes, listed) in files {
            let found: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, listed.sha256);
        }
    }

    #[test]
    fn every_type_is_there_and_the_simplest_dequantises_as_python_says() {
        let wild = wild_tensors();
        assert_eq!(wild.len(), 10);
        let q8 = wild.iter().find(|tensor| tensor.kind == "Q8_0").unwrap();
        // Q8_0: an f16 scale, then 32 signed bytes.
        let values: Vec<f32> = q8
            .packed()
            .chunks_exact(34)
            .flat_map(|block| {
                let scale = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
                block[2..].iter().map(move |q| scale * f32::from(*q as i8)).collect::<Vec<f32>>()
            })
            .collect();
        assert!(q8.is_dequantised(&values));
        assert!(q8.sample.iter().all(|(at, value)| values[*at] == *value));
        assert!(!q8.is_dequantised(&values[1..]));
    }
}
