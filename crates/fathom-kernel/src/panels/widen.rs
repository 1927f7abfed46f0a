//! Coded panels on their way to f32: into memory where many rows use them, or in registers where one row does.

use super::coding::{Coding, Sink, coded};
use super::memory::Unit;
use super::{BlockType, Float, Panels, Storage, blocks, halves};
use crate::simd::{Isa, Job, LANES, Lane, Simd};
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

impl Panels {
    /// Some panels in f32, `[panels.len()][width]`: where they lie, or in `scratch`.
    #[inline(always)]
    pub(crate) fn widened<'a, S: Simd>(
        &'a self,
        s: S,
        panels: Range<usize>,
        scratch: &'a mut Vec<Lane>,
    ) -> &'a [Lane] {
        match self.in_f32() {
            Some(lanes) => &lanes[panels.start * self.width..panels.end * self.width],
            None => {
                s.run(Widen { panels: self, which: panels, scratch });
                scratch
            }
        }
    }

    /// One row of inputs `x` `[width]` times coded panels, whose weights are widened in registers: a chain for each output.
    #[inline(always)]
    pub(crate) fn chains<S: Simd>(&self, s: S, panels: Range<usize>, x: &[f32], out: &mut [Lane]) {
        s.run(Chains { panels: self, which: panels, x, out });
    }

    /// One row's weights.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        let (panel, lane) = (row / LANES, row % LANES);
        let pick = |lanes: &[Lane], out: &mut [f32]| {
            out.iter_mut().zip(lanes).for_each(|(x, weights)| *x = weights.0[lane]);
        };
        match self.in_f32() {
            Some(lanes) => pick(&lanes[panel * self.width..], out),
            None => {
                let mut scratch = Vec::new();
                Isa::detect().run(Widen { panels: self, which: panel..panel + 1, scratch: &mut scratch });
                pick(&scratch, out);
            }
        }
    }
}

/// Coded panels into f32, `[which.len()][width]`. A job of its own, so that it is compiled once for each instruction set.
struct Widen<'a> {
    panels: &'a Panels,
    which: Range<usize>,
    scratch: &'a mut Vec<Lane>,
}

impl Job for Widen<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Widen { panels, which, scratch } = self;
        let width = panels.width;
        scratch.resize(which.len() * width, Lane::ZERO);
        coded!(panels.storage, C => {
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
struct Chains<'a> {
    panels: &'a Panels,
    which: Range<usize>,
    x: &'a [f32],
    out: &'a mut [Lane],
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
        coded!(panels.storage, C => s.run(ChainsAs::<C>(Chains { panels, which, x, out }, PhantomData)),
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
