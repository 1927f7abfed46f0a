//! Settings of sparse experts, which families spell alike.

use super::{Keys, Metadata};
use crate::FamilyError;
use crate::spec::{Activation, ExpertsMlp, LayerSpec, MlpSpec};

/// From a config. `width` is one expert's inner width.
pub(super) fn from_hf(
    keys: &Keys<'_>,
    width: usize,
    activation: Activation,
    normalise: bool,
) -> Result<ExpertsMlp, FamilyError> {
    // Two names, of which the class says the one that counts. Qwen 2's class has but the first.
    let experts = keys.required("num_experts")?;
    let used = keys.required("num_experts_per_tok")?;
    Ok(ExpertsMlp { experts, used, width, activation, normalise, shared: None })
}

/// From llama.cpp's keys, where the file has experts. Whether probabilities are normalised is a matter of the
/// architecture unless the file says it.
pub(super) fn from_gguf(
    data: &Metadata<'_>,
    mlp_width: usize,
    normalise: bool,
) -> Result<Option<ExpertsMlp>, FamilyError> {
    let (experts, used) = (data.usize("expert_count")?, data.usize("expert_used_count")?);
    let width = data.usize("expert_feed_forward_length")?.unwrap_or(mlp_width);
    let normalise = data.bool("expert_weights_norm")?.unwrap_or(normalise);
    // 1 is the softmax over all; others come with architectures of their own.
    data.only("expert_gating_func", 1)?;
    let Some(experts) = experts.filter(|experts| *experts > 0) else { return Ok(None) };
    let used = used.unwrap_or(experts);
    let activation = Activation::Silu;
    Ok(Some(ExpertsMlp { experts, used, width, activation, normalise, shared: None }))
}

/// Gives experts to the layers that transformers' Qwen code gives them to: every `decoder_sparse_step`th, but for
/// those listed in `mlp_only_layers`.
pub(super) fn give_to_layers(
    keys: &Keys<'_>,
    layers: &mut [LayerSpec],
    mlp: ExpertsMlp,
) -> Result<(), FamilyError> {
    let step = keys.usize("decoder_sparse_step")?.unwrap_or(1);
    let dense = keys.list("mlp_only_layers")?.unwrap_or(&[]);
    let dense: Option<Vec<u64>> = dense.iter().map(|layer| layer.as_u64()).collect();
    let dense = dense
        .ok_or_else(|| FamilyError::config("mlp_only_layers", "a list of layers", "something else in it"))?;
    if step == 0 {
        return Err(FamilyError::config("decoder_sparse_step", "at least 1", step));
    }
    for (i, layer) in layers.iter_mut().enumerate() {
        if (i + 1) % step == 0 && !dense.contains(&(i as u64)) {
            layer.mlp = MlpSpec::Experts(mlp);
        }
    }
    Ok(())
}
