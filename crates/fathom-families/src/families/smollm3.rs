//! SmolLM 3: Llama's form with every fourth layer without rotary positions.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes, every_but, with_windows};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "smollm3",
    about: "SmolLM 3 3B",
    model_types: &["smollm3"],
    architectures: &["smollm3"],
    from_hf,
    from_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::GGUF_PERMUTED,
};

/// Every fourth layer goes without.
const PERIOD: usize = 4;

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { context: 32_768, kv_heads: Some(4), head_size: None })?;
    let rotary = Rope::new(&sizes).base(2e6).hf(keys)?;
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let mut layer = sizes.gated_layer(norm, activation, PositionSpec::Rotary(rotary));
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.mlp_bias(keys.flag("mlp_bias", false)?);
    let mut layers = sizes.repeat(layer)?;
    let period = keys.usize("no_rope_layer_interval")?.unwrap_or(PERIOD);
    let with_rotary = match keys.list("no_rope_layers")? {
        // The name says the contrary of what the numbers do: 1 is a layer with rotary positions.
        Some(list) if list.len() >= layers.len() => list.iter().map(|has| has.as_u64() != Some(0)).collect(),
        Some(list) => {
            return Err(FamilyError::config(
                "no_rope_layers",
                format!("at least {} entries", layers.len()),
                list.len(),
            ));
        }
        None => every_but(period, layers.len()),
    };
    without_rotary(&mut layers, &with_rotary);
    // Listed windows count without `use_sliding_window` too: the mask goes by the list.
    let (used, window) = (keys.flag("use_sliding_window", false)?, keys.window(None)?);
    let windowed = match keys.windowed(layers.len())? {
        Some(stated) => stated,
        None if used && window.is_some() => with_rotary.iter().map(|rotary| !rotary).collect(),
        None => Vec::new(),
    };
    with_windows(&mut layers, &windowed, window)?;
    Ok(sizes.model(FAMILY.name, layers, norm, keys.tie(true)?))
}

fn without_rotary(layers: &mut [LayerSpec], with_rotary: &[bool]) {
    for (layer, _) in layers.iter_mut().zip(with_rotary).filter(|(_, rotary)| !**rotary) {
        layer.attention.position = PositionSpec::None;
    }
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    let mut layers = sizes.repeat(layer)?;
    without_rotary(&mut layers, &every_but(PERIOD, sizes.layers));
    Ok(sizes.model(FAMILY.name, layers, norm, Tie::TiedIfMissing))
}
