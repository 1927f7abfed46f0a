//! What most configs say in the same words, and the decoder that most families start from.

use super::{Keys, Metadata};
use crate::FamilyError;
use crate::spec::*;

/// The sizes of a decoder.
pub(super) struct Sizes {
    pub(super) width: usize,
    pub(super) vocabulary: usize,
    pub(super) context: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) head_size: usize,
    pub(super) mlp_width: usize,
}

/// Values that stand in transformers' code for keys that a config may leave out.
pub(super) struct Defaults {
    pub(super) context: usize,
    /// `None`: as many as heads.
    pub(super) kv_heads: Option<usize>,
    /// `None`: the width shared out.
    pub(super) head_size: Option<usize>,
}

impl Default for Defaults {
    fn default() -> Defaults {
        Defaults { context: 2048, kv_heads: None, head_size: None }
    }
}

impl Sizes {
    /// From the keys that Llama made common.
    pub(super) fn from_hf(keys: &Keys<'_>, defaults: Defaults) -> Result<Sizes, FamilyError> {
        let (width, heads) = (keys.required("hidden_size")?, keys.required("num_attention_heads")?);
        // A key that is null means the same as one that was left out when there was no default.
        let or = |key: &str, default: Option<usize>, derived: usize| {
            let missing = if keys.states(key) { None } else { default };
            Ok::<_, FamilyError>(keys.usize(key)?.or(missing).unwrap_or(derived))
        };
        Ok(Sizes {
            width,
            heads,
            kv_heads: or("num_key_value_heads", defaults.kv_heads, heads)?,
            head_size: or("head_dim", defaults.head_size, width_per_head(width, heads))?,
            vocabulary: keys.required("vocab_size")?,
            context: keys.usize("max_position_embeddings")?.unwrap_or(defaults.context),
            layers: keys.required("num_hidden_layers")?,
            mlp_width: keys.required("intermediate_size")?,
        })
    }

    /// From GPT-2's keys.
    pub(super) fn from_gpt2(keys: &Keys<'_>, context: usize) -> Result<Sizes, FamilyError> {
        let (width, heads) = (keys.required("n_embd")?, keys.required("n_head")?);
        let sizes = Sizes {
            width,
            heads,
            kv_heads: heads,
            head_size: width_per_head(width, heads),
            vocabulary: keys.required("vocab_size")?,
            context: keys.usize("n_positions")?.unwrap_or(context),
            layers: keys.required("n_layer")?,
            mlp_width: keys.usize("n_inner")?.unwrap_or(width.saturating_mul(4)),
        };
        sizes.even_heads()
    }

    /// From llama.cpp's keys.
    pub(super) fn from_gguf(data: &Metadata<'_>) -> Result<Sizes, FamilyError> {
        let (width, heads) = (data.required("embedding_length")?, data.required("attention.head_count")?);
        let head_size = data.usize("attention.key_length")?.unwrap_or(width_per_head(width, heads));
        data.only("attention.value_length", head_size)?;
        Ok(Sizes {
            width,
            heads,
            head_size,
            kv_heads: data.usize("attention.head_count_kv")?.unwrap_or(heads),
            vocabulary: data.vocabulary()?,
            context: data.required("context_length")?,
            layers: data.required("block_count")?,
            mlp_width: data.required("feed_forward_length")?,
        })
    }

    /// Refuses heads that do not share the width out evenly, for families whose heads must.
    pub(super) fn even_heads(self) -> Result<Sizes, FamilyError> {
        match self.head_size * self.heads == self.width {
            true => Ok(self),
            false => {
                let expected = format!("a divisor of the width {}", self.width);
                Err(FamilyError::config("heads", expected, self.heads))
            }
        }
    }

    /// Attention without biases.
    pub(super) fn attention(&self, position: PositionSpec) -> AttentionSpec {
        AttentionSpec {
            query_heads: self.heads,
            kv_heads: self.kv_heads,
            head_size: self.head_size,
            bias: ProjectionBias::default(),
            clip: None,
            qk_norm: None,
            position,
            score_scale: 1.0 / (self.head_size as f32).sqrt(),
            score_softcap: None,
            window: None,
            causal: true,
        }
    }

    /// A norm before each part, attention and a gated MLP without biases, one after the other: Llama's layer.
    pub(super) fn gated_layer(
        &self,
        norm: NormSpec,
        activation: Activation,
        position: PositionSpec,
    ) -> LayerSpec {
        let mlp =
            DenseMlp { width: self.mlp_width, activation, gated: true, bias_in: false, bias_out: false };
        let before = NormPlacement { before: Some(norm), ..NormPlacement::default() };
        LayerSpec {
            attention: self.attention(position),
            mlp: MlpSpec::Dense(mlp),
            attn_norms: before,
            mlp_norms: before,
            residual: Residual::Sequential,
            residual_scale: 1.0,
        }
    }

    /// The same with a plain MLP and biases, as in GPT-2's line.
    pub(super) fn plain_layer(
        &self,
        norm: NormSpec,
        activation: Activation,
        position: PositionSpec,
        bias: bool,
    ) -> LayerSpec {
        let mlp = DenseMlp { width: self.mlp_width, activation, gated: false, bias_in: bias, bias_out: bias };
        let mut layer = self.gated_layer(norm, activation, position);
        layer.mlp = MlpSpec::Dense(mlp);
        layer.attention.bias = ProjectionBias::all(bias);
        layer
    }

    /// `layers` copies of one spec, once the number is known to be possible.
    pub(super) fn repeat(&self, layer: LayerSpec) -> Result<Vec<LayerSpec>, FamilyError> {
        ModelConfig::check_layers(self.layers)?;
        Ok(vec![layer; self.layers])
    }

    /// A model with a plain embedding and head.
    pub(super) fn model(
        &self,
        family: &'static str,
        layers: Vec<LayerSpec>,
        final_norm: NormSpec,
        tie: Tie,
    ) -> ModelConfig {
        let stretched = layers.iter().map(|layer| match &layer.attention.position {
            PositionSpec::Rotary(rotary) => super::rope::stretched(self.context, rotary),
            _ => self.context,
        });
        ModelConfig {
            family,
            width: self.width,
            vocabulary: self.vocabulary,
            context: stretched.max().unwrap_or(self.context),
            embedding: EmbeddingSpec::default(),
            layers,
            final_norm: Some(final_norm),
            head: HeadSpec { inner: None, tie, bias: false, logit_scale: 1.0, softcap: None },
        }
    }
}

impl ProjectionBias {
    /// On every projection, or on none.
    pub(super) fn all(bias: bool) -> ProjectionBias {
        ProjectionBias { query: bias, key: bias, value: bias, output: bias }
    }

    /// On queries, keys and values.
    pub(super) fn qkv(bias: bool) -> ProjectionBias {
        ProjectionBias { output: false, ..ProjectionBias::all(bias) }
    }

    /// By the tensors of a GGUF file's first layer, whose metadata do not say.
    pub(super) fn of_gguf(data: &Metadata<'_>) -> ProjectionBias {
        let has = |name: &str| data.has(&format!("blk.0.{name}.bias"));
        let fused = has("attn_qkv");
        ProjectionBias {
            query: fused || has("attn_q"),
            key: fused || has("attn_k"),
            value: fused || has("attn_v"),
            output: has("attn_output"),
        }
    }
}

impl LayerSpec {
    /// Sets the biases of a dense MLP.
    pub(super) fn mlp_bias(&mut self, bias: bool) {
        if let MlpSpec::Dense(mlp) = &mut self.mlp {
            (mlp.bias_in, mlp.bias_out) = (bias, bias);
        }
    }
}

/// The layers with a window where `windowed` says so. A layer that should have one and has no size for it is an error
/// in transformers too.
pub(super) fn with_windows(
    layers: &mut [LayerSpec],
    windowed: &[bool],
    window: Option<usize>,
) -> Result<(), FamilyError> {
    if window.is_none() && windowed.contains(&true) {
        let expected = "a number, since some layers have a window";
        return Err(FamilyError::config("sliding_window", expected, "nothing"));
    }
    for (layer, _) in layers.iter_mut().zip(windowed).filter(|(_, windowed)| **windowed) {
        layer.attention.window = window;
    }
    Ok(())
}

pub(super) fn width_per_head(width: usize, heads: usize) -> usize {
    width.checked_div(heads).unwrap_or(0)
}

/// Which layers have a window where all but each `period`th do.
pub(super) fn every_but(period: usize, layers: usize) -> Vec<bool> {
    // A hostile number of layers is refused elsewhere; no list must be made by it before.
    (1..=layers.min(1 << 12)).map(|layer| period == 0 || layer % period != 0).collect()
}
