//! Tensor forms against the kernels, on the CPU.

use super::*;
use crate::ops::{Alibi, Kernels};
use candle_core::Var;
use fathom_families::{RotaryScaling, RotarySpec};

const TENSORS: Tensors = Tensors(Device::Cpu);

fn noise(shape: &[usize], seed: u64) -> Array {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 6.0
    };
    Array::new((0..shape.iter().product()).map(|_| next()).collect(), shape).unwrap()
}

/// The same values as a tensor of `ops`.
fn on<O: Ops>(ops: &O, x: &Array) -> O::Tensor {
    ops.tensor(x.values().to_vec(), x.shape()).unwrap()
}

fn back<O: Ops>(ops: &O, x: O::Tensor) -> Array {
    let shape = ops.shape(&x).to_vec();
    Array::new(ops.values(x).unwrap(), &shape).unwrap()
}

/// `$body`, an operation on `$ops` with arrays made tensors by `on`, by both; they must be near.
macro_rules! same {
    ($slack:expr, $what:expr, |$ops:ident| $body:expr) => {{
        let found = {
            let $ops = &TENSORS;
            back($ops, $body.unwrap())
        };
        let expected = {
            let $ops = &Kernels;
            back($ops, $body.unwrap())
        };
        assert_near(&found, &expected, $slack, $what);
    }};
}

fn assert_near(found: &Array, expected: &Array, slack: f32, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (i, (a, b)) in found.values().iter().zip(expected.values()).enumerate() {
        assert!((a - b).abs() <= slack * (1.0 + b.abs()), "{what}: {a} instead of {b} at {i}");
    }
}

#[test]
fn norms() {
    let x = noise(&[2, 5, 3, 24], 1);
    let weight = noise(&[24], 2).into_values();
    let bias = Some(noise(&[24], 3).into_values());
    for norm in [
        Norm::Rms { weight: weight.clone(), eps: 1e-5 },
        Norm::Layer { weight: weight.clone(), bias: None, eps: 1e-6 },
        Norm::Layer { weight, bias, eps: 1e-5 },
    ] {
        same!(2e-6, norm.name(), |ops| { ops.normalise(&ops.norm(norm.clone(), 24).unwrap(), &on(ops, &x)) });
    }
}

#[test]
fn activations_gated_and_not() {
    let (x, gate) = (noise(&[3, 40], 4), noise(&[3, 40], 5));
    use Activation::*;
    for how in [Silu, GeluTanh, GeluErf, QuickGelu, Relu, ReluSquared] {
        for gate in [None, Some(&gate)] {
            same!(1e-6, &format!("{how:?}"), |ops| {
                ops.activate(how, on(ops, &x), gate.map(|gate| on(ops, gate)))
            });
        }
    }
}

#[test]
fn sums_factors_limits_and_rows() {
    let (x, y, w) = (noise(&[2, 3, 4], 6), noise(&[2, 3, 4], 7), noise(&[3, 4], 8));
    same!(0.0, "add", |ops| ops.add(on(ops, &x), &on(ops, &y)));
    same!(0.0, "scale", |ops| ops.scale(on(ops, &x), 0.3));
    same!(0.0, "clip", |ops| ops.clip(on(ops, &x), 1.5));
    same!(0.0, "multiply", |ops| ops.multiply(on(ops, &x), &on(ops, &w)));
    same!(0.0, "first_rows", |ops| ops.first_rows(&on(ops, &x), 2));
    same!(0.0, "write_rows", |ops| {
        let mut room = ops.zeros(&[2, 5, 4]).unwrap();
        ops.write_rows(&mut room, 1, &on(ops, &x)).map(|()| room)
    });
    same!(0.0, "visit", |ops| {
        ops.visit(on(ops, &x), &mut |values| {
            values.values_mut()[3] = 9.0;
            Ok(true)
        })
    });
}

#[test]
fn rotations_of_both_pairings_whole_and_in_part() {
    let x = noise(&[2, 5, 3, 12], 9);
    let dynamic = RotaryScaling::Dynamic { factor: 2.0, original: 4.0 };
    for pairing in [Pairing::Halves, Pairing::Interleaved] {
        for (dim, scaling) in [(12, RotaryScaling::None), (8, RotaryScaling::None), (8, dynamic.clone())] {
            let spec = RotarySpec { base: 100.0, dim, pairing, scaling, magnitude: 1.1 };
            let table = RotaryTable::new(&spec, 3, 5, &[8, 7]);
            same!(1e-6, &format!("{spec:?}"), |ops| ops.rotate(on(ops, &x), &table));
        }
    }
}

#[test]
fn attention_in_all_its_forms() {
    let plain = Attention {
        scale: 0.4,
        softcap: None,
        window: None,
        causal: true,
        alibi: None,
        offset: 0,
        lengths: vec![9],
    };
    let slopes = (1..=6).map(|head| 0.1 * head as f32).collect();
    let alibi = Some(Alibi { slopes, scale: 0.5, bf16: true });
    for (how, queries) in [
        (plain.clone(), 9),
        (Attention { lengths: vec![40, 7, 1], ..plain.clone() }, 40),
        (Attention { offset: 13, lengths: vec![1], ..plain.clone() }, 1),
        (Attention { offset: 3, lengths: vec![20, 2], ..plain.clone() }, 20),
        (Attention { window: Some(3), lengths: vec![30, 12], ..plain.clone() }, 30),
        (Attention { window: Some(1), offset: 5, lengths: vec![2], ..plain.clone() }, 2),
        (Attention { window: Some(4), offset: 9, lengths: vec![1], ..plain.clone() }, 1),
        (Attention { softcap: Some(0.7), ..plain.clone() }, 9),
        (Attention { alibi, offset: 2, ..plain.clone() }, 9),
        (Attention { causal: false, lengths: vec![12, 5], ..plain.clone() }, 12),
        (Attention { causal: false, window: Some(2), lengths: vec![12, 5], offset: 1, ..plain }, 12),
    ] {
        let (batch, keys) = (how.lengths.len(), how.offset + queries);
        let q = noise(&[batch, queries, 6, 5], 10);
        // Spare room behind the keys, as in a cache.
        let (k, v) = (noise(&[batch, keys + 7, 2, 5], 11), noise(&[batch, keys + 7, 2, 5], 12));
        same!(1e-5, &format!("{how:?}"), |ops| ops.attend(&on(ops, &q), &on(ops, &k), &on(ops, &v), &how));
    }
}

#[test]
fn attention_that_does_not_fit_is_an_error() {
    let how = Attention {
        scale: 1.0,
        softcap: None,
        window: None,
        causal: true,
        alibi: None,
        offset: 0,
        lengths: vec![2],
    };
    let of = |rows, heads| on(&TENSORS, &noise(&[1, rows, heads, 4], 1));
    assert!(TENSORS.attend(&of(2, 4), &of(1, 2), &of(1, 2), &how).is_err());
}

/// Every form is differentiable: no gradient is silently lost.
#[test]
fn gradients_pass_through_all_of_them() {
    let x = Var::from_tensor(&on(&TENSORS, &noise(&[1, 4, 2, 6], 13))).unwrap();
    let spec = RotarySpec {
        base: 100.0,
        dim: 4,
        pairing: Pairing::Halves,
        scaling: RotaryScaling::None,
        magnitude: 1.0,
    };
    let table = RotaryTable::new(&spec, 0, 4, &[4]);
    let norm = TENSORS.norm(Norm::Rms { weight: vec![1.0; 6], eps: 1e-5 }, 6).unwrap();
    let how = Attention {
        scale: 0.5,
        softcap: Some(3.0),
        window: Some(3),
        causal: true,
        alibi: None,
        offset: 0,
        lengths: vec![4],
    };
    let loss = |x: &Tensor| -> Found<Tensor> {
        let q = TENSORS.rotate(TENSORS.normalise(&norm, x)?, &table)?;
        let z = TENSORS.attend(&q, &TENSORS.scale(q.clone(), 0.7)?, x, &how)?;
        let active = TENSORS.activate(Activation::Silu, TENSORS.clip(x.clone(), 2.0)?, Some(z))?;
        Ok(active.sqr()?.sum_all()?)
    };
    let grads = loss(x.as_tensor()).unwrap().backward().unwrap();
    let values = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let gradient = values(grads.get(x.as_tensor()).unwrap());
    // Against differences, coordinate by coordinate.
    let start = values(x.as_tensor());
    for i in (0..start.len()).step_by(7) {
        let at = |by: f32| -> f64 {
            let mut moved = start.clone();
            moved[i] += by;
            let moved = Tensor::from_vec(moved, (1, 4, 2, 6), &Device::Cpu).unwrap();
            f64::from(loss(&moved).unwrap().to_scalar::<f32>().unwrap())
        };
        let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
        assert!(
            (slope - f64::from(gradient[i])).abs() < 2e-2 * (1.0 + slope.abs()),
            "{i}: {slope} and {}",
            gradient[i]
        );
    }
}
