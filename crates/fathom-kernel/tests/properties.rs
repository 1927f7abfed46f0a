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

/// A small generator: the same numbers for the same seed, so that a failing case can be made again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Between -1 and 1.
    fn unit(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }

    fn pick(&mut self, from: &[f32]) -> f32 {
        from[self.next() as usize % from.len()]
    }

    /// Values of a kind.
    fn values(&mut self, kind: Kind, n: usize) -> Vec<f32> {
        const WILD: [f32; 6] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e30];
        let mut value = || match kind {
            Kind::Smooth => 2.0 * self.unit(),
            Kind::Ties => self.pick(&[-1.0, 0.0, -0.0, 0.5, 1.0]),
            Kind::Large => 60.0 * self.unit(),
            Kind::Wild if self.next().is_multiple_of(50) => self.pick(&WILD),
            Kind::Wild => self.unit(),
        };
        (0..n).map(|_| value()).collect()
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Smooth,
    /// Few different values: equal logits everywhere.
    Ties,
    /// Sharp distributions, logits in the ten thousands.
    Large,
    /// What no model should have.
    Wild,
}

const TAME: [Kind; 3] = [Kind::Smooth, Kind::Ties, Kind::Large];
const ALL: [Kind; 4] = [Kind::Smooth, Kind::Ties, Kind::Large, Kind::Wild];

/// Problems of every odd size; small ones only under Miri, which is a thousand times slower.
fn problems(kinds: &'static [Kind]) -> impl Strategy<Value = Problem> {
    let vocab = if cfg!(miri) {
        prop_oneof![1usize..20, 384usize..388].boxed()
    } else {
        prop_oneof![1usize..40, 380usize..390, 1500usize..1600, 3000usize..3200].boxed()
    };
    let rows =
        if cfg!(miri) { (1usize..4).boxed() } else { prop_oneof![4 => 1usize..9, 1 => 60usize..140].boxed() };
    let kind = || prop::sample::select(kinds);
    let options = (any::<bool>(), prop::sample::select(vec![1.0f32, 0.3]), prop::option::of(1.0f32..50.0));
    let shape =
        (vocab, 1usize..if cfg!(miri) { 4 } else { 12 }, rows, 0usize..if cfg!(miri) { 3 } else { 5 });
    (shape, kind(), kind(), options, any::<u64>()).prop_map(
        |(shape, weights, states, (bias, scale, softcap), seed)| {
            let (vocab, width, rows_per_group, groups) = shape;
            let groups = if rows_per_group > 50 { groups.min(2) } else { groups };
            let mut random = Random(seed);
            let mut some = |n: usize| random.next() as usize % n;
            let top_k = [0, 1 + some(11), vocab.saturating_sub(1) + some(4)][some(3)];
            let scored = some(2) == 1;
            let ranked = (0..if scored { groups } else { 0 })
                .map(|_| (0..some(20)).map(|_| some(vocab) as u32).collect())
                .collect();
            Problem {
                vocab,
                width,
                rows_per_group,
                weight: random.values(weights, vocab * width),
                states: random.values(states, groups * rows_per_group * width),
                options: HeadOptions { bias: bias.then(|| random.values(weights, vocab)), scale, softcap },
                top_k,
                ranked,
            }
        },
    )
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
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 100 }))]

    #[test]
    fn blocked_equals_naive(problem in problems(&TAME)) {
        let found = problem.project(&Blocked::default(), 2);
        agree(&found, &problem.project(&Naive, 1))?;
        let last = problem.rows_per_group;
        for row in (0..found.rows()).filter(|row| (row + 1) % last == 0) {
            prop_assert!(found.kl_bits[row] == 0.0 && found.kl_reverse_bits[row] == 0.0);
        }
    }

    #[test]
    fn hostile_values_neither_panic_nor_disagree(problem in problems(&ALL[2..])) {
        agree(&problem.project(&Blocked::default(), 2), &problem.project(&Naive, 2))?;
    }

    #[test]
    fn bits_do_not_depend_on_threads_chunks_or_instruction_set(
        problem in problems(&ALL), chunk_rows in 1usize..100,
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
    fn a_group_does_not_depend_on_its_neighbours(problem in problems(&TAME)) {
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

/// A problem large enough for several tiles, segments, chunks and spans at once.
fn large() -> Problem {
    let (vocab, width, rows_per_group, groups) = (9001, 37, 30, 12);
    let mut random = Random(7);
    Problem {
        vocab,
        width,
        rows_per_group,
        weight: random.values(Kind::Smooth, vocab * width),
        states: random.values(Kind::Smooth, groups * rows_per_group * width),
        options: HeadOptions::default(),
        top_k: 10,
        ranked: (0..groups).map(|g| vec![g as u32 * 400, 9000]).collect(),
    }
}

#[test]
#[cfg(not(miri))] // too large for it
fn a_larger_problem_agrees_and_keeps_its_bits() {
    let problem = large();
    let expected = problem.project(&Blocked::default(), 1);
    agree(&expected, &problem.project(&Naive, 2)).unwrap();
    let same_bits = |isa, chunk_rows, threads| {
        let projector = Blocked::default().with_isa(isa).with_chunk_rows(chunk_rows);
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
        let (found, expected) = (problem.project(&Blocked::default(), 1), problem.project(&Naive, 2));
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
    let request = Projection { states: &problem.states, rows_per_group: 30, top_k: 1, ranked: &[] };
    for projector in [&Blocked::default() as &dyn Projector, &Naive] {
        let result = projector.project(&problem.head(), &request, &pool(2), &control);
        assert_eq!(result.unwrap_err(), KernelError::Cancelled(fathom_kernel::Cancelled));
    }
}
