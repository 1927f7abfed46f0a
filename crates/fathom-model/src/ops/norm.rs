//! RMS and layer norm over the last dimension, by the kernel's one implementation: the blocks' norms and the lens's
//! final norm are the same code.

use super::tensors::TensorNorm;
use super::{Backend, contiguous, rows_per_task};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use fathom_kernel::Norm;
use rayon::prelude::*;
use std::sync::Arc;

/// A norm over vectors of `width`, in the form that the backend wants. Cheap to clone: clones share the weights.
#[derive(Clone, Debug)]
pub(crate) enum VectorNorm {
    /// The kernel's.
    Kernel { norm: Arc<Norm>, width: usize },
    /// Out of tensor operations; `None` does nothing.
    Tensors(Option<TensorNorm>),
}

impl VectorNorm {
    /// `width` must be the length of the norm's weights.
    pub(crate) fn new(norm: Norm, width: usize, backend: &Backend) -> Result<VectorNorm> {
        Ok(match backend {
            Backend::Kernels => VectorNorm::Kernel { norm: Arc::new(norm), width },
            Backend::Tensors(device) => VectorNorm::Tensors(TensorNorm::new(&norm, device)?),
        })
    }

    /// `x [.., width]`, normed over the last dimension.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            VectorNorm::Kernel { norm, width } => {
                x.contiguous()?.apply_op1(NormOp { norm: norm.clone(), width: *width })
            }
            VectorNorm::Tensors(None) => Ok(x.clone()),
            VectorNorm::Tensors(Some(norm)) => norm.forward(x),
        }
    }
}

struct NormOp {
    norm: Arc<Norm>,
    width: usize,
}

impl CustomOp1 for NormOp {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        if layout.dims().last() != Some(&self.width) {
            bail!("norm: input {:?} for a norm of {}", layout.dims(), self.width)
        }
        let x = contiguous(storage, layout, "norm")?;
        let mut y = vec![0f32; x.len()];
        let task = rows_per_task(x.len() / self.width, self.width) * self.width;
        y.par_chunks_mut(task).zip(x.par_chunks(task)).for_each(|(y, x)| self.norm.apply(x, y));
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}
