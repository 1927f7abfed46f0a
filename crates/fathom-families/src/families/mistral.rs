//! Mistral 7B and its kin: Llama's form with a window in every layer (version 0.1), heads of their own size (Nemo).

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, no_gguf, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "mistral",
    about: "Mistral 7B, Mistral Nemo, Zephyr (as GGUF: architecture llama)",
    model_types: &["mistral"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::NO_GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 4096 * 32, kv_heads: Some(8), ..Defaults::default() };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.window = keys.window(Some(4096))?;
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}
