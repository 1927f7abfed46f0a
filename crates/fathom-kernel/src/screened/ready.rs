//! What the spans of a chunk share: which rows are screened, their states as tiles, and the logits that are to be ranked.

use super::Context;
use super::decide::Sample;
use super::split::{Line, ROWS, lines, split_rows};
use crate::blocked::plan::{Chunk, Slot};
use crate::blocked::prepare::Packed;
use crate::blocked::top::Floor;
use crate::product::{gather_panel, product_of_rows};
use crate::simd::{Job, LANES, Lane, Simd};
use std::ops::Range;

/// The preparation, as work for an instruction set.
pub(super) struct Prepare<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) chunk: &'a Chunk,
}

/// Its result.
pub(super) struct Ready {
    /// For each slot.
    pub(super) rows: Vec<Row>,
    pub(super) bundles: Vec<Bundle>,
    /// Whether any row is screened.
    pub(super) any: bool,
}

/// A slot's row.
pub(super) struct Row {
    /// `reach(h)` of [`super::bound`]; `None` where the row is computed exactly.
    pub(super) reach: Option<f32>,
    /// The logits of its group's ranked tokens.
    pub(super) ranked: Vec<f32>,
    /// What its spans tell one another about its candidates.
    pub(super) floor: Floor,
}

/// The rows of a bundle, in the order in which their logits lie: screened ones first, as tiles, then exact ones, as blocks.
pub(super) struct Bundle {
    pub(super) slots: Range<usize>,
    /// Where each slot's logits lie.
    pub(super) at: Vec<usize>,
    /// States of the screened rows, 16 a tile; [`lines`] each.
    pub(super) tiles: Vec<Line>,
    /// How many rows are screened.
    pub(super) screened: usize,
    /// Rows that the tiles take.
    pub(super) filled: usize,
    /// The exact rows.
    pub(super) exact: Packed,
}

impl Bundle {
    /// Rows of logits.
    pub(super) fn rows(&self) -> usize {
        self.filled + self.exact.rows()
    }

    fn new(context: &Context<'_>, chunk: &Chunk, slots: Range<usize>, rows: &[Row], most: usize) -> Bundle {
        let width = context.head.width();
        let (screened, exact): (Vec<usize>, Vec<usize>) =
            slots.clone().partition(|&slot| rows[slot].reach.is_some());
        let filled = screened.len().next_multiple_of(ROWS);
        let mut at = vec![0; slots.len()];
        for (row, &slot) in screened.iter().enumerate() {
            at[slot - slots.start] = row;
        }
        for (row, &slot) in exact.iter().enumerate() {
            at[slot - slots.start] = filled + row;
        }
        let state = |&slot: &usize| context.state(&chunk.slots[slot]);
        let mut tiles = vec![Line::ZERO; filled / ROWS * lines(width)];
        for (slots, out) in screened.chunks(ROWS).zip(tiles.chunks_exact_mut(lines(width))) {
            split_rows(slots.iter().map(state), out);
        }
        let exact = Packed::new(exact.iter().map(state), width, most);
        Bundle { slots, at, tiles, screened: screened.len(), filled, exact }
    }
}

impl Job for Prepare<'_> {
    type Out = Ready;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Ready {
        let Prepare { context, chunk } = self;
        let row = |slot: &Slot| Row {
            reach: context.reach.row(context.state(slot)),
            ranked: Vec::new(),
            floor: Floor::default(),
        };
        let mut rows: Vec<Row> = chunk.slots.iter().map(row).collect();
        self.rank(s, &mut rows);
        let bundle =
            |rows: &[Row], slots: &Range<usize>| Bundle::new(context, chunk, slots.clone(), rows, S::ROWS);
        let mut bundles: Vec<Bundle> = chunk.bundles.iter().map(|slots| bundle(&rows, slots)).collect();
        if context.decides {
            let sample = Sample::new(context);
            for one in &mut bundles {
                if sample.drop_rows(s, one, &mut rows) {
                    *one = bundle(&rows, &one.slots);
                }
            }
        }
        let any = bundles.iter().any(|bundle| bundle.screened > 0);
        Ready { rows, bundles, any }
    }
}

impl Prepare<'_> {
    /// The exact logits of each group's ranked tokens in its rows.
    #[inline(always)]
    fn rank<S: Simd>(&self, s: S, rows: &mut [Row]) {
        let slots = &self.chunk.slots;
        let mut start = 0;
        while start < slots.len() {
            let reference = slots[start].reference;
            let count = slots[start..].iter().take_while(|slot| slot.reference == reference).count();
            let group = start..start + count;
            for logits in self.context.logits_of(s, self.context.ranked(&slots[start]), &slots[group.clone()])
            {
                for (row, lane) in rows[group.clone()].iter_mut().zip(&logits.lanes) {
                    row.ranked.extend_from_slice(&lane.0[..logits.tokens]);
                }
            }
            start += count;
        }
    }
}

/// The exact logits of up to 16 tokens for some rows.
pub(super) struct Logits {
    /// Tokens.
    pub(super) tokens: usize,
    /// Their weights: `[d]`
    pub(super) panel: Vec<Lane>,
    /// Their biases.
    pub(super) bias: Option<Lane>,
    /// One lane of logits for each row.
    pub(super) lanes: Vec<Lane>,
}

impl Context<'_> {
    /// The exact logits of `tokens` in the rows of `slots`, 16 tokens at a time.
    #[inline(always)]
    pub(super) fn logits_of<S: Simd>(&self, s: S, tokens: &[u32], slots: &[Slot]) -> Vec<Logits> {
        let one = |tokens: &[u32]| {
            let mut panel = Vec::new();
            let bias = gather_panel(self.head, tokens.iter().copied(), &mut panel);
            let mut lanes = vec![Lane::ZERO; slots.len()];
            for (slots, out) in slots.chunks(S::ROWS).zip(lanes.chunks_mut(S::ROWS)) {
                let mut rows: [&[f32]; 8] = [&[]; 8];
                slots.iter().zip(&mut rows).for_each(|(slot, row)| *row = self.state(slot));
                product_of_rows(s, self.head, &panel, bias.as_ref(), &rows[..slots.len()], out);
            }
            Logits { tokens: tokens.len(), panel, bias, lanes }
        };
        tokens.chunks(LANES).map(one).collect()
    }
}
