//! Damaged models: the tiny Llama with one weight that is NaN or infinite.

use crate::{fixtures, load, tiny};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What transformers makes of them (schema `fathom-not-finite/1`).
#[derive(Clone, Debug, Deserialize)]
pub struct Damaged {
    /// The tokens that were run.
    pub ids: Vec<u32>,
    /// One a planted weight.
    pub cases: Vec<DamagedCase>,
}

/// A planted weight, and what is finite all the same.
#[derive(Clone, Debug, Deserialize)]
pub struct DamagedCase {
    /// In words.
    pub name: String,
    /// The weight's tensor, and its index there, row-major.
    pub tensor: String,
    /// See `tensor`.
    pub index: usize,
    /// What it becomes: `nan`, `inf`.
    pub planted: String,
    /// The shallowest site that is not finite somewhere, and the first position of that; `None` where all states are finite.
    pub first: Option<FirstSite>,
    /// Per site (and `logits`), for each position: 1 where it is finite.
    pub finite: BTreeMap<String, Vec<u8>>,
    /// The lens's rows, as sites.
    pub rows: Vec<String>,
    /// Per position the next token; after the last the model's choice, if it has one.
    pub targets: Vec<Option<u32>>,
    /// What the logit lens sees.
    pub cells: DamagedCells,
}

/// A site by its name, and a position.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct FirstSite {
    pub site: String,
    pub position: u32,
}

/// `[rows * positions]` each; `None` where there is no number.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "each is a column of a reading")]
pub struct DamagedCells {
    pub top_id: Vec<Option<u32>>,
    pub top_prob: Vec<Option<f64>>,
    pub target_rank: Vec<Option<u32>>,
    pub entropy_bits: Vec<Option<f64>>,
    pub kl_bits: Vec<Option<f64>>,
    pub kl_reverse_bits: Vec<Option<f64>>,
    pub surprisal_bits: Vec<Option<f64>>,
}

/// The committed reference.
///
/// # Panics
/// When it is missing.
pub fn reference() -> Damaged {
    load(&fixtures().join("not_finite.json"))
}

impl DamagedCase {
    /// Writes the damaged model into `dir`, as [`tiny::write_safetensors`] would the sound one.
    ///
    /// # Panics
    /// When `dir` can't be written, or the case names no weight.
    pub fn write(&self, dir: &Path) {
        tiny::write_safetensors("llama", dir);
        let path = dir.join("model.safetensors");
        let mut file = std::fs::read(&path).expect("just written");
        // Length of the header, header, numbers.
        let start = 8 + u64::from_le_bytes(file[..8].try_into().expect("8 bytes")) as usize;
        let header: serde_json::Value = serde_json::from_slice(&file[8..start]).expect("a header");
        let tensor =
            header[&self.tensor]["data_offsets"][0].as_u64().expect("a tensor of the model") as usize;
        let planted: f32 = self.planted.parse().expect("planted is a number");
        file[start + tensor + 4 * self.index..][..4].copy_from_slice(&planted.to_le_bytes());
        std::fs::write(&path, file).expect("as it was written before");
    }
}
