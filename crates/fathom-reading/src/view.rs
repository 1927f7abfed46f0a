//! Questions that more than one renderer asks of a reading.

use crate::{Cell, Grid, Origin, Place, Position, Token, Watched};
use std::borrow::Cow;

impl Grid {
    /// The row of `place`, if there is one.
    pub fn row_of(&self, place: impl Into<Place>) -> Option<usize> {
        let depth = place.into().depth();
        self.rows.binary_search_by_key(&depth, |row| row.depth()).ok()
    }

    /// The deepest row: in a whole reading the model's own output, against which KL is measured; in a part of one
    /// ([`Grid::select`]) merely the deepest kept. 0 for a grid without rows.
    pub fn last_row(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// The cells of one row, by position.
    ///
    /// # Panics
    /// If there are positions but no such row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = Cell<'_>> {
        (0..self.axis.len()).map(move |column| self.cell(row, column))
    }

    /// The cells of one position, from the first row down to the last.
    ///
    /// # Panics
    /// If there are rows but no such column.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = Cell<'_>> {
        (0..self.rows.len()).map(move |row| self.cell(row, column))
    }

    /// The token at `position`, whose hidden state was read.
    pub fn token_at(&self, position: Position) -> Option<&Token> {
        self.tokens.get(position.index())
    }

    /// The token that came after `position`, if one did.
    pub fn next_token(&self, position: Position) -> Option<&Token> {
        self.tokens.get(position.index() + 1)
    }

    /// The text of a column's target: as it stands in the run where the token came next (so that a character spread
    /// over tokens is whole), on its own where it is the model's choice.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn target_text(&self, column: usize) -> Cow<'_, str> {
        match self.next_token(self.positions()[column]) {
            Some(token) => Cow::Borrowed(&token.text),
            None => self.text_of(self.targets[column].id),
        }
    }

    /// The blank: the last position before the output, where the first output token is (or would be) predicted.
    /// `None` for a run of no tokens.
    pub fn blank(&self) -> Option<Position> {
        let last = self.prompt_len().checked_sub(1)?;
        u32::try_from(last).ok().map(Position)
    }

    /// The columns whose targets are output tokens: the columns of the article's rankings figure.
    pub fn output_columns(&self) -> Vec<usize> {
        let is_output =
            |position| self.next_token(position).is_some_and(|token| token.origin == Origin::Output);
        (0..self.positions().len()).filter(|&column| is_output(self.positions()[column])).collect()
    }
}

impl Watched {
    /// What must be said beside the numbers of a string of several tokens; `None` for a single token.
    pub fn note(&self) -> Option<String> {
        let several = self.ids.len();
        (several > 1).then(|| format!("{several} tokens: ranks and probabilities are those of the first"))
    }
}
