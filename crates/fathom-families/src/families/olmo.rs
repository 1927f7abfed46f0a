//! OLMo 1: Llama's form with layer norms that have no weights, and perhaps clamped queries, keys and values.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "olmo",
    about: "OLMo 1 (1B, 7B, in the -hf form)",
    model_types: &["olmo"],
    architectures: &["olmo"],
    from_hf,
    from_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::GGUF_PERMUTED,
};

fn bare_norm(eps: f32) -> NormSpec {
    NormSpec { weight: false, bias: false, ..NormSpec::layer(eps) }
}

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    // The epsilon stands in the code.
    let norm = bare_norm(1e-5);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.attention.clip = keys.f32("clip_qkv")?;
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = bare_norm(data.f32("attention.layer_norm_epsilon")?.unwrap_or(1e-5));
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.attention.clip = data.f32("attention.clamp_kqv")?.filter(|clip| *clip > 0.0);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
