//! How the lens's time grows with the layers, and with the positions, that are read.

use crate::clock::median;
use crate::passes::{self, Pass};
use anyhow::Result;
use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Model, SiteSelection};
use fathom_reading::{Layer, LensKind, Site};
use serde::Serialize;

/// Positions that are read.
const TOKENS: usize = 128;

/// The lens over some layers of a prompt.
#[derive(Clone, Debug, Serialize)]
pub struct Scale {
    /// Threads of the model.
    pub threads: usize,
    /// Positions read.
    pub tokens: usize,
    /// Layers read; the last one is among them, since KL is taken against it.
    pub layers: usize,
    /// Seconds.
    pub lens: f64,
    /// Seconds of CPU for one layer at one position.
    pub per_cell: f64,
}

/// Reads a sixth, a third, two thirds, and all of the layers.
///
/// # Errors
/// The model's or the lens's.
pub fn measure(model: &Model, rounds: usize) -> Result<Vec<Scale>> {
    let all = model.layers();
    let run = model.run(&crate::prompt(TOKENS), &SiteSelection::residual(), &Control::default())?;
    passes::read(model, &run)?; // once, so that memory is mapped
    let mut scales = Vec::new();
    for layers in [all.div_ceil(6), all.div_ceil(3), (2 * all).div_ceil(3), all] {
        let rows = (all - layers..all).map(|layer| Site::after(Layer(layer))).collect();
        let options = ReadOptions { rows: Some(rows), ..ReadOptions::default() };
        let (mut times, mut cpus) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (reading, took) =
                crate::clock::time(|| Lens::new(LensKind::Logit).read(model, &run, &options));
            reading?;
            times.push(took.wall);
            cpus.push(took.cpu);
        }
        let (lens, layers) = (median(times), layers as usize);
        let threads = model.pool().current_num_threads();
        scales.push(Scale {
            threads,
            tokens: TOKENS,
            layers,
            lens,
            per_cell: median(cpus) / (layers * TOKENS) as f64,
        });
    }
    Ok(scales)
}

/// All layers over more and more positions, from what the passes took on as many threads.
pub fn by_positions(passes: &[Pass], by_layers: &[Scale]) -> Vec<Scale> {
    let Some(all) = by_layers.last() else { return Vec::new() };
    let others = passes.iter().filter(|pass| pass.threads == all.threads && pass.tokens != all.tokens);
    let scale = |pass: &Pass| Scale {
        tokens: pass.tokens,
        lens: pass.lens,
        per_cell: pass.lens_cpu / (all.layers * pass.tokens) as f64,
        ..all.clone()
    };
    others.map(scale).collect()
}
