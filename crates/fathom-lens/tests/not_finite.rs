//! Models that give numbers that are no numbers: what is read all the same, and what is said of the rest. Right values are
//! transformers' (`fixtures/not_finite.json`).

mod common;

use common::{all_rows, load, run, tiny_model};
use fathom_fixtures::not_finite::{DamagedCase, reference};
use fathom_kernel::{Control, ScreenUnit, ScreenedProjector};
use fathom_lens::{Lens, LensError, ReadOptions, Side, divergence};
use fathom_model::{Generation, Model, ModelError, Prompt, Run, SiteSelection};
use fathom_reading::known::*;
use fathom_reading::{
    Divergence, Layer, LensKind, NotFinite, NotFiniteWhat, Position, Rank, Reading, Site, SiteKind, TokenId,
};

fn model(case: &DamagedCase) -> Model {
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    load(folder.path(), 2)
}

fn case(name: &str) -> DamagedCase {
    reference().cases.into_iter().find(|case| case.name == name).unwrap()
}

/// The case's model, and the reference's tokens run through it.
fn ran(name: &str) -> (DamagedCase, Model, Run) {
    let case = case(name);
    let model = model(&case);
    let run = run(&model, &reference().ids);
    (case, model, run)
}

fn read(model: &Model, run: &Run, options: &ReadOptions) -> Result<Reading, LensError> {
    let reading = Lens::new(LensKind::Logit).read(model, run, options)?;
    reading.check().unwrap();
    Ok(reading)
}

fn near(ours: f32, theirs: Option<f64>, what: &str) {
    match theirs {
        Some(theirs) => {
            assert!((f64::from(ours) - theirs).abs() < 1e-4 * (1.0 + theirs), "{what}: {ours} {theirs}")
        }
        None => assert!(ours.is_nan(), "{what}: {ours}, expected none"),
    }
}

#[test]
fn what_is_finite_is_read_as_transformers_does_and_the_rest_has_no_number() {
    let reference = reference();
    let (mut read_cells, mut blank) = (0, 0);
    for case in &reference.cases {
        let model = model(case);
        let run = run(&model, &reference.ids);
        let options = ReadOptions { rows: Some(all_rows(&model)), top_k: 3, ..ReadOptions::default() };
        let kept = case.cells.entropy_bits.iter().flatten().count();
        let reading = match read(&model, &run, &options) {
            Ok(reading) => reading,
            Err(LensError::NotFinite(place)) => {
                assert_eq!((kept, place.what), (0, NotFiniteWhat::Logits), "{}", case.name);
                continue;
            }
            Err(error) => panic!("{}: {error}", case.name),
        };
        let place = reading.info.not_finite.unwrap();
        match &case.first {
            Some(first) => {
                let found = (place.what, place.site.to_string(), place.position.0);
                assert_eq!(
                    found,
                    (NotFiniteWhat::State, first.site.clone(), first.position),
                    "{}",
                    case.name
                );
            }
            None => assert_eq!(place.what, NotFiniteWhat::Logits, "{}", case.name),
        }
        for (i, cell) in reading.cells().enumerate() {
            let what = format!("{}, row {}, position {}", case.name, cell.place(), cell.position());
            let (cells, target) = (&case.cells, cell.target());
            near(cell.entropy_bits(), cells.entropy_bits[i], &what);
            near(cell.kl_bits(), cells.kl_bits[i], &what);
            near(cell.get(KL_REVERSE_BITS), cells.kl_reverse_bits[i], &what);
            near(cell.surprisal_bits(), cells.surprisal_bits[i], &what);
            assert_eq!(target.rank.some().map(Rank::get), cells.target_rank[i], "{what}");
            assert_eq!(target.id.some().map(|id| id.0), case.targets[cell.position().index()], "{what}");
            assert_eq!(target.logit.is_nan(), cells.target_rank[i].is_none(), "{what}");
            let best = cell.top().next();
            assert_eq!(best.map(|best| best.id.0), cells.top_id[i], "{what}");
            near(best.map_or(f32::NAN, |best| best.prob), cells.top_prob[i], &what);
            *(if best.is_some() { &mut read_cells } else { &mut blank }) += 1;
        }
        assert_eq!(reading.cells().filter(|cell| cell.top().len() > 0).count(), kept, "{}", case.name);
    }
    let expected = 36 + 36 + 24 + 29 + 32 + 32;
    assert_eq!((read_cells, blank), (expected, 6 * 48 - expected));
}

#[test]
fn states_are_finite_where_transformers_are() {
    let reference = reference();
    let mut compared = 0;
    for case in &reference.cases {
        let run = run(&model(case), &reference.ids);
        for (name, finite) in &case.finite {
            let Some(site) = fathom_fixtures::site(name) else { continue };
            let rows = run.states.rows(site).chunks_exact(run.states.rows(site).len() / finite.len());
            let ours: Vec<u8> = rows.map(|row| u8::from(row.iter().all(|x| x.is_finite()))).collect();
            assert_eq!(&ours, finite, "{}, {name}", case.name);
            compared += 1;
        }
    }
    assert_eq!(compared, 7 * 16);
}

#[test]
fn one_row_is_read_and_the_damage_named_where_it_is() {
    let (_, model, run) = ran("nan in the last layer");
    let only = |layer| ReadOptions { rows: Some(vec![Site::after(Layer(layer))]), ..ReadOptions::default() };
    let reading = read(&model, &run, &only(0)).unwrap();
    let place = NotFinite {
        what: NotFiniteWhat::State,
        site: Site::within(SiteKind::MlpOut, Layer(2)),
        position: Position(0),
    };
    assert_eq!(reading.info.not_finite, Some(place));
    assert!(reading.columns[ENTROPY_BITS].iter().all(|bits| bits.is_finite()));
    assert!(
        reading.columns[KL_BITS].iter().chain(&reading.columns[KL_REVERSE_BITS]).all(|bits| bits.is_nan())
    );
    assert_eq!(reading.targets.last().unwrap().id, TokenId::NONE);
    // Whatever else is read, the same numbers; they are the sound model's, bit for bit.
    let sound = tiny_model("llama", 1);
    let expected = read(&sound, &common::run(&sound, &reference().ids), &only(0)).unwrap();
    assert_eq!(reading.columns[ENTROPY_BITS], expected.columns[ENTROPY_BITS]);
    assert_eq!(reading.columns[TOP_LOGIT], expected.columns[TOP_LOGIT]);
    assert_eq!(expected.info.not_finite, None);

    let error = read(&model, &run, &only(2)).unwrap_err();
    assert!(matches!(error, LensError::NotFinite(found) if found == place), "{error}");
    let part = ReadOptions { part: true, ..only(2) };
    assert!(!read(&model, &run, &part).unwrap().has_numbers());
}

#[test]
fn sites_finer_than_a_layer_are_read_up_to_the_damage() {
    let (_, model, run) = ran("nan in the last layer");
    let sites = [SiteKind::AttnOut, SiteKind::ResidMid, SiteKind::MlpOut];
    let rows = sites.map(|kind| Site::within(kind, Layer(2))).to_vec();
    let reading = read(&model, &run, &ReadOptions { rows: Some(rows), ..ReadOptions::default() }).unwrap();
    let kept: Vec<bool> = reading.column(0).map(|cell| cell.top().len() > 0).collect();
    assert_eq!(kept, [true, true, false]);
}

#[test]
fn a_screened_reading_is_read_likewise() {
    let reference = reference();
    for case in &reference.cases[..5] {
        let model = model(case);
        let run = run(&model, &reference.ids);
        let options = ReadOptions {
            rows: Some(all_rows(&model)),
            watch_ids: vec![TokenId(5)],
            ..ReadOptions::default()
        };
        let exact = read(&model, &run, &options).unwrap();
        let screened = ScreenedProjector::default().with_unit(ScreenUnit::Portable).screening_every_row();
        let lens = Lens::new(LensKind::Logit).with_screened(screened);
        let options = ReadOptions { projection: fathom_reading::ProjectionKind::Screened, ..options };
        let screened = lens.read(&model, &run, &options).unwrap();
        screened.check().unwrap();
        let bits = |column: &[f32]| column.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(
            bits(&screened.columns[TARGET_LOGIT]),
            bits(&exact.columns[TARGET_LOGIT]),
            "{}",
            case.name
        );
        assert_eq!(screened.columns[WATCH_RANK], exact.columns[WATCH_RANK]);
        assert_eq!(screened.info.not_finite, exact.info.not_finite);
        let blank = |column: &[f32]| column.iter().map(|x| x.is_nan()).collect::<Vec<_>>();
        assert_eq!(blank(&screened.columns[KL_BITS]), blank(&exact.columns[KL_BITS]));
        if let Some(bounds) = screened.info.lens.screening {
            assert!([bounds.prob, bounds.entropy_bits, bounds.kl_bits].iter().all(|bound| bound.is_finite()));
        }
    }
}

#[test]
fn one_prompt_of_a_batch_does_not_spoil_the_others() {
    let case = case("nan in the embedding of one token");
    let model = model(&case);
    let prompt = |ids: &[u32]| model.tokens_of(&Prompt::ids(common::tokens(ids))).unwrap();
    let prompts = [prompt(&[266, 5, 6]), prompt(&[5, 6]), prompt(&[5, 6, 266, 7])];
    let runs = model.run_batch(&prompts, &SiteSelection::residual(), &Control::default()).unwrap();
    let [all, none, some] = &runs[..] else { panic!("three") };
    let options = ReadOptions::default();
    assert!(matches!(read(&model, all, &options), Err(LensError::NotFinite(_))));
    assert_eq!(read(&model, none, &options).unwrap().info.not_finite, None);
    let reading = read(&model, some, &options).unwrap();
    let kept: Vec<bool> = reading.row(0).map(|cell| cell.top().len() > 0).collect();
    assert_eq!(kept, [true, true, false, false], "a later position never reaches an earlier one");
}

#[test]
fn strings_of_several_tokens_have_no_score_where_a_row_has_none() {
    let (_, model, run) = ran("nan in the last layer");
    let options =
        ReadOptions { rows: Some(all_rows(&model)), watch: vec!["qzx".to_owned()], ..ReadOptions::default() };
    let reading = read(&model, &run, &options).unwrap();
    assert!(reading.watched[0].ids.len() > 1);
    let score = reading.watched[0].sequence.as_ref().unwrap();
    let kept: Vec<bool> = score.logprob_bits.iter().map(|bits| bits.is_finite()).collect();
    assert_eq!(kept, [true, true, true, false]);
}

#[test]
fn nothing_is_generated_from_what_is_not_finite() {
    let prompt = |model: &Model| model.tokens_of(&Prompt::ids(common::tokens(&reference().ids))).unwrap();
    for (name, expected) in [
        ("nan in the last layer", "the state at 2.mlp_out, position 0, is the first that is not finite"),
        (
            "nan in the final norm",
            "the logits after layer 2, position 11, are not finite, though the state is",
        ),
    ] {
        let model = model(&case(name));
        for temperature in [None, Some(1.0)] {
            let settings = Generation { max_new: 2, temperature, ..Generation::default() };
            let made = model.generate(
                &prompt(&model),
                &settings,
                &SiteSelection::residual(),
                &mut |_, _| {},
                &Control::default(),
            );
            let error = made.unwrap_err();
            assert!(
                matches!(error, ModelError::NotFinite(_)) && error.to_string().contains(expected),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn a_comparison_leaves_out_what_one_side_has_no_numbers_for() {
    let (_, damaged, run) = ran("nan in the last layer");
    let sound = tiny_model("llama", 2);
    let a = Side::new(LensKind::Logit, &sound, common::run(&sound, &reference().ids));
    let b = Side::new(LensKind::Logit, &damaged, run);
    let found = divergence(&a, &b, &damaged, &ReadOptions::default()).unwrap();
    let layers = Divergence::of(&found).unwrap().layers();
    let last = layers.last().unwrap();
    assert!(last.kl_mean_bits.is_nan() && last.top_changed.is_nan() && last.distance_mean.is_nan());
    assert_eq!(layers[0].kl_mean_bits, 0.0);
    assert_eq!(found.info.not_finite, None);
    assert_eq!(
        found.info.other.as_ref().unwrap().not_finite.unwrap().site,
        Site::within(SiteKind::MlpOut, Layer(2))
    );
    assert!(
        found.columns[TOP_A].iter().all(|id| *id != TokenId::NONE)
            && found.columns[TOP_B].contains(&TokenId::NONE)
    );
    let swapped = divergence(&b, &a, &damaged, &ReadOptions::default()).unwrap();
    assert_eq!(swapped.targets.last().unwrap().id, TokenId::NONE, "A has no best token after the last");
}
