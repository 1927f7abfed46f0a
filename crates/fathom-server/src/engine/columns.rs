//! The columns of a reading, read as the run grows.

use super::run::{Deadline, STATES_STEP};
use crate::problem::Problem;
use fathom::lens::Lens;
use fathom::reading::{LensKind, Position, ProjectionKind, Reading, Site, TokenId};
use fathom::{Model, ReadOptions, Run};
use std::sync::Arc;

/// What is read at every position, and what has been.
pub(crate) struct Columns {
    lens: LensKind,
    projection: ProjectionKind,
    /// The rows of every column.
    rows: Vec<Site>,
    /// Candidates kept a cell.
    top_k: usize,
    /// The words watched, and their tokens.
    words: Vec<String>,
    watched: Vec<Vec<TokenId>>,
    /// Where words of several tokens are scored as a whole: the last prompt token.
    at: Position,
    parts: Vec<Reading>,
    read: usize,
}

impl Columns {
    /// Nothing read yet. `words` are resolved on `model`.
    pub(crate) fn new(
        model: &Model,
        lens: LensKind,
        rows: Vec<Site>,
        (top_k, words): (usize, Vec<String>),
        at: Position,
    ) -> Result<Columns, Problem> {
        let ids = |word: &String| Ok(fathom::lens::resolve(model, word)?.ids);
        let watched: Result<Vec<_>, fathom::LensError> = words.iter().map(ids).collect();
        let watched = watched.map_err(fathom::Error::from)?;
        let projection = ProjectionKind::F32;
        Ok(Columns { lens, projection, rows, top_k, words, watched, at, parts: Vec::new(), read: 0 })
    }

    /// The same through this projection.
    pub(crate) fn projected(self, projection: ProjectionKind) -> Columns {
        Columns { projection, ..self }
    }

    /// The numbers of these tokens alone.
    pub(crate) fn of_ids(lens: LensKind, rows: Vec<Site>, watched: Vec<TokenId>) -> Columns {
        let (at, watched) = (Position(u32::MAX), watched.into_iter().map(|id| vec![id]).collect());
        let projection = ProjectionKind::F32;
        Columns {
            lens,
            projection,
            rows,
            top_k: 0,
            words: Vec::new(),
            watched,
            at,
            parts: Vec::new(),
            read: 0,
        }
    }

    /// How many positions have been read.
    pub(crate) fn read(&self) -> usize {
        self.read
    }

    /// Reads the next block of positions, up to `most` in all.
    pub(crate) fn advance(
        &mut self,
        model: &Model,
        run: &Run,
        most: usize,
        deadline: &Arc<Deadline>,
    ) -> Result<&Reading, Problem> {
        let block = (STATES_STEP / self.rows.len().max(1)).max(1);
        let until = most.min(self.read + block);
        let here = self.read <= self.at.index() && self.at.index() < until;
        // A word of several tokens costs a run of its own: once is enough, the other blocks take its first token.
        let (watch, watch_ids) = match here {
            true => (self.words.clone(), Vec::new()),
            false => (Vec::new(), self.watched.iter().map(|ids| ids[0]).collect()),
        };
        let options = ReadOptions {
            rows: Some(self.rows.clone()),
            positions: Some((self.read as u32..until as u32).map(Position).collect()),
            top_k: self.top_k,
            watch,
            watch_ids,
            watch_at: here.then_some(self.at),
            projection: self.projection,
            part: true,
            not_finite: self.parts.last().and_then(|part| part.info.not_finite),
            control: deadline.control(),
        };
        let mut part = Lens::new(self.lens).read(model, run, &options).map_err(fathom::Error::from)?;
        for (watched, (word, ids)) in part.watched.iter_mut().zip(self.words.iter().zip(&self.watched)) {
            watched.text.clone_from(word);
            watched.ids.clone_from(ids);
        }
        self.read = until;
        self.parts.push(part);
        // Just pushed.
        Ok(&self.parts[self.parts.len() - 1])
    }

    /// The whole reading, all its positions read: refused where no cell has a number.
    pub(crate) fn finish(
        self,
        model: &Model,
        run: &Run,
        deadline: &Arc<Deadline>,
    ) -> Result<Reading, Problem> {
        let mut reading = Reading::join(&self.parts).map_err(fathom::Error::from)?;
        if let Some(met) = reading.info.not_finite {
            // The parts have seen beginnings of the run; what they met was first as far as it had come.
            let first =
                model.first_not_finite(&run.tokens, &deadline.control()).map_err(fathom::Error::from)?;
            reading.info.not_finite = Some(first.map_or(met, |first| first.first(met)));
        }
        match reading.info.not_finite {
            Some(place) if !reading.has_numbers() => {
                Err(fathom::Error::from(fathom::LensError::NotFinite(place)).into())
            }
            _ => Ok(reading),
        }
    }
}
