//! Sums, factors and limits, value by value, in place.

use super::{Array, misfit, rows_per_task};
use crate::ModelError;
use rayon::prelude::*;

/// `x + y`, of one shape.
pub(super) fn add(mut x: Array, y: &Array) -> Result<Array, ModelError> {
    if x.shape() != y.shape() {
        return misfit(format!("add: {:?} and {:?}", x.shape(), y.shape()));
    }
    let task = rows_per_task(y.values().len(), 1);
    x.values_mut().par_chunks_mut(task).zip(y.values().par_chunks(task)).for_each(|(x, y)| {
        x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
    });
    Ok(x)
}

/// `f(x)`.
pub(super) fn map(mut x: Array, f: impl Fn(f32) -> f32 + Sync) -> Array {
    let task = rows_per_task(x.values().len(), 1);
    x.values_mut().par_chunks_mut(task).for_each(|x| x.iter_mut().for_each(|x| *x = f(*x)));
    x
}

/// `x [.., ...w]` times `weights [...w]`, which repeat over the leading dimensions.
pub(super) fn multiply(mut x: Array, weights: &Array) -> Result<Array, ModelError> {
    let factors = weights.values();
    if !x.shape().ends_with(weights.shape()) || factors.is_empty() {
        return misfit(format!("multiply: {:?} and {:?}", x.shape(), weights.shape()));
    }
    let task = rows_per_task(x.values().len() / factors.len(), factors.len()) * factors.len();
    x.values_mut().par_chunks_mut(task).for_each(|x| {
        x.iter_mut().zip(factors.iter().cycle()).for_each(|(x, w)| *x *= w);
    });
    Ok(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_definition() {
        let values: Vec<f32> = (0..100_000).map(|i| (i % 19) as f32 - 9.0).collect();
        let x = || Array::new(values.clone(), &[10, 10_000]).unwrap();
        let y = add(map(x(), |x| 3.0 * x), &map(x(), |x| x.clamp(-2.0, 2.0))).unwrap();
        assert!(values.iter().zip(y.values()).all(|(x, y)| *y == 3.0 * x + x.clamp(-2.0, 2.0)));
        let row = |n: usize| Array::new(values[..n].to_vec(), &[1, n]).unwrap();
        assert!(add(x(), &row(10_000)).is_err());

        let weights = Array::new(values[30_000..40_000].to_vec(), &[10_000]).unwrap();
        let y = multiply(x(), &weights).unwrap();
        assert!(y.values().iter().enumerate().all(|(i, y)| *y == values[i] * weights.values()[i % 10_000]));
        assert!(multiply(x(), &row(10)).is_err());
    }

    #[test]
    fn a_clone_keeps_its_values() {
        let x = Array::new(vec![1.0, 2.0], &[2]).unwrap();
        let kept = x.clone();
        assert_eq!(map(x, |x| -x).values(), [-1.0, -2.0]);
        assert_eq!(kept.values(), [1.0, 2.0]);
    }
}
