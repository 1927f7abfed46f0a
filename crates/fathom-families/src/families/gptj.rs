//! GPT-J: attention and MLP side by side behind one norm, neighbours of part of a head rotated, a head with a bias.

use super::rope::Rope;
use super::sizes::Sizes;
use super::{Family, Keys, no_gguf, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gptj",
    about: "GPT-J 6B, Dolly 1",
    model_types: &["gptj"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: Names { prefixes: &["transformer.", ""], rules: &[HF] },
    gguf_names: tables::NO_GGUF,
};

const HF: &[Rule] = &[
    rule("wte", &[ParamRole::TokenEmbedding]),
    rule("h.{}.ln_1", &[ParamRole::AttnNorm]),
    rule("h.{}.attn.q_proj", &[ParamRole::Query]),
    rule("h.{}.attn.k_proj", &[ParamRole::Key]),
    rule("h.{}.attn.v_proj", &[ParamRole::Value]),
    rule("h.{}.attn.out_proj", &[ParamRole::Output]),
    rule("h.{}.mlp.fc_in", &[ParamRole::Up]),
    rule("h.{}.mlp.fc_out", &[ParamRole::Down]),
    rule("ln_f", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gpt2(keys, 2048)?;
    let norm = NormSpec::layer(keys.eps("layer_norm_epsilon", 1e-5)?);
    let rotary = RotarySpec { dim: keys.required("rotary_dim")?, ..Rope::new(&sizes).interleaved().fixed() };
    let activation = keys.activation("activation_function", Activation::GeluTanh)?;
    let mut layer = sizes.plain_layer(norm, activation, PositionSpec::Rotary(rotary), true);
    layer.attention.bias = ProjectionBias::default();
    layer.residual = Residual::ParallelSharedNorm;
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?);
    model.head.bias = true;
    Ok(model)
}
