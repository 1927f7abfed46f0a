//! What the integration tests share.
#![allow(dead_code)] // Each test binary uses its own part.

use fathom_fixtures::{Reference, SiteReport, Tolerance, compare_sites, site};
use fathom_kernel::Control;
use fathom_model::{LoadOptions, Model, ModelError, PositionSpec, Prompt, RotaryScaling, Run, SiteSelection};
use fathom_reading::TokenId;
use std::path::Path;

/// A model on two threads.
pub(crate) fn load(path: &Path) -> Model {
    try_load(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn try_load(path: &Path) -> Result<Model, ModelError> {
    Model::load(path, LoadOptions { threads: Some(2), ..LoadOptions::default() })
}

/// Ids as tokens.
pub(crate) fn tokens(ids: &[u32]) -> Vec<TokenId> {
    ids.iter().map(|id| TokenId(*id)).collect()
}

/// One pass over explicit ids, every site recorded.
pub(crate) fn run(model: &Model, ids: &[u32]) -> Run {
    let prompt = model.tokens_of(&Prompt::ids(tokens(ids))).unwrap();
    model.run(&prompt, &SiteSelection::all(), &Control::default()).unwrap()
}

/// Whether frequencies depend on a sequence's length. With a cache, keys keep those of the length at which they were
/// made, as in transformers, so a run in pieces is another one.
pub(crate) fn by_length(model: &Model) -> bool {
    model.config().layers.iter().any(|layer| match &layer.attention.position {
        PositionSpec::Rotary(rotary) => {
            matches!(rotary.scaling, RotaryScaling::Dynamic { .. } | RotaryScaling::LongRope { .. })
        }
        _ => false,
    })
}

/// The rows of a site by its reference name, `logits` included.
pub(crate) fn rows(model: &Model, run: &Run, name: &str) -> Option<Vec<f32>> {
    if name != "logits" {
        let site = site(name)?;
        return run.states.has(site).then(|| run.states.rows(site).to_vec());
    }
    let positions = 0..run.tokens.len();
    let logits = positions.map(|p| model.logits(run.states.row(run.states.last(), p)?).ok());
    logits.collect::<Option<Vec<_>>>().map(|rows| rows.concat())
}

/// Runs a reference's ids and compares every site, in order of depth.
pub(crate) fn compare(model: &Model, reference: &Reference, tolerance: Tolerance, what: &str) -> SiteReport {
    let run = run(model, &reference.ids);
    let report = compare_sites(reference, tolerance, |name| rows(model, &run, name));
    report.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The largest difference of two runs' states at a site, relative to the larger row norm.
pub(crate) fn difference(a: &[f32], b: &[f32]) -> f64 {
    assert!(!a.is_empty() && a.len() == b.len(), "{} and {} values", a.len(), b.len());
    let norm = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let gap: Vec<f32> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    norm(&gap) / norm(a).max(norm(b)).max(1e-30)
}
