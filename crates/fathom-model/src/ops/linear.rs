//! A linear map: `y = x Wᵀ + b`.

use super::contiguous;
use crate::ModelError;
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Storage, Tensor, bail};
use fathom_kernel::{Matrix, Product, multiply};
use std::sync::Arc;

/// Weights of a linear map. Cheap to clone: clones share them.
///
/// They are packed for the kernel's product, of which a row's result does not depend on the other rows: so a token that is
/// generated with a cache gets the bits that it gets in a prompt.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    /// `[out, in]`.
    weight: Arc<Matrix>,
    /// `[out]`.
    bias: Option<Arc<[f32]>>,
}

impl Linear {
    pub(crate) fn new(weight: Matrix, bias: Option<Vec<f32>>) -> Linear {
        Linear { weight: Arc::new(weight), bias: bias.map(Arc::from) }
    }

    /// `x [.., in]` becomes `[.., out]`.
    pub(crate) fn forward(&self, x: &Tensor) -> std::result::Result<Tensor, ModelError> {
        Ok(x.contiguous()?.apply_op1(self.clone())?)
    }

    /// Several maps of one `x [.., in]`, each to `[.., out]`: one piece of parallel work instead of several small ones.
    pub(crate) fn together<const N: usize>(
        maps: [&Linear; N],
        x: &Tensor,
    ) -> std::result::Result<[Tensor; N], ModelError> {
        let x = x.contiguous()?;
        let mut outputs = Vec::with_capacity(N);
        if x.track_op() {
            // Gradients are followed map by map.
            for map in maps {
                outputs.push(map.forward(&x)?);
            }
        } else {
            let (storage, layout) = x.storage_and_layout();
            let Storage::Cpu(storage) = &*storage else {
                Err(candle_core::Error::msg("linear: input on a device"))?
            };
            for (values, shape) in products(&maps, storage, layout)? {
                outputs.push(Tensor::from_vec(values, shape, &Device::Cpu)?);
            }
        }
        <[Tensor; N]>::try_from(outputs)
            .map_err(|_| candle_core::Error::msg("linear: a result for each map").into())
    }
}

/// The values of every map of one input, and their shapes.
fn products(maps: &[&Linear], storage: &CpuStorage, layout: &Layout) -> Result<Vec<(Vec<f32>, Shape)>> {
    let x = contiguous(storage, layout, "linear")?;
    let inputs = layout.dims().last().copied().unwrap_or(0);
    let mut results = Vec::with_capacity(maps.len());
    for map in maps {
        let [outputs, expected] = [map.weight.outputs(), map.weight.inputs()];
        if inputs != expected || inputs == 0 {
            bail!("linear: input {:?} for a weight [{outputs}, {expected}]", layout.dims())
        }
        let mut shape = layout.dims().to_vec();
        shape.pop();
        shape.push(outputs);
        let mut y = vec![0f32; x.len() / inputs * outputs];
        if let Some(bias) = &map.bias {
            y.chunks_exact_mut(outputs).for_each(|row| row.copy_from_slice(bias));
        }
        results.push((y, Shape::from(shape)));
    }
    let parts = maps.iter().zip(&mut results);
    let parts = parts.map(|(map, (y, _))| Product { matrix: &map.weight, out: y, add: map.bias.is_some() });
    multiply(x, inputs, parts.collect());
    Ok(results)
}

impl CustomOp1 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        match products(&[self], storage, layout)?.pop() {
            Some((y, shape)) => Ok((CpuStorage::F32(y), shape)),
            None => bail!("linear: one map has one result"),
        }
    }

    fn bwd(&self, _x: &Tensor, _y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let shape = (self.weight.outputs(), self.weight.inputs());
        grad.broadcast_matmul(&Tensor::from_vec(self.weight.to_rows(), shape, &Device::Cpu)?).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    fn ramp(n: usize, step: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * step) % 23) as f32 / 23.0 - 0.4).collect()
    }

    fn matrix(weight: &[f32], outputs: usize, inputs: usize) -> Matrix {
        let fill = |first: usize, rows: &mut [f32]| {
            rows.copy_from_slice(&weight[first * inputs..][..rows.len()]);
            Ok::<(), ()>(())
        };
        Matrix::from_rows(outputs, inputs, fill).unwrap()
    }

    #[test]
    fn every_row_count_equals_the_definition() {
        let (inputs, outputs) = (37, 300);
        let (weight, bias) = (ramp(inputs * outputs, 7), ramp(outputs, 5));
        for with_bias in [false, true] {
            let linear = Linear::new(matrix(&weight, outputs, inputs), with_bias.then(|| bias.clone()));
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
    fn maps_together_are_the_maps_alone() {
        let first = Linear::new(matrix(&ramp(60, 7), 20, 3), Some(ramp(20, 3)));
        let second = Linear::new(matrix(&ramp(3, 5), 1, 3), None);
        let x = Var::from_slice(&ramp(12, 11), (2, 2, 3), &Device::Cpu).unwrap();
        let values = |y: &Tensor| y.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let alone = [&first, &second].map(|map| values(&map.forward(&x).unwrap()));
        // Followed by gradients, and not.
        for x in [x.as_tensor().clone(), x.detach()] {
            let together = Linear::together([&first, &second], &x).unwrap();
            assert_eq!((together[0].dims(), together[1].dims()), (&[2, 2, 20][..], &[2, 2, 1][..]));
            assert_eq!(together.map(|y| values(&y)), alone);
        }
        assert!(Linear::together([&first, &second], &x.narrow(2, 0, 2).unwrap()).is_err());
    }

    #[test]
    fn gradients_pass_through() {
        let weight = ramp(6, 7);
        let x = Var::from_tensor(&Tensor::from_slice(&ramp(3, 2), (1, 1, 3), &Device::Cpu).unwrap()).unwrap();
        let y = Linear::new(matrix(&weight, 2, 3), None).forward(x.as_tensor()).unwrap();
        let grads = y.sum_all().unwrap().backward().unwrap();
        let expected: Vec<f32> = (0..3).map(|i| weight[i] + weight[3 + i]).collect();
        assert_eq!(
            grads.get(x.as_tensor()).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap(),
            expected
        );
    }

    #[test]
    fn a_wrong_width_is_an_error() {
        let x = Tensor::zeros((1, 4), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(Linear::new(matrix(&[0.0; 6], 2, 3), None).forward(&x).is_err());
    }
}
