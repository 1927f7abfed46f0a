//! The kernels, one by one: `cargo bench -p fathom-kernel [NAME]`.
//!
//! Small sizes, one thread, so that a run takes seconds. The lens at the size of a real model, against the machine's peak:
//! `cargo run --release -p fathom-kernel --example bench_lens`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fathom_kernel::{
    BlockedProjector, Control, HeadOptions, Isa, Matrix, NaiveProjector, Norm, Product, ProjectionRequest,
    Projector, ScreenUnit, ScreenedProjector, Unembedding, multiply,
};
use std::hint::black_box;

const WIDTH: usize = 576;
const VOCAB: usize = 8192;
const LAYERS: usize = 30;

/// Numbers of about a normal distribution: the same ones every time.
fn random(n: usize, scale: f32, mut seed: u64) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    (0..n).map(|_| (next() + next() + next()) * 2.0 * scale).collect()
}

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread")
}

/// All projectors on 30 layers of 8 positions; what is counted are the product's multiply-adds, two operations each.
fn projectors(c: &mut Criterion) {
    let (pool, positions) = (pool(), 8);
    let weight = random(VOCAB * WIDTH, 1.0, 1);
    let head = Unembedding::new(&weight, VOCAB, WIDTH, HeadOptions::default()).expect("shapes fit");
    let states = random(positions * LAYERS * WIDTH, 3.0 / (WIDTH as f32).sqrt(), 2);
    let ranked: Vec<Vec<u32>> = (0..positions).map(|p| vec![p as u32 * 977]).collect();
    let request = ProjectionRequest { states: &states, rows_per_group: LAYERS, top_k: 10, ranked: &ranked };
    let mut all: Vec<(String, Box<dyn Projector>)> = vec![("naive".to_owned(), Box::new(NaiveProjector))];
    for isa in Isa::available() {
        all.push((format!("blocked {}", isa.name()), Box::new(BlockedProjector::default().with_isa(isa))));
    }
    if ScreenUnit::detect().is_some() {
        all.push(("screened".to_owned(), Box::new(ScreenedProjector::default())));
    }
    let mut group = c.benchmark_group("projector");
    group.sample_size(10);
    group.throughput(Throughput::Elements((2 * positions * LAYERS * VOCAB * WIDTH) as u64));
    for (name, projector) in &all {
        group.bench_function(name, |b| {
            b.iter(|| black_box(projector.project(&head, &request, &pool, &Control::default())));
        });
    }
    group.finish();
}

/// One state's logits: what generation asks for at each token.
fn logits(c: &mut Criterion) {
    let pool = pool();
    let weight = random(VOCAB * WIDTH, 1.0, 1);
    let head = Unembedding::new(&weight, VOCAB, WIDTH, HeadOptions::default()).expect("shapes fit");
    let (state, mut out) = (random(WIDTH, 0.1, 2), vec![0.0; VOCAB]);
    let mut group = c.benchmark_group("logits");
    group.throughput(Throughput::Bytes(head.size_in_bytes() as u64));
    group.bench_function("one state", |b| b.iter(|| head.logits(black_box(&state), &mut out, &pool)));
    group.finish();
}

/// A decoder's linear map, for one row and for many.
fn products(c: &mut Criterion) {
    let pool = pool();
    let (inputs, outputs) = (WIDTH, 1536);
    let weight = random(outputs * inputs, 1.0, 1);
    let fill = |first: usize, rows: &mut [f32]| {
        rows.copy_from_slice(&weight[first * inputs..][..rows.len()]);
        Ok::<(), ()>(())
    };
    let matrix = pool.install(|| Matrix::from_rows(outputs, inputs, fill)).expect("nothing fails");
    let mut group = c.benchmark_group("product");
    for rows in [1, 16, 128] {
        let states = random(rows * inputs, 0.1, 2);
        let mut out = vec![0.0; rows * outputs];
        group.throughput(Throughput::Elements((2 * rows * inputs * outputs) as u64));
        group.bench_function(BenchmarkId::from_parameter(rows), |b| {
            b.iter(|| {
                let products = vec![Product { matrix: &matrix, out: &mut out, add: false }];
                pool.install(|| multiply(black_box(&states), inputs, products));
            });
        });
    }
    group.finish();
}

fn norms(c: &mut Criterion) {
    let states = random(128 * WIDTH, 1.0, 2);
    let weight = vec![1.0; WIDTH];
    let all = [
        ("RMSNorm", Norm::Rms { weight: weight.clone(), eps: 1e-5 }),
        ("LayerNorm", Norm::Layer { weight: weight.clone(), bias: Some(weight), eps: 1e-5 }),
    ];
    let mut group = c.benchmark_group("norm");
    group.throughput(Throughput::Bytes(size_of_val(&states[..]) as u64));
    for (name, norm) in &all {
        let mut out = vec![0.0; states.len()];
        group.bench_function(*name, |b| b.iter(|| norm.apply(black_box(&states), &mut out)));
    }
    group.finish();
}

criterion_group!(benches, projectors, logits, products, norms);
criterion_main!(benches);
