//! Kyutai's Helium: Llama's form with neighbours rotated.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, no_gguf, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "helium",
    about: "Helium 1 2B",
    model_types: &["helium"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::NO_GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 4096, kv_heads: Some(20), head_size: Some(128) };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).interleaved().base(1e5).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-8)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::qkv(keys.flag("attention_bias", false)?);
    layer.mlp_bias(keys.flag("mlp_bias", false)?);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}
