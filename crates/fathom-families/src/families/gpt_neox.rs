//! GPT-NeoX and Pythia: attention and MLP side by side, each behind its own norm; part of a head rotated; queries, keys
//! and values fused head by head.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Layout, Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "gpt_neox",
    about: "GPT-NeoX-20B, Pythia, Dolly 2, StableLM alpha",
    model_types: &["gpt_neox"],
    architectures: &["gptneox"],
    from_hf,
    from_gguf,
    hf_names: Names { prefixes: &["gpt_neox.", ""], rules: &[HF] },
    gguf_names: tables::GGUF,
};

const HF: &[Rule] = &[
    rule("embed_in", &[ParamRole::TokenEmbedding]),
    rule("layers.{}.input_layernorm", &[ParamRole::AttnNorm]),
    rule("layers.{}.attention.query_key_value", tables::QKV).layout(Layout::Grouped),
    rule("layers.{}.attention.dense", &[ParamRole::Output]),
    rule("layers.{}.post_attention_layernorm", &[ParamRole::MlpNorm]),
    rule("layers.{}.mlp.dense_h_to_4h", &[ParamRole::Up]),
    rule("layers.{}.mlp.dense_4h_to_h", &[ParamRole::Down]),
    rule("final_layer_norm", &[ParamRole::FinalNorm]),
    rule("embed_out", &[ParamRole::Head]),
    // transformers 5's own name for it, which a saved state dict has.
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?.even_heads()?;
    let rope = Rope::new(&sizes).part(0.25).keys(["rotary_emb_base", "rotary_pct"]);
    let rotary = PositionSpec::Rotary(rope.hf(keys)?);
    let norm = NormSpec::layer(keys.eps("layer_norm_eps", 1e-5)?);
    let mut layer =
        sizes.plain_layer(norm, keys.activation("hidden_act", Activation::GeluErf)?, rotary, true);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", true)?);
    layer.residual = residual(keys.flag("use_parallel_residual", true)?);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn residual(parallel: bool) -> Residual {
    if parallel { Residual::Parallel } else { Residual::Sequential }
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?.even_heads()?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).gguf(data)?);
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    // llama.cpp applies the tanh approximation here; the models were trained with erf.
    let mut layer = sizes.plain_layer(norm, Activation::GeluErf, rotary, true);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.residual = residual(data.bool("use_parallel_residual")?.unwrap_or(true));
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
