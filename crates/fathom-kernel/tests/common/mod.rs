//! Problems for projectors, and what it means that two results agree.

#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

use fathom_kernel::{Control, HeadOptions, Projected, ProjectionRequest, Projector, Unembedding};
use proptest::prelude::*;

pub fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// A head, states and what is asked.
#[derive(Clone, Debug)]
pub struct Problem {
    pub vocab: usize,
    pub width: usize,
    pub rows_per_group: usize,
    pub weight: Vec<f32>,
    pub states: Vec<f32>,
    pub options: HeadOptions,
    pub top_k: usize,
    pub ranked: Vec<Vec<u32>>,
}

impl Problem {
    pub fn head(&self) -> Unembedding {
        Unembedding::new(&self.weight, self.vocab, self.width, self.options.clone()).unwrap()
    }

    pub fn project(&self, projector: &dyn Projector, threads: usize) -> Projected {
        let request = ProjectionRequest {
            states: &self.states,
            rows_per_group: self.rows_per_group,
            top_k: self.top_k,
            ranked: &self.ranked,
        };
        projector.project(&self.head(), &request, &pool(threads), &Control::default()).unwrap()
    }
}

/// A small generator: the same numbers for the same seed, so that a failing case can be made again.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Between -1 and 1.
    pub fn unit(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }

    pub fn pick(&mut self, from: &[f32]) -> f32 {
        from[self.next() as usize % from.len()]
    }

    /// Values of a kind.
    pub fn values(&mut self, kind: Kind, n: usize) -> Vec<f32> {
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
pub enum Kind {
    Smooth,
    /// Few different values: equal logits everywhere.
    Ties,
    /// Sharp distributions, logits in the ten thousands.
    Large,
    /// What no model should have.
    Wild,
}

pub const TAME: [Kind; 3] = [Kind::Smooth, Kind::Ties, Kind::Large];
pub const ALL: [Kind; 4] = [Kind::Smooth, Kind::Ties, Kind::Large, Kind::Wild];

/// Problems of every odd size; small ones only under Miri, which is a thousand times slower.
pub fn problems(kinds: &'static [Kind]) -> impl Strategy<Value = Problem> {
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

pub fn same(a: f64, b: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= tolerance * (1.0 + b.abs())
}

/// Exact where the reference is exact, close where both round.
pub fn agree(found: &Projected, expected: &Projected) -> Result<(), TestCaseError> {
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
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| if x.is_nan() { u32::MAX } else { x.to_bits() }).collect()
}

/// Everything, to the bit.
pub fn all_bits(p: &Projected) -> Vec<u64> {
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

/// A problem large enough for several tiles, segments, chunks and spans at once.
pub fn large() -> Problem {
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
