//! The header of a GGUF file: counts, metadata, tensor descriptions. Everything in it is a claim to be checked.
//!
//! Layout (all little-endian): magic `GGUF`, version u32, tensor count u64, metadata count u64; per key a string,
//! a type u32 and a value; per tensor a name, a rank u32, dimensions u64 (innermost first), a type u32, an offset
//! u64 from the start of the data, which begins at the next multiple of `general.alignment`.

use std::path::Path;

use super::cursor::{Cursor, Place};
use super::lookup;
use super::value::{Array, Strings, Value};
use crate::dtype::READABLE_GGUF;
use crate::error::shown;
use crate::table::{Entry, Table, checked_range, checked_shape, refuse_overlaps};
use crate::{Dtype, FormatError, sniff};

/// The largest header read. Gemma 3's (262,144 tokens and as many scores and merges) is about 20 MB.
pub(super) const MAX_HEADER: usize = 256 << 20;
/// For values: the header's own cap is enough.
const NO_CAP: usize = usize::MAX;
/// The most metadata keys, and the most tensors: thousands are in use.
const MAX_ENTRIES: usize = 1 << 20;
/// The longest key or tensor name: the format's own limit for keys.
const MAX_NAME: usize = 65_535;
/// How deep arrays of arrays may nest, and how many inner arrays there may be in all. No known model has any.
const MAX_DEPTH: usize = 4;
const MAX_INNER_ARRAYS: usize = 1 << 16;
/// ggml's `GGML_MAX_DIMS`.
const MAX_RANK: u32 = 4;
const DEFAULT_ALIGNMENT: u64 = 32;
const MAX_ALIGNMENT: u64 = 1 << 20;

/// A checked header.
#[derive(Debug)]
pub(super) struct Header {
    /// 2 or 3.
    pub(super) version: u32,
    /// Sorted by key, keys unique.
    pub(super) metadata: Vec<(String, Value)>,
    pub(super) tensors: Table,
}

pub(super) fn parse(file: &Path, bytes: &[u8]) -> Result<Header, FormatError> {
    let mut cursor = Cursor::new(file, bytes, MAX_HEADER);
    let version = version(&mut cursor, bytes)?;
    // The smallest tensor: name length, rank, one dimension, type, offset. The smallest key: length, type, a byte.
    let tensors = cursor.count("tensors", 8 + 4 + 8 + 4 + 8, MAX_ENTRIES)?;
    let keys = cursor.count("metadata keys", 8 + 4 + 1, MAX_ENTRIES)?;
    let metadata = metadata(&mut cursor, keys)?;
    refuse_split(file, &metadata)?;
    let alignment = alignment(file, &metadata)?;
    let claims = (0..tensors)
        .map(|index| {
            cursor.place = Place::TensorName { index, of: tensors };
            tensor_claim(&mut cursor)
        })
        .collect::<Result<Vec<_>, _>>()?;
    // At most 256 MiB + 1 MiB: cannot overflow.
    let data_start = (cursor.offset() as u64).next_multiple_of(alignment);
    let entries = claims
        .into_iter()
        .map(|claim| claim.check(file, data_start, alignment, bytes.len()))
        .collect::<Result<Vec<_>, _>>()?;
    refuse_overlaps(file, &entries)?;
    let tensors = Table::new(entries).map_err(|twice| FormatError::DuplicateTensor {
        file: file.to_owned(),
        tensor: shown(&twice.0.name),
    })?;
    Ok(Header { version, metadata, tensors })
}

fn version(cursor: &mut Cursor<'_>, bytes: &[u8]) -> Result<u32, FormatError> {
    let file = cursor.file.to_owned();
    let magic = bytes.get(..4).unwrap_or(bytes);
    if magic == b"FUGG" {
        return Err(FormatError::BigEndian { file });
    }
    if magic != b"GGUF" && !(bytes.len() < 4 && b"GGUF".starts_with(bytes)) {
        return Err(FormatError::NotAModel { path: file, expected: "GGUF", found: sniff::describe(bytes) });
    }
    cursor.take(4)?;
    match cursor.u32()? {
        version @ (2 | 3) => Ok(version),
        // Big-endian files keep the magic's order of bytes and turn the version's round.
        version if (1..=0xff).contains(&version.swap_bytes()) => Err(FormatError::BigEndian { file }),
        version => Err(FormatError::GgufVersion { file, version }),
    }
}

fn metadata(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<(String, Value)>, FormatError> {
    let mut inner_arrays = 0;
    // Not `with_capacity(count)`: a claimed count is not yet a reason to allocate.
    let mut metadata: Vec<(String, Value)> = Vec::new();
    for index in 0..count {
        cursor.place = Place::Key { index, of: count };
        let key = cursor.str(MAX_NAME)?;
        cursor.place = Place::Value { key };
        let kind = cursor.u32()?;
        let value = value(cursor, kind, &mut inner_arrays)?;
        metadata.push((key.to_owned(), value));
    }
    metadata.sort_by(|a, b| a.0.cmp(&b.0));
    match metadata.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(FormatError::DuplicateKey { file: cursor.file.to_owned(), key: shown(&pair[0].0) }),
        None => Ok(metadata),
    }
}

fn value(cursor: &mut Cursor<'_>, kind: u32, inner_arrays: &mut usize) -> Result<Value, FormatError> {
    Ok(match kind {
        0 => Value::U8(cursor.array().map(u8::from_le_bytes)?),
        1 => Value::I8(cursor.array().map(i8::from_le_bytes)?),
        2 => Value::U16(cursor.array().map(u16::from_le_bytes)?),
        3 => Value::I16(cursor.array().map(i16::from_le_bytes)?),
        4 => Value::U32(cursor.u32()?),
        5 => Value::I32(cursor.array().map(i32::from_le_bytes)?),
        6 => Value::F32(cursor.array().map(f32::from_le_bytes)?),
        7 => match cursor.array()? {
            [0] => Value::Bool(false),
            [1] => Value::Bool(true),
            [found] => return Err(cursor.bad(1, "a bool, 0 or 1", found.into())),
        },
        8 => Value::Str(cursor.str(NO_CAP)?.to_owned()),
        9 => Value::Array(array(cursor, 1, inner_arrays)?),
        10 => Value::U64(cursor.u64()?),
        11 => Value::I64(cursor.array().map(i64::from_le_bytes)?),
        12 => Value::F64(cursor.array().map(f64::from_le_bytes)?),
        _ => return Err(cursor.bad(4, "a value type from 0 to 12", kind.into())),
    })
}

fn array(cursor: &mut Cursor<'_>, depth: usize, inner_arrays: &mut usize) -> Result<Array, FormatError> {
    if depth > MAX_DEPTH {
        return Err(FormatError::NestedTooDeep {
            file: cursor.file.to_owned(),
            place: cursor.place.to_string(),
            limit: MAX_DEPTH,
        });
    }
    /// `count` numbers of `N` bytes.
    fn numbers<const N: usize, T>(
        cursor: &mut Cursor<'_>,
        of: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, FormatError> {
        let count = cursor.count("array elements", N, NO_CAP)?;
        Ok(cursor.take(count * N)?.as_chunks::<N>().0.iter().map(|bytes| of(*bytes)).collect())
    }
    let kind = cursor.u32()?;
    Ok(match kind {
        0 => Array::U8(numbers(cursor, u8::from_le_bytes)?),
        1 => Array::I8(numbers(cursor, i8::from_le_bytes)?),
        2 => Array::U16(numbers(cursor, u16::from_le_bytes)?),
        3 => Array::I16(numbers(cursor, i16::from_le_bytes)?),
        4 => Array::U32(numbers(cursor, u32::from_le_bytes)?),
        5 => Array::I32(numbers(cursor, i32::from_le_bytes)?),
        6 => Array::F32(numbers(cursor, f32::from_le_bytes)?),
        7 => Array::Bool(bools(cursor)?),
        8 => Array::Str(strings(cursor)?),
        9 => {
            let most = MAX_INNER_ARRAYS - *inner_arrays;
            let count = cursor.count("inner arrays", 4 + 8, most)?;
            *inner_arrays += count;
            Array::Array(
                (0..count).map(|_| array(cursor, depth + 1, inner_arrays)).collect::<Result<_, _>>()?,
            )
        }
        10 => Array::U64(numbers(cursor, u64::from_le_bytes)?),
        11 => Array::I64(numbers(cursor, i64::from_le_bytes)?),
        12 => Array::F64(numbers(cursor, f64::from_le_bytes)?),
        _ => return Err(cursor.bad(4, "an element type from 0 to 12", kind.into())),
    })
}

fn bools(cursor: &mut Cursor<'_>) -> Result<Vec<bool>, FormatError> {
    let count = cursor.count("array elements", 1, NO_CAP)?;
    let bytes = cursor.take(count)?;
    match bytes.iter().position(|&byte| byte > 1) {
        Some(at) => Err(cursor.bad(count - at, "a bool, 0 or 1", bytes[at].into())),
        None => Ok(bytes.iter().map(|&byte| byte == 1).collect()),
    }
}

fn strings(cursor: &mut Cursor<'_>) -> Result<Strings, FormatError> {
    let count = cursor.count("strings", 8, NO_CAP)?;
    // `count` strings take 8 * count bytes of the file at least, so this much is no amplification.
    let mut strings = Strings::with_capacity(count, count * 8);
    for _ in 0..count {
        let string = cursor.str(NO_CAP)?;
        // Cannot be: the header's cap is far below 4 GiB.
        if !strings.push(string) {
            return Err(cursor.bad(0, "less than 4 GiB of strings", u64::from(u32::MAX)));
        }
    }
    Ok(strings)
}

fn alignment(file: &Path, metadata: &[(String, Value)]) -> Result<u64, FormatError> {
    let Some(value) = lookup(metadata, "general.alignment") else { return Ok(DEFAULT_ALIGNMENT) };
    let Some(found) = value.as_integer() else {
        return Err(FormatError::WrongType {
            file: file.to_owned(),
            key: shown("general.alignment"),
            expected: "u32",
            found: value.to_string(),
        });
    };
    match u64::try_from(found) {
        Ok(found) if found.is_power_of_two() && found <= MAX_ALIGNMENT => Ok(found),
        _ => Err(FormatError::BadAlignment {
            file: file.to_owned(),
            found: value.to_string(),
            limit: MAX_ALIGNMENT,
        }),
    }
}

fn refuse_split(file: &Path, metadata: &[(String, Value)]) -> Result<(), FormatError> {
    let number = |key| lookup(metadata, key).and_then(Value::as_integer).and_then(|n| u64::try_from(n).ok());
    match number("split.count") {
        Some(parts) if parts > 1 => Err(FormatError::SplitGguf {
            file: file.to_owned(),
            part: number("split.no").unwrap_or(0).saturating_add(1),
            parts,
        }),
        _ => Ok(()),
    }
}

/// A tensor as the file describes it.
struct Claim<'a> {
    name: &'a str,
    dtype: Dtype,
    /// Row-major.
    shape: Vec<u64>,
    offset: u64,
}

fn tensor_claim<'a>(cursor: &mut Cursor<'a>) -> Result<Claim<'a>, FormatError> {
    let name = cursor.str(MAX_NAME)?;
    cursor.place = Place::Tensor { name };
    let rank = cursor.u32()?;
    if !(1..=MAX_RANK).contains(&rank) {
        return Err(FormatError::BadRank {
            file: cursor.file.to_owned(),
            tensor: shown(name),
            found: rank.into(),
            least: 1,
            most: MAX_RANK.into(),
        });
    }
    let mut shape = (0..rank).map(|_| cursor.u64()).collect::<Result<Vec<_>, _>>()?;
    shape.reverse(); // The file's are innermost first.
    let dtype = Dtype::from_ggml(cursor.u32()?).map_err(|dtype| FormatError::UnsupportedDtype {
        file: cursor.file.to_owned(),
        tensor: shown(name),
        dtype,
        readable: READABLE_GGUF,
    })?;
    Ok(Claim { name, dtype, shape, offset: cursor.u64()? })
}

impl Claim<'_> {
    fn check(
        self,
        file: &Path,
        data_start: u64,
        alignment: u64,
        length: usize,
    ) -> Result<Entry, FormatError> {
        let (shape, bytes) = checked_shape(file, self.name, self.dtype, &self.shape)?;
        if !self.offset.is_multiple_of(alignment) {
            return Err(FormatError::Unaligned {
                file: file.to_owned(),
                tensor: shown(self.name),
                offset: self.offset,
                alignment,
            });
        }
        let range = checked_range(file, self.name, data_start.checked_add(self.offset), bytes, length)?;
        Ok(Entry { name: self.name.to_owned(), dtype: self.dtype, shape, file: 0, range })
    }
}
