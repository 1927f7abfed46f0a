//! The MLP's nonlinearity, gated or not, in one pass over the rows.

use super::{contiguous, rows_per_task, vector};
use crate::spec::Activation;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// `act(x)`, or `act(gate) * x` where there is a gate of the same shape.
pub(crate) fn activate(activation: Activation, x: &Tensor, gate: Option<&Tensor>) -> Result<Tensor> {
    match gate {
        Some(gate) => gate.apply_op2(x, Gated(activation)),
        None => x.apply_op1(Plain(activation)),
    }
}

struct Plain(Activation);
struct Gated(Activation);

impl CustomOp1 for Plain {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = contiguous(storage, layout, "activation")?;
        let mut y = vec![0f32; x.len()];
        let task = rows_per_task(x.len(), 1);
        y.par_chunks_mut(task).zip(x.par_chunks(task)).for_each(|(y, x)| {
            y.copy_from_slice(x);
            apply(self.0, y);
        });
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}

impl CustomOp2 for Gated {
    fn name(&self) -> &'static str {
        "gated activation"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        if l1.shape() != l2.shape() {
            bail!("gated activation: gate {:?}, values {:?}", l1.shape(), l2.shape())
        }
        let (gate, x) = (contiguous(s1, l1, "gated activation")?, contiguous(s2, l2, "gated activation")?);
        let mut y = vec![0f32; x.len()];
        let task = rows_per_task(x.len(), 1);
        let tasks = y.par_chunks_mut(task).zip(gate.par_chunks(task)).zip(x.par_chunks(task));
        tasks.for_each(|((y, gate), x)| {
            y.copy_from_slice(gate);
            apply(self.0, y);
            vector::multiply(y, x);
        });
        Ok((CpuStorage::F32(y), l1.shape().clone()))
    }
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
    (0.5 * x * (1.0 + candle_core::cpu::erf::erf_f64(x * std::f64::consts::FRAC_1_SQRT_2))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn run(activation: Activation, gate: Option<f32>) -> Vec<f32> {
        let x = Tensor::from_slice(&[-2.0f32, -0.5, 0.0, 0.5, 2.0], (1, 5), &Device::Cpu).unwrap();
        let gate = gate.map(|g| Tensor::full(g, (1, 5), &Device::Cpu).unwrap());
        activate(activation, &x, gate.as_ref()).unwrap().flatten_all().unwrap().to_vec1().unwrap()
    }

    /// Values from torch 2.15: `torch.nn.functional.{silu, gelu, relu}` at -2, -0.5, 0, 0.5, 2.
    #[test]
    fn nan_stays_nan() {
        use Activation::*;
        for activation in [Silu, QuickGelu, GeluTanh, GeluErf, Relu, ReluSquared] {
            let mut values = [f32::NAN; 20];
            apply(activation, &mut values);
            assert!(values.iter().all(|x| x.is_nan()), "{activation:?}");
        }
    }

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
