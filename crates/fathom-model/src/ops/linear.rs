//! Linear maps: `y = x Wᵀ + b`.

use super::{Array, misfit};
use crate::ModelError;
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

    /// The bias for each of `rows` rows, or zeros: what the product is added to.
    fn start(&self, rows: usize) -> Vec<f32> {
        let outputs = self.weight.outputs();
        let mut y = vec![0f32; rows * outputs];
        if let Some(bias) = &self.bias {
            y.chunks_exact_mut(outputs).for_each(|row| row.copy_from_slice(bias));
        }
        y
    }
}

/// Several maps of one `x [.., in]`, each to `[.., out]`: one piece of parallel work instead of several small ones.
pub(crate) fn together<const N: usize>(maps: [&Linear; N], x: &Array) -> Result<[Array; N], ModelError> {
    let inputs = x.width();
    for map in maps {
        let [outputs, expected] = [map.weight.outputs(), map.weight.inputs()];
        if inputs != expected || inputs == 0 {
            return misfit(format!("linear: input {:?} for a weight [{outputs}, {expected}]", x.shape()));
        }
    }
    let rows = x.values().len() / inputs;
    let mut results = maps.map(|map| map.start(rows));
    let products = maps.iter().zip(&mut results);
    let products =
        products.map(|(map, out)| Product { matrix: &map.weight, out, add: map.bias.is_some() }).collect();
    multiply(x.values(), inputs, products);
    let leading = &x.shape()[..x.shape().len().saturating_sub(1)];
    let mut outputs = Vec::with_capacity(N);
    for (map, y) in maps.iter().zip(results) {
        outputs.push(Array::new(y, &[leading, &[map.weight.outputs()]].concat())?);
    }
    <[Array; N]>::try_from(outputs).or_else(|_| misfit("linear: a result for each map".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
                let x = Array::new(ramp(rows * inputs, 11), &[1, rows, inputs]).unwrap();
                let [y] = together([&linear], &x).unwrap();
                assert_eq!(y.shape(), [1, rows, outputs]);
                for (i, found) in y.values().iter().enumerate() {
                    let (row, out) = (i / outputs, i % outputs);
                    let dot: f64 = (0..inputs)
                        .map(|k| x.values()[row * inputs + k] as f64 * weight[out * inputs + k] as f64)
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
        let x = Array::new(ramp(12, 11), &[2, 2, 3]).unwrap();
        let alone = [&first, &second].map(|map| together([map], &x).unwrap()[0].values().to_vec());
        let both = together([&first, &second], &x).unwrap();
        assert_eq!((both[0].shape(), both[1].shape()), (&[2, 2, 20][..], &[2, 2, 1][..]));
        assert_eq!(both.map(Array::into_values), alone);
    }

    #[test]
    fn a_wrong_width_is_an_error() {
        let x = Array::new(vec![0.0; 4], &[1, 4]).unwrap();
        assert!(together([&Linear::new(matrix(&[0.0; 6], 2, 3), None)], &x).is_err());
    }
}
