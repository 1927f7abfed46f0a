//! What must hold for any model: cached and uncached runs, batches and hooks.

mod common;

use common::{difference, load, run, tokens};
use fathom_fixtures::tiny;
use fathom_kernel::{CancelToken, Control, Progress, Step};
use fathom_model::*;
use fathom_reading::{Layer, Origin, Site, SiteKind, TokenId};
use std::sync::{Arc, Mutex};

const CLOSE: f64 = 3e-6;

fn tiny_model(name: &str) -> Model {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    load(folder.path())
}

fn prompt(ids: &[u32]) -> Vec<(TokenId, Origin)> {
    tokens(ids).into_iter().map(|id| (id, Origin::Prompt)).collect()
}

fn all_sites(layers: u32) -> Vec<Site> {
    use SiteKind::*;
    let kinds = [ResidPre, Z, AttnOut, ResidMid, MlpOut, ResidPost];
    let within = (0..layers).flat_map(|layer| kinds.map(|kind| Site::within(kind, Layer(layer))));
    std::iter::once(Site::EMBED).chain(within).collect()
}

fn assert_close(model: &Model, a: &Run, b: &Run, what: &str) {
    assert_eq!(a.tokens, b.tokens);
    for site in all_sites(model.layers()) {
        let gap = difference(a.states.rows(site), b.states.rows(site));
        assert!(gap < CLOSE, "{what}: {site} differs by {gap:e}");
    }
}

#[test]
fn cached_and_uncached_runs_agree() {
    for name in ["llama", "gpt2"] {
        let model = tiny_model(name);
        let start = prompt(&[3, 60, 7, 200, 11]);
        let settings = Generation { max_new: 12, ..Generation::default() };
        let mut heard = Vec::new();
        let mut listen = |id: TokenId, bytes: &[u8]| heard.push((id, bytes.to_vec()));
        let sites = SiteSelection::all();
        let cached = model.generate(&start, &settings, &sites, &mut listen, &Control::default()).unwrap();
        let output = cached.tokens[start.len()..].to_vec();
        assert!(!output.is_empty() && cached.prompt_len() == start.len());
        assert_eq!(heard.iter().map(|(id, _)| *id).collect::<Vec<_>>(), output);
        for (id, bytes) in &heard {
            assert_eq!(model.tokenizer().bytes(*id).unwrap_or_default(), bytes);
        }
        let forced = model.run_forced(&start, &output, &sites, &Control::default()).unwrap();
        assert_eq!(forced.origins, cached.origins);
        assert_close(&model, &cached, &forced, name);
        // Each output token is the best after the state before it.
        for (i, id) in output.iter().enumerate() {
            let logits =
                model.logits(forced.states.row(forced.states.last(), start.len() + i - 1).unwrap()).unwrap();
            assert!(logits.iter().all(|logit| *logit <= logits[id.index()] + 1e-5), "{name}, token {i}");
        }
    }
}

#[test]
fn a_cache_takes_a_prompt_in_pieces_and_grows() {
    let model = tiny_model("llama");
    let ids = tokens(&(10..40).collect::<Vec<u32>>());
    let whole = run(&model, &(10..40).collect::<Vec<u32>>());
    let mut cache = KvCache::default();
    let mut states = States::new(SiteSelection::all(), model.config().layers.len(), 0);
    for piece in [&ids[..7], &ids[7..8], &ids[8..29], &ids[29..]] {
        model.forward(&[piece.to_vec()], Some(&mut cache), &mut states, &Control::default()).unwrap();
    }
    assert_eq!(cache.len(), ids.len());
    for site in all_sites(model.layers()) {
        assert!(difference(states.rows(site), whole.states.rows(site)) < CLOSE, "{site}");
    }
}

#[test]
fn a_batch_equals_its_sequences_alone() {
    for name in ["llama", "gpt2"] {
        let model = tiny_model(name);
        let prompts: Vec<Vec<u32>> = vec![vec![5, 9, 300], (20..51).collect(), vec![7]];
        let batch: Vec<_> = prompts.iter().map(|ids| prompt(ids)).collect();
        let runs = model.run_batch(&batch, &SiteSelection::all(), &Control::default()).unwrap();
        for (ids, together) in prompts.iter().zip(&runs) {
            let alone = run(&model, ids);
            assert_close(&model, &alone, together, name);
            assert_eq!(together.states.rows(Site::EMBED).len(), ids.len() * model.config().width);
            assert_eq!(alone.run_id, together.run_id);
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    let on = |threads| {
        let model =
            Model::load(folder.path(), LoadOptions { threads: Some(threads), ..LoadOptions::default() })
                .unwrap();
        assert_eq!(model.pool().current_num_threads(), threads);
        run(&model, &(10..60).collect::<Vec<u32>>()).states.rows(Site::after(Layer(2))).to_vec()
    };
    assert_eq!(on(1), on(3));
}

/// Changes one site's state, and records the rest.
struct Change {
    at: Site,
    by: fn(&mut State<'_>) -> Result<(), ModelError>,
    states: States,
}

impl Recorder for Change {
    fn wants(&self, site: Site) -> bool {
        site == self.at || self.states.wants(site)
    }

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        self.states.record(state)?;
        if state.site() == self.at { (self.by)(state) } else { Ok(()) }
    }
}

fn changed(
    model: &Model,
    at: Site,
    by: fn(&mut State<'_>) -> Result<(), ModelError>,
) -> Result<States, ModelError> {
    let states = States::new(SiteSelection::all(), model.config().layers.len(), 4);
    let mut recorder = Change { at, by, states };
    model.forward(&[tokens(&[5, 6, 7, 8])], None, &mut recorder, &Control::default())?;
    Ok(recorder.states)
}

#[test]
fn a_change_takes_effect_from_its_site_on() {
    let model = tiny_model("llama");
    let plain = run(&model, &[5, 6, 7, 8]).states;
    let (attn, mid) = (Site::within(SiteKind::AttnOut, Layer(1)), Site::within(SiteKind::ResidMid, Layer(1)));
    let zero = |state: &mut State<'_>| {
        state.values_mut().fill(0.0);
        Ok(())
    };
    let states = changed(&model, attn, zero).unwrap();
    // Without attention's part, the stream between attention and MLP is the stream before.
    assert_eq!(states.rows(mid), states.rows(Site::after(Layer(0))));
    assert_eq!(states.rows(Site::after(Layer(0))), plain.rows(Site::after(Layer(0))));
    assert_ne!(states.rows(Site::after(Layer(1))), plain.rows(Site::after(Layer(1))));

    // At every site, the same values change nothing, and others something.
    for site in all_sites(model.layers()) {
        let same = |state: &mut State<'_>| {
            let values = state.values().to_vec();
            state.replace(&values)
        };
        let same = changed(&model, site, same).unwrap();
        let last = Site::after(Layer(model.layers() - 1));
        assert_eq!(same.rows(last), plain.rows(last), "{site}");
        if site != last {
            let turned = |state: &mut State<'_>| {
                state.values_mut().iter_mut().for_each(|x| *x *= -0.5);
                Ok(())
            };
            let other = changed(&model, site, turned).unwrap();
            assert_ne!(other.rows(last), plain.rows(last), "{site}");
        }
    }
}

#[test]
fn a_replacement_of_another_size_is_refused() {
    let model = tiny_model("llama");
    let at = Site::after(Layer(0));
    let wrong = changed(&model, at, |state| state.replace(&[1.0; 3]));
    assert!(matches!(wrong, Err(ModelError::Replacement { site, found: 3, .. }) if site == at));
}

/// What a recorder is told of each state.
#[derive(Default)]
struct Told(Vec<(Site, usize, std::ops::Range<usize>, Vec<usize>)>);

impl Recorder for Told {
    fn wants(&self, site: Site) -> bool {
        site == Site::EMBED || site == Site::within(SiteKind::Z, Layer(0))
    }

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        assert_eq!(state.values().len(), state.shape().iter().product::<usize>());
        assert_eq!(state.values().len(), state.positions().len() * state.width());
        self.0.push((state.site(), state.sequence(), state.positions(), state.shape()));
        Ok(())
    }
}

#[test]
fn a_recorder_hears_each_sequence_at_its_own_length_and_positions() {
    let model = tiny_model("llama");
    let (d, attention) = (model.config().width, &model.config().layers[0].attention);
    let (heads, size) = (attention.query_heads, attention.head_size);
    let z = Site::within(SiteKind::Z, Layer(0));
    let mut told = Told::default();
    let batch = [tokens(&[5, 6, 7]), tokens(&[8])];
    model.forward(&batch, None, &mut told, &Control::default()).unwrap();
    let expected = vec![
        (Site::EMBED, 0, 0..3, vec![3, d]),
        (Site::EMBED, 1, 0..1, vec![1, d]),
        (z, 0, 0..3, vec![3, heads, size]),
        (z, 1, 0..1, vec![1, heads, size]),
    ];
    assert_eq!(told.0, expected);

    // After what a cache holds.
    let mut cache = KvCache::default();
    model.forward(&batch[..1], Some(&mut cache), &mut Nothing, &Control::default()).unwrap();
    let mut told = Told::default();
    model.forward(&batch[1..], Some(&mut cache), &mut told, &Control::default()).unwrap();
    assert_eq!(told.0, [(Site::EMBED, 0, 3..4, vec![1, d]), (z, 0, 3..4, vec![1, heads, size])]);
}

#[test]
fn only_what_is_selected_is_kept() {
    let model = tiny_model("llama");
    let start = prompt(&[5, 6, 7]);
    let sites = SiteSelection::of(&[SiteKind::Z, SiteKind::Embed]).in_layers(&[Layer(1)]);
    let run = model.run(&start, &sites, &Control::default()).unwrap();
    let kept: Vec<Site> =
        all_sites(model.layers()).into_iter().filter(|site| run.states.has(*site)).collect();
    let last = Site::after(Layer(model.layers() - 1));
    assert_eq!(kept, [Site::EMBED, Site::within(SiteKind::Z, Layer(1)), last]);
    let attention = &model.config().layers[1].attention;
    let width = attention.query_heads * attention.head_size;
    assert_eq!(run.states.rows(kept[1]).len(), 3 * width);
    assert_eq!(run.states.row(kept[1], 2), Some(&run.states.rows(kept[1])[2 * width..]));
    assert_eq!(run.states.row(kept[1], 3), None);
}

#[test]
fn impossible_inputs_are_refused() {
    let model = tiny_model("llama");
    let (context, vocabulary) = (model.config().context, model.config().vocabulary);
    let refuse =
        |ids: &[u32]| model.run(&prompt(ids), &SiteSelection::residual(), &Control::default()).unwrap_err();
    assert!(matches!(refuse(&[]), ModelError::EmptyPrompt));
    assert!(
        matches!(refuse(&[0, vocabulary as u32]), ModelError::TokenOutOfRange { id, .. } if id as usize == vocabulary)
    );
    let error = refuse(&vec![1; context + 1]).to_string();
    assert!(error.contains(&(context + 1).to_string()) && error.contains(&context.to_string()), "{error}");
    run(&model, &vec![1; context]);

    let long = Generation { max_new: context, ..Generation::default() };
    let sites = SiteSelection::residual();
    let error =
        model.generate(&prompt(&[1]), &long, &sites, &mut |_, _| {}, &Control::default()).unwrap_err();
    assert!(matches!(error, ModelError::TooLong { prompt: 1, .. }), "{error}");
    let error = model.run_forced(&prompt(&[1]), &tokens(&vec![1; context]), &sites, &Control::default());
    assert!(matches!(error, Err(ModelError::TooLong { .. })));

    let nothing = &mut Nothing;
    let control = Control::default();
    assert!(matches!(model.forward(&[], None, nothing, &control), Err(ModelError::Batch { .. })));
    let uneven = [tokens(&[1]), tokens(&[1, 2])];
    let mut cache = KvCache::default();
    assert!(matches!(
        model.forward(&uneven, Some(&mut cache), nothing, &control),
        Err(ModelError::Batch { .. })
    ));
    model.forward(&uneven[..1], Some(&mut cache), nothing, &control).unwrap();
    let two = [tokens(&[1]), tokens(&[2])];
    assert!(matches!(
        model.forward(&two, Some(&mut cache), nothing, &control),
        Err(ModelError::Batch { .. })
    ));
}

#[test]
fn prompts_become_tokens() {
    let model = tiny_model("llama");
    let tokenizer = model.tokenizer();
    let ids = |prompt: &Prompt| {
        model.tokens_of(prompt).map(|tokens| tokens.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    };
    let text = Prompt::text("The keys");
    let plain: Vec<u32> = model.continuation_of("The keys").unwrap().iter().map(|id| id.0).collect();
    let bos = tokenizer.bos().expect("the tiny tokenizer names a BOS token").0;
    let with_bos = [&[bos], plain.as_slice()].concat();
    assert_eq!(ids(&text).unwrap(), if tokenizer.add_bos() { with_bos.clone() } else { plain.clone() });
    assert_eq!(ids(&Prompt { bos: Bos::On, ..text.clone() }).unwrap(), with_bos);
    assert_eq!(ids(&Prompt { bos: Bos::Off, ..text }).unwrap(), plain);
    assert_eq!(ids(&Prompt::ids(tokens(&[7, 9]))).unwrap(), [7, 9]);
    let origins: Vec<Origin> = model
        .tokens_of(&Prompt { bos: Bos::On, ..Prompt::ids(tokens(&[7])) })
        .unwrap()
        .iter()
        .map(|t| t.1)
        .collect();
    assert_eq!(origins, [Origin::Special, Origin::Prompt]);
    assert!(matches!(ids(&Prompt { bos: Bos::Off, ..Prompt::text("") }), Err(ModelError::EmptyPrompt)));
    assert!(matches!(ids(&Prompt::ids(tokens(&[u32::MAX]))), Err(ModelError::TokenOutOfRange { .. })));
}

#[test]
fn sampling_draws_the_same_again_and_is_recorded() {
    let model = tiny_model("gpt2");
    let start = prompt(&[5, 6, 7]);
    let draw = |seed| {
        let settings =
            Generation { max_new: 10, temperature: Some(1.5), top_k: Some(50), top_p: Some(0.95), seed };
        let sites = SiteSelection::of(&[]);
        model.generate(&start, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap()
    };
    let (a, b, c) = (draw(1), draw(1), draw(2));
    assert_eq!((&a.tokens, &a.run_id), (&b.tokens, &b.run_id));
    assert_ne!(a.tokens, c.tokens);
    assert_ne!(a.run_id, c.run_id);
    let sampling = a.sampling.unwrap();
    assert_eq!((sampling.seed, sampling.generator.as_deref()), (Some(1), Some("chacha8")));
}

#[test]
fn an_end_token_stops_and_is_kept() {
    let model = tiny_model("llama");
    // The tiny tokenizer's end token is id 1; a recorder that replaces states could force it, but the head's own
    // choice is simpler: sample until it comes.
    let end = model.tokenizer().end_tokens().to_vec();
    assert!(!end.is_empty());
    let stopped = (0..400).find_map(|seed| {
        let settings = Generation { max_new: 40, temperature: Some(3.0), seed, ..Generation::default() };
        let sites = SiteSelection::residual();
        let run =
            model.generate(&prompt(&[5]), &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
        (run.tokens.len() < 41).then_some(run)
    });
    let run = stopped.expect("one of 400 samples of 40 tokens of 307 holds the end token");
    assert!(end.contains(run.tokens.last().unwrap()));
    assert_eq!(run.states.rows(Site::EMBED).len(), run.tokens.len() * model.config().width);
    assert!(run.tokens[1..run.tokens.len() - 1].iter().all(|id| !end.contains(id)));
}

#[derive(Default)]
struct Heard(Mutex<Vec<(Step, u64, u64)>>);

impl Progress for Heard {
    fn report(&self, step: Step, done: u64, total: u64) {
        self.0.lock().unwrap().push((step, done, total));
    }
}

#[test]
fn progress_is_told_and_cancelling_stops() {
    let model = tiny_model("llama");
    let heard = Arc::new(Heard::default());
    let control = Control { cancel: CancelToken::new(), progress: Some(heard.clone()) };
    let settings = Generation { max_new: 2, ..Generation::default() };
    model.generate(&prompt(&[5]), &settings, &SiteSelection::residual(), &mut |_, _| {}, &control).unwrap();
    let told = heard.0.lock().unwrap().clone();
    let layers = u64::from(model.layers());
    let forward = (1..=layers).map(|layer| (Step::Forward, layer, layers));
    assert_eq!(told, forward.chain([(Step::Generate, 1, 2), (Step::Generate, 2, 2)]).collect::<Vec<_>>());

    // Cancelled from within, at the second token: the run ends there.
    let cancel = control.cancel.clone();
    let mut tokens = 0;
    let mut listen = |_: TokenId, _: &[u8]| {
        tokens += 1;
        cancel.cancel();
    };
    let settings = Generation { max_new: 20, ..Generation::default() };
    let run = model.generate(&prompt(&[5]), &settings, &SiteSelection::residual(), &mut listen, &control);
    assert!(matches!(run, Err(ModelError::Cancelled)));
    assert_eq!(tokens, 1);
}

#[test]
fn a_token_that_the_model_lacks_is_named_by_its_text() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    let config = r#"{"tokenizer_class": "PreTrainedTokenizerFast", "additional_special_tokens": ["<ab>"]}"#;
    std::fs::write(folder.path().join("tokenizer_config.json"), config).unwrap();
    let model = load(folder.path());
    let prompt = Prompt { parse_specials: true, ..Prompt::text("The <ab> keys") };
    let error = model.tokens_of(&prompt).unwrap_err();
    assert!(matches!(error, ModelError::NoEmbedding { vocabulary: 307, .. }), "{error}");
    assert!(error.to_string().contains("\"<ab>\""), "{error}");
}
