//! What the spans of a chunk share: which rows are screened, their states as tiles, and the logits that are to be ranked.

use super::context::Context;
use super::rows::{Bundle, PreparedRow};
use super::worth_screening::Sample;
use crate::project::plan::{Chunk, Slot};
use crate::project::top::Floor;
use crate::simd::{Job, Simd};
use std::ops::Range;

/// The preparation, as work for an instruction set.
pub(super) struct Prepare<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) chunk: &'a Chunk,
}

/// Its result.
pub(super) struct Prepared {
    /// For each slot.
    pub(super) rows: Vec<PreparedRow>,
    pub(super) bundles: Vec<Bundle>,
    /// Whether any row is screened.
    pub(super) any: bool,
}

impl Job for Prepare<'_> {
    type Out = Prepared;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Prepared {
        let Prepare { context, chunk } = self;
        let row = |slot: &Slot| PreparedRow {
            reach: context.reach.row(context.state(slot)),
            ranked: Vec::new(),
            floor: Floor::default(),
        };
        let mut rows: Vec<PreparedRow> = chunk.slots.iter().map(row).collect();
        self.rank(s, &mut rows);
        let bundle = |rows: &[PreparedRow], slots: &Range<usize>| {
            Bundle::new(context, chunk, slots.clone(), rows, S::ROWS)
        };
        let mut bundles: Vec<Bundle> = chunk.bundles.iter().map(|slots| bundle(&rows, slots)).collect();
        if context.selective {
            let sample = Sample::new(context);
            for one in &mut bundles {
                if sample.drop_rows(s, one, &mut rows) {
                    *one = bundle(&rows, &one.slots);
                }
            }
        }
        let any = bundles.iter().any(|bundle| bundle.screened > 0);
        Prepared { rows, bundles, any }
    }
}

impl Prepare<'_> {
    /// The exact logits of each group's ranked tokens in its rows.
    #[inline(always)]
    fn rank<S: Simd>(&self, s: S, rows: &mut [PreparedRow]) {
        let slots = &self.chunk.slots;
        let mut start = 0;
        while start < slots.len() {
            let reference = slots[start].reference;
            let count = slots[start..].iter().take_while(|slot| slot.reference == reference).count();
            let group = start..start + count;
            for logits in
                self.context.exact_logits(s, self.context.ranked(&slots[start]), &slots[group.clone()])
            {
                for (row, lane) in rows[group.clone()].iter_mut().zip(&logits.lanes) {
                    row.ranked.extend_from_slice(&lane.0[..logits.tokens]);
                }
            }
            start += count;
        }
    }
}
