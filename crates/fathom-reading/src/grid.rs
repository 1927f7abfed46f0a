//! The grid itself: tokens, rows, columns, and a typed view of each cell.

use crate::columns::{Key, Stored};
use crate::known::*;
use crate::{Axis, Columns, Info, Place, Position, Rank, Token, TokenId};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a position is asked about: the token that came next, or where none came, the model's own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The token; [`TokenId::NONE`] where no next token exists and the last layer has no best one.
    pub id: TokenId,
    /// True where no next token exists and the last layer's top-1 stands in: left out of surprisal sums.
    pub is_argmax: bool,
}

/// A string the user watches, resolved to tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// What was asked for, e.g. ` is`.
    pub text: String,
    /// Its tokens: one, or several for a string that is no single token. The columns hold the first one's numbers.
    pub ids: Vec<TokenId>,
    /// For several tokens: how likely the whole string is, by teacher forcing, at one position.
    pub sequence: Option<SequenceScore>,
}

/// The probability of a watched string of several tokens after one position.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceScore {
    /// The position whose next tokens the string would be.
    pub position: Position,
    /// Per row: sum over the string's tokens of `log2 p(token | all before)`, in bits (negative or 0).
    pub logprob_bits: Vec<f32>,
}

/// The shape of every result: rows of places in the network, an axis of columns, and cells that hold a distribution (a
/// target, candidates, watched tokens), numbers with a name, or both. See [`Columns`] for the layout of the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// What it is, and who made it: model, lens, precision and sampling.
    pub info: Info,
    /// The run's tokens, all of them, `t[0..T)`.
    pub tokens: Vec<Token>,
    /// What the rows are about, in order of depth: of a reading, the sites that were projected.
    pub rows: Vec<Place>,
    /// What the columns are about: of a reading, the positions read.
    pub axis: Axis,
    /// One target per position; none where nothing is asked of a position.
    pub targets: Vec<Target>,
    /// The watched strings, in the order asked.
    pub watched: Vec<Watched>,
    /// The numbers.
    pub columns: Columns,
    /// Text of every token that is named in this grid but may not occur in `tokens` (candidates, targets, watched): on
    /// its own, with bytes that are no whole character written `⟨E2⟩`.
    pub vocabulary: BTreeMap<TokenId, String>,
}

/// What a lens saw at every row (site) and position of one run: a [`Grid`] that has every column of
/// [`known::of_every_reading`](crate::known::of_every_reading), and a target per position.
pub type Reading = Grid;

/// A candidate of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopCandidate {
    /// The token.
    pub id: TokenId,
    /// Its logit.
    pub logit: f32,
    /// Its probability.
    pub prob: f32,
}

/// The numbers of one token (a target or a watched one) in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WatchedScore {
    /// The token.
    pub id: TokenId,
    /// Its logit.
    pub logit: f32,
    /// Its probability.
    pub prob: f32,
    /// Its rank.
    pub rank: Rank,
}

/// One cell of a grid: a borrowed view, cheap to copy. What a grid has no column for is NaN, none or empty.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    grid: &'a Grid,
    row: usize,
    pub(crate) column: usize,
}

impl Grid {
    /// The cell at `row` (index into `rows`) and `column` (index into `positions`).
    ///
    /// # Panics
    /// If either is out of range.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        assert!(row < self.rows.len() && column < self.axis.len(), "no cell ({row}, {column})");
        Cell { grid: self, row, column }
    }

    /// Every cell, row by row.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.rows.len())
            .flat_map(move |row| (0..self.axis.len()).map(move |column| Cell { grid: self, row, column }))
    }

    /// The positions that the columns stand for, ascending; none where they stand for something else.
    pub fn positions(&self) -> &[Position] {
        match &self.axis {
            Axis::Positions(positions) => positions,
            _ => &[],
        }
    }

    /// The column of `position`, if it was read.
    pub fn column_of(&self, position: Position) -> Option<usize> {
        self.positions().binary_search(&position).ok()
    }

    /// Whether a lens made it: whether it has all that a reading has.
    pub fn is_reading(&self) -> bool {
        let has = |column: &crate::Column| self.columns.find(&column.name).is_ok();
        self.targets.len() == self.positions().len() && !self.axis.is_empty() && of_every_reading().all(has)
    }

    /// Whether any cell has a number. See [`Columns`].
    pub fn has_numbers(&self) -> bool {
        self.columns.iter().any(|stored| !stored.values.are_none(0..stored.values.len()))
    }

    /// The text of a token that this grid names; `⟨id 17⟩` for one that it does not, `(none)` for no token.
    pub fn text(&self, id: TokenId) -> String {
        self.text_of(id).into_owned()
    }

    /// As [`Reading::text`], borrowed where it can be.
    pub fn text_of(&self, id: TokenId) -> Cow<'_, str> {
        match self.vocabulary.get(&id) {
            Some(text) => Cow::Borrowed(text),
            None if id == TokenId::NONE => Cow::Borrowed("(none)"),
            None => Cow::Owned(format!("⟨id {id}⟩")),
        }
    }

    /// Number of tokens before the first output token: specials and prompt.
    pub fn prompt_len(&self) -> usize {
        self.tokens.iter().take_while(|token| token.origin != crate::Origin::Output).count()
    }
}

impl<'a> Cell<'a> {
    pub(crate) fn index(self) -> usize {
        self.row * self.grid.axis.len() + self.column
    }

    /// The cell's value of a known column with one value per cell; none where its grid has no such column.
    pub fn get<T: crate::values::Value>(self, key: Key<T>) -> T {
        self.grid.columns.get(key).map_or(T::NONE, |values| values[self.index()])
    }

    /// What the cell's row is about.
    pub fn place(self) -> Place {
        self.grid.rows[self.row]
    }

    /// The cell's position.
    ///
    /// # Panics
    /// In a grid whose columns are not positions.
    pub fn position(self) -> Position {
        self.grid.positions()[self.column]
    }

    /// The name of the cell's column: its position, in most grids.
    pub fn column_label(self) -> String {
        self.grid.axis.label(self.column)
    }

    /// The cell's number of a column of its grid ([`Columns::find`]) with one value per cell; a rank as a number.
    pub fn number(self, stored: &Stored) -> f32 {
        stored.values.number(self.index())
    }

    /// The target's numbers.
    pub fn target(self) -> WatchedScore {
        WatchedScore {
            id: self.grid.targets.get(self.column).map_or(TokenId::NONE, |target| target.id),
            logit: self.get(TARGET_LOGIT),
            prob: self.get(TARGET_PROB),
            rank: self.get(TARGET_RANK),
        }
    }

    /// True where the target is the last layer's best, as no token came next.
    pub fn target_is_argmax(self) -> bool {
        self.grid.targets.get(self.column).is_some_and(|target| target.is_argmax)
    }

    /// The best candidates, best first; none in a cell without numbers.
    pub fn top(self) -> impl ExactSizeIterator<Item = TopCandidate> + 'a {
        let columns = &self.grid.columns;
        let k = columns.top_k;
        let cell = self.index() * k..(self.index() + 1) * k;
        let ids = columns.get(TOP_ID).map_or(&[][..], |ids| &ids[cell.clone()]);
        let kept = match ids.first() {
            Some(&TokenId::NONE) | None => &[],
            Some(_) => ids,
        };
        let number = move |key, at: usize| columns.get(key).map_or(f32::NAN, |values: &[f32]| values[at]);
        kept.iter().zip(cell).map(move |(&id, at)| TopCandidate {
            id,
            logit: number(TOP_LOGIT, at),
            prob: number(TOP_PROB, at),
        })
    }

    /// The watched tokens' numbers, in the order of [`Grid::watched`].
    pub fn watch(self) -> impl ExactSizeIterator<Item = WatchedScore> + 'a {
        let (columns, watched) = (&self.grid.columns, &self.grid.watched);
        let start = self.index() * watched.len();
        let number = move |key, at: usize| columns.get(key).map_or(f32::NAN, |values: &[f32]| values[at]);
        watched.iter().enumerate().map(move |(w, asked)| WatchedScore {
            id: asked.ids[0],
            logit: number(WATCH_LOGIT, start + w),
            prob: number(WATCH_PROB, start + w),
            rank: columns.get(WATCH_RANK).map_or(Rank::NONE, |ranks| ranks[start + w]),
        })
    }

    /// Entropy of the cell's distribution.
    pub fn entropy_bits(self) -> f32 {
        self.get(ENTROPY_BITS)
    }

    /// `KL(p_last ‖ p)`.
    pub fn kl_bits(self) -> f32 {
        self.get(KL_BITS)
    }

    /// `-log2 p[target]`.
    pub fn surprisal_bits(self) -> f32 {
        self.get(SURPRISAL_BITS)
    }
}
