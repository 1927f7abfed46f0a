//! Storage formats for weights, and a report of how many weights use each.

use crate::dequant::block_type;
use fathom_formats::Dtype;
use fathom_kernel::{Float, Storage};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// How a model's matrices are stored in memory: those of the blocks, the embedding and the head. Norms, biases and learned positions
/// are f32 always, and so is all arithmetic: a precision says what the weights *are*, and the reading is exact for those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// As f32: every stored number exactly.
    #[default]
    F32,
    /// Rounded to bfloat16: half of f32's memory, 8 bits of mantissa.
    Bf16,
    /// Rounded to IEEE half precision: half of f32's memory, 11 bits of mantissa, numbers up to 65,504.
    F16,
    /// As the file has them, quantised or in 16 bits, and exact: a reading equals that of [`Precision::F32`] bit for bit.
    Packed,
}

impl Precision {
    /// All of them.
    pub const ALL: [Precision; 4] = [Precision::F32, Precision::Bf16, Precision::F16, Precision::Packed];

    /// `f32`, `bf16`, `f16` or `packed`.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16",
            Precision::F16 => "f16",
            Precision::Packed => "packed",
        }
    }

    /// What a number that is made while loading is stored as.
    pub(crate) fn float(self) -> Float {
        match self {
            Precision::F32 | Precision::Packed => Float::F32,
            Precision::Bf16 => Float::Bf16,
            Precision::F16 => Float::F16,
        }
    }

    /// What a matrix stored as `dtype` in the file is stored as in memory; `in_rows`: its rows are rows of the stored matrix as they are.
    pub(crate) fn storage(self, dtype: Dtype, in_rows: bool) -> Storage {
        match (self, dtype) {
            (Precision::Packed, Dtype::F16) => Storage::Float(Float::F16),
            (Precision::Packed, Dtype::BF16) => Storage::Float(Float::Bf16),
            (Precision::Packed, dtype) if in_rows => {
                block_type(dtype).map_or(Storage::Float(Float::F32), Storage::Blocks)
            }
            _ => Storage::Float(self.float()),
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Precision {
    type Err = String;

    fn from_str(text: &str) -> Result<Precision, String> {
        let found = Precision::ALL.into_iter().find(|precision| precision.name() == text);
        found.ok_or_else(|| format!("precision {text:?}: expected f32, bf16, f16 or packed"))
    }
}

/// The matrices that use one storage format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageReport {
    /// Which.
    pub storage: Storage,
    /// Weights in them.
    pub weights: u64,
    /// Bytes of memory.
    pub bytes: u64,
}

/// A count of matrices by their storage format, kept while a model loads.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<BTreeMap<String, StorageReport>>);

impl Counts {
    pub(crate) fn add(&self, storage: Storage, weights: usize, bytes: usize) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry =
            counts.entry(storage.to_string()).or_insert(StorageReport { storage, weights: 0, bytes: 0 });
        entry.weights += weights as u64;
        entry.bytes += bytes as u64;
    }

    /// Most weights first.
    pub(crate) fn list(&self) -> Vec<StorageReport> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<StorageReport> = counts.values().cloned().collect();
        list.sort_by_key(|report| std::cmp::Reverse(report.weights));
        list
    }
}

/// What readings call it: the precision's name, and after `packed` the share of weights that are quantised in memory where
/// it is not all of them: `packed 83%`.
pub(crate) fn label(precision: Precision, storage: &[StorageReport]) -> String {
    let all: u64 = storage.iter().map(|report| report.weights).sum();
    let packed: u64 =
        storage.iter().filter(|report| report.storage.is_quantised()).map(|report| report.weights).sum();
    match precision {
        // Rounded down, so that 100 would be all of them.
        Precision::Packed if packed < all => format!("packed {}%", packed * 100 / all),
        precision => precision.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for precision in Precision::ALL {
            assert_eq!(precision.name().parse(), Ok(precision));
        }
        assert!("fp16".parse::<Precision>().unwrap_err().contains("bf16"));
    }

    #[test]
    fn a_partly_packed_model_says_so() {
        let counts = Counts::default();
        counts.add(Storage::Blocks(fathom_kernel::BlockType::Q4_0), 70, 40);
        assert_eq!(label(Precision::Packed, &counts.list()), "packed");
        counts.add(Storage::Blocks(fathom_kernel::BlockType::Q4_0), 129, 75);
        counts.add(Storage::Float(Float::F32), 1, 4);
        assert_eq!(label(Precision::Packed, &counts.list()), "packed 99%");
        assert_eq!(label(Precision::Bf16, &counts.list()), "bf16");
        assert_eq!(counts.list()[0].weights, 199);
        assert_eq!(label(Precision::Packed, &counts.list()[1..]), "packed 0%");
    }
}
