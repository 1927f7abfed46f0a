//! Qwen 1.5, 2 and 2.5: Llama's form with biases on queries, keys and values, and perhaps windows in the last layers.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes, with_windows};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "qwen2",
    about: "Qwen 1.5, 2 and 2.5 (dense)",
    model_types: &["qwen2"],
    architectures: &["qwen2"],
    from_hf,
    from_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 32_768, kv_heads: Some(32), ..Defaults::default() };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::qkv(true);
    let mut layers = sizes.repeat(layer)?;
    windows(keys, &mut layers, |layer, limit| layer >= limit)?;
    Ok(sizes.model(FAMILY.name, layers, norm, keys.tie(false)?))
}

/// The windows of Qwen's configs: those that `layer_types` lists, or that `rule` says of a layer and
/// `max_window_layers`; none unless `use_sliding_window`.
pub(super) fn windows(
    keys: &Keys<'_>,
    layers: &mut [LayerSpec],
    rule: fn(usize, usize) -> bool,
) -> Result<(), FamilyError> {
    let (used, window) = (keys.flag("use_sliding_window", false)?, keys.window(Some(4096))?);
    let limit = keys.usize("max_window_layers")?.unwrap_or(28);
    let stated = keys.windowed(layers.len())?;
    let windowed = stated.unwrap_or_else(|| (0..layers.len()).map(|layer| rule(layer, limit)).collect());
    let listed = keys.states("layer_types") && windowed.contains(&true);
    if used && window.is_some() || listed {
        with_windows(layers, &windowed, window.filter(|_| used))?;
    }
    Ok(())
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
