//! Tensor forms against the kernels, on the CPU.

use super::*;
use crate::ops::{Alibi, Attention, Backend, VectorNorm};
use crate::spec::{RotaryScaling, RotarySpec};
use candle_core::Var;
use std::sync::Arc;

const TENSORS: Backend = Backend::Tensors(Device::Cpu);

fn noise(shape: &[usize], seed: u64) -> Tensor {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 6.0
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| next()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn values(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

fn assert_near(found: &Tensor, expected: &Tensor, slack: f32, what: &str) {
    assert_eq!(found.dims(), expected.dims(), "{what}");
    for (i, (a, b)) in values(found).iter().zip(values(expected)).enumerate() {
        assert!((a - b).abs() <= slack * (1.0 + b.abs()), "{what}: {a} instead of {b} at {i}");
    }
}

#[test]
fn norms() {
    let x = noise(&[2, 5, 3, 24], 1);
    let weight = values(&noise(&[24], 2));
    let bias = Some(values(&noise(&[24], 3)));
    for norm in [
        Norm::Rms { weight: weight.clone(), eps: 1e-5 },
        Norm::Layer { weight: weight.clone(), bias: None, eps: 1e-6 },
        Norm::Layer { weight, bias, eps: 1e-5 },
    ] {
        let [kernel, tensors] =
            [&Backend::Kernels, &TENSORS].map(|ops| VectorNorm::new(norm.clone(), 24, ops).unwrap());
        assert_near(&tensors.forward(&x).unwrap(), &kernel.forward(&x).unwrap(), 2e-6, norm.name());
    }
}

#[test]
fn activations_gated_and_not() {
    let (x, gate) = (noise(&[3, 40], 4), noise(&[3, 40], 5));
    use Activation::*;
    for how in [Silu, GeluTanh, GeluErf, QuickGelu, Relu, ReluSquared] {
        for gate in [None, Some(&gate)] {
            let of = |ops: &Backend| ops.activate(how, &x, gate).unwrap();
            assert_near(&of(&TENSORS), &of(&Backend::Kernels), 1e-6, &format!("{how:?}"));
        }
    }
}

#[test]
fn sums_factors_and_limits() {
    let (x, y, w) = (noise(&[2, 3, 4], 6), noise(&[2, 3, 4], 7), noise(&[3, 4], 8));
    for (name, of) in [
        ("add", (&|ops: &Backend| ops.add(&x, &y)) as &dyn Fn(&Backend) -> Result<Tensor>),
        ("scale", &|ops| ops.scale(&x, 0.3)),
        ("clip", &|ops| ops.clip(&x, 1.5)),
        ("multiply", &|ops| ops.multiply(&x, &w)),
    ] {
        assert_near(&of(&TENSORS).unwrap(), &of(&Backend::Kernels).unwrap(), 0.0, name);
    }
}

#[test]
fn rotations_of_both_pairings_whole_and_in_part() {
    let x = noise(&[2, 5, 3, 12], 9);
    let dynamic = RotaryScaling::Dynamic { factor: 2.0, original: 4.0 };
    for pairing in [Pairing::Halves, Pairing::Interleaved] {
        for (dim, scaling) in [(12, RotaryScaling::None), (8, RotaryScaling::None), (8, dynamic.clone())] {
            let spec = RotarySpec { base: 100.0, dim, pairing, scaling, magnitude: 1.1 };
            let table = Arc::new(RotaryTable::new(&spec, 3, 5, &[8, 7]));
            let of = |ops: &Backend| ops.rotate(&x, &table).unwrap();
            assert_near(&of(&TENSORS), &of(&Backend::Kernels), 1e-6, &format!("{spec:?}"));
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
        let roomy = |seed| noise(&[batch, keys + 7, 2, 5], seed).narrow(1, 0, keys).unwrap();
        let (k, v) = (roomy(11), roomy(12));
        let of = |ops: &Backend| ops.attend(&q, &k, &v, how.clone()).unwrap();
        assert_near(&of(&TENSORS), &of(&Backend::Kernels), 1e-5, &format!("{how:?}"));
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
    assert!(
        TENSORS
            .attend(&noise(&[1, 2, 4, 4], 1), &noise(&[1, 3, 2, 4], 1), &noise(&[1, 3, 2, 4], 1), how)
            .is_err()
    );
}

/// Every form is differentiable: no gradient is silently lost.
#[test]
fn gradients_pass_through_all_of_them() {
    let x = Var::from_tensor(&noise(&[1, 4, 2, 6], 13)).unwrap();
    let spec = RotarySpec {
        base: 100.0,
        dim: 4,
        pairing: Pairing::Halves,
        scaling: RotaryScaling::None,
        magnitude: 1.0,
    };
    let table = Arc::new(RotaryTable::new(&spec, 0, 4, &[4]));
    let norm = VectorNorm::new(Norm::Rms { weight: vec![1.0; 6], eps: 1e-5 }, 6, &TENSORS).unwrap();
    let how = Attention {
        scale: 0.5,
        softcap: Some(3.0),
        window: Some(3),
        causal: true,
        alibi: None,
        offset: 0,
        lengths: vec![4],
    };
    let loss = |x: &Tensor| -> Result<Tensor> {
        let q = TENSORS.rotate(&norm.forward(x)?, &table)?;
        let z = TENSORS.attend(&q, &TENSORS.scale(&q, 0.7)?, x, how.clone())?;
        TENSORS.activate(Activation::Silu, &z, Some(&TENSORS.clip(x, 2.0)?))?.sqr()?.sum_all()
    };
    let grads = loss(x.as_tensor()).unwrap().backward().unwrap();
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
