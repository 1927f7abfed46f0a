//! AVX2 with FMA and F16C (which every such machine has): two registers are one vector.

use super::vector::{Job, LANES, Lane, Simd};
use std::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    #[inline]
    pub(super) fn new() -> Option<Avx2> {
        let found = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c")
            && is_x86_feature_detected!("popcnt");
        found.then_some(Avx2(()))
    }
}

/// Evaluates intrinsics, in exchange for the proof that the machine has them.
macro_rules! with {
    ($machine:expr, $intrinsics:expr) => {{
        let _: Avx2 = $machine;
        // SAFETY: an [`Avx2`] exists only after [`Avx2::new`] saw the machine's AVX2, FMA and F16C. Loads and stores go
        // through references to arrays of exactly sixteen floats, halves or bytes, at offsets of whole registers.
        unsafe { $intrinsics }
    }};
}

#[target_feature(enable = "avx2,fma,f16c,popcnt")]
fn with_features<J: Job>(s: Avx2, job: J) -> J::Out {
    job.run(s)
}

#[derive(Clone, Copy)]
pub(super) struct Pair(__m256, __m256);

type F = Pair;

#[derive(Clone, Copy)]
pub(super) struct Integers(__m256i, __m256i);

impl Avx2 {
    /// Lanes of -1 (all bits) where the lane's number is below `n`.
    #[inline(always)]
    fn first(self, n: usize) -> F {
        let n = n.min(LANES) as i32;
        with!(self, {
            let limit = _mm256_set1_epi32(n);
            let low = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            let high = _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15);
            let mask = |lanes| _mm256_castsi256_ps(_mm256_cmpgt_epi32(limit, lanes));
            Pair(mask(low), mask(high))
        })
    }
}

impl Simd for Avx2 {
    type F = F;
    type I = Integers;
    const ROWS: usize = 6;
    const WIDE: usize = 1;
    const PAIRS: usize = 4;

    #[inline(always)]
    fn run<J: Job>(self, job: J) -> J::Out {
        with!(self, with_features(self, job))
    }
    #[inline(always)]
    fn prefetch(self, line: &Lane) {
        with!(self, _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(line).cast()))
    }
    #[inline(always)]
    fn splat(self, x: f32) -> F {
        with!(self, Pair(_mm256_set1_ps(x), _mm256_set1_ps(x)))
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> F {
        with!(self, Pair(_mm256_loadu_ps(x.as_ptr()), _mm256_loadu_ps(x.as_ptr().add(8))))
    }
    #[inline(always)]
    fn store(self, v: F, out: &mut [f32; LANES]) {
        with!(self, {
            _mm256_storeu_ps(out.as_mut_ptr(), v.0);
            _mm256_storeu_ps(out.as_mut_ptr().add(8), v.1);
        })
    }
    #[inline(always)]
    fn add(self, a: F, b: F) -> F {
        with!(self, Pair(_mm256_add_ps(a.0, b.0), _mm256_add_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn sub(self, a: F, b: F) -> F {
        with!(self, Pair(_mm256_sub_ps(a.0, b.0), _mm256_sub_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn mul(self, a: F, b: F) -> F {
        with!(self, Pair(_mm256_mul_ps(a.0, b.0), _mm256_mul_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn div(self, a: F, b: F) -> F {
        with!(self, Pair(_mm256_div_ps(a.0, b.0), _mm256_div_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn fma(self, a: F, b: F, c: F) -> F {
        with!(self, Pair(_mm256_fmadd_ps(a.0, b.0, c.0), _mm256_fmadd_ps(a.1, b.1, c.1)))
    }
    #[inline(always)]
    fn max(self, a: F, b: F) -> F {
        with!(self, Pair(_mm256_max_ps(a.0, b.0), _mm256_max_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn min(self, a: F, b: F) -> F {
        with!(self, Pair(_mm256_min_ps(a.0, b.0), _mm256_min_ps(a.1, b.1)))
    }
    #[inline(always)]
    fn scale_by_power(self, p: F, t: F) -> F {
        let one = |p, t| {
            with!(self, {
                let shifted = _mm256_slli_epi32::<23>(_mm256_castps_si256(t));
                _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), shifted))
            })
        };
        Pair(one(p.0, t.0), one(p.1, t.1))
    }
    #[inline(always)]
    fn where_at_least(self, x: F, limit: f32, v: F) -> F {
        let one = |x, v| with!(self, _mm256_and_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(x, _mm256_set1_ps(limit)), v));
        Pair(one(x.0, v.0), one(x.1, v.1))
    }
    #[inline(always)]
    fn keep_first(self, v: F, n: usize) -> F {
        let mask = self.first(n);
        with!(self, Pair(_mm256_and_ps(mask.0, v.0), _mm256_and_ps(mask.1, v.1)))
    }
    #[inline(always)]
    fn above(self, a: F, b: F) -> u32 {
        let one = |a, b| with!(self, _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(a, b)) as u32);
        one(a.0, b.0) | (one(a.1, b.1) << 8)
    }
    #[inline(always)]
    fn load_f16(self, x: &[u8; 2 * LANES]) -> F {
        let half = |at| with!(self, _mm256_cvtph_ps(_mm_loadu_si128(x.as_ptr().add(at).cast())));
        Pair(half(0), half(16))
    }
    #[inline(always)]
    fn load_bf16(self, x: &[u8; 2 * LANES]) -> F {
        let half = |at| {
            with!(self, {
                let wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(x.as_ptr().add(at).cast()));
                _mm256_castsi256_ps(_mm256_slli_epi32::<16>(wide))
            })
        };
        Pair(half(0), half(16))
    }
    #[inline(always)]
    fn load_bytes(self, x: &[u8; LANES]) -> Integers {
        let half = |at| with!(self, _mm256_cvtepu8_epi32(_mm_loadl_epi64(x.as_ptr().add(at).cast())));
        Integers(half(0), half(8))
    }
    #[inline(always)]
    fn bits(self, v: Integers, shift: u32, mask: u32) -> Integers {
        let one = |v| {
            with!(self, {
                let shifted = _mm256_srlv_epi32(v, _mm256_set1_epi32(shift as i32));
                _mm256_and_si256(shifted, _mm256_set1_epi32(mask as i32))
            })
        };
        Integers(one(v.0), one(v.1))
    }
    #[inline(always)]
    fn join(self, low: Integers, high: Integers, shift: u32) -> Integers {
        let one = |low, high| {
            with!(self, _mm256_or_si256(low, _mm256_sllv_epi32(high, _mm256_set1_epi32(shift as i32))))
        };
        Integers(one(low.0, high.0), one(low.1, high.1))
    }
    #[inline(always)]
    fn join_where(self, low: Integers, mask: u16, value: u32) -> Integers {
        let one = |low, mask: u16| {
            with!(self, {
                let bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
                let set = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(i32::from(mask)), bit), bit);
                _mm256_or_si256(low, _mm256_and_si256(set, _mm256_set1_epi32(value as i32)))
            })
        };
        Integers(one(low.0, mask & 0xff), one(low.1, mask >> 8))
    }
    #[inline(always)]
    fn to_float(self, v: Integers) -> F {
        with!(self, Pair(_mm256_cvtepi32_ps(v.0), _mm256_cvtepi32_ps(v.1)))
    }
    #[inline(always)]
    fn sum(self, v: F) -> f64 {
        with!(self, {
            let low = |x| _mm256_cvtps_pd(_mm256_castps256_ps128(x));
            let high = |x| _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(x));
            let (a, b) = (_mm256_add_pd(low(v.0), low(v.1)), _mm256_add_pd(high(v.0), high(v.1)));
            let four = _mm256_add_pd(a, b);
            let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
            _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
        })
    }
    #[inline(always)]
    fn largest(self, v: F) -> f32 {
        with!(self, {
            let low = _mm256_set1_ps(f32::NEG_INFINITY);
            let eight = _mm256_max_ps(_mm256_max_ps(v.0, low), _mm256_max_ps(v.1, low));
            let four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
        })
    }
}
