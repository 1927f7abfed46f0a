//! The multiply-adds themselves: blocks of rows times panels of 16 outputs, for the head and for a decoder's matrices.
//!
//! Every sum is one chain of fused multiply-adds over ascending `k`: that is what makes results equal to the bit whatever
//! the batch, block, threads or instruction set.

use crate::simd::{Lane, Simd};
use std::ops::Range;

/// Most rows of a block on any instruction set.
pub(crate) const MAX_ROWS: usize = 8;

/// Up to [`MAX_ROWS`] rows, interleaved so that a block's values for one `k` lie side by side: `[d][rows]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowBlock<'a> {
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

/// The part of `lines` that is due during the steps `done` of `steps`.
#[inline(always)]
pub(crate) fn share_of_prefetch(lines: &[Lane], done: Range<usize>, steps: usize) -> &[Lane] {
    &lines[lines.len() * done.start / steps..lines.len() * done.end / steps]
}

/// Goes on with `M * N` chains of multiply-adds over the values of `x` `[d][M]`, each of a row with the weights of a lane of
/// a panel `[d]`. Meanwhile the lines of `soon` are asked for from memory, a little at a time: a core has few slots for lines on
/// their way, and those that come from its second cache need them too.
#[inline(always)]
pub(crate) fn extend_chains<S: Simd, const M: usize, const N: usize, const P: usize>(
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
            extend_links(s, &x[k], whole.map(|panel| &panel[g][k]), &mut sums);
        }
    }
    for (k, x) in (groups.len() * STEPS..).zip(rest) {
        extend_links(s, x, w.map(|panel| &panel[k]), &mut sums);
    }
    sums
}

/// One link of each of `M * N` chains.
#[inline(always)]
fn extend_links<S: Simd, const M: usize, const N: usize>(
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
