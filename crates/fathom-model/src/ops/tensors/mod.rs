//! The operations out of candle's basic, differentiable tensor operations: what runs on a device.
//!
//! They follow the kernels' definitions, in f32 throughout; results differ from the kernels' in the last digits.

mod attention;
mod experts;
mod map;

use super::{Array, Attention, Ops, RotaryTable};
use crate::ModelError;
use crate::mlp::Experts;
use crate::weights::Weights;
use candle_core::{D, DType, Device, Result, Tensor};
use fathom_families::{Activation, Pairing, Param};
use fathom_kernel::Norm;
use map::TensorMap;

/// On a device (the CPU too: so they are tested).
#[derive(Clone, Debug)]
pub(crate) struct Tensors(pub(crate) Device);

type Found<T> = std::result::Result<T, ModelError>;

impl Ops for Tensors {
    type Tensor = Tensor;
    type Map = TensorMap;
    /// `None` does nothing.
    type Norm = Option<TensorNorm>;

    fn tensor(&self, values: Vec<f32>, shape: &[usize]) -> Found<Tensor> {
        Ok(Tensor::from_vec(values, shape, &self.0)?)
    }

    fn zeros(&self, shape: &[usize]) -> Found<Tensor> {
        Ok(Tensor::zeros(shape, DType::F32, &self.0)?)
    }

    fn shape<'a>(&self, x: &'a Tensor) -> &'a [usize] {
        x.dims()
    }

    fn reshape(&self, x: Tensor, shape: &[usize]) -> Found<Tensor> {
        Ok(x.reshape(shape)?)
    }

    fn values(&self, x: Tensor) -> Found<Vec<f32>> {
        Ok(x.flatten_all()?.to_vec1()?)
    }

    fn visit(&self, x: Tensor, look: &mut dyn FnMut(&mut Array) -> Found<bool>) -> Found<Tensor> {
        let mut values = Array::new(self.values(x.clone())?, x.dims())?;
        match look(&mut values)? {
            true => self.tensor(values.into_values(), x.dims()),
            false => Ok(x),
        }
    }

    fn write_rows(&self, into: &mut Tensor, first: usize, rows: &Tensor) -> Found<()> {
        Ok(into.slice_set(&rows.contiguous()?, 1, first)?)
    }

    fn first_rows(&self, x: &Tensor, count: usize) -> Found<Tensor> {
        Ok(x.narrow(1, 0, count)?.contiguous()?)
    }

    fn map(&self, weights: &Weights, weight: &Param, bias: Option<Vec<f32>>) -> Found<TensorMap> {
        TensorMap::load(self, weights, weight, bias)
    }

    fn maps(&self, weights: &Weights, stack: &Param) -> Found<Vec<TensorMap>> {
        TensorMap::stack(self, weights, stack)
    }

    fn norm(&self, norm: Norm, _width: usize) -> Found<Option<TensorNorm>> {
        Ok(TensorNorm::new(&norm, &self.0)?)
    }

    fn linear<const N: usize>(&self, maps: [&TensorMap; N], x: &Tensor) -> Found<[Tensor; N]> {
        let outputs = maps.iter().map(|map| map.forward(x)).collect::<Result<Vec<_>>>()?;
        <[Tensor; N]>::try_from(outputs)
            .or_else(|_| super::misfit("linear: a result for each map".to_owned()))
    }

    fn normalise(&self, norm: &Option<TensorNorm>, x: &Tensor) -> Found<Tensor> {
        match norm {
            None => Ok(x.clone()),
            Some(norm) => Ok(norm.forward(x)?),
        }
    }

    fn add(&self, x: Tensor, y: &Tensor) -> Found<Tensor> {
        Ok((x + y)?)
    }

    fn scale(&self, x: Tensor, factor: f32) -> Found<Tensor> {
        Ok((x * f64::from(factor))?)
    }

    fn clip(&self, x: Tensor, limit: f32) -> Found<Tensor> {
        Ok(x.clamp(-limit, limit)?)
    }

    fn multiply(&self, x: Tensor, weights: &Tensor) -> Found<Tensor> {
        Ok(x.broadcast_mul(weights)?)
    }

    fn activate(&self, how: Activation, x: Tensor, gate: Option<Tensor>) -> Found<Tensor> {
        Ok(match gate {
            None => activate(how, &x)?,
            Some(gate) => (activate(how, &gate)? * x)?,
        })
    }

    fn rotate(&self, x: Tensor, table: &RotaryTable) -> Found<Tensor> {
        Ok(rotate(&x, table)?)
    }

    fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor, how: &Attention) -> Found<Tensor> {
        how.check(q.dims(), k.dims(), v.dims())?;
        Ok(attention::attend(q, k, v, how)?)
    }

    fn experts(&self, experts: &Experts<Tensors>, x: &Tensor) -> Found<Tensor> {
        experts::experts(self, experts, x)
    }
}

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
    fn new(norm: &Norm, device: &Device) -> Result<Option<TensorNorm>> {
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
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
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
fn activate(how: Activation, x: &Tensor) -> Result<Tensor> {
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
fn sigmoid(x: &Tensor) -> Result<Tensor> {
    (x.neg()?.exp()? + 1.0)?.recip()
}

/// The softmax over the last dimension. A row of nothing but -inf has none, and gives NaN.
fn softmax(x: &Tensor) -> Result<Tensor> {
    // The largest value cancels, in the gradient too.
    let e = x.broadcast_sub(&x.max_keepdim(D::Minus1)?.detach())?.exp()?;
    e.broadcast_div(&e.sum_keepdim(D::Minus1)?)
}

/// Rotates `x [B, T, heads, head_size]` by the table's rows.
fn rotate(x: &Tensor, table: &RotaryTable) -> Result<Tensor> {
    let (batch, positions, heads, size) = x.dims4()?;
    // [1 or B, T, 1, pairs]
    let [cos, sin] = table.tensors(positions, x.device())?;
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
