//! The header of a safetensors file: a length (u64, little-endian), then JSON.
//!
//! Our own reading of it, because the `safetensors` crate (0.8) lets the last of two tensors of one name win
//! silently, and adds up offsets unchecked (a debug build panics on a header whose tensors claim 2^64 bytes).

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::dtype::READABLE_SAFETENSORS;
use crate::error::{shortened, shown, shown_shape};
use crate::table::{Entry, checked_range, checked_shape, refuse_overlaps};
use crate::{Dtype, FormatError, sniff};

/// The largest header read: the format's own limit.
pub(crate) const MAX_HEADER: u64 = 100_000_000;
const MAX_RANK: usize = 8;
const LENGTH_BYTES: usize = 8;

/// What `__metadata__` says: free text by free keys.
pub(super) type Notes = BTreeMap<String, String>;

/// Reads and checks one file; the entries' file number is `number`.
pub(super) fn parse(file: &Path, number: usize, bytes: &[u8]) -> Result<(Vec<Entry>, Notes), FormatError> {
    let (json, data_start) = json_part(file, bytes)?;
    let raw: RawHeader = serde_json::from_str(json)
        .map_err(|error| FormatError::BadHeader { file: file.to_owned(), message: shortened(&error) })?;
    let entries = raw
        .tensors
        .into_iter()
        .map(|(name, info)| info.check(file, number, name, data_start, bytes.len()))
        .collect::<Result<Vec<_>, _>>()?;
    refuse_unclaimed(file, &entries, data_start..bytes.len())?;
    Ok((entries, raw.notes))
}

/// The JSON text and where the data after it start.
fn json_part<'a>(file: &Path, bytes: &'a [u8]) -> Result<(&'a str, usize), FormatError> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(FormatError::Truncated {
            file: file.to_owned(),
            place: "the header's length".to_owned(),
            offset: 0,
            needed: LENGTH_BYTES as u64,
            available: bytes.len() as u64,
        });
    };
    let length = u64::from_le_bytes(*length);
    // A real header starts with a brace: without one this is some other kind of file, and its "length" means nothing.
    if rest.first().is_some_and(|&byte| byte != b'{') {
        return Err(FormatError::NotAModel {
            path: file.to_owned(),
            expected: "safetensors",
            found: sniff::describe(bytes),
        });
    }
    if length > MAX_HEADER {
        return Err(FormatError::CountTooLarge {
            file: file.to_owned(),
            place: "the header's length".to_owned(),
            what: "bytes",
            claimed: length,
            limit: MAX_HEADER,
        });
    }
    let json = rest.get(..length as usize).ok_or_else(|| FormatError::Truncated {
        file: file.to_owned(),
        place: "the header".to_owned(),
        offset: LENGTH_BYTES as u64,
        needed: length,
        available: rest.len() as u64,
    })?;
    let text = std::str::from_utf8(json).map_err(|error| FormatError::BadUtf8 {
        file: file.to_owned(),
        place: "the header".to_owned(),
        offset: (LENGTH_BYTES + error.valid_up_to()) as u64,
    })?;
    Ok((text, LENGTH_BYTES + json.len()))
}

/// The format has no gaps: every byte of the data belongs to a tensor.
fn refuse_unclaimed(file: &Path, entries: &[Entry], data: Range<usize>) -> Result<(), FormatError> {
    let mut claimed = data.start;
    let unclaimed = |start: usize, end: usize| FormatError::UnclaimedBytes {
        file: file.to_owned(),
        start: (start - data.start) as u64,
        end: (end - data.start) as u64,
    };
    for at in refuse_overlaps(file, entries)? {
        let range = &entries[at].range;
        if range.start > claimed {
            return Err(unclaimed(claimed, range.start));
        }
        claimed = range.end;
    }
    if claimed < data.end { Err(unclaimed(claimed, data.end)) } else { Ok(()) }
}

#[derive(serde::Deserialize)]
struct RawTensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

impl RawTensor {
    fn check(
        self,
        file: &Path,
        number: usize,
        name: String,
        data_start: usize,
        length: usize,
    ) -> Result<Entry, FormatError> {
        let dtype = Dtype::from_safetensors(&self.dtype).ok_or_else(|| FormatError::UnsupportedDtype {
            file: file.to_owned(),
            tensor: shown(&name),
            dtype: shown(&self.dtype),
            readable: READABLE_SAFETENSORS,
        })?;
        if self.shape.len() > MAX_RANK {
            return Err(FormatError::BadRank {
                file: file.to_owned(),
                tensor: shown(&name),
                found: self.shape.len() as u64,
                least: 0,
                most: MAX_RANK as u64,
            });
        }
        let (shape, bytes) = checked_shape(file, &name, dtype, &self.shape)?;
        let (start, end) = self.data_offsets;
        if end.checked_sub(start) != Some(bytes as u64) {
            return Err(FormatError::WrongLength {
                file: file.to_owned(),
                tensor: shown(&name),
                dtype,
                shape: shown_shape(&self.shape),
                expected: bytes as u64,
                found: format!("{start}..{end}"),
            });
        }
        let range = checked_range(file, &name, start.checked_add(data_start as u64), bytes, length)?;
        Ok(Entry { name, dtype, shape, file: number, range })
    }
}

/// The JSON object, tensors in the order of the text and each at most once.
struct RawHeader {
    tensors: Vec<(String, RawTensor)>,
    notes: Notes,
}

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawHeader, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = RawHeader;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawHeader, A::Error> {
                let mut tensors = Vec::new();
                let mut notes = None;
                while let Some(key) = map.next_key::<String>()? {
                    // The position (line and column) is added by serde_json; the name by us.
                    let named = |error: A::Error| A::Error::custom(format!("{}: {error}", shown(&key)));
                    if key == "__metadata__" {
                        let value = map.next_value::<Option<Notes>>().map_err(named)?;
                        if notes.replace(value.unwrap_or_default()).is_some() {
                            return Err(A::Error::custom("__metadata__ occurs twice"));
                        }
                    } else {
                        let info = map.next_value::<RawTensor>().map_err(named)?;
                        tensors.push((key, info));
                    }
                }
                Ok(RawHeader { tensors, notes: notes.unwrap_or_default() })
            }
        }
        deserializer.deserialize_map(Object)
    }
}
