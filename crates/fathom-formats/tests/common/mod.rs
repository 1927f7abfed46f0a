//! Files that lie: fields put together by hand, without the writer's checks.
#![allow(dead_code)] // Each test binary uses its part.

use fathom_formats::FormatError;

/// A file's bytes, built field by field.
#[derive(Clone, Default)]
pub(crate) struct Raw(pub(crate) Vec<u8>);

impl Raw {
    /// `GGUF`, the version, the two counts.
    pub(crate) fn gguf(tensors: u64, keys: u64) -> Raw {
        Raw(b"GGUF".to_vec()).u32(3).u64(tensors).u64(keys)
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Raw {
        self.0.extend(bytes);
        self
    }

    pub(crate) fn u32(self, value: u32) -> Raw {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u64(self, value: u64) -> Raw {
        self.bytes(&value.to_le_bytes())
    }

    /// Length, then bytes.
    pub(crate) fn str(self, text: impl AsRef<[u8]>) -> Raw {
        let text = text.as_ref();
        self.u64(text.len() as u64).bytes(text)
    }

    /// A metadata key and its type's number; the value is up to the caller.
    pub(crate) fn key(self, key: &str, kind: u32) -> Raw {
        self.str(key).u32(kind)
    }

    /// A tensor's description; dimensions innermost first, as in the file.
    pub(crate) fn tensor(self, name: &str, dims: &[u64], kind: u32, offset: u64) -> Raw {
        let named = self.str(name).u32(dims.len() as u32);
        dims.iter().fold(named, |raw, &dim| raw.u64(dim)).u32(kind).u64(offset)
    }

    /// Zeros up to a multiple of `alignment`, then `n` more.
    pub(crate) fn data(mut self, alignment: usize, n: usize) -> Raw {
        self.0.resize(self.0.len().next_multiple_of(alignment) + n, 0);
        self
    }
}

/// A safetensors file: the header's length, the header, `data` zeros.
pub(crate) fn safetensors(header: impl AsRef<[u8]>, data: usize) -> Vec<u8> {
    let mut raw = Raw::default().str(header).0;
    raw.resize(raw.len() + data, 0);
    raw
}

/// The error's variant, as `Truncated`.
pub(crate) fn variant(error: &FormatError) -> String {
    let debug = format!("{error:?}");
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

/// Asserts that an error is of the variant, and that its message holds each of the parts.
#[track_caller]
pub(crate) fn assert_error<T>(case: &str, result: Result<T, FormatError>, expected: &str, parts: &[&str]) {
    let error = match result {
        Ok(_) => panic!("{case}: was accepted, expected {expected}"),
        Err(error) => error,
    };
    let message = error.to_string();
    assert_eq!(variant(&error), expected, "{case}: {message}");
    for part in parts {
        assert!(message.contains(part), "{case}: {part:?} is not in {message:?}");
    }
    assert!(message.len() < 2000 && !message.contains('\u{1b}'), "{case}: unfit to print: {message:?}");
}
