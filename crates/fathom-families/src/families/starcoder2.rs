//! StarCoder 2: layer norms, biases everywhere, grouped keys and values, a plain GELU MLP, rotary positions, a window.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "starcoder2",
    about: "StarCoder 2 (3B, 7B, 15B)",
    model_types: &["starcoder2"],
    architectures: &["starcoder2"],
    from_hf,
    from_gguf,
    hf_names: Names {
        prefixes: tables::HF_PREFIXES,
        rules: &[tables::HF_ENDS, tables::HF_PRE_NORMS, tables::HF_ATTENTION, MLP],
    },
    gguf_names: tables::GGUF,
};

const MLP: &[Rule] =
    &[rule("layers.{}.mlp.c_fc", &[ParamRole::Up]), rule("layers.{}.mlp.c_proj", &[ParamRole::Down])];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { context: 4096, kv_heads: Some(2), head_size: None })?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::layer(keys.eps("norm_epsilon", 1e-5)?);
    let bias = keys.flag("use_bias", true)?;
    let activation = keys.activation("hidden_act", Activation::GeluTanh)?;
    let mut layer = sizes.plain_layer(norm, activation, rotary, bias);
    layer.attention.window = keys.window(None)?;
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(true)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    let mut layer = sizes.plain_layer(norm, Activation::GeluTanh, rotary, data.has("blk.0.ffn_up.bias"));
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.attention.window = data.usize("attention.sliding_window")?.filter(|window| *window > 0);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
