//! The rows of a chunk as screening sees them: which are screened, and where their states lie.

use super::context::Context;
use super::split::{Line, ROWS, lines, split_rows};
use crate::project::packed::Packed;
use crate::project::plan::Chunk;
use crate::project::top::Floor;
use std::ops::Range;

/// A slot's row.
pub(super) struct PreparedRow {
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

    pub(super) fn new(
        context: &Context<'_>,
        chunk: &Chunk,
        slots: Range<usize>,
        rows: &[PreparedRow],
        most: usize,
    ) -> Bundle {
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
