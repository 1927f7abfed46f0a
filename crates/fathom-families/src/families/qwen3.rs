//! Qwen 3: Llama's form with a norm of each head's queries and keys.

use super::qwen2::windows;
use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "qwen3",
    about: "Qwen 3 (dense)",
    model_types: &["qwen3"],
    architectures: &["qwen3"],
    from_hf,
    from_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 32_768, kv_heads: Some(32), head_size: Some(128) };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Head });
    let mut layers = sizes.repeat(layer)?;
    windows(keys, &mut layers, |layer, limit| layer >= limit)?;
    Ok(sizes.model(FAMILY.name, layers, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Head });
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
