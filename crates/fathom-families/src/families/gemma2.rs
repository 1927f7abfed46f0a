//! Gemma 2: Gemma's form with a norm after each part too, soft-caps, and a window in every other layer.

use super::gemma::embedding_scale;
use super::rope::Rope;
use super::sizes::{Defaults, Sizes, with_windows};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gemma2",
    about: "Gemma 2 (2B, 9B, 27B)",
    model_types: &["gemma2"],
    architectures: &["gemma2"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: tables::HF_PREFIXES, rules: &[NORMS, tables::HF_ATTENTION, tables::HF_MLP] },
    gguf_names: tables::GGUF,
};

/// The sandwich of norms, all stored less one; queries' and keys' are Gemma 3's.
pub(super) const NORMS: &[Rule] = &[
    rule("embed_tokens", &[ParamRole::TokenEmbedding]),
    rule("norm", &[ParamRole::FinalNorm]).add_one(),
    rule("lm_head", &[ParamRole::Head]),
    rule("layers.{}.input_layernorm", &[ParamRole::AttnNorm]).add_one(),
    rule("layers.{}.post_attention_layernorm", &[ParamRole::AttnBranchNorm]).add_one(),
    rule("layers.{}.pre_feedforward_layernorm", &[ParamRole::MlpNorm]).add_one(),
    rule("layers.{}.post_feedforward_layernorm", &[ParamRole::MlpBranchNorm]).add_one(),
    rule("layers.{}.self_attn.q_norm", &[ParamRole::QueryNorm]).add_one(),
    rule("layers.{}.self_attn.k_norm", &[ParamRole::KeyNorm]).add_one(),
];

/// A norm before and after each part.
pub(super) fn sandwich(layer: &mut LayerSpec, norm: NormSpec) {
    layer.attn_norms = NormPlacement { before: Some(norm), branch: Some(norm), after: None };
    layer.mlp_norms = layer.attn_norms;
}

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 8192, kv_heads: Some(4), head_size: Some(256) };
    let sizes = Sizes::from_hf(keys, defaults)?;
    keys.only("use_bidirectional_attention", false)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let activation = keys.activation("hidden_activation", Activation::GeluTanh)?;
    let mut layer = sizes.gated_layer(norm, activation, rotary);
    sandwich(&mut layer, norm);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.attention.score_scale = (keys.f64("query_pre_attn_scalar")?.unwrap_or(256.0).sqrt().recip()) as f32;
    layer.attention.score_softcap = keys.f32_or("attn_logit_softcapping", 50.0)?;
    let mut layers = sizes.repeat(layer)?;
    let stated = keys.windowed(layers.len())?;
    let windowed = stated.unwrap_or_else(|| every_other(layers.len()));
    with_windows(&mut layers, &windowed, keys.window(Some(4096))?)?;
    let mut model = sizes.model(FAMILY.name, layers, norm, keys.tie(true)?);
    model.embedding.scale = embedding_scale(&sizes);
    model.head.softcap = keys.f32_or("final_logit_softcapping", 30.0)?;
    Ok(model)
}

fn every_other(layers: usize) -> Vec<bool> {
    (0..layers).map(|layer| layer % 2 == 0).collect()
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::GeluTanh, rotary);
    sandwich(&mut layer, norm);
    if sizes.layers == 46 {
        // The 27B scales by the width's share; no key says so, and llama.cpp goes by the number of layers too.
        layer.attention.score_scale = ((sizes.width as f32) / (sizes.heads as f32)).sqrt().recip();
    }
    layer.attention.score_softcap = Some(data.f32("attn_logit_softcapping")?.unwrap_or(50.0));
    let mut layers = sizes.repeat(layer)?;
    let window = data.usize("attention.sliding_window")?.unwrap_or(4096);
    with_windows(&mut layers, &every_other(sizes.layers), Some(window))?;
    let mut model = sizes.model(FAMILY.name, layers, norm, Tie::TiedIfMissing);
    model.embedding.scale = embedding_scale(&sizes);
    model.head.softcap = Some(data.f32("final_logit_softcapping")?.unwrap_or(30.0));
    Ok(model)
}
