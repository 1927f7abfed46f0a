//! Exact logits where the screen leaves something undecided.

use super::Context;
use super::item::State;
use super::ready::Row;
use crate::blocked::plan::Chunk;
use crate::product::{product_of_pairs, product_of_rows};
use crate::simd::{LANES, Lane, Simd};

/// A panel that must be computed exactly for a row.
pub(super) struct Wanted {
    pub(super) panel: usize,
    pub(super) slot: usize,
    /// The screen's logits.
    pub(super) screen: Lane,
}

/// Most rows at a time.
const MOST: usize = 8;

/// Decides.
pub(super) struct Exact<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) chunk: &'a Chunk,
    pub(super) rows: &'a [Row],
}

impl Exact<'_> {
    /// Computes what is wanted, corrects the counts, offers the candidates, and leaves nothing wanted.
    #[inline(always)]
    pub(super) fn decide<S: Simd>(&self, s: S, wanted: &mut Vec<Wanted>, state: &mut State<'_>) {
        // A row's tokens must be offered by ascending id.
        wanted.sort_unstable_by_key(|wanted| (wanted.panel, wanted.slot));
        let head = self.context.head;
        let mut out = [Lane::ZERO; MOST];
        let mut rest = &wanted[..];
        while let Some(first) = rest.first() {
            let same = rest.iter().take(S::ROWS).take_while(|wanted| wanted.panel == first.panel).count();
            let count = if same > S::PAIRS { same } else { rest.len().min(S::PAIRS) };
            let (now, later) = rest.split_at(count);
            let row = |wanted: &Wanted| self.context.state(&self.chunk.slots[wanted.slot]);
            if same >= count {
                let mut rows: [&[f32]; MOST] = [&[]; MOST];
                now.iter().zip(&mut rows).for_each(|(wanted, to)| *to = row(wanted));
                let panel = head.panel(first.panel);
                product_of_rows(s, head, panel, head.bias(first.panel), &rows[..count], &mut out);
            } else {
                let mut pairs: [(usize, &[f32]); MOST] = [(0, &[]); MOST];
                now.iter().zip(&mut pairs).for_each(|(wanted, to)| *to = (wanted.panel, row(wanted)));
                product_of_pairs(s, head, &pairs[..count], &mut out);
            }
            for (wanted, exact) in now.iter().zip(&mut out) {
                self.correct(s, wanted, exact, state);
            }
            rest = later;
        }
        wanted.clear();
    }

    #[inline(always)]
    fn correct<S: Simd>(&self, s: S, wanted: &Wanted, exact: &mut Lane, state: &mut State<'_>) {
        let first = wanted.panel * LANES;
        let tokens = (self.context.head.vocab() - first).min(LANES);
        exact.0[tokens..].fill(f32::NEG_INFINITY);
        let row = &self.rows[wanted.slot];
        let error = self.context.error(s, row.reach.unwrap_or(0.0), wanted.panel);
        let (true_, least) = (s.load(&exact.0), s.sub(s.load(&wanted.screen.0), error));
        for (&logit, above) in row.ranked.iter().zip(&mut state.above[wanted.slot]) {
            let logit = s.splat(logit);
            // Never below 0: what is taken off was counted in this very tile.
            *above += s.above(true_, logit).count_ones();
            *above -= s.above(least, logit).count_ones();
        }
        state.best[wanted.slot].offer(s, first as u32, exact, &wanted.screen);
    }
}
