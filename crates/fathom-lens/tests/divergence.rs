//! Two forms of one model against each other.

mod common;

use common::{all_rows, tiny_model, tokens};
use fathom_fixtures::quant;
use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions, Side, divergence};
use fathom_model::{LoadOptions, Model, Precision, Prompt, Run, SiteSelection};
use fathom_reading::known::*;
use fathom_reading::{Divergence, Grid, LensKind};
use std::path::Path;

fn load(path: &Path, precision: Precision) -> Model {
    let options = LoadOptions { threads: Some(2), precision, ..LoadOptions::default() };
    Model::load(path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn run(model: &Model, ids: &[u32]) -> Run {
    let prompt = model.tokens_of(&Prompt::ids(tokens(ids))).unwrap();
    model.run(&prompt, &SiteSelection::residual(), &Control::default()).unwrap()
}

fn compare(a: &Model, b: &Model, ids: &[u32], lens: LensKind) -> Grid {
    let (left, right) = (Side::new(lens, a, run(a, ids)), Side::new(lens, b, run(b, ids)));
    let options = ReadOptions { rows: Some(all_rows(b)), ..ReadOptions::default() };
    divergence(&left, &right, b, &options).unwrap()
}

#[test]
fn packed_diverges_by_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = quant::write_llama(folder.path());
    let ids = quant::reference().ids;
    for lens in [LensKind::Logit, LensKind::Raw] {
        let found = compare(&load(&path, Precision::F32), &load(&path, Precision::Packed), &ids, lens);
        let found = Divergence::of(&found).unwrap();
        assert!(found.is_none(), "{:?}", found.layers());
        assert_eq!((found.first_top_change(), found.first_above(0.0)), (None, None));
    }
}

/// Each number by its definition, from two readings and plain sums.
#[test]
fn rounding_diverges_by_the_definitions() {
    let folder = tempfile::tempdir().unwrap();
    // The tiny models' weights have few bits; a quantised one's must be rounded.
    let path = quant::write_llama(folder.path());
    let ids = quant::reference().ids;
    let (a, b) = (load(&path, Precision::F32), load(&path, Precision::Bf16));
    let found = compare(&a, &b, &ids, LensKind::Logit);
    let runs = [run(&a, &ids), run(&b, &ids)];
    let readings = [(&a, &runs[0]), (&b, &runs[1])].map(|(model, run)| {
        let options = ReadOptions { rows: Some(all_rows(model)), top_k: 1, ..ReadOptions::default() };
        Lens::new(LensKind::Logit).read(model, run, &options).unwrap()
    });
    found.check().unwrap();
    assert!(!Divergence::of(&found).unwrap().is_none());
    // The run's last target is each reading's own best: left out.
    let count = ids.len();
    for (cell, _) in
        found.columns[KL_SIDES_BITS].iter().enumerate().filter(|(cell, _)| cell % count + 1 < count)
    {
        assert_eq!(found.columns[RANK_A][cell], readings[0].columns[TARGET_RANK][cell]);
        assert_eq!(found.columns[RANK_B][cell], readings[1].columns[TARGET_RANK][cell]);
        assert_eq!(found.columns[TOP_A][cell], readings[0].columns[TOP_ID][cell]);
        assert_eq!(found.columns[TOP_B][cell], readings[1].columns[TOP_ID][cell]);
    }
    for (row, place) in found.rows.iter().enumerate() {
        for position in 0..count {
            let cell = row * count + position;
            let states = runs.each_ref().map(|run| run.states.row(place.site, position).unwrap());
            let log_p = [(&a, states[0]), (&b, states[1])].map(|(model, state)| {
                let z: Vec<f64> = model.logits(state).unwrap().into_iter().map(f64::from).collect();
                let lse = z.iter().map(|z| z.exp()).sum::<f64>().ln();
                z.into_iter().map(|z| z - lse).collect::<Vec<f64>>()
            });
            let terms = log_p[0].iter().zip(&log_p[1]).map(|(p, q)| p.exp() * (p - q));
            let kl = terms.sum::<f64>() / std::f64::consts::LN_2;
            assert!(
                (f64::from(found.columns[KL_SIDES_BITS][cell]) - kl).abs() < 1e-6,
                "{} for {kl}",
                found.columns[KL_SIDES_BITS][cell]
            );
            let norm = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            let gap: Vec<f32> = states[0].iter().zip(states[1]).map(|(a, b)| b - a).collect();
            let distance = norm(&gap) / norm(states[0]);
            assert!((f64::from(found.columns[DISTANCE][cell]) - distance).abs() < 1e-6 + 1e-5 * distance);
        }
    }
    assert!(Divergence::of(&found).unwrap().layers().iter().all(|layer| layer.distance_mean > 0.0));
}

#[test]
fn what_is_no_form_of_one_model_is_refused() {
    let (a, b, c) = (tiny_model("llama", 1), tiny_model("gpt2", 1), tiny_model("llama", 1));
    let refused = |a: &Model, b: &Model, left: &[u32], right: &[u32]| {
        let sides =
            (Side::new(LensKind::Logit, a, run(a, left)), Side::new(LensKind::Logit, b, run(b, right)));
        divergence(&sides.0, &sides.1, b, &ReadOptions::default()).unwrap_err().to_string()
    };
    let said = refused(&a, &b, &[5, 6, 7], &[5, 6, 7]);
    assert!(said.contains("no two forms of one model") && said.contains("expected A's"), "{said}");
    let said = refused(&a, &c, &[5, 6, 7], &[5, 6, 8]);
    assert!(said.contains("the token of B is 8"), "{said}");
    let said = refused(&a, &c, &[5, 6, 7], &[5, 6]);
    assert!(said.contains("the number of tokens of B is 2, expected A's 3"), "{said}");
}
