//! The head of a pack: its version, its columns' shapes, and the reading without its numbers.

use super::columns::{self, Shape};
use super::{PACK, Stream};
use crate::json::{Parts, frame};
use crate::{Reading, ReadingError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most bytes that a head may have: those of half a million tokens and their texts.
pub(super) const MOST_BYTES: u32 = 1 << 26;

#[derive(Serialize)]
struct Head<'a, F> {
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

/// The head of `reading`'s pack.
pub(super) fn of(reading: &Reading) -> Result<Vec<u8>, ReadingError> {
    let columns = columns::of(reading).iter().map(|column| column.shape()).collect();
    let head = Head { pack: PACK, top_k: reading.columns.top_k, columns, reading: frame(reading) };
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

/// The reading without numbers and targets, candidates a cell, and the shapes of the columns that follow.
pub(super) fn parse(head: &[u8]) -> Result<(Reading, usize, Vec<Shape>), ReadingError> {
    let Version { pack } = serde_json::from_slice(head)?;
    let ours = pack.strip_prefix(PACK).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if !ours {
        return Err(ReadingError::Schema { found: pack, expected: PACK });
    }
    let Parsed { top_k, columns, reading } = serde_json::from_slice(head)?;
    if !reading.has_no_cells() {
        return Err(ReadingError::invalid(
            "reading.cells",
            "none: a pack's numbers are in its columns",
            "some",
        ));
    }
    Ok((reading.frame(BTreeMap::new())?, top_k as usize, columns))
}
