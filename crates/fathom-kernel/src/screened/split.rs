//! An f32 as the sum of two bf16, in the order in which tiles of the matrix unit are read.
//!
//! `x = x1 + x2 + rest`: `x1` is the bf16 nearest to `x`, `x2` the one nearest to what is left. A bf16 has the exponent
//! of an f32 and 8 bits of mantissa, so the rest is about 2^-17 of `x`. Both differences are exact in f32.
//!
//! A *tile* is 16 lines of 32 bf16 (1 kB). The states' tile holds 16 rows of 32 values; the weights' tile holds 16 pairs of
//! `k` for 16 tokens, the two values of a pair side by side. Widths are filled up to a multiple of 32 with zeros.

use crate::simd::{LANES, Lane};

/// Values of `k` in a tile.
pub(crate) const DEPTH: usize = 32;
/// Rows of a tile of states.
pub(crate) const ROWS: usize = 16;

/// 32 bf16, two to a number: the first in the lower half.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u32; LANES]);

impl Line {
    pub(crate) const ZERO: Line = Line([0; LANES]);
}

/// Tiles that one row of tiles takes for a width: the first and the second parts of each 32 values in turn.
pub(crate) fn steps(width: usize) -> usize {
    width.div_ceil(DEPTH)
}

/// Lines of a row of tiles: 16 rows of states, or a panel of weights.
pub(crate) fn lines(width: usize) -> usize {
    steps(width) * 2 * ROWS
}

/// The nearest bf16 (of two equally near ones the larger in size), as the f32 that it is.
#[inline(always)]
fn nearest(x: f32) -> f32 {
    f32::from_bits(x.to_bits().wrapping_add(0x8000) & 0xffff_0000)
}

/// The two parts of `x`.
#[inline(always)]
pub(crate) fn split(x: f32) -> (f32, f32) {
    let first = nearest(x);
    (first, nearest(x - first))
}

#[inline(always)]
fn pair(low: f32, high: f32) -> u32 {
    low.to_bits() >> 16 | high.to_bits()
}

/// A panel of weights `[d][16]` as tiles, into `out` ([`lines`] of them).
#[inline(always)]
pub(crate) fn split_panel(panel: &[Lane], out: &mut [Line]) {
    let mut tiles = out.chunks_exact_mut(2 * ROWS);
    for (step, tile) in panel.chunks(DEPTH).zip(&mut tiles) {
        let (first, second) = tile.split_at_mut(ROWS);
        let mut lines = first.iter_mut().zip(second);
        for (pairs, (first, second)) in step.chunks(2).zip(&mut lines) {
            let (low, high) = (&pairs[0].0, pairs.get(1).map_or(&Lane::ZERO.0, |lane| &lane.0));
            for i in 0..LANES {
                let (a, b) = (split(low[i]), split(high[i]));
                first.0[i] = pair(a.0, b.0);
                second.0[i] = pair(a.1, b.1);
            }
        }
        for (first, second) in lines {
            (*first, *second) = (Line::ZERO, Line::ZERO);
        }
    }
}

/// Up to 16 rows of states `[d]` as tiles, into `out` ([`lines`] of them); rows that are not there are zero.
pub(crate) fn split_rows<'a>(rows: impl Iterator<Item = &'a [f32]>, out: &mut [Line]) {
    out.fill(Line::ZERO);
    for (m, row) in rows.enumerate() {
        for (step, tile) in row.chunks(DEPTH).zip(out.chunks_exact_mut(2 * ROWS)) {
            for (j, pairs) in step.chunks(2).enumerate() {
                let (a, b) = (split(pairs[0]), split(pairs.get(1).copied().unwrap_or(0.0)));
                tile[m].0[j] = pair(a.0, b.0);
                tile[ROWS + m].0[j] = pair(a.1, b.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_parts_hold_sixteen_bits(x in prop_oneof![-1e3f32..1e3, -1e-3f32..1e-3, -1e30f32..1e30]) {
            let (first, second) = split(x);
            prop_assert_eq!((first.to_bits() & 0xffff, second.to_bits() & 0xffff), (0, 0));
            let rest = f64::from(x) - f64::from(first) - f64::from(second);
            prop_assert!((f64::from(x) - f64::from(first)).abs() <= f64::from(x).abs() / 256.0);
            prop_assert!(rest.abs() <= f64::from(x).abs() / 65536.0 + 1e-37, "{} {}", x, rest);
        }

        #[test]
        fn every_value_is_where_the_tiles_have_it(width in 1usize..70, seed in any::<u32>()) {
            let value = |row: usize, k: usize| ((row * 131 + k * 17) as u32 ^ seed) as f32 * 1e-7;
            let part = |x: f32, second: bool| {
                let (a, b) = split(x);
                (if second { b } else { a }).to_bits() >> 16
            };
            let rows: Vec<Vec<f32>> = (0..5).map(|m| (0..width).map(|k| value(m, k)).collect()).collect();
            let panel: Vec<Lane> = (0..width).map(|k| Lane(std::array::from_fn(|n| value(n, k)))).collect();
            let (mut states, mut weights) = (vec![Line([7; 16]); lines(width)], vec![Line([7; 16]); lines(width)]);
            split_rows(rows.iter().map(Vec::as_slice), &mut states);
            split_panel(&panel, &mut weights);
            for k in 0..steps(width) * DEPTH {
                for second in [false, true] {
                    let tile = (k / DEPTH * 2 + usize::from(second)) * ROWS;
                    let half = |word: u32| if k % 2 == 0 { word & 0xffff } else { word >> 16 };
                    for n in 0..LANES {
                        let there = k < width;
                        let expected = if there && n < 5 { part(value(n, k), second) } else { 0 };
                        prop_assert_eq!(half(states[tile + n].0[k % DEPTH / 2]), expected);
                        let expected = if there { part(value(n, k), second) } else { 0 };
                        prop_assert_eq!(half(weights[tile + k % DEPTH / 2].0[n]), expected);
                    }
                }
            }
        }
    }
}
