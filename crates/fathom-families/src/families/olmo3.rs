//! OLMo 3: OLMo 2's form with a window in three of four layers, and rotary scaling in the fourth alone.

use super::olmo2::{layer, set_windows, usual_windows};
use super::rope::Rope;
use super::sizes::{Defaults, Sizes};
use super::{Family, Keys, no_gguf, tables};
use crate::FamilyError;
use crate::spec::*;

pub(super) const FAMILY: Family = Family {
    name: "olmo3",
    about: "OLMo 3 (7B, 32B; as GGUF: architecture olmo2)",
    model_types: &["olmo3"],
    architectures: &[],
    from_hf,
    from_gguf: no_gguf,
    hf_names: tables::BRANCH_NORMS_HF,
    gguf_names: tables::NO_GGUF,
};

fn from_hf(keys: &Keys<'_>) -> Result<ModelConfig, FamilyError> {
    let sizes = Sizes::from_hf(keys, Defaults::default())?;
    let [full, local] = Rope::new(&sizes).base(5e5).hf_by_layer_type(keys, None, 5e5)?;
    let norm = NormSpec::rms(keys.eps("rms_norm_eps", 1e-5)?);
    let mut layer = layer(&sizes, norm, keys.activation("hidden_act", Activation::Silu)?, full);
    layer.attention.bias = ProjectionBias::all(keys.flag("attention_bias", false)?);
    let mut layers = sizes.repeat(layer)?;
    let windowed = keys.windowed(layers.len())?.unwrap_or_else(|| usual_windows(layers.len()));
    set_windows(&mut layers, &windowed, keys.window(Some(4096))?, &local)?;
    Ok(sizes.model(FAMILY.name, layers, norm, keys.tie(false)?))
}
