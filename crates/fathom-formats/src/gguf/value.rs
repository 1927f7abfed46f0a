//! Metadata values.

use std::fmt;

/// A metadata value of a GGUF file, owned.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // One variant a type of the format.
pub enum Value {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    U64(u64),
    I64(i64),
    F32(f32),
    F64(f64),
    Bool(bool),
    Str(String),
    Array(Array),
}

/// A metadata array: all elements are of one type.
#[derive(Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Array {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Bool(Vec<bool>),
    Str(Strings),
    Array(Vec<Array>),
}

/// Evaluates `$body` with `$items` bound to the list within an [`Array`], whatever its type.
macro_rules! with_items {
    ($array:expr, $items:ident => $body:expr) => {
        match $array {
            Array::U8($items) => $body,
            Array::I8($items) => $body,
            Array::U16($items) => $body,
            Array::I16($items) => $body,
            Array::U32($items) => $body,
            Array::I32($items) => $body,
            Array::U64($items) => $body,
            Array::I64($items) => $body,
            Array::F32($items) => $body,
            Array::F64($items) => $body,
            Array::Bool($items) => $body,
            Array::Str($items) => $body,
            Array::Array($items) => $body,
        }
    };
}

impl Array {
    /// The number of elements.
    pub fn len(&self) -> usize {
        with_items!(self, items => items.len())
    }

    /// True if it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The format's name for the elements' type, as `str`.
    pub fn element_type(&self) -> &'static str {
        match self {
            Array::U8(_) => "u8",
            Array::I8(_) => "i8",
            Array::U16(_) => "u16",
            Array::I16(_) => "i16",
            Array::U32(_) => "u32",
            Array::I32(_) => "i32",
            Array::U64(_) => "u64",
            Array::I64(_) => "i64",
            Array::F32(_) => "f32",
            Array::F64(_) => "f64",
            Array::Bool(_) => "bool",
            Array::Str(_) => "str",
            Array::Array(_) => "array",
        }
    }
}

/// Short whatever the length: a vocabulary in a panic message helps nobody.
impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "array of {} {}", self.len(), self.element_type())
    }
}

impl Value {
    /// The value as an integer, where it is one of any width.
    pub fn as_integer(&self) -> Option<i128> {
        Some(match *self {
            Value::U8(v) => v.into(),
            Value::I8(v) => v.into(),
            Value::U16(v) => v.into(),
            Value::I16(v) => v.into(),
            Value::U32(v) => v.into(),
            Value::I32(v) => v.into(),
            Value::U64(v) => v.into(),
            Value::I64(v) => v.into(),
            _ => return None,
        })
    }
}

/// The type, with the value where it is a short one: `u32 7`, `str`, `array of 49152 str`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::U8(v) => write!(f, "u8 {v}"),
            Value::I8(v) => write!(f, "i8 {v}"),
            Value::U16(v) => write!(f, "u16 {v}"),
            Value::I16(v) => write!(f, "i16 {v}"),
            Value::U32(v) => write!(f, "u32 {v}"),
            Value::I32(v) => write!(f, "i32 {v}"),
            Value::U64(v) => write!(f, "u64 {v}"),
            Value::I64(v) => write!(f, "i64 {v}"),
            Value::F32(v) => write!(f, "f32 {v}"),
            Value::F64(v) => write!(f, "f64 {v}"),
            Value::Bool(v) => write!(f, "bool {v}"),
            Value::Str(v) => write!(f, "str {}", crate::error::shown(v)),
            Value::Array(v) => write!(f, "{v:?}"),
        }
    }
}

macro_rules! from_scalar {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Value {
                Value::$variant(value)
            }
        }
        impl From<Vec<$type>> for Value {
            fn from(values: Vec<$type>) -> Value {
                Value::Array(Array::$variant(values))
            }
        }
    )*};
}
from_scalar!(u8 => U8, i8 => I8, u16 => U16, i16 => I16, u32 => U32, i32 => I32, u64 => U64, i64 => I64,
    f32 => F32, f64 => F64, bool => Bool);

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Str(value.to_owned())
    }
}

impl<S: AsRef<str>> FromIterator<S> for Value {
    /// An array of strings.
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Value {
        Value::Array(Array::Str(strings.into_iter().collect()))
    }
}

/// Many strings in one allocation (a vocabulary has 50,000 to 260,000).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Strings {
    text: String,
    /// Where each string ends in `text`. Headers are capped far below 4 GiB, so 32 bits do.
    ends: Vec<u32>,
}

impl Strings {
    pub(crate) fn with_capacity(strings: usize, bytes: usize) -> Strings {
        Strings { text: String::with_capacity(bytes), ends: Vec::with_capacity(strings) }
    }

    /// Adds a string; false (and nothing added) if the total would exceed 4 GiB.
    pub(crate) fn push(&mut self, string: &str) -> bool {
        let Ok(end) = u32::try_from(self.text.len() + string.len()) else { return false };
        self.text.push_str(string);
        self.ends.push(end);
        true
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The string at `index`.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        Some(&self.text[start..end])
    }

    /// The strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }
}

/// # Panics
/// If the strings together take more than 4 GiB; the parser uses a checked path.
impl<S: AsRef<str>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Strings {
        let mut all = Strings::default();
        for string in strings {
            assert!(all.push(string.as_ref()), "more than 4 GiB of strings");
        }
        all
    }
}

impl fmt::Debug for Strings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} strings", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_keep_their_bounds() {
        let strings: Strings = ["a", "", "ß∂", "z"].into_iter().collect();
        assert_eq!(strings.iter().collect::<Vec<_>>(), ["a", "", "ß∂", "z"]);
        assert_eq!((strings.get(3), strings.get(4), strings.len()), (Some("z"), None, 4));
    }

    #[test]
    fn values_say_what_they_are() {
        assert_eq!(Value::from(-5).to_string(), "i32 -5");
        assert_eq!(Value::from("a\n").to_string(), "str \"a\\n\"");
        assert_eq!(["a", "b"].into_iter().collect::<Value>().to_string(), "array of 2 str");
        assert_eq!(Value::from(u64::MAX).as_integer(), Some(18_446_744_073_709_551_615));
        assert_eq!(Value::from(1.0f32).as_integer(), None);
    }
}
