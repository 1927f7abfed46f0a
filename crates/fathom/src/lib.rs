//! **Fathom**: see how a language model finds the words to say.
//!
//! This is the crate that users import: the nouns `Model`, `Output`, `Reading` and the short path between them.
//! Everything it returns comes from the crates below it, which it re-exports.
//!
//! ```no_run
//! # fn main() -> Result<(), fathom::Error> {
//! let model = fathom::Model::load("smollm2-135m")?;
//! let output = model.generate("The keys to the cabinet", 8)?;
//! let reading = output.read()?;
//! print!("{}", fathom::render::terminal::rankings(&reading, &Default::default(), Default::default())?);
//! # Ok(()) }
//! ```

mod error;
mod model;

pub use error::{Error, ErrorKind};
pub use fathom_fetch::{self as fetch, DEFAULT_MODEL};
pub use fathom_lens::{self as lens, ReadOptions};
pub use fathom_kernel::{CancelToken, Control, Progress, Step};
pub use fathom_model::{Bos, Generation, Prompt, PromptSource, Run, SiteSelection};
pub use fathom_tokenizer::Specials;
pub use fathom_reading::{self as reading, LensKind, Reading};
pub use fathom_render as render;
pub use model::{LoadOptions, Model, Output};
