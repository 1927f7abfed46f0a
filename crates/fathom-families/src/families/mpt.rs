//! MPT: ALiBi, no biases at all (layer norms included), fused queries, keys and values, tied head.

use super::sizes::{Sizes, width_per_head};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "mpt",
    about: "MPT 7B and 30B",
    model_types: &["mpt"],
    architectures: &["mpt"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: &["transformer.", ""], rules: &[HF] },
    gguf_names: tables::GGUF,
};

const HF: &[Rule] = &[
    rule("wte", &[ParamRole::TokenEmbedding]),
    rule("blocks.{}.norm_1", &[ParamRole::AttnNorm]),
    rule("blocks.{}.attn.Wqkv", tables::QKV),
    rule("blocks.{}.attn.out_proj", &[ParamRole::Output]),
    rule("blocks.{}.norm_2", &[ParamRole::MlpNorm]),
    rule("blocks.{}.ffn.up_proj", &[ParamRole::Up]),
    rule("blocks.{}.ffn.down_proj", &[ParamRole::Down]),
    rule("norm_f", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let (width, heads) = (keys.required("d_model")?, keys.required("n_heads")?);
    let sizes = Sizes {
        width,
        heads,
        kv_heads: heads,
        head_size: width_per_head(width, heads),
        vocabulary: keys.required("vocab_size")?,
        context: keys.usize("max_seq_len")?.unwrap_or(2048),
        layers: keys.required("n_layers")?,
        mlp_width: width.saturating_mul(4),
    }
    .even_heads()?;
    // What else of `attn_config` and of the class matters in MPT's own code transformers' does not read.
    let (mut scale, mut clip) = (None, None);
    if let Some(attention) = keys.object_of("attn_config", "mpt attn_config")? {
        scale = attention.f32("softmax_scale")?;
        clip = attention.f32("clip_qkv")?.filter(|clip| *clip != 0.0);
        attention.note_unread();
    }
    let mut model = build_model(&sizes, keys.eps("layer_norm_epsilon", 1e-5)?, clip, 8.0)?;
    for layer in &mut model.layers {
        layer.attention.score_scale = scale.unwrap_or(layer.attention.score_scale);
    }
    model.head.tie = keys.tie(true)?;
    Ok(model)
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?.even_heads()?;
    let eps = data.required_f32("attention.layer_norm_epsilon")?;
    let clip = data.f32("attention.clamp_kqv")?.filter(|clip| *clip != 0.0);
    // Files without the bias are of models with learned positions, which transformers does not have.
    build_model(&sizes, eps, clip, data.required_f32("attention.max_alibi_bias")?)
}

fn build_model(
    sizes: &Sizes,
    eps: f32,
    clip: Option<f32>,
    max_bias: f32,
) -> Result<ModelConfig, FamilyError> {
    let norm = NormSpec { bias: false, ..NormSpec::layer(eps) };
    let alibi = PositionSpec::Alibi(AlibiSpec { max_bias, scale: 1.0, bf16: false });
    let mut layer = sizes.plain_layer(norm, Activation::GeluErf, alibi, false);
    layer.attention.clip = clip;
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
