//! OLMoE: Llama's form with sparse experts and a norm of all queries and all keys together.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, experts, qwen2_moe, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "olmoe",
    about: "OLMoE-1B-7B",
    model_types: &["olmoe"],
    architectures: &["olmoe"],
    from_hf,
    from_gguf,
    hf_names: qwen2_moe::HF,
    gguf_names: tables::GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { context: 4096, ..Defaults::default() })?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-5)?);
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let mut layer = sizes.gated_layer(norm, activation, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.attention.clip = keys.f32("clip_qkv")?;
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Projection });
    let normalise = keys.flag("norm_topk_prob", false)?;
    layer.mlp = MlpSpec::Experts(experts::from_hf(keys, sizes.mlp_width, activation, normalise)?);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.qk_norm = Some(QkNorm { norm, span: QkNormSpan::Projection });
    if let Some(mlp) = experts::from_gguf(data, sizes.mlp_width, false)? {
        layer.mlp = MlpSpec::Experts(mlp);
    }
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
