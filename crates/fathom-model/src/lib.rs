//! # fathom-model: a checkpoint becomes a running decoder
//!
//! The middle of Fathom's picture: tokens go in, a *recorder* listens, hidden states at named sites come out. What a
//! checkpoint's config asks for is read one floor below, in `fathom-families`; this is the only crate that knows the
//! tensor library (candle).
//!
//! - [`Model::load`] reads GGUF and safetensors checkpoints, strictly: what is missing, unused, misshapen or unknown
//!   is refused by name.
//! - [`ModelConfig`] says what a decoder is, layer by layer; one block runs every family.
//! - [`Model::run`], [`Model::run_forced`] and [`Model::generate`] make a [`Run`]: tokens and recorded [`States`].
//! - [`Precision`] says how weights are stored in memory: f32, half precision, or as quantised as the file has them.
//! - [`Recorder`] is how anything else listens, or intervenes.
//! - [`Compute`] says where all this happens: by Fathom's kernels on the CPU, or on a device out of tensor operations,
//!   where [`TensorProjector`] is the lens's kernel.
//!
//! ```
//! use fathom_kernel::Control;
//! use fathom_model::{Generation, LoadOptions, Model, Prompt, SiteSelection};
//! use fathom_reading::{Layer, Site};
//!
//! # let folder = tempfile::tempdir()?;
//! # fathom_fixtures::tiny::write_safetensors("llama", folder.path());
//! # let path = folder.path();
//! let model = Model::load(path, LoadOptions::default())?; // a GGUF file, a safetensors file, or a folder
//! let prompt = model.tokens_of(&Prompt::text("The keys to the cabinet"))?;
//!
//! let settings = Generation { max_new: 4, ..Generation::default() };
//! let mut stream = |_id, bytes: &[u8]| print!("{}", String::from_utf8_lossy(bytes));
//! let run = model.generate(&prompt, &settings, &SiteSelection::residual(), &mut stream, &Control::default())?;
//!
//! // One row of the model's width for every token, prompt and output, after each block.
//! let rows = run.states.rows(Site::after(Layer(0)));
//! assert_eq!(rows.len(), run.tokens.len() * model.config().width);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allocator;
mod block;
mod cache;
mod decoder;
mod dequant;
mod device;
mod digest;
mod error;
mod finite;
mod generate;
mod inventory;
mod leftovers;
mod loader;
mod mlp;
mod model;
mod ops;
mod pool;
mod precision;
#[cfg(feature = "tensors")]
mod projector;
mod prompt;
mod record;
mod run;
mod sample;
mod weights;

pub use allocator::{give_back_freed_memory, keep_freed_memory};
pub use cache::KvCache;
pub use device::Compute;
pub use error::{ModelError, TensorName};
// What this crate runs is described one floor below; its users need not name that floor.
pub use fathom_families::{
    Activation, AlibiSpec, AttentionSpec, DenseMlp, EmbeddingSpec, ExpertsMlp, FAMILIES, Family, FamilyError,
    FamilyRow, HeadSpec, LayerSpec, LearnedPositions, MlpSpec, ModelConfig, NormKind, NormPlacement,
    NormSpec, Pairing, PositionSpec, ProjectionBias, QkNorm, QkNormSpan, Residual, RotaryScaling, RotarySpec,
    Tie, families_text, family_rows,
};
pub use generate::{Generation, Generator};
pub use model::{Head, LoadOptions, Model};
pub use precision::{Precision, StorageReport};
#[cfg(feature = "tensors")]
pub use projector::TensorProjector;
pub use prompt::{Bos, Prompt, PromptSource};
pub use record::{BatchStates, Nothing, Recorder, SiteSelection, State, States};
pub use run::Run;
