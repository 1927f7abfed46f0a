//! Which rows go through one product together.

use fathom_kernel::Shape;

/// Rows of one product. The reference of each is among them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Chunk {
    /// By their number in the request.
    pub(super) rows: Vec<usize>,
    /// Where each row's reference is in `rows`.
    pub(super) references: Vec<u32>,
    /// Whether it is this chunk that tells of the row: a reference goes through with every piece of its group.
    pub(super) reported: Vec<bool>,
}

impl Chunk {
    /// Adds rows of a group, the last of which is its reference.
    fn push(&mut self, rows: impl IntoIterator<Item = (usize, bool)>) {
        for (row, reported) in rows {
            self.rows.push(row);
            self.reported.push(reported);
        }
        let reference = self.rows.len().saturating_sub(1) as u32;
        self.references.resize(self.rows.len(), reference);
    }
}

/// Chunks of at most `most` rows (at least 2): several groups, or a part of one with its reference.
pub(super) fn plan(shape: &Shape, most: usize) -> Vec<Chunk> {
    let each = shape.rows_per_group;
    let mut chunks = Vec::new();
    let mut open = Chunk::default();
    for group in 0..shape.groups {
        let rows = group * each..(group + 1) * each;
        if each > most {
            let reference = rows.end - 1;
            let others: Vec<usize> = (rows.start..reference).collect();
            let pieces = others.chunks(most - 1);
            let last = pieces.len() - 1;
            for (i, piece) in pieces.enumerate() {
                let mut chunk = Chunk::default();
                let piece = piece.iter().map(|row| (*row, true));
                chunk.push(piece.chain(std::iter::once((reference, i == last))));
                chunks.push(chunk);
            }
            continue;
        }
        if open.rows.len() + each > most {
            chunks.push(std::mem::take(&mut open));
        }
        open.push(rows.map(|row| (row, true)));
    }
    if !open.rows.is_empty() {
        chunks.push(open);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_told_of_once_beside_its_reference() {
        for (groups, rows_per_group, most) in
            [(0, 3, 4), (1, 1, 2), (7, 1, 3), (5, 3, 8), (3, 9, 4), (2, 4, 4), (2, 5, 2)]
        {
            let shape = Shape { groups, rows_per_group, width: 1, vocab: 1, top_k: 0 };
            let mut told = vec![0; shape.rows()];
            for chunk in plan(&shape, most) {
                assert!(!chunk.rows.is_empty() && chunk.rows.len() <= most, "{chunk:?}");
                assert_eq!(chunk.rows.len(), chunk.references.len());
                for (i, &row) in chunk.rows.iter().enumerate() {
                    let reference = chunk.rows[chunk.references[i] as usize];
                    assert_eq!(reference, (row / rows_per_group + 1) * rows_per_group - 1);
                    told[row] += usize::from(chunk.reported[i]);
                }
            }
            assert!(told.iter().all(|times| *times == 1), "{groups} x {rows_per_group} by {most}: {told:?}");
        }
    }
}
