//! Products of a few or many rows with matrices whose values are kept: a decoder's own linear maps.
//!
//! The head's product (`product.rs`) never keeps its result; this one writes it. Both read weights packed in panels of 16
//! outputs, and in both a value is one chain of fused multiply-adds over ascending `k`: a row's results do not depend on
//! the other rows, on the number of threads or on the instruction set.

mod interleave;
mod multiply;
mod partition;

pub use multiply::multiply;

use crate::panels::{BlockType, Float, Panels, Storage};
use std::fmt;

/// Weights `[outputs, inputs]` in panels of 16 outputs, the last filled up with zeros.
///
/// They are stored in f32, rounded to 16 bits, or quantised as in a file. A product is that of f32 arithmetic over the
/// weights as they are stored, bit for bit: [`Matrix::to_rows`] times the rows, each value one chain.
#[derive(Clone)]
pub struct Matrix {
    panels: Panels,
}

/// One of the products that [`multiply`] does together.
pub struct Product<'a> {
    /// The weights.
    pub matrix: &'a Matrix,
    /// `[rows, outputs]`.
    pub out: &'a mut [f32],
    /// Whether the product is added to what `out` holds.
    pub add: bool,
}

impl Matrix {
    /// Packs weights that are made on the way, on the current rayon pool: `fill(first, rows)` writes the weights of outputs
    /// `first ..` into `rows` `[n, inputs]` (`n <= 16`), so that a quantised matrix is never there in f32 twice.
    ///
    /// # Errors
    /// The first error of `fill`.
    ///
    /// # Panics
    /// If `outputs * inputs` is no length of a slice.
    pub fn from_rows<E: Send>(
        outputs: usize,
        inputs: usize,
        fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Matrix, E> {
        Matrix::from_rows_as(Float::F32, outputs, inputs, fill)
    }

    /// As [`Matrix::from_rows`], stored as `float` says.
    ///
    /// # Errors
    /// The first error of `fill`.
    ///
    /// # Panics
    /// If `outputs * inputs` is no length of a slice.
    pub fn from_rows_as<E: Send>(
        float: Float,
        outputs: usize,
        inputs: usize,
        fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Matrix, E> {
        Ok(Matrix { panels: Panels::from_rows(float, outputs, inputs, fill)? })
    }

    /// Keeps quantised weights quantised: `row(i)` is row `i`'s blocks as the file has them.
    ///
    /// # Errors
    /// The first error of `row`.
    ///
    /// # Panics
    /// If a row has another length than [`BlockType::row_bytes`].
    pub fn from_blocks<'a, E: Send>(
        blocks: BlockType,
        outputs: usize,
        inputs: usize,
        row: impl Fn(usize) -> Result<&'a [u8], E> + Sync,
    ) -> Result<Matrix, E> {
        Ok(Matrix { panels: Panels::from_blocks(blocks, outputs, inputs, row)? })
    }

    /// How the weights are stored.
    pub fn storage(&self) -> Storage {
        self.panels.storage()
    }

    /// Values of a result row.
    pub fn outputs(&self) -> usize {
        self.panels.rows()
    }

    /// Values of an input row.
    pub fn inputs(&self) -> usize {
        self.panels.width()
    }

    /// Bytes of memory held.
    pub fn size_in_bytes(&self) -> usize {
        self.panels.size_in_bytes()
    }

    /// All weights, `[outputs, inputs]`, as they are stored: for gradients, and for tests.
    pub fn to_rows(&self) -> Vec<f32> {
        let mut rows = vec![0f32; self.outputs() * self.inputs()];
        let each = rows.chunks_exact_mut(self.inputs().max(1)).enumerate();
        each.for_each(|(output, row)| self.panels.row(output, row));
        rows
    }
}

impl fmt::Debug for Matrix {
    /// Its shape; not the weights.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix[{}, {}]", self.outputs(), self.inputs())
    }
}

#[cfg(test)]
mod tests;
