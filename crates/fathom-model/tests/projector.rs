//! The device's projector against the reference: on the CPU here, on a card where there is one (tests/device.rs).

use fathom_kernel::{
    Control, HeadOptions, KernelError, NaiveProjector, Projected, ProjectionRequest, Projector, Unembedding,
};
use fathom_model::{Compute, TensorProjector};
use proptest::prelude::*;

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap()
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

    fn request(&self) -> ProjectionRequest<'_> {
        let Problem { states, rows_per_group, top_k, ranked, .. } = self;
        ProjectionRequest { states, rows_per_group: *rows_per_group, top_k: *top_k, ranked }
    }

    fn tensors(&self) -> Projected {
        let head = self.head();
        let projector = TensorProjector::new(&head, Compute::Tensors).unwrap();
        projector.project(&head, &self.request(), &pool(), &Control::default()).unwrap()
    }

    fn naive(&self) -> Projected {
        NaiveProjector.project(&self.head(), &self.request(), &pool(), &Control::default()).unwrap()
    }
}

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn values(&mut self, kind: Kind, n: usize) -> Vec<f32> {
        const FEW: [f32; 5] = [-1.0, 0.0, -0.0, 0.5, 1.0];
        const WILD: [f32; 6] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e30];
        let mut value = || {
            let unit = self.next() as f32 / (1u64 << 30) as f32 - 1.0;
            match kind {
                Kind::Smooth => 2.0 * unit,
                // Sums of these are exact, whatever their order.
                Kind::Ties => FEW[self.next() as usize % FEW.len()],
                Kind::Large => 60.0 * unit,
                Kind::Wild if self.next().is_multiple_of(50) => WILD[self.next() as usize % WILD.len()],
                Kind::Wild => unit,
            }
        };
        (0..n).map(|_| value()).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Smooth,
    Ties,
    Large,
    Wild,
}

/// One kind for weights and states: two of `Ties` give logits without rounding.
fn problems(kinds: &'static [Kind]) -> impl Strategy<Value = Problem> {
    let vocab = prop_oneof![1usize..40, 250usize..260, 1500usize..1600, 3000usize..3200];
    let rows = prop_oneof![4 => 1usize..9, 1 => 120usize..150, 1 => 250usize..300];
    let plain = (any::<bool>(), prop::sample::select(vec![1.0f32, 0.5]), prop::option::of(1.0f32..50.0));
    let shape = (vocab, 1usize..12, rows, 0usize..4);
    (shape, prop::sample::select(kinds), plain, any::<u64>()).prop_map(
        |((vocab, width, rows_per_group, groups), kind, (bias, scale, softcap), seed)| {
            let groups = if rows_per_group > 50 { groups.min(2) } else { groups };
            let mut random = Random(seed);
            let mut some = |n: usize| random.next() as usize % n;
            let top_k = [0, 1 + some(11), 1 + some(11), 255 + some(4), vocab - 1 + some(4)][some(5)];
            let scored = some(2) == 1;
            let ranked = (0..if scored { groups } else { 0 })
                .map(|_| (0..some(6)).map(|_| some(vocab) as u32).collect())
                .collect();
            let weight = random.values(kind, vocab * width);
            let states = random.values(kind, groups * rows_per_group * width);
            let bias = bias.then(|| random.values(kind, vocab));
            // A soft-cap's tanh is another function on each device: it would move ties.
            let softcap = softcap.filter(|_| kind != Kind::Ties);
            let options = HeadOptions { bias, scale, softcap };
            Problem { vocab, width, rows_per_group, weight, states, options, top_k, ranked }
        },
    )
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= tolerance * (1.0 + b.abs())
}

/// How far two correct f32 computations of a token's logit may lie apart, from the sizes of what is summed: terms that
/// cancel leave their rounding behind. Infinite where the sum may leave f32's range, so that its order matters.
fn noise(problem: &Problem, state: &[f32], token: usize) -> f64 {
    let Problem { width, weight, options, .. } = problem;
    let terms = weight[token * width..][..*width].iter().zip(state).map(|(w, x)| f64::from(w * x).abs());
    let bias = options.bias.as_ref().map_or(0.0, |bias| f64::from(bias[token]).abs());
    let size = terms.sum::<f64>() + bias;
    // A NaN is no number that another order must reproduce.
    if size.is_nan() || size >= f64::from(f32::MAX) {
        return f64::INFINITY;
    }
    // Each of the width + 2 roundings (products, sums, bias, scale) is half a unit of at most the whole size, twice for
    // two computations; a soft-cap is nowhere steeper than 1, and its tanh is good to some units of the cap.
    let cap = f64::from(options.softcap.unwrap_or(0.0));
    f64::from(f32::EPSILON) * ((*width as f64 + 2.0) * f64::from(options.scale) * size + 4.0 * cap)
}

/// Sums to 1e-5 and what the logits' rounding moves, candidates and ranks as far as rounding lets them be told apart.
fn agree(problem: &Problem, found: &Projected, expected: &Projected) -> Result<(), TestCaseError> {
    prop_assert_eq!((found.rows(), found.top_k), (expected.rows(), expected.top_k));
    let head = problem.head();
    let mut logits = vec![0f32; problem.vocab];
    let state_of = |row: usize| &problem.states[row * problem.width..][..problem.width];
    let noises =
        |row: usize| (0..problem.vocab).map(|t| noise(problem, state_of(row), t)).collect::<Vec<_>>();
    let largest = |noises: &[f64]| noises.iter().copied().fold(0.0, f64::max);
    for row in 0..found.rows() {
        head.logits(state_of(row), &mut logits, &pool());
        let noise = noises(row);
        let last = (row / problem.rows_per_group + 1) * problem.rows_per_group - 1;
        // Moving every logit by d moves a log-sum-exp by d, an entropy or a divergence by d times (2 + twice its size) at most.
        let tolerance = 1e-5 + 4.0 * (largest(&noise) + largest(&noises(last)));
        for (name, a, b) in [
            ("lse", found.lse[row], expected.lse[row]),
            ("entropy", found.entropy_bits[row], expected.entropy_bits[row]),
            ("KL", found.kl_bits[row], expected.kl_bits[row]),
            ("reverse KL", found.kl_reverse_bits[row], expected.kl_reverse_bits[row]),
        ] {
            prop_assert!(close(a, b, tolerance), "{} of row {}: {} instead of {}", name, row, a, b);
        }
        let near = |a: f32, b: f32, noise: f64| {
            a == b || (a.is_nan() && b.is_nan()) || noise == f64::INFINITY || f64::from(a - b).abs() <= noise
        };
        let ((ids, found_top), (expected_ids, expected_top)) = (found.top(row), expected.top(row));
        // The n-th largest moves by no more than the n largest of either side do.
        let mut so_far = 0f64;
        for (i, (&id, (&a, &b))) in ids.iter().zip(found_top.iter().zip(expected_top)).enumerate() {
            so_far = so_far.max(noise[id as usize]).max(noise[expected_ids[i] as usize]);
            prop_assert!(near(a, b, so_far), "candidate {} of row {}: {} instead of {}", i, row, a, b);
            let itself = logits[id as usize];
            prop_assert!(
                near(a, itself, noise[id as usize]),
                "token {} of row {} has another logit",
                id,
                row
            );
            prop_assert!(!ids[..i].contains(&id), "token {} is there twice", id);
        }
        let asked = problem.ranked.get(row / problem.rows_per_group).map_or(&[][..], |ids| ids);
        for ((a, b), &id) in found.ranked(row).iter().zip(expected.ranked(row)).zip(asked) {
            let own = noise[id as usize];
            prop_assert!(
                near(a.logit, b.logit, own),
                "logit of row {}: {} instead of {}",
                row,
                a.logit,
                b.logit
            );
            // Surely above, and not surely below: what rounding leaves open lies between the two.
            let pairs =
                || logits.iter().zip(&noise).map(|(&z, n)| (f64::from(z) - f64::from(b.logit), n + own));
            let least = pairs().filter(|(above, noise)| above > noise).count() as u32;
            let most = pairs().filter(|(above, noise)| *above > -noise || above.is_nan()).count() as u32;
            let (a, b) = (a.count_above, b.count_above);
            prop_assert!(a == b || (least..=most).contains(&a), "{}: {} not in {}..={}", b, a, least, most);
        }
        prop_assert_eq!(found.ranked(row).len(), expected.ranked(row).len());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn numbers_are_the_references(problem in problems(&[Kind::Smooth, Kind::Large])) {
        agree(&problem, &problem.tensors(), &problem.naive())?;
    }

    /// Without rounding nothing may move: equal logits by smaller id, ranks by what is larger.
    #[test]
    fn ties_are_broken_as_by_the_reference(problem in problems(&[Kind::Ties])) {
        let (found, expected) = (problem.tensors(), problem.naive());
        agree(&problem, &found, &expected)?;
        prop_assert_eq!(&found.top_ids, &expected.top_ids);
        for row in 0..found.rows() {
            prop_assert_eq!(found.ranked(row), expected.ranked(row));
        }
    }

    #[test]
    fn hostile_values_neither_panic_nor_disagree(problem in problems(&[Kind::Wild])) {
        agree(&problem, &problem.tensors(), &problem.naive())?;
    }

    /// A row's numbers do not depend on what else is asked: every product has one shape.
    #[test]
    fn a_group_does_not_depend_on_its_neighbours(problem in problems(&[Kind::Smooth])) {
        let all = problem.tensors();
        let each = problem.rows_per_group * problem.width;
        for (group, states) in problem.states.chunks_exact(each).enumerate() {
            let ranked = problem.ranked.get(group).cloned().into_iter().collect();
            let alone = Problem { states: states.to_vec(), ranked, ..problem.clone() }.tensors();
            for i in 0..problem.rows_per_group {
                let row = group * problem.rows_per_group + i;
                prop_assert_eq!(alone.lse[i].to_bits(), all.lse[row].to_bits());
                prop_assert_eq!(alone.kl_bits[i].to_bits(), all.kl_bits[row].to_bits());
                prop_assert_eq!(alone.top(i), all.top(row));
                prop_assert_eq!(alone.ranked(i), all.ranked(row));
            }
        }
    }
}

#[test]
fn wrong_requests_are_refused_as_by_the_others() {
    let head = Unembedding::new(&[0.0; 6], 3, 2, HeadOptions::default()).unwrap();
    let projector = TensorProjector::new(&head, Compute::Tensors).unwrap();
    let ask = |head: &Unembedding, states: &[f32], ranked: &[Vec<u32>], control: &Control| {
        let request = ProjectionRequest { states, rows_per_group: 1, top_k: 1, ranked };
        projector.project(head, &request, &pool(), control).map(|out| out.rows())
    };
    let control = Control::default();
    assert_eq!(ask(&head, &[0.0; 4], &[], &control), Ok(2));
    assert_eq!(ask(&head, &[], &[], &control), Ok(0));
    assert!(matches!(ask(&head, &[0.0; 3], &[], &control), Err(KernelError::Groups { .. })));
    assert!(matches!(ask(&head, &[0.0; 2], &[vec![3]], &control), Err(KernelError::Token { id: 3, .. })));
    let other = Unembedding::new(&[0.0; 8], 4, 2, HeadOptions::default()).unwrap();
    let error = ask(&other, &[0.0; 2], &[], &control).unwrap_err();
    assert!(error.to_string().contains("belongs to its model"), "{error}");
    control.cancel.cancel();
    assert!(matches!(ask(&head, &[0.0; 2], &[], &control), Err(KernelError::Cancelled(_))));
}
