//! InternLM 2: Llama's form with queries, keys and values fused group by group, under names of its own.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Layout, Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "internlm2",
    about: "InternLM 2 and 2.5 (1.8B, 7B, 20B)",
    model_types: &["internlm2"],
    architectures: &["internlm2"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: tables::HF_PREFIXES, rules: &[HF] },
    gguf_names: tables::GGUF_PERMUTED,
};

const HF: &[Rule] = &[
    rule("tok_embeddings", &[ParamRole::TokenEmbedding]),
    rule("layers.{}.attention_norm", &[ParamRole::AttnNorm]),
    rule("layers.{}.attention.wqkv", tables::QKV).layout(Layout::Grouped),
    rule("layers.{}.attention.wo", &[ParamRole::Output]),
    rule("layers.{}.ffn_norm", &[ParamRole::MlpNorm]),
    rule("layers.{}.feed_forward.w1", &[ParamRole::Gate]),
    rule("layers.{}.feed_forward.w3", &[ParamRole::Up]),
    rule("layers.{}.feed_forward.w2", &[ParamRole::Down]),
    rule("norm", &[ParamRole::FinalNorm]),
    rule("output", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("bias", true)?);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
