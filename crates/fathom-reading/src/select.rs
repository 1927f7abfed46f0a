//! A part of a grid.

use crate::{Grid, Per, Watched};

impl Grid {
    /// The same grid with only these of its watched strings (indices into [`Grid::watched`]), in this order.
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
    pub fn with_watched(&self, kept: &[usize]) -> Grid {
        let all = self.watched.len();
        let mut grid = self.clone();
        grid.watched = kept.iter().map(|&index| self.watched[index].clone()).collect::<Vec<Watched>>();
        grid.columns = self.columns.map(all, |stored, each| match stored.column.per {
            Per::Watched => stored.values.pick(each, kept),
            _ => stored.values.clone(),
        });
        grid
    }

    /// The same grid with only these of its rows and positions (indices into [`Grid::rows`] and
    /// its columns, both ascending). The numbers stay as they were: KL is still to the model's last layer.
    ///
    /// ```
    /// let reading = fathom_reading::Reading::example();
    /// let part = reading.select(&[0, 2], &[4]);
    /// assert_eq!((part.rows.len(), part.positions().len()), (2, 1));
    /// assert_eq!(part.cell(1, 0).target(), reading.cell(2, 4).target());
    /// ```
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn select(&self, rows: &[usize], columns: &[usize]) -> Grid {
        let all = self.axis.len();
        let cells: Vec<usize> =
            rows.iter().flat_map(|row| columns.iter().map(move |column| row * all + column)).collect();
        let mut watched = self.watched.clone();
        for score in watched.iter_mut().filter_map(|watched| watched.sequence.as_mut()) {
            score.logprob_bits = rows.iter().map(|&row| score.logprob_bits[row]).collect();
        }
        let targets = columns.iter().filter_map(|&column| self.targets.get(column).copied());
        Grid {
            info: self.info.clone(),
            tokens: self.tokens.clone(),
            rows: rows.iter().map(|&row| self.rows[row]).collect(),
            axis: self.axis.select(columns),
            targets: targets.collect(),
            watched,
            columns: self
                .columns
                .map(self.watched.len(), |stored, each| stored.values.of_cells(each, &cells)),
            vocabulary: self.vocabulary.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Reading;

    #[test]
    fn a_part_holds_the_same_numbers() {
        let reading = Reading::example();
        let (rows, positions) = ([1, 3], [0, 2, 4]);
        let part = reading.select(&rows, &positions);
        for (i, &row) in rows.iter().enumerate() {
            for (j, &position) in positions.iter().enumerate() {
                let (mine, theirs) = (part.cell(i, j), reading.cell(row, position));
                assert_eq!((mine.place(), mine.position()), (theirs.place(), theirs.position()));
                assert_eq!(mine.target(), theirs.target());
                assert_eq!(mine.target_is_argmax(), theirs.target_is_argmax());
                assert!(mine.top().eq(theirs.top()) && mine.watch().eq(theirs.watch()));
                for (mine_of, theirs_of) in part.columns.colours().zip(reading.columns.colours()) {
                    assert_eq!(mine.number(mine_of), theirs.number(theirs_of));
                }
            }
        }
        let whole: Vec<f32> =
            rows.iter().map(|&r| reading.watched[2].sequence.as_ref().unwrap().logprob_bits[r]).collect();
        assert_eq!(part.watched[2].sequence.as_ref().unwrap().logprob_bits, whole);
        let everything = reading.select(&[0, 1, 2, 3, 4], &[0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(everything, reading);
    }
}
