//! Plain Rust. `f32::mul_add` is an instruction where the build's target has one and a library call elsewhere: slow,
//! and the same bits.

use super::{Job, LANES, Lane, Simd, sum_of};
use std::array::from_fn;

#[derive(Clone, Copy)]
pub(super) struct Portable;

type F = [f32; LANES];

impl Simd for Portable {
    type F = F;
    const ROWS: usize = 2;
    const WIDE: usize = 1;
    const PAIRS: usize = 2;

    #[inline(always)]
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
    fn sum(self, v: F) -> f64 {
        sum_of(&v)
    }
    #[inline(always)]
    fn largest(self, v: F) -> f32 {
        v.iter().fold(f32::NEG_INFINITY, |best, &x| if x > best { x } else { best })
    }
}
