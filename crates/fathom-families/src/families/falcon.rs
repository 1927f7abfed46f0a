//! Falcon: attention and MLP side by side (behind one norm in the 7B, two in the 40B), keys and values shared by many
//! queries and fused with them. The older "RW" models are BLOOM's form instead.

use super::rope::Rope;
use super::sizes::{Sizes, width_per_head};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Layout, Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "falcon",
    about: "Falcon 7B, 40B, 180B, 11B and the RW models",
    model_types: &["falcon", "RefinedWeb", "RefinedWebModel"],
    architectures: &["falcon"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: &["transformer.", ""], rules: &[HF] },
    gguf_names: tables::GGUF_FALCON,
};

const HF: &[Rule] = &[
    rule("word_embeddings", &[ParamRole::TokenEmbedding]),
    rule("h.{}.ln_attn", &[ParamRole::AttnNorm]),
    rule("h.{}.ln_mlp", &[ParamRole::MlpNorm]),
    rule("h.{}.input_layernorm", &[ParamRole::AttnNorm]),
    rule("h.{}.self_attention.query_key_value", tables::QKV).layout(Layout::Grouped),
    rule("h.{}.self_attention.dense", &[ParamRole::Output]),
    rule("h.{}.post_attention_layernorm", &[ParamRole::MlpNorm]),
    rule("h.{}.mlp.dense_h_to_4h", &[ParamRole::Up]),
    rule("h.{}.mlp.dense_4h_to_h", &[ParamRole::Down]),
    rule("ln_f", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let width = keys.required("hidden_size")?;
    let heads = keys.required("num_attention_heads")?;
    let stated = keys.usize("num_kv_heads")?;
    // The first files of the 40B have its number of key/value heads and no switch.
    let first = keys.states("n_head_kv");
    let (new, multi) = (keys.flag("new_decoder_architecture", first)?, keys.flag("multi_query", true)?);
    let sizes = Sizes {
        width,
        heads,
        // The 7B shares one among all, whatever `num_kv_heads` says.
        kv_heads: if multi && !new { 1 } else { stated.unwrap_or(heads) },
        head_size: width_per_head(width, heads),
        vocabulary: keys.required("vocab_size")?,
        context: keys.usize("max_position_embeddings")?.unwrap_or(2048),
        layers: keys.required("num_hidden_layers")?,
        mlp_width: keys.usize("ffn_hidden_size")?.unwrap_or(width.saturating_mul(4)),
    }
    .even_heads()?;
    // The older code had this switch and never read it when attention and MLP stand side by side.
    keys.only("apply_residual_connection_post_layernorm", false)?;
    let norm = NormSpec::layer(keys.eps("layer_norm_epsilon", 1e-5)?);
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).hf(keys)?);
    let position = match keys.flag("alibi", false)? {
        // Biases are added before the scores are scaled.
        true => {
            let scale = 1.0 / (sizes.head_size as f32).sqrt();
            PositionSpec::Alibi(AlibiSpec { max_bias: 8.0, scale, bf16: true })
        }
        false => rotary,
    };
    let activation = keys.activation("activation", Activation::GeluErf)?;
    let mut layer = sizes.plain_layer(norm, activation, position, keys.flag("bias", false)?);
    let norms = keys.usize("num_ln_in_parallel_attn")?.unwrap_or(if new { 2 } else { 1 });
    let parallel = keys.flag("parallel_attn", true)?;
    layer.residual = match (new || parallel, norms) {
        (false, _) => Residual::Sequential,
        (true, 2) if new => Residual::Parallel,
        (true, _) => Residual::ParallelSharedNorm,
    };
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(true)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?.even_heads()?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    let mut layer = sizes.plain_layer(norm, Activation::GeluErf, rotary, false);
    let two = data.has("blk.0.attn_norm_2.weight");
    layer.residual = if two { Residual::Parallel } else { Residual::ParallelSharedNorm };
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
