//! What the integration tests share.
#![allow(dead_code, unreachable_pub)] // Each test binary uses its own part.

pub mod article;

use fathom_fixtures::{LensReport, Reference, Tolerance, compare_reading, compare_sites, site, tiny};
use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{FAMILIES, LoadOptions, Model, Prompt, Run, SiteSelection};
use fathom_reading::{Layer, LensKind, Reading, Site, TokenId};
use std::path::Path;

/// The tiny models that Fathom runs: the fixtures hold families that are still to come.
pub fn names() -> Vec<String> {
    let known = |name: &String| {
        let config = tiny::config(name);
        let model_type = config["model_type"].as_str().unwrap();
        FAMILIES.iter().any(|family| family.model_types.contains(&model_type))
    };
    let names: Vec<String> = tiny::names().into_iter().filter(known).collect();
    for expected in ["llama", "llama-tied", "llama-bias", "llama-padded", "gpt2", "gpt2-scaled"] {
        assert!(names.iter().any(|name| name == expected), "no {expected} among {names:?}");
    }
    names
}

/// The model at `path`.
pub fn load(path: &Path, threads: usize) -> Model {
    let options = LoadOptions { threads: Some(threads), ..LoadOptions::default() };
    Model::load(path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A tiny model, from safetensors.
pub fn tiny_model(name: &str, threads: usize) -> Model {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    load(folder.path(), threads)
}

/// Ids as tokens.
pub fn tokens(ids: &[u32]) -> Vec<TokenId> {
    ids.iter().map(|id| TokenId(*id)).collect()
}

/// One pass over explicit ids, every site recorded.
pub fn run(model: &Model, ids: &[u32]) -> Run {
    let prompt = model.tokens_of(&Prompt::ids(tokens(ids))).unwrap();
    model.run(&prompt, &SiteSelection::all(), &Control::default()).unwrap()
}

/// `embed`, then every layer.
pub fn all_rows(model: &Model) -> Vec<Site> {
    std::iter::once(Site::EMBED).chain((0..model.layers()).map(|layer| Site::after(Layer(layer)))).collect()
}

/// A reading that must succeed, and be consistent.
pub fn read(model: &Model, run: &Run, kind: LensKind, options: &ReadOptions) -> Reading {
    let reading = Lens::new(kind).read(model, run, options).unwrap();
    reading.check().unwrap();
    reading
}

/// The options under which a cell holds every logit of the vocabulary.
pub fn everything(model: &Model) -> ReadOptions {
    let vocabulary = model.head().unembedding.vocab();
    ReadOptions { rows: Some(all_rows(model)), top_k: vocabulary, ..ReadOptions::default() }
}

/// Runs a reference's ids and compares, cell by cell, what every lens recorded for it sees.
pub fn compare(model: &Model, reference: &Reference, what: &str) -> Vec<LensReport> {
    let run = run(model, &reference.ids);
    let compare = |lens: &fathom_fixtures::LensReference| {
        let kind = match lens.lens.as_str() {
            "logit" => LensKind::Logit,
            "raw" => LensKind::Raw,
            other => panic!("{what}: no lens {other}"),
        };
        // All positions, though some references hold a few: a long run then spans several blocks of the projection.
        let options = ReadOptions { rows: Some(all_rows(model)), ..ReadOptions::default() };
        let reading = read(model, &run, kind, &options);
        compare_reading(lens, &reading)
            .unwrap_or_else(|error| panic!("{what}: {error}\n{}", blame(model, &run, reference)))
    };
    reference.lenses.iter().map(compare).collect()
}

/// When a reading differs: is it the model's states, and from which site on, or the lens?
fn blame(model: &Model, run: &Run, reference: &Reference) -> String {
    let rows = |name: &str| match site(name) {
        Some(site) => run.states.has(site).then(|| run.states.rows(site).to_vec()),
        None => Some(logits(model, run)),
    };
    match compare_sites(reference, Tolerance::DEFAULT_MODEL, rows) {
        Err(difference) => format!("The states differ already: {difference}."),
        Ok(_) => "Every hidden state agrees: the difference is the lens's.".to_owned(),
    }
}

/// The model's own logits, `[T, V]`.
pub fn logits(model: &Model, run: &Run) -> Vec<f32> {
    let states = (0..run.tokens.len()).map(|position| run.states.row(run.states.last(), position).unwrap());
    states.flat_map(|state| model.logits(state).unwrap()).collect()
}

/// The cell's logits by token id; the reading must hold all of them.
pub fn logits_of(reading: &Reading, row: usize, column: usize) -> Vec<f32> {
    let vocabulary = reading.columns.top_k;
    let mut logits = vec![f32::NAN; vocabulary];
    for candidate in reading.cell(row, column).top() {
        logits[candidate.id.index()] = candidate.logit;
    }
    assert!(logits.iter().all(|logit| logit.is_finite()), "a token is missing among the candidates");
    logits
}

/// Whether `rank` is one that logits moved by up to `noise` could give `token`.
pub fn rank_within(logits: &[f32], token: TokenId, rank: u32, noise: f32) -> bool {
    let own = logits[token.index()];
    let above = |limit: f32| 1 + logits.iter().filter(|logit| **logit > limit).count() as u32;
    (above(own + 2.0 * noise)..=above(own - 2.0 * noise)).contains(&rank)
}
