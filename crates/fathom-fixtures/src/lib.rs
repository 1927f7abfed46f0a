//! What Fathom is compared with: reference numbers from Hugging Face transformers, and tiny models made from seeds.
//!
//! This crate is for tests only (it is never published). The numbers lie in `fixtures/` and are made by
//! `fixtures/references.py`; see `fixtures/README.md`. Here they are parsed, the tiny models' weights are made again
//! from their seeds, bit for bit as Python made them, and comparisons say *where* two runs first part.
//!
//! ```
//! use fathom_fixtures::{Tolerance, compare_sites, tiny};
//!
//! # fn hidden_state(_site: &str) -> Vec<f32> { vec![0.0; 12 * 24] }
//! let folder = tempfile::tempdir().unwrap();
//! tiny::write_safetensors("llama", folder.path()); // config.json, tokenizer.json, model.safetensors
//! let reference = tiny::reference("llama");
//! assert_eq!(reference.ids.len(), 12);
//!
//! // `hidden_state` would be your model's: a site's name to rows [T, width], one after another.
//! let difference = compare_sites(&reference, Tolerance::TINY, |site| Some(hidden_state(site))).unwrap_err();
//! assert_eq!(difference.site, "embed"); // the first site that differs
//! ```

#![forbid(unsafe_code)]

pub mod article;
mod compare;
mod default_model;
mod gguf_file;
pub mod not_finite;
pub mod prng;
pub mod quant;
mod reading;
mod reference;
pub mod tiny;
pub mod write;

pub use compare::{SiteDifference, SiteReport, Tolerance, compare_sites};
pub use default_model::{DEFAULT_PROMPTS, default_model, default_reference};
pub use reading::{LensReport, compare_reading, ranks_agree};
pub use reference::{LensReference, Reference, SiteReference, site};

use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The repository's `fixtures/` folder. `FATHOM_FIXTURES` names it where a test binary runs away from the tree that it was
/// built in.
pub fn fixtures() -> PathBuf {
    if let Some(path) = std::env::var_os("FATHOM_FIXTURES") {
        return path.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Says on standard error what a passing test did not check. Test runners keep what `println!` says of such a test to
/// themselves; this they can't.
pub fn say_aloud(message: &str) {
    // Nobody to hear it is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// A committed JSON file, parsed.
///
/// # Panics
/// When it is missing or not what was expected: the working tree is then broken, or the name is not one of ours.
fn load<T: DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
