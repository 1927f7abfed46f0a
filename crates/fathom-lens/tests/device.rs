//! A model and its lens on a graphics card, against the same references as on the processor.
//!
//! `cargo test -p fathom-lens --features cuda --test device` (or `metal`; docs/gpu.md says what a build needs). A binary
//! without libtest's harness: where there is no device it says so, loudly, and runs the same checks on the processor
//! (`FATHOM_TEST_DEVICE=tensors` asks for that), over the same tensor operations.

mod common;

use common::{compare, everything, logits_of, read, tokens};
use fathom_fixtures::{
    DEFAULT_PROMPTS, Tolerance, compare_sites, default_model, default_reference, site, tiny,
};
use fathom_kernel::{Control, NaiveProjector};
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Compute, Generation, LoadOptions, Model, ModelError, SiteSelection};
use fathom_reading::known::{
    ENTROPY_BITS, KL_BITS, KL_REVERSE_BITS, TARGET_LOGIT, TARGET_RANK, TOP_LOGIT, WATCH_LOGIT,
};
use fathom_reading::{LensKind, Origin};
use std::panic::catch_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// The device to test: the one named, or that of the build.
fn device() -> Option<Compute> {
    let built = match (cfg!(feature = "cuda"), cfg!(feature = "metal")) {
        (true, _) => Some(Compute::Cuda(0)),
        (false, true) => Some(Compute::Metal(0)),
        (false, false) => None,
    };
    match std::env::var("FATHOM_TEST_DEVICE") {
        Ok(named) => Some(named.parse().unwrap_or_else(|error| panic!("FATHOM_TEST_DEVICE: {error}"))),
        Err(_) => built,
    }
}

fn load(path: &Path, device: Compute) -> Result<Model, ModelError> {
    Model::load(path, LoadOptions { threads: Some(2), device, ..LoadOptions::default() })
}

/// A tiny model on the device.
fn tiny_model(name: &str, device: Compute) -> Model {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    load(folder.path(), device).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every site, and the logits.
fn states(model: &Model, name: &str, tolerance: Tolerance) -> f64 {
    let reference = if tiny::names().iter().any(|tiny| tiny == name) {
        tiny::reference(name)
    } else {
        default_reference(name)
    };
    let run = common::run(model, &reference.ids);
    let rows = |name: &str| match site(name) {
        Some(site) => run.states.has(site).then(|| run.states.rows(site).to_vec()),
        None => Some(common::logits(model, &run)),
    };
    let report = compare_sites(&reference, tolerance, rows).unwrap_or_else(|error| panic!("{name}: {error}"));
    report.worst
}

fn families(device: Compute) -> String {
    let names = tiny::names();
    let worst = names.iter().map(|name| states(&tiny_model(name, device), name, Tolerance::TINY));
    format!("{} models, at most {:.1e} from transformers", names.len(), worst.fold(0.0, f64::max))
}

fn readings(device: Compute) -> String {
    let names = common::names();
    for name in &names {
        compare(&tiny_model(name, device), &tiny::reference(name), name);
    }
    format!("{} models, every cell within the noise of transformers", names.len())
}

/// The last row is the model's own output, bit for bit: both are one product on one device.
fn last_row(device: Compute) -> String {
    let names = ["llama", "gpt2-scaled", "gemma2", "cohere", "phi"];
    for name in names {
        let model = tiny_model(name, device);
        let run = common::run(&model, &(20..50).collect::<Vec<u32>>());
        let reading = read(&model, &run, LensKind::Logit, &everything(&model));
        let last = reading.rows.len() - 1;
        let expected = common::logits(&model, &run);
        for (column, expected) in expected.chunks_exact(reading.columns.top_k).enumerate() {
            assert!(logits_of(&reading, last, column) == expected, "{name}, position {column}");
        }
    }
    format!("{} models", names.len())
}

/// The device's lens and the reference projection on the processor, over the same states of the default model.
fn against_naive(model: &Model) -> String {
    let reference = default_reference("keys");
    let run = common::run(model, &reference.ids);
    let options = ReadOptions { watch: vec![" is".to_owned(), " are".to_owned()], ..ReadOptions::default() };
    let found = read(model, &run, LensKind::Logit, &options);
    let expected =
        Lens::with_projector(LensKind::Logit, Box::new(NaiveProjector)).read(model, &run, &options).unwrap();
    let (a, b) = (&found.columns, &expected.columns);
    let near = |what: &str, a: &[f32], b: &[f32], slack: f32| {
        assert!(a.len() == b.len() && !a.is_empty(), "{what}");
        let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f32::max);
        assert!(worst <= slack, "{what}: off by {worst:e}");
    };
    near("candidates' logits", &a[TOP_LOGIT], &b[TOP_LOGIT], 1e-5);
    near("targets' logits", &a[TARGET_LOGIT], &b[TARGET_LOGIT], 1e-5);
    near("watched logits", &a[WATCH_LOGIT], &b[WATCH_LOGIT], 1e-5);
    near("entropy", &a[ENTROPY_BITS], &b[ENTROPY_BITS], 1e-4);
    near("KL", &a[KL_BITS], &b[KL_BITS], 1e-4);
    near("reverse KL", &a[KL_REVERSE_BITS], &b[KL_REVERSE_BITS], 1e-4);
    let moved = a[TARGET_RANK].iter().zip(&b[TARGET_RANK]).filter(|(a, b)| a != b).count();
    assert!(moved * 50 <= a[TARGET_RANK].len(), "{moved} of {} ranks differ", a[TARGET_RANK].len());
    format!("{} cells, {moved} ranks moved", a[TARGET_RANK].len())
}

fn default_states(model: &Model, prompts: &[&str]) -> String {
    let worst =
        prompts.iter().map(|prompt| states(model, prompt, Tolerance::DEFAULT_MODEL)).fold(0.0, f64::max);
    format!("{} prompts, at most {worst:.1e} from transformers", prompts.len())
}

fn default_readings(model: &Model, prompts: &[&str]) -> String {
    let (mut cells, mut moved) = (0, 0);
    for prompt in prompts {
        for report in compare(model, &default_reference(prompt), prompt) {
            assert!(report.ranks_moved * 20 <= report.cells, "{prompt}: {report:?}");
            (cells, moved) = (cells + report.cells, moved + report.ranks_moved);
        }
    }
    format!("{cells} cells, {moved} ranks moved within the noise")
}

fn generation(model: &Model) -> String {
    let reference = default_reference("keys");
    let expected = &reference.greedy.as_ref().unwrap()[..16];
    let settings = Generation { max_new: expected.len(), ..Generation::default() };
    let sites = SiteSelection::residual();
    let prompt: Vec<_> = tokens(&reference.ids).into_iter().map(|id| (id, Origin::Prompt)).collect();
    let run = model.generate(&prompt, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
    let made: Vec<u32> = run.tokens[reference.ids.len()..].iter().map(|id| id.0).collect();
    assert_eq!(made, expected);
    format!("{} tokens", made.len())
}

/// Runs a check, says how it went, and whether it did.
fn check(what: &str, run: impl FnOnce() -> String + std::panic::UnwindSafe) -> bool {
    let start = Instant::now();
    let result = catch_unwind(run);
    let seconds = start.elapsed().as_secs_f64();
    match &result {
        Ok(found) => println!("{what}: ok, {found} ({seconds:.1} s)"),
        // The panic's own message is on standard error.
        Err(_) => println!("{what}: FAILED ({seconds:.1} s)"),
    }
    result.is_ok()
}

fn main() -> ExitCode {
    // Test runners ask every binary for its list.
    if std::env::args().any(|arg| arg == "--list") {
        return ExitCode::SUCCESS;
    }
    let path = default_model();
    let mut device = device().unwrap_or_else(|| {
        println!("NOT RUN on a device: this build has none (--features cuda or metal; docs/gpu.md)");
        Compute::Tensors
    });
    let mut loaded = load(&path, device);
    if let Err(ModelError::NoDevice { device: asked, why }) = &loaded {
        println!("NOT RUN on a device: no {asked} device: {why}");
        device = Compute::Tensors;
        loaded = load(&path, device);
    }
    let model = loaded.unwrap_or_else(|error| panic!("{error}"));
    println!("on {device}");
    // On the processor the long prompt would take minutes.
    let prompts = if device == Compute::Tensors { &["keys"][..] } else { &DEFAULT_PROMPTS[..] };
    let model = std::panic::AssertUnwindSafe(&model);
    let checks = [
        check("hidden states and logits of every family", || families(device)),
        check("readings of every family", || readings(device)),
        check("the last row is the model's output, to the bit", || last_row(device)),
        check("the default model's hidden states and logits", || default_states(&model, prompts)),
        check("the default model's readings", || default_readings(&model, prompts)),
        check("the default model's lens against the reference projection", || against_naive(&model)),
        check("the default model's greedy text", || generation(&model)),
    ];
    if checks.iter().all(|passed| *passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
