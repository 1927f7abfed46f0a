//! The forward pass over a prompt, and the lens over all its layers and positions.

use crate::clock::{Took, median, time};
use crate::{peak, prompt};
use anyhow::Result;
use fathom_kernel::{Control, Naive};
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Model, Run, SiteSelection};
use fathom_reading::LensKind;
use serde::Serialize;

/// One prompt length on one number of threads. Times are seconds on the wall.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    /// Threads of the model.
    pub threads: usize,
    /// Tokens of the prompt.
    pub tokens: usize,
    /// The forward pass, states recorded after every layer.
    pub forward: f64,
    /// Prompt tokens a second.
    pub forward_tokens_per_second: f64,
    /// The lens over all layers and positions: top 10, ranks, entropy, both KL.
    pub lens: f64,
    /// The lens's product, in GFLOP for each second of the wall.
    pub lens_gflops: f64,
    /// The lens's GFLOP for each second of one core, through the peak of the same round: 1 is what the machine can do.
    pub lens_peak_ratio: Option<f64>,
    /// Both together: the whole reading.
    pub reading: f64,
    /// The same lens over the naive projector, where it was measured.
    pub naive_lens: Option<f64>,
}

/// Measures `model` at one length. `naive` measures the naive projector too.
///
/// # Errors
/// The model's or the lens's.
pub fn measure(model: &Model, tokens: usize, rounds: usize, naive: bool) -> Result<Pass> {
    let threads = model.pool().current_num_threads();
    let (_, run) = forward(model, tokens)?; // once, so that memory is mapped and threads are awake
    read(model, &run, &Lens::new(LensKind::Logit))?;
    let (mut forwards, mut lenses, mut readings, mut ratios, mut naives) =
        (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        let peak = peak::measure(model.pool(), 1).map(|(_, gflops)| gflops);
        let (first, run) = forward(model, tokens)?;
        let second = read(model, &run, &Lens::new(LensKind::Logit))?;
        forwards.push(first.wall);
        lenses.push(second.wall);
        readings.push(first.wall + second.wall);
        ratios.extend(peak.map(|peak| flops(model, tokens) / second.cpu / 1e9 / peak));
        if naive {
            naives.push(read(model, &run, &Lens::with_projector(LensKind::Logit, Box::new(Naive)))?.wall);
        }
    }
    let (forward, lens) = (median(forwards), median(lenses));
    let some = |values: Vec<f64>| (!values.is_empty()).then(|| median(values));
    Ok(Pass {
        threads,
        tokens,
        forward,
        forward_tokens_per_second: tokens as f64 / forward,
        lens,
        lens_gflops: flops(model, tokens) / lens / 1e9,
        lens_peak_ratio: some(ratios),
        reading: median(readings),
        naive_lens: some(naives),
    })
}

/// Floating-point operations of the lens's product alone: everything else it does counts as overhead.
fn flops(model: &Model, tokens: usize) -> f64 {
    let head = &model.head().unembedding;
    2.0 * f64::from(model.layers()) * tokens as f64 * head.vocab() as f64 * head.width() as f64
}

fn forward(model: &Model, tokens: usize) -> Result<(Took, Run)> {
    let prompt = prompt(tokens);
    let (run, took) = time(|| model.run(&prompt, &SiteSelection::residual(), &Control::default()));
    Ok((took, run?))
}

fn read(model: &Model, run: &Run, lens: &Lens) -> Result<Took> {
    let (reading, took) = time(|| lens.read(model, run, &ReadOptions::default()));
    reading?;
    Ok(took)
}
