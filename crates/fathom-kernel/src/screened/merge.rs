//! The spans' results of a chunk put together: exact candidates and counts, sums with the exact tokens put right.

use super::best::Candidate;
use super::context::{Context, ExactLogits, LEAST_CANDIDATES};
use super::error_bounds::{BoundedStatistics, BoundedSums, ExactToken, bounded_statistics};
use super::prepared::Prepared;
use super::rows::Bundle;
use super::split::{Line, lines, split_panel};
use super::tile_pass::SpanResult;
use crate::project::plan::Chunk;
use crate::project::sums;
use crate::project::top::{logit, token};
use crate::simd::{Job, LANES, Lane, Simd};
use std::ops::Range;

/// The merge, as work for an instruction set.
pub(super) struct Merge<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) chunk: &'a Chunk,
    pub(super) prepared: &'a Prepared,
    pub(super) spans: &'a [SpanResult],
}

/// A row of the result.
pub(super) struct MergedRow {
    pub(super) slot: usize,
    /// `None`: what was computed does not say; the group must be computed by the reference projection.
    pub(super) statistics: Option<BoundedStatistics>,
    /// Best first.
    pub(super) best: Vec<Candidate>,
    pub(super) above: Vec<u32>,
}

/// The tokens of a group whose logits are known exactly in all its rows.
struct ExactTokens {
    tokens: Vec<u32>,
    /// `[rows of the group][tokens]`
    exact: Vec<Vec<f32>>,
    screen: Vec<Vec<f32>>,
}

impl Job for Merge<'_> {
    type Out = Vec<MergedRow>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Vec<MergedRow> {
        let mut out = Vec::with_capacity(self.chunk.slots.len());
        let best: Vec<Vec<Candidate>> = (0..self.chunk.slots.len()).map(|slot| self.best(slot)).collect();
        for bundle in &self.prepared.bundles {
            let mut start = bundle.slots.start;
            while start < bundle.slots.end {
                let slots = &self.chunk.slots[start..bundle.slots.end];
                let count = slots.iter().take_while(|slot| slot.reference == start).count();
                let group = start..start + count;
                let head = self.exact_tokens(s, bundle, group.clone(), &best[start]);
                for slot in group.clone().filter(|&slot| self.chunk.slots[slot].reported) {
                    let statistics = self.statistics(slot, group.start, &head, &best[slot]);
                    let above = (0..self.prepared.rows[slot].ranked.len())
                        .map(|at| self.spans.iter().map(|span| span.above[slot][at]).sum());
                    out.push(MergedRow {
                        slot,
                        statistics,
                        best: best[slot].clone(),
                        above: above.collect(),
                    });
                }
                start += count;
            }
        }
        out
    }
}

impl Merge<'_> {
    /// The best of a slot over all spans, best first.
    fn best(&self, slot: usize) -> Vec<Candidate> {
        let mut best: Vec<Candidate> =
            self.spans.iter().flat_map(|span| span.best[slot].iter().copied()).collect();
        best.sort_unstable();
        best.truncate(self.context.best);
        best
    }

    /// The logits of the reference's best tokens and of the ranked ones in all rows of the group: exact, and as the screen
    /// has them. Nothing where no row is screened.
    #[inline(always)]
    fn exact_tokens<S: Simd>(
        &self,
        s: S,
        bundle: &Bundle,
        group: Range<usize>,
        best: &[Candidate],
    ) -> ExactTokens {
        let slots = &self.chunk.slots[group.clone()];
        let mut head = ExactTokens {
            tokens: Vec::new(),
            exact: vec![Vec::new(); slots.len()],
            screen: vec![Vec::new(); slots.len()],
        };
        if group.clone().all(|slot| self.prepared.rows[slot].reach.is_none()) {
            return head;
        }
        let ranked = self.context.ranked(&slots[0]).iter().copied();
        let best = best.iter().take(LEAST_CANDIDATES).map(|candidate| token(candidate.0));
        let mut tokens: Vec<u32> = best.chain(ranked.take(LANES)).collect();
        tokens.sort_unstable();
        tokens.dedup();
        for logits in self.context.exact_logits(s, &tokens, slots) {
            let screens = self.screens(s, bundle, &logits);
            for (i, slot) in group.clone().enumerate() {
                let exact = &logits.lanes[i].0[..logits.tokens];
                head.exact[i].extend_from_slice(exact);
                head.screen[i].extend_from_slice(match self.prepared.rows[slot].reach {
                    Some(_) => &screens[bundle.at[slot - bundle.slots.start] * 2].0[..logits.tokens],
                    None => exact,
                });
            }
        }
        head.tokens = tokens;
        head
    }

    /// The screen's logits of the same tokens for all rows of the bundle: every second lane.
    #[inline(always)]
    fn screens<S: Simd>(&self, s: S, bundle: &Bundle, logits: &ExactLogits) -> Vec<Lane> {
        let each = lines(self.context.head.width());
        let mut weights = vec![Line::ZERO; 2 * each];
        split_panel(&logits.panel, &mut weights[..each]);
        let mut out = vec![Lane::ZERO; bundle.filled * 2];
        self.context.screen_with(s, &bundle.tiles, &weights, &mut out, 2, |_| logits.bias.as_ref());
        out
    }

    fn statistics(
        &self,
        slot: usize,
        reference: usize,
        head: &ExactTokens,
        best: &[Candidate],
    ) -> Option<BoundedStatistics> {
        let all = self.chunk.slots.len();
        let sums =
            |slot: usize| self.spans.iter().flat_map(move |span| span.sums.iter().skip(slot).step_by(all));
        let (row, other) = sums::fold_segments(sums(slot), sums(reference))?;
        let side = |sums, slot: usize| BoundedSums { sums, error: self.error(slot) };
        let known = |i: usize| ExactToken {
            exact: head.exact[slot - reference][i],
            screen: head.screen[slot - reference][i],
            reference: Some([head.exact[0][i], head.screen[0][i]]),
        };
        let mut tokens: Vec<ExactToken> = (0..head.tokens.len()).map(known).collect();
        if self.prepared.rows[slot].reach.is_some() {
            let own = best.iter().filter(|best| head.tokens.binary_search(&token(best.0)).is_err());
            tokens.extend(own.map(|best| ExactToken {
                exact: logit(best.0),
                screen: f32::from_bits(best.1),
                reference: None,
            }));
        }
        bounded_statistics(side(&row, slot), side(&other, reference), &tokens, slot == reference)
    }

    /// How far any of the slot's logits can be off.
    fn error(&self, slot: usize) -> f64 {
        let reach = &self.context.reach;
        self.prepared.rows[slot].reach.map_or(0.0, |row| {
            (f64::from(row) * f64::from(reach.largest) + f64::from(reach.slack)) * (1.0 + 1e-6)
        })
    }
}
