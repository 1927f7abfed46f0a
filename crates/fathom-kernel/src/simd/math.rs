//! exp and tanh on vectors, in the operations that every instruction set rounds alike.

use super::vector::Simd;

/// Below this, [`exp`] is 0: there the result would be no normal number. As a term of a softmax sum whose largest
/// term is 1, what is left out is below 2e-38.
pub(crate) const EXP_LOWEST: f32 = -87.0;

/// `e^x` for `x <= 0`, within [`EXP_ERROR`] relative of the exact value for `x >= EXP_LOWEST`; 0 below, and 0 for NaN.
///
/// `x = n ln 2 + r` with `|r| <= ln 2 / 2` (Cody & Waite: `ln 2` in two parts, the first with so few bits that `n`
/// times it is exact), a polynomial of degree 6 in `r` (minimax in relative error, 3.7e-9 with its coefficients
/// rounded to f32), and `n` added to the exponent's bits.
#[inline(always)]
pub(crate) fn exp<S: Simd>(s: S, x: S::F) -> S::F {
    // 1.5 * 2^23: adding it leaves the nearest integer in the low bits.
    let magic = s.splat(12_582_912.0);
    let t = s.fma(x, s.splat(std::f32::consts::LOG2_E), magic);
    let n = s.sub(t, magic);
    let r = s.fma(n, s.splat(-0.693_145_75), x);
    let r = s.fma(n, s.splat(-1.428_606_8e-6), r);
    let mut p = s.splat(0.001_381_454);
    for c in [0.008_368_745, 0.041_668_39, 0.166_665_21, 0.499_999_94, 1.0, 1.0] {
        p = s.fma(p, r, s.splat(c));
    }
    s.where_at_least(x, EXP_LOWEST, s.scale_by_power(p, t))
}

/// The largest relative error of [`exp`]: 7.71e-8 was found at -26.737 among every f32 in `[EXP_LOWEST, -2^-40]`.
#[cfg(test)]
pub(crate) const EXP_ERROR: f64 = 7.8e-8;

/// `tanh(x)`: an odd rational function of degree 13 over 6 on `|x| <= 7.9`, constant beyond (the approximation of
/// Eigen's `ptanh`, in fused operations), within 3.5e-7 relative (found over every f32). NaN stays NaN.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(s: S, x: S::F) -> S::F {
    let limit = 7.905_311;
    // Bound first: where x is NaN, max and min return their second argument.
    let x = s.min(s.splat(limit), s.max(s.splat(-limit), x));
    let x2 = s.mul(x, x);
    let mut p = s.splat(-2.760_768_5e-16);
    for c in [2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619e-4, 4.893_525e-3] {
        p = s.fma(p, x2, s.splat(c));
    }
    let mut q = s.splat(1.198_258_4e-6);
    for c in [1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3] {
        q = s.fma(q, x2, s.splat(c));
    }
    s.div(s.mul(x, p), q)
}
