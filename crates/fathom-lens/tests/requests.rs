//! What may be asked of a lens, and how what may not is refused.

mod common;

use common::{all_rows, read, run, tiny_model, tokens};
use fathom_kernel::{
    Control, HeadOptions, KernelError, Progress, Projected, ProjectionRequest, Projector, Step, Unembedding,
};
use fathom_lens::{Lens, LensError, ReadOptions};
use fathom_model::{Model, Prompt, Run, SiteSelection};
use fathom_reading::known::{KL_BITS, TARGET_RANK};
use fathom_reading::{Layer, LensKind, Position, Reading, Site, SiteKind, TokenId};
use std::sync::{Arc, Mutex};

fn refused(model: &Model, run: &Run, options: ReadOptions) -> LensError {
    Lens::new(LensKind::Logit).read(model, run, &options).expect_err("a refusal")
}

fn logit(model: &Model, run: &Run, options: ReadOptions) -> Reading {
    read(model, run, LensKind::Logit, &options)
}

#[test]
fn rows_and_positions_come_out_sorted_and_once() {
    let model = tiny_model("llama", 1);
    let run = run(&model, &[5, 6, 7]);
    let attn = Site::within(SiteKind::AttnOut, Layer(1));
    let last = Site::after(Layer(model.layers() - 1));
    let rows = vec![last, attn, Site::EMBED, attn];
    let positions = vec![Position(2), Position(0), Position(2)];
    let reading = logit(
        &model,
        &run,
        ReadOptions { rows: Some(rows), positions: Some(positions), ..ReadOptions::default() },
    );
    assert_eq!(reading.rows, [Site::EMBED, attn, last]);
    assert_eq!(reading.positions(), [Position(0), Position(2)]);
    assert_eq!(reading.columns[KL_BITS][4..], [0.0, 0.0]);
    // Every site of the stream can be read.
    let kinds =
        [SiteKind::ResidPre, SiteKind::AttnOut, SiteKind::ResidMid, SiteKind::MlpOut, SiteKind::ResidPost];
    let rows = kinds.map(|kind| Site::within(kind, Layer(0))).to_vec();
    let reading = logit(&model, &run, ReadOptions { rows: Some(rows.clone()), ..ReadOptions::default() });
    assert_eq!(reading.rows, rows);
}

#[test]
fn what_is_not_there_is_refused_by_name() {
    let model = tiny_model("llama", 1);
    let run = run(&model, &[5, 6, 7]);
    let options = ReadOptions::default;
    let error = refused(&model, &run, ReadOptions { positions: Some(vec![Position(3)]), ..options() });
    assert_eq!(
        error.to_string(),
        "position 3 is out of range: this run has 3 tokens, so positions are 0 to 2"
    );
    let error = refused(&model, &run, ReadOptions { watch_at: Some(Position(9)), ..options() });
    assert!(matches!(error, LensError::Position { asked: Position(9), tokens: 3 }));
    let error = refused(&model, &run, ReadOptions { rows: Some(vec![Site::after(Layer(77))]), ..options() });
    assert!(matches!(error, LensError::NotRecorded { site } if site == Site::after(Layer(77))));
    let z = Site::within(SiteKind::Z, Layer(0));
    let error = refused(&model, &run, ReadOptions { rows: Some(vec![z]), ..options() });
    assert!(matches!(error, LensError::NotInTheStream { site } if site == z), "{error}");
    for (rows, positions, what) in [(Some(vec![]), None, "rows"), (None, Some(vec![]), "positions")] {
        let error = refused(&model, &run, ReadOptions { rows, positions, ..options() });
        assert_eq!(error.to_string(), format!("no {what} to read"));
    }
    let mut empty = run.clone();
    empty.tokens.clear();
    let error = refused(&model, &empty, ReadOptions { positions: Some(vec![Position(0)]), ..options() });
    assert_eq!(error.to_string(), "no tokens to read");
}

#[test]
fn unrecorded_sites_and_foreign_runs_are_refused() {
    let llama = tiny_model("llama", 1);
    let start = llama.tokens_of(&Prompt::ids(tokens(&[5, 6]))).unwrap();
    let part = llama.run(&start, &SiteSelection::of(&[]), &Control::default()).unwrap();
    let error = refused(&llama, &part, ReadOptions::default());
    assert_eq!(error.to_string(), "the run has no recorded state at 0: record it when running");
    // The last layer is always recorded, so it alone can always be read.
    let last = part.states.last();
    logit(&llama, &part, ReadOptions { rows: Some(vec![last]), ..ReadOptions::default() });

    // The model's own quantised sister has another width.
    let folder = tempfile::tempdir().unwrap();
    let wide = common::load(&fathom_fixtures::quant::write_llama(folder.path()), 1);
    assert_ne!(llama.config().width, wide.config().width);
    let rows = Some(vec![Site::EMBED]);
    let error = refused(&wide, &run(&llama, &[5, 6]), ReadOptions { rows, ..ReadOptions::default() });
    assert!(
        matches!(error, LensError::OtherModel { found, .. } if found == 2 * llama.config().width),
        "{error}"
    );
}

#[test]
fn watched_strings_become_tokens() {
    let model = tiny_model("llama", 1);
    let run = run(&model, &[5, 6, 7]);
    assert!(matches!(
        refused(&model, &run, ReadOptions { watch: vec![String::new()], ..ReadOptions::default() }),
        LensError::EmptyWatch
    ));
    let watch: Vec<String> = ["e", "e then", "e"].map(str::to_owned).to_vec();
    let reading = logit(&model, &run, ReadOptions { watch: watch.clone(), ..ReadOptions::default() });
    assert_eq!(reading.watched.iter().map(|w| w.text.clone()).collect::<Vec<_>>(), watch);
    assert_eq!(reading.watched[0], reading.watched[2]);
    assert_eq!((reading.watched[0].ids.len(), &reading.watched[0].sequence), (1, &None));
    let several = &reading.watched[1];
    assert!(several.ids.len() > 1);
    let score = several.sequence.as_ref().expect("a score of the whole string");
    assert_eq!((score.position, score.logprob_bits.len()), (Position(2), reading.rows.len()));
    assert!(score.logprob_bits.iter().all(|bits| *bits < 0.0));
    for cell in reading.cells() {
        let [one, several, again] = [0, 1, 2].map(|i| cell.watch().nth(i).unwrap());
        assert_eq!(one, again);
        assert_eq!(several.id, reading.watched[1].ids[0]);
    }
    // Where the string would not fit the context, the model says so.
    let context = model.config().context;
    let full = common::run(&model, &vec![7; context]);
    let at = Some(Position(context as u32 - 1));
    let rows = Some(vec![Site::EMBED]);
    let error = refused(&model, &full, ReadOptions { watch, watch_at: at, rows, ..ReadOptions::default() });
    assert!(matches!(error, LensError::Model(fathom_model::ModelError::TooLong { .. })), "{error}");
}

#[test]
fn tokens_are_watched_by_id_after_the_strings() {
    let model = tiny_model("llama", 1);
    let run = run(&model, &[5, 6, 7]);
    let by_text = logit(&model, &run, ReadOptions { watch: vec!["e".to_owned()], ..ReadOptions::default() });
    let id = by_text.watched[0].ids[0];
    let both = ReadOptions { watch: vec!["e".to_owned()], watch_ids: vec![id], ..ReadOptions::default() };
    let both = logit(&model, &run, both);
    assert_eq!(both.watched[1], both.watched[0]);
    assert_eq!(both.with_watched(&[1]), by_text);
    let outside = ReadOptions { watch_ids: vec![TokenId(u32::MAX)], ..ReadOptions::default() };
    assert!(matches!(
        refused(&model, &run, outside),
        LensError::Model(fathom_model::ModelError::TokenOutOfRange { .. })
    ));
}

#[test]
fn no_candidates_and_all_of_them() {
    let model = tiny_model("gpt2", 1);
    let run = run(&model, &[5, 6]);
    let none = logit(&model, &run, ReadOptions { top_k: 0, ..ReadOptions::default() });
    assert_eq!(none.columns.top_k, 0);
    assert!(none.cell(0, 1).target_is_argmax());
    let all = logit(&model, &run, ReadOptions { top_k: usize::MAX, ..ReadOptions::default() });
    assert_eq!(all.columns.top_k, model.config().vocabulary);
    assert_eq!(none.columns[TARGET_RANK], all.columns[TARGET_RANK]);
}

#[test]
fn a_reading_says_what_made_it() {
    let model = tiny_model("gpt2", 1);
    let run = run(&model, &[5, 6]);
    let norm = |kind| read(&model, &run, kind, &ReadOptions::default()).info.lens.norm;
    assert_eq!(norm(LensKind::Logit), "LayerNorm on every row");
    assert_eq!(norm(LensKind::Raw), "LayerNorm on the last row only");
    let info = logit(&model, &run, ReadOptions::default()).info;
    assert_eq!((info.run_id, info.precision.as_str()), (run.run_id, "f32"));
    assert_eq!((info.model, info.sampling), (model.info().clone(), None));
}

#[derive(Default)]
struct Heard(Mutex<Vec<(Step, u64, u64)>>);

impl Progress for Heard {
    fn report(&self, step: Step, done: u64, total: u64) {
        self.0.lock().unwrap().push((step, done, total));
    }
}

#[test]
fn progress_counts_positions_and_cancelling_stops() {
    let model = tiny_model("llama", 1);
    let context = model.config().context;
    let run = run(&model, &vec![9; context]);
    let heard = Arc::new(Heard::default());
    let control = Control { progress: Some(heard.clone()), ..Control::default() };
    let options =
        ReadOptions { rows: Some(all_rows(&model)), control: control.clone(), ..ReadOptions::default() };
    logit(&model, &run, options.clone());
    let heard = heard.0.lock().unwrap().clone();
    assert!(
        heard.iter().all(|(step, _, total)| (*step, *total) == (Step::Project, context as u64)),
        "{heard:?}"
    );
    assert!(heard.windows(2).all(|pair| pair[0].1 < pair[1].1), "{heard:?}");
    assert_eq!(heard.last().unwrap().1, context as u64);

    control.cancel.cancel();
    assert!(matches!(refused(&model, &run, options), LensError::Kernel(KernelError::Cancelled(_))));
}

/// The projector sees rows normed as the lens says, the last layer's at the end of each group.
#[test]
fn what_is_projected_is_what_the_lens_says() {
    struct Spy(Mutex<Vec<f32>>);
    impl Projector for &'static Spy {
        fn project(
            &self,
            _: &Unembedding,
            request: &ProjectionRequest<'_>,
            pool: &rayon::ThreadPool,
            control: &Control,
        ) -> Result<Projected, KernelError> {
            *self.0.lock().unwrap() = request.states.to_vec();
            let head = Unembedding::new(&vec![0.5; 307 * 24], 307, 24, HeadOptions::default())?;
            fathom_kernel::NaiveProjector.project(&head, request, pool, control)
        }
    }
    let model = tiny_model("llama", 1);
    assert_eq!(
        (model.config().width, model.config().vocabulary),
        (24, 307),
        "the head above is made for these"
    );
    let run = run(&model, &[5, 6]);
    let spy: &'static Spy = Box::leak(Box::new(Spy(Mutex::new(Vec::new()))));
    let options = ReadOptions {
        rows: Some(vec![Site::EMBED]),
        positions: Some(vec![Position(0)]),
        ..ReadOptions::default()
    };
    Lens::with_projector(LensKind::Raw, Box::new(spy)).read(&model, &run, &options).unwrap();
    let mut last = vec![0.0; 24];
    model.head().norm.apply(run.states.row(run.states.last(), 0).unwrap(), &mut last);
    let expected = [run.states.row(Site::EMBED, 0).unwrap(), &last].concat();
    assert_eq!(*spy.0.lock().unwrap(), expected);
}
