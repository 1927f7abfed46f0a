//! Is a reading consistent? Asked before one is written and after one is read, so that no renderer has to.

use crate::{Columns, Position, Rank, Reading, ReadingError, Site, SiteKind, TokenId};
use std::ops::Range;

/// Probabilities are computed as `exp(logit - lse)` and may exceed 1 by rounding.
const PROB_SLACK: f32 = 1e-3;

impl Reading {
    /// Checks that the parts of the reading fit together: lengths, order, ids within the vocabulary, ranks within
    /// `1 ..= V`, candidates best first, targets that are the next tokens.
    ///
    /// Everything that Fathom makes or reads has passed it. The renderers' indexing relies on it.
    pub fn check(&self) -> Result<(), ReadingError> {
        self.check_frame()?;
        self.check_targets()?;
        let cells = self.rows.len().checked_mul(self.positions.len()).ok_or_else(|| {
            ReadingError::invalid("cells", "rows × positions to be countable", "an overflow")
        })?;
        let vocabulary = self.info.model.vocabulary;
        self.columns.check_lengths(cells, self.watched.len())?;
        self.columns.check_values(vocabulary).map_err(|(cell, what, expected, found)| {
            let (site, position) =
                (self.rows[cell / self.positions.len()], self.positions[cell % self.positions.len()]);
            ReadingError::invalid(format!("site {site}, position {position}: {what}"), expected, found)
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
        if self.rows.is_empty() || self.positions.is_empty() {
            let found = format!("{} rows, {} positions", self.rows.len(), self.positions.len());
            return Err(ReadingError::invalid("cells", "at least one row and one position", found));
        }
        for &site in &self.rows {
            check_site(site, model.layers)?;
        }
        if let Some(pair) = self.rows.windows(2).find(|pair| pair[0].depth() >= pair[1].depth()) {
            return Err(ReadingError::invalid(
                "rows",
                "each site once, in order of depth",
                format!("{} before {}", pair[0], pair[1]),
            ));
        }
        if let Some(pair) = self.positions.windows(2).find(|pair| pair[0] >= pair[1]) {
            let found = format!("{} before {}", pair[0], pair[1]);
            return Err(ReadingError::invalid("positions", "each position once, ascending", found));
        }
        if let Some(&last) = self.positions.last() {
            self.check_position("positions", last)?;
        }
        self.check_watched()
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
        check_length("targets", self.positions.len(), self.targets.len())?;
        for (&position, target) in self.positions.iter().zip(&self.targets) {
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

/// Cell, column, what was expected, what was found.
type BadValue = (usize, &'static str, String, String);

impl Columns {
    /// Every column has its length for so many cells and watched strings.
    fn check_lengths(&self, cells: usize, watched: usize) -> Result<(), ReadingError> {
        let one = [
            ("target_logit", self.target_logit.len()),
            ("target_prob", self.target_prob.len()),
            ("target_rank", self.target_rank.len()),
            ("entropy_bits", self.entropy_bits.len()),
            ("kl_bits", self.kl_bits.len()),
            ("kl_reverse_bits", self.kl_reverse_bits.len()),
            ("surprisal_bits", self.surprisal_bits.len()),
        ];
        let top = [
            ("top_id", self.top_id.len()),
            ("top_logit", self.top_logit.len()),
            ("top_prob", self.top_prob.len()),
        ];
        let watch = [
            ("watch_logit", self.watch_logit.len()),
            ("watch_prob", self.watch_prob.len()),
            ("watch_rank", self.watch_rank.len()),
        ];
        for (columns, each) in [(&one[..], 1), (&top[..], self.top_k), (&watch[..], watched)] {
            for &(name, length) in columns {
                // Saturated, a wrong length stays wrong: no column can be usize::MAX long.
                check_length(name, cells.saturating_mul(each), length)?;
            }
        }
        Ok(())
    }

    /// Every number is one that its column can hold. Lengths have been checked.
    fn check_values(&self, vocabulary: u32) -> Result<(), BadValue> {
        let watched = self.watch_rank.len() / self.target_rank.len().max(1);
        let mut seen = Vec::with_capacity(self.top_k);
        for cell in 0..self.target_rank.len() {
            let top = cell * self.top_k..(cell + 1) * self.top_k;
            let watch = cell * watched..(cell + 1) * watched;
            let in_cell = |(what, expected, found)| (cell, what, expected, found);
            good_prob("target.prob", self.target_prob[cell]).map_err(in_cell)?;
            good_rank("target.rank", self.target_rank[cell], vocabulary).map_err(in_cell)?;
            for i in watch {
                good_prob("watch prob", self.watch_prob[i]).map_err(in_cell)?;
                good_rank("watch rank", self.watch_rank[i], vocabulary).map_err(in_cell)?;
            }
            for &prob in &self.top_prob[top.clone()] {
                good_prob("top prob", prob).map_err(in_cell)?;
            }
            good_order(&self.top_logit[top.clone()]).map_err(in_cell)?;
            seen.clear();
            seen.extend_from_slice(&self.top_id[top.clone()]);
            if seen.first() == Some(&TokenId::NONE) {
                self.check_blank(cell, top).map_err(in_cell)?;
                continue;
            }
            good_ids(&mut seen, vocabulary).map_err(in_cell)?;
        }
        Ok(())
    }

    /// A cell without candidates, in a reading that keeps some, has no other number.
    fn check_blank(&self, cell: usize, top: Range<usize>) -> Result<(), Bad> {
        let numbers = self.top_logit[top.clone()].iter().chain(&self.top_prob[top.clone()]);
        let sums = [self.entropy_bits[cell], self.target_logit[cell], self.target_prob[cell]];
        let blank = numbers.chain(&sums).all(|number| number.is_nan())
            && self.target_rank[cell] == Rank::NONE
            && self.top_id[top].iter().all(|id| *id == TokenId::NONE);
        match blank {
            true => Ok(()),
            false => Err(("top", "candidates, or a cell without any number".into(), "neither".into())),
        }
    }
}

type Bad = (&'static str, String, String);

fn good_prob(what: &'static str, prob: f32) -> Result<(), Bad> {
    // NaN is allowed: it stands for a number that could not be stored.
    if !prob.is_nan() && !(0.0..=1.0 + PROB_SLACK).contains(&prob) {
        return Err((what, "0 to 1".into(), prob.to_string()));
    }
    Ok(())
}

fn good_rank(what: &'static str, rank: Rank, vocabulary: u32) -> Result<(), Bad> {
    if rank.some().is_some_and(|rank| rank.get() > vocabulary) {
        return Err((what, format!("1 to {vocabulary}"), rank.to_string()));
    }
    Ok(())
}

fn good_order(logits: &[f32]) -> Result<(), Bad> {
    match logits.windows(2).find(|pair| pair[0] < pair[1]) {
        Some(pair) => {
            Err(("top", "the largest logit first".into(), format!("{} before {}", pair[0], pair[1])))
        }
        None => Ok(()),
    }
}

/// In the vocabulary, none twice. Sorts them.
fn good_ids(ids: &mut [TokenId], vocabulary: u32) -> Result<(), Bad> {
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(("top", "each token once".into(), format!("token {} twice", pair[0])));
    }
    match ids.last() {
        Some(id) if id.0 >= vocabulary => Err(("top", id_range(vocabulary), format!("token {id}"))),
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

fn check_site(site: Site, layers: u32) -> Result<(), ReadingError> {
    match site.layer {
        None if site.kind != SiteKind::Embed => {
            Err(ReadingError::invalid(format!("site {site}"), "a layer", "none (-1 is for embed only)"))
        }
        Some(layer) if site.kind == SiteKind::Embed => {
            Err(ReadingError::invalid("site embed", "layer -1", layer))
        }
        Some(layer) if layer.0 >= layers => {
            Err(ReadingError::invalid(format!("site {site}"), format!("a layer below {layers}"), layer))
        }
        _ => Ok(()),
    }
}
