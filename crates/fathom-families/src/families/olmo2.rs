//! OLMo 2: Llama's form with the norms on what each part adds, and a norm of all queries and all keys together.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes, every_but, with_windows};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "olmo2",
    about: "OLMo 2 (1B to 32B)",
    model_types: &["olmo2"],
    architectures: &["olmo2"],
    from_hf,
    from_gguf,
    hf_names: tables::BRANCH_NORMS_HF,
    gguf_names: tables::GGUF,
};

/// Every fourth layer of OLMo 3 sees everything.
pub(super) const PERIOD: usize = 4;

/// The layer that OLMo 2 and 3 share.
pub(super) fn layer(sizes: &Sizes, norm: NormSpec, activation: Activation, rotary: RotarySpec) -> LayerSpec {
    let mut layer = sizes.gated_layer(norm, activation, PositionSpec::Rotary(rotary));
    layer.attn_norms = NormPlacement { branch: Some(norm), ..NormPlacement::default() };
    layer.mlp_norms = layer.attn_norms;
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Projection });
    layer
}

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let rotary = Rope::new(&sizes).hf(keys)?;
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-5)?);
    let mut layer = layer(&sizes, norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

/// llama.cpp gives OLMo 3 this architecture too: it has a window then.
fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let full = Rope::new(&sizes).gguf(data)?;
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layers = sizes.repeat(layer(&sizes, norm, Activation::Silu, full.clone()))?;
    if let Some(window) = data.usize("attention.sliding_window")?.filter(|window| *window > 0) {
        let windowed = data.windowed(sizes.layers, PERIOD)?;
        let local_base = data.f32("rope.freq_base_swa")?.map_or(full.base, f64::from);
        let local = RotarySpec { base: local_base, scaling: RotaryScaling::None, magnitude: 1.0, ..full };
        set_windows(&mut layers, &windowed, Some(window), &local)?;
    }
    Ok(sizes.model(FAMILY.name, layers, norm, Tie::TiedIfMissing))
}

/// The windows of OLMo 3, whose layers go without rotary scaling.
pub(super) fn set_windows(
    layers: &mut [LayerSpec],
    windowed: &[bool],
    window: Option<usize>,
    local: &RotarySpec,
) -> Result<(), FamilyError> {
    with_windows(layers, windowed, window)?;
    for (layer, _) in layers.iter_mut().zip(windowed).filter(|(_, windowed)| **windowed) {
        layer.attention.position = PositionSpec::Rotary(local.clone());
    }
    Ok(())
}

/// The windowed layers of a config that lists none.
pub(super) fn usual_windows(layers: usize) -> Vec<bool> {
    every_but(PERIOD, layers)
}
