//! A generation in steps is the generation, and can be run again to the bit.

mod common;

use common::{difference, load, tokens};
use fathom_fixtures::tiny;
use fathom_kernel::Control;
use fathom_model::{Generation, Generator, Model, ModelError, Run, SiteSelection};
use fathom_reading::{Layer, Origin, Site, TokenId};

fn tiny_model(name: &str) -> Model {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    load(folder.path())
}

fn prompt() -> Vec<(TokenId, Origin)> {
    tokens(&[3, 60, 7, 200, 11, 90, 4]).into_iter().map(|id| (id, Origin::Prompt)).collect()
}

/// Drives a generator, the prompt in pieces of `piece`.
fn drive(model: &Model, mut generator: Generator, piece: usize) -> Run {
    let control = Control::default();
    let mut seen = 0;
    loop {
        let left = generator.run_prompt(model, piece, &control).unwrap();
        assert!(generator.run().tokens.len() > seen);
        seen = generator.run().tokens.len();
        if left == 0 {
            break;
        }
    }
    while let Some(id) = generator.next_token(model, &mut |_, _| {}, &control).unwrap() {
        let run = generator.run();
        assert_eq!((run.tokens.len(), run.tokens.last()), (seen + 1, Some(&id)));
        assert_eq!(run.states.rows(run.states.last()).len(), run.tokens.len() * model.config().width);
        seen += 1;
    }
    generator.finish(model)
}

fn rows<'a>(model: &'a Model, run: &'a Run) -> Vec<&'a [f32]> {
    let after = (0..model.layers()).map(|layer| Site::after(Layer(layer)));
    std::iter::once(Site::EMBED).chain(after).map(|site| run.states.rows(site)).collect()
}

#[test]
fn steps_are_the_generation_and_again_is_the_same_run() {
    let sites = SiteSelection::residual();
    for name in ["llama", "gpt2"] {
        let model = tiny_model(name);
        for temperature in [None, Some(1.5)] {
            let settings = Generation { max_new: 9, temperature, seed: 4, ..Generation::default() };
            let whole =
                model.generate(&prompt(), &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
            let new = || Generator::new(&model, &prompt(), &settings, &sites).unwrap();
            let steps = drive(&model, new(), usize::MAX);
            assert_eq!(
                (&steps.run_id, &steps.tokens, &steps.origins),
                (&whole.run_id, &whole.tokens, &whole.origins)
            );
            assert_eq!(rows(&model, &steps), rows(&model, &whole));
            // In pieces, products have other shapes: close, and the same tokens here.
            let pieces = drive(&model, new(), 3);
            assert_eq!((&pieces.run_id, &pieces.sampling), (&whole.run_id, &whole.sampling));
            for (a, b) in rows(&model, &pieces).into_iter().zip(rows(&model, &whole)) {
                assert!(difference(a, b) < 3e-6);
            }
            let output = &whole.tokens[prompt().len()..];
            let again = Generator::again(&model, &prompt(), output, whole.sampling.clone(), &sites).unwrap();
            let again = drive(&model, again, 3);
            assert_eq!(again.run_id, whole.run_id);
            assert_eq!(rows(&model, &again), rows(&model, &pieces));
        }
    }
}

#[test]
fn a_given_continuation_is_one_pass() {
    let (model, sites) = (tiny_model("llama"), SiteSelection::residual());
    let output = tokens(&[5, 6]);
    let whole = model.run_forced(&prompt(), &output, &sites, &Control::default()).unwrap();
    for generator in [
        Generator::forced(&model, &prompt(), &output, &sites).unwrap(),
        Generator::again(&model, &prompt(), &output, whole.sampling.clone(), &sites).unwrap(),
    ] {
        let run = drive(&model, generator, usize::MAX);
        assert_eq!((&run.run_id, &run.origins), (&whole.run_id, &whole.origins));
        assert_eq!(rows(&model, &run), rows(&model, &whole));
    }
}

#[test]
fn what_can_not_run_is_refused_at_once() {
    let (model, sites) = (tiny_model("llama"), SiteSelection::residual());
    let settings = |max_new| Generation { max_new, ..Generation::default() };
    let error = |prompt: &[(TokenId, Origin)], max_new| {
        Generator::new(&model, prompt, &settings(max_new), &sites).err().unwrap()
    };
    assert!(matches!(error(&[], 3), ModelError::EmptyPrompt));
    assert!(matches!(error(&prompt(), model.config().context), ModelError::TooLong { .. }));
    assert!(matches!(error(&[(TokenId(u32::MAX), Origin::Prompt)], 1), ModelError::TokenOutOfRange { .. }));
}
