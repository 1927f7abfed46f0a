//! How near the projection comes to the machine's peak: `cargo run --release -p fathom-kernel --example bench_lens`.
//!
//! Prints, for random states of the default model's shape (30 layers x 128 positions, 49152 tokens, width 576) and some
//! others, wall and CPU time, GFLOP/s for each second of CPU time, and the ratio to the FMA peak that is measured in the
//! same round on the same number of threads. Medians over the rounds. Arguments: rounds, and a filter on the names.
//! `THREADS=1,4`, `CHUNK=480` (rows that share a pass over the weights) and `WORK=1e9` (shorter rounds, for a busy machine) change
//! what is tried.

use fathom_kernel::{
    BlockedProjector, Control, HeadOptions, Isa, ProjectionRequest, Projector, ScreenedProjector, Unembedding,
};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let mut args = std::env::args().skip(1);
    let rounds: usize = args.next().and_then(|n| n.parse().ok()).unwrap_or(5);
    let filter = args.next().unwrap_or_default();
    println!("instruction sets: {:?}", Isa::available());
    machine(rounds);
    for case in CASES.iter().filter(|case| case.name.contains(&filter)) {
        case.run(rounds);
    }
}

struct Case {
    name: &'static str,
    rows_per_group: usize,
    groups: usize,
    vocab: usize,
    width: usize,
    top_k: usize,
    ranked: usize,
    isa: Option<Isa>,
    screened: bool,
}

const LENS: Case = Case {
    name: "lens 30x128",
    rows_per_group: 30,
    groups: 128,
    vocab: 49152,
    width: 576,
    top_k: 10,
    ranked: 1,
    isa: None,
    screened: false,
};

const CASES: &[Case] = &[
    LENS,
    Case { name: "avx2 30x32", groups: 32, isa: Some(Isa::Avx2), ..LENS },
    Case { name: "prompt 30x16", groups: 16, ..LENS },
    Case { name: "token 30x1", groups: 1, ..LENS },
    Case { name: "row 1x1", groups: 1, rows_per_group: 1, ..LENS },
    Case { name: "last 1x128", groups: 128, rows_per_group: 1, ..LENS },
    Case { name: "sites 180x16", groups: 16, rows_per_group: 180, ..LENS },
    Case { name: "xl 48x32", groups: 32, rows_per_group: 48, vocab: 50257, width: 1600, ..LENS },
    Case { name: "wide 26x16", groups: 16, rows_per_group: 26, vocab: 64000, width: 4096, ..LENS },
    Case { name: "watch20 30x32", groups: 32, ranked: 21, ..LENS },
    Case { name: "screened 30x128", screened: true, ..LENS },
    Case { name: "screened 30x16", groups: 16, screened: true, ..LENS },
    Case { name: "screened 30x1", groups: 1, screened: true, ..LENS },
    Case { name: "screened watch20 30x32", groups: 32, ranked: 21, screened: true, ..LENS },
    Case {
        name: "screened xl 48x32",
        groups: 32,
        rows_per_group: 48,
        vocab: 50257,
        width: 1600,
        screened: true,
        ..LENS
    },
];

/// Numbers of about a normal distribution, from a small generator: the same ones every time.
fn random(n: usize, scale: f32, mut seed: u64) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    (0..n).map(|_| (next() + next() + next()) * 2.0 * scale).collect()
}

impl Case {
    fn projector(&self, chunk: Option<usize>) -> Box<dyn Projector> {
        let isa = self.isa.unwrap_or(Isa::detect());
        if self.screened {
            let screened = ScreenedProjector::default().with_isa(isa);
            return Box::new(chunk.into_iter().fold(screened, ScreenedProjector::with_chunk_rows));
        }
        Box::new(
            chunk
                .into_iter()
                .fold(BlockedProjector::default().with_isa(isa), BlockedProjector::with_chunk_rows),
        )
    }

    fn run(&self, rounds: usize) {
        let head = {
            let weight = random(self.vocab * self.width, 1.0, 1);
            Unembedding::new(&weight, self.vocab, self.width, HeadOptions::default()).expect("shapes fit")
        };
        // Logits with a standard deviation of about 3.
        let rows = self.rows_per_group * self.groups;
        let states = random(rows * self.width, 3.0 / (self.width as f32).sqrt(), 2);
        let ranked: Vec<Vec<u32>> = (0..self.groups)
            .map(|g| (0..self.ranked).map(|i| (g * 977 + i * 31) as u32 % self.vocab as u32).collect())
            .collect();
        let request = ProjectionRequest {
            states: &states,
            rows_per_group: self.rows_per_group,
            top_k: self.top_k,
            ranked: &ranked,
        };
        let chunk: Option<usize> = std::env::var("CHUNK").ok().and_then(|n| n.parse().ok());
        let projector = self.projector(chunk);
        let flops = 2.0 * (rows * self.vocab * self.width) as f64;
        // Small cases are repeated: the clock that counts CPU time is coarse.
        let repeats = (work_of_a_round() / flops).clamp(1.0, 1000.0) as usize;
        let bytes = head.size_in_bytes() as f64 * repeats as f64;
        let mut one = (0.0, 0.0);
        for threads in threads() {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let mut found = Vec::new();
            let work = || {
                for _ in 0..repeats {
                    black_box(
                        projector.project(&head, &request, &pool, &Control::default()).expect("a result"),
                    );
                }
            };
            work();
            for _ in 0..rounds {
                let (_, peak_cpu) = time(|| {
                    pool.broadcast(|_| peak(self.isa));
                });
                let peak = PEAK_FLOPS * threads as f64 / peak_cpu / 1e9;
                let (wall, cpu) = time(work);
                found.push((
                    wall / repeats as f64,
                    cpu / repeats as f64,
                    flops * repeats as f64 / cpu / 1e9,
                    peak,
                    bytes * threads as f64 / cpu / 1e9,
                ));
            }
            let wall = median(found.iter().map(|f| f.0));
            let cpu = median(found.iter().map(|f| f.1));
            if threads == 1 {
                one = (wall, cpu);
                let result =
                    projector.project(&head, &request, &pool, &Control::default()).expect("a result");
                if let Some(did) = result.screening {
                    println!(
                        "{:16} screened {} of {} rows, {:.2} % of their panels undecided",
                        self.name,
                        did.screened,
                        did.rows,
                        100.0 * did.undecided as f64 / did.panels.max(1) as f64
                    );
                }
            }
            println!(
                "{:16} {threads} thread(s): wall {:9.3} ms, cpu {:9.3} ms (least {:.3}), {:6.1} GFLOP/s per core, peak {:6.1}, ratio {:.3}, speed-up {:.2} (by CPU time {:.2}), weights {:.1} GB/s",
                self.name,
                wall * 1e3,
                cpu * 1e3,
                found.iter().map(|f| f.1).fold(f64::INFINITY, f64::min) * 1e3,
                median(found.iter().map(|f| f.2)),
                median(found.iter().map(|f| f.3)),
                median(found.iter().map(|f| f.2 / f.3)),
                one.0 / wall,
                one.1 / cpu * threads as f64,
                median(found.iter().map(|f| f.4)),
            );
        }
    }
}

/// Floating-point operations of a round: 1e11, or what `WORK=1e9` says.
fn work_of_a_round() -> f64 {
    std::env::var("WORK").ok().and_then(|work| work.parse().ok()).unwrap_or(1e11)
}

/// How many threads: 1 and 2, or what `THREADS=1,4,16` says.
fn threads() -> Vec<usize> {
    let asked = std::env::var("THREADS").unwrap_or_default();
    let asked: Vec<usize> = asked.split(',').filter_map(|n| n.parse().ok()).filter(|&n| n > 0).collect();
    if asked.is_empty() { vec![1, 2] } else { asked }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Wall and CPU seconds of all threads of this process (CPU falls back to wall where there is no `/proc`).
fn time(work: impl FnOnce()) -> (f64, f64) {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    work();
    let wall = start.elapsed().as_secs_f64();
    (wall, cpu_seconds().zip(cpu).map_or(wall, |(end, start)| end - start))
}

fn cpu_seconds() -> Option<f64> {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        total += stat.split(' ').next()?.parse::<f64>().ok()?;
    }
    Some(total / 1e9)
}

/// What the machine can read, and how fast a vocabulary is packed.
fn machine(rounds: usize) {
    let (vocab, width) = (LENS.vocab, LENS.width);
    let weight = random(vocab * width, 1.0, 1);
    for threads in threads() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let read = || {
            let sums = pool.broadcast(|thread| {
                let share = weight.len() / thread.num_threads();
                let mut sums = [0u32; 64];
                for chunk in weight[thread.index() * share..][..share].chunks_exact(64) {
                    for (sum, x) in sums.iter_mut().zip(chunk) {
                        *sum = sum.wrapping_add(x.to_bits());
                    }
                }
                sums
            });
            black_box(sums);
        };
        let fill =
            |first: usize, rows: &mut [f32]| rows.copy_from_slice(&weight[first * width..][..rows.len()]);
        let pack = || {
            let head = Unembedding::from_rows(vocab, width, HeadOptions::default(), &pool, fill);
            black_box(head.expect("shapes fit"));
        };
        // By the CPU time of the threads, so that other programs on the machine disturb less.
        let reads = median((0..rounds * 5).map(|_| (weight.len() * 4 * threads) as f64 / time(read).1 / 1e9));
        let packs: Vec<(f64, f64)> = (0..rounds).map(|_| time(pack)).collect();
        let (wall, cpu) = (median(packs.iter().map(|p| p.0)), median(packs.iter().map(|p| p.1)));
        println!(
            "{threads} thread(s): reads {reads:.1} GB/s; packs {vocab} x {width} in {:.1} ms, cpu {:.1} ms",
            wall * 1e3,
            cpu * 1e3
        );
    }
}

/// Multiply-adds that [`peak`] does, times two.
const PEAK_FLOPS: f64 = PEAK_ROUNDS as f64 * 24.0 * 16.0 * 2.0;
const PEAK_ROUNDS: usize = 20_000_000;

/// Independent multiply-adds in registers: what the arithmetic units can do at best.
fn peak(isa: Option<Isa>) {
    #[cfg(target_arch = "x86_64")]
    match isa.unwrap_or(Isa::detect()) {
        // SAFETY: these instruction sets were detected.
        Isa::Avx512 if Isa::available().contains(&Isa::Avx512) => unsafe { peak_avx512() },
        // SAFETY: as above.
        Isa::Avx2 if Isa::available().contains(&Isa::Avx2) => unsafe { peak_avx2() },
        _ => {}
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = isa;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn peak_avx512() {
    use std::arch::x86_64::*;
    let (x, y) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(1e-3)));
    let mut sums = [y; 24];
    for _ in 0..PEAK_ROUNDS {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(*sum, x, y);
        }
    }
    black_box(sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn peak_avx2() {
    use std::arch::x86_64::*;
    let (x, y) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(1e-3)));
    let mut sums = [y; 12];
    for _ in 0..PEAK_ROUNDS * 4 {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(*sum, x, y);
        }
    }
    black_box(sums);
}
