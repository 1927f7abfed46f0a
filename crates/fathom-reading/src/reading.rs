//! The reading itself: tokens, rows, positions, and a typed view of each cell.

use crate::{Columns, Info, Position, Rank, Site, Token, TokenId};
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

/// What the lens saw at every row (site) and position of one run. See [`Columns`] for the layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Model, lens, precision and sampling.
    pub info: Info,
    /// The run's tokens, all of them, `t[0..T)`.
    pub tokens: Vec<Token>,
    /// The projected sites, in order of depth: the figure's rows.
    pub rows: Vec<Site>,
    /// The positions read, ascending: the figure's columns.
    pub positions: Vec<Position>,
    /// One target a position.
    pub targets: Vec<Target>,
    /// The watched strings, in the order asked.
    pub watched: Vec<Watched>,
    /// The numbers.
    pub columns: Columns,
    /// Text of every token that is named in this reading but may not occur in `tokens` (candidates, targets,
    /// watched): on its own, with bytes that are no whole character written `⟨E2⟩`.
    pub vocabulary: BTreeMap<TokenId, String>,
}

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

/// One cell of a reading: a borrowed view, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    reading: &'a Reading,
    row: usize,
    column: usize,
}

impl Reading {
    /// The cell at `row` (index into `rows`) and `column` (index into `positions`).
    ///
    /// # Panics
    /// If either is out of range.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        assert!(row < self.rows.len() && column < self.positions.len(), "no cell ({row}, {column})");
        Cell { reading: self, row, column }
    }

    /// Every cell, row by row.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.rows.len()).flat_map(move |row| {
            (0..self.positions.len()).map(move |column| Cell { reading: self, row, column })
        })
    }

    /// The column of `position`, if it was read.
    pub fn column_of(&self, position: Position) -> Option<usize> {
        self.positions.binary_search(&position).ok()
    }

    /// Whether any cell has a number: a distribution of its own. See [`Columns`].
    pub fn has_numbers(&self) -> bool {
        self.columns.entropy_bits.iter().any(|bits| !bits.is_nan())
    }

    /// The text of a token that this reading names; `⟨id 17⟩` for one that it does not, `(none)` for no token.
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
    fn index(self) -> usize {
        self.row * self.reading.positions.len() + self.column
    }

    /// The cell's row, as a site.
    pub fn site(self) -> Site {
        self.reading.rows[self.row]
    }

    /// The cell's position.
    pub fn position(self) -> Position {
        self.reading.positions[self.column]
    }

    /// The target's numbers.
    pub fn target(self) -> WatchedScore {
        let columns = &self.reading.columns;
        let i = self.index();
        WatchedScore {
            id: self.reading.targets[self.column].id,
            logit: columns.target_logit[i],
            prob: columns.target_prob[i],
            rank: columns.target_rank[i],
        }
    }

    /// True where the target is the last layer's best, as no token came next.
    pub fn target_is_argmax(self) -> bool {
        self.reading.targets[self.column].is_argmax
    }

    /// The best candidates, best first; none in a cell without numbers.
    pub fn top(self) -> impl ExactSizeIterator<Item = TopCandidate> + 'a {
        let columns = &self.reading.columns;
        let start = self.index() * columns.top_k;
        let kept =
            columns.top_id[start..start + columns.top_k].first().map_or(0, |first| match first.some() {
                Some(_) => columns.top_k,
                None => 0,
            });
        (start..start + kept).map(move |i| TopCandidate {
            id: columns.top_id[i],
            logit: columns.top_logit[i],
            prob: columns.top_prob[i],
        })
    }

    /// The watched tokens' numbers, in the order of [`Reading::watched`].
    pub fn watch(self) -> impl ExactSizeIterator<Item = WatchedScore> + 'a {
        let (columns, watched) = (&self.reading.columns, &self.reading.watched);
        let start = self.index() * watched.len();
        watched.iter().enumerate().map(move |(w, asked)| WatchedScore {
            id: asked.ids[0],
            logit: columns.watch_logit[start + w],
            prob: columns.watch_prob[start + w],
            rank: columns.watch_rank[start + w],
        })
    }

    /// Entropy of the cell's distribution.
    pub fn entropy_bits(self) -> f32 {
        self.reading.columns.entropy_bits[self.index()]
    }

    /// `KL(p_last ‖ p)`.
    pub fn kl_bits(self) -> f32 {
        self.reading.columns.kl_bits[self.index()]
    }

    /// `KL(p ‖ p_last)`.
    pub fn kl_reverse_bits(self) -> f32 {
        self.reading.columns.kl_reverse_bits[self.index()]
    }

    /// `-log2 p[target]`.
    pub fn surprisal_bits(self) -> f32 {
        self.reading.columns.surprisal_bits[self.index()]
    }
}
