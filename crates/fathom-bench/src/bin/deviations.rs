//! Prints how far Fathom's numbers are from transformers', model by model, or puts the tables, family by family, into
//! a document: `cargo run -p fathom-bench --bin deviations -- docs/correctness.md`.

use anyhow::Result;
use fathom_bench::{deviations, markers};
use fathom_fetch::{DEFAULT_MODEL, FetchOptions, Quiet, resolve};
use std::path::Path;

fn main() -> Result<()> {
    let model = resolve(DEFAULT_MODEL, &FetchOptions::new(&Quiet))?;
    let mut all = vec![deviations::default_model(&model.path)?];
    let tiny = deviations::tiny_models()?;
    match std::env::args().nth(1) {
        Some(document) => {
            all.extend(deviations::by_family(&tiny));
            markers::update(Path::new(&document), "deviations", &deviations::markdown(&all))
        }
        None => {
            all.extend(tiny);
            print!("{}", deviations::markdown(&all));
            Ok(())
        }
    }
}
