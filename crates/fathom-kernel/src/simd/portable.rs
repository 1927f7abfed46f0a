//! Plain Rust. `f32::mul_add` is an instruction where the build's target has one and a library call elsewhere: slow,
//! and the same bits.

use super::vector::{Job, LANES, Lane, Simd, sum_of, words};
use half::{bf16, f16};
use std::array::from_fn;

#[derive(Clone, Copy)]
pub(super) struct Portable;

type F = [f32; LANES];

impl Simd for Portable {
    type F = F;
    type I = [u32; LANES];
    const ROWS: usize = 2;
    const WIDE: usize = 1;
    const PAIRS: usize = 2;

    // A function of its own for each job, as with the other instruction sets: else one would hold them all.
    #[inline(never)]
    fn run<J: Job>(self, job: J) -> J::Out {
        job.run(self)
    }
    #[inline(always)]
    fn prefetch(self, _: &Lane) {}
    #[inline(always)]
    fn splat(self, x: f32) -> F {
        [x; LANES]
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> F {
        *x
    }
    #[inline(always)]
    fn store(self, v: F, out: &mut [f32; LANES]) {
        *out = v;
    }
    #[inline(always)]
    fn add(self, a: F, b: F) -> F {
        from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn sub(self, a: F, b: F) -> F {
        from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    fn mul(self, a: F, b: F) -> F {
        from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    fn div(self, a: F, b: F) -> F {
        from_fn(|i| a[i] / b[i])
    }
    #[inline(always)]
    fn fma(self, a: F, b: F, c: F) -> F {
        from_fn(|i| a[i].mul_add(b[i], c[i]))
    }
    #[inline(always)]
    fn max(self, a: F, b: F) -> F {
        from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    fn min(self, a: F, b: F) -> F {
        from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    fn scale_by_power(self, p: F, t: F) -> F {
        from_fn(|i| f32::from_bits(p[i].to_bits().wrapping_add(t[i].to_bits() << 23)))
    }
    #[inline(always)]
    fn where_at_least(self, x: F, limit: f32, v: F) -> F {
        from_fn(|i| if x[i] >= limit { v[i] } else { 0.0 })
    }
    #[inline(always)]
    fn keep_first(self, v: F, n: usize) -> F {
        from_fn(|i| if i < n { v[i] } else { 0.0 })
    }
    #[inline(always)]
    fn above(self, a: F, b: F) -> u32 {
        (0..LANES).fold(0, |mask, i| mask | (u32::from(a[i] > b[i]) << i))
    }
    #[inline(always)]
    fn load_f16(self, x: &[u8; 2 * LANES]) -> F {
        words(x).map(|bits| f16::from_bits(bits).to_f32())
    }
    #[inline(always)]
    fn load_bf16(self, x: &[u8; 2 * LANES]) -> F {
        words(x).map(|bits| bf16::from_bits(bits).to_f32())
    }
    #[inline(always)]
    fn load_bytes(self, x: &[u8; LANES]) -> Self::I {
        x.map(u32::from)
    }
    #[inline(always)]
    fn bits(self, v: Self::I, shift: u32, mask: u32) -> Self::I {
        v.map(|v| (v >> shift) & mask)
    }
    #[inline(always)]
    fn join(self, low: Self::I, high: Self::I, shift: u32) -> Self::I {
        from_fn(|i| low[i] | (high[i] << shift))
    }
    #[inline(always)]
    fn join_where(self, low: Self::I, mask: u16, value: u32) -> Self::I {
        from_fn(|i| if mask >> i & 1 == 1 { low[i] | value } else { low[i] })
    }
    #[inline(always)]
    fn to_float(self, v: Self::I) -> F {
        v.map(|v| v as f32)
    }
    #[inline(always)]
    fn sum(self, v: F) -> f64 {
        sum_of(&v)
    }
    #[inline(always)]
    fn largest(self, v: F) -> f32 {
        v.iter().fold(f32::NEG_INFINITY, |best, &x| if x > best { x } else { best })
    }
}
