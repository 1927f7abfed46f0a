//! The operations on the CPU, by Fathom's own kernels. Each works on the current rayon pool (the model's, see
//! `Model::pool`) and changes what it is given in place where it can.

use super::{Array, Attention, Linear, Ops, RotaryTable, activation, elementwise, linear, misfit};
use crate::ModelError;
use crate::mlp::Experts;
use crate::weights::Weights;
use fathom_families::{Activation, Param};
use fathom_kernel::Norm;

/// On the CPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernels;

impl Ops for Kernels {
    type Tensor = Array;
    type Map = Linear;
    type Norm = super::norm::VectorNorm;

    fn tensor(&self, values: Vec<f32>, shape: &[usize]) -> Result<Array, ModelError> {
        Array::new(values, shape)
    }

    fn zeros(&self, shape: &[usize]) -> Result<Array, ModelError> {
        Array::new(vec![0.0; shape.iter().product()], shape)
    }

    fn shape<'a>(&self, x: &'a Array) -> &'a [usize] {
        x.shape()
    }

    fn reshape(&self, x: Array, shape: &[usize]) -> Result<Array, ModelError> {
        x.reshaped(shape)
    }

    fn values(&self, x: Array) -> Result<Vec<f32>, ModelError> {
        Ok(x.into_values())
    }

    fn visit(
        &self,
        mut x: Array,
        look: &mut dyn FnMut(&mut Array) -> Result<bool, ModelError>,
    ) -> Result<Array, ModelError> {
        look(&mut x)?;
        Ok(x)
    }

    fn write_rows(&self, into: &mut Array, first: usize, rows: &Array) -> Result<(), ModelError> {
        let ([batch, room, ..], [sequences, count, ..]) = (into.shape(), rows.shape()) else {
            return misfit(format!("rows {:?} of {:?}", rows.shape(), into.shape()));
        };
        let (batch, room, sequences, count) = (*batch, *room, *sequences, *count);
        if batch != sequences || into.shape()[2..] != rows.shape()[2..] || first + count > room {
            return misfit(format!("rows {:?} at {first} of {:?}", rows.shape(), into.shape()));
        }
        let row: usize = rows.shape()[2..].iter().product();
        let from = rows.values().chunks_exact((count * row).max(1));
        for (to, from) in into.values_mut().chunks_exact_mut((room * row).max(1)).zip(from) {
            to[first * row..][..count * row].copy_from_slice(from);
        }
        Ok(())
    }

    fn first_rows(&self, x: &Array, count: usize) -> Result<Array, ModelError> {
        let shape = x.shape();
        if shape.len() < 2 || shape[1] < count {
            return misfit(format!("{count} rows of {shape:?}"));
        }
        let row: usize = shape[2..].iter().product();
        let values = x.values().chunks_exact((shape[1] * row).max(1));
        let values = values.flat_map(|rows| rows[..count * row].iter().copied()).collect();
        Array::new(values, &[&[shape[0], count], &shape[2..]].concat())
    }

    fn map(&self, weights: &Weights, weight: &Param, bias: Option<Vec<f32>>) -> Result<Linear, ModelError> {
        Ok(Linear::new(weights.matrix(weight)?, bias))
    }

    fn maps(&self, weights: &Weights, stack: &Param) -> Result<Vec<Linear>, ModelError> {
        Ok(weights.matrices(stack)?.into_iter().map(|matrix| Linear::new(matrix, None)).collect())
    }

    fn norm(&self, norm: Norm, width: usize) -> Result<Self::Norm, ModelError> {
        Ok(super::norm::VectorNorm::new(norm, width))
    }

    fn linear<const N: usize>(&self, maps: [&Linear; N], x: &Array) -> Result<[Array; N], ModelError> {
        linear::together(maps, x)
    }

    fn normalise(&self, norm: &Self::Norm, x: &Array) -> Result<Array, ModelError> {
        norm.apply(x)
    }

    fn add(&self, x: Array, y: &Array) -> Result<Array, ModelError> {
        elementwise::add(x, y)
    }

    fn scale(&self, x: Array, factor: f32) -> Result<Array, ModelError> {
        Ok(elementwise::map(x, |x| factor * x))
    }

    fn clip(&self, x: Array, limit: f32) -> Result<Array, ModelError> {
        Ok(elementwise::map(x, |x| x.clamp(-limit, limit)))
    }

    fn multiply(&self, x: Array, weights: &Array) -> Result<Array, ModelError> {
        elementwise::multiply(x, weights)
    }

    fn activate(&self, how: Activation, x: Array, gate: Option<Array>) -> Result<Array, ModelError> {
        activation::activate(how, x, gate)
    }

    fn rotate(&self, x: Array, table: &RotaryTable) -> Result<Array, ModelError> {
        table.rotate(x)
    }

    fn attend(&self, q: &Array, k: &Array, v: &Array, how: &Attention) -> Result<Array, ModelError> {
        how.attend(q, k, v)
    }

    fn experts(&self, experts: &Experts<Kernels>, x: &Array) -> Result<Array, ModelError> {
        super::route::experts(experts, x)
    }
}
