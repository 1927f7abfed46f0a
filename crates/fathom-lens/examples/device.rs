//! Times the forward pass, the lens over all layers and generation on a device, with the processor beside it:
//! `cargo run --release -p fathom-lens --features cuda --example device -- MODEL cuda [TOKENS …]`.

use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Compute, Generation, LoadOptions, Model, Prompt, SiteSelection};
use fathom_reading::{LensKind, Origin, TokenId};
use std::path::Path;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Rounds that are counted, after one that is not.
const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    fathom_model::keep_freed_memory();
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: device MODEL DEVICE [TOKENS …]")?;
    let device: Compute = args.next().ok_or("usage: device MODEL DEVICE [TOKENS …]")?.parse()?;
    let mut lengths = args.map(|length| length.parse()).collect::<Result<Vec<usize>, _>>()?;
    if lengths.is_empty() {
        lengths = vec![16, 128, 512, 1024];
    }
    let beside = (device != Compute::Cpu).then_some(Compute::Cpu);
    for device in std::iter::once(device).chain(beside) {
        measure(Path::new(&path), device, &lengths)?;
    }
    Ok(())
}

fn measure(path: &Path, device: Compute, lengths: &[usize]) -> Outcome<()> {
    let start = Instant::now();
    let model = Model::load(path, LoadOptions { device, ..LoadOptions::default() })?;
    let threads = model.pool().current_num_threads();
    println!("{device}, {threads} threads: loaded in {:.2} s", start.elapsed().as_secs_f64());
    println!("| tokens | forward, ms | lens over {} layers, ms | tokens/s, both |", model.layers());
    println!("|---:|---:|---:|---:|");
    let prompt = model.tokens_of(&Prompt::text("The keys to the cabinet"))?;
    for &length in lengths {
        let tokens: Vec<_> = prompt.iter().cycle().take(length).copied().collect();
        let (forward, lens) = reading(&model, &tokens)?;
        let both = length as f64 / (forward + lens);
        println!("| {length} | {:.1} | {:.1} | {both:.0} |", 1e3 * forward, 1e3 * lens);
    }
    let settings = Generation { max_new: 32, ..Generation::default() };
    let sites = SiteSelection::residual();
    let generate = || -> Outcome<f64> {
        let start = Instant::now();
        let run = model.generate(&prompt, &settings, &sites, &mut |_, _| {}, &Control::default())?;
        let made = run.tokens.len() - prompt.len();
        Ok(start.elapsed().as_secs_f64() / made.max(1) as f64)
    };
    generate()?;
    println!("generation: {:.1} tokens/s\n", 1.0 / generate()?);
    Ok(())
}

/// Median seconds of the forward pass and of the lens. Recorded states and columns come to the host, so the device has
/// finished when the clock is read.
fn reading(model: &Model, tokens: &[(TokenId, Origin)]) -> Outcome<(f64, f64)> {
    let (mut forwards, mut lenses) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let run = model.run(tokens, &SiteSelection::residual(), &Control::default())?;
        let forward = start.elapsed().as_secs_f64();
        let start = Instant::now();
        Lens::new(LensKind::Logit).read(model, &run, &ReadOptions::default())?;
        if round > 0 {
            forwards.push(forward);
            lenses.push(start.elapsed().as_secs_f64());
        }
    }
    Ok((median(forwards), median(lenses)))
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
