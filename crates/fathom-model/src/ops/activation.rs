//! The MLP's nonlinearity, with or without a gate, in one pass over the rows.

use super::{Array, misfit, rows_per_task, vector};
use crate::ModelError;
use fathom_families::Activation;
use rayon::prelude::*;

/// `act(x)`, or `act(gate) * x` where there is a gate of the same shape.
pub(super) fn activate(how: Activation, x: Array, gate: Option<Array>) -> Result<Array, ModelError> {
    let task = rows_per_task(x.values().len(), 1);
    let Some(mut gate) = gate else {
        let mut x = x;
        x.values_mut().par_chunks_mut(task).for_each(|x| apply(how, x));
        return Ok(x);
    };
    if gate.shape() != x.shape() {
        return misfit(format!("gated activation: gate {:?}, values {:?}", gate.shape(), x.shape()));
    }
    gate.values_mut().par_chunks_mut(task).zip(x.values().par_chunks(task)).for_each(|(gate, x)| {
        apply(how, gate);
        vector::multiply(gate, x);
    });
    Ok(gate)
}

fn apply(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::Silu => vector::silu(values, 1.0),
        Activation::QuickGelu => vector::silu(values, 1.702),
        Activation::GeluTanh => vector::gelu_tanh(values),
        Activation::GeluErf => values.iter_mut().for_each(|x| *x = gelu_erf(*x)),
        Activation::Relu => values.iter_mut().for_each(|x| *x = relu(*x)),
        Activation::ReluSquared => values.iter_mut().for_each(|x| *x = relu(*x).powi(2)),
    }
}

/// NaN stays NaN, as `f32::max` would not have it.
fn relu(x: f32) -> f32 {
    if x > 0.0 || x.is_nan() { x } else { 0.0 }
}

/// In f64, because `1 + erf` cancels for negative arguments.
fn gelu_erf(x: f32) -> f32 {
    let x = x as f64;
    (0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(activation: Activation, gate: Option<f32>) -> Vec<f32> {
        let x = Array::new(vec![-2.0, -0.5, 0.0, 0.5, 2.0], &[1, 5]).unwrap();
        let gate = gate.map(|g| Array::new(vec![g; 5], &[1, 5]).unwrap());
        activate(activation, x, gate).unwrap().into_values()
    }

    #[test]
    fn nan_stays_nan() {
        use Activation::*;
        for activation in [Silu, QuickGelu, GeluTanh, GeluErf, Relu, ReluSquared] {
            let mut values = [f32::NAN; 20];
            apply(activation, &mut values);
            assert!(values.iter().all(|x| x.is_nan()), "{activation:?}");
        }
    }

    /// Values from torch 2.15: `torch.nn.functional.{silu, gelu, relu}` at -2, -0.5, 0, 0.5, 2.
    #[test]
    fn activations_equal_torch() {
        let cases: [(Activation, [f32; 5]); 6] = [
            (Activation::Silu, [-0.238_405_84, -0.188_770_34, 0.0, 0.311_229_65, 1.761_594_2]),
            (Activation::GeluTanh, [-0.045_402_3, -0.154_286, 0.0, 0.345_714, 1.954_597_7]),
            (Activation::GeluErf, [-0.045_500_264, -0.154_268_77, 0.0, 0.345_731_23, 1.954_499_7]),
            (Activation::QuickGelu, [-0.064_341_374, -0.149_611_56, 0.0, 0.350_388_44, 1.935_658_6]),
            (Activation::Relu, [0.0, 0.0, 0.0, 0.5, 2.0]),
            (Activation::ReluSquared, [0.0, 0.0, 0.0, 0.25, 4.0]),
        ];
        for (activation, expected) in cases {
            for (found, expected) in run(activation, None).iter().zip(expected) {
                assert!((found - expected).abs() < 5e-7, "{activation:?}: {found} instead of {expected}");
            }
        }
    }

    #[test]
    fn the_gate_is_what_is_activated() {
        assert_eq!(run(Activation::Relu, Some(3.0)), [-6.0, -1.5, 0.0, 1.5, 6.0]);
        assert_eq!(run(Activation::Relu, Some(-3.0)), [0.0; 5].map(|x: f32| x));
    }
}
