//! Reading little-endian fields from untrusted bytes: each read is checked and each error says where it was.

use std::fmt;
use std::path::Path;

use crate::FormatError;
use crate::error::shown;

/// What is being read: for errors only.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Header,
    Key { index: usize, of: usize },
    Value { key: &'a str },
    TensorName { index: usize, of: usize },
    Tensor { name: &'a str },
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Header => write!(f, "the file's header"),
            Place::Key { index, of } => write!(f, "metadata key {} of {of}", index + 1),
            Place::Value { key } => write!(f, "the value of metadata key {}", shown(key)),
            Place::TensorName { index, of } => write!(f, "the name of tensor {} of {of}", index + 1),
            Place::Tensor { name } => write!(f, "the description of tensor {}", shown(name)),
        }
    }
}

/// A position in the header part of a file.
pub(super) struct Cursor<'a> {
    pub(super) file: &'a Path,
    /// The file, or its first `limit` bytes.
    bytes: &'a [u8],
    /// The whole file's length. Where `bytes` is less, running out of bytes means a header beyond the cap.
    length: usize,
    at: usize,
    pub(super) place: Place<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(file: &'a Path, bytes: &'a [u8], limit: usize) -> Cursor<'a> {
        let length = bytes.len();
        Cursor { file, bytes: &bytes[..length.min(limit)], length, at: 0, place: Place::Header }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[cold]
    fn short(&self, needed: u64) -> FormatError {
        let (file, place) = (self.file.to_owned(), self.place.to_string());
        if self.bytes.len() < self.length {
            return FormatError::HeaderTooLarge { file, place, limit: self.bytes.len() as u64 };
        }
        let (offset, available) = (self.at as u64, self.left() as u64);
        FormatError::Truncated { file, place, offset, needed, available }
    }

    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], FormatError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..n)) {
            Some(bytes) => {
                self.at += n;
                Ok(bytes)
            }
            None => Err(self.short(n as u64)),
        }
    }

    /// The next `N` bytes as an array.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>()) {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => Err(self.short(N as u64)),
        }
    }

    pub(super) fn u32(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A count of things of at least `each` bytes: never more than could follow, nor than `most`.
    pub(super) fn count(
        &mut self,
        what: &'static str,
        each: usize,
        most: usize,
    ) -> Result<usize, FormatError> {
        let claimed = self.u64()?;
        let limit = (self.left() / each).min(most);
        match usize::try_from(claimed) {
            Ok(count) if count <= limit => Ok(count),
            // It would fit in the file, but not in the part that may be the header.
            Ok(count) if count <= most.min((self.length - self.at) / each) => Err(self.short(claimed)),
            _ => Err(FormatError::CountTooLarge {
                file: self.file.to_owned(),
                place: self.place.to_string(),
                what,
                claimed,
                limit: limit as u64,
            }),
        }
    }

    /// A string with its length before it.
    pub(super) fn str(&mut self, most: usize) -> Result<&'a str, FormatError> {
        let length = self.count("bytes of text", 1, most)?;
        let start = self.at;
        std::str::from_utf8(self.take(length)?).map_err(|error| FormatError::BadUtf8 {
            file: self.file.to_owned(),
            place: self.place.to_string(),
            offset: (start + error.valid_up_to()) as u64,
        })
    }

    /// An error about the field of `width` bytes that was just read.
    #[cold]
    pub(super) fn bad(&self, width: usize, expected: &'static str, found: u64) -> FormatError {
        FormatError::BadValue {
            file: self.file.to_owned(),
            place: self.place.to_string(),
            offset: self.at.saturating_sub(width) as u64,
            expected,
            found,
        }
    }
}
