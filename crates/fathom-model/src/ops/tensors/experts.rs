//! Sparse experts in tensor operations. Only the router's logits come to the host, `[n, experts]`: which rows an expert
//! takes decides the shapes of its products.

use super::{Tensors, sigmoid, softmax};
use crate::ModelError;
use crate::mlp::Experts;
use crate::ops::linear;
use crate::ops::route::route;
use candle_core::{D, Tensor};

/// `x [.., d]` becomes `[.., d]`. Each expert runs once, over the tokens that chose it. Gradients pass through the
/// experts and their weights, not through the choice.
pub(super) fn experts(ops: &Tensors, of: &Experts<Tensors>, x: &Tensor) -> Result<Tensor, ModelError> {
    let d = x.dim(D::Minus1)?;
    let rows = x.reshape(((), d))?;
    let logits = linear(ops, &of.router, &rows)?;
    let count = of.experts.len();
    let host = logits.flatten_all()?.to_vec1::<f32>()?;
    // [n, experts]: 1 where the row uses the expert.
    let used: Vec<f32> = route(host, count, of.spec.used, of.spec.normalise)
        .iter()
        .map(|weight| f32::from(u8::from(*weight != 0.0)))
        .collect();
    let chosen = |i: usize| -> Vec<u32> {
        let column = used.iter().skip(i).step_by(count);
        column.enumerate().filter(|(_, used)| **used != 0.0).map(|(row, _)| row as u32).collect()
    };
    let mask = Tensor::from_slice(&used, logits.shape(), x.device())?;
    let mut weights = (softmax(&logits)? * mask)?;
    if of.spec.normalise {
        weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
    }
    let mut out = rows.zeros_like()?;
    for (i, expert) in of.experts.iter().enumerate() {
        let chosen = chosen(i);
        if chosen.is_empty() {
            continue;
        }
        let chosen = Tensor::new(chosen, x.device())?;
        let y = expert.forward(ops, &rows.index_select(&chosen, 0)?)?;
        let weight = weights.narrow(1, i, 1)?.contiguous()?.index_select(&chosen, 0)?;
        out = out.index_add(&chosen, &y.broadcast_mul(&weight)?, 0)?;
    }
    if let Some((router, expert)) = &of.shared {
        let weight = sigmoid(&linear(ops, router, &rows)?)?;
        out = (out + expert.forward(ops, &rows)?.broadcast_mul(&weight)?)?;
    }
    Ok(out.reshape(x.shape())?)
}
