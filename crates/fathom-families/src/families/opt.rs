//! OPT: learned positions from row 2 on, ReLU, biases. The 350M has its norms after each sum and embeddings narrower
//! than the stream.

use super::sizes::{Sizes, width_per_head};
use super::{Family, Keys, no_gguf, tables};
use crate::FamilyError;
use crate::names::{Names, Rule, rule};
use crate::params::ParamRole;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "opt",
    about: "OPT (125M to 66B), Galactica",
    model_types: &["opt"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: Names { prefixes: &["model.decoder.", "decoder.", "model.", ""], rules: &[HF] },
    gguf_names: tables::NO_GGUF,
};

const HF: &[Rule] = &[
    rule("embed_tokens", &[ParamRole::TokenEmbedding]),
    rule("embed_positions", &[ParamRole::PositionEmbedding]),
    rule("project_in", &[ParamRole::EmbeddingProjection]),
    rule("project_out", &[ParamRole::HeadProjection]),
    rule("layers.{}.self_attn.q_proj", &[ParamRole::Query]),
    rule("layers.{}.self_attn.k_proj", &[ParamRole::Key]),
    rule("layers.{}.self_attn.v_proj", &[ParamRole::Value]),
    rule("layers.{}.self_attn.out_proj", &[ParamRole::Output]),
    rule("layers.{}.self_attn_layer_norm", &[ParamRole::AttnNorm]),
    rule("layers.{}.self_attn_layer_norm", &[ParamRole::AttnAfterNorm]),
    rule("layers.{}.fc1", &[ParamRole::Up]),
    rule("layers.{}.fc2", &[ParamRole::Down]),
    rule("layers.{}.final_layer_norm", &[ParamRole::MlpNorm]),
    rule("layers.{}.final_layer_norm", &[ParamRole::MlpAfterNorm]),
    rule("final_layer_norm", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let (width, heads) = (keys.required("hidden_size")?, keys.required("num_attention_heads")?);
    let sizes = Sizes {
        width,
        heads,
        kv_heads: heads,
        head_size: width_per_head(width, heads),
        vocabulary: keys.required("vocab_size")?,
        context: keys.usize("max_position_embeddings")?.unwrap_or(2048),
        layers: keys.required("num_hidden_layers")?,
        mlp_width: keys.required("ffn_dim")?,
    }
    .even_heads()?;
    let affine = keys.flag("layer_norm_elementwise_affine", true)?;
    let norm = NormSpec { weight: affine, bias: affine, ..NormSpec::layer(1e-5) };
    let activation = keys.activation("activation_function", Activation::Relu)?;
    let bias = keys.flag("enable_bias", true)?;
    let mut layer = sizes.plain_layer(norm, activation, PositionSpec::None, bias);
    let before = keys.flag("do_layer_norm_before", true)?;
    if !before {
        layer.attn_norms = NormPlacement { after: Some(norm), ..NormPlacement::default() };
        layer.mlp_norms = layer.attn_norms;
    }
    let mut model = sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(true)?);
    let removed = keys.flag("_remove_final_layer_norm", false)?;
    if !before || removed {
        model.final_norm = None;
    }
    // The first two rows are the padding's, and one more that was never used.
    let rows = sizes.context.saturating_add(2);
    model.embedding.positions = Some(LearnedPositions { rows, offset: 2 });
    let inner = keys.usize("word_embed_proj_dim")?.filter(|inner| *inner != width);
    (model.embedding.inner, model.head.inner) = (inner, inner);
    Ok(model)
}
