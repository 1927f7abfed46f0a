//! Scaled dot-product attention, head by head and a few query rows at a time.
//!
//! Scores never exist as `[heads, T, T]`: a task holds the scores of [`QUERY_ROWS`] queries of one head. Keys and
//! values are read where they lie (grouped heads share them without a copy, a cache's spare room is skipped by
//! strides), and what a causal mask or a window would hide is not computed.

use super::{Array, misfit, vector};
use crate::ModelError;
use gemm::Parallelism;
use rayon::prelude::*;
use std::ops::Range;

/// Query rows of one task: with 1,024 keys their scores take 256 kB, which stays in a core's own cache.
const QUERY_ROWS: usize = 64;

/// How queries meet keys.
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    /// Factor of the scores.
    pub(crate) scale: f32,
    /// `cap * tanh(score / cap)`.
    pub(crate) softcap: Option<f32>,
    /// A query sees keys less than this many positions away.
    pub(crate) window: Option<usize>,
    /// Whether keys after the query are hidden.
    pub(crate) causal: bool,
    /// What a key gains by its position.
    pub(crate) alibi: Option<Alibi>,
    /// Position of the first query: the number of cached keys before it.
    pub(crate) offset: usize,
    /// Per sequence: how many of its queries are tokens; the rest is padding, neither seen nor computed (zeros).
    pub(crate) lengths: Vec<usize>,
}

/// ALiBi: what a key gains per position.
#[derive(Clone, Debug)]
pub(crate) struct Alibi {
    /// Per query head.
    pub(crate) slopes: Vec<f32>,
    /// Factor of `slope * position`.
    pub(crate) scale: f32,
    /// Whether `slope * position` is rounded to bf16.
    pub(crate) bf16: bool,
}

impl Alibi {
    /// What a key at `position` gains.
    pub(super) fn bias(&self, head: usize, position: usize) -> f32 {
        let bias = self.slopes[head] * position as f32;
        self.scale * if self.bf16 { half::bf16::from_f32(bias).to_f32() } else { bias }
    }
}

/// A `[B, T, heads, dh]` array by its strides.
struct Heads<'a> {
    values: &'a [f32],
    stride: [usize; 3],
}

impl<'a> Heads<'a> {
    fn new(array: &'a Array) -> Result<Heads<'a>, ModelError> {
        let [_, rows, heads, size] = array.dims4()?;
        Ok(Heads { values: array.values(), stride: [rows * heads * size, heads * size, size] })
    }

    /// From row `row` of head `head` of sequence `b` on.
    fn from(&self, b: usize, row: usize, head: usize) -> &'a [f32] {
        &self.values[b * self.stride[0] + row * self.stride[1] + head * self.stride[2]..]
    }
}

/// One task: some query rows of one head.
struct Task {
    b: usize,
    head: usize,
    rows: Range<usize>,
}

impl Attention {
    /// `q [B, T, H, dh]`, with keys and values `[B, offset + T or more, KV, dh]`, becomes `z [B, T, H, dh]`.
    pub(super) fn attend(&self, q: &Array, k: &Array, v: &Array) -> Result<Array, ModelError> {
        self.check(q.shape(), k.shape(), v.shape())?;
        let ([batch, queries, heads, head_size], [_, _, kv_heads, _]) = (q.dims4()?, k.dims4()?);
        let shape = q.shape();
        let (q, k, v) = (Heads::new(q)?, Heads::new(k)?, Heads::new(v)?);
        // [B, T, H, dh]; rows that are padding stay zero.
        let mut z = vec![0f32; batch * queries * heads * head_size];
        let out = Output { start: z.as_mut_ptr(), row: heads * head_size };
        let tasks: Vec<Task> = (0..batch)
            .flat_map(|b| (0..heads).map(move |head| (b, head)))
            .flat_map(|(b, head)| {
                let length = self.lengths[b];
                let starts = (0..length).step_by(QUERY_ROWS);
                starts.map(move |start| Task { b, head, rows: start..length.min(start + QUERY_ROWS) })
            })
            .collect();
        tasks.into_par_iter().for_each_init(Vec::new, |scores, task| {
            let shared = task.head / (heads / kv_heads);
            let seen = self.seen(&task);
            scores.clear();
            scores.resize(task.rows.len() * seen.len(), 0.0);
            let keys = k.from(task.b, seen.start, shared);
            self.scores(
                &task,
                &seen,
                q.from(task.b, task.rows.start, task.head),
                &q,
                keys,
                &k,
                head_size,
                scores,
            );
            self.normalise(&task, &seen, scores);
            let values = v.from(task.b, seen.start, shared);
            let first = task.b * queries + task.rows.start;
            let weigh = |row: usize, rows: usize, weights: &[f32], values: &[f32]| {
                out.weigh(first + row, task.head * head_size, head_size, rows, weights, values, v.stride[1])
            };
            // A value that is not finite must not reach queries that don't see it: 0 times NaN is NaN.
            if !weigh(0, task.rows.len(), scores, values) {
                for (row, scores) in scores.chunks_exact(seen.len()).enumerate() {
                    let visible = self.visible(task.rows.start + row, &seen);
                    let of = visible.start - seen.start..visible.end - seen.start;
                    weigh(row, 1, &scores[of], v.from(task.b, visible.start, shared));
                }
            }
        });
        Array::new(z, shape)
    }

    /// Whether queries, keys and values fit together.
    pub(super) fn check(&self, q: &[usize], k: &[usize], v: &[usize]) -> Result<(), ModelError> {
        let fits = match (q, k) {
            ([batch, queries, heads, head_size], [key_batch, keys, kv_heads, key_size]) => {
                k == v
                    && (key_batch, key_size) == (batch, head_size)
                    && *keys >= self.offset + queries
                    && *kv_heads > 0
                    && heads.is_multiple_of(*kv_heads)
                    && self.lengths.len() == *batch
                    && self.lengths.iter().all(|length| length <= queries)
            }
            _ => false,
        };
        match fits {
            true => Ok(()),
            false => misfit(format!("attention: queries {q:?}, keys {k:?}, values {v:?}")),
        }
    }

    /// The keys that some query of the task sees.
    fn seen(&self, task: &Task) -> Range<usize> {
        let end = self.offset + if self.causal { task.rows.end } else { self.lengths[task.b] };
        let start =
            self.window.map_or(0, |window| (self.offset + task.rows.start + 1).saturating_sub(window));
        start.min(end)..end
    }

    /// The keys that query `row` sees, of those that its task does.
    fn visible(&self, row: usize, seen: &Range<usize>) -> Range<usize> {
        let position = self.offset + row;
        let first = self.window.map_or(0, |window| (position + 1).saturating_sub(window)).max(seen.start);
        first..if self.causal { position + 1 } else { seen.end }
    }

    /// `scores [rows, seen] = scale * q kᵀ`.
    #[allow(clippy::too_many_arguments)]
    fn scores(
        &self,
        task: &Task,
        seen: &Range<usize>,
        queries: &[f32],
        q: &Heads<'_>,
        keys: &[f32],
        k: &Heads<'_>,
        head_size: usize,
        scores: &mut [f32],
    ) {
        let (m, n) = (task.rows.len(), seen.len());
        assert!(queries.len() >= (m - 1) * q.stride[1] + head_size);
        assert!(keys.len() >= (n - 1) * k.stride[1] + head_size && scores.len() == m * n);
        // SAFETY: m rows of `queries`, n rows of `keys` and m * n scores lie within their slices, as just asserted.
        unsafe {
            gemm::gemm(
                m,
                n,
                head_size,
                scores.as_mut_ptr(),
                1,
                n as isize,
                false,
                queries.as_ptr(),
                1,
                q.stride[1] as isize,
                keys.as_ptr(),
                k.stride[1] as isize,
                1,
                0.0f32,
                self.scale,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
    }

    /// Soft-cap, ALiBi, mask and softmax of each row of `scores [rows, seen]`.
    fn normalise(&self, task: &Task, seen: &Range<usize>, scores: &mut [f32]) {
        for (row, scores) in task.rows.clone().zip(scores.chunks_exact_mut(seen.len())) {
            let Range { start: first, end } = self.visible(row, seen);
            let (before, visible) = scores.split_at_mut(first - seen.start);
            let (visible, after) = visible.split_at_mut(end - first);
            before.fill(0.0);
            after.fill(0.0);
            if let Some(cap) = self.softcap {
                visible.iter_mut().for_each(|score| *score = cap * (*score / cap).tanh());
            }
            if let Some(alibi) = &self.alibi {
                visible.iter_mut().zip(first..).for_each(|(score, key)| *score += alibi.bias(task.head, key));
            }
            vector::softmax(visible);
        }
    }
}

/// Where tasks write: rows of different heads interleave, so no safe split of the output exists.
struct Output {
    start: *mut f32,
    /// Values of a row, `H * dh`.
    row: usize,
}

// SAFETY: tasks write disjoint rows and heads of the output, see `weigh`.
unsafe impl Sync for Output {}

impl Output {
    /// `z[first.., column .. column + head_size] = weights [rows, n] * values [n, head_size]`. Whether all of it is finite.
    #[allow(clippy::too_many_arguments)]
    fn weigh(
        &self,
        first: usize,
        column: usize,
        head_size: usize,
        rows: usize,
        weights: &[f32],
        values: &[f32],
        value_stride: usize,
    ) -> bool {
        let n = weights.len() / rows;
        assert!(values.len() >= (n - 1) * value_stride + head_size && column + head_size <= self.row);
        // SAFETY: the weights and n rows of values lie within their slices. The output has a row for each query of
        // each sequence and `column` is a head's, so the block is inside it; every task has its own rows or its own
        // head, so no two tasks write the same value.
        unsafe {
            gemm::gemm(
                rows,
                head_size,
                n,
                self.start.add(first * self.row + column),
                1,
                self.row as isize,
                false,
                weights.as_ptr(),
                1,
                n as isize,
                values.as_ptr(),
                1,
                value_stride as isize,
                0.0f32,
                1.0f32,
                false,
                false,
                false,
                Parallelism::None,
            );
            (0..rows).all(|row| {
                let written = self.start.add((first + row) * self.row + column);
                std::slice::from_raw_parts(written, head_size).iter().all(|x| x.is_finite())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize, seed: u64) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 4.0
        };
        (0..n).map(|_| next()).collect()
    }

    /// The definition, score by score, in f64.
    fn naive(a: &Attention, q: &[f32], k: &[f32], v: &[f32], dims: [usize; 5]) -> Vec<f32> {
        let [queries, keys, heads, kv_heads, size] = dims;
        let mut z = Vec::new();
        for (b, length) in a.lengths.iter().enumerate() {
            for (row, head) in (0..queries).flat_map(|row| (0..heads).map(move |head| (row, head))) {
                let at = |x: &[f32], t: usize, rows: usize, h: usize, of: usize, i: usize| {
                    x[((b * rows + t) * of + h) * size + i] as f64
                };
                let (position, shared) = (a.offset + row, head / (heads / kv_heads));
                let visible = |j: &usize| {
                    (!a.causal || *j <= position)
                        && (a.causal || *j < a.offset + length)
                        && a.window.is_none_or(|window| j + window > position)
                };
                let score = |j: usize| {
                    let dot: f64 = (0..size)
                        .map(|i| at(q, row, queries, head, heads, i) * at(k, j, keys, shared, kv_heads, i))
                        .sum();
                    let score = dot * a.scale as f64;
                    let score = a.softcap.map_or(score, |cap| cap as f64 * (score / cap as f64).tanh());
                    score + a.alibi.as_ref().map_or(0.0, |alibi| alibi.bias(head, j) as f64)
                };
                let weights: Vec<(usize, f64)> =
                    (0..keys).filter(visible).map(|j| (j, score(j).exp())).collect();
                let sum: f64 = weights.iter().map(|(_, w)| w).sum();
                z.extend((0..size).map(|i| {
                    let dot: f64 =
                        weights.iter().map(|(j, w)| w * at(v, *j, keys, shared, kv_heads, i)).sum();
                    if row < *length { (dot / sum) as f32 } else { 0.0 }
                }));
            }
        }
        z
    }

    fn check(attention: Attention, queries: usize) {
        let (batch, heads, kv_heads, size) = (attention.lengths.len(), 6, 2, 5);
        let keys = attention.offset + queries;
        let q = noise(batch * queries * heads * size, 1);
        let (k, v) = (noise(batch * keys * kv_heads * size, 2), noise(batch * keys * kv_heads * size, 3));
        let array = |x: &[f32], t, h| Array::new(x.to_vec(), &[batch, t, h, size]).unwrap();
        // Spare room behind the keys, as in a cache.
        let roomy = |x: &[f32]| {
            let rows = x.chunks_exact(keys * kv_heads * size);
            let padded = rows.flat_map(|rows| rows.iter().copied().chain(vec![9.0; 7 * kv_heads * size]));
            Array::new(padded.collect(), &[batch, keys + 7, kv_heads, size]).unwrap()
        };
        let expected = naive(&attention, &q, &k, &v, [queries, keys, heads, kv_heads, size]);
        let z = attention.attend(&array(&q, queries, heads), &roomy(&k), &roomy(&v)).unwrap();
        assert_eq!(z.shape(), [batch, queries, heads, size]);
        let z = z.into_values();
        let worst = z.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "{attention:?}: off by {worst}");
    }

    #[test]
    fn equals_the_definition() {
        let plain = Attention {
            scale: 0.4,
            softcap: None,
            window: None,
            causal: true,
            alibi: None,
            offset: 0,
            lengths: vec![9],
        };
        check(plain.clone(), 9);
        check(Attention { lengths: vec![150, 70, 1], ..plain.clone() }, 150);
        check(Attention { offset: 13, lengths: vec![1], ..plain.clone() }, 1);
        check(Attention { offset: 3, lengths: vec![70, 2], ..plain.clone() }, 70);
        check(Attention { window: Some(3), lengths: vec![130], ..plain.clone() }, 130);
        check(Attention { window: Some(1), offset: 5, lengths: vec![2], ..plain.clone() }, 2);
        check(Attention { softcap: Some(0.7), ..plain.clone() }, 9);
        let slopes = (1..=6).map(|h| 0.1 * h as f32).collect();
        let alibi = Alibi { slopes, scale: 0.5, bf16: false };
        check(Attention { alibi: Some(alibi), offset: 2, ..plain.clone() }, 9);
        check(Attention { causal: false, lengths: vec![80, 5], ..plain }, 80);
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let attention = Attention {
            scale: 1.0,
            softcap: None,
            window: None,
            causal: true,
            alibi: None,
            offset: 0,
            lengths: vec![2],
        };
        let of = |t: usize, h: usize| Array::new(vec![0.0; t * h * 4], &[1, t, h, 4]).unwrap();
        assert!(attention.attend(&of(2, 4), &of(1, 2), &of(1, 2)).is_err(), "fewer keys than positions");
        assert!(attention.attend(&of(2, 4), &of(2, 3), &of(2, 3)).is_err(), "4 heads over 3");
        assert!(attention.attend(&of(2, 4), &of(2, 2), &of(2, 1)).is_err(), "keys and values differ");
    }
}
