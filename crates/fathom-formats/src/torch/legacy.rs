//! The form that `torch.save` wrote before version 1.6, and that the hub's older repositories still have: five pickles
//! (a magic number, a version, the machine, the state dict, the keys of its storages), then the storages one after the
//! other, each a count (u64) and its numbers.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::value::Value;
use super::{run, state};
use crate::FormatError;
use crate::error::shown;

/// The pickled magic number.
const MAGIC: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";

pub(super) fn is_legacy(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

pub(super) fn read(file: &Path, bytes: &[u8]) -> Result<state::Found, FormatError> {
    let mut at = MAGIC.len();
    let mut next = |place: &'static str| {
        let (machine, result, length) = run(file, place, bytes, at, bytes.len())?;
        let start = at;
        at += length;
        let bad = move |message: &str| FormatError::BadPickle {
            file: file.to_owned(),
            place: place.to_owned(),
            offset: start as u64,
            message: message.to_owned(),
        };
        Ok::<_, FormatError>((machine, result, bad, at))
    };
    let (version, result, bad, _) = next("the version")?;
    if !matches!(version.value(result), Value::Int(1001)) {
        return Err(bad("expected the version 1001"));
    }
    drop(next("the machine's description")?);
    let (machine, result, bad, _) = next("the state dict")?;
    let mut bytes_each = HashMap::new();
    for storage in machine.storages() {
        let each = storage.dtype.map(|dtype| dtype.block_bytes());
        if bytes_each.insert(storage.key, each).is_some_and(|before| before != each) {
            return Err(bad("a storage of two types"));
        }
    }
    let (keys, list, bad, mut data) = next("the list of storages")?;
    let Value::List(items) = keys.value(list) else { return Err(bad("something else, expected a list")) };
    let mut lie: HashMap<&str, Range<usize>> = HashMap::new();
    for item in items {
        let Value::Text(key) = keys.value(*item) else { return Err(bad("a key that is no text")) };
        let each = bytes_each.get(key).ok_or_else(|| bad("a storage that no tensor has"))?;
        // The length of a storage of unknown type is unknown, and so is where the next one starts.
        let each = each.map_err(|dtype| bad(&format!("a storage of {dtype}, which Fathom does not read")))?;
        let range = stored(bytes, data, each).ok_or_else(|| FormatError::Truncated {
            file: file.to_owned(),
            place: format!("storage {}", shown(key)),
            offset: data as u64,
            needed: claimed(bytes, data).map_or(8, |count| count.saturating_mul(each as u64)),
            available: bytes.len().saturating_sub(data) as u64,
        })?;
        data = range.end;
        lie.insert(key, range);
    }
    state::read(file, bytes, &machine, result, |key| lie.get(key).cloned())
}

fn claimed(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|count| u64::from_le_bytes(*count))
}

/// Where the numbers of the storage at `at` lie.
fn stored(bytes: &[u8], at: usize, each: usize) -> Option<Range<usize>> {
    let count = usize::try_from(claimed(bytes, at)?).ok()?;
    let start = at.checked_add(8)?;
    let end = start.checked_add(count.checked_mul(each)?)?;
    (end <= bytes.len()).then_some(start..end)
}
