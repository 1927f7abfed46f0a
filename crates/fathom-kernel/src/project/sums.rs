//! The sums of a row, and the one order in which they are formed.
//!
//! With `c` the largest logit so far, `w = z - c` and, for the group's reference, `u` likewise:
//!
//! | sum | of | gives |
//! |---|---|---|
//! | `s` | `e^w` | `lse = c + ln s` |
//! | `h` | `e^w w` | `entropy = ln s - h / s` |
//! | `a` | `e^u (u - w)` | `KL(ref ‖ row) = a / s_ref - ln s_ref + ln s` |
//! | `b` | `e^w (u - w)` | `KL(row ‖ ref) = -b / s - ln s + ln s_ref` |
//!
//! Differences from the largest logit keep the terms small, whatever the scale of the logits: entropy and KL come
//! without the cancellation that `sum p z - lse` has.
//!
//! **Order.** A tile (96 tokens) is summed in 16 f32 lanes of 6 terms, whose sum goes into f64 ([`Simd::sum`]); tiles
//! are added in order within a segment (16 tiles), segments in order over the vocabulary. All of it is fixed by the
//! vocabulary alone, so threads, chunks and spans can't change a bit.
//!
//! [`Simd::sum`]: crate::simd::Simd::sum

use crate::projection::RowStatistics;
use std::f64::consts::LN_2;

/// Sums of one row over some tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sums {
    /// The largest logit so far: what the sums are relative to.
    pub(crate) c: f32,
    pub(crate) s: f64,
    pub(crate) h: f64,
    pub(crate) a: f64,
    pub(crate) b: f64,
}

/// What happened to a group's reference when its largest logit grew; its rows' `a` and `b` must follow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shift {
    /// By how much it grew.
    pub(crate) delta: f64,
    /// The reference's `s` before.
    pub(crate) s: f64,
}

impl Sums {
    /// Of no tokens.
    pub(crate) const NONE: Sums = Sums { c: f32::NEG_INFINITY, s: 0.0, h: 0.0, a: 0.0, b: 0.0 };

    /// Makes the sums relative to `c` (at least the present one). Returns what a reference's rows need to know.
    #[inline(always)]
    pub(crate) fn raise(&mut self, c: f32) -> Shift {
        let shift = Shift { delta: self.delta(c), s: self.s };
        self.follow(c, Shift { delta: shift.delta, s: 0.0 });
        shift
    }

    /// As [`Sums::raise`] for a row whose reference shifted by `reference`.
    #[inline(always)]
    pub(crate) fn follow(&mut self, c: f32, reference: Shift) {
        let delta = self.delta(c);
        if delta != 0.0 || reference.delta != 0.0 {
            self.rebase(delta, reference);
        }
        self.c = c;
    }

    /// By how much `c` is above the present one; 0 where there are no tokens yet.
    #[inline(always)]
    fn delta(&self, c: f32) -> f64 {
        if self.c == f32::NEG_INFINITY { 0.0 } else { f64::from(c) - f64::from(self.c) }
    }

    #[cold]
    fn rebase(&mut self, delta: f64, reference: Shift) {
        let (row, other) = ((-delta).exp(), (-reference.delta).exp());
        self.h = row * (self.h - delta * self.s);
        self.b = row * (self.b + (delta - reference.delta) * self.s);
        self.a = other * (self.a + (delta - reference.delta) * reference.s);
        self.s *= row;
    }

    fn add(&mut self, other: &Sums) {
        self.s += other.s;
        self.h += other.h;
        self.a += other.a;
        self.b += other.b;
    }

    /// No NaN came in, and no infinity.
    fn is_finite(&self) -> bool {
        [self.s, self.h, self.a, self.b].iter().all(|x| x.is_finite())
    }
}

/// Folds the segments of a row and of its reference, in order; the row's first. `None` where a logit was not finite, or the
/// span of logits overflowed: the reference projection must decide.
pub(crate) fn fold_segments<'a>(
    row: impl Iterator<Item = &'a Sums>,
    reference: impl Iterator<Item = &'a Sums>,
) -> Option<(Sums, Sums)> {
    let (mut all, mut all_reference) = (Sums::NONE, Sums::NONE);
    for (part, part_reference) in row.zip(reference) {
        let (mut part, mut part_reference) = (*part, *part_reference);
        let c = all_reference.c.max(part_reference.c);
        let (before, within) = (all_reference.raise(c), part_reference.raise(c));
        all_reference.add(&part_reference);
        let c = all.c.max(part.c);
        all.follow(c, before);
        part.follow(c, within);
        all.add(&part);
    }
    (all.is_finite() && all_reference.is_finite()).then_some((all, all_reference))
}

/// The statistics of a row with these sums, whose reference has those.
pub(crate) fn row_statistics(all: &Sums, all_reference: &Sums, is_reference: bool) -> RowStatistics {
    let (ln_s, ln_reference) = (all.s.ln(), all_reference.s.ln());
    let kl = |nats: f64| if is_reference { 0.0 } else { not_negative(nats / LN_2) };
    RowStatistics {
        lse: f64::from(all.c) + ln_s,
        entropy_bits: not_negative((ln_s - all.h / all.s) / LN_2),
        kl_bits: kl(all.a / all_reference.s - ln_reference + ln_s),
        kl_reverse_bits: kl(ln_reference - ln_s - all.b / all.s),
    }
}

/// Rounding may bring a sum that can't be negative just below 0. NaN stays NaN.
pub(crate) fn not_negative(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}
