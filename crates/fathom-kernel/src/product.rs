//! The head's product: packed rows of states times packed panels of the unembedding, finished into logits.
//!
//! Every logit, on every path, is one chain of fused multiply-adds over ascending `k` (see `micro_kernel`), started at +0,
//! then finished the same way: so logits are equal to the bit on every path.

use crate::micro_kernel::{RowBlock, extend_chains, share_of_prefetch};
use crate::simd::{LANES, Lane, Simd};
use crate::unembedding::{TileWeights, Unembedding};
use std::ops::Range;

/// Finished logits of a block for some panels, into `out`: row `m`'s panel `p` goes to `out[m * stride + p]`, with `p`
/// counted from `panels.start`. Lanes beyond the vocabulary hold whatever zero weights give. On the way the lines of
/// `soon` are asked for from memory, at an even pace. `tile` has the panels' weights.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // a kernel's operands, all of them small
pub(crate) fn multiply_block<S: Simd>(
    s: S,
    head: &Unembedding,
    tile: &TileWeights<'_>,
    panels: Range<usize>,
    block: RowBlock<'_>,
    soon: &[Lane],
    out: &mut [Lane],
    stride: usize,
) {
    let mut at = 0;
    let count = panels.len();
    if S::WIDE == 3 || block.rows <= 2 {
        while at + 3 <= count {
            let first = panels.start + at;
            let w = [tile.panel(first), tile.panel(first + 1), tile.panel(first + 2)];
            multiply_panels(s, block, w, share_of_prefetch(soon, at..at + 3, count), &mut out[at..], stride);
            at += 3;
        }
    }
    while at < count {
        let w = tile.panel(panels.start + at);
        multiply_panels(s, block, [w], share_of_prefetch(soon, at..at + 1, count), &mut out[at..], stride);
        at += 1;
    }
    if !head.is_plain() {
        for row in out.chunks_mut(stride).take(block.rows) {
            for (panel, lane) in panels.clone().zip(row) {
                head.finish_logits(s, head.bias(panel), lane);
            }
        }
    }
}

/// Finished logits of a block for one panel that was gathered with its bias; row `m`'s goes to `out[m]`.
#[inline(always)]
pub(crate) fn multiply_gathered<S: Simd>(
    s: S,
    head: &Unembedding,
    panel: &[Lane],
    bias: Option<&Lane>,
    block: RowBlock<'_>,
    out: &mut [Lane],
) {
    multiply_panels(s, block, [panel], &[], out, 1);
    if !head.is_plain() {
        for lane in out.iter_mut().take(block.rows) {
            head.finish_logits(s, bias, lane);
        }
    }
}

/// Finished logits of at most [`Simd::ROWS`] rows, wherever they lie, for one panel and its bias; row `m`'s go to `out[m]`.
/// Nearly as fast as [`multiply_block`]: each row's values are read from its own place instead of a block's.
#[inline(always)]
pub(crate) fn multiply_rows<S: Simd>(
    s: S,
    head: &Unembedding,
    panel: &[Lane],
    bias: Option<&Lane>,
    rows: &[&[f32]],
    out: &mut [Lane],
) {
    macro_rules! rows {
        ($($m:literal)*) => {
            match rows.len() {
                0 => {}
                $($m if $m <= S::ROWS => multiply_m_rows::<S, $m>(s, panel, rows, out),)*
                rows => unreachable!("at most {} rows, not {rows}", S::ROWS),
            }
        };
    }
    rows!(1 2 3 4 5 6 7 8);
    if !head.is_plain() {
        for lane in out.iter_mut().take(rows.len()) {
            head.finish_logits(s, bias, lane);
        }
    }
}

/// Finished logits of at most [`Simd::PAIRS`] rows, each for a panel of its own; pair `m`'s go to `out[m]`. Half as fast as
/// [`multiply_rows`], and several times as fast as one row after the other, each of whose sums waits for the one before.
#[inline(always)]
pub(crate) fn multiply_pairs<S: Simd>(s: S, head: &Unembedding, pairs: &[(usize, &[f32])], out: &mut [Lane]) {
    macro_rules! pairs {
        ($($m:literal)*) => {
            match pairs.len() {
                0 => {}
                $($m if $m <= S::PAIRS => multiply_m_pairs::<S, $m>(s, head, pairs, out),)*
                pairs => unreachable!("at most {} pairs, not {pairs}", S::PAIRS),
            }
        };
    }
    pairs!(1 2 3 4 5 6);
    if !head.is_plain() {
        for (&(panel, _), lane) in pairs.iter().zip(out) {
            head.finish_logits(s, head.bias(panel), lane);
        }
    }
}

/// The same chains as in [`micro`], for `M` rows with a panel each.
#[inline(always)]
fn multiply_m_pairs<S: Simd, const M: usize>(
    s: S,
    head: &Unembedding,
    pairs: &[(usize, &[f32])],
    out: &mut [Lane],
) {
    let width = head.width();
    let rows: [&[f32]; M] = std::array::from_fn(|m| &pairs[m].1[..width]);
    let panels: [&[Lane]; M] = std::array::from_fn(|m| &head.panel(pairs[m].0)[..width]);
    let zero = s.splat(0.0);
    let mut sums = [zero; M];
    for k in 0..width {
        for m in 0..M {
            sums[m] = s.fma(s.splat(rows[m][k]), s.load(&panels[m][k].0), sums[m]);
        }
    }
    for (sum, out) in sums.into_iter().zip(out) {
        s.store(s.add(sum, zero), &mut out.0);
    }
}

/// The same chains as in [`micro`], for `M` rows and one panel.
#[inline(always)]
fn multiply_m_rows<S: Simd, const M: usize>(s: S, panel: &[Lane], rows: &[&[f32]], out: &mut [Lane]) {
    let rows: [&[f32]; M] = std::array::from_fn(|m| &rows[m][..panel.len()]);
    let zero = s.splat(0.0);
    let mut sums = [zero; M];
    for (k, w) in panel.iter().enumerate() {
        let w = s.load(&w.0);
        for m in 0..M {
            sums[m] = s.fma(s.splat(rows[m][k]), w, sums[m]);
        }
    }
    for (sum, out) in sums.into_iter().zip(out) {
        s.store(s.add(sum, zero), &mut out.0);
    }
}

/// The bare sums of products of a block for `N` panels, as [`multiply_block`] lays them out.
#[inline(always)]
fn multiply_panels<S: Simd, const N: usize>(
    s: S,
    block: RowBlock<'_>,
    w: [&[Lane]; N],
    soon: &[Lane],
    out: &mut [Lane],
    stride: usize,
) {
    macro_rules! rows {
        ($($m:literal)*) => {
            match block.rows {
                $($m if $m <= S::ROWS => micro::<S, $m, N>(s, block.values, w, soon, out, stride),)*
                rows => unreachable!("blocks have 1 to {} rows, not {rows}", S::ROWS),
            }
        };
    }
    rows!(1 2 3 4 5 6 7 8)
}

/// `M` rows times `N` panels: `M * N` sums, which stay in registers. Meanwhile `soon` is asked for.
#[inline(always)]
fn micro<S: Simd, const M: usize, const N: usize>(
    s: S,
    x: &[f32],
    w: [&[Lane]; N],
    soon: &[Lane],
    out: &mut [Lane],
    stride: usize,
) {
    let zero = s.splat(0.0);
    let sums = extend_chains(s, x.as_chunks().0, w, [soon], [[zero; N]; M]);
    let out = &mut out[..(M - 1) * stride + N];
    for m in 0..M {
        for n in 0..N {
            // -0 becomes +0: equal logits then have equal bits, which is what orders candidates.
            s.store(s.add(sums[m][n], zero), &mut out[m * stride + n].0);
        }
    }
}

/// Copies the weights of at most 16 tokens into one panel (`[d]` lanes) and its bias, other lanes zero.
pub(crate) fn gather_panel(
    head: &Unembedding,
    tokens: impl Iterator<Item = u32>,
    panel: &mut Vec<Lane>,
) -> Option<Lane> {
    panel.clear();
    panel.resize(head.width(), Lane::ZERO);
    let mut row = vec![0.0; head.width()];
    let mut bias = head.bias(0).map(|_| Lane::ZERO);
    for (i, token) in tokens.enumerate() {
        let (from, lane) = (token as usize / LANES, token as usize % LANES);
        head.weight_row(token, &mut row);
        panel.iter_mut().zip(&row).for_each(|(to, weight)| to.0[i] = *weight);
        if let (Some(bias), Some(values)) = (&mut bias, head.bias(from)) {
            bias.0[i] = values.0[lane];
        }
    }
    bias
}
