//! NEON (64-bit ARM): four registers are one vector. **Never run on such a machine**, none was at hand. Under Miri,
//! which interprets these instructions, every operation and whole projections give the same bits as the portable code;
//! how fast it is nobody knows.

use super::vector::{Job, LANES, Lane, Simd, sum_of, words};
use half::f16;
use std::arch::aarch64::*;
use std::array::from_fn;

#[derive(Clone, Copy)]
pub(super) struct Neon(());

impl Neon {
    #[inline]
    pub(super) fn new() -> Option<Neon> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Neon(()))
    }
}

/// Evaluates intrinsics, in exchange for the proof that the machine has them.
macro_rules! with {
    ($machine:expr, $intrinsics:expr) => {{
        let _: Neon = $machine;
        // SAFETY: a [`Neon`] exists only after [`Neon::new`] saw the machine's NEON. Loads and stores go through references
        // to arrays of exactly sixteen floats, at offsets 0, 4, 8 and 12, or of exactly four integers.
        unsafe { $intrinsics }
    }};
}

#[target_feature(enable = "neon")]
fn with_features<J: Job>(s: Neon, job: J) -> J::Out {
    job.run(s)
}

type F = [float32x4_t; 4];

impl Simd for Neon {
    type F = F;
    type I = [uint32x4_t; 4];
    const ROWS: usize = 6;
    const WIDE: usize = 1;
    const PAIRS: usize = 4;

    #[inline(always)]
    fn run<J: Job>(self, job: J) -> J::Out {
        with!(self, with_features(self, job))
    }
    #[inline(always)]
    fn prefetch(self, _: &Lane) {}
    #[inline(always)]
    fn splat(self, x: f32) -> F {
        [with!(self, vdupq_n_f32(x)); 4]
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> F {
        from_fn(|i| with!(self, vld1q_f32(x.as_ptr().add(4 * i))))
    }
    #[inline(always)]
    fn store(self, v: F, out: &mut [f32; LANES]) {
        for (i, v) in v.into_iter().enumerate() {
            with!(self, vst1q_f32(out.as_mut_ptr().add(4 * i), v))
        }
    }
    #[inline(always)]
    fn add(self, a: F, b: F) -> F {
        from_fn(|i| with!(self, vaddq_f32(a[i], b[i])))
    }
    #[inline(always)]
    fn sub(self, a: F, b: F) -> F {
        from_fn(|i| with!(self, vsubq_f32(a[i], b[i])))
    }
    #[inline(always)]
    fn mul(self, a: F, b: F) -> F {
        from_fn(|i| with!(self, vmulq_f32(a[i], b[i])))
    }
    #[inline(always)]
    fn div(self, a: F, b: F) -> F {
        from_fn(|i| with!(self, vdivq_f32(a[i], b[i])))
    }
    #[inline(always)]
    fn fma(self, a: F, b: F, c: F) -> F {
        from_fn(|i| with!(self, vfmaq_f32(c[i], a[i], b[i])))
    }
    #[inline(always)]
    fn max(self, a: F, b: F) -> F {
        // Not vmaxq: it returns NaN where either is NaN.
        from_fn(|i| with!(self, vbslq_f32(vcgtq_f32(a[i], b[i]), a[i], b[i])))
    }
    #[inline(always)]
    fn min(self, a: F, b: F) -> F {
        from_fn(|i| with!(self, vbslq_f32(vcltq_f32(a[i], b[i]), a[i], b[i])))
    }
    #[inline(always)]
    fn scale_by_power(self, p: F, t: F) -> F {
        from_fn(|i| {
            with!(self, {
                let shifted = vshlq_n_u32::<23>(vreinterpretq_u32_f32(t[i]));
                vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(p[i]), shifted))
            })
        })
    }
    #[inline(always)]
    fn where_at_least(self, x: F, limit: f32, v: F) -> F {
        from_fn(|i| {
            with!(self, {
                let mask = vcgeq_f32(x[i], vdupq_n_f32(limit));
                vreinterpretq_f32_u32(vandq_u32(mask, vreinterpretq_u32_f32(v[i])))
            })
        })
    }
    #[inline(always)]
    fn keep_first(self, v: F, n: usize) -> F {
        let mut lanes = [0.0; LANES];
        self.store(v, &mut lanes);
        lanes.iter_mut().skip(n).for_each(|lane| *lane = 0.0);
        self.load(&lanes)
    }
    #[inline(always)]
    fn above(self, a: F, b: F) -> u32 {
        let bits: [u32; 4] = [1, 2, 4, 8];
        (0..4).fold(0, |mask, i| {
            with!(self, {
                let lanes = vandq_u32(vcgtq_f32(a[i], b[i]), vld1q_u32(bits.as_ptr()));
                mask | (vaddvq_u32(lanes) << (4 * i))
            })
        })
    }
    #[inline(always)]
    fn load_f16(self, x: &[u8; 2 * LANES]) -> F {
        // The conversion's intrinsic is not in stable Rust.
        self.load(&words(x).map(|bits| f16::from_bits(bits).to_f32()))
    }
    #[inline(always)]
    fn load_bf16(self, x: &[u8; 2 * LANES]) -> F {
        let wide = words(x).map(|bits| u32::from(bits) << 16);
        from_fn(|i| with!(self, vreinterpretq_f32_u32(vld1q_u32(wide.as_ptr().add(4 * i)))))
    }
    #[inline(always)]
    fn load_bytes(self, x: &[u8; LANES]) -> Self::I {
        let wide = x.map(u32::from);
        from_fn(|i| with!(self, vld1q_u32(wide.as_ptr().add(4 * i))))
    }
    #[inline(always)]
    fn bits(self, v: Self::I, shift: u32, mask: u32) -> Self::I {
        // A shift to the right is one to the left by a negative number.
        v.map(|v| with!(self, vandq_u32(vshlq_u32(v, vdupq_n_s32(-(shift as i32))), vdupq_n_u32(mask))))
    }
    #[inline(always)]
    fn join(self, low: Self::I, high: Self::I, shift: u32) -> Self::I {
        from_fn(|i| with!(self, vorrq_u32(low[i], vshlq_u32(high[i], vdupq_n_s32(shift as i32)))))
    }
    #[inline(always)]
    fn join_where(self, low: Self::I, mask: u16, value: u32) -> Self::I {
        let bits: [u32; 4] = [1, 2, 4, 8];
        from_fn(|i| {
            with!(self, {
                let set = vtstq_u32(vdupq_n_u32(u32::from(mask) >> (4 * i)), vld1q_u32(bits.as_ptr()));
                vorrq_u32(low[i], vandq_u32(set, vdupq_n_u32(value)))
            })
        })
    }
    #[inline(always)]
    fn to_float(self, v: Self::I) -> F {
        v.map(|v| with!(self, vcvtq_f32_u32(v)))
    }
    #[inline(always)]
    fn sum(self, v: F) -> f64 {
        let mut lanes = [0.0; LANES];
        self.store(v, &mut lanes);
        sum_of(&lanes)
    }
    #[inline(always)]
    fn largest(self, v: F) -> f32 {
        let low = self.splat(f32::NEG_INFINITY);
        let pairs = self.max([v[0], v[1], low[0], low[0]], [v[2], v[3], low[0], low[0]]);
        let four = self.max([pairs[0]; 4], [pairs[1]; 4]);
        let mut lanes = [0.0; LANES];
        self.store(self.max(four, low), &mut lanes);
        // Not vmaxvq, which Miri doesn't know.
        lanes[..4].iter().fold(f32::NEG_INFINITY, |best, &x| if x > best { x } else { best })
    }
}
