//! The entries of an uncompressed zip archive: where each lies in the file. Nothing is unpacked, so nothing can swell.
//!
//! Our own reading, because a tensor should be borrowed from the map where it lies; `torch.save` stores its entries as
//! they are, each at a multiple of 64 bytes. Checksums are not verified: that would read gigabytes before the first token.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use crate::FormatError;
use crate::error::shown;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";
const LOCATOR64_BYTES: usize = 20;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
/// The extra field that holds what 32 bits can't.
const EXTRA64: u16 = 1;

/// An archive's entries, by name.
pub(super) type Archive<'a> = HashMap<&'a str, Range<usize>>;

/// Reads the central directory.
pub(super) fn entries<'a>(file: &Path, bytes: &'a [u8]) -> Result<Archive<'a>, FormatError> {
    let bad = |message: String| FormatError::BadZip { file: file.to_owned(), message };
    let (count, start) = directory(bytes).ok_or_else(|| bad("it has no directory at its end".to_owned()))?;
    let mut rest = bytes.get(start..).unwrap_or_default();
    // A count is a claim; what is there is bounded by the file.
    let mut entries = HashMap::new();
    for number in 0..count {
        let (name, range, after) =
            entry(bytes, rest).map_err(|why| bad(format!("entry {number} of {count}: {why}")))?;
        if entries.insert(name, range).is_some() {
            return Err(bad(format!("it has two entries {}", shown(name))));
        }
        rest = after;
    }
    Ok(entries)
}

/// How many entries there are, and where the first is described.
fn directory(bytes: &[u8]) -> Option<(u64, usize)> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    // A comment of up to 64 kB may follow the end record.
    let first = last.saturating_sub(usize::from(u16::MAX));
    let at = (first..=last).rev().find(|&at| {
        bytes[at..].starts_with(END) && u16_at(bytes, at + 20).map(usize::from) == Some(last - at)
    })?;
    if let Some(locator) = at.checked_sub(LOCATOR64_BYTES)
        && bytes[locator..].starts_with(LOCATOR64)
    {
        let end64 = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
        let record = bytes.get(end64..).filter(|record| record.starts_with(END64))?;
        return Some((u64_at(record, 32)?, usize::try_from(u64_at(record, 48)?).ok()?));
    }
    Some((u64::from(u16_at(bytes, at + 10)?), u32_at(bytes, at + 16)? as usize))
}

type Described<'a> = (&'a str, Range<usize>, &'a [u8]);

/// The entry that `at` begins with: its name, where its bytes lie, and what follows its description.
fn entry<'a>(bytes: &[u8], at: &'a [u8]) -> Result<Described<'a>, String> {
    let cut = || "its description is cut off".to_owned();
    if at.len() < ENTRY_BYTES || !at.starts_with(ENTRY) {
        return Err(cut());
    }
    let half = |offset| u16_at(at, offset).unwrap_or_default();
    let word = |offset| u64::from(u32_at(at, offset).unwrap_or_default());
    let (name, extra, comment) = (usize::from(half(28)), usize::from(half(30)), usize::from(half(32)));
    let text = at.get(ENTRY_BYTES..ENTRY_BYTES + name).ok_or_else(cut)?;
    let text = std::str::from_utf8(text).map_err(|_| "its name is not UTF-8".to_owned())?;
    let fields = at.get(ENTRY_BYTES + name..ENTRY_BYTES + name + extra).ok_or_else(cut)?;
    let after = at.get(ENTRY_BYTES + name + extra + comment..).ok_or_else(cut)?;
    let (flags, method) = (half(8), half(10));
    if flags & 1 != 0 || method != 0 {
        return Err(format!("{} is compressed or encrypted, expected it stored as it is", shown(text)));
    }
    let [size, packed, offset] = widened([word(24), word(20), word(42)], fields).ok_or_else(cut)?;
    if size != packed {
        return Err(format!("{} is stored in {packed} bytes but has {size}", shown(text)));
    }
    let range = data(bytes, offset, size);
    let range =
        range.ok_or_else(|| format!("{} does not lie within the file; it is cut off", shown(text)))?;
    Ok((text, range, after))
}

/// The sizes and the offset, taken from the zip64 field where 32 bits are all ones.
fn widened(mut values: [u64; 3], mut fields: &[u8]) -> Option<[u64; 3]> {
    const FULL: u64 = u32::MAX as u64;
    while values.contains(&FULL) {
        let (kind, length) = (u16_at(fields, 0)?, usize::from(u16_at(fields, 2)?));
        let body = fields.get(4..4 + length)?;
        if kind == EXTRA64 {
            let mut wide = body.chunks_exact(8);
            for value in values.iter_mut().filter(|value| **value == FULL) {
                *value = u64_at(wide.next()?, 0)?;
            }
            break;
        }
        fields = &fields[4 + length..];
    }
    Some(values)
}

/// Where the bytes lie, which only the header in front of them knows.
fn data(bytes: &[u8], offset: u64, size: u64) -> Option<Range<usize>> {
    let header = bytes.get(usize::try_from(offset).ok()?..).filter(|header| header.starts_with(LOCAL))?;
    let names = usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
    let start = usize::try_from(offset).ok()?.checked_add(LOCAL_BYTES + names)?;
    let end = start.checked_add(usize::try_from(size).ok()?)?;
    (end <= bytes.len()).then_some(start..end)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
