//! The block's operations, by Fathom's kernels or by tensor operations: one decoder, two ways to compute it.

use super::{Attention, RotaryTable, activation, attention, elementwise, rotary, tensors};
use crate::ModelError;
use crate::spec::Activation;
use candle_core::{Device, Result, Shape, Tensor};
use std::sync::Arc;

/// By what a decoder computes, and where. Its weights are in the form and the place that this one wants.
#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// Fathom's own kernels, on the CPU.
    Kernels,
    /// candle's basic tensor operations, on any device (the CPU too: so they are tested).
    Tensors(Device),
}

impl Backend {
    /// Where its tensors live.
    pub(crate) fn device(&self) -> &Device {
        match self {
            Backend::Kernels => &Device::Cpu,
            Backend::Tensors(device) => device,
        }
    }

    /// A tensor of these values, where the backend computes.
    pub(crate) fn tensor(
        &self,
        values: Vec<f32>,
        shape: impl Into<Shape>,
    ) -> std::result::Result<Tensor, ModelError> {
        Ok(Tensor::from_vec(values, shape.into(), self.device())?)
    }

    /// `x + y`, of one shape.
    pub(crate) fn add(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        match self {
            Backend::Kernels => elementwise::add(x, y),
            Backend::Tensors(_) => x + y,
        }
    }

    /// `factor * x`.
    pub(crate) fn scale(&self, x: &Tensor, factor: f32) -> Result<Tensor> {
        match self {
            Backend::Kernels => elementwise::scale(x, factor),
            Backend::Tensors(_) => x * f64::from(factor),
        }
    }

    /// `x` limited to ±`limit`.
    pub(crate) fn clip(&self, x: &Tensor, limit: f32) -> Result<Tensor> {
        match self {
            Backend::Kernels => elementwise::clip(x, limit),
            Backend::Tensors(_) => x.clamp(-limit, limit),
        }
    }

    /// `x [.., ...w]` times `weights [...w]`, which repeat over the leading dimensions.
    pub(crate) fn multiply(&self, x: &Tensor, weights: &Tensor) -> Result<Tensor> {
        match self {
            Backend::Kernels => elementwise::multiply(x, weights),
            Backend::Tensors(_) => x.broadcast_mul(weights),
        }
    }

    /// `act(x)`, or `act(gate) * x` where there is a gate of the same shape.
    pub(crate) fn activate(&self, how: Activation, x: &Tensor, gate: Option<&Tensor>) -> Result<Tensor> {
        match (self, gate) {
            (Backend::Kernels, gate) => activation::activate(how, x, gate),
            (Backend::Tensors(_), None) => tensors::activate(how, x),
            (Backend::Tensors(_), Some(gate)) => tensors::activate(how, gate)? * x,
        }
    }

    /// Rotates `x [B, T, heads, head_size]`; row `t` of each sequence takes the table's row `t`.
    pub(crate) fn rotate(&self, x: &Tensor, table: &Arc<RotaryTable>) -> Result<Tensor> {
        match self {
            Backend::Kernels => rotary::rotate(x, table),
            Backend::Tensors(_) => tensors::rotate(x, table),
        }
    }

    /// `q [B, T, H, dh]`, `k` and `v [B, offset + T, KV, dh]` become `z [B, T, H, dh]`.
    pub(crate) fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor, how: Attention) -> Result<Tensor> {
        match self {
            Backend::Kernels => attention::attend(q, k, v, how),
            Backend::Tensors(_) => tensors::attend(q, k, v, &how),
        }
    }
}
