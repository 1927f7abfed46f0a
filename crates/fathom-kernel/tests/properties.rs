//! The blocked projector against the reference, on random and on hostile inputs.

use fathom_kernel::{
    Blocked, Control, HeadOptions, Isa, KernelError, Naive, Projected, Projection, Projector, Unembedding,
};
use proptest::prelude::*;

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// A head, states and what is asked.
#[derive(Clone, Debug)]
struct Problem {
    vocab: usize,
    width: usize,
    rows_per_group: usize,
    weight: Vec<f32>,
    states: Vec<f32>,
    options: HeadOptions,
    top_k: usize,
    ranked: Vec<Vec<u32>>,
}

impl Problem {
    fn head(&self) -> Unembedding {
        Unembedding::new(&self.weight, self.vocab, self.width, self.options.clone()).unwrap()
    }

    fn project(&self, projector: &dyn Projector, threads: usize) -> Projected {
        let request = Projection {
            states: &self.states,
            rows_per_group: self.rows_per_group,
            top_k: self.top_k,
            ranked: &self.ranked,
        };
        projector.project(&self.head(), &request, &pool(threads), &Control::default()).unwrap()
    }
}

/// Values of a kind: smooth ones, few different ones (ties everywhere), large ones, and ones no model should have.
fn values(kind: u8) -> BoxedStrategy<f32> {
    match kind {
        0 => (-2.0f32..2.0).boxed(),
        1 => prop::sample::select(vec![-1.0f32, 0.0, -0.0, 0.5, 1.0]).boxed(),
        2 => (-60.0f32..60.0).boxed(),
        _ => prop_oneof![
            40 => -2.0f32..2.0,
            1 => prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e30]),
        ]
        .boxed(),
    }
}

fn problems(weights: u8, states: u8) -> impl Strategy<Value = Problem> {
    let vocab = prop_oneof![1usize..40, 380usize..390, 1500usize..1600, 3000usize..3200];
    let rows = prop_oneof![4 => 1usize..9, 1 => 60usize..140];
    (vocab, 1usize..12, rows, 0usize..5).prop_flat_map(move |(vocab, width, rows_per_group, groups)| {
        let groups = if rows_per_group > 50 { groups.min(2) } else { groups };
        let weight = prop::collection::vec(values(weights), vocab * width);
        let states = prop::collection::vec(values(states), groups * rows_per_group * width);
        let bias = prop::option::of(prop::collection::vec(values(weights), vocab));
        let options = (bias, prop::sample::select(vec![1.0f32, 0.3]), prop::option::of(1.0f32..50.0));
        let options = options.prop_map(|(bias, scale, softcap)| HeadOptions { bias, scale, softcap });
        let top_k = prop_oneof![Just(0usize), 1usize..12, vocab.saturating_sub(1)..vocab + 3];
        let ranked = prop_oneof![
            Just(Vec::new()),
            prop::collection::vec(prop::collection::vec(0..vocab as u32, 0..20), groups),
        ];
        (weight, states, options, top_k, ranked).prop_map(move |(weight, states, options, top_k, ranked)| {
            Problem { vocab, width, rows_per_group, weight, states, options, top_k, ranked }
        })
    })
}

fn same(a: f64, b: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= tolerance * (1.0 + b.abs())
}

/// Exact where the reference is exact, close where both round.
fn agree(found: &Projected, expected: &Projected) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.top_k, expected.top_k);
    prop_assert_eq!(&found.top_ids, &expected.top_ids);
    prop_assert_eq!(bits(&found.top_logits), bits(&expected.top_logits));
    prop_assert_eq!(found.rows(), expected.rows());
    for row in 0..expected.rows() {
        let (a, b) = (found.ranked(row), expected.ranked(row));
        prop_assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            prop_assert_eq!(a.count_above, b.count_above, "row {}", row);
            prop_assert_eq!(bits(&[a.logit]), bits(&[b.logit]));
        }
        let columns = [
            ("lse", found.lse[row], expected.lse[row]),
            ("entropy", found.entropy_bits[row], expected.entropy_bits[row]),
            ("kl", found.kl_bits[row], expected.kl_bits[row]),
            ("reverse kl", found.kl_reverse_bits[row], expected.kl_reverse_bits[row]),
        ];
        for (name, a, b) in columns {
            prop_assert!(same(a, b, 1e-6), "{} of row {}: {} instead of {}", name, row, a, b);
        }
    }
    Ok(())
}

/// Which NaN it is does not matter.
fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| if x.is_nan() { u32::MAX } else { x.to_bits() }).collect()
}

/// Everything, to the bit.
fn all_bits(p: &Projected) -> Vec<u64> {
    let doubles = [&p.lse, &p.entropy_bits, &p.kl_bits, &p.kl_reverse_bits];
    let canonical = |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    let mut all: Vec<u64> = doubles.into_iter().flatten().map(|&x| canonical(x)).collect();
    all.extend(p.top_ids.iter().map(|&id| u64::from(id)));
    all.extend(bits(&p.top_logits).into_iter().map(u64::from));
    for row in 0..p.rows() {
        for ranked in p.ranked(row) {
            all.extend([u64::from(bits(&[ranked.logit])[0]), u64::from(ranked.count_above)]);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn blocked_equals_naive(problem in (0u8..3, 0u8..3).prop_flat_map(|(w, s)| problems(w, s))) {
        let found = problem.project(&Blocked::default(), 2);
        agree(&found, &problem.project(&Naive, 1))?;
        let last = problem.rows_per_group;
        for row in (0..found.rows()).filter(|row| (row + 1) % last == 0) {
            prop_assert!(found.kl_bits[row] == 0.0 && found.kl_reverse_bits[row] == 0.0);
        }
    }

    #[test]
    fn hostile_values_neither_panic_nor_disagree(problem in (0u8..4, 0u8..4).prop_flat_map(|(w, s)| problems(w.max(2), s.max(2)))) {
        agree(&problem.project(&Blocked::default(), 2), &problem.project(&Naive, 2))?;
    }

    #[test]
    fn bits_do_not_depend_on_threads_chunks_or_instruction_set(
        problem in (0u8..4, 0u8..4).prop_flat_map(|(w, s)| problems(w, s)), chunk_rows in 1usize..100,
    ) {
        let expected = all_bits(&problem.project(&Blocked::default(), 1));
        for threads in 1..=4 {
            for isa in Isa::available() {
                let projector = Blocked::default().with_isa(isa).with_chunk_rows(chunk_rows);
                prop_assert_eq!(&all_bits(&problem.project(&projector, threads)), &expected, "{:?} {}", isa, threads);
            }
        }
    }

    #[test]
    fn a_group_does_not_depend_on_its_neighbours(problem in (0u8..3, 0u8..3).prop_flat_map(|(w, s)| problems(w, s))) {
        let all = problem.project(&Blocked::default(), 2);
        let each = problem.rows_per_group * problem.width;
        for (group, states) in problem.states.chunks_exact(each).enumerate() {
            let ranked = problem.ranked.get(group).cloned().into_iter().collect();
            let alone = Problem { states: states.to_vec(), ranked, ..problem.clone() }.project(&Blocked::default(), 1);
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
    fn a_logit_is_one_chain_of_fused_multiply_adds(problem in (0u8..3, 0u8..3).prop_flat_map(|(w, s)| problems(w, s))) {
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
    fn bias_scale_and_softcap_come_in_that_order(problem in problems(0, 0)) {
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
    fn packing_on_many_threads_is_packing(problem in problems(3, 0)) {
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

/// A problem large enough for several tiles, segments, chunks and spans at once.
fn large() -> Problem {
    let (vocab, width, rows_per_group, groups) = (9001, 37, 30, 20);
    let mut seed = 7u64;
    let mut random = |n: usize| -> Vec<f32> {
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        (0..n).map(|_| next()).collect()
    };
    Problem {
        vocab,
        width,
        rows_per_group,
        weight: random(vocab * width),
        states: random(groups * rows_per_group * width),
        options: HeadOptions::default(),
        top_k: 10,
        ranked: (0..groups).map(|g| vec![g as u32 * 400, 9000]).collect(),
    }
}

#[test]
fn a_larger_problem_agrees_and_keeps_its_bits() {
    let problem = large();
    let expected = problem.project(&Blocked::default(), 1);
    agree(&expected, &problem.project(&Naive, 2)).unwrap();
    for threads in 1..=4 {
        for chunk_rows in [1, 50, 300, 5000] {
            for isa in Isa::available() {
                let projector = Blocked::default().with_isa(isa).with_chunk_rows(chunk_rows);
                assert_eq!(all_bits(&problem.project(&projector, threads)), all_bits(&expected), "{isa:?}");
            }
        }
    }
}

#[test]
fn sums_are_close_to_double_precision() {
    let problem = large();
    let (found, expected) = (problem.project(&Blocked::default(), 1), problem.project(&Naive, 2));
    let worst = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst(&found.lse, &expected.lse) < 1e-7);
    assert!(worst(&found.entropy_bits, &expected.entropy_bits) < 1e-6);
    assert!(worst(&found.kl_bits, &expected.kl_bits) < 1e-6);
    assert!(worst(&found.kl_reverse_bits, &expected.kl_reverse_bits) < 1e-6);
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
    let request = Projection { states: &problem.states, rows_per_group: 30, top_k: 1, ranked: &[] };
    for projector in [&Blocked::default() as &dyn Projector, &Naive] {
        let result = projector.project(&problem.head(), &request, &pool(2), &control);
        assert_eq!(result.unwrap_err(), KernelError::Cancelled(fathom_kernel::Cancelled));
    }
}
