//! The matrix product: packed rows of states times packed panels of the unembedding.
//!
//! Every logit, on every path, is one chain of fused multiply-adds over ascending `k`, started at +0, then finished
//! the same way: that is what makes logits equal to the bit whatever the batch, block, threads or instruction set.

use crate::simd::{LANES, Lane, Simd};
use crate::unembedding::Unembedding;
use std::ops::Range;

/// Most rows of a block on any instruction set.
pub(crate) const MAX_ROWS: usize = 8;

/// Up to [`MAX_ROWS`] rows, interleaved so that a block's values for one `k` lie side by side: `[d][rows]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) rows: usize,
}

/// How `rows` rows are cut into blocks of at most `most`: as evenly as can be, larger ones first.
pub(crate) fn block_sizes(rows: usize, most: usize) -> impl Iterator<Item = usize> {
    let blocks = rows.div_ceil(most).max(1);
    let (each, larger) = (rows / blocks, rows % blocks);
    (0..blocks).map(move |i| each + usize::from(i < larger)).filter(|&size| size > 0)
}

/// Appends rows to `out` as one block: `[d][rows]`.
pub(crate) fn pack_block<'a>(
    rows: impl ExactSizeIterator<Item = &'a [f32]>,
    width: usize,
    out: &mut Vec<f32>,
) {
    let (start, count) = (out.len(), rows.len());
    out.resize(start + width * count, 0.0);
    for (m, row) in rows.enumerate() {
        for (slot, &x) in out[start + m..].iter_mut().step_by(count).zip(row) {
            *slot = x;
        }
    }
}

/// Finished logits of a block for some panels, into `out`: row `m`'s panel `p` goes to `out[m * stride + p]`, with `p`
/// counted from `panels.start`. Lanes beyond the vocabulary hold whatever zero weights give.
#[inline(always)]
pub(crate) fn product<S: Simd>(
    s: S,
    head: &Unembedding,
    panels: Range<usize>,
    block: Block<'_>,
    out: &mut [Lane],
    stride: usize,
) {
    let mut at = 0;
    let count = panels.len();
    if S::WIDE == 3 || block.rows <= 2 {
        while at + 3 <= count {
            let first = panels.start + at;
            let w = [head.panel(first), head.panel(first + 1), head.panel(first + 2)];
            let bias = [head.bias(first), head.bias(first + 1), head.bias(first + 2)];
            by_rows(s, head, block, w, bias, &mut out[at..], stride);
            at += 3;
        }
    }
    while at < count {
        let panel = panels.start + at;
        by_rows(s, head, block, [head.panel(panel)], [head.bias(panel)], &mut out[at..], stride);
        at += 1;
    }
}

/// As [`product`], for `N` panels given by hand.
#[inline(always)]
pub(crate) fn by_rows<S: Simd, const N: usize>(
    s: S,
    head: &Unembedding,
    block: Block<'_>,
    w: [&[Lane]; N],
    bias: [Option<&Lane>; N],
    out: &mut [Lane],
    stride: usize,
) {
    macro_rules! rows {
        ($($m:literal)*) => {
            match block.rows {
                $($m if $m <= S::ROWS => micro::<S, $m, N>(s, head, block.values, w, bias, out, stride),)*
                rows => unreachable!("blocks have 1 to {} rows, not {rows}", S::ROWS),
            }
        };
    }
    rows!(1 2 3 4 5 6 7 8)
}

/// `M` rows times `N` panels: `M * N` accumulators, which stay in registers.
#[inline(always)]
fn micro<S: Simd, const M: usize, const N: usize>(
    s: S,
    head: &Unembedding,
    x: &[f32],
    w: [&[Lane]; N],
    bias: [Option<&Lane>; N],
    out: &mut [Lane],
    stride: usize,
) {
    let x = x.as_chunks::<M>().0; // [d][M]
    let w = w.map(|panel| &panel[..x.len()]); // N x [d][LANES]
    let mut sums = [[s.splat(0.0); N]; M];
    for (k, x) in x.iter().enumerate() {
        let w: [S::F; N] = std::array::from_fn(|n| s.load(&w[n][k].0));
        for m in 0..M {
            let x = s.splat(x[m]);
            for n in 0..N {
                sums[m][n] = s.fma(x, w[n], sums[m][n]);
            }
        }
    }
    for (m, sums) in sums.into_iter().enumerate() {
        for (n, sum) in sums.into_iter().enumerate() {
            s.store(head.finish(s, sum, bias[n]), &mut out[m * stride + n].0);
        }
    }
}

/// Copies the weights of some tokens into one panel (`[d]` lanes) and its bias, other lanes zero.
pub(crate) fn gather_panel(head: &Unembedding, tokens: &[u32], panel: &mut Vec<Lane>) -> Option<Lane> {
    debug_assert!(tokens.len() <= LANES);
    panel.clear();
    panel.resize(head.width(), Lane::ZERO);
    let mut bias = Lane::ZERO;
    let mut has_bias = false;
    for (i, &token) in tokens.iter().enumerate() {
        let (from, lane) = (token as usize / LANES, token as usize % LANES);
        for (to, weights) in panel.iter_mut().zip(head.panel(from)) {
            to.0[i] = weights.0[lane];
        }
        if let Some(values) = head.bias(from) {
            has_bias = true;
            bias.0[i] = values.0[lane];
        }
    }
    has_bias.then_some(bias)
}

#[cfg(test)]
mod tests {
    use super::block_sizes;

    #[test]
    fn blocks_are_even_and_complete() {
        for rows in 0..50 {
            for most in 1..=8 {
                let sizes: Vec<usize> = block_sizes(rows, most).collect();
                assert_eq!(sizes.iter().sum::<usize>(), rows);
                assert!(sizes.iter().all(|&size| size >= 1 && size <= most), "{rows} {most} {sizes:?}");
                if let (Some(first), Some(last)) = (sizes.first(), sizes.last()) {
                    assert!(first - last <= 1);
                }
            }
        }
        assert_eq!(block_sizes(30, 8).collect::<Vec<_>>(), [8, 8, 7, 7]);
    }
}
