//! Llama 1 to 3.x and everything in its form: SmolLM 1 and 2, TinyLlama, Yi, Vicuna …
//!
//! RMS norms before each part, rotary positions, grouped key/value heads, SiLU-gated MLP. llama.cpp gives Mistral's and
//! Mixtral's files this architecture's name too.

use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, Metadata, experts, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "llama",
    about: "Llama 1 to 3.x, SmolLM 1 and 2, TinyLlama, Yi, Vicuna",
    model_types: &["llama"],
    architectures: &["llama"],
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
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, keys.tie(false)?))
}

fn from_gguf(data: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_gguf(data)?;
    let rotary = Rope::new(&sizes).gguf(data)?;
    if rotary.dim != sizes.head_size {
        // The rows of q and k are interleaved over whole heads, so a part of one can't be rotated after the undoing.
        return Err(data.refused("rope.dimension_count", &rotary.dim.to_string()));
    }
    let norm = NormSpec::rms(data.required_f32("attention.layer_norm_rms_epsilon")?);
    let mut layer = sizes.gated_layer(norm, Activation::Silu, PositionSpec::Rotary(rotary));
    layer.attention.bias = ProjectionBias::of_gguf(data);
    layer.attention.window = data.usize("attention.sliding_window")?.filter(|window| *window > 0);
    layer.mlp_bias(data.has("blk.0.ffn_up.bias"));
    if let Some(mlp) = experts::from_gguf(data, sizes.mlp_width, true)? {
        layer.mlp = MlpSpec::Experts(mlp);
    }
    Ok(sizes.model(FAMILY.name, sizes.repeat(layer)?, norm, Tie::TiedIfMissing))
}
