//! BLOOM: ALiBi, a norm after the embedding, queries, keys and values fused head by head.

use super::sizes::{Sizes, width_per_head};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Layout, Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "bloom",
    about: "BLOOM and BLOOMZ (560M to 176B)",
    model_types: &["bloom"],
    architectures: &["bloom"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: &["transformer.", ""], rules: &[HF] },
    gguf_names: tables::GGUF,
};

const HF: &[Rule] = &[
    rule("word_embeddings", &[ParamRole::TokenEmbedding]),
    rule("word_embeddings_layernorm", &[ParamRole::EmbeddingNorm]),
    rule("h.{}.input_layernorm", &[ParamRole::AttnNorm]),
    rule("h.{}.self_attention.query_key_value", tables::QKV).layout(Layout::Grouped),
    rule("h.{}.self_attention.dense", &[ParamRole::Output]),
    rule("h.{}.post_attention_layernorm", &[ParamRole::MlpNorm]),
    rule("h.{}.mlp.dense_h_to_4h", &[ParamRole::Up]),
    rule("h.{}.mlp.dense_4h_to_h", &[ParamRole::Down]),
    rule("ln_f", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let width = keys.required("hidden_size")?;
    let heads = keys.required("n_head")?;
    let sizes = Sizes {
        width,
        heads,
        kv_heads: heads,
        head_size: width_per_head(width, heads),
        vocabulary: keys.required("vocab_size")?,
        // ALiBi knows no limit; this is what the models were trained on.
        context: keys.aside("seq_length").unwrap_or(2048),
        layers: keys.required("n_layer")?,
        mlp_width: width.saturating_mul(4),
    };
    keys.only("apply_residual_connection_post_layernorm", false)?;
    let eps = keys.eps("layer_norm_epsilon", 1e-5)?;
    build_model(sizes, eps, keys.tie(true)?)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    data.only("attention.max_alibi_bias", 8)?;
    build_model(sizes, data.required_f32("attention.layer_norm_epsilon")?, Tie::TiedIfMissing)
}

fn build_model(sizes: Sizes, eps: f32, tie: Tie) -> Result<ModelConfig, FamilyError> {
    let sizes = sizes.even_heads()?;
    let norm = NormSpec::layer(eps);
    let alibi = PositionSpec::Alibi(AlibiSpec { max_bias: 8.0, scale: 1.0, bf16: false });
    let layer = sizes.plain_layer(norm, Activation::GeluTanh, alibi, true);
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, tie);
    model.embedding.norm = Some(norm);
    Ok(model)
}
