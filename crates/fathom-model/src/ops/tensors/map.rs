//! A linear map as a plain tensor.

use super::Tensors;
use crate::ModelError;
use crate::ops::Ops;
use crate::weights::Weights;
use candle_core::{Result, Tensor};
use fathom_families::Param;

/// `y = x Wᵀ + b`.
#[derive(Clone, Debug)]
pub(crate) struct TensorMap {
    /// `[out, in]`
    weight: Tensor,
    /// `[out]`
    bias: Option<Tensor>,
}

impl TensorMap {
    /// A map's weights, where they compute; the file's pages are let go.
    pub(super) fn load(
        ops: &Tensors,
        weights: &Weights,
        weight: &Param,
        bias: Option<Vec<f32>>,
    ) -> std::result::Result<TensorMap, ModelError> {
        let weight = tensor(ops, weights, weight)?;
        let bias = bias.map(|bias| ops.tensor(bias, &weight.dims()[..1])).transpose()?;
        Ok(TensorMap { weight, bias })
    }

    /// `[experts, out, in]` as a map per expert.
    pub(super) fn stack(
        ops: &Tensors,
        weights: &Weights,
        stack: &Param,
    ) -> std::result::Result<Vec<TensorMap>, ModelError> {
        let stack = tensor(ops, weights, stack)?;
        let of = |i: usize| Ok(TensorMap { weight: stack.narrow(0, i, 1)?.squeeze(0)?, bias: None });
        (0..stack.dims()[0]).map(of).collect()
    }

    /// `x [.., in]` becomes `[.., out]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (outputs, inputs) = self.weight.dims2()?;
        if x.dims().last() != Some(&inputs) || x.elem_count() == 0 {
            candle_core::bail!("linear: input {:?} for a weight [{outputs}, {inputs}]", x.dims())
        }
        let mut shape = x.dims().to_vec();
        shape.pop();
        shape.push(outputs);
        // One product over all rows, whatever the batch.
        let y = x.reshape(((), inputs))?.matmul(&self.weight.t()?)?;
        match &self.bias {
            None => y,
            Some(bias) => y.broadcast_add(bias)?,
        }
        .reshape(shape)
    }
}

fn tensor(ops: &Tensors, weights: &Weights, param: &Param) -> std::result::Result<Tensor, ModelError> {
    let tensor = ops.tensor(weights.values(param)?, weights.shape(param)?);
    weights.release(param);
    tensor
}
