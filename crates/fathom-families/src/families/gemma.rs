//! Gemma 1: Llama's form with a scaled embedding, norms that multiply by 1 + weight, a GELU gate, a tied head.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gemma",
    about: "Gemma 1 (2B and 7B), CodeGemma",
    model_types: &["gemma"],
    architectures: &["gemma"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: tables::HF_PREFIXES, rules: &[HF, tables::HF_ATTENTION, tables::HF_MLP] },
    gguf_names: tables::GGUF,
};

const HF: &[Rule] = &[
    rule("embed_tokens", &[ParamRole::TokenEmbedding]),
    rule("norm", &[ParamRole::FinalNorm]).add_one(),
    rule("lm_head", &[ParamRole::Head]),
    rule("layers.{}.input_layernorm", &[ParamRole::AttnNorm]).add_one(),
    rule("layers.{}.post_attention_layernorm", &[ParamRole::MlpNorm]).add_one(),
];

/// The embedding is multiplied by this.
pub(super) fn embedding_scale(sizes: &Sizes) -> Option<f32> {
    Some((sizes.width as f64).sqrt() as f32)
}

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 8192, kv_heads: Some(16), head_size: Some(256) };
    let sizes = Sizes::from_hf(keys, defaults)?;
    keys.only("use_bidirectional_attention", false)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    // Files say "gelu" and mean its tanh approximation. `hidden_activation`, which came to say so, is no longer read.
    let activation = match keys.activation("hidden_act", Activation::GeluTanh)? {
        Activation::GeluErf => Activation::GeluTanh,
        other => other,
    };
    let mut layer = sizes.gated_layer(norm, activation, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(true)?);
    model.embedding.scale = embedding_scale(&sizes);
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let layer = sizes.gated_layer(norm, Activation::GeluTanh, rotary);
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing);
    model.embedding.scale = embedding_scale(&sizes);
    Ok(model)
}
