//! The same operations out of candle's basic, differentiable tensor operations: what runs on a device.
//!
//! They follow the kernels' definitions, in f32 throughout; results differ from the kernels' in the last digits.

mod attention;

pub(super) use attention::attend;

use super::RotaryTable;
use crate::spec::{Activation, Pairing};
use candle_core::{D, Device, Result, Tensor};
use fathom_kernel::Norm;

/// A norm's weights, where it runs.
#[derive(Clone, Debug)]
pub(crate) struct TensorNorm {
    /// `[n]`
    weight: Tensor,
    /// `[n]`
    bias: Option<Tensor>,
    eps: f64,
    /// Whether the mean is taken away (layer norm).
    centred: bool,
}

impl TensorNorm {
    /// The kernel's norm on `device`; `None` for a norm that does nothing.
    pub(super) fn new(norm: &Norm, device: &Device) -> Result<Option<TensorNorm>> {
        let tensor = |values: &[f32]| Tensor::from_slice(values, values.len(), device);
        Ok(match norm {
            Norm::None => None,
            Norm::Rms { weight, eps } => {
                Some(TensorNorm { weight: tensor(weight)?, bias: None, eps: f64::from(*eps), centred: false })
            }
            Norm::Layer { weight, bias, eps } => Some(TensorNorm {
                weight: tensor(weight)?,
                bias: bias.as_deref().map(tensor).transpose()?,
                eps: f64::from(*eps),
                centred: true,
            }),
        })
    }

    /// `x [.., n]` normed over `n`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = if self.centred { x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)? } else { x.clone() };
        let deviation = (x.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?;
        let y = x.broadcast_div(&deviation)?.broadcast_mul(&self.weight)?;
        match &self.bias {
            None => Ok(y),
            Some(bias) => y.broadcast_add(bias),
        }
    }
}

/// `act(x)`.
pub(super) fn activate(how: Activation, x: &Tensor) -> Result<Tensor> {
    match how {
        Activation::Silu => x.silu(),
        Activation::QuickGelu => x * sigmoid(&(x * 1.702)?)?,
        Activation::GeluTanh => x.gelu(),
        Activation::GeluErf => x.gelu_erf(),
        Activation::Relu => x.relu(),
        Activation::ReluSquared => x.relu()?.sqr(),
    }
}

/// `1 / (1 + e^-x)`.
pub(crate) fn sigmoid(x: &Tensor) -> Result<Tensor> {
    (x.neg()?.exp()? + 1.0)?.recip()
}

/// The softmax over the last dimension. A row of nothing but -inf has none, and gives NaN.
pub(crate) fn softmax(x: &Tensor) -> Result<Tensor> {
    // The largest value cancels, in the gradient too.
    let e = x.broadcast_sub(&x.max_keepdim(D::Minus1)?.detach())?.exp()?;
    e.broadcast_div(&e.sum_keepdim(D::Minus1)?)
}

/// Rotates `x [B, T, heads, head_size]` by the table's rows.
pub(super) fn rotate(x: &Tensor, table: &RotaryTable) -> Result<Tensor> {
    let (batch, positions, heads, size) = x.dims4()?;
    // [1 or B, T, 1, pairs]
    let (cos, sin) = table.tensors(positions, x.device())?;
    let pairs = cos.dim(D::Minus1)?;
    let turned = |a: Tensor, b: Tensor| -> Result<[Tensor; 2]> {
        let first = (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?;
        Ok([first, (b.broadcast_mul(&cos)? + a.broadcast_mul(&sin)?)?])
    };
    let rotated = match table.pairing() {
        Pairing::Halves => Tensor::cat(&turned(x.narrow(3, 0, pairs)?, x.narrow(3, pairs, pairs)?)?, 3)?,
        Pairing::Interleaved => {
            let split = x.narrow(3, 0, 2 * pairs)?.reshape((batch, positions, heads, pairs, 2))?;
            let of = |i: usize| split.narrow(4, i, 1)?.squeeze(4);
            Tensor::stack(&turned(of(0)?, of(1)?)?, 4)?.reshape((batch, positions, heads, 2 * pairs))?
        }
    };
    match size - 2 * pairs {
        0 => Ok(rotated),
        rest => Tensor::cat(&[rotated, x.narrow(3, 2 * pairs, rest)?], 3),
    }
}

#[cfg(test)]
mod tests;
