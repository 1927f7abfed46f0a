//! One small, fixed projection a given number of times: what `cargo xtask bench --instructions` counts under valgrind.
//!
//! Arguments: `blocked`, `screened` or `naive`; how often; the instruction set, `avx2` (where the machine has it) or
//! `portable`. Valgrind knows no AVX-512 and no matrix unit, so neither is ever used here; `screened` computes its screen
//! in plain Rust, and its count says whether *it* changed, not what a screen saves.

use fathom_kernel::{
    BlockedProjector, Control, HeadOptions, Isa, NaiveProjector, ProjectionRequest, Projector, ScreenUnit,
    ScreenedProjector, Unembedding,
};
use std::hint::black_box;

const WIDTH: usize = 64;
const VOCAB: usize = 2048;
const ROWS: usize = 16;

/// Between -1 and 1: the same numbers every time.
fn random(n: usize, scale: f32, mut seed: u64) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next() * scale).collect()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, times, isa] = &args[..] else { panic!("a projector, how often, an instruction set") };
    let isa = match isa.as_str() {
        "avx2" => Isa::Avx2,
        "portable" => Isa::Portable,
        other => panic!("no instruction set {other} is counted"),
    };
    assert!(isa.is_available(), "this machine has no {}", isa.name());
    let projector: Box<dyn Projector> = match what.as_str() {
        "blocked" => Box::new(BlockedProjector::default().with_isa(isa)),
        "screened" => Box::new(
            ScreenedProjector::default().with_isa(isa).with_unit(ScreenUnit::Portable).screening_every_row(),
        ),
        "naive" => Box::new(NaiveProjector),
        other => panic!("no projector {other} is counted"),
    };
    let weight = random(VOCAB * WIDTH, 1.0, 1);
    let head = Unembedding::new(&weight, VOCAB, WIDTH, HeadOptions::default()).expect("shapes fit");
    let states = random(ROWS * WIDTH, 0.3, 2);
    let request =
        ProjectionRequest { states: &states, rows_per_group: ROWS, top_k: 10, ranked: &[vec![1000]] };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    for _ in 0..times.parse().expect("a number") {
        black_box(projector.project(&head, &request, &pool, &Control::default()).expect("a result"));
    }
}
