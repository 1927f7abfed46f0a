//! Sixteen f32 lanes at a time, on whatever the machine has.
//!
//! [`Simd`] is a vector of [`LANES`] f32 values whatever the instruction set: one register with AVX-512, two with
//! AVX2, four with NEON, an array otherwise. Every operation is one correctly rounded IEEE operation a lane (or a
//! bit operation), and sums over lanes add in one stated order, so **every instruction set computes the same bits**.
//!
//! Code generic over `Simd` is safe and `#[inline(always)]`; it becomes fast by running inside [`Simd::run`], the
//! only place where the instruction set is switched on. A value of an instruction set's type is the proof that the
//! machine has it. `unsafe` is confined to the files of the instruction sets, to
//! `screened/amx.rs`, and to `panels/`, where memory is first written.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(crate) mod math;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use portable::Portable;

/// Lanes of a vector, on every instruction set. Part of the definition of a sum: never changes with the machine.
pub(crate) const LANES: usize = 16;

/// One vector in memory, aligned to a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Lane(pub(crate) [f32; LANES]);

impl Lane {
    pub(crate) const ZERO: Lane = Lane([0.0; LANES]);
}

/// Work that is compiled once for each instruction set.
pub(crate) trait Job {
    type Out;
    /// Must be `#[inline(always)]`, or it is compiled for the baseline instruction set.
    fn run<S: Simd>(self, s: S) -> Self::Out;
}

/// See the module's documentation.
pub(crate) trait Simd: Copy + Send + Sync + 'static {
    type F: Copy;
    /// Sixteen integers of 32 bits, for codes of quantised weights.
    type I: Copy;

    /// Most rows that a block of the product handles at once with [`Simd::WIDE`] vectors of tokens.
    const ROWS: usize;
    /// Vectors of tokens that a block handles at once: 1 or 3.
    const WIDE: usize;
    /// Most pairs of a row and a vector of tokens that are handled at once: as many as there are registers to point at them.
    const PAIRS: usize;

    /// Runs `job` with this instruction set switched on.
    fn run<J: Job>(self, job: J) -> J::Out;

    /// Asks for a cache line from memory, into the second cache.
    fn prefetch(self, line: &Lane);
    fn splat(self, x: f32) -> Self::F;
    fn load(self, x: &[f32; LANES]) -> Self::F;
    fn store(self, v: Self::F, out: &mut [f32; LANES]);
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    fn div(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a * b + c`, rounded once.
    fn fma(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// `a > b ? a : b`: so `b` where either is NaN.
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a < b ? a : b`: so `b` where either is NaN.
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// The bits of `p` plus the bits of `t` shifted left by 23: `p * 2^n` where `t`'s low bits hold `n`.
    fn scale_by_power(self, p: Self::F, t: Self::F) -> Self::F;
    /// `v` where `x >= limit`, else 0 (so 0 where `x` is NaN).
    fn where_at_least(self, x: Self::F, limit: f32, v: Self::F) -> Self::F;
    /// The first `n` lanes of `v`, else 0.
    fn keep_first(self, v: Self::F, n: usize) -> Self::F;
    /// Bit `i` is `a[i] > b[i]`.
    fn above(self, a: Self::F, b: Self::F) -> u32;
    /// Sixteen IEEE half-precision numbers, as bits.
    fn load_f16(self, x: &[u8; 2 * LANES]) -> Self::F;
    /// Sixteen bfloat16 numbers, as bits.
    fn load_bf16(self, x: &[u8; 2 * LANES]) -> Self::F;
    /// Sixteen bytes, each 0 to 255.
    fn load_bytes(self, x: &[u8; LANES]) -> Self::I;
    /// `(v >> shift) & mask`.
    fn bits(self, v: Self::I, shift: u32, mask: u32) -> Self::I;
    /// `low | high << shift`.
    fn join(self, low: Self::I, high: Self::I, shift: u32) -> Self::I;
    /// `low | value` in the lanes whose bit of `mask` is set.
    fn join_where(self, low: Self::I, mask: u16, value: u32) -> Self::I;
    /// Each integer (not negative) as a float.
    fn to_float(self, v: Self::I) -> Self::F;
    /// Sum of all lanes in f64: `(i) + (i + 8)`, then `+ 4`, `+ 2`, `+ 1`.
    fn sum(self, v: Self::F) -> f64;
    /// The largest lane; NaN lanes lose (all NaN: -inf). Of 0 and -0, which are equal, it may be either.
    fn largest(self, v: Self::F) -> f32;
}

/// The pairs of bytes of sixteen numbers of 16 bits.
#[inline(always)]
fn words(x: &[u8; 2 * LANES]) -> [u16; LANES] {
    std::array::from_fn(|i| u16::from_le_bytes([x[2 * i], x[2 * i + 1]]))
}

/// The reference order of a sum over lanes.
#[inline(always)]
fn sum_of(v: &[f32; LANES]) -> f64 {
    let mut half = [0.0f64; 8];
    for i in 0..8 {
        half[i] = f64::from(v[i]) + f64::from(v[i + 8]);
    }
    for width in [4, 2, 1] {
        for i in 0..width {
            half[i] += half[i + width];
        }
    }
    half[0]
}

/// An instruction set of this machine, or the portable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// x86-64 with AVX-512 F, VL, BW and DQ.
    Avx512,
    /// x86-64 with AVX2, FMA and F16C.
    Avx2,
    /// 64-bit ARM. Tested under Miri only, its speed unknown: no such machine was at hand.
    Neon,
    /// Any machine; slow where `f32::mul_add` is no instruction.
    Portable,
}

impl Isa {
    /// All of them, fastest first.
    const ALL: [Isa; 4] = [Isa::Avx512, Isa::Avx2, Isa::Neon, Isa::Portable];

    /// The fastest one of this machine.
    pub fn detect() -> Isa {
        Isa::ALL.into_iter().find(|isa| isa.is_available()).unwrap_or(Isa::Portable)
    }

    /// Those that this machine can run, fastest first. The last one is always [`Isa::Portable`].
    pub fn available() -> Vec<Isa> {
        Isa::ALL.into_iter().filter(|isa| isa.is_available()).collect()
    }

    /// Whether this machine can run it.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => avx512::Avx512::new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2::Avx2::new().is_some(),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::Neon::new().is_some(),
            Isa::Portable => true,
            #[allow(unreachable_patterns)]
            _ => false,
        }
    }

    /// Its name: `AVX-512`, …
    pub fn name(self) -> &'static str {
        match self {
            Isa::Avx512 => "AVX-512",
            Isa::Avx2 => "AVX2",
            Isa::Neon => "NEON",
            Isa::Portable => "portable",
        }
    }

    /// Runs `job` on this instruction set; on the portable code if the machine lacks it (the bits are the same).
    pub(crate) fn run<J: Job>(self, job: J) -> J::Out {
        #[cfg(target_arch = "x86_64")]
        match self {
            Isa::Avx512 => {
                if let Some(s) = avx512::Avx512::new() {
                    return s.run(job);
                }
            }
            Isa::Avx2 => {
                if let Some(s) = avx2::Avx2::new() {
                    return s.run(job);
                }
            }
            Isa::Neon | Isa::Portable => {}
        }
        #[cfg(target_arch = "aarch64")]
        if self == Isa::Neon
            && let Some(s) = neon::Neon::new()
        {
            return s.run(job);
        }
        Portable.run(job)
    }
}

#[cfg(test)]
mod tests;
