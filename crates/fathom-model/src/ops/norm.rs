//! RMS and layer norm over the last dimension, by the kernel's one implementation: the blocks' norms and the lens's
//! final norm are the same code.

use super::{Array, misfit, rows_per_task};
use crate::ModelError;
use fathom_kernel::Norm;
use rayon::prelude::*;

/// A norm over vectors of one width.
#[derive(Debug)]
pub(crate) struct VectorNorm {
    norm: Norm,
    width: usize,
}

impl VectorNorm {
    /// `width` must be the length of the norm's weights.
    pub(super) fn new(norm: Norm, width: usize) -> VectorNorm {
        VectorNorm { norm, width }
    }

    /// `x [.., width]`, normed over the last dimension.
    pub(super) fn apply(&self, x: &Array) -> Result<Array, ModelError> {
        if x.width() != self.width {
            return misfit(format!("norm: input {:?} for a norm of {}", x.shape(), self.width));
        }
        let values = x.values();
        let mut y = vec![0f32; values.len()];
        let task = rows_per_task(values.len() / self.width, self.width) * self.width;
        y.par_chunks_mut(task).zip(values.par_chunks(task)).for_each(|(y, x)| self.norm.apply(x, y));
        Array::new(y, x.shape())
    }
}
