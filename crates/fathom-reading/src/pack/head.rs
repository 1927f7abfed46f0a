//! The head of a pack: its version, its columns' shapes, and the reading without its numbers.

use super::PACK;
use super::columns::{self, Shape};
use crate::json::{Parts, frame};
use crate::{Reading, ReadingError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    Ok(serde_json::to_vec(&head)?)
}

/// The head, and what follows it.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), ReadingError> {
    let too_short = |found: usize, needed: usize| {
        ReadingError::invalid("the pack's head", format!("{needed} bytes"), format!("{found}"))
    };
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(|| too_short(bytes.len(), 4))?;
    let length = u32::from_le_bytes(*length) as usize;
    rest.split_at_checked(length).ok_or_else(|| too_short(rest.len(), length))
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
