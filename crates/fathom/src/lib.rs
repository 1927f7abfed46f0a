//! **Fathom**: see how a language model finds the words to say.
//!
//! This is the crate that users import: the nouns `Model`, `Output`, `Reading` and the short path between them.
//! Everything it returns comes from the crates below it, which it re-exports.
//!
//! ```
//! use fathom::{Model, render::{Style, terminal::{Span, rankings}}};
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # fathom_fixtures::tiny::write_safetensors("llama", folder.path());
//! # let name = folder.path().to_str().unwrap();
//! let model = Model::load(name)?; // "smollm2-135m", "org/name" on the hub, a folder or a file
//! let output = model.generate("The keys to the cabinet", 8)?;
//! let reading = output.read()?;
//! print!("{}", rankings(&reading, &Style::default(), Span::Outputs)?);
//! # Ok::<(), fathom::Error>(())
//! ```

#![forbid(unsafe_code)]

mod error;
mod form;
mod model;
mod saved;
mod whole;

pub use error::{Error, ErrorKind};
pub use fathom_fetch::{self as fetch, DEFAULT_MODEL};
pub use fathom_formats as formats;
pub use fathom_kernel::{CancelToken, Control, KernelError, Progress, Step};
pub use fathom_lens::{self as lens, LensError, ReadOptions};
pub use fathom_model::keep_freed_memory;
pub use fathom_model::{
    Bos, Compute, FamilyRow, Generation, Generator, ModelError, Precision, Prompt, PromptSource, Recorder,
    Run, SiteSelection, State, StorageReport, families_text, family_rows,
};
pub use fathom_reading::{self as reading, LensKind, ProjectionKind, Reading};
pub use fathom_render as render;
pub use fathom_tokenizer::{self as tokenizer, Specials};
pub use form::{Drawn, Form, PNG_SCALE};
pub use model::{LoadOptions, Model, Output};
pub use saved::load_reading;
pub use whole::WholeFile;
