//! Measuring Fathom: what `cargo xtask bench` runs, and the table of deviations in `docs/correctness.md`.
//!
//! Every figure is a median over rounds. Each round of a product also measures the machine's own peak, so that ratios
//! hold on a shared machine whose speed changes by the minute. The measured things, a file each:
//!
//! - [`process`]: the command-line program from start to end, and its peak memory;
//! - [`memory`]: what that peak is made of;
//! - [`load`]: from a file to a model, by steps;
//! - [`passes`]: the forward pass and the lens over prompts of several lengths, and the naive projector beside them;
//! - [`scale`]: the lens over more and more layers;
//! - [`screened`]: the screened projection beside the f32 one;
//! - [`generation`]: tokens per second, with and without a reading of every token;
//! - [`instructions`]: what valgrind counts of a small, fixed projection.
//!
//! [`goals`] holds what was to be reached beside what was found. [`peers`] runs others (PyTorch, llama.cpp) on the same states in turn, where it is asked to.

pub mod bandwidth;
pub mod clock;
pub mod deviations;
pub mod generation;
pub mod goals;
pub mod instructions;
pub mod load;
pub mod machine;
pub mod markers;
pub mod memory;
pub mod passes;
pub mod peak;
pub mod peers;
pub mod precision;
pub mod process;
pub mod report;
pub mod scale;
pub mod screened;
pub mod steps;
pub mod xl;

use anyhow::Result;
use fathom_model::{LoadOptions, Model};
use fathom_reading::{Origin, TokenId};
use std::path::Path;

/// Loads `path` on `threads` threads.
///
/// # Errors
/// The model's.
pub fn model(path: &Path, threads: usize) -> Result<Model> {
    Ok(Model::load(path, LoadOptions { threads: Some(threads), ..LoadOptions::default() })?)
}

/// A prompt of `length` tokens of English, by the default model's tokenizer; repeated where it must be longer.
pub fn prompt(length: usize) -> Vec<(TokenId, Origin)> {
    let text = fathom_fixtures::default_reference("long").ids;
    text.into_iter().cycle().take(length).map(|id| (TokenId(id), Origin::Prompt)).collect()
}
