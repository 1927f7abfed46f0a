//! Elementwise f32 functions that the compiler vectorises, compiled once per instruction set and chosen at run time.
//!
//! Every function is built from fused multiply-adds in one order, and sums use a fixed number of lanes, so all
//! instruction sets give the same bits.

/// Lanes of a sum: one AVX-512 register's worth, whatever the machine has.
const LANES: usize = 16;

/// Compiles a function's body for AVX-512, AVX2 and the baseline, and picks one at run time.
macro_rules! per_instruction_set {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)? $body:block) => {
        $(#[$doc])*
        pub(super) fn $name($($arg: $type),*) $(-> $result)? {
            #[inline(always)]
            fn body($($arg: $type),*) $(-> $result)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma")]
                fn v4($($arg: $type),*) $(-> $result)? { body($($arg),*) }
                #[target_feature(enable = "avx2,fma")]
                fn v3($($arg: $type),*) $(-> $result)? { body($($arg),*) }
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512bw") {
                    // SAFETY: the features were just detected.
                    return unsafe { v4($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the features were just detected.
                    return unsafe { v3($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}

/// `e^x`, within 2 units in the last place; 0 below the normal range, and finite for every finite input
/// (arguments above 88 give e^88). The polynomial is Cephes' `expf`.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 leaves the nearest integer in the mantissa's low bits: no call to a rounding function.
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.clamp(-87.3, 88.0);
    let shifted = clamped.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    // ln 2 in two parts, so that n * ln 2 is subtracted without rounding.
    let r = n.mul_add(-0.693_359_4, clamped);
    let r = n.mul_add(2.121_944_4e-4, r);
    let mut p = 1.987_569_1e-4f32;
    for c in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p.mul_add(r, c);
    }
    let y = p.mul_add(r * r, r) + 1.0;
    // n is -126..=127 here, so the exponent field neither underflows nor overflows.
    let power = f32::from_bits((shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127)) << 23);
    let value = y * power;
    let value = if x < -87.3 { 0.0 } else { value };
    // `clamp` keeps NaN, whose integer bits are meaningless above.
    if x.is_nan() { x } else { value }
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

per_instruction_set! {
    /// `x <- x * sigmoid(slope * x)`: SiLU with slope 1, QuickGELU with 1.702.
    fn silu(values: &mut [f32], slope: f32) {
        for x in values {
            *x *= sigmoid(slope * *x);
        }
    }
}

per_instruction_set! {
    /// GELU by its tanh approximation. `0.5 (1 + tanh u) = sigmoid(2u)`, which does not cancel for negative u.
    fn gelu_tanh(values: &mut [f32]) {
        const TWO_ROOT_2_OVER_PI: f32 = 1.595_769;
        for x in values {
            let u = TWO_ROOT_2_OVER_PI * (0.044715 * *x * *x).mul_add(*x, *x);
            *x *= sigmoid(u);
        }
    }
}

per_instruction_set! {
    /// `values <- values * others`, element by element.
    fn multiply(values: &mut [f32], others: &[f32]) {
        for (x, y) in values.iter_mut().zip(others) {
            *x *= *y;
        }
    }
}

per_instruction_set! {
    /// `values <- softmax(values)`. All `-inf` (or empty) gives zeros; a NaN among them makes all NaN.
    fn softmax(values: &mut [f32]) {
        let max = values.iter().fold([f32::NEG_INFINITY; 1], |[m], x| [if *x > m { *x } else { m }])[0];
        if max == f32::NEG_INFINITY {
            // Comparisons pass over NaN.
            let nan = values.iter().any(|x| x.is_nan());
            return values.fill(if nan { f32::NAN } else { 0.0 });
        }
        let mut lanes = [0f32; LANES];
        let mut chunks = values.chunks_exact_mut(LANES);
        for chunk in &mut chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *x = exp(*x - max);
                *lane += *x;
            }
        }
        let mut sum = 0f32;
        for x in chunks.into_remainder() {
            *x = exp(*x - max);
            sum += *x;
        }
        let inverse = 1.0 / (sum + lanes.iter().sum::<f32>());
        for x in values {
            *x *= inverse;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_two_ulps_everywhere() {
        let mut worst = 0f64;
        for i in -87_000..88_000 {
            let x = i as f32 * 1e-3;
            let exact = (x as f64).exp();
            worst = worst.max(((exp(x) as f64 - exact) / exact).abs());
        }
        assert!(worst < 2.0 * f32::EPSILON as f64, "relative error {worst:e}");
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f32::MAX).is_finite());
    }

    #[test]
    fn softmax_equals_its_definition() {
        let values: Vec<f32> = (0..45).map(|i| ((i * 37) % 19) as f32 * 0.7 - 4.0).collect();
        let sum: f64 = values.iter().map(|x| (*x as f64).exp()).sum();
        let mut ours = values.clone();
        softmax(&mut ours);
        for (x, p) in values.iter().zip(&ours) {
            assert!(((*x as f64).exp() / sum - *p as f64).abs() < 1e-7);
        }
        let mut none = [f32::NEG_INFINITY; 3];
        softmax(&mut none);
        assert_eq!(none, [0.0; 3]);
    }

    /// A damaged weight must not come out as numbers that look right.
    #[test]
    fn nan_stays_nan() {
        let (nan, inf) = (f32::NAN, f32::INFINITY);
        for values in [
            [nan; 20],
            {
                let mut one = [1.0; 20];
                one[17] = nan;
                one
            },
            {
                let mut some = [-inf; 20];
                some[3] = nan;
                some
            },
            [inf; 20],
        ] {
            let mut ours = values;
            softmax(&mut ours);
            assert!(ours.iter().all(|x| x.is_nan()), "{values:?}: {ours:?}");
        }
        for activation in [|x: &mut [f32]| silu(x, 1.0), gelu_tanh as fn(&mut [f32])] {
            let mut ours = [nan; 20];
            activation(&mut ours);
            assert!(ours.iter().all(|x| x.is_nan()));
        }
    }

    #[test]
    fn activations_equal_their_definitions() {
        let inputs: Vec<f32> = (-400..400).map(|i| i as f32 * 0.05).collect();
        let (mut silu_of, mut gelu_of) = (inputs.clone(), inputs.clone());
        silu(&mut silu_of, 1.0);
        gelu_tanh(&mut gelu_of);
        for ((x, s), g) in inputs.iter().zip(&silu_of).zip(&gelu_of) {
            let x = *x as f64;
            let exact_silu = x / (1.0 + (-x).exp());
            let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
            let exact_gelu = 0.5 * x * (1.0 + u.tanh());
            assert!((exact_silu - *s as f64).abs() <= 4e-7 * exact_silu.abs().max(1e-3), "silu({x})");
            assert!((exact_gelu - *g as f64).abs() <= 4e-7 * exact_gelu.abs().max(1e-1), "gelu({x})");
        }
    }
}
