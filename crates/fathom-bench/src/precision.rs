//! The same model held in each precision: memory, prompts, the lens, generation, in turn and as ratios to f32.

use crate::clock::{median, time};
use crate::generation::generate;
use crate::passes;
use anyhow::Result;
use fathom_model::{LoadOptions, Model, Precision};
use serde::Serialize;
use std::path::Path;

/// One precision on one number of threads. Rates are of seconds of CPU of one thread, which other programs on the machine
/// change least.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// What readings call it.
    pub precision: String,
    /// Threads of the model.
    pub threads: usize,
    /// Bytes of the blocks' matrices, embedding and head.
    pub bytes: u64,
    /// Tokens of the prompt.
    pub prompt: usize,
    /// Prompt tokens for each second of CPU.
    pub forward: f64,
    /// Cells (a layer at a position) that the lens reads in a second of CPU.
    pub lens: f64,
    /// Tokens generated for each second of CPU.
    pub generation: f64,
    /// Tokens generated in a second on the wall.
    pub generation_wall: f64,
    /// The medians, over rounds, of what f32 took through what this took: prompt, lens, generation.
    pub ratios: [f64; 3],
}

/// Measures every precision of the model at `path` in turn.
///
/// # Errors
/// The model's or the lens's.
pub fn measure(path: &Path, threads: usize, prompt: usize, rounds: usize) -> Result<Vec<Held>> {
    /// Tokens generated in a round.
    const NEW: usize = 32;
    let load = |precision| {
        Model::load(path, LoadOptions { threads: Some(threads), precision, ..LoadOptions::default() })
    };
    let models = Precision::ALL.into_iter().map(load).collect::<Result<Vec<Model>, _>>()?;
    // [model][prompt, lens, generation][round], seconds of CPU; and on the wall for the last.
    let mut took = vec![[const { Vec::new() }; 4]; models.len()];
    for round in 0..=rounds {
        for (model, took) in models.iter().zip(&mut took) {
            let (forward, run) = passes::forward(model, prompt)?;
            let (lens, _) = passes::read(model, &run)?;
            let (made, generation) = time(|| generate(model, NEW));
            let each = made?.max(1) as f64;
            // The first round maps memory and wakes threads.
            if round > 0 {
                let values = [forward.cpu, lens.cpu, generation.cpu / each, generation.wall / each];
                took.iter_mut().zip(values).for_each(|(all, value)| all.push(value));
            }
        }
    }
    let reference = took[0].clone();
    let held = models.iter().zip(took).map(|(model, took)| {
        let ratio = |what: usize| {
            median(reference[what].iter().zip(&took[what]).map(|(reference, took)| reference / took))
        };
        let ratios = [ratio(0), ratio(1), ratio(2)];
        let [forward, lens, generation, wall] = took.map(median);
        Held {
            precision: model.precision_label(),
            threads,
            bytes: model.storage().iter().map(|report| report.bytes).sum(),
            prompt,
            forward: prompt as f64 / forward,
            lens: (prompt as u32 * model.layers()) as f64 / lens,
            generation: 1.0 / generation,
            generation_wall: 1.0 / wall,
            ratios,
        }
    });
    Ok(held.collect())
}
