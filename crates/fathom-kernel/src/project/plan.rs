//! How a request is cut into (chunk, span) pairs that threads can take one by one.
//!
//! Two cuts: rows into *chunks* (a few hundred rows, whose states stay in the second cache while the unembedding
//! passes by once), and, where there are too few chunks to keep every thread busy, the vocabulary into *spans* of whole
//! segments. Neither changes a result: a row's numbers depend on its own logits and its reference's, and sums are
//! formed segment by segment (see `sums`).

use crate::projection::Shape;
use std::ops::Range;

/// Most rows that are multiplied and reduced together: their logits for one tile (24 kB) lie in the nearest cache. A
/// group of more rows is cut; each part brings its reference along.
const BUNDLE_ROWS: usize = 64;
/// (Chunk, span) pairs per thread, at least: so that the others can relieve a thread that was held up.
const PAIRS_PER_THREAD: usize = 4;

/// A row of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Its row of the request.
    pub(crate) row: usize,
    /// Its group.
    pub(crate) group: usize,
    /// The slot of its reference, earlier in the same bundle, or its own.
    pub(crate) reference: usize,
    /// False for a reference that only accompanies a later part of its group.
    pub(crate) reported: bool,
}

/// Rows that are processed together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) slots: Vec<Slot>,
    /// Slots of each bundle: whole groups, or a part of one with its reference first.
    pub(crate) bundles: Vec<Range<usize>>,
}

impl Chunk {
    /// Adds one part of a group as a bundle of its own, or to the last bundle if `join`.
    fn push(&mut self, shape: &Shape, group: usize, others: Range<usize>, join: bool) {
        let first = group * shape.rows_per_group;
        let reference = self.slots.len();
        let last = first + shape.rows_per_group - 1;
        self.slots.push(Slot { row: last, group, reference, reported: others.start == 0 });
        self.slots.extend(others.map(|i| Slot { row: first + i, group, reference, reported: true }));
        match self.bundles.last_mut() {
            Some(bundle) if join => bundle.end = self.slots.len(),
            _ => self.bundles.push(reference..self.slots.len()),
        }
    }
}

/// Cuts rows into chunks of about `chunk_rows` rows, at least one bundle each; their number is a multiple of the
/// threads where there are enough bundles, so that equal threads finish together.
pub(crate) fn chunks(shape: &Shape, chunk_rows: usize, threads: usize) -> Vec<Chunk> {
    let bundles = bundles(shape);
    if bundles.is_empty() {
        return Vec::new();
    }
    let rows: usize = bundles.iter().map(|bundle| bundle.slots.len()).sum();
    let wanted = rows.div_ceil(chunk_rows.max(1));
    let wanted = if wanted > 1 { wanted.next_multiple_of(threads.max(1)) } else { wanted };
    let count = wanted.min(bundles.len());

    let mut chunks = Vec::with_capacity(count);
    let mut rest = bundles.into_iter();
    let total = rest.len();
    for i in 0..count {
        let take = total * (i + 1) / count - total * i / count;
        let mut chunk = Chunk::default();
        for bundle in rest.by_ref().take(take) {
            let offset = chunk.slots.len();
            let moved = |slot: Slot| Slot { reference: slot.reference + offset, ..slot };
            chunk.slots.extend(bundle.slots.into_iter().map(moved));
            chunk.bundles.push(offset..chunk.slots.len());
        }
        chunks.push(chunk);
    }
    chunks
}

/// All bundles in order, each as a chunk of its own.
fn bundles(shape: &Shape) -> Vec<Chunk> {
    let rows = shape.rows_per_group;
    let mut bundles: Vec<Chunk> = Vec::new();
    if rows > BUNDLE_ROWS {
        let most = BUNDLE_ROWS - 1;
        for group in 0..shape.groups {
            for first in (0..rows - 1).step_by(most) {
                let mut bundle = Chunk::default();
                bundle.push(shape, group, first..(first + most).min(rows - 1), false);
                bundles.push(bundle);
            }
        }
        return bundles;
    }
    let together = (BUNDLE_ROWS / rows).max(1);
    for first in (0..shape.groups).step_by(together) {
        let mut bundle = Chunk::default();
        for group in first..(first + together).min(shape.groups) {
            bundle.push(shape, group, 0..rows - 1, group > first);
        }
        bundles.push(bundle);
    }
    bundles
}

/// Cuts `segments` into spans, as many as keep `threads` busy with `chunks` chunks.
pub(crate) fn spans(segments: usize, chunks: usize, threads: usize) -> Vec<Range<usize>> {
    let wanted = (threads * PAIRS_PER_THREAD).div_ceil(chunks.max(1));
    let count = if threads == 1 { 1 } else { wanted.clamp(1, segments) };
    (0..count).map(|i| segments * i / count..segments * (i + 1) / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_row_is_reported_once_beside_its_reference(
            groups in 0usize..40, rows_per_group in 1usize..200, chunk_rows in 0usize..400, threads in 1usize..5,
        ) {
            let shape = Shape { groups, rows_per_group, width: 1, vocab: 1, top_k: 1 };
            let mut seen = vec![0; shape.rows()];
            for chunk in chunks(&shape, chunk_rows, threads) {
                prop_assert!(!chunk.bundles.is_empty());
                prop_assert_eq!(chunk.bundles.iter().map(|b| b.len()).sum::<usize>(), chunk.slots.len());
                for bundle in &chunk.bundles {
                    prop_assert!(bundle.len() <= BUNDLE_ROWS);
                    for i in bundle.clone() {
                        let slot = chunk.slots[i];
                        let reference = chunk.slots[slot.reference];
                        prop_assert!(slot.reference <= i && slot.reference >= bundle.start);
                        prop_assert_eq!(reference.row, (slot.group + 1) * rows_per_group - 1);
                        prop_assert_eq!(slot.row / rows_per_group, slot.group);
                        seen[slot.row] += usize::from(slot.reported);
                    }
                }
            }
            prop_assert!(seen.iter().all(|&n| n == 1), "{:?}", seen);
        }

        #[test]
        fn spans_cover_every_segment(segments in 1usize..60, chunks in 1usize..40, threads in 1usize..9) {
            let spans = spans(segments, chunks, threads);
            prop_assert_eq!(spans.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..segments).collect::<Vec<_>>());
            prop_assert!(spans.iter().all(|span| !span.is_empty()));
        }
    }
}
