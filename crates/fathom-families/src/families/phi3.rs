//! Phi 3, 3.5 and 4: Llama's form with fused projections, perhaps a window, and LongRoPE in the long-context ones.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "phi3",
    about: "Phi 3 and 3.5 (mini, medium), Phi 4, Phi 4 mini",
    model_types: &["phi3"],
    architectures: &["phi3"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: tables::HF_PREFIXES, rules: &[HF, tables::HF_ENDS, tables::HF_PRE_NORMS] },
    gguf_names: Names {
        // Gate and up are fused here too, under the name of one.
        rules: &[&[rule("blk.{}.ffn_up", tables::GATE_UP)], tables::GGUF.rules[0], tables::GGUF.rules[1]],
        ..tables::GGUF
    },
};

const HF: &[Rule] = &[
    rule("layers.{}.self_attn.qkv_proj", tables::QKV),
    rule("layers.{}.self_attn.o_proj", &[ParamRole::Output]),
    rule("layers.{}.mlp.gate_up_proj", tables::GATE_UP),
    rule("layers.{}.mlp.down_proj", &[ParamRole::Down]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { context: 4096, ..Defaults::default() })?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).part(1.0).original(4096.0).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-5)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.window = keys.window(None)?;
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.window = data.usize("attention.sliding_window")?.filter(|window| *window > 0);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
