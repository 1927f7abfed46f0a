//! Is a grid consistent? Asked before one is written and after one is read, so that no renderer has to.

use crate::columns::Stored;
use crate::known::{TOP_ID, TOP_LOGIT};
use crate::values::Values;
use crate::{Axis, Column, Columns, Grid, Per, Place, Position, Rank, ReadingError, SiteKind, TokenId, Unit};

/// Probabilities are computed as `exp(logit - lse)` and may exceed 1 by rounding.
const PROB_SLACK: f32 = 1e-3;

impl Grid {
    /// Checks that the parts of the grid fit together: lengths, order, ids within the vocabulary, ranks within
    /// `1 ..= V`, candidates best first, targets that are the next tokens.
    ///
    /// Everything that Fathom makes or reads has passed it. The renderers' indexing relies on it.
    pub fn check(&self) -> Result<(), ReadingError> {
        self.check_frame()?;
        self.check_targets()?;
        let cells =
            self.rows.len().checked_mul(self.axis.len()).ok_or_else(|| {
                ReadingError::invalid("cells", "rows × columns to be countable", "an overflow")
            })?;
        let vocabulary = self.info.model.vocabulary;
        self.columns.check_lengths(cells, self.watched.len())?;
        self.columns.check_values(vocabulary).map_err(|(cell, Bad { what, expected, found })| {
            let (row, column) = (cell / self.axis.len(), cell % self.axis.len());
            let place = format!("site {}, {} {}", self.rows[row], self.axis.name(), self.axis.label(column));
            ReadingError::invalid(format!("{place}: {what}"), expected, found)
        })?;
        match self.vocabulary.keys().next_back() {
            Some(id) => check_id("vocabulary", *id, vocabulary),
            None => Ok(()),
        }
    }

    /// All but the targets and the numbers: model, tokens, rows, positions and what is watched.
    pub(crate) fn check_frame(&self) -> Result<(), ReadingError> {
        let model = &self.info.model;
        for (what, number) in [("model.vocabulary", model.vocabulary), ("model.layers", model.layers)] {
            if i32::try_from(number).is_err() {
                return Err(ReadingError::invalid(what, format!("at most {}", i32::MAX), number));
            }
        }
        for (i, token) in self.tokens.iter().enumerate() {
            check_id(&format!("tokens[{i}]"), token.id, model.vocabulary)?;
        }
        if self.rows.is_empty() || self.axis.is_empty() {
            let found = format!("{} rows, {} {}s", self.rows.len(), self.axis.len(), self.axis.name());
            let expected = format!("at least one row and one {}", self.axis.name());
            return Err(ReadingError::invalid("cells", expected, found));
        }
        for &place in &self.rows {
            self.check_place(place, model.layers)?;
        }
        if let Some(pair) = self.rows.windows(2).find(|pair| pair[0].depth() >= pair[1].depth()) {
            return Err(ReadingError::invalid(
                "rows",
                "each site once, in order of depth",
                format!("{} before {}", pair[0], pair[1]),
            ));
        }
        if let Some((before, after)) = self.axis.out_of_order() {
            let (found, name) = (format!("{before} before {after}"), self.axis.name());
            return Err(ReadingError::invalid(
                format!("{name}s"),
                format!("each {name} once, ascending"),
                found,
            ));
        }
        self.check_axis()?;
        self.check_watched()
    }

    /// Everything that the columns name is there.
    fn check_axis(&self) -> Result<(), ReadingError> {
        match &self.axis {
            Axis::Positions(positions) => {
                positions.last().map_or(Ok(()), |&last| self.check_position("positions", last))
            }
            Axis::Spans(spans) => spans.iter().try_for_each(|span| self.check_position("spans", span.last)),
            Axis::Receivers(places) => {
                places.iter().try_for_each(|&place| self.check_place(place, self.info.model.layers))
            }
            Axis::Layers(_) => Ok(()),
        }
    }

    fn check_place(&self, place: Place, layers: u32) -> Result<(), ReadingError> {
        check_site(place, layers)?;
        place.source.map_or(Ok(()), |source| self.check_position(&format!("source of {place}"), source))
    }

    fn check_position(&self, place: &str, position: Position) -> Result<(), ReadingError> {
        if position.index() < self.tokens.len() {
            return Ok(());
        }
        let expected = format!("a position of the {} tokens", self.tokens.len());
        Err(ReadingError::invalid(place, expected, position))
    }

    /// A position's target is the token that came next, or, flagged, the model's choice where none came, if it had one.
    fn check_targets(&self) -> Result<(), ReadingError> {
        let of_target = |column: &Column| column.of_target || column.field().is_some();
        let asks = self.columns.per(Per::Cell).any(|stored| of_target(&stored.column));
        if self.targets.is_empty() && !asks {
            return Ok(());
        }
        check_length("targets", self.positions().len(), self.targets.len())?;
        for (&position, target) in self.positions().iter().zip(&self.targets) {
            let place = format!("target of position {position}");
            if !target.is_argmax || target.id != TokenId::NONE {
                check_id(&place, target.id, self.info.model.vocabulary)?;
            }
            match self.tokens.get(position.index() + 1) {
                Some(next) if next.id != target.id => {
                    return Err(ReadingError::invalid(
                        place,
                        format!("the next token, {}", next.id),
                        target.id,
                    ));
                }
                next if next.is_some() == target.is_argmax => {
                    let expected = !target.is_argmax;
                    let place = format!("{place}: is_argmax");
                    return Err(ReadingError::invalid(place, expected, target.is_argmax));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_watched(&self) -> Result<(), ReadingError> {
        for (i, watched) in self.watched.iter().enumerate() {
            let place = format!("watched[{i}]");
            if watched.ids.is_empty() {
                return Err(ReadingError::invalid(place, "at least one token", "none"));
            }
            for &id in &watched.ids {
                check_id(&place, id, self.info.model.vocabulary)?;
            }
            if let Some(score) = &watched.sequence {
                self.check_position(&format!("{place}.sequence"), score.position)?;
                check_length(
                    &format!("{place}.sequence.logprob_bits"),
                    self.rows.len(),
                    score.logprob_bits.len(),
                )?;
            }
        }
        Ok(())
    }
}

/// What was expected of a value, and what was found.
struct Bad {
    what: String,
    expected: String,
    found: String,
}

impl Columns {
    /// Every column is there that every reading has.
    pub(crate) fn check_reading(&self) -> Result<(), ReadingError> {
        match crate::known::of_every_reading().find(|column| self.find(&column.name).is_err()) {
            Some(missing) => {
                Err(ReadingError::invalid("columns", format!("a column {}", missing.name), "none"))
            }
            None => Ok(()),
        }
    }

    /// Every column has its length for so many cells and watched strings.
    fn check_lengths(&self, cells: usize, watched: usize) -> Result<(), ReadingError> {
        for stored in self.iter() {
            let (name, expected) = (&stored.column.name, stored.column.value_type);
            if stored.values.value_type() != expected {
                let found = format!("{:?}s", stored.values.value_type());
                return Err(ReadingError::invalid(name, format!("{expected:?}s"), found));
            }
            // Saturated, a wrong length stays wrong: no column can be usize::MAX long.
            let each = self.per_cell(stored.column.per, watched);
            check_length(name, cells.saturating_mul(each), stored.values.len())?;
        }
        let unplaced = |stored: &&Stored| stored.column.per != Per::Cell && stored.column.field().is_none();
        if let Some(stored) = self.iter().find(unplaced) {
            let expected =
                "the name of a candidates' column to begin with top_, of a watched tokens' with watch_";
            return Err(ReadingError::invalid("columns", expected, &stored.column.name));
        }
        if self.per(Per::Candidate).next().is_some() && self.get(TOP_ID).is_none() {
            return Err(ReadingError::invalid(
                "columns",
                "a column top_id beside others of candidates",
                "none",
            ));
        }
        Ok(())
    }

    /// Every number is one that its column can hold; lengths have been checked. Else: the cell, and what is wrong there.
    fn check_values(&self, vocabulary: u32) -> Result<(), (usize, Bad)> {
        for stored in self.iter().filter(|stored| stored.column.per != Per::Candidate || self.top_k > 0) {
            let found = bad_value(stored, vocabulary);
            if let Some((index, expected, found)) = found {
                let each = match stored.column.per {
                    Per::Cell => 1,
                    Per::Candidate => self.top_k,
                    Per::Watched => stored.values.len() / self.cells().max(1),
                };
                let what = stored.column.name.replacen('_', " ", 1);
                return Err((index / each.max(1), Bad { what, expected, found }));
            }
        }
        let (Some(ids), Some(logits)) = (self.get(TOP_ID), self.get(TOP_LOGIT)) else { return Ok(()) };
        let mut seen = Vec::with_capacity(self.top_k);
        let cells = ids.chunks_exact(self.top_k.max(1)).zip(logits.chunks_exact(self.top_k.max(1)));
        for (cell, (ids, logits)) in cells.enumerate() {
            let in_cell = |bad| (cell, bad);
            good_order(logits).map_err(in_cell)?;
            if ids.first() == Some(&TokenId::NONE) {
                self.check_blank(cell).map_err(in_cell)?;
                continue;
            }
            seen.clear();
            seen.extend_from_slice(ids);
            good_ids(&mut seen, vocabulary).map_err(in_cell)?;
        }
        Ok(())
    }

    /// How many cells the columns are of.
    fn cells(&self) -> usize {
        self.per(Per::Cell).next().map_or(0, |stored| stored.values.len())
    }

    /// A cell without candidates, in a grid that keeps some, has no number of its own distribution.
    fn check_blank(&self, cell: usize) -> Result<(), Bad> {
        let is_blank = |stored: &Stored| match stored.column.per {
            Per::Cell => stored.values.are_none(cell..cell + 1),
            Per::Candidate => stored.values.are_none(cell * self.top_k..(cell + 1) * self.top_k),
            Per::Watched => true,
        };
        match self.iter().filter(|stored| stored.column.required).all(is_blank) {
            true => Ok(()),
            false => Err(Bad {
                what: "top".into(),
                expected: "candidates, or a cell without any number".into(),
                found: "neither".into(),
            }),
        }
    }
}

/// The first value that its column can't hold: its index, what was expected, what was found.
fn bad_value(stored: &Stored, vocabulary: u32) -> Option<(usize, String, String)> {
    match &stored.values {
        Values::Numbers(numbers) if stored.column.unit == Unit::Probability => {
            // NaN is allowed: it stands for a number that could not be stored.
            let bad = |prob: &f32| !prob.is_nan() && !(0.0..=1.0 + PROB_SLACK).contains(prob);
            let index = numbers.iter().position(bad)?;
            Some((index, "0 to 1".into(), numbers[index].to_string()))
        }
        Values::Numbers(_) => None,
        Values::Ranks(ranks) => {
            let bad = |rank: &Rank| rank.some().is_some_and(|rank| rank.get() > vocabulary);
            let index = ranks.iter().position(bad)?;
            Some((index, format!("1 to {vocabulary}"), ranks[index].to_string()))
        }
        // Candidates are checked cell by cell.
        Values::Tokens(_) if stored.column.per == Per::Candidate => None,
        Values::Tokens(ids) => {
            let index = ids.iter().position(|id| id.some().is_some_and(|id| id.0 >= vocabulary))?;
            Some((index, id_range(vocabulary), format!("token {}", ids[index])))
        }
    }
}

fn bad_top(expected: impl Into<String>, found: String) -> Bad {
    Bad { what: "top".into(), expected: expected.into(), found }
}

fn good_order(logits: &[f32]) -> Result<(), Bad> {
    match logits.windows(2).find(|pair| pair[0] < pair[1]) {
        Some(pair) => Err(bad_top("the largest logit first", format!("{} before {}", pair[0], pair[1]))),
        None => Ok(()),
    }
}

/// In the vocabulary, none twice. Sorts them.
fn good_ids(ids: &mut [TokenId], vocabulary: u32) -> Result<(), Bad> {
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(bad_top("each token once", format!("token {} twice", pair[0])));
    }
    match ids.last() {
        Some(id) if id.0 >= vocabulary => Err(bad_top(id_range(vocabulary), format!("token {id}"))),
        _ => Ok(()),
    }
}

fn check_id(place: &str, id: TokenId, vocabulary: u32) -> Result<(), ReadingError> {
    if id.0 < vocabulary {
        Ok(())
    } else {
        Err(ReadingError::invalid(place, id_range(vocabulary), format!("token {id}")))
    }
}

fn id_range(vocabulary: u32) -> String {
    format!("a token below the vocabulary's size, {vocabulary}")
}

fn check_length(place: &str, expected: usize, found: usize) -> Result<(), ReadingError> {
    if expected == found {
        Ok(())
    } else {
        Err(ReadingError::invalid(place, format!("{expected} values"), found))
    }
}

fn check_site(place: Place, layers: u32) -> Result<(), ReadingError> {
    let site = place.site;
    match site.layer {
        None if site.kind != SiteKind::Embed => {
            Err(ReadingError::invalid(format!("site {site}"), "a layer", "none (-1 is for embed only)"))
        }
        Some(layer) if site.kind == SiteKind::Embed => {
            Err(ReadingError::invalid("site embed", "layer -1", layer))
        }
        Some(layer) if layer.0 >= layers => {
            Err(ReadingError::invalid(format!("site {place}"), format!("a layer below {layers}"), layer))
        }
        _ => Ok(()),
    }
}
