//! EXAONE 4: norms on what each part adds and of each head's queries and keys; in the 32B three of four layers have a
//! window and rotary positions, the fourth neither.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes, every_but};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "exaone4",
    about: "EXAONE 4.0 (1.2B, 32B)",
    model_types: &["exaone4"],
    architectures: &["exaone4"],
    from_hf,
    from_gguf,
    hf_names: tables::BRANCH_NORMS_HF,
    gguf_names: tables::GGUF,
};

const PERIOD: usize = 4;

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { kv_heads: Some(32), ..Defaults::default() })?;
    let rotary = Rope::new(&sizes).hf(keys)?;
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-5)?);
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let window = keys.window(Some(4096))?;
    let windowed = match keys.windowed(sizes.layers)? {
        Some(stated) => stated,
        None if window.is_none() => vec![false; sizes.layers.min(1 << 12)],
        None => pattern(keys, sizes.layers)?,
    };
    if window.is_none() && windowed.contains(&true) {
        let expected = "a number, since some layers have a window";
        return Err(FamilyError::config("sliding_window", expected, "nothing"));
    }
    // Where layers are listed one by one the pattern says nothing more.
    keys.known("sliding_window_pattern");
    build_model(&sizes, norm, activation, rotary, window, &windowed, keys.tie(false)?)
}

/// A number, or letters as in "LLLG": the last of each run is a global layer.
fn pattern(keys: &Keys<'_>, layers: usize) -> Result<Vec<bool>, FamilyError> {
    match keys.str("sliding_window_pattern") {
        Ok(Some(letters)) if !letters.is_empty() && letters.trim_start_matches('L') == "G" => {
            Ok(every_but(letters.len(), layers))
        }
        Ok(Some(other)) => Err(FamilyError::config("sliding_window_pattern", "a number or LLLG", other)),
        _ => Ok(every_but(keys.usize("sliding_window_pattern")?.unwrap_or(PERIOD), layers)),
    }
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = Rope::new(&sizes).gguf(data)?;
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let window = data.usize("attention.sliding_window")?.filter(|window| *window > 0);
    let windowed = data.windowed(sizes.layers, PERIOD)?;
    build_model(&sizes, norm, Activation::Silu, rotary, window, &windowed, Tie::TiedIfMissing)
}

fn build_model(
    sizes: &Sizes,
    norm: NormSpec,
    activation: Activation,
    rotary: RotarySpec,
    window: Option<usize>,
    windowed: &[bool],
    tie: Tie,
) -> Result<ModelConfig, FamilyError> {
    let mut layer = sizes.gated_layer(norm, activation, PositionSpec::Rotary(rotary));
    layer.attn_norms = NormPlacement { branch: Some(norm), ..NormPlacement::default() };
    layer.mlp_norms = layer.attn_norms;
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Head });
    let mut layers = sizes.repeat(layer)?;
    if window.is_some() {
        for (layer, windowed) in layers.iter_mut().zip(windowed) {
            match windowed {
                true => layer.attention.window = window,
                false => layer.attention.position = PositionSpec::None,
            }
        }
    }
    Ok(sizes.model(FAMILY.name, layers, norm, tie))
}
