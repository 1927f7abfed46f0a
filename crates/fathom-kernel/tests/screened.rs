//! The screened projector: candidates and ranks are the f32 kernel's, and sums are as near as it says.

mod common;

use common::{ALL, Kind, Problem, Random, TAME, all_bits, bits, large, problems};
use fathom_kernel::{
    BlockedProjector, HeadOptions, Isa, NaiveProjector, Projected, ScreenUnit, ScreenedProjector,
};
use proptest::prelude::*;

/// What this machine can run; screening whether it pays or not.
fn screens() -> Vec<ScreenedProjector> {
    let all = [ScreenUnit::Amx, ScreenUnit::Portable];
    let there = all.into_iter().filter(|screen| screen.is_available());
    there.map(|screen| ScreenedProjector::default().with_unit(screen).screening_every_row()).collect()
}

/// Candidates, their logits, ranked logits and counts: to the bit.
fn same_decisions(found: &Projected, expected: &Projected) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.top_k, expected.top_k);
    prop_assert_eq!(&found.top_ids, &expected.top_ids);
    prop_assert_eq!(bits(&found.top_logits), bits(&expected.top_logits));
    prop_assert_eq!(found.rows(), expected.rows());
    for row in 0..expected.rows() {
        let (a, b) = (found.ranked(row), expected.ranked(row));
        prop_assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            prop_assert_eq!(
                (a.count_above, bits(&[a.logit])),
                (b.count_above, bits(&[b.logit])),
                "row {}",
                row
            );
        }
    }
    Ok(())
}

/// Sums differ from the reference's by no more than the bounds say (and the reference's own rounding in f64).
fn within_bounds(found: &Projected, reference: &Projected) -> Result<(), TestCaseError> {
    let Some(bounds) = &found.bounds else { return Ok(()) };
    let columns = [
        ("lse", &found.lse, &reference.lse, &bounds.lse),
        ("entropy", &found.entropy_bits, &reference.entropy_bits, &bounds.entropy_bits),
        ("kl", &found.kl_bits, &reference.kl_bits, &bounds.kl_bits),
        ("reverse kl", &found.kl_reverse_bits, &reference.kl_reverse_bits, &bounds.kl_reverse_bits),
    ];
    for (name, found, expected, bound) in columns {
        for row in 0..found.len() {
            let (a, b, bound) = (found[row], expected[row], bound[row]);
            prop_assert!(bound.is_finite() && bound >= 0.0);
            let close =
                (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= bound + 1e-9 * (1.0 + b.abs());
            prop_assert!(close, "{} of row {}: {} instead of {}, bound {}", name, row, a, b, bound);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 60 }))]

    #[test]
    fn decisions_equal_the_f32_kernels(problem in problems(&TAME)) {
        let (blocked, naive) = (problem.project(&BlockedProjector::default(), 1), problem.project(&NaiveProjector, 2));
        for screened in screens() {
            let found = problem.project(&screened, 2);
            same_decisions(&found, &blocked)?;
            within_bounds(&found, &naive)?;
            let last = problem.rows_per_group;
            for row in (0..found.rows()).filter(|row| (row + 1) % last == 0) {
                prop_assert!(found.kl_bits[row] == 0.0 && found.kl_reverse_bits[row] == 0.0);
            }
        }
    }

    #[test]
    fn hostile_values_neither_panic_nor_disagree(problem in problems(&ALL[2..])) {
        let naive = problem.project(&NaiveProjector, 2);
        for screened in screens() {
            let found = problem.project(&screened, 2);
            same_decisions(&found, &naive)?;
            within_bounds(&found, &naive)?;
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads_chunks_screen_or_instruction_set(
        problem in problems(&TAME), chunk_rows in 1usize..100,
    ) {
        let expected = all_bits(&problem.project(&screens()[0], 1));
        for screened in screens() {
            for isa in Isa::available() {
                for threads in [1, 3] {
                    let screened = screened.clone().with_isa(isa).with_chunk_rows(chunk_rows);
                    prop_assert_eq!(&all_bits(&problem.project(&screened, threads)), &expected, "{:?} {}", isa, threads);
                }
            }
        }
    }
}

/// States whose logits have a standard deviation of about `scale`, of a vocabulary large enough to decide about.
fn model_like(scale: f32, options: HeadOptions) -> Problem {
    let (vocab, width, rows_per_group, groups) = (9001, 64, 30, 6);
    let mut random = Random(11);
    let mut smooth = |n: usize, scale: f32| -> Vec<f32> {
        random.values(Kind::Smooth, n).into_iter().map(|x| x * scale).collect()
    };
    Problem {
        vocab,
        width,
        rows_per_group,
        weight: smooth(vocab * width, 1.0),
        states: smooth(groups * rows_per_group * width, scale * 0.1),
        options,
        top_k: 10,
        ranked: (0..groups).map(|g| vec![g as u32 * 400, 9000]).collect(),
    }
}

fn heads() -> [HeadOptions; 3] {
    let bias = (0..9001).map(|v| (v % 17) as f32 * 0.1 - 0.8).collect();
    [
        HeadOptions::default(),
        HeadOptions { bias: Some(bias), scale: -0.5, softcap: None },
        HeadOptions { bias: None, scale: 1.5, softcap: Some(9.0) },
    ]
}

/// What every screen of this machine finds, each with the f32 kernel's decisions and within its bounds.
#[cfg(not(miri))] // too large for it
fn checked(problem: &Problem) -> impl Iterator<Item = Projected> + use<'_> {
    let (blocked, naive) =
        (problem.project(&BlockedProjector::default(), 1), problem.project(&NaiveProjector, 2));
    let available =
        [ScreenUnit::Amx, ScreenUnit::Portable].into_iter().filter(|screen| screen.is_available());
    available.map(move |screen| {
        let found = problem.project(&ScreenedProjector::default().with_unit(screen), 2);
        same_decisions(&found, &blocked).unwrap();
        within_bounds(&found, &naive).unwrap();
        found
    })
}

#[test]
#[cfg(not(miri))] // too large for it
fn it_screens_what_pays_and_leaves_little_undecided() {
    for options in heads() {
        let problem = model_like(3.0, options.clone());
        for found in checked(&problem) {
            let did = found.screening.unwrap();
            assert_eq!((did.rows, did.screened), (180, 180), "{options:?}");
            assert!(did.undecided * 5 < did.panels, "{options:?} {did:?}");
            // Bounds that say something: the log-sum-exp of every row within a thousandth or two.
            let worst = found.bounds.unwrap().lse.into_iter().fold(0.0, f64::max);
            assert!(worst < 2e-3, "{options:?}: {worst}");
        }
    }
}

/// All logits equal, or nearly: nothing can be decided by a screen. A few such rows are exact beside the others; where they
/// are many, the whole bundle is.
#[test]
#[cfg(not(miri))] // too large for it
fn rows_for_which_it_does_not_pay_are_exact() {
    for (hopeless, screened) in [(5, 150), (10, 0)] {
        let mut problem = model_like(3.0, HeadOptions::default());
        // The first layers of each position: zero, and so small that all logits are within their errors.
        for (row, state) in problem.states.chunks_exact_mut(problem.width).enumerate() {
            match row % problem.rows_per_group {
                0..3 => state.fill(0.0),
                // Logits in the ten thousands have errors of their own size.
                row if row < hopeless => state.iter_mut().for_each(|x| *x *= 1e6),
                _ => {}
            }
        }
        for found in checked(&problem) {
            let did = found.screening.unwrap();
            assert_eq!((did.rows, did.screened), (180, screened), "{did:?}");
            // Those that are left: nothing is spent on the others.
            assert_eq!(did.panels, screened * 9001u64.div_ceil(16));
        }
    }
}

#[test]
#[cfg(not(miri))] // too large for it
fn a_larger_problem_keeps_its_bits() {
    let problem = large();
    let screened = &screens()[0];
    let expected = problem.project(screened, 1);
    same_decisions(&expected, &problem.project(&BlockedProjector::default(), 2)).unwrap();
    within_bounds(&expected, &problem.project(&NaiveProjector, 2)).unwrap();
    for threads in 1..=4 {
        for chunk_rows in [1, 50, 300, 5000] {
            let found = problem.project(&screened.clone().with_chunk_rows(chunk_rows), threads);
            assert_eq!(all_bits(&found), all_bits(&expected), "{threads} {chunk_rows}");
            assert_eq!(found.bounds, expected.bounds);
        }
    }
}

/// Where nothing is to be gained, the f32 kernel's result comes back, bit for bit.
#[test]
#[cfg(not(miri))] // too large for it
fn what_can_not_pay_is_left_to_the_f32_kernel() {
    let few = Problem { ranked: Vec::new(), ..model_like(3.0, HeadOptions::default()) };
    let few = Problem { states: few.states[..few.width * 5].to_vec(), rows_per_group: 5, ..few };
    let many = Problem { top_k: 5000, ..model_like(3.0, HeadOptions::default()) };
    for problem in [few, many] {
        let found = problem.project(&ScreenedProjector::default().with_unit(ScreenUnit::Portable), 2);
        assert_eq!(found, problem.project(&BlockedProjector::default(), 1));
    }
}
