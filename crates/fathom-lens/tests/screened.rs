//! Screened readings: every rank, candidate and logit is the f32 one, and what may differ differs by no more than the reading
//! says.

mod common;

use common::{load, run, tiny_model};
use fathom_fixtures::{DEFAULT_PROMPTS, default_model, default_reference, say_aloud, tiny};
use fathom_kernel::{ScreenUnit, ScreenedProjector};
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Compute, LoadOptions, Model, ModelError, Precision, Run};
use fathom_reading::known::{
    ENTROPY_BITS, KL_BITS, KL_REVERSE_BITS, SURPRISAL_BITS, TARGET_LOGIT, TARGET_PROB, TARGET_RANK, TOP_ID,
    TOP_LOGIT, TOP_PROB, WATCH_LOGIT, WATCH_PROB, WATCH_RANK,
};
use fathom_reading::{LensKind, ProjectionKind, Reading};

/// The same run read in f32 and screened.
fn both(model: &Model, run: &Run, kind: LensKind, screened: ScreenedProjector) -> [Reading; 2] {
    [ProjectionKind::F32, ProjectionKind::Screened].map(|projection| {
        let watch = vec![" is".to_owned(), "the".to_owned()];
        let options = ReadOptions { projection, watch, ..ReadOptions::default() };
        Lens::new(kind).with_screened(screened.clone()).read(model, run, &options).unwrap()
    })
}

fn assert_exact_but_for_bounds([f32, screened]: &[Reading; 2], what: &str) {
    let (a, b) = (&f32.columns, &screened.columns);
    let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(
        (&a[TOP_ID], &a[TARGET_RANK], &a[WATCH_RANK]),
        (&b[TOP_ID], &b[TARGET_RANK], &b[WATCH_RANK]),
        "{what}"
    );
    assert_eq!(bits(&a[TOP_LOGIT]), bits(&b[TOP_LOGIT]), "{what}");
    assert_eq!(bits(&a[TARGET_LOGIT]), bits(&b[TARGET_LOGIT]), "{what}");
    assert_eq!(bits(&a[WATCH_LOGIT]), bits(&b[WATCH_LOGIT]), "{what}");
    assert_eq!(f32.info.lens.screening, None);
    let bounds = screened.info.lens.screening.unwrap_or_default();
    let near = |name: &str, x: &[f32], y: &[f32], bound: f64| {
        for (x, y) in x.iter().zip(y) {
            // The columns are f32.
            let room = bound + 4e-7 * f64::from(x.abs()) + 1e-7;
            assert!((f64::from(*x) - f64::from(*y)).abs() <= room, "{what}, {name}: {x} and {y}, {bound:e}");
        }
    };
    near("probability", &a[TOP_PROB], &b[TOP_PROB], bounds.prob);
    near("probability", &a[TARGET_PROB], &b[TARGET_PROB], bounds.prob);
    near("probability", &a[WATCH_PROB], &b[WATCH_PROB], bounds.prob);
    near("surprisal", &a[SURPRISAL_BITS], &b[SURPRISAL_BITS], bounds.surprisal_bits);
    near("entropy", &a[ENTROPY_BITS], &b[ENTROPY_BITS], bounds.entropy_bits);
    near("KL", &a[KL_BITS], &b[KL_BITS], bounds.kl_bits);
    near("reverse KL", &a[KL_REVERSE_BITS], &b[KL_REVERSE_BITS], bounds.kl_reverse_bits);
    let last = (screened.rows.len() - 1) * screened.positions().len();
    assert!(b[KL_BITS][last..].iter().chain(&b[KL_REVERSE_BITS][last..]).all(|kl| *kl == 0.0), "{what}");
}

/// Every screen that this machine has, whether it pays or not, on heads with biases, scales and soft-caps.
#[test]
fn tiny_models_have_the_same_ranks() {
    let screens = [ScreenUnit::Amx, ScreenUnit::Portable].into_iter().filter(|screen| screen.is_available());
    let screens: Vec<ScreenedProjector> =
        screens.map(|screen| ScreenedProjector::default().with_unit(screen).screening_every_row()).collect();
    for name in ["llama", "llama-tied", "gpt2", "cohere", "gemma2", "phi", "mixtral"] {
        let model = tiny_model(name, 2);
        let run = run(&model, &(0..24).map(|i| i * 11 % 300).collect::<Vec<u32>>());
        for screened in &screens {
            for kind in [LensKind::Logit, LensKind::Raw] {
                let readings = both(&model, &run, kind, screened.clone());
                assert_exact_but_for_bounds(&readings, &format!("{name}, {kind:?}"));
                let bounds = readings[1].info.lens.screening.expect("it was screened");
                assert_eq!(bounds.cells as usize, readings[1].rows.len() * readings[1].positions().len());
            }
        }
    }
}

/// As users have it: the machine's own screen, which decides row by row.
#[test]
fn the_default_model_has_the_same_ranks() {
    let model = load(&default_model(), 2);
    if ScreenUnit::detect().is_none() {
        say_aloud(
            "NOT SCREENED: this machine has no matrix unit, so the default model was compared in f32 with itself",
        );
    }
    let short = DEFAULT_PROMPTS.into_iter().filter(|prompt| default_reference(prompt).ids.len() < 100);
    let short: Vec<&str> = short.collect();
    assert_eq!(short.len(), 5, "{short:?}");
    for prompt in short {
        let run = run(&model, &default_reference(prompt).ids);
        for kind in [LensKind::Logit, LensKind::Raw] {
            let readings = both(&model, &run, kind, ScreenedProjector::default());
            assert_exact_but_for_bounds(&readings, &format!("{prompt}, {kind:?}"));
            if ScreenUnit::detect().is_some() && kind == LensKind::Logit {
                let bounds = readings[1].info.lens.screening.expect("it was screened");
                println!("{prompt}: {bounds:?}");
                assert!(
                    bounds.cells as usize * 10 > readings[1].rows.len() * readings[1].positions().len() * 9
                );
                assert!(bounds.prob < 0.01 && bounds.surprisal_bits < 0.1, "{bounds:?}");
            }
        }
    }
}

/// A tiny Llama as `options` say.
fn llama(options: LoadOptions) -> Result<Model, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    Model::load(folder.path(), options)
}

/// There is no screen over weights that are not in f32, nor on a device: both read exactly, and say nothing of bounds.
#[test]
fn where_there_is_no_screen_the_reading_is_exact() {
    let rounded = LoadOptions { precision: Precision::Bf16, ..LoadOptions::default() };
    let mut unscreened = vec![rounded];
    if cfg!(feature = "tensors") {
        unscreened.push(LoadOptions { device: Compute::Tensors, ..LoadOptions::default() });
    }
    for options in unscreened {
        let model = llama(options).unwrap();
        let run = run(&model, &[3, 1, 4, 1, 5, 9, 2, 6]);
        let forced = ScreenedProjector::default().with_unit(ScreenUnit::Portable).screening_every_row();
        let [f32, screened] = both(&model, &run, LensKind::Logit, forced);
        assert_eq!(screened, f32);
        assert_eq!(screened.info.lens.screening, None);
    }
}

#[test]
fn a_device_holds_weights_in_f32_only() {
    for precision in [Precision::Bf16, Precision::F16, Precision::Packed] {
        let options = LoadOptions { precision, device: Compute::Tensors, ..LoadOptions::default() };
        let Err(refused) = llama(options) else { panic!("accepted") };
        let refused = refused.to_string();
        assert!(refused.contains(precision.name()) && refused.contains("leave out --precision"), "{refused}");
    }
}
