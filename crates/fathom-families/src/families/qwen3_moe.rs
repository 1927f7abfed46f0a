//! Qwen 3-MoE: Qwen 3's form with sparse experts.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, experts, qwen2_moe, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "qwen3_moe",
    about: "Qwen 3-30B-A3B, Qwen 3-235B-A22B",
    model_types: &["qwen3_moe"],
    architectures: &["qwen3moe"],
    from_hf,
    from_gguf,
    hf_names: qwen2_moe::HF,
    gguf_names: tables::GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 32_768, kv_heads: Some(4), ..Defaults::default() };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let mut layer = sizes.gated_layer(norm, activation, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Head });
    let window = keys.window(Some(4096))?;
    layer.attention.window = if keys.flag("use_sliding_window", false)? { window } else { None };
    let width = keys.usize("moe_intermediate_size")?.unwrap_or(768);
    let mlp = experts::from_hf(keys, width, activation, keys.flag("norm_topk_prob", false)?)?;
    let mut layers = sizes.repeat(layer)?;
    experts::give_to_layers(keys, &mut layers, mlp)?;
    Ok(sizes.model(FAMILY.name, layers, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Head });
    if let Some(mlp) = experts::from_gguf(data, sizes.mlp_width, true)? {
        layer.mlp = MlpSpec::Experts(mlp);
    }
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
