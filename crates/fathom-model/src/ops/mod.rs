//! The block's operations: what they are ([`Ops`]), and the two ways to compute them.
//!
//! [`Kernels`] computes on the CPU, over f32 slices, with Fathom's own kernels. `Tensors` (the feature `tensors`) computes
//! with candle's basic tensor operations on any device. One decoder is generic over them.

mod activation;
mod array;
mod attention;
mod elementwise;
mod kernels;
mod linear;
mod norm;
mod rotary;
mod route;
#[cfg(feature = "tensors")]
mod tensors;
mod vector;

pub(crate) use array::Array;
pub(crate) use attention::{Alibi, Attention};
pub(crate) use kernels::Kernels;
pub(crate) use linear::Linear;
pub(crate) use rotary::RotaryTable;
#[cfg(feature = "tensors")]
pub(crate) use tensors::Tensors;

use crate::ModelError;
use crate::mlp::Experts;
use crate::weights::Weights;
use fathom_families::{Activation, Param};
use fathom_kernel::Norm;
use std::fmt;

/// A way to compute a decoder. Its tensors are f32, row after row, and cheap to clone.
pub(crate) trait Ops: Clone + fmt::Debug + Send + Sync + 'static {
    /// Values with a shape, where this computes.
    type Tensor: Clone + fmt::Debug + Send + Sync;
    /// A linear map `y = x Wᵀ + b` in the form that this wants.
    type Map: fmt::Debug + Send + Sync;
    /// A norm over the last dimension in the form that this wants.
    type Norm: fmt::Debug + Send + Sync;

    /// A tensor of these values.
    fn tensor(&self, values: Vec<f32>, shape: &[usize]) -> Result<Self::Tensor, ModelError>;

    /// Zeros.
    fn zeros(&self, shape: &[usize]) -> Result<Self::Tensor, ModelError>;

    /// The shape of a tensor.
    fn shape<'a>(&self, x: &'a Self::Tensor) -> &'a [usize];

    /// The same values in another shape.
    fn reshape(&self, x: Self::Tensor, shape: &[usize]) -> Result<Self::Tensor, ModelError>;

    /// The values, in this machine's memory.
    fn values(&self, x: Self::Tensor) -> Result<Vec<f32>, ModelError>;

    /// Shows a tensor's values, in this machine's memory. Where `look` returns true it has changed them, and the result
    /// has the new values.
    fn visit(
        &self,
        x: Self::Tensor,
        look: &mut dyn FnMut(&mut Array) -> Result<bool, ModelError>,
    ) -> Result<Self::Tensor, ModelError>;

    /// Writes `rows [B, n, ...]` into `into [B, room, ...]`, from its row `first` on.
    fn write_rows(
        &self,
        into: &mut Self::Tensor,
        first: usize,
        rows: &Self::Tensor,
    ) -> Result<(), ModelError>;

    /// The first `count` rows of `x [B, room, ...]`.
    fn first_rows(&self, x: &Self::Tensor, count: usize) -> Result<Self::Tensor, ModelError>;

    /// The map of a matrix `[out, in]`, with its bias `[out]`.
    fn map(&self, weights: &Weights, weight: &Param, bias: Option<Vec<f32>>)
    -> Result<Self::Map, ModelError>;

    /// The maps of a stack of matrices `[experts, out, in]`.
    fn maps(&self, weights: &Weights, stack: &Param) -> Result<Vec<Self::Map>, ModelError>;

    /// A norm over vectors of `width`.
    fn norm(&self, norm: Norm, width: usize) -> Result<Self::Norm, ModelError>;

    /// Maps of one `x [.., in]`, each to `[.., out]`.
    fn linear<const N: usize>(
        &self,
        maps: [&Self::Map; N],
        x: &Self::Tensor,
    ) -> Result<[Self::Tensor; N], ModelError>;

    /// `x [.., width]`, normed over the last dimension.
    fn normalise(&self, norm: &Self::Norm, x: &Self::Tensor) -> Result<Self::Tensor, ModelError>;

    /// `x + y`, of one shape.
    fn add(&self, x: Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, ModelError>;

    /// `factor * x`.
    fn scale(&self, x: Self::Tensor, factor: f32) -> Result<Self::Tensor, ModelError>;

    /// `x` limited to ±`limit`.
    fn clip(&self, x: Self::Tensor, limit: f32) -> Result<Self::Tensor, ModelError>;

    /// `x [.., ...w]` times `weights [...w]`, which repeat over the leading dimensions.
    fn multiply(&self, x: Self::Tensor, weights: &Self::Tensor) -> Result<Self::Tensor, ModelError>;

    /// `act(x)`, or `act(gate) * x` where there is a gate of the same shape.
    fn activate(
        &self,
        how: Activation,
        x: Self::Tensor,
        gate: Option<Self::Tensor>,
    ) -> Result<Self::Tensor, ModelError>;

    /// Rotates `x [B, T, heads, head_size]`; row `t` of each sequence takes the table's row `t`.
    fn rotate(&self, x: Self::Tensor, table: &RotaryTable) -> Result<Self::Tensor, ModelError>;

    /// `q [B, T, H, dh]`, with keys and values `[B, offset + T or more, KV, dh]` (rows beyond are not looked at), becomes
    /// `z [B, T, H, dh]`.
    fn attend(
        &self,
        q: &Self::Tensor,
        k: &Self::Tensor,
        v: &Self::Tensor,
        how: &Attention,
    ) -> Result<Self::Tensor, ModelError>;

    /// `x [.., d]` through the experts that each row chooses, `[.., d]`.
    fn experts(&self, experts: &Experts<Self>, x: &Self::Tensor) -> Result<Self::Tensor, ModelError>;
}

/// One map of `x [.., in]`, to `[.., out]`.
pub(crate) fn linear<O: Ops>(ops: &O, map: &O::Map, x: &O::Tensor) -> Result<O::Tensor, ModelError> {
    let [y] = ops.linear([map], x)?;
    Ok(y)
}

/// Rows that one task of a row-wise operation takes: enough work to be worth a task, few enough to share out.
fn rows_per_task(rows: usize, row_len: usize) -> usize {
    const VALUES_PER_TASK: usize = 16 * 1024;
    let fair = rows.div_ceil(rayon::current_num_threads());
    fair.min(VALUES_PER_TASK.div_ceil(row_len.max(1))).max(1)
}

/// What an operation says of inputs that do not fit.
fn misfit<T>(message: String) -> Result<T, ModelError> {
    Err(ModelError::Compute(message))
}
