//! GPT-Neo: GPT-2's form with separate projections, scores that are not scaled, and a window in some layers.

use super::sizes::{Sizes, width_per_head, with_windows};
use super::{Family, Keys, no_gguf, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;
use serde_json::Value;

pub(super) const FAMILY: Family = Family {
    name: "gpt_neo",
    about: "GPT-Neo (125M, 1.3B, 2.7B)",
    model_types: &["gpt_neo"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: Names { prefixes: &["transformer.", ""], rules: &[HF] },
    gguf_names: tables::NO_GGUF,
};

const HF: &[Rule] = &[
    rule("wte", &[ParamRole::TokenEmbedding]),
    rule("wpe", &[ParamRole::PositionEmbedding]),
    rule("h.{}.ln_1", &[ParamRole::AttnNorm]),
    rule("h.{}.attn.attention.q_proj", &[ParamRole::Query]),
    rule("h.{}.attn.attention.k_proj", &[ParamRole::Key]),
    rule("h.{}.attn.attention.v_proj", &[ParamRole::Value]),
    rule("h.{}.attn.attention.out_proj", &[ParamRole::Output]),
    rule("h.{}.ln_2", &[ParamRole::MlpNorm]),
    rule("h.{}.mlp.c_fc", &[ParamRole::Up]),
    rule("h.{}.mlp.c_proj", &[ParamRole::Down]),
    rule("ln_f", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let width = keys.required("hidden_size")?;
    let heads = keys.required("num_heads")?;
    let sizes = Sizes {
        width,
        heads,
        kv_heads: heads,
        head_size: width_per_head(width, heads),
        vocabulary: keys.required("vocab_size")?,
        context: keys.usize("max_position_embeddings")?.unwrap_or(2048),
        layers: keys.required("num_layers")?,
        mlp_width: keys.usize("intermediate_size")?.unwrap_or(width.saturating_mul(4)),
    }
    .even_heads()?;
    let norm = NormSpec::layer(keys.eps("layer_norm_epsilon", 1e-5)?);
    let activation = keys.activation("activation_function", Activation::GeluTanh)?;
    let mut layer = sizes.plain_layer(norm, activation, PositionSpec::None, true);
    layer.attention.bias = ProjectionBias { output: true, ..ProjectionBias::default() };
    layer.attention.score_scale = 1.0;
    let mut layers = sizes.repeat(layer)?;
    let window = keys.usize("window_size")?.unwrap_or(256);
    with_windows(&mut layers, &local_layers(keys, sizes.layers)?, Some(window))?;
    let mut model = sizes.model(FAMILY.name, layers, norm, keys.tie(true)?);
    model.embedding.positions = Some(LearnedPositions { rows: sizes.context, offset: 0 });
    Ok(model)
}

/// Which layers are local: `attention_layers`, one by one, or `attention_types`, such as `[[["global", "local"], 12]]`.
fn local_layers(keys: &Keys<'_>, layers: usize) -> Result<Vec<bool>, FamilyError> {
    let wrong = |what: &str| FamilyError::config("attention_types", "a global or local for each layer", what);
    let kind = |kind: &Value| match kind.as_str() {
        Some("global") => Ok(false),
        Some("local") => Ok(true),
        _ => Err(wrong("another kind")),
    };
    let (stated, groups) = (keys.list("attention_layers")?, keys.list("attention_types")?);
    let mut local = Vec::new();
    match (stated, groups) {
        (Some(stated), _) => local = stated.iter().map(kind).collect::<Result<_, _>>()?,
        (None, None) => return Ok((0..layers.min(1 << 12)).map(|layer| layer % 2 == 1).collect()),
        (None, Some(groups)) => {
            for group in groups {
                let (kinds, times) =
                    (group.get(0).and_then(Value::as_array), group.get(1).and_then(Value::as_u64));
                let (Some(kinds), Some(times)) = (kinds, times) else { return Err(wrong("another form")) };
                for _ in 0..times {
                    for name in kinds {
                        local.push(kind(name)?);
                    }
                    if local.len() > layers || kinds.is_empty() {
                        return Err(wrong("another number"));
                    }
                }
            }
        }
    }
    if local.len() != layers { Err(wrong("another number")) } else { Ok(local) }
}
