//! The blocked projector against the reference, on random and on hostile inputs.

mod common;

use common::{ALL, Problem, TAME, agree, all_bits, bits, large, pool, problems};
use fathom_kernel::{
    BlockedProjector, Control, HeadOptions, Isa, KernelError, NaiveProjector, ProjectionRequest, Projector,
    Unembedding,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 100 }))]

    #[test]
    fn blocked_equals_naive(problem in problems(&TAME)) {
        let found = problem.project(&BlockedProjector::default(), 2);
        agree(&found, &problem.project(&NaiveProjector, 1))?;
        let last = problem.rows_per_group;
        for row in (0..found.rows()).filter(|row| (row + 1) % last == 0) {
            prop_assert!(found.kl_bits[row] == 0.0 && found.kl_reverse_bits[row] == 0.0);
        }
    }

    #[test]
    fn hostile_values_neither_panic_nor_disagree(problem in problems(&ALL[2..])) {
        agree(&problem.project(&BlockedProjector::default(), 2), &problem.project(&NaiveProjector, 2))?;
    }

    #[test]
    fn bits_do_not_depend_on_threads_chunks_or_instruction_set(
        problem in problems(&ALL), chunk_rows in 1usize..100,
    ) {
        let expected = all_bits(&problem.project(&BlockedProjector::default(), 1));
        for threads in 1..=4 {
            for isa in Isa::available() {
                let projector = BlockedProjector::default().with_isa(isa).with_chunk_rows(chunk_rows);
                prop_assert_eq!(&all_bits(&problem.project(&projector, threads)), &expected, "{:?} {}", isa, threads);
            }
        }
    }

    #[test]
    fn a_group_does_not_depend_on_its_neighbours(problem in problems(&TAME)) {
        let all = problem.project(&BlockedProjector::default(), 2);
        let each = problem.rows_per_group * problem.width;
        for (group, states) in problem.states.chunks_exact(each).enumerate() {
            let ranked = problem.ranked.get(group).cloned().into_iter().collect();
            let alone = Problem { states: states.to_vec(), ranked, ..problem.clone() }.project(&BlockedProjector::default(), 1);
            for i in 0..problem.rows_per_group {
                let row = group * problem.rows_per_group + i;
                prop_assert_eq!(alone.lse[i].to_bits(), all.lse[row].to_bits());
                prop_assert_eq!(alone.kl_bits[i].to_bits(), all.kl_bits[row].to_bits());
                prop_assert_eq!(alone.top(i), all.top(row));
                prop_assert_eq!(alone.ranked(i), all.ranked(row));
            }
        }
    }

    #[test]
    fn a_logit_is_one_chain_of_fused_multiply_adds(problem in problems(&TAME)) {
        let problem = Problem { options: HeadOptions::default(), ..problem };
        let (head, pool) = (problem.head(), pool(2));
        let mut z = vec![0.0; problem.vocab];
        let mut row = vec![0.0; problem.width];
        for state in problem.states.chunks_exact(problem.width).take(3) {
            head.logits(state, &mut z, &pool);
            for (v, &found) in z.iter().enumerate() {
                let weights = &problem.weight[v * problem.width..][..problem.width];
                let chain = state.iter().zip(weights).fold(0.0f32, |sum, (&x, &w)| x.mul_add(w, sum)) + 0.0;
                prop_assert_eq!(found.to_bits(), chain.to_bits());
                prop_assert_eq!(head.logit(state, v as u32).to_bits(), chain.to_bits());
                head.weight_row(v as u32, &mut row);
                prop_assert_eq!(bits(&row), bits(weights));
            }
        }
    }

    #[test]
    fn bias_scale_and_softcap_come_in_that_order(problem in problems(&ALL[..1])) {
        let (head, pool) = (problem.head(), pool(1));
        let plain = Unembedding::new(&problem.weight, problem.vocab, problem.width, HeadOptions::default()).unwrap();
        let (mut z, mut sums) = (vec![0.0; problem.vocab], vec![0.0; problem.vocab]);
        for state in problem.states.chunks_exact(problem.width).take(2) {
            head.logits(state, &mut z, &pool);
            plain.logits(state, &mut sums, &pool);
            for v in 0..problem.vocab {
                let bias = problem.options.bias.as_ref().map_or(0.0, |bias| bias[v]);
                let mut expected = f64::from(sums[v] + bias) * f64::from(problem.options.scale);
                if let Some(cap) = problem.options.softcap.map(f64::from) {
                    expected = cap * (expected / cap).tanh();
                }
                prop_assert!((f64::from(z[v]) - expected).abs() <= 1e-6 * expected.abs() + 1e-30, "{} {}", z[v], expected);
                prop_assert_eq!(head.logit(state, v as u32).to_bits(), z[v].to_bits());
            }
        }
    }

    #[test]
    fn packing_on_many_threads_is_packing(problem in problems(&ALL)) {
        let fill = |first: usize, rows: &mut [f32]| {
            rows.copy_from_slice(&problem.weight[first * problem.width..][..rows.len()]);
        };
        let head = Unembedding::from_rows(problem.vocab, problem.width, problem.options.clone(), &pool(3), fill).unwrap();
        let mut row = vec![0.0; problem.width];
        for token in 0..problem.vocab {
            head.weight_row(token as u32, &mut row);
            prop_assert_eq!(bits(&row), bits(&problem.weight[token * problem.width..][..problem.width]));
        }
    }
}

#[test]
#[cfg(not(miri))] // too large for it
fn a_larger_problem_agrees_and_keeps_its_bits() {
    let problem = large();
    let expected = problem.project(&BlockedProjector::default(), 1);
    agree(&expected, &problem.project(&NaiveProjector, 2)).unwrap();
    let same_bits = |isa, chunk_rows, threads| {
        let projector = BlockedProjector::default().with_isa(isa).with_chunk_rows(chunk_rows);
        assert_eq!(all_bits(&problem.project(&projector, threads)), all_bits(&expected), "{isa:?} {threads}");
    };
    for threads in 1..=4 {
        for chunk_rows in [1, 50, 300, 5000] {
            same_bits(Isa::detect(), chunk_rows, threads);
        }
    }
    for isa in Isa::available() {
        same_bits(isa, 100, 2);
    }
}

/// Flat, ordinary and sharp distributions, with logits up to some thousands.
#[test]
#[cfg(not(miri))] // too large for it
fn sums_are_close_to_double_precision() {
    let problem = large();
    for scale in [0.01, 1.0, 10.0, 1000.0] {
        let states = problem.states.iter().map(|x| x * scale).collect();
        let problem = Problem { states, ..problem.clone() };
        let (found, expected) =
            (problem.project(&BlockedProjector::default(), 1), problem.project(&NaiveProjector, 2));
        let worst = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let relative = |a: &[f64], b: &[f64]| {
            a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + b)).fold(0.0, f64::max)
        };
        let lse = worst(&found.lse, &expected.lse);
        let entropy = worst(&found.entropy_bits, &expected.entropy_bits);
        let kl = relative(&found.kl_bits, &expected.kl_bits);
        let reverse = relative(&found.kl_reverse_bits, &expected.kl_reverse_bits);
        assert!(lse < 2e-7 && entropy < 2e-7, "{scale}: lse {lse:e}, entropy {entropy:e}");
        assert!(kl < 2e-7 && reverse < 2e-7, "{scale}: KL {kl:e}, reverse {reverse:e}");
    }
}

#[test]
fn cancelling_on_the_way_stops() {
    struct CancelAtFirst(fathom_kernel::CancelToken);
    impl fathom_kernel::Progress for CancelAtFirst {
        fn report(&self, _: fathom_kernel::Step, _: u64, _: u64) {
            self.0.cancel();
        }
    }
    let problem = large();
    let mut control = Control::default();
    control.progress = Some(std::sync::Arc::new(CancelAtFirst(control.cancel.clone())));
    let request = ProjectionRequest { states: &problem.states, rows_per_group: 30, top_k: 1, ranked: &[] };
    for projector in [&BlockedProjector::default() as &dyn Projector, &NaiveProjector] {
        let result = projector.project(&problem.head(), &request, &pool(2), &control);
        assert_eq!(result.unwrap_err(), KernelError::Cancelled(fathom_kernel::Cancelled));
    }
}
