//! What the matrix unit computes, step by step, in plain Rust: for machines without it, and to hold it against.

use super::split::{Line, ROWS, lines};
use crate::simd::{LANES, Lane};

/// As [`Amx::product`](super::amx::Amx::product) for one tile of rows and one panel: the same bits.
///
/// After Intel's *Architecture Instruction Set Extensions Programming Reference*, `TDPBF16PS`: for each element two chains
/// of fused multiply-adds from 0, over the lower and the upper halves of 16 pairs; their sum is added to the element.
/// Every operation rounds to nearest even, and numbers that are not normal count as 0 before and after it.
pub(crate) fn product(width: usize, states: &[Line], weights: &[Line], out: &mut [Lane], stride: usize) {
    let mut sums = [[0f32; LANES]; ROWS];
    for at in (0..lines(width)).step_by(2 * ROWS) {
        for (a, b) in [(ROWS, 0), (0, 0), (0, ROWS)] {
            multiply(&states[at + a..][..ROWS], &weights[at + b..][..ROWS], &mut sums);
        }
    }
    for (row, sums) in sums.into_iter().enumerate() {
        out[row * stride] = Lane(sums);
    }
}

/// One `TDPBF16PS`.
fn multiply(states: &[Line], weights: &[Line], sums: &mut [[f32; LANES]; ROWS]) {
    for (row, sums) in states.iter().zip(sums) {
        let mut chains = [[0f32; LANES]; 2];
        for (pair, tokens) in row.0.iter().zip(weights) {
            for (n, token) in tokens.0.iter().enumerate() {
                for (chain, (a, b)) in chains.iter_mut().zip(halves(*pair).into_iter().zip(halves(*token))) {
                    chain[n] = normal(a.mul_add(b, chain[n]));
                }
            }
        }
        for n in 0..LANES {
            sums[n] = normal(sums[n] + normal(chains[0][n] + chains[1][n]));
        }
    }
}

fn halves(pair: u32) -> [f32; 2] {
    [f32::from_bits(pair << 16), f32::from_bits(pair & 0xffff_0000)].map(normal)
}

/// 0 of its sign where a number is not normal.
fn normal(x: f32) -> f32 {
    if x.abs() < f32::MIN_POSITIVE { 0f32.copysign(x) } else { x }
}
