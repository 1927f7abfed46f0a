//! The one decoder block. It reads a [`LayerSpec`] and never a family's name.

use crate::ModelError;
use crate::cache::KvCache;
use crate::loader::Loader;
use crate::mlp::Mlp;
use crate::ops::{Alibi, Attention, Ops, RotaryTable, linear};
use crate::record::{Recorder, hook};
use crate::weights::Weights;
use fathom_families::{
    AlibiSpec, LayerSpec, NormPlacement, ParamRole, PositionSpec, QkNormSpan, Residual, RotarySpec,
};
use fathom_reading::{Layer, Site, SiteKind};
use std::sync::Arc;

/// A block's spec with its weights.
#[derive(Debug)]
pub(crate) struct Block<O: Ops> {
    spec: LayerSpec,
    layer: usize,
    ops: O,
    attn_norms: Norms<O>,
    query: O::Map,
    key: O::Map,
    value: O::Map,
    output: O::Map,
    query_norm: Option<BlockNorm<O>>,
    key_norm: Option<BlockNorm<O>>,
    mlp_norms: Norms<O>,
    mlp: Mlp<O>,
}

/// The norms around one part, by [`NormPlacement`].
#[derive(Debug)]
pub(crate) struct Norms<O: Ops> {
    pub(crate) before: Option<BlockNorm<O>>,
    pub(crate) branch: Option<BlockNorm<O>>,
    pub(crate) after: Option<BlockNorm<O>>,
}

/// A norm over vectors of `width`.
#[derive(Debug)]
pub(crate) struct BlockNorm<O: Ops> {
    pub(crate) norm: O::Norm,
    /// A weight per head, `[heads, width]`, on top of the norm's own (which is then 1).
    pub(crate) per_head: Option<O::Tensor>,
}

/// What all blocks of one pass share.
pub(crate) struct Pass<'a> {
    /// Tokens of each sequence; the rest of the T rows is padding.
    pub(crate) lengths: &'a [usize],
    /// Rows of each sequence, padding included: T.
    pub(crate) rows: usize,
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

impl<O: Ops> Block<O> {
    pub(crate) fn load(
        weights: &Weights,
        spec: &LayerSpec,
        layer: usize,
        d: usize,
        ops: &O,
    ) -> Result<Block<O>, ModelError> {
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
                [ParamRole::AttnNorm, ParamRole::AttnBranchNorm, ParamRole::AttnAfterNorm],
                d,
            )?,
            query: load.linear(ParamRole::Query)?,
            key: load.linear(ParamRole::Key)?,
            value: load.linear(ParamRole::Value)?,
            output: load.linear(ParamRole::Output)?,
            query_norm: load.head_norm(attention, ParamRole::QueryNorm, attention.query_heads)?,
            key_norm: load.head_norm(attention, ParamRole::KeyNorm, attention.kv_heads)?,
            mlp_norms: load.norms(
                mlp_places,
                [ParamRole::MlpNorm, ParamRole::MlpBranchNorm, ParamRole::MlpAfterNorm],
                d,
            )?,
            mlp: Mlp::load(&load, &spec.mlp)?,
            spec: spec.clone(),
        })
    }

    /// `x [B, T, d]` becomes `[B, T, d]`.
    pub(crate) fn forward(&self, x: O::Tensor, pass: &mut Pass<'_>) -> Result<O::Tensor, ModelError> {
        let x = self.hook(pass, SiteKind::ResidPre, x)?;
        let ops = &self.ops;
        let normed = self.normed(&self.attn_norms.before, &x)?;
        let attn = self.attention(&normed, pass)?;
        let attn = self.added(&self.attn_norms, attn)?;
        let attn = self.hook(pass, SiteKind::AttnOut, attn)?;
        let out = match self.spec.residual {
            Residual::Sequential => {
                let mid = self.normed(&self.attn_norms.after, &ops.add(x, &attn)?)?;
                let mid = self.hook(pass, SiteKind::ResidMid, mid)?;
                let mlp = self.mlp(&self.normed(&self.mlp_norms.before, &mid)?, pass)?;
                ops.add(mid, &mlp)?
            }
            Residual::Parallel => {
                let mlp = self.mlp(&self.normed(&self.mlp_norms.before, &x)?, pass)?;
                ops.add(ops.add(x, &attn)?, &mlp)?
            }
            Residual::ParallelSharedNorm => {
                let mlp = self.mlp(&normed, pass)?;
                ops.add(ops.add(x, &attn)?, &mlp)?
            }
        };
        let out = self.normed(&self.mlp_norms.after, &out)?;
        self.hook(pass, SiteKind::ResidPost, out)
    }

    /// `x [B, T, d]`, normed, becomes attention's output `[B, T, d]`.
    fn attention(&self, x: &O::Tensor, pass: &mut Pass<'_>) -> Result<O::Tensor, ModelError> {
        let (ops, spec) = (&self.ops, &self.spec.attention);
        let (batch, len) = (pass.lengths.len(), pass.rows);
        let [q, k, v] = ops.linear([&self.query, &self.key, &self.value], x)?;
        // [B, T, heads, dh]
        let split = |y: O::Tensor, norm: &Option<BlockNorm<O>>, heads: usize| {
            let split = [batch, len, heads, spec.head_size];
            let y = match spec.qk_norm.map(|norm| norm.span) {
                Some(QkNormSpan::Projection) => ops.reshape(self.normed(norm, &y)?, &split)?,
                _ => self.normed(norm, &ops.reshape(y, &split)?)?,
            };
            match spec.clip {
                Some(limit) => ops.clip(y, limit),
                None => Ok(y),
            }
        };
        let mut q = split(q, &self.query_norm, spec.query_heads)?;
        let mut k = split(k, &self.key_norm, spec.kv_heads)?;
        let v = split(v, &None, spec.kv_heads)?;
        if let PositionSpec::Rotary(rotary) = &spec.position {
            let table = pass.rotary(rotary, len);
            (q, k) = (ops.rotate(q, &table)?, ops.rotate(k, &table)?);
        }
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
        let z = match &mut pass.cache {
            Some(cache) => {
                let (keys, values) = cache.append(ops, self.layer, &k, &v)?;
                ops.attend(&q, keys, values, &how)?
            }
            None => ops.attend(&q, &k, &v, &how)?,
        };
        let z = self.hook(pass, SiteKind::Z, z)?;
        linear(ops, &self.output, &ops.reshape(z, &[batch, len, spec.query_heads * spec.head_size])?)
    }

    /// `x [B, T, d]`, normed, becomes what the MLP adds, `[B, T, d]`.
    fn mlp(&self, x: &O::Tensor, pass: &mut Pass<'_>) -> Result<O::Tensor, ModelError> {
        let y = self.added(&self.mlp_norms, self.mlp.forward(&self.ops, x)?)?;
        self.hook(pass, SiteKind::MlpOut, y)
    }

    /// What a part adds to the stream: its output, normed and scaled.
    fn added(&self, norms: &Norms<O>, part: O::Tensor) -> Result<O::Tensor, ModelError> {
        let part = self.normed(&norms.branch, &part)?;
        match self.spec.residual_scale {
            1.0 => Ok(part),
            factor => self.ops.scale(part, factor),
        }
    }

    fn normed(&self, norm: &Option<BlockNorm<O>>, x: &O::Tensor) -> Result<O::Tensor, ModelError> {
        BlockNorm::apply(norm, &self.ops, x)
    }

    fn hook(&self, pass: &mut Pass<'_>, kind: SiteKind, state: O::Tensor) -> Result<O::Tensor, ModelError> {
        let site = Site::within(kind, Layer(self.layer as u32));
        hook(&self.ops, pass.recorder, site, pass.offset, pass.lengths, state)
    }
}

impl<O: Ops> BlockNorm<O> {
    /// `x [.., width]`, normed if there is a norm.
    pub(crate) fn apply(
        this: &Option<BlockNorm<O>>,
        ops: &O,
        x: &O::Tensor,
    ) -> Result<O::Tensor, ModelError> {
        let Some(this) = this else { return Ok(x.clone()) };
        let y = ops.normalise(&this.norm, x)?;
        match &this.per_head {
            Some(weight) => ops.multiply(y, weight),
            None => Ok(y),
        }
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
