//! # fathom-model: a checkpoint becomes a running decoder
//!
//! The middle of Fathom's picture: tokens go in, a *recorder* listens, hidden states at named sites come out. This is
//! the only crate that knows the tensor library (candle).
//!
//! - [`Model::load`] reads GGUF and safetensors checkpoints, strictly: what is missing, unused, misshapen or unknown
//!   is refused by name.
//! - [`ModelConfig`] says what a decoder is, layer by layer; one block runs every family. A family is a parser of
//!   configs and a table of weight names, in `families/`.
//! - [`Model::run`], [`Model::run_forced`] and [`Model::generate`] make a [`Run`]: tokens and recorded [`States`].
//! - [`Recorder`] is how anything else listens, or intervenes.

mod block;
mod cache;
mod decoder;
mod dequant;
mod error;
mod families;
mod generate;
mod model;
mod names;
mod ops;
mod prompt;
mod record;
mod run;
mod sample;
mod slots;
mod spec;
mod weights;

pub use cache::KvCache;
pub use error::{ModelError, TensorName};
pub use families::{FAMILIES, Family};
pub use generate::Generation;
pub use model::{Head, LoadOptions, Model};
pub use names::{Layout, Names, Rule};
pub use prompt::{Bos, Prompt, PromptSource};
pub use record::{BatchStates, Nothing, Recorder, SiteSelection, States};
pub use run::Run;
pub use slots::{Part, Place, Slot, Wanted};
pub use spec::{
    Activation, AttentionSpec, DenseMlp, EmbeddingSpec, HeadSpec, LayerSpec, LearnedPositions, MlpSpec,
    ModelConfig, NormKind, NormPlacement, NormSpec, Pairing, PositionSpec, ProjectionBias, QkNorm,
    QkNormSpan, Residual, RotaryScaling, RotarySpec, Tie,
};
