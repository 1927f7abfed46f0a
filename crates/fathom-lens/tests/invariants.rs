//! What must hold for any model, prompt and lens, as properties over the tiny models.

mod common;

use common::{all_rows, everything, logits, logits_of, rank_within, read, run, tiny_model, tokens};
use fathom_kernel::{Control, NaiveProjector};
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Generation, Model, Run, SiteSelection};
use fathom_reading::known::{
    ENTROPY_BITS, KL_BITS, KL_REVERSE_BITS, SURPRISAL_BITS, TARGET_LOGIT, TARGET_PROB, TARGET_RANK, TOP_ID,
    TOP_LOGIT, TOP_PROB, WATCH_LOGIT, WATCH_RANK,
};
use fathom_reading::{Cell, LensKind, Origin, Position, Reading, Site, TokenId};
use proptest::prelude::*;
use std::sync::OnceLock;

/// What heads and streams differ in: biases, tied or not, a vocabulary longer than the tokenizer's, scaled logits
/// (cohere), soft-caps and windows (gemma2), a bias on the head (phi), ALiBi (bloom), experts (mixtral), parallel
/// blocks (gpt_neox).
const NAMES: [&str; 12] = [
    "llama",
    "llama-tied",
    "llama-bias",
    "llama-padded",
    "gpt2",
    "gpt2-scaled",
    "cohere",
    "gemma2",
    "phi",
    "bloom",
    "mixtral",
    "gpt_neox",
];

/// Every model on one thread, and again on two.
fn models() -> &'static [[Model; 2]] {
    static MODELS: OnceLock<Vec<[Model; 2]>> = OnceLock::new();
    MODELS.get_or_init(|| NAMES.iter().map(|name| [1, 2].map(|threads| tiny_model(name, threads))).collect())
}

fn model() -> impl Strategy<Value = &'static [Model; 2]> {
    (0..NAMES.len()).prop_map(|i| &models()[i])
}

fn lens() -> impl Strategy<Value = LensKind> {
    prop_oneof![Just(LensKind::Logit), Just(LensKind::Raw)]
}

/// Ids that every tiny vocabulary has.
fn ids(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(0u32..307, length)
}

fn prompt(ids: &[u32]) -> Vec<(TokenId, Origin)> {
    tokens(ids).into_iter().map(|id| (id, Origin::Prompt)).collect()
}

/// A cell's numbers but for its row and column: bits where they are floats.
fn bits(cell: Cell<'_>) -> Vec<u32> {
    let score = |s: fathom_reading::WatchedScore| [s.id.0, s.logit.to_bits(), s.prob.to_bits(), s.rank.get()];
    let sums = [cell.entropy_bits(), cell.kl_bits(), cell.get(KL_REVERSE_BITS), cell.surprisal_bits()];
    let top = cell.top().flat_map(|c| [c.id.0, c.logit.to_bits(), c.prob.to_bits()]);
    let scores = std::iter::once(cell.target()).chain(cell.watch()).flat_map(score);
    sums.map(f32::to_bits).into_iter().chain(top).chain(scores).collect()
}

/// Ids, ranks and logits of two readings are the same bits; sums agree to rounding.
fn assert_same_but_for_sums(a: &Reading, b: &Reading) {
    let (x, y) = (&a.columns, &b.columns);
    let to_bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!((&x[TOP_ID], &x[TARGET_RANK], &x[WATCH_RANK]), (&y[TOP_ID], &y[TARGET_RANK], &y[WATCH_RANK]));
    assert_eq!(to_bits(&x[TOP_LOGIT]), to_bits(&y[TOP_LOGIT]));
    assert_eq!(to_bits(&x[TARGET_LOGIT]), to_bits(&y[TARGET_LOGIT]));
    assert_eq!(to_bits(&x[WATCH_LOGIT]), to_bits(&y[WATCH_LOGIT]));
    let near = |what: &str, x: &[f32], y: &[f32], slack: f32| {
        for (x, y) in x.iter().zip(y) {
            assert!((x - y).abs() <= slack * (1.0 + x.abs()), "{what}: {x} and {y}");
        }
    };
    near("entropy", &x[ENTROPY_BITS], &y[ENTROPY_BITS], 1e-5);
    near("KL", &x[KL_BITS], &y[KL_BITS], 1e-5);
    near("reverse KL", &x[KL_REVERSE_BITS], &y[KL_REVERSE_BITS], 1e-5);
    near("surprisal", &x[SURPRISAL_BITS], &y[SURPRISAL_BITS], 1e-5);
    near("probability", &x[TOP_PROB], &y[TOP_PROB], 1e-6);
    near("probability", &x[TARGET_PROB], &y[TARGET_PROB], 1e-6);
}

/// Every logit of two readings within `noise` of the largest, ranks by the noise rule.
fn assert_same_but_for_noise(a: &Reading, b: &Reading) {
    assert_eq!((&a.rows, &a.positions(), &a.targets), (&b.rows, &b.positions(), &b.targets));
    for (row, site) in a.rows.iter().enumerate() {
        for column in 0..a.positions().len() {
            let (x, y) = (logits_of(a, row, column), logits_of(b, row, column));
            let noise = 1e-5 * x.iter().fold(1f32, |most, x| most.max(x.abs()));
            for (x, y) in x.iter().zip(&y) {
                assert!((x - y).abs() <= noise, "{site}, column {column}: {x} and {y}");
            }
            let (target, other) = (a.cell(row, column).target(), b.cell(row, column).target());
            assert!(rank_within(&x, target.id, other.rank.get(), noise), "{site}, {target:?}, {other:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The lens's last row is the model's output, bit for bit, under either lens.
    #[test]
    fn the_last_row_is_the_models_logits(models in model(), ids in ids(1..20), kind in lens()) {
        let model = &models[0];
        let run = run(model, &ids);
        let reading = read(model, &run, kind, &everything(model));
        let last = reading.rows.len() - 1;
        let expected = logits(model, &run);
        for (column, expected) in expected.chunks_exact(reading.columns.top_k).enumerate() {
            let found = logits_of(&reading, last, column);
            prop_assert_eq!(found.iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
                            expected.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
        }
    }

    /// Each row is the head applied to that row's state: normed, or under `raw` as it is.
    #[test]
    fn a_row_is_the_head_over_its_state(models in model(), ids in ids(1..6), kind in lens()) {
        let model = &models[1];
        let run = run(model, &ids);
        let reading = read(model, &run, kind, &everything(model));
        let head = model.head();
        for (row, &site) in reading.rows.iter().enumerate().take(reading.rows.len() - 1) {
            for column in 0..ids.len() {
                let state = run.states.row(site.site, column).unwrap();
                let mut normed = state.to_vec();
                if kind == LensKind::Logit {
                    head.norm.apply(state, &mut normed);
                }
                let mut expected = vec![0.0; head.unembedding.vocab()];
                head.unembedding.logits(&normed, &mut expected, model.pool());
                prop_assert_eq!(logits_of(&reading, row, column), expected, "{} {}", site, column);
            }
        }
    }

    /// Ranks, order, probabilities and sums follow from a cell's logits by their definitions.
    #[test]
    fn a_cell_is_what_the_definitions_say(models in model(), ids in ids(1..8), kind in lens()) {
        let model = &models[0];
        let run = run(model, &ids);
        let reading = read(model, &run, kind, &everything(model));
        let last = reading.rows.len() - 1;
        let softmax = |row, column| {
            let z: Vec<f64> = logits_of(&reading, row, column).iter().map(|x| f64::from(*x)).collect();
            let most = z.iter().copied().fold(f64::MIN, f64::max);
            let lse = most + z.iter().map(|z| (z - most).exp()).sum::<f64>().ln();
            z.iter().map(|z| (z - lse) / std::f64::consts::LN_2).collect::<Vec<f64>>()
        };
        let divergence = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p.exp2() * (p - q)).sum::<f64>();
        for column in 0..ids.len() {
            let reference = softmax(last, column);
            for row in 0..=last {
                let cell = reading.cell(row, column);
                let (z, p) = (logits_of(&reading, row, column), softmax(row, column));
                let near = |found: f32, expected: f64| (f64::from(found) - expected).abs() <= 2e-5 * (1.0 + expected.abs());
                let target = cell.target();
                let above = z.iter().filter(|z| **z > z_of(target.id, &reading, row, column)).count() as u32;
                prop_assert_eq!(target.rank.get(), 1 + above);
                prop_assert_eq!(target.logit.to_bits(), z[target.id.index()].to_bits());
                prop_assert!(near(target.prob, p[target.id.index()].exp2()));
                prop_assert!(near(cell.surprisal_bits(), -p[target.id.index()]));
                prop_assert!(near(cell.entropy_bits(), -p.iter().map(|p| p.exp2() * p).sum::<f64>()));
                prop_assert!(near(cell.kl_bits(), divergence(&reference, &p)));
                prop_assert!(near(cell.get(KL_REVERSE_BITS), divergence(&p, &reference)));
                let top: Vec<_> = cell.top().collect();
                let ordered = |a: &fathom_reading::TopCandidate, b: &fathom_reading::TopCandidate| {
                    a.logit > b.logit || (a.logit == b.logit && a.id < b.id)
                };
                prop_assert!(top.windows(2).all(|pair| ordered(&pair[0], &pair[1])));
            }
        }
    }

    /// The last row diverges from itself by nothing, exactly; the target of the last position is its top-1, flagged.
    #[test]
    fn the_last_layer_is_the_reference(models in model(), ids in ids(1..20), kind in lens()) {
        let model = &models[1];
        let reading = read(model, &run(model, &ids), kind, &ReadOptions::default());
        let last = reading.rows.len() - 1;
        for column in 0..ids.len() {
            let cell = reading.cell(last, column);
            prop_assert_eq!((cell.kl_bits(), cell.get(KL_REVERSE_BITS)), (0.0, 0.0));
            prop_assert_eq!(cell.target_is_argmax(), column + 1 == ids.len());
            prop_assert_eq!(cell.target().id == cell.top().next().unwrap().id, cell.target().rank.get() == 1);
        }
        let end = reading.cell(last, ids.len() - 1);
        prop_assert_eq!(end.target().rank.get(), 1);
        prop_assert_eq!(end.target().id, end.top().next().unwrap().id);
    }

    /// Part of a reading is that part of the whole one, bit for bit.
    #[test]
    fn a_part_is_that_part_of_the_whole(
        models in model(), ids in ids(1..40), kind in lens(),
        rows in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        positions in proptest::collection::vec(any::<prop::sample::Index>(), 1..5),
    ) {
        let model = &models[0];
        let run = run(model, &ids);
        let all = all_rows(model);
        let watch = vec!["e".to_owned(), " t".to_owned()];
        let options = ReadOptions { rows: Some(all.clone()), watch, ..ReadOptions::default() };
        let whole = read(model, &run, kind, &options);
        let options = ReadOptions {
            rows: Some(rows.iter().map(|i| all[i.index(all.len())]).collect()),
            positions: Some(positions.iter().map(|i| Position(i.index(ids.len()) as u32)).collect()),
            ..options
        };
        let part = read(model, &run, kind, &options);
        for (row, site) in part.rows.iter().enumerate() {
            let whole_row = whole.rows.iter().position(|have| have == site).unwrap();
            for (column, position) in part.positions().iter().enumerate() {
                let whole_column = whole.column_of(*position).unwrap();
                prop_assert_eq!(bits(part.cell(row, column)), bits(whole.cell(whole_row, whole_column)));
                prop_assert_eq!(part.targets[column], whole.targets[whole_column]);
            }
        }
    }

    /// Threads change no bit, neither of the states nor of what the lens makes of them.
    #[test]
    fn threads_do_not_change_a_bit([one, two] in model().prop_map(|m| [&m[0], &m[1]]), ids in ids(1..60), kind in lens()) {
        let (a, b) = (run(one, &ids), run(two, &ids));
        for site in all_rows(one) {
            prop_assert_eq!(a.states.rows(site), b.states.rows(site));
        }
        let options = ReadOptions { rows: Some(all_rows(one)), ..ReadOptions::default() };
        prop_assert_eq!(read(one, &a, kind, &options).columns, read(two, &a, kind, &options).columns);
    }

    /// The blocked projection gives the naive one's ids, ranks and logits, bit for bit.
    #[test]
    fn blocked_equals_naive(models in model(), ids in ids(1..24), kind in lens(), top_k in 0usize..20) {
        let model = &models[1];
        let run = run(model, &ids);
        let options = ReadOptions { rows: Some(all_rows(model)), top_k, watch: vec!["a".to_owned()], ..ReadOptions::default() };
        let naive = Lens::with_projector(kind, Box::new(NaiveProjector)).read(model, &run, &options).unwrap();
        assert_same_but_for_sums(&read(model, &run, kind, &options), &naive);
    }

    /// A reading of tokens as they were generated, with the cache, is that of the same tokens in one pass.
    #[test]
    fn cached_and_uncached_agree(models in model(), ids in ids(1..12), count in 1usize..12, kind in lens()) {
        let model = &models[1];
        let start = prompt(&ids);
        let settings = Generation { max_new: count, ..Generation::default() };
        let sites = SiteSelection::residual();
        let cached = model.generate(&start, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
        let forced = model.run_forced(&start, &cached.tokens[ids.len()..], &sites, &Control::default()).unwrap();
        let options = everything(model);
        let a = read(model, &cached, kind, &options);
        assert_same_but_for_noise(&a, &read_with_targets_of(model, &forced, kind, &options, &a));
        // Greedy: each output token is the last row's best at the position before it.
        let last = a.rows.len() - 1;
        for column in ids.len() - 1..a.tokens.len() - 1 {
            prop_assert_eq!(a.cell(last, column).target().rank.get(), 1);
        }
    }

    /// A watched string of several tokens scores what a teacher-forced reading's surprisals add up to.
    #[test]
    fn a_string_scores_the_sum_of_its_tokens(models in model(), ids in ids(1..12), at in any::<prop::sample::Index>(), kind in lens()) {
        let model = &models[0];
        let start = run(model, &ids);
        let at = at.index(ids.len());
        let text = "the cabinet keys";
        let options = ReadOptions {
            rows: Some(all_rows(model)), watch: vec![text.to_owned()], watch_at: Some(Position(at as u32)), ..ReadOptions::default()
        };
        let reading = read(model, &start, kind, &options);
        let watched = &reading.watched[0];
        let string = model.continuation_of(text).unwrap();
        prop_assert!(string.len() > 1);
        prop_assert_eq!(&watched.ids, &string);
        let score = watched.sequence.as_ref().unwrap();
        prop_assert_eq!(score.position, Position(at as u32));

        let forced = model.run_forced(&prompt(&ids[..=at]), &string, &SiteSelection::residual(), &Control::default()).unwrap();
        let forced = read(model, &forced, kind, &ReadOptions { rows: Some(all_rows(model)), ..ReadOptions::default() });
        for (row, found) in score.logprob_bits.iter().enumerate() {
            let expected: f32 = (at..at + string.len()).map(|column| -forced.cell(row, column).surprisal_bits()).sum();
            prop_assert!((expected - found).abs() <= 1e-4 * (1.0 + expected.abs()), "{} and {}", expected, found);
            // The columns hold the first token's numbers.
            let first = reading.cell(row, at).watch().next().unwrap();
            prop_assert_eq!(first.id, string[0]);
            let surprisal = forced.cell(row, at).surprisal_bits();
            prop_assert!((-first.prob.log2() - surprisal).abs() <= 1e-3 * (1.0 + surprisal.abs()) || first.prob < 1e-30);
        }
    }
}

fn z_of(id: TokenId, reading: &Reading, row: usize, column: usize) -> f32 {
    logits_of(reading, row, column)[id.index()]
}

/// A reading whose argmax target is put to that of `other`: at the last position rounding may choose another.
fn read_with_targets_of(
    model: &Model,
    run: &Run,
    kind: LensKind,
    options: &ReadOptions,
    other: &Reading,
) -> Reading {
    let mut reading = read(model, run, kind, options);
    let column = reading.positions().len() - 1;
    let id = other.targets[column].id;
    if reading.targets[column].id != id {
        reading.targets[column].id = id;
        for row in 0..reading.rows.len() {
            let logits = logits_of(&reading, row, column);
            let above = logits.iter().filter(|logit| **logit > logits[id.index()]).count() as u32;
            let cell = row * reading.positions().len() + column;
            reading.columns[TARGET_RANK][cell] = fathom_reading::Rank::from_count_above(above);
        }
    }
    reading
}

/// On the default model: real widths, where products take other paths through the tensor library.
#[test]
fn the_default_model_keeps_the_invariants() {
    let path = fathom_fixtures::default_model();
    let [one, two] = [1, 2].map(|threads| common::load(&path, threads));
    let ids = fathom_fixtures::default_reference("heathrow").ids;
    let (a, b) = (run(&one, &ids), run(&two, &ids));
    for site in all_rows(&one) {
        assert_eq!(a.states.rows(site), b.states.rows(site), "threads change the states at {site}");
    }
    // 408 tokens: products large enough to be split between threads.
    let long = fathom_fixtures::default_reference("long").ids;
    let states = |model: &Model| {
        let run = model.run(&prompt(&long), &SiteSelection::residual(), &Control::default()).unwrap();
        run.states.rows(run.states.last()).to_vec()
    };
    assert!(states(&one) == states(&two), "threads change the states of a long prompt");
    let rows: Vec<Site> = all_rows(&one).into_iter().step_by(10).collect();
    for kind in [LensKind::Logit, LensKind::Raw] {
        let options = ReadOptions {
            rows: Some(rows.clone()),
            watch: vec![" London".to_owned()],
            ..ReadOptions::default()
        };
        let reading = read(&one, &a, kind, &options);
        assert_eq!(reading.columns, read(&two, &a, kind, &options).columns);
        let naive = Lens::with_projector(kind, Box::new(NaiveProjector)).read(&two, &a, &options).unwrap();
        assert_same_but_for_sums(&reading, &naive);
        let last = reading.rows.len() - 1;
        assert_eq!(reading.rows[last].site.layer_number(), 29);
        for column in 0..ids.len() {
            let logits = one.logits(a.states.row(a.states.last(), column).unwrap()).unwrap();
            for candidate in reading.cell(last, column).top() {
                assert_eq!(candidate.logit.to_bits(), logits[candidate.id.index()].to_bits());
            }
            assert_eq!(
                (reading.cell(last, column).kl_bits(), reading.cell(last, column).get(KL_REVERSE_BITS)),
                (0.0, 0.0)
            );
        }
    }
}
