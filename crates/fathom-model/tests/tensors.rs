//! The decoder as devices run it, out of tensor operations, on the CPU: every family against the same references as the
//! kernels.

mod common;

use common::{by_length, compare, difference, run, tokens};
use fathom_fixtures::tiny::{self, GgufType};
use fathom_fixtures::{Tolerance, default_model, default_reference};
use fathom_kernel::Control;
use fathom_model::{Compute, Generation, KvCache, LoadOptions, Model, Prompt, SiteSelection, States};
use fathom_reading::{Layer, Site};
use std::path::Path;

fn load(path: &Path) -> Model {
    let options = LoadOptions { threads: Some(2), device: Compute::Tensors, ..LoadOptions::default() };
    Model::load(path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tiny_model(name: &str) -> Model {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    load(folder.path())
}

#[test]
fn every_family_is_transformers() {
    let names = tiny::names();
    assert!(names.len() > 40, "{}", names.len());
    for name in names {
        let report = compare(&tiny_model(&name), &tiny::reference(&name), Tolerance::TINY, &name);
        println!("{name}: {} sites, at most {:.1e} at {}", report.sites, report.worst, report.worst_site);
    }
}

#[test]
fn quantised_and_gguf_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let model = load(&fathom_fixtures::quant::write_llama(folder.path()));
    compare(&model, &fathom_fixtures::quant::reference(), Tolerance::TINY, "quantised llama");
    for name in ["llama", "gpt2", "mixtral"] {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny::write_gguf_as(name, folder.path(), GgufType::F32);
        compare(&load(&path), &tiny::reference(name), Tolerance::TINY, name);
    }
}

#[test]
fn every_family_in_pieces_and_in_batches() {
    let ids: Vec<u32> = (10..30).collect();
    for name in tiny::names() {
        let model = tiny_model(&name);
        let whole = run(&model, &ids);
        let last = Site::after(Layer(model.layers() - 1));
        if !by_length(&model) {
            let mut cache = KvCache::default();
            let mut states = States::new(SiteSelection::residual(), model.config().layers.len(), 0);
            for piece in [&ids[..7], &ids[7..8], &ids[8..]] {
                model.forward(&[tokens(piece)], Some(&mut cache), &mut states, &Control::default()).unwrap();
            }
            let gap = difference(states.rows(last), whole.states.rows(last));
            assert!(gap < 3e-6, "{name} in pieces differs by {gap:e}");
        }
        let prompts = [&ids[..3], &ids[..]].map(|ids| model.tokens_of(&Prompt::ids(tokens(ids))).unwrap());
        let batch = model.run_batch(&prompts, &SiteSelection::residual(), &Control::default()).unwrap();
        for (alone, together) in [run(&model, &ids[..3]), whole].iter().zip(&batch) {
            let gap = difference(alone.states.rows(last), together.states.rows(last));
            assert!(gap < 3e-6, "{name} in a batch differs by {gap:e}");
        }
    }
}

#[test]
fn generation_is_transformers() {
    for name in ["llama", "gpt2", "gemma2", "mixtral", "bloom"] {
        let reference = tiny::reference(name);
        let expected = reference.greedy.expect("every tiny reference has a greedy continuation");
        let model = tiny_model(name);
        let prompt = model.tokens_of(&Prompt::ids(tokens(&reference.ids))).unwrap();
        let settings = Generation { max_new: expected.len(), ..Generation::default() };
        let sites = SiteSelection::residual();
        let run = model.generate(&prompt, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
        let made: Vec<u32> = run.tokens[reference.ids.len()..].iter().map(|id| id.0).collect();
        // An end token stops a generation; the references go on.
        assert!(!made.is_empty() && expected.starts_with(&made), "{name}: {made:?}, {expected:?}");
    }
}

#[test]
fn the_default_model_at_every_site() {
    let model = load(&default_model());
    let reference = default_reference("keys");
    let report = compare(&model, &reference, Tolerance::DEFAULT_MODEL, "keys");
    println!("{} sites, at most {:.1e} at {}", report.sites, report.worst, report.worst_site);
}
