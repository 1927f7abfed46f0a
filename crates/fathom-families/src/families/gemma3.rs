//! Gemma 3 (its text part): Gemma 2's form without soft-caps, with a norm of each head's queries and keys, and two
//! rotary bases: five of six layers have a window and the smaller one.

use super::gemma::embedding_scale;
use super::gemma2::{NORMS, sandwich};
use super::rope::Rope;
use super::sizes::{Defaults, Sizes, every_but, with_windows};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::Names;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gemma3",
    about: "Gemma 3 text models (270M, 1B), and the text part of 4B, 12B and 27B as GGUF",
    model_types: &["gemma3_text"],
    architectures: &["gemma3"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: tables::HF_PREFIXES, rules: &[NORMS, tables::HF_ATTENTION, tables::HF_MLP] },
    gguf_names: tables::GGUF,
};

/// Every sixth layer sees everything.
const PERIOD: usize = 6;

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 131_072, kv_heads: Some(4), head_size: Some(256) };
    let sizes = Sizes::from_hf(keys, defaults)?;
    keys.only("use_bidirectional_attention", false)?;
    let rope = Rope::new(&sizes).base(1e6);
    let rotary = rope.hf_by_layer_type(keys, Some("rope_local_base_freq"), 1e4)?;
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let activation = keys.activation("hidden_activation", Activation::GeluTanh)?;
    let mut layer = sizes.gated_layer(norm, activation, PositionSpec::None);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.attention.score_scale = (keys.f64("query_pre_attn_scalar")?.unwrap_or(256.0).sqrt().recip()) as f32;
    layer.attention.score_softcap = keys.f32("attn_logit_softcapping")?;
    let period = keys.usize("sliding_window_pattern")?;
    let stated = keys.windowed(sizes.layers)?;
    let windowed = stated.unwrap_or_else(|| every_but(period.unwrap_or(PERIOD), sizes.layers));
    let mut model = build_model(&sizes, layer, norm, rotary, &windowed, keys.window(Some(4096))?)?;
    model.head.tie = keys.tie(true)?;
    model.head.softcap = keys.f32("final_logit_softcapping")?;
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rope = Rope::new(&sizes).base(1e6);
    let full = rope.gguf(data)?;
    // Files before 2026 do not state the windowed layers' base.
    let local_base = data.f32("rope.freq_base_swa")?.unwrap_or(1e4);
    let local = RotarySpec { base: f64::from(local_base), scaling: RotaryScaling::None, ..full.clone() };
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::GeluTanh, PositionSpec::None);
    if sizes.layers == 62 {
        // The 27B, as in Gemma 2.
        layer.attention.score_scale = ((sizes.width as f32) / (sizes.heads as f32)).sqrt().recip();
    }
    let windowed = data.windowed(sizes.layers, PERIOD)?;
    let window = data.usize("attention.sliding_window")?.unwrap_or(1024);
    build_model(&sizes, layer, norm, [full, local], &windowed, Some(window))
}

fn build_model(
    sizes: &Sizes,
    mut layer: LayerSpec,
    norm: NormSpec,
    [full, local]: [RotarySpec; 2],
    windowed: &[bool],
    window: Option<usize>,
) -> Result<ModelConfig, FamilyError> {
    sandwich(&mut layer, norm);
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Head });
    let mut layers = sizes.repeat(layer)?;
    with_windows(&mut layers, windowed, window)?;
    for (layer, windowed) in layers.iter_mut().zip(windowed) {
        layer.attention.position = PositionSpec::Rotary(if *windowed { local.clone() } else { full.clone() });
    }
    let mut model = sizes.model(FAMILY.name, layers, norm, Tie::TiedIfMissing);
    model.embedding.scale = embedding_scale(sizes);
    Ok(model)
}
