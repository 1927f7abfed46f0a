//! Coded panels on their way to f32: into memory where many rows use them, or in registers where one row does.

use super::memory::Unit;
use super::{BlockType, Coding, Float, Held, Panels, Sink, blocks, halves};
use crate::simd::{Job, Lane, Simd};
use std::marker::PhantomData;
use std::ops::Range;

/// They are kept in f32.
struct Store<'a>(&'a mut [Lane]);

impl<S: Simd> Sink<S> for Store<'_> {
    #[inline(always)]
    fn take(&mut self, s: S, k: usize, weights: S::F) {
        s.store(weights, &mut self.0[k].0);
    }
}

/// They are multiplied with the piece's inputs and added to the sums.
struct Chain<'a, F> {
    x: &'a [f32],
    sums: &'a mut F,
}

impl<S: Simd> Sink<S> for Chain<'_, S::F> {
    #[inline(always)]
    fn take(&mut self, s: S, k: usize, weights: S::F) {
        *self.sums = s.fma(s.splat(self.x[k]), weights, *self.sums);
    }
}

/// Runs code for the type that codes `held`; `$f32` is for weights that are not coded.
macro_rules! coded {
    ($held:expr, $c:ident => $body:expr, f32 => $f32:expr) => {
        coded!(@ $held, $c, $body, $f32, Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2K Q3K Q4K Q5K Q6K)
    };
    (@ $held:expr, $c:ident, $body:expr, $f32:expr, $($block:ident)*) => {
        match $held {
            Held::Float(Float::F32) => $f32,
            Held::Float(Float::Bf16) => { type $c = halves::Bf16; $body }
            Held::Float(Float::F16) => { type $c = halves::F16; $body }
            $(Held::Blocks(BlockType::$block) => { type $c = blocks::$block; $body })*
        }
    };
}

pub(super) use coded;

/// Coded panels into f32, `[which.len()][width]`. A job of its own, so that it is compiled once for each instruction set.
pub(super) struct Widen<'a> {
    pub(super) panels: &'a Panels,
    pub(super) which: Range<usize>,
    pub(super) scratch: &'a mut Vec<Lane>,
}

impl Job for Widen<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Widen { panels, which, scratch } = self;
        let width = panels.width;
        scratch.resize(which.len() * width, Lane::ZERO);
        coded!(panels.held, C => {
            for (panel, out) in which.zip(scratch.chunks_exact_mut(width.max(1))) {
                s.run(WidenAs::<C> { units: panels.coded(panel), out, coding: PhantomData });
            }
        }, f32 => unreachable!("weights in f32 are used where they lie"));
    }
}

/// One panel of one coding. A job of its own: all codings in one function are more than an optimiser gets through in good
/// time (minutes, measured).
struct WidenAs<'a, C> {
    units: &'a [Unit],
    out: &'a mut [Lane],
    coding: PhantomData<C>,
}

impl<C: Coding> Job for WidenAs<'_, C> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for (i, out) in self.out.chunks_mut(C::PIECE).enumerate() {
            C::piece(s, self.units, i * C::PIECE, out.len(), Store(out));
        }
    }
}

/// Panels whose weights one row is multiplied with in turn: while one's chain waits for its sums, the next one's weights
/// are widened.
const TOGETHER: usize = 3;

/// One row times coded panels.
pub(super) struct Chains<'a> {
    pub(super) panels: &'a Panels,
    pub(super) which: Range<usize>,
    pub(super) x: &'a [f32],
    pub(super) out: &'a mut [Lane],
}

impl Job for Chains<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Chains { panels, which, x, out } = self;
        if S::WIDE == 1 {
            // Where a vector is several registers, the code for every form would be large and little faster.
            let mut scratch = Vec::new();
            for (panel, out) in which.zip(out) {
                s.run(Widen { panels, which: panel..panel + 1, scratch: &mut scratch });
                let mut sum = s.splat(0.0);
                for (x, weights) in x.iter().zip(&scratch) {
                    sum = s.fma(s.splat(*x), s.load(&weights.0), sum);
                }
                s.store(sum, &mut out.0);
            }
            return;
        }
        coded!(panels.held, C => s.run(ChainsAs::<C>(Chains { panels, which, x, out }, PhantomData)),
            f32 => unreachable!("weights in f32 are multiplied where they lie"));
    }
}

/// The same for one coding: see [`WidenAs`].
struct ChainsAs<'a, C>(Chains<'a>, PhantomData<C>);

impl<C: Coding> Job for ChainsAs<'_, C> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Chains { panels, which, x, out } = self.0;
        let mut first = which.start;
        for out in out[..which.len()].chunks_mut(TOGETHER) {
            if let Ok(out) = <&mut [Lane; TOGETHER]>::try_from(&mut *out) {
                chains::<S, C, TOGETHER>(s, panels, first, x, out);
            } else {
                for (i, out) in out.iter_mut().enumerate() {
                    chains::<S, C, 1>(s, panels, first + i, x, std::array::from_mut(out));
                }
            }
            first += out.len();
        }
    }
}

#[inline(always)]
fn chains<S: Simd, C: Coding, const N: usize>(
    s: S,
    panels: &Panels,
    first: usize,
    x: &[f32],
    out: &mut [Lane; N],
) {
    let mut sums = [s.splat(0.0); N];
    let units: [&[Unit]; N] = std::array::from_fn(|n| panels.coded(first + n));
    for (i, x) in x[..panels.width].chunks(C::PIECE).enumerate() {
        for n in 0..N {
            C::piece(s, units[n], i * C::PIECE, x.len(), Chain { x, sums: &mut sums[n] });
        }
    }
    for n in 0..N {
        s.store(sums[n], &mut out[n].0);
    }
}
