//! Exact logits where the screen leaves something undecided.

use super::best::Best;
use super::context::Context;
use super::rows::PreparedRow;
use crate::micro_kernel::MAX_ROWS;
use crate::product::{multiply_pairs, multiply_rows};
use crate::project::plan::Chunk;
use crate::project::sums::Sums;
use crate::simd::{LANES, Lane, Simd};

/// A panel that must be computed exactly for a row.
pub(super) struct UndecidedPanel {
    pub(super) panel: usize,
    pub(super) slot: usize,
    /// The screen's logits.
    pub(super) screen: Lane,
}

/// What is known of each slot so far.
pub(super) struct SpanState<'a> {
    /// Over the present segment.
    pub(super) sums: Vec<Sums>,
    pub(super) best: Vec<Best<'a>>,
    /// For each ranked logit of each slot the number of tokens with a larger one.
    pub(super) above: Vec<Vec<u32>>,
}

/// Decides what screens left open.
pub(super) struct Exact<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) chunk: &'a Chunk,
    pub(super) rows: &'a [PreparedRow],
}

impl Exact<'_> {
    /// Computes the undecided panels, corrects the counts, offers the candidates, and leaves nothing undecided.
    #[inline(always)]
    pub(super) fn decide<S: Simd>(
        &self,
        s: S,
        undecided: &mut Vec<UndecidedPanel>,
        state: &mut SpanState<'_>,
    ) {
        // A row's tokens must be offered by ascending id.
        undecided.sort_unstable_by_key(|undecided| (undecided.panel, undecided.slot));
        let head = self.context.head;
        let mut out = [Lane::ZERO; MAX_ROWS];
        let mut rest = &undecided[..];
        while let Some(first) = rest.first() {
            let same =
                rest.iter().take(S::ROWS).take_while(|undecided| undecided.panel == first.panel).count();
            let count = if same > S::PAIRS { same } else { rest.len().min(S::PAIRS) };
            let (now, later) = rest.split_at(count);
            let row = |undecided: &UndecidedPanel| self.context.state(&self.chunk.slots[undecided.slot]);
            if same >= count {
                let mut rows: [&[f32]; MAX_ROWS] = [&[]; MAX_ROWS];
                now.iter().zip(&mut rows).for_each(|(undecided, to)| *to = row(undecided));
                let panel = head.panel(first.panel);
                multiply_rows(s, head, panel, head.bias(first.panel), &rows[..count], &mut out);
            } else {
                let mut pairs: [(usize, &[f32]); MAX_ROWS] = [(0, &[]); MAX_ROWS];
                now.iter()
                    .zip(&mut pairs)
                    .for_each(|(undecided, to)| *to = (undecided.panel, row(undecided)));
                multiply_pairs(s, head, &pairs[..count], &mut out);
            }
            for (undecided, exact) in now.iter().zip(&mut out) {
                self.correct(s, undecided, exact, state);
            }
            rest = later;
        }
        undecided.clear();
    }

    #[inline(always)]
    fn correct<S: Simd>(
        &self,
        s: S,
        undecided: &UndecidedPanel,
        exact: &mut Lane,
        state: &mut SpanState<'_>,
    ) {
        let first = undecided.panel * LANES;
        let tokens = (self.context.head.vocab() - first).min(LANES);
        exact.0[tokens..].fill(f32::NEG_INFINITY);
        let row = &self.rows[undecided.slot];
        let error = self.context.error(s, row.reach.unwrap_or(0.0), undecided.panel);
        let (true_, least) = (s.load(&exact.0), s.sub(s.load(&undecided.screen.0), error));
        for (&logit, above) in row.ranked.iter().zip(&mut state.above[undecided.slot]) {
            let logit = s.splat(logit);
            // Never below 0: what is taken off was counted in this very tile.
            *above += s.above(true_, logit).count_ones();
            *above -= s.above(least, logit).count_ones();
        }
        state.best[undecided.slot].offer(s, first as u32, exact, &undecided.screen);
    }
}
