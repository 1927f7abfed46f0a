//! Phi 1, 1.5 and 2: attention and MLP side by side behind one norm, part of a head rotated, biases everywhere.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::ModelError;
use crate::names::{Names, Rule, rule};
use crate::slots::Place;
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
    rule("embed_tokens", &[Place::TokenEmbedding]),
    rule("layers.{}.input_layernorm", &[Place::AttnNorm]),
    rule("layers.{}.self_attn.q_proj", &[Place::Query]),
    rule("layers.{}.self_attn.k_proj", &[Place::Key]),
    rule("layers.{}.self_attn.v_proj", &[Place::Value]),
    rule("layers.{}.self_attn.dense", &[Place::Output]),
    rule("layers.{}.self_attn.q_layernorm", &[Place::QueryNorm]),
    rule("layers.{}.self_attn.k_layernorm", &[Place::KeyNorm]),
    rule("layers.{}.mlp.fc1", &[Place::Up]),
    rule("layers.{}.mlp.fc2", &[Place::Down]),
    rule("final_layernorm", &[Place::FinalNorm]),
    rule("lm_head", &[Place::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, ModelError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let rotary = Rope::new(&sizes).part(0.5).hf(keys)?;
    let norm = NormSpec::layer(keys.eps("layer_norm_eps", 1e-5)?);
    let activation = keys.activation("hidden_act", Activation::GeluTanh)?;
    let qk_norm = keys.flag("qk_layernorm", false)?;
    let mut model = finish(&sizes, norm, activation, rotary, qk_norm)?;
    model.head.tie = keys.tie(false)?;
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, ModelError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = Rope::new(&sizes).part(0.5).gguf(data)?;
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    finish(&sizes, norm, Activation::GeluTanh, rotary, data.has("blk.0.attn_q_norm.weight"))
}

fn finish(
    sizes: &Sizes,
    norm: NormSpec,
    activation: Activation,
    rotary: RotarySpec,
    qk_norm: bool,
) -> Result<ModelConfig, ModelError> {
    let mut layer = sizes.plain_layer(norm, activation, PositionSpec::Rotary(rotary), true);
    layer.attention.qk_norm = qk_norm.then_some(QkNorm { norm, span: QkNormSpan::Head });
    layer.residual = Residual::ParallelSharedNorm;
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing);
    model.head.bias = true;
    Ok(model)
}
