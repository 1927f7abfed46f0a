//! AVX-512: one register is one vector. 32 registers hold a block of 8 rows x 48 tokens with room to spare.

use super::vector::{Job, LANES, Lane, Simd};
use std::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    #[inline]
    pub(super) fn new() -> Option<Avx512> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("popcnt");
        found.then_some(Avx512(()))
    }
}

/// Evaluates intrinsics, in exchange for the proof that the machine has them.
macro_rules! with {
    ($machine:expr, $intrinsics:expr) => {{
        let _: Avx512 = $machine;
        // SAFETY: an [`Avx512`] exists only after [`Avx512::new`] saw the machine's F, VL, BW and DQ extensions. Loads and
        // stores go through references to arrays of exactly sixteen floats, halves or bytes.
        unsafe { $intrinsics }
    }};
}

#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,popcnt")]
fn with_features<J: Job>(s: Avx512, job: J) -> J::Out {
    job.run(s)
}

type F = __m512;

impl Simd for Avx512 {
    type F = F;
    type I = __m512i;
    const ROWS: usize = 8;
    const WIDE: usize = 3;
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
        with!(self, _mm512_set1_ps(x))
    }
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> F {
        with!(self, _mm512_loadu_ps(x.as_ptr()))
    }
    #[inline(always)]
    fn store(self, v: F, out: &mut [f32; LANES]) {
        with!(self, _mm512_storeu_ps(out.as_mut_ptr(), v))
    }
    #[inline(always)]
    fn add(self, a: F, b: F) -> F {
        with!(self, _mm512_add_ps(a, b))
    }
    #[inline(always)]
    fn sub(self, a: F, b: F) -> F {
        with!(self, _mm512_sub_ps(a, b))
    }
    #[inline(always)]
    fn mul(self, a: F, b: F) -> F {
        with!(self, _mm512_mul_ps(a, b))
    }
    #[inline(always)]
    fn div(self, a: F, b: F) -> F {
        with!(self, _mm512_div_ps(a, b))
    }
    #[inline(always)]
    fn fma(self, a: F, b: F, c: F) -> F {
        with!(self, _mm512_fmadd_ps(a, b, c))
    }
    #[inline(always)]
    fn max(self, a: F, b: F) -> F {
        with!(self, _mm512_max_ps(a, b))
    }
    #[inline(always)]
    fn min(self, a: F, b: F) -> F {
        with!(self, _mm512_min_ps(a, b))
    }
    #[inline(always)]
    fn scale_by_power(self, p: F, t: F) -> F {
        with!(self, {
            let shifted = _mm512_slli_epi32::<23>(_mm512_castps_si512(t));
            _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), shifted))
        })
    }
    #[inline(always)]
    fn where_at_least(self, x: F, limit: f32, v: F) -> F {
        with!(self, _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_GE_OQ>(x, _mm512_set1_ps(limit)), v))
    }
    #[inline(always)]
    fn keep_first(self, v: F, n: usize) -> F {
        let mask = if n >= LANES { u16::MAX } else { (1u16 << n) - 1 };
        with!(self, _mm512_maskz_mov_ps(mask, v))
    }
    #[inline(always)]
    fn above(self, a: F, b: F) -> u32 {
        with!(self, u32::from(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b)))
    }
    #[inline(always)]
    fn load_f16(self, x: &[u8; 2 * LANES]) -> F {
        with!(self, _mm512_cvtph_ps(_mm256_loadu_si256(x.as_ptr().cast())))
    }
    #[inline(always)]
    fn load_bf16(self, x: &[u8; 2 * LANES]) -> F {
        with!(self, {
            let wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(x.as_ptr().cast()));
            _mm512_castsi512_ps(_mm512_slli_epi32::<16>(wide))
        })
    }
    #[inline(always)]
    fn load_bytes(self, x: &[u8; LANES]) -> __m512i {
        with!(self, _mm512_cvtepu8_epi32(_mm_loadu_si128(x.as_ptr().cast())))
    }
    #[inline(always)]
    fn bits(self, v: __m512i, shift: u32, mask: u32) -> __m512i {
        with!(self, {
            let shifted = _mm512_srlv_epi32(v, _mm512_set1_epi32(shift as i32));
            _mm512_and_si512(shifted, _mm512_set1_epi32(mask as i32))
        })
    }
    #[inline(always)]
    fn join(self, low: __m512i, high: __m512i, shift: u32) -> __m512i {
        with!(self, _mm512_or_si512(low, _mm512_sllv_epi32(high, _mm512_set1_epi32(shift as i32))))
    }
    #[inline(always)]
    fn join_where(self, low: __m512i, mask: u16, value: u32) -> __m512i {
        with!(self, _mm512_mask_or_epi32(low, mask, low, _mm512_set1_epi32(value as i32)))
    }
    #[inline(always)]
    fn to_float(self, v: __m512i) -> F {
        with!(self, _mm512_cvtepi32_ps(v))
    }
    #[inline(always)]
    fn sum(self, v: F) -> f64 {
        with!(self, {
            let low = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
            let high = _mm512_cvtps_pd(_mm512_extractf32x8_ps::<1>(v));
            let eight = _mm512_add_pd(low, high);
            let four = _mm256_add_pd(_mm512_castpd512_pd256(eight), _mm512_extractf64x4_pd::<1>(eight));
            let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
            _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
        })
    }
    #[inline(always)]
    fn largest(self, v: F) -> f32 {
        with!(self, {
            let no_nan = _mm512_max_ps(v, _mm512_set1_ps(f32::NEG_INFINITY));
            let eight = _mm256_max_ps(_mm512_castps512_ps256(no_nan), _mm512_extractf32x8_ps::<1>(no_nan));
            let four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
        })
    }
}
