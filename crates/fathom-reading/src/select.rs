//! A part of a reading.

use crate::{Reading, Watched};

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
}

/// Of a column with `all` values a cell, those at `kept`.
fn pick<T: Copy>(column: &[T], all: usize, kept: &[usize]) -> Vec<T> {
    column.chunks_exact(all.max(1)).flat_map(|cell| kept.iter().map(|&index| cell[index])).collect()
}
