//! GPT-2 in all sizes, and models in its form (DistilGPT-2, DialoGPT).
//!
//! Layer norms before each part, learned positions, one fused q/k/v projection, a plain GELU MLP, tied head. Its
//! safetensors hold matrices as `[in, out]` (the original's Conv1D); GGUF files have them turned already.

use super::{Family, Keys, Metadata, repeat};
use crate::ModelError;
use crate::names::{Names, Rule, rule};
use crate::slots::Place;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gpt2",
    about: "GPT-2 (small to XL), DistilGPT-2, DialoGPT",
    model_types: &["gpt2"],
    architectures: &["gpt2"],
    from_hf,
    from_gguf,
    hf_names: Names {
        prefixes: &["", "transformer."],
        rules: HF,
        // Causal masks that early versions of transformers saved among the weights.
        ignored: &["h.{}.attn.bias", "h.{}.attn.masked_bias"],
    },
    gguf_names: Names { prefixes: &[""], rules: GGUF, ignored: &[] },
};

const QKV: &[Place] = &[Place::Query, Place::Key, Place::Value];

const HF: &[Rule] = &[
    rule("wte", &[Place::TokenEmbedding]),
    rule("wpe", &[Place::PositionEmbedding]),
    rule("h.{}.ln_1", &[Place::AttnNorm]),
    rule("h.{}.attn.c_attn", QKV).transposed(),
    rule("h.{}.attn.c_proj", &[Place::Output]).transposed(),
    rule("h.{}.ln_2", &[Place::MlpNorm]),
    rule("h.{}.mlp.c_fc", &[Place::Up]).transposed(),
    rule("h.{}.mlp.c_proj", &[Place::Down]).transposed(),
    rule("ln_f", &[Place::FinalNorm]),
    rule("lm_head", &[Place::Head]),
];

const GGUF: &[Rule] = &[
    rule("token_embd", &[Place::TokenEmbedding]),
    rule("position_embd", &[Place::PositionEmbedding]),
    rule("blk.{}.attn_norm", &[Place::AttnNorm]),
    rule("blk.{}.attn_qkv", QKV),
    rule("blk.{}.attn_output", &[Place::Output]),
    rule("blk.{}.ffn_norm", &[Place::MlpNorm]),
    rule("blk.{}.ffn_up", &[Place::Up]),
    rule("blk.{}.ffn_down", &[Place::Down]),
    rule("output_norm", &[Place::FinalNorm]),
    rule("output", &[Place::Head]),
];

/// What both formats say in their own words.
struct Facts {
    width: usize,
    vocabulary: usize,
    context: usize,
    layers: usize,
    heads: usize,
    mlp_width: usize,
    activation: Activation,
    eps: f32,
    scale_scores: bool,
    scale_by_layer: bool,
    tie: Tie,
}

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, ModelError> {
    let width = keys.required("n_embd")?;
    let context = keys.usize("n_positions")?.unwrap_or(1024);
    // `n_ctx` is the older name of the same number; the table of positions decides.
    keys.usize("n_ctx")?;
    keys.only("add_cross_attention", false)?;
    // Changes the order of operations in half precision only; these are f32.
    keys.bool("reorder_and_upcast_attn")?;
    Facts {
        width,
        context,
        vocabulary: keys.required("vocab_size")?,
        layers: keys.required("n_layer")?,
        heads: keys.required("n_head")?,
        mlp_width: keys.usize("n_inner")?.unwrap_or(width.saturating_mul(4)),
        activation: keys.activation("activation_function", Activation::GeluTanh)?,
        eps: keys.f64("layer_norm_epsilon")?.unwrap_or(1e-5) as f32,
        scale_scores: keys.bool("scale_attn_weights")?.unwrap_or(true),
        scale_by_layer: keys.bool("scale_attn_by_inverse_layer_idx")?.unwrap_or(false),
        tie: if keys.bool("tie_word_embeddings")?.unwrap_or(true) { Tie::Tied } else { Tie::Separate },
    }
    .config()
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, ModelError> {
    Facts {
        width: data.required("embedding_length")?,
        context: data.required("context_length")?,
        vocabulary: data.vocabulary()?,
        layers: data.required("block_count")?,
        heads: data.required("attention.head_count")?,
        mlp_width: data.required("feed_forward_length")?,
        activation: Activation::GeluTanh,
        eps: data.required_f32("attention.layer_norm_epsilon")?,
        scale_scores: true,
        scale_by_layer: false,
        tie: Tie::TiedIfMissing,
    }
    .config()
}

impl Facts {
    fn config(self) -> Result<ModelConfig, ModelError> {
        let head_size = self.width.checked_div(self.heads).unwrap_or(0);
        if head_size * self.heads != self.width {
            return Err(ModelError::config(
                "heads",
                format!("a divisor of the width {}", self.width),
                self.heads,
            ));
        }
        let norm = NormSpec::layer(self.eps);
        let before = NormPlacement { before: Some(norm), ..NormPlacement::default() };
        let layer = LayerSpec {
            attention: AttentionSpec {
                query_heads: self.heads,
                kv_heads: self.heads,
                head_size,
                bias: ProjectionBias { query: true, key: true, value: true, output: true },
                clip: None,
                qk_norm: None,
                position: PositionSpec::None,
                score_scale: if self.scale_scores { 1.0 / (head_size as f32).sqrt() } else { 1.0 },
                score_softcap: None,
                window: None,
                causal: true,
            },
            mlp: MlpSpec::Dense(DenseMlp {
                width: self.mlp_width,
                activation: self.activation,
                gated: false,
                bias_in: true,
                bias_out: true,
            }),
            attn_norms: before,
            mlp_norms: before,
            residual: Residual::Sequential,
            residual_scale: 1.0,
        };
        let mut layers = repeat(layer, self.layers)?;
        if self.scale_by_layer {
            for (i, layer) in layers.iter_mut().enumerate() {
                layer.attention.score_scale /= (i + 1) as f32;
            }
        }
        Ok(ModelConfig {
            family: FAMILY.name,
            width: self.width,
            vocabulary: self.vocabulary,
            context: self.context,
            embedding: EmbeddingSpec {
                positions: Some(LearnedPositions { rows: self.context, offset: 0 }),
                ..EmbeddingSpec::default()
            },
            layers,
            final_norm: Some(norm),
            head: HeadSpec { tie: self.tie, bias: false, logit_scale: 1.0, softcap: None },
        })
    }
}
