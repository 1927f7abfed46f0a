//! Hidden states at every site, and greedy text, against Hugging Face transformers. The tiny models of every family are in
//! families.rs.

mod common;

use common::{compare, load, run, tokens};
use fathom_fixtures::tiny::{self, Layout};
use fathom_fixtures::{DEFAULT_PROMPTS, Tolerance, default_model, default_reference, quant};
use fathom_kernel::Control;
use fathom_model::{Generation, Prompt, PromptSource, SiteSelection};
use fathom_reading::{Site, SiteKind};

/// Those of [`DEFAULT_PROMPTS`] that were continued greedily.
const GREEDY_PROMPTS: [&str; 3] = ["keys", "heathrow", "europe"];

fn check_folder(name: &str, layout: &Layout) {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors_as(name, folder.path(), layout);
    let model = load(folder.path());
    compare(&model, &tiny::reference(name), Tolerance::TINY, &format!("{name} as {layout:?}"));
}

#[test]
fn gpt2_without_prefix_and_with_mask_buffers() {
    for name in tiny::names_of_class("GPT2LMHeadModel") {
        let strip_prefix = Some("transformer.".to_owned());
        check_folder(&name, &Layout { mask_buffers: true, ..Layout::default() });
        check_folder(&name, &Layout { mask_buffers: true, strip_prefix, ..Layout::default() });
    }
}

#[test]
fn a_llama_of_every_quantised_type() {
    let folder = tempfile::tempdir().unwrap();
    let model = load(&quant::write_llama(folder.path()));
    compare(&model, &quant::reference(), Tolerance::TINY, "quantised llama");
}

#[test]
fn tiny_models_generate_what_transformers_does() {
    let mut varied = 0;
    for name in tiny::names() {
        let reference = tiny::reference(&name);
        let expected = reference.greedy.expect("every tiny reference has a greedy continuation");
        assert_eq!(expected.len(), 8, "{name}");
        let folder = tempfile::tempdir().unwrap();
        tiny::write_safetensors(&name, folder.path());
        let model = load(folder.path());
        assert_eq!(greedy(&model, &reference.ids, expected.len()), expected, "{name}");
        varied += usize::from(expected.iter().any(|id| *id != expected[0]));
    }
    // Some tiny models repeat one token for ever, which says little.
    assert!(varied >= 30, "only {varied} models say more than one token");
}

#[test]
fn the_default_model_at_every_site() {
    let model = load(&default_model());
    let mut continued = Vec::new();
    for prompt in DEFAULT_PROMPTS {
        let reference = default_reference(prompt);
        let report = compare(&model, &reference, Tolerance::DEFAULT_MODEL, prompt);
        println!("{prompt}: {} sites, at most {:.1e} at {}", report.sites, report.worst, report.worst_site);

        let text = Prompt { source: PromptSource::Text(reference.text.clone()), ..Prompt::text("") };
        let ids: Vec<u32> = model.tokens_of(&text).unwrap().iter().map(|(id, _)| id.0).collect();
        assert_eq!(ids, reference.ids, "{prompt}");
        if let Some(expected) = &reference.greedy {
            assert_eq!(greedy(&model, &reference.ids, expected.len()), *expected, "{prompt}");
            continued.push(prompt);
        }
    }
    assert_eq!(continued, GREEDY_PROMPTS);
}

/// A greedy continuation past end tokens, as the references have it.
fn greedy(model: &fathom_model::Model, ids: &[u32], count: usize) -> Vec<u32> {
    let mut ids = ids.to_vec();
    let start = ids.len();
    while ids.len() < start + count {
        let prompt = model.tokens_of(&Prompt::ids(tokens(&ids))).unwrap();
        let settings = Generation { max_new: start + count - ids.len(), ..Generation::default() };
        let sites = SiteSelection::of(&[]);
        let run = model.generate(&prompt, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
        ids = run.tokens.iter().map(|id| id.0).collect();
    }
    ids.split_off(start)
}

#[test]
fn resid_pre_is_the_site_before() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    let model = load(folder.path());
    let run = run(&model, &tiny::reference("llama").ids);
    let mut before = Site::EMBED;
    for layer in 0..model.layers() {
        let site = Site::within(SiteKind::ResidPre, layer.into());
        assert_eq!(run.states.rows(site), run.states.rows(before), "{site}");
        before = Site::after(layer.into());
    }
}
