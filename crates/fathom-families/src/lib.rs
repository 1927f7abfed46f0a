//! # fathom-families: what a checkpoint is
//!
//! Reads the config of a checkpoint (`config.json`, or a GGUF file's metadata) as transformers and llama.cpp read it, and
//! says in plain data what decoder it describes and what its tensors are called. Nothing here computes: `fathom-model`
//! runs what this crate describes.
//!
//! - [`Architecture::read`] is the way in: a checkpoint becomes a [`ModelConfig`], a table of [`Names`], and notes on
//!   settings without effect. What Fathom can't run exactly is refused by name ([`FamilyError`]).
//! - [`ModelConfig`] is the decoder, one [`LayerSpec`] per layer; [`ModelConfig::required_tensors`] lists its parameters
//!   ([`Param`]) with their shapes.
//! - [`Names`] says what files call a parameter, and which rows of which tensor are its own ([`Layout`]).
//! - [`Family`] is one architecture: how its configs are read and what its files call things. [`FAMILIES`] lists them; a
//!   new one is a file in `families/`.
//!
//! ```
//! use fathom_families::Architecture;
//! use fathom_formats::Checkpoint;
//!
//! # let folder = tempfile::tempdir()?;
//! # fathom_fixtures::tiny::write_safetensors("llama", folder.path());
//! # let path = folder.path();
//! let read = Architecture::read(&Checkpoint::open(path)?, path)?;
//! assert_eq!((read.config.family, read.config.layers.len()), ("llama", 3));
//!
//! let head = read.config.required_tensors().pop().unwrap();
//! assert_eq!(read.names.candidates(&head.param)[0].name, "lm_head.weight");
//! assert_eq!(head.shape, [read.config.vocabulary, read.config.width]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod describe;
mod error;
mod families;
mod names;
mod params;
mod spec;
mod validate;

pub use error::FamilyError;
pub use families::{
    Architecture, FAMILIES, Family, FamilyRow, adapter_alone, families_markdown, families_readme,
    families_text, family_rows, folder_of,
};
pub use names::{Candidate, Layout, Names, Rule};
pub use params::{Param, ParamKind, ParamRole, RequiredTensor};
pub use spec::{
    Activation, AlibiSpec, AttentionSpec, DenseMlp, EmbeddingSpec, ExpertsMlp, HeadSpec, LayerSpec,
    LearnedPositions, MlpSpec, ModelConfig, NormKind, NormPlacement, NormSpec, Pairing, PositionSpec,
    ProjectionBias, QkNorm, QkNormSpan, Residual, RotaryScaling, RotarySpec, Tie,
};
