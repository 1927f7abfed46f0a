//! Sums, factors and limits, value by value.
//!
//! candle's own elementwise operators run large tensors on a pool of the whole process, whose threads spin between
//! calls; a model's work stays on the model's threads, so the block uses these instead.

use super::{contiguous, rows_per_task};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// `x + y`, of one shape.
pub(crate) fn add(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op2(&y.contiguous()?, Add)
}

/// `factor * x`.
pub(crate) fn scale(x: &Tensor, factor: f32) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Scale(factor))
}

/// `x` limited to ±`limit`.
pub(crate) fn clip(x: &Tensor, limit: f32) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Clip(limit))
}

/// `x [.., ...w]` times `weights [...w]`, which repeat over the leading dimensions.
pub(crate) fn multiply(x: &Tensor, weights: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op2(&weights.contiguous()?, Multiply)
}

struct Add;
struct Multiply;
struct Scale(f32);
struct Clip(f32);

impl CustomOp2 for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        if l1.shape() != l2.shape() {
            bail!("add: {:?} and {:?}", l1.dims(), l2.dims())
        }
        let (x, y) = (contiguous(s1, l1, "add")?, contiguous(s2, l2, "add")?);
        let mut sum = vec![0f32; x.len()];
        let task = rows_per_task(x.len(), 1);
        sum.par_chunks_mut(task).zip(x.par_chunks(task).zip(y.par_chunks(task))).for_each(|(sum, (x, y))| {
            sum.iter_mut().zip(x.iter().zip(y)).for_each(|(sum, (x, y))| *sum = x + y);
        });
        Ok((CpuStorage::F32(sum), l1.shape().clone()))
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok((Some(grad.clone()), Some(grad.clone())))
    }
}

/// No `bwd`: it is for norms' weights, and the norm before has none either.
impl CustomOp2 for Multiply {
    fn name(&self) -> &'static str {
        "multiply"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        if !l1.dims().ends_with(l2.dims()) || l2.shape().elem_count() == 0 {
            bail!("multiply: {:?} and {:?}", l1.dims(), l2.dims())
        }
        let (x, weights) = (contiguous(s1, l1, "multiply")?, contiguous(s2, l2, "multiply")?);
        let mut y = vec![0f32; x.len()];
        let task = rows_per_task(x.len() / weights.len(), weights.len()) * weights.len();
        y.par_chunks_mut(task).zip(x.par_chunks(task)).for_each(|(y, x)| {
            for (y, (x, w)) in y.iter_mut().zip(x.iter().zip(weights.iter().cycle())) {
                *y = x * w;
            }
        });
        Ok((CpuStorage::F32(y), l1.shape().clone()))
    }
}

impl CustomOp1 for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        map(storage, layout, |x| self.0 * x)
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        scale(grad, self.0).map(Some)
    }
}

impl CustomOp1 for Clip {
    fn name(&self) -> &'static str {
        "clip"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        map(storage, layout, |x| x.clamp(-self.0, self.0))
    }
}

fn map(storage: &CpuStorage, layout: &Layout, f: impl Fn(f32) -> f32 + Sync) -> Result<(CpuStorage, Shape)> {
    let x = contiguous(storage, layout, "elementwise")?;
    let mut y = vec![0f32; x.len()];
    let task = rows_per_task(x.len(), 1);
    y.par_chunks_mut(task).zip(x.par_chunks(task)).for_each(|(y, x)| {
        y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*x));
    });
    Ok((CpuStorage::F32(y), layout.shape().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    #[test]
    fn values_and_gradients_are_those_of_the_definition() {
        let values: Vec<f32> = (0..100_000).map(|i| (i % 19) as f32 - 9.0).collect();
        let x = Var::from_slice(&values, (10, 10_000), &Device::Cpu).unwrap();
        let y = add(&scale(&x, 3.0).unwrap(), &clip(&x.detach(), 2.0).unwrap()).unwrap();
        let found: Vec<f32> = y.flatten_all().unwrap().to_vec1().unwrap();
        assert!(values.iter().zip(&found).all(|(x, y)| *y == 3.0 * x + x.clamp(-2.0, 2.0)));
        let grads = y.sum_all().unwrap().backward().unwrap();
        let grad: Vec<f32> = grads.get(x.as_tensor()).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert!(grad.iter().all(|g| *g == 3.0));
        assert!(add(&x, &x.narrow(0, 0, 1).unwrap()).is_err());

        let weights = x.narrow(0, 3, 1).unwrap().squeeze(0).unwrap();
        let y: Vec<f32> = multiply(&x, &weights).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        let weights: Vec<f32> = weights.to_vec1().unwrap();
        assert!(y.iter().enumerate().all(|(i, y)| *y == values[i] * weights[i % 10_000]));
        assert!(multiply(&x, &x.narrow(1, 0, 1).unwrap()).is_err());
    }
}
