//! From a file to a model, by steps.

use crate::clock::median;
use anyhow::{Context, Result};
use fathom_formats::Checkpoint;
use fathom_kernel::{Control, Progress, Step};
use fathom_model::{LoadOptions, Model};
use fathom_tokenizer::Tokenizer;
use serde::Serialize;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Seconds of each step of loading.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    /// Threads of the model.
    pub threads: usize,
    /// The file opened and its header parsed.
    pub open: f64,
    /// The tokenizer built.
    pub tokenizer: f64,
    /// The unembedding converted and packed.
    pub packing: f64,
    /// The blocks' weights converted.
    pub weights: f64,
    /// All of it, in one piece.
    pub total: f64,
}

/// Notes when the head, and when the last block, was ready.
struct Stamps(Mutex<Vec<Instant>>);

impl Progress for Stamps {
    fn report(&self, _step: Step, _done: u64, _total: u64) {
        if let Ok(mut stamps) = self.0.lock() {
            stamps.push(Instant::now());
        }
    }
}

/// Loads the model `rounds` times.
///
/// # Errors
/// The loader's.
pub fn measure(path: &Path, threads: usize, rounds: usize) -> Result<Load> {
    let all: Vec<Load> = (0..rounds).map(|_| once(path, threads)).collect::<Result<_>>()?;
    let middle = |of: fn(&Load) -> f64| median(all.iter().map(of));
    Ok(Load {
        threads,
        open: middle(|load| load.open),
        tokenizer: middle(|load| load.tokenizer),
        packing: middle(|load| load.packing),
        weights: middle(|load| load.weights),
        total: middle(|load| load.total),
    })
}

fn once(path: &Path, threads: usize) -> Result<Load> {
    let start = Instant::now();
    let checkpoint = Checkpoint::open(path)?;
    let open = start.elapsed().as_secs_f64();
    let start = Instant::now();
    match checkpoint.gguf() {
        Some(gguf) => drop(Tokenizer::from_gguf(gguf)?),
        None => drop(Tokenizer::from_folder(path)?),
    }
    let tokenizer = start.elapsed().as_secs_f64();

    let stamps = Arc::new(Stamps(Mutex::default()));
    let control = Control { progress: Some(stamps.clone()), ..Control::default() };
    let start = Instant::now();
    drop(Model::load(path, LoadOptions { threads: Some(threads), control, ..LoadOptions::default() })?);
    let total = start.elapsed().as_secs_f64();
    let stamps = stamps.0.lock().map(|stamps| stamps.clone()).unwrap_or_default();
    let (head, last) = stamps.first().zip(stamps.last()).context("loading reports its steps")?;
    // The first report comes once the head is packed: before it the file was opened and the tokenizer built.
    let packing = (head.duration_since(start).as_secs_f64() - open - tokenizer).max(0.0);
    Ok(Load { threads, open, tokenizer, packing, weights: last.duration_since(*head).as_secs_f64(), total })
}
