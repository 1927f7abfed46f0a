//! Small writers **for fixtures, tests and tools**: of GGUF files, and of PyTorch's. They build the whole file in memory.

mod torch;

pub use torch::{TorchWriter, zip_stored};

use fathom_formats::{Array, Dtype, Value};
use std::collections::HashSet;

/// Builds a GGUF file. Metadata and tensors are written in the order in which they were added.
///
/// ```
/// use fathom_fixtures::write::GgufWriter;
/// use fathom_formats::Dtype;
/// let bytes = GgufWriter::new()
///     .meta("general.architecture", "gpt2")
///     .meta("tokenizer.ggml.tokens", fathom_formats::Value::from_iter(["a", "b"]))
///     .tensor("token_embd.weight", Dtype::F16, &[2, 4], &[0; 16]) // row-major: [vocabulary, width]
///     .to_bytes()?;
/// assert_eq!(&bytes[..4], b"GGUF");
/// # Ok::<(), fathom_fixtures::write::WriteError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GgufWriter {
    version: u32,
    alignment: usize,
    metadata: Vec<(String, Value)>,
    tensors: Vec<Tensor>,
}

#[derive(Debug, Clone)]
struct Tensor {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    data: Vec<u8>,
}

/// What the writer refuses to write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each variant's message says what its fields are.
pub enum WriteError {
    #[error("metadata key {0:?} was added twice")]
    DuplicateKey(String),
    #[error("tensor {0:?} was added twice")]
    DuplicateTensor(String),
    #[error("tensor {tensor:?}: GGUF has no type {dtype}")]
    NoSuchType { tensor: String, dtype: Dtype },
    #[error("tensor {tensor:?} of shape {shape:?} in {dtype} takes {expected} bytes, was given {found}")]
    WrongLength { tensor: String, shape: Vec<usize>, dtype: Dtype, expected: usize, found: usize },
    #[error("general.alignment is set by `alignment()`, not as metadata")]
    AlignmentAsMetadata,
    #[error("tensor {tensor:?} of shape {shape:?}: {dtype} needs rows of whole blocks of {}", dtype.block_len())]
    NoSuchShape { tensor: String, shape: Vec<usize>, dtype: Dtype },
}

impl Default for GgufWriter {
    fn default() -> GgufWriter {
        GgufWriter { version: 3, alignment: 32, metadata: Vec::new(), tensors: Vec::new() }
    }
}

impl GgufWriter {
    /// An empty file of version 3, aligned to 32 bytes.
    pub fn new() -> GgufWriter {
        GgufWriter::default()
    }

    /// The version written into the file (2 and 3 are readable).
    #[must_use]
    pub fn version(mut self, version: u32) -> GgufWriter {
        self.version = version;
        self
    }

    /// Where tensors start: multiples of this (and `general.alignment` says so, where it is not 32).
    /// Zero is taken for 1.
    #[must_use]
    pub fn alignment(mut self, alignment: u32) -> GgufWriter {
        self.alignment = (alignment as usize).max(1);
        self
    }

    /// Adds a metadata value.
    #[must_use]
    pub fn meta(mut self, key: &str, value: impl Into<Value>) -> GgufWriter {
        self.metadata.push((key.to_owned(), value.into()));
        self
    }

    /// Adds a tensor; `shape` is row-major (`[out, in]` for a linear weight), `data` its bytes as stored.
    #[must_use]
    pub fn tensor(mut self, name: &str, dtype: Dtype, shape: &[usize], data: &[u8]) -> GgufWriter {
        let (name, shape, data) = (name.to_owned(), shape.to_vec(), data.to_vec());
        self.tensors.push(Tensor { name, dtype, shape, data });
        self
    }

    /// Adds an F32 tensor.
    #[must_use]
    pub fn tensor_f32(self, name: &str, shape: &[usize], values: &[f32]) -> GgufWriter {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, Dtype::F32, shape, &data)
    }

    /// The file.
    ///
    /// # Errors
    /// Names that occur twice; a tensor whose bytes do not fit its shape; a type that GGUF does not have.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WriteError> {
        self.check()?;
        let mut metadata: Vec<(&str, &Value)> = self.metadata.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let alignment = Value::U32(self.alignment as u32);
        if self.alignment != 32 {
            metadata.push(("general.alignment", &alignment));
        }
        let mut out = b"GGUF".to_vec();
        out.extend(self.version.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((metadata.len() as u64).to_le_bytes());
        for (key, value) in metadata {
            put_str(&mut out, key);
            put_value(&mut out, value);
        }
        let mut offset = 0usize;
        for tensor in &self.tensors {
            put_str(&mut out, &tensor.name);
            out.extend((tensor.shape.len() as u32).to_le_bytes());
            for &dim in tensor.shape.iter().rev() {
                out.extend((dim as u64).to_le_bytes());
            }
            let ggml = tensor
                .dtype
                .ggml_type()
                .ok_or_else(|| WriteError::NoSuchType { tensor: tensor.name.clone(), dtype: tensor.dtype })?;
            out.extend(ggml.to_le_bytes());
            out.extend((offset as u64).to_le_bytes());
            offset = (offset + tensor.data.len()).next_multiple_of(self.alignment);
        }
        for tensor in &self.tensors {
            out.resize(out.len().next_multiple_of(self.alignment), 0);
            out.extend(&tensor.data);
        }
        Ok(out)
    }

    fn check(&self) -> Result<(), WriteError> {
        let mut keys = HashSet::new();
        for (key, _) in &self.metadata {
            if key == "general.alignment" {
                return Err(WriteError::AlignmentAsMetadata);
            }
            if !keys.insert(key) {
                return Err(WriteError::DuplicateKey(key.clone()));
            }
        }
        let mut names = HashSet::new();
        for Tensor { name, dtype, shape, data } in &self.tensors {
            if !names.insert(name) {
                return Err(WriteError::DuplicateTensor(name.clone()));
            }
            let expected = size_in_bytes(*dtype, shape).ok_or_else(|| WriteError::NoSuchShape {
                tensor: name.clone(),
                shape: shape.clone(),
                dtype: *dtype,
            })?;
            if expected != data.len() {
                return Err(WriteError::WrongLength {
                    tensor: name.clone(),
                    shape: shape.clone(),
                    dtype: *dtype,
                    expected,
                    found: data.len(),
                });
            }
        }
        Ok(())
    }
}

/// Bytes of a tensor; `None` without elements, with a row of broken blocks, or with more bytes than can be counted.
fn size_in_bytes(dtype: Dtype, shape: &[usize]) -> Option<usize> {
    let row = shape.last().copied().unwrap_or(1);
    let numbers = shape.iter().try_fold(1usize, |n, &dim| n.checked_mul(dim))?;
    let whole = numbers > 0 && row % dtype.block_len() == 0;
    if whole { (numbers / dtype.block_len()).checked_mul(dtype.block_bytes()) } else { None }
}

fn put_str(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

/// The type's number, then the value.
fn put_value(out: &mut Vec<u8>, value: &Value) {
    macro_rules! put {
        ($kind:literal, $bytes:expr) => {{
            out.extend(($kind as u32).to_le_bytes());
            out.extend($bytes);
        }};
    }
    match value {
        Value::U8(v) => put!(0, v.to_le_bytes()),
        Value::I8(v) => put!(1, v.to_le_bytes()),
        Value::U16(v) => put!(2, v.to_le_bytes()),
        Value::I16(v) => put!(3, v.to_le_bytes()),
        Value::U32(v) => put!(4, v.to_le_bytes()),
        Value::I32(v) => put!(5, v.to_le_bytes()),
        Value::F32(v) => put!(6, v.to_le_bytes()),
        Value::Bool(v) => put!(7, [u8::from(*v)]),
        Value::Str(v) => {
            put!(8, [0u8; 0]);
            put_str(out, v);
        }
        Value::Array(v) => {
            put!(9, [0u8; 0]);
            put_array(out, v);
        }
        Value::U64(v) => put!(10, v.to_le_bytes()),
        Value::I64(v) => put!(11, v.to_le_bytes()),
        Value::F64(v) => put!(12, v.to_le_bytes()),
    }
}

/// The elements' type, their number, the elements.
fn put_array(out: &mut Vec<u8>, array: &Array) {
    let mut head = |kind: u32| {
        out.extend(kind.to_le_bytes());
        out.extend((array.len() as u64).to_le_bytes());
    };
    macro_rules! put {
        ($kind:literal, $values:expr) => {{
            head($kind);
            $values.iter().for_each(|value| out.extend(value.to_le_bytes()));
        }};
    }
    match array {
        Array::U8(v) => put!(0, v),
        Array::I8(v) => put!(1, v),
        Array::U16(v) => put!(2, v),
        Array::I16(v) => put!(3, v),
        Array::U32(v) => put!(4, v),
        Array::I32(v) => put!(5, v),
        Array::F32(v) => put!(6, v),
        Array::Bool(v) => {
            head(7);
            out.extend(v.iter().map(|&value| u8::from(value)));
        }
        Array::Str(v) => {
            head(8);
            v.iter().for_each(|text| put_str(out, text));
        }
        Array::Array(v) => {
            head(9);
            v.iter().for_each(|inner| put_array(out, inner));
        }
        Array::U64(v) => put!(10, v),
        Array::I64(v) => put!(11, v),
        Array::F64(v) => put!(12, v),
    }
}
