//! A linear map: `y = x Wᵀ + b`.

use super::contiguous;
use crate::ModelError;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Storage, Tensor, bail};
use gemm::Parallelism;
use rayon::prelude::*;

/// Weights of a linear map. The storage is private: half-precision and packed weights can come to stand beside f32.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    /// `[out, in]`, contiguous.
    weight: Tensor,
    /// `[out]`.
    bias: Option<Tensor>,
}

impl Linear {
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>) -> Linear {
        Linear { weight, bias }
    }

    /// `x [.., in]` becomes `[.., out]`.
    pub(crate) fn forward(&self, x: &Tensor) -> std::result::Result<Tensor, ModelError> {
        Ok(x.contiguous()?.apply_op1(self.clone())?)
    }
}

/// Rows up to which a product is bound by reading the weights: each thread then takes a share of the outputs,
/// which `gemm` itself does not do for its matrix-vector kernels.
const THIN: usize = 4;

/// Outputs that one task of a thin product computes.
const THIN_TASK: usize = 128;

impl CustomOp1 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (outputs, inputs) = self.weight.dims2()?;
        let mut shape = layout.dims().to_vec();
        match shape.last_mut() {
            Some(last) if *last == inputs => *last = outputs,
            _ => bail!("linear: input {shape:?} for a weight [{outputs}, {inputs}]"),
        }
        let x = contiguous(storage, layout, "linear")?;
        let (weight, weight_layout) = self.weight.storage_and_layout();
        let Storage::Cpu(weight) = &*weight else { bail!("linear: the weight is not on the CPU") };
        let weight = contiguous(weight, weight_layout, "linear")?;
        let rows = x.len() / inputs;
        let mut y = vec![0f32; rows * outputs];
        if let Some(bias) = &self.bias {
            let (bias, bias_layout) = bias.storage_and_layout();
            let Storage::Cpu(bias) = &*bias else { bail!("linear: the bias is not on the CPU") };
            let bias = contiguous(bias, bias_layout, "linear")?;
            y.chunks_exact_mut(outputs).for_each(|row| row.copy_from_slice(bias));
        }
        let product = Product { rows, inputs, outputs, add: self.bias.is_some() };
        match rows {
            0 => {}
            1..=THIN => product.thin(x, weight, &mut y),
            _ => product.wide(x, weight, &mut y),
        }
        Ok((CpuStorage::F32(y), shape.into()))
    }

    fn bwd(&self, _x: &Tensor, _y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        grad.broadcast_matmul(&self.weight).map(Some)
    }
}

/// Shape of a product, and whether it is added to what the output holds.
struct Product {
    rows: usize,
    inputs: usize,
    outputs: usize,
    add: bool,
}

impl Product {
    fn wide(&self, x: &[f32], weight: &[f32], y: &mut [f32]) {
        let parallelism = match rayon::current_num_threads() {
            1 => Parallelism::None,
            threads => Parallelism::Rayon(threads),
        };
        self.multiply(x, weight, y, self.outputs, parallelism);
    }

    /// Row by row, each split over the outputs.
    fn thin(&self, x: &[f32], weight: &[f32], y: &mut [f32]) {
        for (x, y) in x.chunks_exact(self.inputs).zip(y.chunks_exact_mut(self.outputs)) {
            let one = Product { rows: 1, ..*self };
            y.par_chunks_mut(THIN_TASK).zip(weight.par_chunks(THIN_TASK * self.inputs)).for_each(
                |(y, weight)| {
                    one.multiply(x, weight, y, y.len(), Parallelism::None);
                },
            );
        }
    }

    /// `y [rows, outputs] (+)= x [rows, in] * weight [outputs, in]ᵀ`.
    fn multiply(&self, x: &[f32], weight: &[f32], y: &mut [f32], outputs: usize, parallelism: Parallelism) {
        assert!(x.len() == self.rows * self.inputs && y.len() == self.rows * outputs);
        assert!(weight.len() == outputs * self.inputs);
        // SAFETY: the three slices have the lengths that rows, outputs and inputs with these strides address, as
        // just asserted, and `y` is borrowed mutably.
        unsafe {
            gemm::gemm(
                self.rows,
                outputs,
                self.inputs,
                y.as_mut_ptr(),
                1,
                outputs as isize,
                self.add,
                x.as_ptr(),
                1,
                self.inputs as isize,
                weight.as_ptr(),
                self.inputs as isize,
                1,
                1.0f32,
                1.0f32,
                false,
                false,
                false,
                parallelism,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    fn ramp(n: usize, step: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * step) % 23) as f32 / 23.0 - 0.4).collect()
    }

    #[test]
    fn every_row_count_equals_the_definition() {
        let (inputs, outputs) = (37, 300);
        let (weight, bias) = (ramp(inputs * outputs, 7), ramp(outputs, 5));
        for with_bias in [false, true] {
            let linear = Linear::new(
                Tensor::from_slice(&weight, (outputs, inputs), &Device::Cpu).unwrap(),
                with_bias.then(|| Tensor::from_slice(&bias, outputs, &Device::Cpu).unwrap()),
            );
            for rows in [0, 1, 3, 4, 5, 33] {
                let x = ramp(rows * inputs, 11);
                let tensor = Tensor::from_slice(&x, (1, rows, inputs), &Device::Cpu).unwrap();
                let y = linear.forward(&tensor).unwrap();
                assert_eq!(y.dims(), [1, rows, outputs]);
                let y = y.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                for (i, found) in y.iter().enumerate() {
                    let (row, out) = (i / outputs, i % outputs);
                    let dot: f64 = (0..inputs)
                        .map(|k| x[row * inputs + k] as f64 * weight[out * inputs + k] as f64)
                        .sum();
                    let exact = dot + if with_bias { bias[out] as f64 } else { 0.0 };
                    assert!((exact - *found as f64).abs() < 1e-5, "rows {rows}, [{row}, {out}]");
                }
            }
        }
    }

    #[test]
    fn gradients_pass_through() {
        let weight = Tensor::from_slice(&ramp(6, 7), (2, 3), &Device::Cpu).unwrap();
        let x = Var::from_tensor(&Tensor::from_slice(&ramp(3, 2), (1, 1, 3), &Device::Cpu).unwrap()).unwrap();
        let y = Linear::new(weight.clone(), None).forward(x.as_tensor()).unwrap();
        let grads = y.sum_all().unwrap().backward().unwrap();
        let expected = weight.sum(0).unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(
            grads.get(x.as_tensor()).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap(),
            expected
        );
    }

    #[test]
    fn a_wrong_width_is_an_error() {
        let weight = Tensor::zeros((2, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        let x = Tensor::zeros((1, 4), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(Linear::new(weight, None).forward(&x).is_err());
    }
}
