//! The head of a pack: its version, its columns' shapes, and the reading without its numbers.

use super::columns::{self, Shape};
use super::{PACK, Stream};
use crate::json::{Parts, frame};
use crate::{Column, Grid, ReadingError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most bytes that a head may have: those of half a million tokens and their texts.
pub(super) const MOST_BYTES: u32 = 1 << 26;

#[derive(Serialize)]
struct Written<'a, F> {
    pack: &'a str,
    top_k: usize,
    columns: Vec<Shape>,
    reading: F,
}

/// Asked before the rest, which another version may shape as it likes.
#[derive(Deserialize)]
struct Version {
    pack: String,
}

#[derive(Deserialize)]
struct Parsed {
    top_k: u32,
    columns: Vec<Shape>,
    reading: Parts,
}

/// The head of `grid`'s pack.
pub(super) fn of(grid: &Grid) -> Result<Vec<u8>, ReadingError> {
    let columns = columns::of(grid).iter().map(|column| column.shape()).collect();
    let head = Written { pack: PACK, top_k: grid.columns.top_k, columns, reading: frame(grid) };
    let bytes = serde_json::to_vec(&head)?;
    match u32::try_from(bytes.len()) {
        Ok(length) if length <= MOST_BYTES => Ok(bytes),
        _ => {
            Err(ReadingError::invalid("the pack's head", format!("at most {MOST_BYTES} bytes"), bytes.len()))
        }
    }
}

/// The head that a stream begins with.
pub(super) fn read(stream: &mut Stream<'_>) -> Result<Vec<u8>, ReadingError> {
    const PLACE: &str = "the pack's head";
    let length = stream.read(PLACE, 4)?;
    let length = length.first_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    if length > MOST_BYTES {
        return Err(ReadingError::invalid(PLACE, format!("at most {MOST_BYTES} bytes"), length));
    }
    stream.read(PLACE, u64::from(length))
}

/// What a head says.
pub(super) struct Head {
    /// The grid without numbers and targets.
    pub(super) grid: Grid,
    /// Candidates per cell.
    pub(super) top_k: usize,
    /// The columns that the pack itself defines; none of a lens reading.
    pub(super) defined: Vec<Column>,
    /// The shapes of the columns that follow.
    pub(super) shapes: Vec<Shape>,
}

/// Reads a head.
pub(super) fn parse(head: &[u8]) -> Result<Head, ReadingError> {
    let Version { pack } = serde_json::from_slice(head)?;
    let ours = pack.strip_prefix(PACK).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if !ours {
        return Err(ReadingError::Schema { found: pack, expected: PACK });
    }
    let Parsed { top_k, columns: shapes, reading } = serde_json::from_slice(head)?;
    if !reading.has_no_cells() {
        return Err(ReadingError::invalid(
            "reading.cells",
            "none: a pack's numbers are in its columns",
            "some",
        ));
    }
    let (is_grid, defined) = reading.definitions();
    let defined = if is_grid { defined.to_vec() } else { Vec::new() };
    if is_grid && defined.is_empty() {
        return Err(ReadingError::invalid("reading.columns", "the definitions of a grid's columns", "none"));
    }
    Ok(Head { grid: reading.frame(BTreeMap::new())?, top_k: top_k as usize, defined, shapes })
}
