//! Every operation of every instruction set against the portable code, bit for bit, and the error of exp and tanh.

use super::math::{EXP_ERROR, EXP_LOWEST, exp, tanh};
use super::{Isa, Job, LANES, Simd};
use proptest::prelude::*;

/// All results of all operations on two vectors, as bits.
struct Everything<'a> {
    bytes: &'a [u8; 2 * LANES],
    a: &'a [f32; LANES],
    b: &'a [f32; LANES],
    c: &'a [f32; LANES],
    n: usize,
}

impl Job for Everything<'_> {
    type Out = Vec<u64>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Vec<u64> {
        let (a, b, c) = (s.load(self.a), s.load(self.b), s.load(self.c));
        let mut low = [0; LANES];
        low.copy_from_slice(&self.bytes[..LANES]);
        let codes = s.load_bytes(&low);
        let shift = self.n as u32 % 8;
        let mask = u16::from_le_bytes([low[0], low[1]]);
        let vectors = [
            s.load_f16(self.bytes),
            s.load_bf16(self.bytes),
            s.to_float(codes),
            s.to_float(s.bits(codes, shift, 0xf)),
            s.to_float(s.join(codes, s.bits(codes, shift, 3), 8)),
            s.to_float(s.join_where(codes, mask, 256)),
            s.add(a, b),
            s.sub(a, b),
            s.mul(a, b),
            s.div(a, b),
            s.fma(a, b, c),
            s.max(a, b),
            s.min(a, b),
            s.scale_by_power(a, b),
            s.where_at_least(a, self.b[0], c),
            s.keep_first(a, self.n),
            s.splat(self.a[self.n % LANES]),
            exp(s, a),
            tanh(s, a),
        ];
        let mut out = Vec::new();
        for v in vectors {
            let mut lanes = [0.0; LANES];
            s.store(v, &mut lanes);
            // Which NaN comes out is nobody's promise.
            out.extend(lanes.map(|x| if x.is_nan() { u64::MAX } else { u64::from(x.to_bits()) }));
        }
        out.push(u64::from(s.above(a, b)));
        // Adding 0: the largest of 0 and -0 may be either.
        out.push(u64::from((s.largest(a) + 0.0).to_bits()));
        let sum = s.sum(a);
        out.push(if sum.is_nan() { u64::MAX } else { sum.to_bits() });
        out
    }
}

fn lanes() -> impl Strategy<Value = [f32; LANES]> {
    prop_oneof![
        proptest::array::uniform16(-100.0f32..100.0),
        proptest::array::uniform16(any::<f32>()),
        proptest::array::uniform16(proptest::sample::select(vec![
            0.0,
            -0.0,
            1.0,
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MIN_POSITIVE,
            -87.0,
        ])),
    ]
}

proptest! {
    #[test]
    fn every_instruction_set_computes_the_same_bits(
        a in lanes(), b in lanes(), c in lanes(), n in 0usize..20, bytes: [u8; 2 * LANES],
    ) {
        let job = || Everything { bytes: &bytes, a: &a, b: &b, c: &c, n };
        let expected = Isa::Portable.run(job());
        for isa in Isa::available() {
            prop_assert_eq!(&isa.run(job()), &expected, "{}", isa.name());
        }
    }
}

/// Largest relative error of a function over `from, from + step, …` (in bits of the f32), 16 at a time.
struct Error<'a> {
    values: &'a [f32],
    tanh: bool,
}

impl Job for Error<'_> {
    type Out = (f64, f32);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, f32) {
        let mut worst = (0.0, 0.0);
        for x in self.values.as_chunks::<LANES>().0 {
            let mut y = [0.0; LANES];
            let v = s.load(x);
            s.store(if self.tanh { tanh(s, v) } else { exp(s, v) }, &mut y);
            for (&x, &y) in x.iter().zip(&y) {
                let exact = if self.tanh { f64::from(x).tanh() } else { f64::from(x).exp() };
                let error = ((f64::from(y) - exact) / exact).abs();
                if error > worst.0 {
                    worst = (error, x);
                }
            }
        }
        worst
    }
}

/// Every `step`-th negative f32 from -2^-40 to `lowest`.
fn negatives(lowest: f32, step: usize) -> Vec<f32> {
    let first = (-(2.0f32.powi(-40))).to_bits();
    let mut values: Vec<f32> = (first..=lowest.to_bits()).step_by(step).map(f32::from_bits).collect();
    values.push(lowest);
    values.resize(values.len().next_multiple_of(LANES), lowest);
    values
}

#[test]
fn exp_keeps_its_stated_error() {
    let (error, at) = Isa::detect().run(Error { values: &negatives(EXP_LOWEST, 997), tanh: false });
    assert!(error <= EXP_ERROR, "{error:e} at {at}");
}

#[test]
fn exp_is_one_at_zero_and_zero_far_below() {
    struct At([f32; LANES]);
    impl Job for At {
        type Out = [f32; LANES];
        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> [f32; LANES] {
            let mut y = [0.0; LANES];
            s.store(exp(s, s.load(&self.0)), &mut y);
            y
        }
    }
    let mut x = [0.0; LANES];
    x[1..5].copy_from_slice(&[-87.1, f32::NEG_INFINITY, f32::NAN, f32::MIN]);
    let y = Isa::detect().run(At(x));
    assert_eq!(y[..6], [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
}

#[test]
fn tanh_is_close() {
    let (error, at) = Isa::detect().run(Error { values: &negatives(-50.0, 997), tanh: true });
    assert!(error <= 3.5e-7, "{error:e} at {at}");
}
