//! Scaled dot-product attention in tensor operations, some query rows at a time.

use crate::ops::Attention;
use candle_core::{DType, Device, Result, Tensor};
use std::ops::Range;

/// Scores held at a time (128 MB): `[B, H, rows, keys]` of as many query rows as fit, so that a long prompt's
/// heads × T × T never exist.
const SCORES: usize = 32 << 20;

/// `q [B, T, H, dh]`, `k` and `v [B, offset + T, KV, dh]` become `z [B, T, H, dh]`; rows of padding are zero.
pub(super) fn attend(q: &Tensor, k: &Tensor, v: &Tensor, how: &Attention) -> Result<Tensor> {
    let (batch, queries, heads, _) = q.dims4()?;
    // Rows beyond these are a cache's spare room.
    let keys = how.offset + queries;
    let (k, v) = (k.narrow(1, 0, keys)?, v.narrow(1, 0, keys)?);
    // [B, KV, dh, keys] and [B, KV, keys, dh]
    let (k, v) = (k.permute((0, 2, 3, 1))?.contiguous()?, v.permute((0, 2, 1, 3))?.contiguous()?);
    let rows = (SCORES / (batch * heads * keys).max(1)).clamp(1, queries.max(1));
    let starts = (0..queries).step_by(rows);
    let pieces = starts.map(|first| {
        let rows = first..queries.min(first + rows);
        some_rows(&q.narrow(1, first, rows.len())?, &k, &v, how, rows)
    });
    let z = match pieces.collect::<Result<Vec<_>>>()?.as_slice() {
        [] => return Ok(q.clone()),
        [one] => one.clone(),
        several => Tensor::cat(several, 1)?,
    };
    without_padding(z, &how.lengths)
}

/// The query rows `rows`, `q [B, rows, H, dh]`, over all keys.
fn some_rows(q: &Tensor, k: &Tensor, v: &Tensor, how: &Attention, rows: Range<usize>) -> Result<Tensor> {
    let (batch, count, heads, size) = q.dims4()?;
    let (_, kv, keys, _) = v.dims4()?;
    let shared = heads / kv;
    // Heads that share keys stand below one another: [B, KV, shared * rows, dh].
    let q = q.reshape((batch, count, kv, shared, size))?.permute((0, 2, 3, 1, 4))?.contiguous()?;
    let q = q.reshape((batch, kv, shared * count, size))?;
    let mut scores = (q.matmul(k)? * f64::from(how.scale))?;
    if let Some(cap) = how.softcap.map(f64::from) {
        scores = ((scores / cap)?.tanh()? * cap)?;
    }
    let mut scores = scores.reshape((batch, kv, shared, count, keys))?;
    if how.alibi.is_some() {
        scores = scores.broadcast_add(&alibi(how, [kv, shared, keys], q.device())?)?;
    }
    if let Some(hidden) = hidden(how, rows, keys, q.device())? {
        scores = scores.broadcast_add(&hidden)?;
    }
    let weights = super::softmax(&scores)?.reshape((batch, kv, shared * count, keys))?;
    let z = weights.matmul(v)?.reshape((batch, kv, shared, count, size))?;
    z.permute((0, 3, 1, 2, 4))?.contiguous()?.reshape((batch, count, heads, size))
}

/// What each head's keys gain by their positions, `[1, KV, shared, 1, keys]`.
fn alibi(how: &Attention, [kv, shared, keys]: [usize; 3], device: &Device) -> Result<Tensor> {
    let Some(alibi) = &how.alibi else { return Tensor::zeros((1, 1, 1, 1, 1), DType::F32, device) };
    let gains = (0..kv * shared).flat_map(|head| (0..keys).map(move |key| alibi.bias(head, key)));
    Tensor::from_vec(gains.collect::<Vec<f32>>(), (1, kv, shared, 1, keys), device)
}

/// -inf where a query must not see a key, 0 elsewhere, `[1 or B, 1, 1, rows, keys]`; `None` where all is seen.
fn hidden(how: &Attention, rows: Range<usize>, keys: usize, device: &Device) -> Result<Option<Tensor>> {
    let padded = !how.causal && how.lengths.iter().any(|length| how.offset + length < keys);
    // A token that is generated sees everything before it.
    let future = how.causal && how.offset + rows.start + 1 < keys;
    let past = how.window.filter(|window| how.offset + rows.end > *window);
    if !padded && !future && past.is_none() {
        return Ok(None);
    }
    let row = |first: usize, len: usize| -> Result<Tensor> {
        Tensor::from_vec((first..first + len).map(|at| at as f32).collect::<Vec<f32>>(), len, device)
    };
    let queries = row(how.offset + rows.start, rows.len())?.reshape((rows.len(), 1))?;
    let keys_at = row(0, keys)?.reshape((1, keys))?;
    // How far the key is behind the query, [rows, keys].
    let behind = queries.broadcast_sub(&keys_at)?;
    let nothing = Tensor::full(f32::NEG_INFINITY, behind.shape(), device)?;
    let mut sum = behind.zeros_like()?;
    if future {
        sum = behind.lt(0f32)?.where_cond(&nothing, &sum)?;
    }
    if let Some(window) = past {
        sum = behind.ge(window as f32)?.where_cond(&nothing, &sum)?;
    }
    let sum = sum.reshape((1, 1, 1, rows.len(), keys))?;
    if !padded {
        return Ok(Some(sum));
    }
    let seen = how.lengths.iter().map(|length| how.offset + length);
    let ends = seen.flat_map(|end| (0..keys).map(move |key| if key < end { 0.0 } else { f32::NEG_INFINITY }));
    let ends = Tensor::from_vec(ends.collect::<Vec<f32>>(), (how.lengths.len(), 1, 1, 1, keys), device)?;
    sum.broadcast_add(&ends).map(Some)
}

/// Zeros in place of padding's rows: they may be anything, even NaN, and the next layer's keys come from them.
fn without_padding(z: Tensor, lengths: &[usize]) -> Result<Tensor> {
    let queries = z.dim(1)?;
    if lengths.iter().all(|length| *length == queries) {
        return Ok(z);
    }
    let tokens = lengths.iter().flat_map(|length| (0..queries).map(move |row| u8::from(row < *length)));
    let tokens = Tensor::from_vec(tokens.collect::<Vec<u8>>(), (lengths.len(), queries, 1, 1), z.device())?;
    tokens.broadcast_as(z.shape())?.where_cond(&z, &z.zeros_like()?)
}
