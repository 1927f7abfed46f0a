//! Qwen 1.5-MoE and Qwen 2-MoE: Qwen 2's form with sparse experts and one that every token uses.

use super::qwen2::windows;
use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, experts, tables};
use crate::FamilyError;
use crate::names::Names;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "qwen2_moe",
    about: "Qwen 1.5-MoE-A2.7B, Qwen 2-57B-A14B",
    model_types: &["qwen2_moe"],
    architectures: &["qwen2moe"],
    from_hf,
    from_gguf,
    hf_names: HF,
    gguf_names: tables::GGUF,
};

/// Llama's names with experts in some layers.
pub(super) const HF: Names = Names {
    prefixes: tables::HF_PREFIXES,
    rules: &[
        tables::HF_ENDS,
        tables::HF_PRE_NORMS,
        tables::HF_ATTENTION,
        tables::HF_MLP,
        tables::HF_EXPERTS,
        tables::HF_FUSED_EXPERTS,
    ],
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 32_768, kv_heads: Some(16), ..Defaults::default() };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let mut layer = sizes.gated_layer(norm, activation, rotary);
    layer.attention.bias = ProjectionBias::qkv(keys.flag("qkv_bias", true)?);
    let width = keys.usize("moe_intermediate_size")?.unwrap_or(1408);
    let mut mlp = experts::from_hf(keys, width, activation, keys.flag("norm_topk_prob", false)?)?;
    mlp.shared = Some(keys.usize("shared_expert_intermediate_size")?.unwrap_or(5632));
    let mut layers = sizes.repeat(layer)?;
    experts::give_to_layers(keys, &mut layers, mlp)?;
    windows(keys, &mut layers, |layer, limit| layer % 2 == 0 && layer < limit)?;
    Ok(sizes.model(FAMILY.name, layers, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    let shared = data.usize("expert_shared_feed_forward_length")?;
    if let Some(mlp) = experts::from_gguf(data, sizes.mlp_width, false)? {
        layer.mlp = MlpSpec::Experts(ExpertsMlp { shared: shared.or(Some(sizes.mlp_width)), ..mlp });
    }
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
