//! What multiplies split states with split weights.

use super::portable;
use super::split::{Line, ROWS, lines};
use crate::simd::Lane;

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
use super::amx::Amx;

/// A way to compute a screen. Every one gives the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScreenUnit {
    /// The matrix unit of Intel's processors since Sapphire Rapids (AMX-BF16), under Linux.
    Amx,
    /// Any machine: what AMX computes, in plain Rust. Far slower than no screen at all: for tests.
    Portable,
}

impl ScreenUnit {
    /// The one that pays on this machine, if any does.
    pub fn detect() -> Option<ScreenUnit> {
        Some(ScreenUnit::Amx).filter(|screen| screen.is_available())
    }

    /// Whether this machine can run it.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
            ScreenUnit::Amx => Amx::new().is_some(),
            #[cfg(not(all(target_arch = "x86_64", target_os = "linux", not(miri))))]
            ScreenUnit::Amx => false,
            ScreenUnit::Portable => true,
        }
    }

    /// Tiles of rows (`states`, any number) times panels (`weights`, an even number) of this width: row `m`'s sums for
    /// panel `p` go to `out[m * stride + p]`.
    pub(crate) fn multiply(
        self,
        width: usize,
        states: &[Line],
        weights: &[Line],
        out: &mut [Lane],
        stride: usize,
    ) {
        #[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
        if self == ScreenUnit::Amx
            && let Some(amx) = Amx::new()
        {
            return amx.product(width, states, weights, out, stride);
        }
        let each = lines(width);
        for (p, panel) in weights.chunks_exact(each).enumerate() {
            for (i, rows) in states.chunks_exact(each).enumerate() {
                portable::product(width, rows, panel, &mut out[i * ROWS * stride + p..], stride);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::split::{split_panel, split_rows};
    use super::*;
    use crate::simd::LANES;

    /// The instruction does what its documentation says, on ordinary numbers and on tiny, huge and denormal ones.
    #[test]
    fn every_screen_computes_the_same_bits() {
        let mut seed = 1u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as u32
        };
        for width in [1, 31, 32, 33, 100, 576] {
            for wild in [false, true] {
                let mut value = || {
                    let unit = next() as f32 / (1u64 << 30) as f32 - 1.0;
                    if wild { unit * f32::from_bits(((next() % 140) + 40) << 23) } else { unit }
                };
                let rows: Vec<Vec<f32>> = (0..40).map(|_| (0..width).map(|_| value()).collect()).collect();
                let mut states = vec![Line::ZERO; 3 * lines(width)];
                for (rows, out) in rows.chunks(ROWS).zip(states.chunks_exact_mut(lines(width))) {
                    split_rows(rows.iter().map(Vec::as_slice), out);
                }
                let mut weights = vec![Line::ZERO; 4 * lines(width)];
                for out in weights.chunks_exact_mut(lines(width)) {
                    let panel: Vec<Lane> =
                        (0..width).map(|_| Lane(std::array::from_fn(|_| value()))).collect();
                    split_panel(&panel, out);
                }
                let product = |screen: ScreenUnit| {
                    let mut out = vec![Lane::ZERO; 3 * ROWS * 5];
                    screen.multiply(width, &states, &weights, &mut out, 5);
                    out.iter().flat_map(|lane| lane.0.map(f32::to_bits)).collect::<Vec<u32>>()
                };
                let expected = product(ScreenUnit::Portable);
                assert!(expected.iter().filter(|bits| **bits != 0).count() > 40 * 4 * LANES / 2);
                for screen in [ScreenUnit::Amx].into_iter().filter(|screen| screen.is_available()) {
                    assert!(product(screen) == expected, "{screen:?}, width {width}, wild {wild}");
                }
            }
        }
    }
}
