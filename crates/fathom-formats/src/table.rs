//! The tensors of a checkpoint, by name, and the checks that both formats share.

use std::ops::Range;
use std::path::Path;

use crate::error::{shown, shown_shape};
use crate::{Dtype, FormatError};

/// Where a tensor lies. `range` is in bytes from the start of the file numbered `file`.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    /// Row-major, outermost first.
    pub(crate) shape: Vec<usize>,
    pub(crate) file: usize,
    pub(crate) range: Range<usize>,
}

/// Entries sorted by name, names unique.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: Vec<Entry>,
}

impl Table {
    /// Sorts; refuses a name that occurs twice (of which the two entries are handed back).
    pub(crate) fn new(mut entries: Vec<Entry>) -> Result<Table, Box<(Entry, Entry)>> {
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        match entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
            Some(pair) => Err(Box::new((pair[0].clone(), pair[1].clone()))),
            None => Ok(Table { entries }),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Checks a claimed shape (row-major) and gives it as `usize` with the bytes that it takes.
pub(crate) fn checked_shape(
    file: &Path,
    tensor: &str,
    dtype: Dtype,
    claimed: &[u64],
) -> Result<(Vec<usize>, usize), FormatError> {
    if claimed.contains(&0) {
        return Err(FormatError::ZeroDim {
            file: file.to_owned(),
            tensor: shown(tensor),
            shape: shown_shape(claimed),
        });
    }
    let overflow = || FormatError::ShapeOverflow {
        file: file.to_owned(),
        tensor: shown(tensor),
        shape: shown_shape(claimed),
        dtype,
    };
    let shape: Vec<usize> =
        claimed.iter().map(|&dim| usize::try_from(dim)).collect::<Result<_, _>>().map_err(|_| overflow())?;
    let numbers = shape.iter().try_fold(1usize, |n, &dim| n.checked_mul(dim)).ok_or_else(overflow)?;
    let row = shape.last().copied().unwrap_or(1);
    let block = dtype.block_len();
    if row % block != 0 {
        return Err(FormatError::PartialBlock {
            file: file.to_owned(),
            tensor: shown(tensor),
            dtype,
            row,
            block,
        });
    }
    let bytes = (numbers / block).checked_mul(dtype.block_bytes()).ok_or_else(overflow)?;
    Ok((shape, bytes))
}

/// Checks that a tensor lies within the file; `start` is `None` where computing it overflowed.
pub(crate) fn checked_range(
    file: &Path,
    tensor: &str,
    start: Option<u64>,
    bytes: usize,
    length: usize,
) -> Result<Range<usize>, FormatError> {
    let end = start.and_then(|start| start.checked_add(bytes as u64));
    if let (Some(start), Some(end)) = (start, end)
        && end <= length as u64
        && let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end))
    {
        return Ok(start..end);
    }
    let shown_end = |at: Option<u64>| at.map_or_else(|| "beyond 2^64".to_owned(), |at| at.to_string());
    Err(FormatError::OutOfRange {
        file: file.to_owned(),
        tensor: shown(tensor),
        start: shown_end(start),
        end: shown_end(end),
        length: length as u64,
    })
}

/// Refuses two tensors of one file that share a byte; gives the entries' order in the file.
pub(crate) fn refuse_overlaps(file: &Path, entries: &[Entry]) -> Result<Vec<usize>, FormatError> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&at| (entries[at].range.start, entries[at].range.end));
    for pair in order.windows(2) {
        let (first, second) = (&entries[pair[0]], &entries[pair[1]]);
        if second.range.start < first.range.end {
            return Err(FormatError::Overlap {
                file: file.to_owned(),
                first: shown(&first.name),
                second: shown(&second.name),
                offset: second.range.start as u64,
            });
        }
    }
    Ok(order)
}
