//! Prints how far Fathom's numbers are from transformers', or puts the tables into a document:
//! `cargo run -p fathom-bench --bin deviations -- docs/correctness.md`.

use anyhow::Result;
use fathom_bench::{deviations, markers};
use fathom_fetch::{DEFAULT_MODEL, FetchOptions, Quiet, resolve};
use std::path::Path;

fn main() -> Result<()> {
    let mut all = vec![deviations::default_model(&resolve(DEFAULT_MODEL, &FetchOptions::new(&Quiet))?.path)?];
    all.extend(deviations::tiny_models()?);
    let text = deviations::markdown(&all);
    match std::env::args().nth(1) {
        Some(document) => markers::update(Path::new(&document), "deviations", &text),
        None => {
            print!("{text}");
            Ok(())
        }
    }
}
