//! StableLM 2 and 3B: Llama's form with layer norms and a quarter of each head rotated; the 12B has attention and MLP
//! side by side and a norm of each head's queries and keys.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, tables};
use crate::FamilyError;
use crate::names::{Names, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "stablelm",
    about: "StableLM 3B, StableLM 2 (1.6B, 12B), Stable Code",
    model_types: &["stablelm"],
    architectures: &["stablelm"],
    from_hf,
    from_gguf,
    hf_names: Names {
        rules: &[
            tables::HF_ENDS,
            tables::HF_PRE_NORMS,
            tables::HF_ATTENTION,
            tables::HF_MLP,
            &[
                rule("layers.{}.self_attn.q_layernorm.norms.{}", &[ParamRole::QueryNorm]),
                rule("layers.{}.self_attn.k_layernorm.norms.{}", &[ParamRole::KeyNorm]),
            ],
        ],
        ..tables::LLAMA_HF
    },
    gguf_names: tables::GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults { context: 4096, kv_heads: Some(32), head_size: None })?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).part(0.25).hf(keys)?);
    let norm = NormSpec::layer(keys.eps("layer_norm_eps", 1e-5)?);
    let mut layer = sizes.gated_layer(norm, keys.activation("hidden_act", Activation::Silu)?, rotary);
    layer.attention.bias = ProjectionBias::qkv(keys.flag("use_qkv_bias", false)?);
    let (parallel, qk_norm) = (keys.flag("use_parallel_residual", false)?, keys.flag("qk_layernorm", false)?);
    variant(&mut layer, norm, parallel, qk_norm);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).part(0.25).gguf(data)?);
    let norm = NormSpec::layer(data.required_f32("attention.layer_norm_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, rotary);
    layer.attention.bias = ProjectionBias::of_gguf(data);
    // llama.cpp goes by the tensor; the key has been true of models that have it.
    data.bool("use_parallel_residual")?;
    variant(&mut layer, norm, !data.has("blk.0.ffn_norm.weight"), data.has("blk.0.attn_q_norm.weight"));
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}

fn variant(layer: &mut LayerSpec, norm: NormSpec, parallel: bool, qk_norm: bool) {
    if parallel {
        layer.residual = Residual::ParallelSharedNorm;
    }
    let norm = NormSpec { bias: false, ..norm };
    layer.attention.qk_norm = qk_norm.then_some(QkNorm { norm, span: QkNormSpan::PerHead });
}
