//! The matrix product: packed rows of states times packed panels of the unembedding.
//!
//! Every logit, on every path, is one chain of fused multiply-adds over ascending `k`, started at +0, then finished
//! the same way: that is what makes logits equal to the bit whatever the batch, block, threads or instruction set.

use crate::simd::{LANES, Lane, Simd};
use crate::unembedding::{Tile, Unembedding};
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
    let mut block: [&[f32]; MAX_ROWS] = [&[]; MAX_ROWS];
    block.iter_mut().zip(rows).for_each(|(to, row)| *to = row);
    interleave(&block[..count], &mut out[start..]);
}

/// Rows of one length as a block, `[d][rows]`; at most [`MAX_ROWS`].
#[inline(always)]
pub(crate) fn interleave(rows: &[&[f32]], out: &mut [f32]) {
    macro_rules! rows {
        ($($m:literal)*) => {
            match rows.len() {
                0 => {}
                $($m => interleaved::<$m>(rows, out),)*
                rows => unreachable!("blocks have 1 to {MAX_ROWS} rows, not {rows}"),
            }
        };
    }
    rows!(1 2 3 4 5 6 7 8)
}

#[inline(always)]
fn interleaved<const M: usize>(rows: &[&[f32]], out: &mut [f32]) {
    let out = out.as_chunks_mut::<M>().0;
    let rows: [&[f32]; M] = std::array::from_fn(|m| &rows[m][..out.len()]);
    for (k, to) in out.iter_mut().enumerate() {
        *to = std::array::from_fn(|m| rows[m][k]);
    }
}

/// Finished logits of a block for some panels, into `out`: row `m`'s panel `p` goes to `out[m * stride + p]`, with `p`
/// counted from `panels.start`. Lanes beyond the vocabulary hold whatever zero weights give. On the way the lines of
/// `soon` are asked for from memory, at an even pace. `tile` has the panels' weights.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // a kernel's operands, all of them small
pub(crate) fn product<S: Simd>(
    s: S,
    head: &Unembedding,
    tile: &Tile<'_>,
    panels: Range<usize>,
    block: Block<'_>,
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
            sums(s, block, w, share(soon, at..at + 3, count), &mut out[at..], stride);
            at += 3;
        }
    }
    while at < count {
        let w = tile.panel(panels.start + at);
        sums(s, block, [w], share(soon, at..at + 1, count), &mut out[at..], stride);
        at += 1;
    }
    if !head.is_plain() {
        for row in out.chunks_mut(stride).take(block.rows) {
            for (panel, lane) in panels.clone().zip(row) {
                head.finish(s, head.bias(panel), lane);
            }
        }
    }
}

/// The part of `lines` that is due during the steps `done` of `steps`.
#[inline(always)]
pub(crate) fn share(lines: &[Lane], done: Range<usize>, steps: usize) -> &[Lane] {
    &lines[lines.len() * done.start / steps..lines.len() * done.end / steps]
}

/// Finished logits of a block for one panel that was gathered with its bias; row `m`'s goes to `out[m]`.
#[inline(always)]
pub(crate) fn product_of_gathered<S: Simd>(
    s: S,
    head: &Unembedding,
    panel: &[Lane],
    bias: Option<&Lane>,
    block: Block<'_>,
    out: &mut [Lane],
) {
    sums(s, block, [panel], &[], out, 1);
    if !head.is_plain() {
        for lane in out.iter_mut().take(block.rows) {
            head.finish(s, bias, lane);
        }
    }
}

/// Finished logits of at most [`Simd::ROWS`] rows, wherever they lie, for one panel and its bias; row `m`'s go to `out[m]`.
/// Nearly as fast as [`product`]: each row's values are read from its own place instead of a block's.
#[inline(always)]
pub(crate) fn product_of_rows<S: Simd>(
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
                $($m if $m <= S::ROWS => scattered::<S, $m>(s, panel, rows, out),)*
                rows => unreachable!("at most {} rows, not {rows}", S::ROWS),
            }
        };
    }
    rows!(1 2 3 4 5 6 7 8);
    if !head.is_plain() {
        for lane in out.iter_mut().take(rows.len()) {
            head.finish(s, bias, lane);
        }
    }
}

/// Finished logits of at most [`Simd::PAIRS`] rows, each for a panel of its own; pair `m`'s go to `out[m]`. Half as fast as
/// [`product_of_rows`], and several times as fast as one row after the other, each of whose sums waits for the one before.
#[inline(always)]
pub(crate) fn product_of_pairs<S: Simd>(
    s: S,
    head: &Unembedding,
    pairs: &[(usize, &[f32])],
    out: &mut [Lane],
) {
    macro_rules! pairs {
        ($($m:literal)*) => {
            match pairs.len() {
                0 => {}
                $($m if $m <= S::PAIRS => paired::<S, $m>(s, head, pairs, out),)*
                pairs => unreachable!("at most {} pairs, not {pairs}", S::PAIRS),
            }
        };
    }
    pairs!(1 2 3 4 5 6);
    if !head.is_plain() {
        for (&(panel, _), lane) in pairs.iter().zip(out) {
            head.finish(s, head.bias(panel), lane);
        }
    }
}

/// The same chains as in [`micro`], for `M` rows with a panel each.
#[inline(always)]
fn paired<S: Simd, const M: usize>(s: S, head: &Unembedding, pairs: &[(usize, &[f32])], out: &mut [Lane]) {
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
fn scattered<S: Simd, const M: usize>(s: S, panel: &[Lane], rows: &[&[f32]], out: &mut [Lane]) {
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

/// The bare sums of products of a block for `N` panels, as [`product`] lays them out.
#[inline(always)]
fn sums<S: Simd, const N: usize>(
    s: S,
    block: Block<'_>,
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
    let sums = chains(s, x.as_chunks().0, w, [soon], [[zero; N]; M]);
    let out = &mut out[..(M - 1) * stride + N];
    for m in 0..M {
        for n in 0..N {
            // -0 becomes +0: equal logits then have equal bits, which is what orders candidates.
            s.store(s.add(sums[m][n], zero), &mut out[m * stride + n].0);
        }
    }
}

/// Goes on with `M * N` chains of multiply-adds over the values of `x` `[d][M]`, each of a row with the weights of a lane of
/// a panel `[d]`. Meanwhile the lines of `soon` are asked for from memory, a little at a time: a core has few slots for lines on
/// their way, and those that come from its second cache need them too.
#[inline(always)]
pub(crate) fn chains<S: Simd, const M: usize, const N: usize, const P: usize>(
    s: S,
    x: &[[f32; M]],
    w: [&[Lane]; N],
    soon: [&[Lane]; P],
    mut sums: [[S::F; N]; M],
) -> [[S::F; N]; M] {
    /// Values between two looks at what is to be asked for.
    const STEPS: usize = 4;
    let w = w.map(|panel| &panel[..x.len()]);
    let (groups, rest) = x.as_chunks::<STEPS>();
    let whole = w.map(|panel| &panel.as_chunks::<STEPS>().0[..groups.len()]);
    let mut soon = soon.map(|lines| lines.chunks(lines.len().div_ceil(groups.len().max(1)).max(1)));
    for (g, x) in groups.iter().enumerate() {
        for lines in &mut soon {
            for line in lines.next().unwrap_or(&[]) {
                s.prefetch(line);
            }
        }
        for k in 0..STEPS {
            links(s, &x[k], whole.map(|panel| &panel[g][k]), &mut sums);
        }
    }
    for (k, x) in (groups.len() * STEPS..).zip(rest) {
        links(s, x, w.map(|panel| &panel[k]), &mut sums);
    }
    sums
}

/// One link of each of `M * N` chains.
#[inline(always)]
fn links<S: Simd, const M: usize, const N: usize>(
    s: S,
    x: &[f32; M],
    w: [&Lane; N],
    sums: &mut [[S::F; N]; M],
) {
    let w = w.map(|lane| s.load(&lane.0));
    for m in 0..M {
        let x = s.splat(x[m]);
        for n in 0..N {
            sums[m][n] = s.fma(x, w[n], sums[m][n]);
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
