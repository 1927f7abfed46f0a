//! Whether screening pays for a row: found out on a few panels, before the work.
//!
//! A screened row costs some two thirds of an exact one, and each of its panels that stays undecided costs several exact ones,
//! since few rows share it. What stays undecided is estimated from panels spread over the vocabulary: tokens too near to a ranked one, and
//! tokens that could be among the best. The decision depends on the head and on the row and its bundle alone, so it is the
//! same whatever the threads and the chunks are.

use super::context::Context;
use super::rows::{Bundle, PreparedRow};
use super::split::{Line, lines, split_panel};
use crate::simd::{LANES, Lane, Simd};

/// Panels looked at.
const SAMPLE_PANELS: usize = 16;
/// A row is exact if more of them than this stay undecided.
const MOST_UNDECIDED: usize = 1;
/// A row whose logits may be wrong by more than this is exact: its sums would be hardly bounded.
const LARGEST_ERROR: f32 = 0.25;
/// A bundle of which less than this part is worth screening is exact: its exact rows cost more beside screened ones, and its
/// screened ones what they cost in a full bundle.
const LEAST_OF_BUNDLE: (usize, usize) = (3, 4);
/// A request of fewer rows is exact: splitting the weights costs as much as some twenty exact rows, where weights come from
/// memory.
pub(super) const FEWEST_ROWS: usize = 48;

/// Whether the number of candidates asked for leaves screening any use. Of `k` best among `V` tokens in no order, `k (1 +
/// ln(V / k))` are candidates at some time.
pub(super) fn few_candidates(vocab: usize, k: usize) -> bool {
    let (panels, k) = (vocab.div_ceil(LANES), k as f64);
    let candidates = if k > 0.0 { k * (1.0 + (vocab as f64 / k).max(1.0).ln()) } else { 0.0 };
    panels >= 4 * SAMPLE_PANELS && candidates <= 0.4 * panels as f64
}

/// The panels, split.
pub(super) struct Sample<'a> {
    context: &'a Context<'a>,
    weights: Vec<Line>,
}

impl<'a> Sample<'a> {
    /// Must be called where an instruction set is switched on.
    #[inline(always)]
    pub(super) fn new(context: &'a Context<'a>) -> Sample<'a> {
        let each = lines(context.head.width());
        let mut weights = vec![Line::ZERO; SAMPLE_PANELS * each];
        for (i, out) in weights.chunks_exact_mut(each).enumerate() {
            split_panel(context.head.panel(sample_panel(context, i)), out);
        }
        Sample { context, weights }
    }

    /// Takes the bundle's rows for which screening does not pay out of those that are screened; whether there were any.
    #[inline(always)]
    pub(super) fn drop_rows<S: Simd>(&self, s: S, bundle: &Bundle, rows: &mut [PreparedRow]) -> bool {
        let mut logits = vec![Lane::ZERO; bundle.filled * SAMPLE_PANELS];
        self.context.screen(s, &bundle.tiles, &self.weights, &mut logits, SAMPLE_PANELS, |i| {
            sample_panel(self.context, i)
        });
        let mut left = bundle.screened;
        for (slot, &at) in bundle.slots.clone().zip(&bundle.at) {
            let row = &mut rows[slot];
            if let Some(reach) = row.reach
                && !self.is_worth_it(s, &logits[at * SAMPLE_PANELS..][..SAMPLE_PANELS], reach, &row.ranked)
            {
                row.reach = None;
                left -= 1;
            }
        }
        if left * LEAST_OF_BUNDLE.1 < bundle.slots.len() * LEAST_OF_BUNDLE.0 {
            rows[bundle.slots.clone()].iter_mut().for_each(|row| row.reach = None);
            left = 0;
        }
        left < bundle.screened
    }

    #[inline(always)]
    fn is_worth_it<S: Simd>(&self, s: S, logits: &[Lane], reach: f32, ranked: &[f32]) -> bool {
        let most = reach * self.context.reach.largest + self.context.reach.slack;
        if most > LARGEST_ERROR {
            return false;
        }
        let mut largest = f32::NEG_INFINITY;
        for lane in logits {
            largest = largest.max(s.largest(s.load(&lane.0)));
        }
        let mut undecided = 0;
        for (i, lane) in logits.iter().enumerate() {
            let error = self.context.error(s, reach, sample_panel(self.context, i));
            let z = s.load(&lane.0);
            let mut near_any = 0;
            for &logit in ranked {
                near_any |= near(s, z, logit, error);
            }
            let candidate = s.above(s.add(z, s.add(error, error)), s.splat(largest)) != 0;
            // The panel with the largest logit is no sign of anything.
            undecided += usize::from(near_any != 0 || candidate && s.largest(z) < largest);
        }
        undecided <= MOST_UNDECIDED
    }
}

/// The `i`-th panel looked at.
fn sample_panel(context: &Context<'_>, i: usize) -> usize {
    // In the middle of 16 equal parts; none is the last, which may hold places without tokens, where there are enough.
    context.head.panels() * (2 * i + 1) / (2 * SAMPLE_PANELS)
}

/// The lanes whose exact logit may be on the other side of `logit` than their screen's, or equal to it.
#[inline(always)]
fn near<S: Simd>(s: S, z: S::F, logit: f32, error: S::F) -> u32 {
    let difference = s.sub(z, s.splat(logit));
    s.above(error, s.max(difference, s.sub(s.splat(0.0), difference)))
}
