//! A state dict's tensors: where their numbers lie, and those that do not lie row by row put in order.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::machine::Machine;
use super::value::{Id, TensorRef, Value};
use crate::dtype::READABLE_SAFETENSORS;
use crate::error::{shown, shown_shape};
use crate::table::{Entry, checked_shape};
use crate::{Dtype, FormatError};

const MAX_RANK: usize = 8;
const MOST_NAME: usize = 1000;

/// A file's tensors; the entries' file number is 0.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    pub(super) ordered: HashMap<String, Vec<u8>>,
}

/// Reads the dict `result`; `storage` says where the bytes of a key lie in the file.
pub(super) fn read(
    file: &Path,
    bytes: &[u8],
    machine: &Machine<'_>,
    result: Id,
    storage: impl Fn(&str) -> Option<Range<usize>>,
) -> Result<Found, FormatError> {
    let nothing = |found: &str| FormatError::NoTensors { file: file.to_owned(), found: found.to_owned() };
    let Value::Dict(items) = machine.value(result) else { return Err(nothing("something that is no dict")) };
    let mut found = Found::default();
    let mut others = Vec::new();
    // A strided view may name each of its numbers more than once, and tied views are put in order one by one; all together
    // may not outgrow the file by much.
    let mut budget = bytes.len().saturating_mul(4);
    for (key, value) in items {
        let Value::Text(name) = machine.value(*key) else { continue };
        // A pickle can mention one text any number of times, and each name is copied.
        if name.len() > MOST_NAME {
            return Err(nothing("a name of more than a thousand bytes"));
        }
        match machine.value(*value) {
            Value::Tensor(tensor) => {
                let place = Placed { file, name, tensor };
                let (entry, strides) = place.entry(&storage)?;
                if let Some(strides) = strides {
                    let taken = place.in_order(bytes, &entry, &strides, &mut budget)?;
                    found.ordered.insert(entry.name.clone(), taken);
                }
                found.entries.push(entry);
            }
            // An epoch or a version beside the weights.
            _ if others.len() < 6 => others.push(shown(name)),
            _ => {}
        }
    }
    if found.entries.is_empty() {
        return Err(nothing(&if others.is_empty() { "nothing".to_owned() } else { others.join(", ") }));
    }
    Ok(found)
}

/// A tensor, and how errors call it.
struct Placed<'a> {
    file: &'a Path,
    name: &'a str,
    tensor: &'a TensorRef<'a>,
}

impl Placed<'_> {
    fn bad(&self, message: String) -> FormatError {
        FormatError::BadStorage { file: self.file.to_owned(), tensor: shown(self.name), message }
    }

    /// Where the tensor lies; and its strides in bytes, where it does not lie row by row. The entry's range is then
    /// that of the first number to the last.
    fn entry(
        &self,
        storage: impl Fn(&str) -> Option<Range<usize>>,
    ) -> Result<(Entry, Option<Vec<usize>>), FormatError> {
        let TensorRef { storage: stored, offset, shape, strides } = self.tensor;
        let dtype = stored.dtype.map_err(|name| FormatError::UnsupportedDtype {
            file: self.file.to_owned(),
            tensor: shown(self.name),
            dtype: name.to_owned(),
            readable: READABLE_SAFETENSORS,
        })?;
        if shape.len() > MAX_RANK {
            return Err(FormatError::BadRank {
                file: self.file.to_owned(),
                tensor: shown(self.name),
                found: shape.len() as u64,
                least: 0,
                most: MAX_RANK as u64,
            });
        }
        if strides.len() != shape.len() {
            return Err(self.bad(format!("{} strides for shape {}", strides.len(), shown_shape(shape))));
        }
        let (sizes, size) = checked_shape(self.file, self.name, dtype, shape)?;
        let lies = storage(stored.key)
            .ok_or_else(|| self.bad(format!("its storage {} is not in the file", shown(stored.key))))?;
        let outside = || {
            let (shape, strides) = (shown_shape(shape), shown_shape(strides));
            let has = lies.len() / dtype.block_bytes();
            self.bad(format!("shape {shape}, strides {strides} from {offset} leave its storage of {has}"))
        };
        let (start, end) = span(self.tensor, dtype).ok_or_else(outside)?;
        if end > lies.len() {
            return Err(outside());
        }
        let range = lies.start + start..lies.start + end;
        let by_row = is_by_row(shape, strides);
        debug_assert!(!by_row || range.len() == size);
        // The stride of a dimension of one is never used, and may be anything.
        let stepped = |(stride, size): (&u64, &usize)| match size {
            1 => 0,
            _ => *stride as usize * dtype.block_bytes(),
        };
        let strides = (!by_row).then(|| strides.iter().zip(&sizes).map(stepped).collect());
        Ok((Entry { name: self.name.to_owned(), dtype, shape: sizes, file: 0, range }, strides))
    }

    /// The numbers of a view, row by row.
    fn in_order(
        &self,
        bytes: &[u8],
        entry: &Entry,
        strides: &[usize],
        budget: &mut usize,
    ) -> Result<Vec<u8>, FormatError> {
        let number = entry.dtype.block_bytes();
        let count: usize = entry.shape.iter().product();
        *budget = budget.checked_sub(count * number).ok_or_else(|| {
            self.bad("views that repeat their numbers are much larger than the whole file".to_owned())
        })?;
        let data = &bytes[entry.range.clone()];
        let mut out = Vec::with_capacity(count * number);
        let mut index = vec![0usize; strides.len()];
        let mut at = 0;
        for _ in 0..count {
            out.extend(&data[at..at + number]);
            // The next index, innermost dimension first, as an odometer turns.
            for dim in (0..index.len()).rev() {
                index[dim] += 1;
                at += strides[dim];
                if index[dim] < entry.shape[dim] {
                    break;
                }
                at -= strides[dim] * entry.shape[dim];
                index[dim] = 0;
            }
        }
        Ok(out)
    }
}

/// The bytes from a tensor's first number to its last, in its storage; `None` where that overflows, or leaves the part
/// of the storage that is meant.
fn span(tensor: &TensorRef<'_>, dtype: Dtype) -> Option<(usize, usize)> {
    let mut last = tensor.offset;
    for (size, stride) in tensor.shape.iter().zip(&tensor.strides) {
        last = last.checked_add(size.checked_sub(1)?.checked_mul(*stride)?)?;
    }
    if last >= tensor.storage.numbers {
        return None;
    }
    let bytes = |number: u64| {
        let number = tensor.storage.first.checked_add(number)?;
        usize::try_from(number).ok()?.checked_mul(dtype.block_bytes())
    };
    Some((bytes(tensor.offset)?, bytes(last.checked_add(1)?)?))
}

fn is_by_row(shape: &[u64], strides: &[u64]) -> bool {
    let mut expected = 1u64;
    shape.iter().zip(strides).rev().all(|(size, stride)| {
        let fits = *size == 1 || *stride == expected;
        expected = expected.saturating_mul(*size);
        fits
    })
}
