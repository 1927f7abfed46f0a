//! A linear map in the form that the backend wants: packed panels for the kernels, a plain tensor for a device.

use super::Linear;
use crate::ModelError;
use candle_core::Tensor;

/// `y = x Wᵀ + b`. Cheap to clone: clones share the weights.
#[derive(Clone, Debug)]
pub(crate) enum Map {
    /// For the kernels.
    Panels(Linear),
    /// For tensor operations.
    Tensors {
        /// `[out, in]`
        weight: Tensor,
        /// `[out]`
        bias: Option<Tensor>,
    },
}

impl Map {
    /// `x [.., in]` becomes `[.., out]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Map::Panels(linear) => linear.forward(x),
            Map::Tensors { weight, bias } => Ok(product(weight, bias.as_ref(), x)?),
        }
    }

    /// Several maps of one `x [.., in]`, each to `[.., out]`.
    pub(crate) fn together<const N: usize>(maps: [&Map; N], x: &Tensor) -> Result<[Tensor; N], ModelError> {
        let panels = maps.map(|map| match map {
            Map::Panels(linear) => Some(linear),
            Map::Tensors { .. } => None,
        });
        if panels.iter().all(Option::is_some) {
            // One piece of parallel work for the kernels.
            let panels: Vec<&Linear> = panels.into_iter().flatten().collect();
            if let Ok(panels) = <[&Linear; N]>::try_from(panels) {
                return Linear::together(panels, x);
            }
        }
        let outputs = maps.iter().map(|map| map.forward(x)).collect::<Result<Vec<_>, _>>()?;
        <[Tensor; N]>::try_from(outputs)
            .map_err(|_| candle_core::Error::msg("linear: a result for each map").into())
    }
}

fn product(weight: &Tensor, bias: Option<&Tensor>, x: &Tensor) -> candle_core::Result<Tensor> {
    let (outputs, inputs) = weight.dims2()?;
    if x.dims().last() != Some(&inputs) || x.elem_count() == 0 {
        candle_core::bail!("linear: input {:?} for a weight [{outputs}, {inputs}]", x.dims())
    }
    let mut shape = x.dims().to_vec();
    shape.pop();
    shape.push(outputs);
    // One product over all rows, whatever the batch.
    let y = x.reshape(((), inputs))?.matmul(&weight.t()?)?;
    match bias {
        None => y,
        Some(bias) => y.broadcast_add(bias)?,
    }
    .reshape(shape)
}
