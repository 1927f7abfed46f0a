//! What will be projected, checked before anything is computed.

use crate::{LensError, ReadOptions};
use fathom_model::{Model, Run};
use fathom_reading::{Layer, Position, Site};

/// Rows and columns of a reading to be.
pub(crate) struct Plan {
    /// The sites projected, in order of depth: the rows, then the last layer where it is not the last row already.
    pub(crate) sites: Vec<Site>,
    /// How many of them are rows of the reading.
    pub(crate) rows: usize,
    /// The positions read, ascending.
    pub(crate) positions: Vec<Position>,
}

impl Plan {
    pub(crate) fn new(model: &Model, run: &Run, options: &ReadOptions) -> Result<Plan, LensError> {
        let sites = options.rows.clone().unwrap_or_else(|| (0..model.layers()).map(after).collect());
        let mut sites = sorted(sites, |site| site.depth());
        let rows = sites.len();
        let last = run.states.last();
        if sites.last() != Some(&last) {
            sites.push(last);
        }
        let tokens = run.tokens.len();
        let positions = options.positions.clone();
        let positions = positions.unwrap_or_else(|| (0..tokens as u32).map(Position).collect());
        let positions = sorted(positions, |position| *position);
        for (what, count) in [("tokens", tokens), ("rows", rows), ("positions", positions.len())] {
            if count == 0 {
                return Err(LensError::Nothing { what });
            }
        }
        let mut asked = positions.iter().chain(&options.watch_at);
        match asked.find(|asked| asked.index() >= tokens) {
            Some(&asked) => Err(LensError::Position { asked, tokens }),
            None => Ok(Plan { sites, rows, positions }),
        }
    }

    /// Number of cells of the reading.
    pub(crate) fn cells(&self) -> usize {
        self.rows * self.positions.len()
    }
}

fn after(layer: u32) -> Site {
    Site::after(Layer(layer))
}

/// Ascending, each once.
fn sorted<T: PartialEq, K: Ord>(mut values: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    values.sort_by_key(key);
    values.dedup();
    values
}
