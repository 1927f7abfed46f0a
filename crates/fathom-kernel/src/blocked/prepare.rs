//! What all spans of a chunk share: its states in the order in which the product reads them, and the logits that are to
//! be ranked.

use super::plan::{Chunk, Slot};
use super::top::Floor;
use crate::product::{
    Block, MAX_ROWS, block_sizes, gather_panel, pack_block, product, product_of_gathered, share,
};
use crate::projection::Projection;
use crate::simd::{Job, LANES, Lane, Simd};
use crate::unembedding::{Tile, Unembedding};
use std::ops::Range;

/// The preparation, as work for an instruction set.
pub(super) struct Prepare<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) request: &'a Projection<'a>,
    pub(super) chunk: &'a Chunk,
}

/// Its result.
pub(super) struct Prepared {
    pub(super) bundles: Vec<Packed>,
    /// For each slot the logits of its group's ranked tokens; none where the slot is not reported.
    pub(super) ranked: Vec<Vec<f32>>,
    /// For each slot what its spans tell one another about its candidates.
    pub(super) floor: Vec<Floor>,
}

/// Panels that a block of rows is multiplied with at once.
const WIDE: usize = 3;

/// A bundle's states, packed in blocks: `[d][rows of the block]` each.
pub(crate) struct Packed {
    pub(super) slots: Range<usize>,
    values: Vec<f32>,
    sizes: Vec<usize>,
}

impl Packed {
    /// Rows of `width` in blocks of at most `most`, as slots from 0 on.
    pub(crate) fn new<'a>(
        mut rows: impl ExactSizeIterator<Item = &'a [f32]>,
        width: usize,
        most: usize,
    ) -> Packed {
        let slots = 0..rows.len();
        let sizes: Vec<usize> = block_sizes(rows.len(), most.min(MAX_ROWS)).collect();
        let mut values = Vec::with_capacity(rows.len() * width);
        for &size in &sizes {
            pack_block(rows.by_ref().take(size), width, &mut values);
        }
        Packed { slots, values, sizes }
    }

    /// Each block with its first row within the bundle.
    #[inline(always)]
    pub(super) fn blocks(&self, width: usize) -> impl Iterator<Item = (usize, Block<'_>)> {
        let mut row = 0;
        self.sizes.iter().map(move |&rows| {
            let start = row;
            row += rows;
            (start, Block { values: &self.values[start * width..row * width], rows })
        })
    }

    /// Rows.
    pub(crate) fn rows(&self) -> usize {
        self.slots.len()
    }

    /// The rows' finished logits for some panels, whose weights `tile` has: row `m`'s for the `p`-th go to
    /// `out[m * stride + p]`. On the way `soon` is asked for from memory.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)] // a kernel's operands, all of them small
    pub(crate) fn times<S: Simd>(
        &self,
        s: S,
        head: &Unembedding,
        tile: &Tile<'_>,
        panels: Range<usize>,
        soon: &[Lane],
        out: &mut [Lane],
        stride: usize,
    ) {
        let count = panels.len();
        // Panels outside, rows inside: a few panels are used by all rows of the bundle while they are near.
        for at in (0..count).step_by(WIDE) {
            let end = (at + WIDE).min(count);
            let few = panels.start + at..panels.start + end;
            let soon = share(soon, at..end, count);
            for (row, block) in self.blocks(head.width()) {
                let soon = share(soon, row..row + block.rows, self.rows());
                product(s, head, tile, few.clone(), block, soon, &mut out[row * stride + at..], stride);
            }
        }
    }
}

impl Job for Prepare<'_> {
    type Out = Prepared;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Prepared {
        let mut ranked = vec![Vec::new(); self.chunk.slots.len()];
        let mut bundles = Vec::with_capacity(self.chunk.bundles.len());
        for slots in &self.chunk.bundles {
            let bundle = self.pack(slots.clone(), S::ROWS);
            self.rank(s, &bundle, &mut ranked);
            bundles.push(bundle);
        }
        Prepared { bundles, ranked, floor: self.chunk.slots.iter().map(|_| Floor::default()).collect() }
    }
}

impl Prepare<'_> {
    fn pack(&self, slots: Range<usize>, most: usize) -> Packed {
        let width = self.head.width();
        let row = |slot: &Slot| &self.request.states[slot.row * width..][..width];
        Packed { slots: slots.clone(), ..Packed::new(self.chunk.slots[slots].iter().map(row), width, most) }
    }

    /// The logits of each slot's ranked tokens, by the same chains as all others. Tokens of all the bundle's groups
    /// share panels, sixteen at a time.
    #[inline(always)]
    fn rank<S: Simd>(&self, s: S, bundle: &Packed, ranked: &mut [Vec<f32>]) {
        let slots = &self.chunk.slots;
        let mut wanted: Vec<(usize, u32)> = Vec::new();
        for slot in slots[bundle.slots.clone()]
            .iter()
            .enumerate()
            .filter(|(i, slot)| slot.reference == bundle.slots.start + i)
        {
            let tokens = self.request.ranked.get(slot.1.group).map_or(&[][..], Vec::as_slice);
            wanted.extend(tokens.iter().map(|&token| (slot.1.group, token)));
        }
        let mut panel = Vec::new();
        let mut out = [Lane::ZERO; MAX_ROWS];
        for wanted in wanted.chunks(LANES) {
            let bias = gather_panel(self.head, wanted.iter().map(|&(_, token)| token), &mut panel);
            let (first_group, last_group) = (wanted[0].0, wanted[wanted.len() - 1].0);
            for (first, block) in bundle.blocks(self.head.width()) {
                let rows = bundle.slots.start + first..bundle.slots.start + first + block.rows;
                if slots[rows.end - 1].group < first_group || slots[rows.start].group > last_group {
                    continue;
                }
                product_of_gathered(s, self.head, &panel, bias.as_ref(), block, &mut out);
                for (i, lane) in rows.zip(&out) {
                    if slots[i].reported {
                        let own =
                            wanted.iter().zip(&lane.0).filter(|((group, _), _)| *group == slots[i].group);
                        ranked[i].extend(own.map(|(_, &logit)| logit));
                    }
                }
            }
        }
    }
}
