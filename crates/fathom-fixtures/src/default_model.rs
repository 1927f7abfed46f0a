//! The default model: its file, and its references.

use crate::{Reference, fixtures, load};
use fathom_fetch::{DEFAULT_MODEL, FetchOptions, Quiet, resolve};
use std::path::PathBuf;

/// The names of the recorded prompts. `long` has 408 tokens; `keys`, `heathrow` and `europe` have greedy continuations;
/// `ones`, `keys` and `heathrow` have both lenses.
pub const DEFAULT_PROMPTS: [&str; 6] = ["ones", "keys", "key", "heathrow", "europe", "long"];

/// The default model's GGUF file, fetched once into the user's cache; `FATHOM_TEST_MODEL` names a file to use instead.
///
/// # Panics
/// When it cannot be had: a test that needs it must not pass without it.
pub fn default_model() -> PathBuf {
    if let Some(path) = std::env::var_os("FATHOM_TEST_MODEL") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "FATHOM_TEST_MODEL is {}, which is no file", path.display());
        return path;
    }
    match resolve(DEFAULT_MODEL, &FetchOptions::new(&Quiet)) {
        Ok(files) => files.path,
        Err(error) => panic!(
            "this test runs the default model, which could not be had: {error}\n\
             Fetch it with `cargo run -- models pull {DEFAULT_MODEL}`, or set FATHOM_TEST_MODEL to its GGUF file."
        ),
    }
}

/// The reference of one of [`DEFAULT_PROMPTS`] on the default model.
///
/// # Panics
/// When `prompt` is none of them.
pub fn default_reference(prompt: &str) -> Reference {
    assert!(DEFAULT_PROMPTS.contains(&prompt), "no prompt {prompt}; there are {DEFAULT_PROMPTS:?}");
    load(&fixtures().join("default").join(format!("{prompt}.json")))
}
