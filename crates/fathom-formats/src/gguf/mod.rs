//! GGUF, versions 2 and 3, little-endian: the format of llama.cpp. One file holds metadata, tokenizer and weights.

mod cursor;
mod parse;
mod value;

use std::path::Path;

pub use value::{Array, Strings, Value};

use crate::error::shown;
use crate::source::Source;
use crate::{FormatError, TensorView};

/// An open GGUF file: its metadata (copied out and checked) and its tensors (borrowed from the map).
///
/// ```
/// use fathom_fixtures::write::GgufWriter;
/// use fathom_formats::{Dtype, Gguf};
///
/// let bytes = GgufWriter::new()
///     .meta("general.architecture", "llama")
///     .meta("llama.block_count", 30u32)
///     .tensor("output_norm.weight", Dtype::F32, &[2], &[0, 0, 128, 63, 0, 0, 0, 64])
///     .to_bytes()?;
/// let gguf = Gguf::from_bytes(bytes)?;
/// assert_eq!(gguf.architecture()?, "llama");
/// assert_eq!(gguf.u32("llama.block_count")?, 30);
/// assert_eq!(gguf.tensor("output_norm.weight").unwrap().to_f32_plain()?, [1.0, 2.0]);
/// assert_eq!(gguf.optional("llama.rope.freq_base", Gguf::f32)?, None);
/// assert_eq!(
///     gguf.str("llama.block_count").unwrap_err().to_string(),
///     "<memory>: metadata key \"llama.block_count\": expected str, found u32 30"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Gguf {
    source: Source,
    header: parse::Header,
}

/// In metadata sorted by key.
fn lookup<'a>(metadata: &'a [(String, Value)], key: &str) -> Option<&'a Value> {
    let at = metadata.binary_search_by(|(at, _)| at.as_str().cmp(key)).ok()?;
    metadata.get(at).map(|(_, value)| value)
}

impl Gguf {
    /// Maps and checks a file.
    ///
    /// # Errors
    /// Any fault in the header, each by its own [`FormatError`]; the weights' bytes are not looked at.
    pub fn open(path: &Path) -> Result<Gguf, FormatError> {
        Gguf::from_source(Source::open(path)?)
    }

    /// Checks a file in memory (for tests and fuzzing); errors call it `<memory>`.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Gguf, FormatError> {
        Gguf::from_source(Source::owned(bytes))
    }

    pub(crate) fn from_source(source: Source) -> Result<Gguf, FormatError> {
        let header = parse::parse(source.path(), &source)?;
        Ok(Gguf { source, header })
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The file's path (`<memory>` for [`from_bytes`](Self::from_bytes)).
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// The format's version, 2 or 3.
    pub fn version(&self) -> u32 {
        self.header.version
    }

    /// The value of `general.architecture`, as `llama`.
    pub fn architecture(&self) -> Result<&str, FormatError> {
        self.str("general.architecture")
    }

    /// A tensor by its exact name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.header.tensors.get(name).map(|entry| TensorView::new(entry, &self.source))
    }

    /// See [`Checkpoint::release`](crate::Checkpoint::release).
    pub(crate) fn release(&self, name: &str) {
        if let Some(tensor) = self.tensor(name) {
            self.source.release(tensor.data);
        }
    }

    /// All tensors, sorted by name.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = TensorView<'_>> {
        self.header.tensors.entries().iter().map(|entry| TensorView::new(entry, &self.source))
    }

    /// All metadata, sorted by key.
    pub fn metadata(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.header.metadata.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// A metadata value as it is.
    pub fn get(&self, key: &str) -> Option<&Value> {
        lookup(&self.header.metadata, key)
    }

    /// `None` where the key is missing, else what `getter` makes of it: `gguf.optional(key, Gguf::u32)?`.
    /// A key that is there with a wrong type stays an error.
    pub fn optional<'a, T>(
        &'a self,
        key: &str,
        getter: impl FnOnce(&'a Gguf, &str) -> Result<T, FormatError>,
    ) -> Result<Option<T>, FormatError> {
        match self.get(key) {
            Some(_) => getter(self, key).map(Some),
            None => Ok(None),
        }
    }

    /// An integer of any width that fits.
    pub fn u32(&self, key: &str) -> Result<u32, FormatError> {
        self.integer(key, "u32")
    }

    /// An integer of any width that fits.
    pub fn u64(&self, key: &str) -> Result<u64, FormatError> {
        self.integer(key, "u64")
    }

    /// A float; an f64 is rounded to nearest.
    pub fn f32(&self, key: &str) -> Result<f32, FormatError> {
        self.as_type(key, "f32", |value| match *value {
            Value::F32(value) => Some(value),
            Value::F64(value) => Some(value as f32),
            _ => None,
        })
    }

    /// A bool.
    pub fn bool(&self, key: &str) -> Result<bool, FormatError> {
        self.as_type(key, "bool", |value| match *value {
            Value::Bool(value) => Some(value),
            _ => None,
        })
    }

    /// A string.
    pub fn str(&self, key: &str) -> Result<&str, FormatError> {
        self.as_type(key, "str", |value| match value {
            Value::Str(value) => Some(value.as_str()),
            _ => None,
        })
    }

    /// An array of strings (a vocabulary, merges).
    pub fn strings(&self, key: &str) -> Result<&Strings, FormatError> {
        self.as_type(key, "array of str", |value| match value {
            Value::Array(Array::Str(values)) => Some(values),
            _ => None,
        })
    }

    /// An array of f32 (scores).
    pub fn f32s(&self, key: &str) -> Result<&[f32], FormatError> {
        self.as_type(key, "array of f32", |value| match value {
            Value::Array(Array::F32(values)) => Some(values.as_slice()),
            _ => None,
        })
    }

    /// An array of bools (per layer switches).
    pub fn bools(&self, key: &str) -> Result<&[bool], FormatError> {
        self.as_type(key, "array of bool", |value| match value {
            Value::Array(Array::Bool(values)) => Some(values.as_slice()),
            _ => None,
        })
    }

    /// An array of integers of any width that all fit (token types; per layer sizes).
    pub fn u32s(&self, key: &str) -> Result<Vec<u32>, FormatError> {
        self.integers(key, "array of u32")
    }

    /// An array of integers of any width that all fit.
    pub fn i32s(&self, key: &str) -> Result<Vec<i32>, FormatError> {
        self.integers(key, "array of i32")
    }

    fn integer<T: TryFrom<i128>>(&self, key: &str, expected: &'static str) -> Result<T, FormatError> {
        self.as_type(key, expected, |value| T::try_from(value.as_integer()?).ok())
    }

    fn integers<T: TryFrom<i128>>(&self, key: &str, expected: &'static str) -> Result<Vec<T>, FormatError> {
        fn all<T: TryFrom<i128>, S: Copy + Into<i128>>(values: &[S]) -> Option<Vec<T>> {
            values.iter().map(|&value| T::try_from(value.into()).ok()).collect()
        }
        self.as_type(key, expected, |value| match value {
            Value::Array(Array::U8(values)) => all(values),
            Value::Array(Array::I8(values)) => all(values),
            Value::Array(Array::U16(values)) => all(values),
            Value::Array(Array::I16(values)) => all(values),
            Value::Array(Array::U32(values)) => all(values),
            Value::Array(Array::I32(values)) => all(values),
            Value::Array(Array::U64(values)) => all(values),
            Value::Array(Array::I64(values)) => all(values),
            _ => None,
        })
    }

    /// The value of `key` as `of` sees it; errors say what was expected and what is there.
    fn as_type<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        of: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, FormatError> {
        let file = || self.source.path().to_owned();
        let Some(value) = self.get(key) else {
            return Err(FormatError::MissingKey { file: file(), key: shown(key), expected });
        };
        of(value).ok_or_else(|| FormatError::WrongType {
            file: file(),
            key: shown(key),
            expected,
            found: value.to_string(),
        })
    }
}
