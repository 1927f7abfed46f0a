//! Llama 1 to 3.x and everything in its form: SmolLM 1 and 2, TinyLlama, Yi, Vicuna …
//!
//! RMS norms before each part, rotary positions, grouped key/value heads, SiLU-gated MLP.

use super::{Family, Keys, Metadata, repeat};
use crate::ModelError;
use crate::names::{Layout, Names, Rule, rule};
use crate::slots::Place;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "llama",
    about: "Llama 1 to 3.x, SmolLM 1 and 2, TinyLlama, Yi, Vicuna",
    model_types: &["llama"],
    architectures: &["llama"],
    from_hf,
    from_gguf,
    hf_names: Names {
        prefixes: &["model.", ""],
        rules: HF,
        ignored: &["layers.{}.self_attn.rotary_emb.inv_freq"],
    },
    gguf_names: Names { prefixes: &[""], rules: GGUF, ignored: &["rope_freqs.weight"] },
};

const HF: &[Rule] = &[
    rule("embed_tokens", &[Place::TokenEmbedding]),
    rule("layers.{}.input_layernorm", &[Place::AttnNorm]),
    rule("layers.{}.self_attn.q_proj", &[Place::Query]),
    rule("layers.{}.self_attn.k_proj", &[Place::Key]),
    rule("layers.{}.self_attn.v_proj", &[Place::Value]),
    rule("layers.{}.self_attn.o_proj", &[Place::Output]),
    rule("layers.{}.post_attention_layernorm", &[Place::MlpNorm]),
    rule("layers.{}.mlp.gate_proj", &[Place::Gate]),
    rule("layers.{}.mlp.up_proj", &[Place::Up]),
    rule("layers.{}.mlp.down_proj", &[Place::Down]),
    rule("norm", &[Place::FinalNorm]),
    rule("lm_head", &[Place::Head]),
];

const GGUF: &[Rule] = &[
    rule("token_embd", &[Place::TokenEmbedding]),
    rule("blk.{}.attn_norm", &[Place::AttnNorm]),
    rule("blk.{}.attn_q", &[Place::Query]).layout(Layout::RotaryInterleaved),
    rule("blk.{}.attn_k", &[Place::Key]).layout(Layout::RotaryInterleaved),
    rule("blk.{}.attn_v", &[Place::Value]),
    rule("blk.{}.attn_output", &[Place::Output]),
    rule("blk.{}.ffn_norm", &[Place::MlpNorm]),
    rule("blk.{}.ffn_gate", &[Place::Gate]),
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
    kv_heads: usize,
    head_size: usize,
    mlp_width: usize,
    activation: Activation,
    eps: f32,
    rotary: RotarySpec,
    attention_bias: ProjectionBias,
    mlp_bias: bool,
    tie: Tie,
}

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, ModelError> {
    let (width, heads) = (keys.required("hidden_size")?, keys.required("num_attention_heads")?);
    let head_size = match keys.usize("head_dim")? {
        Some(size) => size,
        None => width.checked_div(heads).unwrap_or(0),
    };
    keys.only("rope_interleaved", false)?;
    let bias = keys.bool("attention_bias")?.unwrap_or(false);
    Facts {
        width,
        heads,
        head_size,
        vocabulary: keys.required("vocab_size")?,
        context: keys.usize("max_position_embeddings")?.unwrap_or(2048),
        layers: keys.required("num_hidden_layers")?,
        kv_heads: keys.usize("num_key_value_heads")?.unwrap_or(heads),
        mlp_width: keys.required("intermediate_size")?,
        activation: keys.activation("hidden_act", Activation::Silu)?,
        eps: keys.f64("rms_norm_eps")?.unwrap_or(1e-6) as f32,
        rotary: keys.rotary(head_size, Pairing::Halves)?,
        attention_bias: ProjectionBias { query: bias, key: bias, value: bias, output: bias },
        mlp_bias: keys.bool("mlp_bias")?.unwrap_or(false),
        tie: if keys.bool("tie_word_embeddings")?.unwrap_or(false) { Tie::Tied } else { Tie::Separate },
    }
    .config()
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, ModelError> {
    let (width, heads) = (data.required("embedding_length")?, data.required("attention.head_count")?);
    let head_size = match data.usize("attention.key_length")? {
        Some(size) => size,
        None => width.checked_div(heads).unwrap_or(0),
    };
    data.only("attention.value_length", head_size)?;
    data.only("expert_count", 0)?;
    data.only("expert_used_count", 0)?;
    let has = |name: &str| data.has(&format!("blk.0.{name}.bias"));
    Facts {
        width,
        heads,
        head_size,
        vocabulary: data.vocabulary()?,
        context: data.required("context_length")?,
        layers: data.required("block_count")?,
        kv_heads: data.usize("attention.head_count_kv")?.unwrap_or(heads),
        mlp_width: data.required("feed_forward_length")?,
        activation: Activation::Silu,
        eps: data.required_f32("attention.layer_norm_rms_epsilon")?,
        rotary: gguf_rotary(data, head_size)?,
        attention_bias: ProjectionBias {
            query: has("attn_q"),
            key: has("attn_k"),
            value: has("attn_v"),
            output: has("attn_output"),
        },
        mlp_bias: has("ffn_up"),
        tie: Tie::TiedIfMissing,
    }
    .config()
}

fn gguf_rotary(data: &Metadata<'_>, head_size: usize) -> Result<RotarySpec, ModelError> {
    let base = data.f32("rope.freq_base")?.unwrap_or(10_000.0) as f64;
    let dim = data.usize("rope.dimension_count")?.unwrap_or(head_size);
    // The rows of q and k are interleaved over whole heads, so a part of a head can't be rotated after the undoing.
    if dim != head_size {
        return Err(data.refused("rope.dimension_count", &dim.to_string()));
    }
    let factor = data.f32("rope.scaling.factor")?;
    data.usize("rope.scaling.original_context_length")?;
    let scaling = match (data.str("rope.scaling.type")?, factor, data.vector("rope_freqs.weight")?) {
        (None | Some("none"), None | Some(1.0), Some(factors)) => RotaryScaling::Factors(factors),
        (None | Some("none"), None | Some(1.0), None) => RotaryScaling::None,
        (Some("linear"), Some(factor), None) => RotaryScaling::Linear { factor: factor as f64 },
        (kind, ..) => return Err(data.refused("rope.scaling.type", kind.unwrap_or("none, with a factor"))),
    };
    Ok(RotarySpec { base, dim, pairing: Pairing::Halves, scaling })
}

impl Facts {
    fn config(self) -> Result<ModelConfig, ModelError> {
        let norm = NormSpec::rms(self.eps);
        let before = NormPlacement { before: Some(norm), ..NormPlacement::default() };
        let layer = LayerSpec {
            attention: AttentionSpec {
                query_heads: self.heads,
                kv_heads: self.kv_heads,
                head_size: self.head_size,
                bias: self.attention_bias,
                clip: None,
                qk_norm: None,
                position: PositionSpec::Rotary(self.rotary),
                score_scale: 1.0 / (self.head_size as f32).sqrt(),
                score_softcap: None,
                window: None,
                causal: true,
            },
            mlp: MlpSpec::Dense(DenseMlp {
                width: self.mlp_width,
                activation: self.activation,
                gated: true,
                bias_in: self.mlp_bias,
                bias_out: self.mlp_bias,
            }),
            attn_norms: before,
            mlp_norms: before,
            residual: Residual::Sequential,
            residual_scale: 1.0,
        };
        Ok(ModelConfig {
            family: FAMILY.name,
            width: self.width,
            vocabulary: self.vocabulary,
            context: self.context,
            embedding: EmbeddingSpec::default(),
            layers: repeat(layer, self.layers)?,
            final_norm: Some(norm),
            head: HeadSpec { tie: self.tie, bias: false, logit_scale: 1.0, softcap: None },
        })
    }
}
