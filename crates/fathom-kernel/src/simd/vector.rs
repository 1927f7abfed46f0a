//! The vector that kernels are written for: what every instruction set implements.

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
pub(super) fn words(x: &[u8; 2 * LANES]) -> [u16; LANES] {
    std::array::from_fn(|i| u16::from_le_bytes([x[2 * i], x[2 * i + 1]]))
}

/// The reference order of a sum over lanes.
#[inline(always)]
pub(super) fn sum_of(v: &[f32; LANES]) -> f64 {
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
