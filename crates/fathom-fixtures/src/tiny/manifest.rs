//! The recipe of a tiny model (schema `fathom-tiny/1`), and its weights.

use crate::prng::{SplitMix64, fnv1a};
use serde::Deserialize;

/// A tiny model's tensors and how they are made.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// Its folder's name.
    pub name: String,
    /// The transformers class that its reference was made with.
    pub class: String,
    /// Joined with each tensor's name to seed it.
    pub seed: u64,
    /// The tensors as `save_pretrained` writes them, sorted by name.
    pub tensors: Vec<Entry>,
    /// What `model.state_dict()` has instead, under transformers 5.
    pub state_dict: StateDict,
    /// How llama.cpp's converter would lay them out, where it knows the family.
    pub gguf: Option<GgufRecipe>,
}

/// How the state dict of a loaded model differs from the saved file.
#[derive(Clone, Debug, Deserialize)]
pub struct StateDict {
    /// What names of a model with a head have before those of the model without: `model.`.
    pub base: String,
    /// Saved tensors that it does not name.
    pub left_out: Vec<String>,
    /// Tensors that only it names.
    pub instead: Vec<Fused>,
}

/// A tensor made of others: their numbers, one after the other.
#[derive(Clone, Debug, Deserialize)]
pub struct Fused {
    /// Its name.
    pub name: String,
    /// Its shape, outermost axis first.
    pub shape: Vec<usize>,
    /// The saved tensors; one alone, where it is that tensor under another name.
    pub from: Vec<String>,
}

/// One tensor: `offset + 2^scale * u`, with `u` drawn from [-1, 1) in steps of `2^(1-bits)`.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// Its name in the checkpoint.
    pub name: String,
    /// Its shape, outermost axis first.
    pub shape: Vec<usize>,
    scale: i32,
    offset: f32,
    bits: u32,
    fnv: String,
}

/// A GGUF file's keys and tensors.
#[derive(Clone, Debug, Deserialize)]
pub struct GgufRecipe {
    /// `general.architecture`.
    pub arch: String,
    /// `[key, type, value]`, in order; the tokenizer's keys follow them in the file.
    pub metadata: Vec<(String, String, serde_json::Value)>,
    /// The tensors in file order.
    pub tensors: Vec<GgufTensor>,
    /// SHA-256 of the file that the `gguf` Python package writes, by [`super::GgufType`].
    pub sha256: std::collections::BTreeMap<String, String>,
}

/// A tensor of a GGUF file, from one or (stacked) several checkpoint tensors.
#[derive(Clone, Debug, Deserialize)]
pub struct GgufTensor {
    /// Its name in the GGUF.
    pub name: String,
    /// The checkpoint tensors that it is made of.
    pub from: Vec<String>,
    /// What is done to each of them.
    pub steps: Vec<Step>,
    /// The numbers of a tensor that is made of none (rotary factors).
    #[serde(default)]
    pub values: Vec<f32>,
}

/// A step from the checkpoint's layout to llama.cpp's.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Step {
    /// Reshape to `shape`, permute the axes, reshape to `to`.
    View {
        /// The shape in which axes are permuted.
        shape: Vec<usize>,
        /// The new order of the axes.
        perm: Vec<usize>,
        /// The final shape.
        to: Vec<usize>,
    },
    /// Add a constant to every number.
    Add {
        /// The constant.
        value: f32,
    },
    /// Keep rows `start..end` of the first axis.
    Rows {
        /// First row.
        start: usize,
        /// Past the last row.
        end: usize,
    },
    /// Rows of the first axis in another order.
    Order {
        /// Which.
        rows: Vec<usize>,
    },
}

impl Manifest {
    /// The entry of this name.
    ///
    /// # Panics
    /// When there is none.
    pub fn entry(&self, name: &str) -> &Entry {
        self.tensors
            .iter()
            .find(|entry| entry.name == name)
            .unwrap_or_else(|| panic!("{}: no tensor {name}", self.name))
    }

    /// The numbers of a tensor, row-major.
    ///
    /// # Panics
    /// When they are not the ones that Python made.
    pub fn values(&self, name: &str) -> Vec<f32> {
        self.entry(name).values(self.seed)
    }
}

impl Entry {
    /// The numbers, row-major.
    pub(crate) fn values(&self, seed: u64) -> Vec<f32> {
        let mut random = SplitMix64::new(fnv1a(self.name.as_bytes()) ^ seed);
        let scale = (self.scale as f32).exp2();
        let count = self.shape.iter().product();
        let values: Vec<f32> =
            (0..count).map(|_| self.offset + random.next_uniform(self.bits) * scale).collect();
        let found = format!("{:016x}", fnv1a(bytemuck::cast_slice(&values)));
        assert_eq!(found, self.fnv, "{} is not what Python made", self.name);
        values
    }
}

impl Step {
    /// Carries the step out on row-major numbers of this shape.
    pub(crate) fn apply(&self, values: Vec<f32>, from: &mut Vec<usize>) -> Vec<f32> {
        match self {
            Step::View { shape, perm, to } => {
                *from = to.clone();
                permute(&values, shape, perm)
            }
            Step::Add { value } => values.into_iter().map(|x| x + value).collect(),
            Step::Rows { start, end } => {
                let row: usize = from[1..].iter().product();
                from[0] = end - start;
                values[start * row..end * row].to_vec()
            }
            Step::Order { rows } => {
                let row: usize = from[1..].iter().product();
                from[0] = rows.len();
                rows.iter().flat_map(|i| &values[i * row..][..row]).copied().collect()
            }
        }
    }
}

/// The numbers of `values` (of `shape`, row-major) with the axes in the order `perm`.
fn permute(values: &[f32], shape: &[usize], perm: &[usize]) -> Vec<f32> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    let mut out = Vec::with_capacity(values.len());
    for flat in 0..values.len() {
        // Unravel `flat` in the permuted shape, innermost axis first, into an offset in the old one.
        let (mut rest, mut offset) = (flat, 0);
        for &axis in perm.iter().rev() {
            offset += rest % shape[axis] * strides[axis];
            rest /= shape[axis];
        }
        out.push(values[offset]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permuting_twice_by_a_swap_changes_nothing() {
        let values: Vec<f32> = (0..24).map(|x| x as f32).collect();
        let once = permute(&values, &[2, 3, 4], &[0, 2, 1]);
        assert_eq!(once[..5], [0.0, 4.0, 8.0, 1.0, 5.0]);
        assert_eq!(permute(&once, &[2, 4, 3], &[0, 2, 1]), values);
    }

    #[test]
    fn every_tensor_is_what_python_made() {
        for name in crate::tiny::names() {
            let manifest = crate::tiny::manifest(&name);
            for entry in &manifest.tensors {
                manifest.values(&entry.name); // panics where the checksum differs
            }
        }
    }
}
