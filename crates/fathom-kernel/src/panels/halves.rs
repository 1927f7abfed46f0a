//! Weights in 16 bits: a lane for each input, 32 bytes of sixteen halves.

use super::coding::{Coding, Sink};
use super::memory::Unit;
use crate::simd::{LANES, Simd};
use half::{bf16, f16};

/// bfloat16: f32's exponents, 8 bits of mantissa.
pub(super) struct Bf16;

/// IEEE half precision: 11 bits of mantissa, at most 65,504.
pub(super) struct F16;

/// Inputs of a piece; any number would do.
const PIECE: usize = 32;

/// The `k`th sixteen halves.
#[inline(always)]
pub(super) fn pair(panel: &[Unit], k: usize) -> &[u8; 2 * LANES] {
    panel.as_chunks::<2>().0[k].as_flattened().as_array().unwrap_or(&[0; 2 * LANES])
}

/// Writes `rows` `[n, width]`, rounded by `round` to 16 bits.
pub(super) fn write(rows: &[f32], width: usize, panel: &mut [Unit], round: fn(f32) -> u16) {
    for (lane, row) in rows.chunks_exact(width.max(1)).enumerate() {
        for (pair, &x) in panel.as_chunks_mut::<2>().0.iter_mut().zip(row) {
            pair.as_flattened_mut()[2 * lane..][..2].copy_from_slice(&round(x).to_le_bytes());
        }
    }
}

impl Bf16 {
    /// To the nearest, ties to even.
    pub(super) fn round(x: f32) -> u16 {
        bf16::from_f32(x).to_bits()
    }
}

impl F16 {
    /// To the nearest, ties to even; infinite beyond the largest.
    pub(super) fn round(x: f32) -> u16 {
        f16::from_f32(x).to_bits()
    }
}

impl Coding for Bf16 {
    const PIECE: usize = PIECE;

    fn units(width: usize) -> usize {
        2 * width
    }

    #[inline(always)]
    fn piece<S: Simd>(s: S, panel: &[Unit], at: usize, len: usize, mut sink: impl Sink<S>) {
        for k in 0..len {
            sink.take(s, k, s.load_bf16(pair(panel, at + k)));
        }
    }
}

impl Coding for F16 {
    const PIECE: usize = PIECE;

    fn units(width: usize) -> usize {
        2 * width
    }

    #[inline(always)]
    fn piece<S: Simd>(s: S, panel: &[Unit], at: usize, len: usize, mut sink: impl Sink<S>) {
        for k in 0..len {
            sink.take(s, k, s.load_f16(pair(panel, at + k)));
        }
    }
}
