//! A part of a reading.

use crate::{Columns, Reading, Watched};

impl Reading {
    /// The same reading with only these of its watched strings (indices into [`Reading::watched`]), in this order.
    ///
    /// ```
    /// let reading = fathom_reading::Reading::example();
    /// let one = reading.with_watched(&[1]);
    /// assert_eq!(one.watched.len(), 1);
    /// assert_eq!(one.cell(0, 0).watch().next(), reading.cell(0, 0).watch().nth(1));
    /// ```
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn with_watched(&self, kept: &[usize]) -> Reading {
        let all = self.watched.len();
        let mut reading = self.clone();
        reading.watched = kept.iter().map(|&index| self.watched[index].clone()).collect::<Vec<Watched>>();
        let columns = &self.columns;
        reading.columns.watch_logit = pick(&columns.watch_logit, all, kept);
        reading.columns.watch_prob = pick(&columns.watch_prob, all, kept);
        reading.columns.watch_rank = pick(&columns.watch_rank, all, kept);
        reading
    }

    /// The same reading with only these of its rows and positions (indices into [`Reading::rows`] and
    /// [`Reading::positions`], both ascending). The numbers stay as they were: KL is still to the model's last layer.
    ///
    /// ```
    /// let reading = fathom_reading::Reading::example();
    /// let part = reading.select(&[0, 2], &[4]);
    /// assert_eq!((part.rows.len(), part.positions.len()), (2, 1));
    /// assert_eq!(part.cell(1, 0).target(), reading.cell(2, 4).target());
    /// ```
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn select(&self, rows: &[usize], positions: &[usize]) -> Reading {
        let all = self.positions.len();
        let cells: Vec<usize> =
            rows.iter().flat_map(|row| positions.iter().map(move |position| row * all + position)).collect();
        let mut watched = self.watched.clone();
        for score in watched.iter_mut().filter_map(|watched| watched.sequence.as_mut()) {
            score.logprob_bits = rows.iter().map(|&row| score.logprob_bits[row]).collect();
        }
        let columns = &self.columns;
        Reading {
            info: self.info.clone(),
            tokens: self.tokens.clone(),
            rows: rows.iter().map(|&row| self.rows[row]).collect(),
            positions: positions.iter().map(|&position| self.positions[position]).collect(),
            targets: positions.iter().map(|&position| self.targets[position]).collect(),
            watched,
            columns: columns.of_cells(&cells, self.watched.len()),
            vocabulary: self.vocabulary.clone(),
        }
    }
}

impl Columns {
    /// The numbers of these cells, with `watched` tokens each.
    fn of_cells(&self, cells: &[usize], watched: usize) -> Columns {
        let k = self.top_k;
        Columns {
            target_logit: take(&self.target_logit, 1, cells),
            target_prob: take(&self.target_prob, 1, cells),
            target_rank: take(&self.target_rank, 1, cells),
            entropy_bits: take(&self.entropy_bits, 1, cells),
            kl_bits: take(&self.kl_bits, 1, cells),
            kl_reverse_bits: take(&self.kl_reverse_bits, 1, cells),
            surprisal_bits: take(&self.surprisal_bits, 1, cells),
            top_k: k,
            top_id: take(&self.top_id, k, cells),
            top_logit: take(&self.top_logit, k, cells),
            top_prob: take(&self.top_prob, k, cells),
            watch_logit: take(&self.watch_logit, watched, cells),
            watch_prob: take(&self.watch_prob, watched, cells),
            watch_rank: take(&self.watch_rank, watched, cells),
        }
    }
}

/// Of a column with `each` values a cell, those of `cells`.
fn take<T: Copy>(column: &[T], each: usize, cells: &[usize]) -> Vec<T> {
    cells.iter().flat_map(|cell| column[cell * each..(cell + 1) * each].iter().copied()).collect()
}

/// Of a column with `all` values a cell, those at `kept`.
fn pick<T: Copy>(column: &[T], all: usize, kept: &[usize]) -> Vec<T> {
    column.chunks_exact(all.max(1)).flat_map(|cell| kept.iter().map(|&index| cell[index])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_holds_the_same_numbers() {
        let reading = Reading::example();
        let (rows, positions) = ([1, 3], [0, 2, 4]);
        let part = reading.select(&rows, &positions);
        for (i, &row) in rows.iter().enumerate() {
            for (j, &position) in positions.iter().enumerate() {
                let (mine, theirs) = (part.cell(i, j), reading.cell(row, position));
                assert_eq!((mine.site(), mine.position()), (theirs.site(), theirs.position()));
                assert_eq!(mine.target(), theirs.target());
                assert_eq!(mine.target_is_argmax(), theirs.target_is_argmax());
                assert!(mine.top().eq(theirs.top()) && mine.watch().eq(theirs.watch()));
                let numbers = |cell: crate::Cell<'_>| {
                    [cell.entropy_bits(), cell.kl_bits(), cell.kl_reverse_bits(), cell.surprisal_bits()]
                };
                assert_eq!(numbers(mine), numbers(theirs));
            }
        }
        let whole: Vec<f32> =
            rows.iter().map(|&r| reading.watched[2].sequence.as_ref().unwrap().logprob_bits[r]).collect();
        assert_eq!(part.watched[2].sequence.as_ref().unwrap().logprob_bits, whole);
        let everything = reading.select(&[0, 1, 2, 3, 4], &[0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(everything, reading);
    }
}
