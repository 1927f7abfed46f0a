//! A **lens** turns the hidden states of a run into a reading.
//!
//! This crate stands between `fathom-model` (which records states) and `fathom-reading` (which holds results):
//! it norms each state as the lens says, projects it onto the vocabulary through the model's own head, a block of
//! positions at a time, and keeps what a cell needs. Nothing of size layers x positions x vocabulary ever exists.
//!
//! ```no_run
//! use fathom_lens::{Lens, ReadOptions};
//! use fathom_kernel::Control;
//! use fathom_model::{LoadOptions, Model, Prompt, SiteSelection};
//! use fathom_reading::LensKind;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Model::load("model.gguf".as_ref(), LoadOptions::default())?;
//! let tokens = model.tokens_of(&Prompt::text("The keys to the cabinet"))?;
//! let run = model.run(&tokens, &SiteSelection::residual(), &Control::default())?;
//! let reading = Lens::new(LensKind::Logit).read(&model, &run, &ReadOptions::default())?;
//! for cell in reading.cells() {
//!     println!("{} {} rank {}", cell.place(), cell.position(), cell.target().rank);
//! }
//! # Ok(()) }
//! ```

#![forbid(unsafe_code)]

mod describe;
mod divergence;
mod error;
mod fold;
mod gather;
mod lens;
mod plan;
mod watch;

pub use describe::tokens;
pub use divergence::{Side, divergence};
pub use error::LensError;
pub use lens::{Lens, ReadOptions};
pub use watch::{by_id, resolve};
