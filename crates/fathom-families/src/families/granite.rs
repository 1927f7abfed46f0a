//! IBM's Granite 3: Llama's form with four multipliers: of the embedding, of what each part adds, of the scores, and a
//! divisor of the logits.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "granite",
    about: "Granite 3.x (dense)",
    model_types: &["granite"],
    architectures: &["granite"],
    from_hf,
    from_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::GGUF_PERMUTED,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-6)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    layer.mlp_bias(keys.flag("mlp_bias", false)?);
    layer.attention.score_scale = keys.f32("attention_multiplier")?.unwrap_or(1.0);
    layer.residual_scale = keys.f32("residual_multiplier")?.unwrap_or(1.0);
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?);
    model.embedding.scale = keys.f32("embedding_multiplier")?;
    model.head.logit_scale = 1.0 / keys.f32("logits_scaling")?.unwrap_or(1.0);
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.mlp_bias(data.has("blk.0.ffn_up.bias"));
    layer.attention.score_scale = data.f32("attention.scale")?.unwrap_or(layer.attention.score_scale);
    layer.residual_scale = data.f32("residual_scale")?.unwrap_or(1.0);
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing);
    model.embedding.scale = data.f32("embedding_scale")?;
    model.head.logit_scale = 1.0 / data.f32("logit_scale")?.unwrap_or(1.0);
    Ok(model)
}
