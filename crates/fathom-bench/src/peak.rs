//! What the arithmetic units can do at best: independent f32 multiply-adds in registers.

use crate::clock::{median, time};
use fathom_kernel::Isa;
use std::hint::black_box;

const ROUNDS: usize = 10_000_000;

/// Instruction set and GFLOP/s of one core, for each second of CPU time; `None` for machines whose peak we do not know
/// how to reach.
pub fn measure(pool: &rayon::ThreadPool, rounds: usize) -> Option<(&'static str, f64)> {
    let (isa, loops, flops) = best()?;
    let threads = pool.current_num_threads() as f64;
    let one = || flops * threads / time(|| pool.broadcast(|_| loops())).1.cpu / 1e9;
    Some((isa.name(), median((0..rounds).map(|_| one()))))
}

/// The widest set, its loop, and the floating-point operations of one call.
#[cfg(target_arch = "x86_64")]
fn best() -> Option<(Isa, fn(), f64)> {
    match Isa::detect() {
        // SAFETY: `detect` returns only what the processor has.
        Isa::Avx512 => Some((Isa::Avx512, || unsafe { avx512() }, (ROUNDS * 24 * 16 * 2) as f64)),
        // SAFETY: as above.
        Isa::Avx2 => Some((Isa::Avx2, || unsafe { avx2() }, (ROUNDS * 4 * 12 * 8 * 2) as f64)),
        _ => None,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn best() -> Option<(Isa, fn(), f64)> {
    None
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512() {
    use std::arch::x86_64::*;
    let (x, y) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(1e-3)));
    let mut sums = [y; 24];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(*sum, x, y);
        }
    }
    black_box(sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2() {
    use std::arch::x86_64::*;
    let (x, y) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(1e-3)));
    let mut sums = [y; 12];
    for _ in 0..ROUNDS * 4 {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(*sum, x, y);
        }
    }
    black_box(sums);
}
