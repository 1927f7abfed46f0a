//! f32 numbers with a shape: what the decoder computes with on the CPU.

use crate::ModelError;
use std::sync::Arc;

/// f32 values, row after row, and their shape. Cheap to clone: clones share the values until one of them changes.
#[derive(Clone, Debug)]
pub(crate) struct Array {
    values: Arc<Vec<f32>>,
    shape: Vec<usize>,
}

impl Array {
    /// # Errors
    /// If there are more or fewer values than the shape says.
    pub(crate) fn new(values: Vec<f32>, shape: &[usize]) -> Result<Array, ModelError> {
        if values.len() != shape.iter().product::<usize>() {
            return Err(ModelError::Compute(format!("{} values in a shape of {shape:?}", values.len())));
        }
        Ok(Array { values: Arc::new(values), shape: shape.to_vec() })
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// The values, to change in place; copied first where a clone shares them.
    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        Arc::make_mut(&mut self.values).as_mut_slice()
    }

    pub(crate) fn into_values(self) -> Vec<f32> {
        Arc::unwrap_or_clone(self.values)
    }

    /// The length of the last dimension.
    pub(crate) fn width(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }

    /// The same values in another shape.
    pub(crate) fn reshaped(self, shape: &[usize]) -> Result<Array, ModelError> {
        if self.values.len() != shape.iter().product::<usize>() {
            return Err(ModelError::Compute(format!("{:?} as {shape:?}", self.shape)));
        }
        Ok(Array { shape: shape.to_vec(), ..self })
    }

    /// The shape as four dimensions.
    pub(crate) fn dims4(&self) -> Result<[usize; 4], ModelError> {
        <[usize; 4]>::try_from(self.shape())
            .map_err(|_| ModelError::Compute(format!("four dimensions wanted, found {:?}", self.shape)))
    }
}
