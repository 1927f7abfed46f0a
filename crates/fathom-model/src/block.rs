//! The one decoder block. It reads a [`LayerSpec`] and never a family's name.

use crate::ModelError;
use crate::cache::KvCache;
use crate::mlp::Mlp;
use crate::ops::{Alibi, Attention, Backend, Linear, Map, RotaryTable, VectorNorm};
use crate::record::{Recorder, hook};
use crate::slots::{Part, Place, Slot};
use crate::spec::*;
use crate::weights::Weights;
use candle_core::Tensor;
use fathom_kernel::Norm;
use fathom_reading::{Layer, Site, SiteKind};
use std::sync::Arc;

/// A block's spec with its weights.
#[derive(Debug)]
pub(crate) struct Block {
    spec: LayerSpec,
    layer: usize,
    ops: Backend,
    attn_norms: Norms,
    query: Map,
    key: Map,
    value: Map,
    output: Map,
    query_norm: Option<BlockNorm>,
    key_norm: Option<BlockNorm>,
    mlp_norms: Norms,
    mlp: Mlp,
}

/// The norms around one part, by [`NormPlacement`].
#[derive(Debug)]
struct Norms {
    before: Option<BlockNorm>,
    branch: Option<BlockNorm>,
    after: Option<BlockNorm>,
}

/// A norm over vectors of `width`.
#[derive(Clone, Debug)]
pub(crate) struct BlockNorm {
    norm: VectorNorm,
    /// A weight per head, `[heads, width]`, on top of the norm's own (which is then 1).
    per_head: Option<Tensor>,
    ops: Backend,
}

/// What all blocks of one pass share.
pub(crate) struct Pass<'a> {
    /// Tokens of each sequence; the rest of the T rows is padding.
    pub(crate) lengths: &'a [usize],
    /// Position of the first row: tokens that the cache holds.
    pub(crate) offset: usize,
    pub(crate) cache: Option<&'a mut KvCache>,
    pub(crate) recorder: &'a mut dyn Recorder,
    /// Rotary tables made so far, by their spec: most models have one or two.
    pub(crate) rotary: Vec<(RotarySpec, Arc<RotaryTable>)>,
}

impl Pass<'_> {
    fn rotary(&mut self, spec: &RotarySpec, len: usize) -> Arc<RotaryTable> {
        if let Some((_, table)) = self.rotary.iter().find(|(known, _)| known == spec) {
            return table.clone();
        }
        let lengths: Vec<usize> = self.lengths.iter().map(|length| self.offset + length).collect();
        let table = Arc::new(RotaryTable::new(spec, self.offset, len, &lengths));
        self.rotary.push((spec.clone(), table.clone()));
        table
    }
}

impl Block {
    pub(crate) fn load(
        weights: &Weights,
        spec: &LayerSpec,
        layer: usize,
        d: usize,
        ops: &Backend,
    ) -> Result<Block, ModelError> {
        let load = Loader { weights, layer: Some(layer), ops };
        let attention = &spec.attention;
        let mlp_before = match spec.residual {
            Residual::ParallelSharedNorm => None,
            _ => spec.mlp_norms.before,
        };
        let mlp_places = NormPlacement { before: mlp_before, ..spec.mlp_norms };
        Ok(Block {
            layer,
            ops: ops.clone(),
            attn_norms: load.norms(
                spec.attn_norms,
                [Place::AttnNorm, Place::AttnBranchNorm, Place::AttnAfterNorm],
                d,
            )?,
            query: load.linear(Place::Query)?,
            key: load.linear(Place::Key)?,
            value: load.linear(Place::Value)?,
            output: load.linear(Place::Output)?,
            query_norm: load.head_norm(attention, Place::QueryNorm, attention.query_heads)?,
            key_norm: load.head_norm(attention, Place::KeyNorm, attention.kv_heads)?,
            mlp_norms: load.norms(
                mlp_places,
                [Place::MlpNorm, Place::MlpBranchNorm, Place::MlpAfterNorm],
                d,
            )?,
            mlp: Mlp::load(&load, &spec.mlp)?,
            spec: spec.clone(),
        })
    }

    /// `x [B, T, d]` becomes `[B, T, d]`.
    pub(crate) fn forward(&self, x: Tensor, pass: &mut Pass<'_>) -> Result<Tensor, ModelError> {
        let x = self.hook(pass, SiteKind::ResidPre, x)?;
        let normed = BlockNorm::apply(&self.attn_norms.before, &x)?;
        let attn = self.attention(&normed, pass)?;
        let attn = self.added(&self.attn_norms, attn)?;
        let attn = self.hook(pass, SiteKind::AttnOut, attn)?;
        let out = match self.spec.residual {
            Residual::Sequential => {
                let mid = BlockNorm::apply(&self.attn_norms.after, &self.ops.add(&x, &attn)?)?;
                let mid = self.hook(pass, SiteKind::ResidMid, mid)?;
                let mlp = self.mlp(&BlockNorm::apply(&self.mlp_norms.before, &mid)?, pass)?;
                self.ops.add(&mid, &mlp)?
            }
            Residual::Parallel => {
                let mlp = self.mlp(&BlockNorm::apply(&self.mlp_norms.before, &x)?, pass)?;
                self.ops.add(&self.ops.add(&x, &attn)?, &mlp)?
            }
            Residual::ParallelSharedNorm => {
                let mlp = self.mlp(&normed, pass)?;
                self.ops.add(&self.ops.add(&x, &attn)?, &mlp)?
            }
        };
        let out = BlockNorm::apply(&self.mlp_norms.after, &out)?;
        self.hook(pass, SiteKind::ResidPost, out)
    }

    /// `x [B, T, d]`, normed, becomes attention's output `[B, T, d]`.
    fn attention(&self, x: &Tensor, pass: &mut Pass<'_>) -> Result<Tensor, ModelError> {
        let spec = &self.spec.attention;
        let (batch, len, _) = x.dims3()?;
        let [q, k, v] = Map::together([&self.query, &self.key, &self.value], x)?;
        // [B, T, heads, dh]
        let split = |y: Tensor, norm: &Option<BlockNorm>, heads: usize| -> Result<Tensor, ModelError> {
            let split = [batch, len, heads, spec.head_size];
            let y = match spec.qk_norm.map(|norm| norm.span) {
                Some(QkNormSpan::Projection) => BlockNorm::apply(norm, &y)?.reshape(&split)?,
                _ => BlockNorm::apply(norm, &y.reshape(&split)?)?,
            };
            Ok(match spec.clip {
                Some(limit) => self.ops.clip(&y, limit)?,
                None => y,
            })
        };
        let mut q = split(q, &self.query_norm, spec.query_heads)?;
        let mut k = split(k, &self.key_norm, spec.kv_heads)?;
        let v = split(v, &None, spec.kv_heads)?;
        if let PositionSpec::Rotary(rotary) = &spec.position {
            let table = pass.rotary(rotary, len);
            (q, k) = (self.ops.rotate(&q, &table)?, self.ops.rotate(&k, &table)?);
        }
        // [B, offset + T, KV, dh]
        let (k, v) = match &mut pass.cache {
            Some(cache) => cache.append(self.layer, &k, &v)?,
            None => (k, v),
        };
        let how = Attention {
            scale: spec.score_scale,
            softcap: spec.score_softcap,
            window: spec.window,
            causal: spec.causal,
            alibi: match spec.position {
                PositionSpec::Alibi(alibi) => Some(alibi_of(alibi, spec.query_heads)),
                _ => None,
            },
            offset: pass.offset,
            lengths: pass.lengths.to_vec(),
        };
        // [B, T, H, dh]
        let z = self.hook(pass, SiteKind::Z, self.ops.attend(&q, &k, &v, how)?)?;
        self.output.forward(&z.reshape((batch, len, spec.query_heads * spec.head_size))?)
    }

    /// `x [B, T, d]`, normed, becomes what the MLP adds, `[B, T, d]`.
    fn mlp(&self, x: &Tensor, pass: &mut Pass<'_>) -> Result<Tensor, ModelError> {
        let y = self.added(&self.mlp_norms, self.mlp.forward(x)?)?;
        self.hook(pass, SiteKind::MlpOut, y)
    }

    /// What a part adds to the stream: its output, normed and scaled.
    fn added(&self, norms: &Norms, part: Tensor) -> Result<Tensor, ModelError> {
        let part = BlockNorm::apply(&norms.branch, &part)?;
        match self.spec.residual_scale {
            1.0 => Ok(part),
            factor => Ok(self.ops.scale(&part, factor)?),
        }
    }

    fn hook(&self, pass: &mut Pass<'_>, kind: SiteKind, state: Tensor) -> Result<Tensor, ModelError> {
        hook(pass.recorder, Site::within(kind, Layer(self.layer as u32)), state)
    }
}

impl BlockNorm {
    /// `x [.., width]`, normed if there is a norm.
    pub(crate) fn apply(this: &Option<BlockNorm>, x: &Tensor) -> Result<Tensor, ModelError> {
        match this {
            None => Ok(x.clone()),
            Some(this) => {
                let y = this.norm.forward(x)?;
                Ok(match &this.per_head {
                    Some(weight) => this.ops.multiply(&y, weight)?,
                    None => y,
                })
            }
        }
    }
}

/// Takes a block's (or, without a layer, the model's) weights out of a checkpoint.
pub(crate) struct Loader<'a> {
    pub(crate) weights: &'a Weights,
    pub(crate) layer: Option<usize>,
    /// In which form, and where.
    pub(crate) ops: &'a Backend,
}

impl Loader<'_> {
    fn slot(&self, place: Place, part: Part) -> Slot {
        Slot { place, layer: self.layer, part }
    }

    pub(crate) fn linear(&self, place: Place) -> Result<Map, ModelError> {
        let missing = || ModelError::config(format!("{place:?}"), "a weight", "nothing");
        let (weight, bias) = (self.slot(place, Part::Weight), self.slot(place, Part::Bias));
        let bias = self.weights.has(&bias).then(|| self.weights.values(&bias)).transpose()?;
        match self.ops {
            Backend::Kernels => {
                let weight = self.weights.matrix(&weight)?.ok_or_else(missing)?;
                Ok(Map::Panels(Linear::new(weight, bias)))
            }
            Backend::Tensors(_) => {
                let weight = self.tensor(&weight)?.ok_or_else(missing)?;
                let bias = bias.map(|bias| self.ops.tensor(bias, weight.dims()[0])).transpose()?;
                Ok(Map::Tensors { weight, bias })
            }
        }
    }

    /// `[experts, out, in]` as a map per expert.
    pub(crate) fn stacked(&self, place: Place) -> Result<Vec<Map>, ModelError> {
        let slot = self.slot(place, Part::Weight);
        match self.ops {
            Backend::Kernels => {
                let experts = self.weights.matrices(&slot)?;
                Ok(experts.into_iter().map(|expert| Map::Panels(Linear::new(expert, None))).collect())
            }
            Backend::Tensors(_) => {
                let stack = self.tensor(&slot)?;
                let stack =
                    stack.ok_or_else(|| ModelError::config(format!("{place:?}"), "a weight", "nothing"))?;
                let of =
                    |i: usize| Ok(Map::Tensors { weight: stack.narrow(0, i, 1)?.squeeze(0)?, bias: None });
                (0..stack.dims()[0]).map(of).collect()
            }
        }
    }

    /// A weight where the backend computes; the file's pages are let go.
    fn tensor(&self, slot: &Slot) -> Result<Option<Tensor>, ModelError> {
        let tensor = self.weights.tensor(slot)?;
        self.weights.release(slot);
        Ok(tensor.map(|tensor| tensor.to_device(self.ops.device())).transpose()?)
    }

    /// The norm of queries or keys.
    fn head_norm(
        &self,
        spec: &AttentionSpec,
        place: Place,
        heads: usize,
    ) -> Result<Option<BlockNorm>, ModelError> {
        let Some(QkNorm { norm, span }) = spec.qk_norm else { return Ok(None) };
        match span {
            QkNormSpan::Head => self.norm(Some(norm), place, spec.head_size),
            QkNormSpan::Projection => self.norm(Some(norm), place, heads * spec.head_size),
            QkNormSpan::PerHead => {
                // The kernel's norm has one weight for all rows, so the heads' own are multiplied in after it.
                let plain =
                    self.kernel_norm(NormSpec { weight: false, bias: false, ..norm }, place, spec.head_size)?;
                let per_head = self.tensor(&self.slot(place, Part::Weight))?;
                let norm = VectorNorm::new(plain, spec.head_size, self.ops)?;
                Ok(Some(BlockNorm { norm, per_head, ops: self.ops.clone() }))
            }
        }
    }

    fn norms(&self, spec: NormPlacement, places: [Place; 3], width: usize) -> Result<Norms, ModelError> {
        Ok(Norms {
            before: self.norm(spec.before, places[0], width)?,
            branch: self.norm(spec.branch, places[1], width)?,
            after: self.norm(spec.after, places[2], width)?,
        })
    }

    pub(crate) fn norm(
        &self,
        spec: Option<NormSpec>,
        place: Place,
        width: usize,
    ) -> Result<Option<BlockNorm>, ModelError> {
        let Some(spec) = spec else { return Ok(None) };
        let norm = VectorNorm::new(self.kernel_norm(spec, place, width)?, width, self.ops)?;
        Ok(Some(BlockNorm { norm, per_head: None, ops: self.ops.clone() }))
    }

    /// The norm as the kernel applies it.
    pub(crate) fn kernel_norm(&self, spec: NormSpec, place: Place, width: usize) -> Result<Norm, ModelError> {
        let vector = |part: Part, wanted: bool| -> Result<Option<Vec<f32>>, ModelError> {
            wanted.then(|| self.weights.values(&self.slot(place, part))).transpose()
        };
        let weight = vector(Part::Weight, spec.weight)?.unwrap_or_else(|| vec![1.0; width]);
        Ok(match spec.kind {
            NormKind::Rms => Norm::Rms { weight, eps: spec.eps },
            NormKind::Layer => Norm::Layer { weight, bias: vector(Part::Bias, spec.bias)?, eps: spec.eps },
        })
    }
}

fn alibi_of(spec: AlibiSpec, heads: usize) -> Alibi {
    let mut slopes = alibi_slopes(heads, spec.max_bias);
    if spec.bf16 {
        slopes.iter_mut().for_each(|slope| *slope = half::bf16::from_f32(*slope).to_f32());
    }
    Alibi { slopes, scale: spec.scale, bf16: spec.bf16 }
}

/// ALiBi's slopes for `heads` heads, as the paper's code (and transformers' BLOOM) makes them: a geometric series for
/// the largest power of two, then every other slope of the series for twice as many.
fn alibi_slopes(heads: usize, max_bias: f32) -> Vec<f32> {
    let closest = if heads.is_power_of_two() { heads } else { heads.next_power_of_two() / 2 };
    let series =
        |n: usize| (1..=n).map(move |i| 2f64.powf(-f64::from(max_bias) * i as f64 / n as f64) as f32);
    series(closest).chain(series(2 * closest).step_by(2)).take(heads).collect()
}

#[cfg(test)]
mod tests {
    use super::alibi_slopes;

    /// Values from transformers 5.23 `build_alibi_tensor` (BLOOM).
    #[test]
    fn slopes_are_the_papers() {
        assert_eq!(alibi_slopes(2, 8.0), [0.0625, 0.00390625]);
        let six = alibi_slopes(6, 8.0);
        let expected = [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125];
        assert!(six.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7), "{six:?}");
    }
}
