//! The k largest logits of each row: k passes of "the largest, its smallest id, hide it".
//!
//! candle's sort on CUDA holds a row in one block's shared memory, which a vocabulary does not fit; and its arg-max does
//! not say which of equal logits it finds. So a pass takes the maximum, and of the ids where it stands the least.
//!
//! The passes do not go over the vocabulary: it is cut into segments of 256 tokens, and only the k segments with the
//! largest maxima (of equal ones the first) are looked through. A token outside them has k segments whose best is larger,
//! or as large with a smaller id: it is not among the k best.

use candle_core::{D, DType, Result, Tensor};

/// More candidates than this are sorted on the host: passes would take longer than the copy.
pub(super) const MOST: usize = 256;
/// Tokens of a segment.
const SEGMENT: usize = 256;

/// The `k` best of `z [n, V]`, best first, equal logits by smaller id: ids and logits, both f32 `[n, k]`. All logits must
/// be finite, and V at most 2^24.
pub(super) fn candidates(z: &Tensor, k: usize) -> Result<[Tensor; 2]> {
    let (rows, vocab) = z.dims2()?;
    let segments = vocab.div_ceil(SEGMENT);
    if k >= segments {
        return best(z, &ascending(rows, vocab, z)?, k);
    }
    let spare = segments * SEGMENT - vocab;
    let z = match spare {
        0 => z.clone(),
        spare => Tensor::cat(&[z, &Tensor::full(f32::NEG_INFINITY, (rows, spare), z.device())?], 1)?,
    };
    let z = z.reshape((rows, segments, SEGMENT))?;
    let [which, _] = best(&z.max(D::Minus1)?, &ascending(rows, segments, &z)?, k)?;
    // [n, k, SEGMENT]
    let shape = (rows, k, SEGMENT);
    let which = which.reshape((rows, k, 1))?;
    let index = which.to_dtype(DType::U32)?.broadcast_as(shape)?.contiguous()?;
    let values = z.gather(&index, 1)?.reshape((rows, k * SEGMENT))?;
    let within = ascending(1, SEGMENT, &z)?.reshape((1, 1, SEGMENT))?;
    let ids = (which * SEGMENT as f64)?.broadcast_add(&within)?.reshape((rows, k * SEGMENT))?;
    best(&values, &ids, k)
}

/// `0, 1, 2 …` in every row, `[rows, count]`.
fn ascending(rows: usize, count: usize, like: &Tensor) -> Result<Tensor> {
    let ids =
        Tensor::from_vec((0..count).map(|id| id as f32).collect::<Vec<f32>>(), (1, count), like.device())?;
    ids.broadcast_as((rows, count))?.contiguous()
}

/// The `k` best of `values [n, m]` by value, then by id: `k <= m`.
fn best(values: &Tensor, ids: &Tensor, k: usize) -> Result<[Tensor; 2]> {
    let shape = values.shape();
    let hidden = Tensor::full(f32::NEG_INFINITY, shape, values.device())?;
    // No smaller than any id, and an id itself: rows without a finite maximum must not point outside.
    let last = ids.max_keepdim(1)?.broadcast_as(shape)?.contiguous()?;
    let mut left = values.clone();
    let (mut best_ids, mut best_values) = (Vec::with_capacity(k), Vec::with_capacity(k));
    for _ in 0..k {
        let largest = left.max_keepdim(1)?;
        let id = left.broadcast_eq(&largest)?.where_cond(ids, &last)?.min_keepdim(1)?;
        left = ids.broadcast_eq(&id)?.where_cond(&hidden, &left)?;
        best_ids.push(id);
        best_values.push(largest);
    }
    Ok([Tensor::cat(&best_ids, 1)?, Tensor::cat(&best_values, 1)?])
}

/// The same for many candidates: the result itself is nearly as large as the logits, so these are copied.
pub(super) fn on_the_host(z: &Tensor, k: usize) -> Result<Vec<Vec<(u32, f32)>>> {
    let rows = z.to_vec2::<f32>()?;
    let sorted = rows.into_iter().map(|row| {
        let mut all: Vec<(u32, f32)> = (0u32..).zip(row.into_iter().map(|z| z + 0.0)).collect();
        // What is not finite is decided elsewhere.
        all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(k);
        all
    });
    Ok(sorted.collect())
}
