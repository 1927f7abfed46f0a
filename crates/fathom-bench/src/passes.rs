//! The forward pass over a prompt, and the lens over all its layers and positions.

use crate::clock::{Took, median, time};
use crate::{peak, prompt};
use anyhow::Result;
use fathom_kernel::{Control, NaiveProjector, ScreenUnit};
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Model, Run, SiteSelection, Tie};
use fathom_reading::{LensKind, Reading};
use serde::{Deserialize, Serialize};

/// One prompt length on one number of threads. Times are seconds on the wall.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pass {
    /// Threads of the model.
    pub threads: usize,
    /// Tokens of the prompt.
    pub tokens: usize,
    /// The forward pass, states recorded after every layer.
    pub forward: f64,
    /// Its seconds of CPU, all threads together.
    pub forward_cpu: f64,
    /// Prompt tokens a second.
    pub forward_tokens_per_second: f64,
    /// The forward pass's products, in GFLOP for each second of the wall.
    pub forward_gflops: f64,
    /// The forward pass's GFLOP for each second of one core, through the peak of the same round.
    pub forward_peak_ratio: Option<f64>,
    /// The lens over all layers and positions: top 10, ranks, entropy, both KL.
    pub lens: f64,
    /// Its seconds of CPU, all threads together: what other programs on the machine change least.
    pub lens_cpu: f64,
    /// The lens's product, in GFLOP for each second of the wall.
    pub lens_gflops: f64,
    /// The lens's GFLOP for each second of one core, through the peak of the same round: 1 is what the machine can do.
    pub lens_peak_ratio: Option<f64>,
    /// The same, screened; `None` where no screen pays on this machine.
    pub screened: Option<f64>,
    /// Seconds of CPU that screening takes, through those of the f32 lens: the median of the rounds' ratios.
    pub screened_ratio: Option<f64>,
    /// Forward pass and f32 lens together: the whole reading.
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
    read(model, &run)?;
    let (mut forwards, mut lenses, mut readings, mut naives) = (vec![], vec![], vec![], vec![]);
    let (mut forward_ratios, mut lens_ratios) = (vec![], vec![]);
    let (mut forward_cpus, mut lens_cpus) = (vec![], vec![]);
    let (mut screened, mut screened_ratios) = (vec![], vec![]);
    let screens = ScreenUnit::detect().is_some();
    for _ in 0..rounds {
        let peak = peak::measure(model.pool(), 1).map(|(_, gflops)| gflops);
        let (first, run) = forward(model, tokens)?;
        let (second, _) = read(model, &run)?;
        forwards.push(first.wall);
        lenses.push(second.wall);
        forward_cpus.push(first.cpu);
        lens_cpus.push(second.cpu);
        readings.push(first.wall + second.wall);
        forward_ratios.extend(peak.map(|peak| forward_flops(model, tokens) / first.cpu / 1e9 / peak));
        lens_ratios.extend(peak.map(|peak| lens_flops(model, tokens) / second.cpu / 1e9 / peak));
        if screens {
            let (third, _) = crate::screened::read(model, &run)?;
            screened.push(third.wall);
            screened_ratios.push(third.cpu / second.cpu);
        }
        if naive {
            naives.push(
                read_with(model, &run, &Lens::with_projector(LensKind::Logit, Box::new(NaiveProjector)))?
                    .0
                    .wall,
            );
        }
    }
    let (forward, lens) = (median(forwards), median(lenses));
    let some = |values: Vec<f64>| (!values.is_empty()).then(|| median(values));
    Ok(Pass {
        threads,
        tokens,
        forward,
        forward_cpu: median(forward_cpus),
        forward_tokens_per_second: tokens as f64 / forward,
        forward_gflops: forward_flops(model, tokens) / forward / 1e9,
        forward_peak_ratio: some(forward_ratios),
        lens,
        lens_cpu: median(lens_cpus),
        lens_gflops: lens_flops(model, tokens) / lens / 1e9,
        lens_peak_ratio: some(lens_ratios),
        screened: some(screened),
        screened_ratio: some(screened_ratios),
        reading: median(readings),
        naive_lens: some(naives),
    })
}

/// Floating-point operations of the lens's product alone: everything else it does counts as overhead.
fn lens_flops(model: &Model, tokens: usize) -> f64 {
    lens_flops_of(model, model.layers() as usize * tokens)
}

/// The same for so many cells.
pub(crate) fn lens_flops_of(model: &Model, cells: usize) -> f64 {
    let head = &model.head().unembedding;
    2.0 * cells as f64 * head.vocab() as f64 * head.width() as f64
}

/// Floating-point operations of the blocks' products: two for each weight and token, and attention's scores and sums over
/// what a causal mask leaves.
fn forward_flops(model: &Model, tokens: usize) -> f64 {
    let layers = model.config().layers.iter();
    let heads: usize = layers.map(|layer| layer.attention.query_heads * layer.attention.head_size).sum();
    let seen = tokens * (tokens + 1) / 2;
    2.0 * block_weights(model) as f64 * tokens as f64 + 4.0 * (heads * seen) as f64
}

/// Weights of the blocks: all but embedding and head.
pub fn block_weights(model: &Model) -> u64 {
    let info = model.info();
    let matrices = if model.config().head.tie == Tie::Separate { 2 } else { 1 };
    info.parameters - matrices * u64::from(info.vocabulary) * u64::from(info.width)
}

/// One forward pass over a prompt of `tokens` tokens, states recorded after every layer.
///
/// # Errors
/// The model's.
pub fn forward(model: &Model, tokens: usize) -> Result<(Took, Run)> {
    let prompt = prompt(tokens);
    let (run, took) = time(|| model.run(&prompt, &SiteSelection::residual(), &Control::default()));
    Ok((took, run?))
}

/// One reading of all its layers and positions.
///
/// # Errors
/// The lens's.
pub fn read(model: &Model, run: &Run) -> Result<(Took, Reading)> {
    read_with(model, run, &Lens::new(LensKind::Logit))
}

fn read_with(model: &Model, run: &Run, lens: &Lens) -> Result<(Took, Reading)> {
    let (reading, took) = time(|| lens.read(model, run, &ReadOptions::default()));
    Ok((took, reading?))
}
