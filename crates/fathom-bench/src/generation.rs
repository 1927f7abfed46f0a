//! Generation: tokens per second, alone and with a reading of every token as it comes.

use crate::bandwidth::Bandwidth;
use crate::clock::{median, time};
use crate::prompt;
use anyhow::{Context, Result};
use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Generation as Settings, KvCache, Model, Run, SiteSelection, States};
use fathom_reading::{LensKind, Origin, Position, ProjectionKind, TokenId};
use serde::Serialize;

/// Tokens that go before.
pub const PROMPT: usize = 16;

/// Tokens per second after a short prompt.
#[derive(Clone, Debug, Serialize)]
pub struct Generation {
    /// Threads of the model.
    pub threads: usize,
    /// Tokens generated in a round.
    pub tokens: usize,
    /// Greedy, nothing read.
    pub plain: f64,
    /// With every layer read at each new token before the next is made.
    pub live: f64,
    /// The same, screened.
    pub screened: f64,
    /// GB/s of weights that `plain` reads: each of them once for each token.
    pub weights_read: f64,
    /// GB/s that the same threads read at best, measured in the same rounds.
    pub bandwidth: f64,
}

/// Generates `tokens` tokens `rounds` times, both ways.
///
/// # Errors
/// The model's or the lens's.
pub fn measure(model: &Model, tokens: usize, rounds: usize) -> Result<Generation> {
    let memory = Bandwidth::new(model.pool());
    let (mut plain, mut live, mut screened, mut bandwidths) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        bandwidths.push(memory.measure() / 1e9);
        let (made, took) = time(|| generate(model, tokens));
        plain.push(made? as f64 / took.wall);
        for (projection, speeds) in
            [(ProjectionKind::F32, &mut live), (ProjectionKind::Screened, &mut screened)]
        {
            let (made, took) = time(|| generate_and_read(model, tokens, projection));
            speeds.push(made? as f64 / took.wall);
        }
    }
    let threads = model.pool().current_num_threads();
    let (plain, live, screened) = (median(plain), median(live), median(screened));
    let weights = model.info().parameters as f64 * size_of::<f32>() as f64;
    let bandwidth = median(bandwidths);
    let weights_read = weights * plain / 1e9;
    Ok(Generation { threads, tokens, plain, live, screened, weights_read, bandwidth })
}

/// Seconds for `tokens` tokens, nothing read, the short prompt included.
///
/// # Errors
/// The model's.
pub fn seconds(model: &Model, tokens: usize) -> Result<f64> {
    let (made, took) = time(|| generate(model, tokens));
    Ok(took.wall * tokens as f64 / made?.max(1) as f64)
}

/// Returns how many tokens were made: an end token stops earlier.
pub(crate) fn generate(model: &Model, tokens: usize) -> Result<usize> {
    let settings = Settings { max_new: tokens, ..Settings::default() };
    let sites = SiteSelection::of(&[]);
    let run = model.generate(&prompt(PROMPT), &settings, &sites, &mut |_, _| {}, &Control::default())?;
    Ok(run.tokens.len() - PROMPT)
}

/// The same tokens, each read at every layer once its state is there.
fn generate_and_read(model: &Model, tokens: usize, projection: ProjectionKind) -> Result<usize> {
    let control = Control::default();
    let lens = Lens::new(LensKind::Logit);
    let layers = model.layers() as usize;
    let (ids, origins): (Vec<TokenId>, Vec<Origin>) = prompt(PROMPT).into_iter().unzip();
    let states = States::new(SiteSelection::residual(), layers, PROMPT + tokens);
    let mut run = Run { run_id: "bench".to_owned(), tokens: ids, origins, states, sampling: None };
    let mut cache = KvCache::with_room(PROMPT + tokens);
    model.forward(&[run.tokens.clone()], Some(&mut cache), &mut run.states, &control)?;
    for made in 1..=tokens {
        let last = Position(run.tokens.len() as u32 - 1);
        let options = ReadOptions { positions: Some(vec![last]), projection, ..ReadOptions::default() };
        let reading = lens.read(model, &run, &options)?;
        // The last position's target is the last layer's best: the greedy choice.
        let next = reading.targets.last().context("one position was read")?.id;
        run.tokens.push(next);
        run.origins.push(Origin::Output);
        model.forward(&[vec![next]], Some(&mut cache), &mut run.states, &control)?;
        if model.tokenizer().end_tokens().contains(&next) {
            return Ok(made);
        }
    }
    Ok(tokens)
}
