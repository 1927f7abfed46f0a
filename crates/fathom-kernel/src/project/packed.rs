//! A bundle's states, in the order in which the product reads them.

use crate::micro_kernel::{MAX_ROWS, RowBlock, block_sizes, pack_block, share_of_prefetch};
use crate::product::multiply_block;
use crate::simd::{Lane, Simd};
use crate::unembedding::{TileWeights, Unembedding};
use std::ops::Range;

/// Panels that a block of rows is multiplied with at once.
const WIDE: usize = 3;

/// A bundle's states, packed in blocks: `[d][rows of the block]` each.
pub(crate) struct Packed {
    /// Where the rows are in their chunk.
    pub(crate) slots: Range<usize>,
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

    /// The same rows, in these slots of a chunk.
    pub(crate) fn in_slots(self, slots: Range<usize>) -> Packed {
        Packed { slots, ..self }
    }

    /// Each block with its first row within the bundle.
    #[inline(always)]
    pub(crate) fn blocks(&self, width: usize) -> impl Iterator<Item = (usize, RowBlock<'_>)> {
        let mut row = 0;
        self.sizes.iter().map(move |&rows| {
            let start = row;
            row += rows;
            (start, RowBlock { values: &self.values[start * width..row * width], rows })
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
    pub(crate) fn multiply<S: Simd>(
        &self,
        s: S,
        head: &Unembedding,
        tile: &TileWeights<'_>,
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
            let soon = share_of_prefetch(soon, at..end, count);
            for (row, block) in self.blocks(head.width()) {
                let soon = share_of_prefetch(soon, row..row + block.rows, self.rows());
                multiply_block(
                    s,
                    head,
                    tile,
                    few.clone(),
                    block,
                    soon,
                    &mut out[row * stride + at..],
                    stride,
                );
            }
        }
    }
}
