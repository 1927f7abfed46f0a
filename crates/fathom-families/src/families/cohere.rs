//! Cohere's Command R and Aya: attention and MLP side by side behind one norm, neighbours rotated, scaled logits.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "cohere",
    about: "Command R and R+, Aya 23 and Expanse",
    model_types: &["cohere"],
    architectures: &["command-r"],
    from_hf,
    from_gguf,
    hf_names: tables::LLAMA_HF,
    gguf_names: tables::GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { context: 8192, ..Defaults::default() })?;
    let rotary = Rope::new(&sizes).interleaved().base(5e5).hf(keys)?;
    let eps = keys.eps("layer_norm_eps", 1e-5)?;
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let mut model = build_model(&sizes, eps, activation, rotary, keys.flag("use_qk_norm", false)?)?;
    let bias = keys.flag("attention_bias", false)?;
    model.layers.iter_mut().for_each(|layer| layer.attention.bias = ProjectionBias::all(bias));
    model.head.logit_scale = keys.f32("logit_scale")?.unwrap_or(0.0625);
    model.head.tie = keys.tie(true)?;
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = Rope::new(&sizes).interleaved().gguf(data)?;
    let eps = data.required_f32("attention.layer_norm_epsilon")?;
    let qk_norm = data.has("blk.0.attn_q_norm.weight");
    let mut model = build_model(&sizes, eps, Activation::Silu, rotary, qk_norm)?;
    model.head.logit_scale = data.required_f32("logit_scale")?;
    Ok(model)
}

fn build_model(
    sizes: &Sizes,
    eps: f32,
    activation: Activation,
    rotary: RotarySpec,
    qk_norm: bool,
) -> Result<ModelConfig, FamilyError> {
    let norm = NormSpec { bias: false, ..NormSpec::layer(eps) };
    let mut layer = sizes.gated_layer(norm, activation, PositionSpec::Rotary(rotary));
    layer.attention.qk_norm = qk_norm.then_some(QkNorm { norm, span: QkNormSpan::PerHead });
    layer.residual = Residual::ParallelSharedNorm;
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
