//! Takes weights out of a checkpoint, in the form that the operations want.

use crate::ModelError;
use crate::block::{BlockNorm, Norms};
use crate::ops::Ops;
use crate::weights::Weights;
use fathom_families::{
    AttentionSpec, NormKind, NormPlacement, NormSpec, Param, ParamKind, ParamRole, QkNorm, QkNormSpan,
};
use fathom_kernel::Norm;

/// Takes a block's (or, without a layer, the model's) weights out of a checkpoint.
pub(crate) struct Loader<'a, O> {
    pub(crate) weights: &'a Weights,
    pub(crate) layer: Option<usize>,
    /// In which form, and where.
    pub(crate) ops: &'a O,
}

impl<O: Ops> Loader<'_, O> {
    fn param(&self, role: ParamRole, kind: ParamKind) -> Param {
        Param { role, layer: self.layer, kind }
    }

    pub(crate) fn linear(&self, role: ParamRole) -> Result<O::Map, ModelError> {
        let (weight, bias) = (self.param(role, ParamKind::Weight), self.param(role, ParamKind::Bias));
        let bias = self.weights.has(&bias).then(|| self.weights.values(&bias)).transpose()?;
        self.ops.map(self.weights, &weight, bias)
    }

    /// `[experts, out, in]` as a map per expert.
    pub(crate) fn stacked(&self, role: ParamRole) -> Result<Vec<O::Map>, ModelError> {
        self.ops.maps(self.weights, &self.param(role, ParamKind::Weight))
    }

    /// The norm of queries or keys.
    pub(crate) fn head_norm(
        &self,
        spec: &AttentionSpec,
        role: ParamRole,
        heads: usize,
    ) -> Result<Option<BlockNorm<O>>, ModelError> {
        let Some(QkNorm { norm, span }) = spec.qk_norm else { return Ok(None) };
        match span {
            QkNormSpan::Head => self.norm(Some(norm), role, spec.head_size),
            QkNormSpan::Projection => self.norm(Some(norm), role, heads * spec.head_size),
            QkNormSpan::PerHead => {
                // The kernel's norm has one weight for all rows, so the heads' own are multiplied in after it.
                let plain =
                    self.kernel_norm(NormSpec { weight: false, bias: false, ..norm }, role, spec.head_size)?;
                let weight = self.param(role, ParamKind::Weight);
                let per_head = self.weights.values(&weight)?;
                self.weights.release(&weight);
                Ok(Some(BlockNorm {
                    norm: self.ops.norm(plain, spec.head_size)?,
                    per_head: Some(self.ops.tensor(per_head, &[heads, spec.head_size])?),
                }))
            }
        }
    }

    pub(crate) fn norms(
        &self,
        spec: NormPlacement,
        roles: [ParamRole; 3],
        width: usize,
    ) -> Result<Norms<O>, ModelError> {
        Ok(Norms {
            before: self.norm(spec.before, roles[0], width)?,
            branch: self.norm(spec.branch, roles[1], width)?,
            after: self.norm(spec.after, roles[2], width)?,
        })
    }

    pub(crate) fn norm(
        &self,
        spec: Option<NormSpec>,
        role: ParamRole,
        width: usize,
    ) -> Result<Option<BlockNorm<O>>, ModelError> {
        let Some(spec) = spec else { return Ok(None) };
        let norm = self.ops.norm(self.kernel_norm(spec, role, width)?, width)?;
        Ok(Some(BlockNorm { norm, per_head: None }))
    }

    /// The norm as the kernel applies it.
    pub(crate) fn kernel_norm(
        &self,
        spec: NormSpec,
        role: ParamRole,
        width: usize,
    ) -> Result<Norm, ModelError> {
        let vector = |kind: ParamKind, wanted: bool| -> Result<Option<Vec<f32>>, ModelError> {
            wanted.then(|| self.weights.values(&self.param(role, kind))).transpose()
        };
        let weight = vector(ParamKind::Weight, spec.weight)?.unwrap_or_else(|| vec![1.0; width]);
        Ok(match spec.kind {
            NormKind::Rms => Norm::Rms { weight, eps: spec.eps },
            NormKind::Layer => {
                Norm::Layer { weight, bias: vector(ParamKind::Bias, spec.bias)?, eps: spec.eps }
            }
        })
    }
}
