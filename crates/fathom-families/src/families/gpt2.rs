//! GPT-2 in all sizes, and models in its form (DistilGPT-2, DialoGPT).
//!
//! Layer norms before each part, learned positions, one fused q/k/v projection, a plain GELU MLP, tied head. Its
//! safetensors hold matrices as `[in, out]` (the original's Conv1D); GGUF files have them turned already.

use super::sizes::Sizes;
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gpt2",
    about: "GPT-2 (small to XL), DistilGPT-2, DialoGPT",
    model_types: &["gpt2"],
    architectures: &["gpt2"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: &["", "transformer."], rules: &[HF] },
    gguf_names: tables::GGUF,
};

const HF: &[Rule] = &[
    rule("wte", &[ParamRole::TokenEmbedding]),
    rule("wpe", &[ParamRole::PositionEmbedding]),
    rule("h.{}.ln_1", &[ParamRole::AttnNorm]),
    rule("h.{}.attn.c_attn", tables::QKV).transposed(),
    rule("h.{}.attn.c_proj", &[ParamRole::Output]).transposed(),
    rule("h.{}.ln_2", &[ParamRole::MlpNorm]),
    rule("h.{}.mlp.c_fc", &[ParamRole::Up]).transposed(),
    rule("h.{}.mlp.c_proj", &[ParamRole::Down]).transposed(),
    rule("ln_f", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gpt2(keys, 1024)?;
    keys.only("add_cross_attention", false)?;
    let norm = NormSpec::layer(keys.eps("layer_norm_epsilon", 1e-5)?);
    let activation = keys.activation("activation_function", Activation::GeluTanh)?;
    let mut layer = sizes.plain_layer(norm, activation, PositionSpec::None, true);
    if !keys.flag("scale_attn_weights", true)? {
        layer.attention.score_scale = 1.0;
    }
    let mut layers = sizes.repeat(layer)?;
    if keys.flag("scale_attn_by_inverse_layer_idx", false)? {
        for (i, layer) in layers.iter_mut().enumerate() {
            layer.attention.score_scale /= (i + 1) as f32;
        }
    }
    Ok(build_model(&sizes, layers, norm, keys.tie(true)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?.even_heads()?;
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    let layer = sizes.plain_layer(norm, Activation::GeluTanh, PositionSpec::None, true);
    Ok(build_model(&sizes, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}

fn build_model(sizes: &Sizes, layers: Vec<LayerSpec>, norm: NormSpec, tie: Tie) -> ModelConfig {
    let mut model = sizes.model(FAMILY.name, layers, norm, tie);
    model.embedding.positions = Some(LearnedPositions { rows: sizes.context, offset: 0 });
    model
}
