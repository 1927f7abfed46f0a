//! Mixtral: Mistral's form with eight experts for an MLP, two of them used by a token.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, experts, no_gguf, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "mixtral",
    about: "Mixtral 8x7B and 8x22B (as GGUF: architecture llama)",
    model_types: &["mixtral"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: Names {
        prefixes: tables::HF_PREFIXES,
        rules: &[
            tables::HF_ENDS,
            tables::HF_PRE_NORMS,
            tables::HF_ATTENTION,
            EXPERTS,
            tables::HF_FUSED_EXPERTS,
        ],
    },
    gguf_names: tables::NO_GGUF,
};

const EXPERTS: &[Rule] = &[
    rule("layers.{}.block_sparse_moe.gate", &[ParamRole::Router]),
    rule("layers.{}.mlp.gate", &[ParamRole::Router]),
    rule("layers.{}.block_sparse_moe.experts.{}.w1", &[ParamRole::ExpertGate]),
    rule("layers.{}.block_sparse_moe.experts.{}.w3", &[ParamRole::ExpertUp]),
    rule("layers.{}.block_sparse_moe.experts.{}.w2", &[ParamRole::ExpertDown]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let defaults = Defaults { context: 4096 * 32, kv_heads: Some(8), ..Defaults::default() };
    let sizes = Sizes::from_hf(keys, defaults)?;
    let rotary = PositionSpec::Rotary(Rope::new(&sizes).base(1e6).hf(keys)?);
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-5)?);
    let activation = keys.activation("hidden_act", Activation::Silu)?;
    let mut layer = sizes.gated_layer(norm, activation, rotary);
    layer.attention.window = keys.window(None)?;
    layer.mlp = MlpSpec::Experts(experts::from_hf(keys, sizes.mlp_width, activation, true)?);
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}
