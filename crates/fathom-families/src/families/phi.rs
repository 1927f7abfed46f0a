//! Phi 1, 1.5 and 2: attention and MLP side by side behind one norm, part of a head rotated, biases everywhere.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "phi",
    about: "Phi 1, 1.5 and 2",
    model_types: &["phi"],
    architectures: &["phi2"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: tables::HF_PREFIXES, rules: &[HF] },
    gguf_names: tables::GGUF,
};

const HF: &[Rule] = &[
    rule("embed_tokens", &[ParamRole::TokenEmbedding]),
    rule("layers.{}.input_layernorm", &[ParamRole::AttnNorm]),
    rule("layers.{}.self_attn.q_proj", &[ParamRole::Query]),
    rule("layers.{}.self_attn.k_proj", &[ParamRole::Key]),
    rule("layers.{}.self_attn.v_proj", &[ParamRole::Value]),
    rule("layers.{}.self_attn.dense", &[ParamRole::Output]),
    rule("layers.{}.self_attn.q_layernorm", &[ParamRole::QueryNorm]),
    rule("layers.{}.self_attn.k_layernorm", &[ParamRole::KeyNorm]),
    rule("layers.{}.mlp.fc1", &[ParamRole::Up]),
    rule("layers.{}.mlp.fc2", &[ParamRole::Down]),
    rule("final_layernorm", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let rotary = Rope::new(&sizes).part(0.5).hf(keys)?;
    let norm = NormSpec::layer(keys.eps("layer_norm_eps", 1e-5)?);
    let activation = keys.activation("hidden_act", Activation::GeluTanh)?;
    let qk_norm = keys.flag("qk_layernorm", false)?;
    let mut model = build_model(&sizes, norm, activation, rotary, qk_norm)?;
    model.head.tie = keys.tie(false)?;
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = Rope::new(&sizes).part(0.5).gguf(data)?;
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    build_model(&sizes, norm, Activation::GeluTanh, rotary, data.has("blk.0.attn_q_norm.weight"))
}

fn build_model(
    sizes: &Sizes,
    norm: NormSpec,
    activation: Activation,
    rotary: RotarySpec,
    qk_norm: bool,
) -> Result<ModelConfig, FamilyError> {
    let mut layer = sizes.plain_layer(norm, activation, PositionSpec::Rotary(rotary), true);
    layer.attention.qk_norm = qk_norm.then_some(QkNorm { norm, span: QkNormSpan::Head });
    layer.residual = Residual::ParallelSharedNorm;
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing);
    model.head.bias = true;
    Ok(model)
}
