//! The screened projection beside the f32 one, where it is good and where it is not.

use crate::clock::{Took, median, time};
use crate::peak;
use anyhow::Result;
use fathom_kernel::{
    Control, KernelError, Projected, ProjectionRequest, Projector, ScreenUnit, ScreenedProjector,
    ScreeningStats, Unembedding,
};
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Model, Run};
use fathom_reading::{Layer, LensKind, Position, Reading, Site, TokenId};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// Prompt length of the cases.
pub const TOKENS: usize = 128;
/// Layers of the cases that read a few.
const FEW: u32 = 6;

/// One kind of reading, both ways. Seconds of CPU, all threads together.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// What is read.
    pub what: &'static str,
    /// Threads of the model.
    pub threads: usize,
    /// The f32 projection.
    pub f32: f64,
    /// The screened one.
    pub screened: f64,
    /// Screened over f32: the median of the rounds' ratios.
    pub ratio: f64,
    /// The screened one's f32-equivalent product for each second of a core, through the f32 peak of the same round: above 1,
    /// faster than any f32 product on this machine can be.
    pub peak_ratio: Option<f64>,
    /// The share of rows that were computed exactly because screening them would not have paid.
    pub exact_rows: f64,
    /// Of the screened rows' panels, the share that had to be computed exactly besides.
    pub undecided: f64,
    /// The bound on every probability of the reading.
    pub prob_bound: f64,
    /// The bound on its entropies, in bits.
    pub entropy_bound: f64,
    /// The bound on its KL (last layer to this one), in bits.
    pub kl_bound: f64,
}

/// A screened projector that remembers what it did.
#[derive(Clone, Default)]
struct Watched {
    projector: ScreenedProjector,
    seen: Arc<Mutex<ScreeningStats>>,
}

impl Projector for Watched {
    fn project(
        &self,
        head: &Unembedding,
        request: &ProjectionRequest<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        let projected = self.projector.project(head, request, pool, control)?;
        let rows = projected.rows() as u64;
        let did = projected.screening.unwrap_or(ScreeningStats { rows, ..ScreeningStats::default() });
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.rows += did.rows;
        seen.screened += did.screened;
        seen.panels += did.panels;
        seen.undecided += did.undecided;
        Ok(projected)
    }
}

/// The same reading by either projection.
///
/// # Errors
/// The lens's.
pub fn read(model: &Model, run: &Run) -> Result<(Took, Reading)> {
    let lens = Lens::with_projector(LensKind::Logit, Box::new(ScreenedProjector::default()));
    let (reading, took) = time(|| lens.read(model, run, &ReadOptions::default()));
    Ok((took, reading?))
}

/// Measures every kind of reading; nothing where no screen pays on this machine.
///
/// # Errors
/// The model's or the lens's.
pub fn measure(model: &Model, rounds: usize) -> Result<Vec<Case>> {
    if ScreenUnit::detect().is_none() {
        return Ok(Vec::new());
    }
    let (_, run) = crate::passes::forward(model, TOKENS)?;
    let layers = model.layers();
    let some = |layers: std::ops::Range<u32>| Some(layers.map(|layer| Site::after(Layer(layer))).collect());
    let vocab = model.head().unembedding.vocab() as u32;
    let random = |n: u32| (1..=n).map(|i| TokenId(i * 7919 % vocab)).collect();
    let all = ReadOptions::default;
    let cases = [
        ("all layers, next tokens", LensKind::Logit, all()),
        ("the first layers", LensKind::Logit, ReadOptions { rows: some(0..FEW.min(layers)), ..all() }),
        (
            "the last layers",
            LensKind::Logit,
            ReadOptions { rows: some(layers.saturating_sub(FEW)..layers), ..all() },
        ),
        ("and 1 token at random", LensKind::Logit, ReadOptions { watch_ids: random(1), ..all() }),
        ("and 20 tokens at random", LensKind::Logit, ReadOptions { watch_ids: random(20), ..all() }),
        ("100 candidates", LensKind::Logit, ReadOptions { top_k: 100, ..all() }),
        ("lens raw", LensKind::Raw, all()),
        (
            "one position (a token being generated)",
            LensKind::Logit,
            ReadOptions { positions: Some(vec![Position(TOKENS as u32 - 2)]), ..all() },
        ),
    ];
    cases.into_iter().map(|(what, kind, options)| case(model, &run, what, kind, &options, rounds)).collect()
}

fn case(
    model: &Model,
    run: &Run,
    what: &'static str,
    kind: LensKind,
    options: &ReadOptions,
    rounds: usize,
) -> Result<Case> {
    let watched = Watched::default();
    let seen = Arc::clone(&watched.seen);
    let lenses = [Lens::new(kind), Lens::with_projector(kind, Box::new(watched))];
    // Short ones are repeated: the clock that counts CPU time is coarse.
    let repeats = if options.positions.is_some() { 10 } else { 1 };
    let read = |lens: &Lens| -> Result<(f64, Reading)> {
        let (readings, took) =
            time(|| (0..repeats).map(|_| lens.read(model, run, options)).collect::<Vec<_>>());
        let last = readings.into_iter().last().expect("at least one was read");
        Ok((took.cpu / repeats as f64, last?))
    };
    let (mut exact, mut fast, mut ratios, mut peaks) = (vec![], vec![], vec![], vec![]);
    let mut bounds = read(&lenses[1])?.1.info.lens.screening.unwrap_or_default();
    for _ in 0..rounds {
        let peak = peak::measure(model.pool(), 1).map(|(_, gflops)| gflops);
        let (f32, _) = read(&lenses[0])?;
        let (screened, reading) = read(&lenses[1])?;
        bounds = reading.info.lens.screening.unwrap_or(bounds);
        let cells = reading.rows.len() * reading.positions().len();
        peaks.extend(peak.map(|peak| crate::passes::lens_flops_of(model, cells) / screened / 1e9 / peak));
        exact.push(f32);
        fast.push(screened);
        ratios.push(screened / f32);
    }
    let seen = *seen.lock().unwrap_or_else(PoisonError::into_inner);
    let share = |part: u64, all: u64| part as f64 / all.max(1) as f64;
    Ok(Case {
        what,
        threads: model.pool().current_num_threads(),
        f32: median(exact),
        screened: median(fast),
        ratio: median(ratios),
        peak_ratio: (!peaks.is_empty()).then(|| median(peaks)),
        exact_rows: 1.0 - share(seen.screened, seen.rows),
        undecided: share(seen.undecided, seen.panels),
        prob_bound: bounds.prob,
        entropy_bound: bounds.entropy_bits,
        kl_bound: bounds.kl_bits,
    })
}
