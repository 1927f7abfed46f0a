//! The block's operations, twice: as candle custom ops over f32 on the CPU (what candle lacks or does slowly), and out
//! of candle's basic operations for devices (`tensors`, `map`, and the tensor half of `norm`). [`Backend`] chooses.
//!
//! Of the custom ops:
//!
//! Each works on the current rayon pool (the model's, see `Model::pool`), takes strides as they come and copies
//! nothing. candle's own fused `rms_norm`, `layer_norm`, `softmax_last_dim` and `rope` silently drop gradients;
//! a custom op here either defines `bwd` or makes a backward pass fail by name, so a gradient is never quietly zero.

mod activation;
mod attention;
mod backend;
mod elementwise;
mod linear;
mod map;
mod norm;
mod rotary;
mod route;
mod tensors;
mod vector;

pub(crate) use attention::{Alibi, Attention};
pub(crate) use backend::Backend;
pub(crate) use linear::Linear;
pub(crate) use map::Map;
pub(crate) use norm::VectorNorm;
pub(crate) use rotary::RotaryTable;
pub(crate) use route::route;
pub(crate) use tensors::{sigmoid, softmax};

use candle_core::{CpuStorage, Layout, Result, bail};

/// The f32 values of a contiguous tensor.
pub(crate) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout, op: &str) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => bail!("{op} wants a contiguous tensor, found strides {:?}", layout.stride()),
    }
}

/// Rows that one task of a row-wise op takes: enough work to be worth a task, few enough to share out.
fn rows_per_task(rows: usize, row_len: usize) -> usize {
    const VALUES_PER_TASK: usize = 16 * 1024;
    let fair = rows.div_ceil(rayon::current_num_threads());
    fair.min(VALUES_PER_TASK.div_ceil(row_len.max(1))).max(1)
}
