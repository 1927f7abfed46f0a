//! What a pickle of a state dict may be made of.

use crate::Dtype;

/// A value's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub(super) u32);

/// A value; text is borrowed from the file.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Known(Known),
    Storage(Storage<'a>),
    Tensor(Box<TensorRef<'a>>),
    /// None, bools, floats, a `torch.Size`: nothing that weights depend on.
    Other,
}

/// The names that a state dict's pickle may mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    OrderedDict,
    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`.
    Tensor,
    /// `_rebuild_parameter(tensor, requires_grad, hooks)`.
    Parameter,
    FromType,
    /// A type of storage, with the numbers in it, or the type's name where Fathom does not read them.
    Storage(Result<Dtype, &'static str>),
    /// Things beside the weights.
    Inert,
}

impl Known {
    /// Which one it is; `None` for every name that is not listed here.
    pub(super) fn of(module: &str, name: &str) -> Option<Known> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Known::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Known::Tensor,
            ("torch._utils", "_rebuild_parameter") => Known::Parameter,
            ("torch._tensor", "_rebuild_from_type_v2") => Known::FromType,
            ("torch.nn.parameter", "Parameter") => Known::Inert,
            ("torch", "Size" | "device" | "Tensor" | "float32" | "float16" | "bfloat16") => Known::Inert,
            ("torch", name) => Known::Storage(storage(name)?),
            _ => return None,
        })
    }
}

fn storage(name: &str) -> Option<Result<Dtype, &'static str>> {
    Some(match name {
        "FloatStorage" => Ok(Dtype::F32),
        "HalfStorage" => Ok(Dtype::F16),
        "BFloat16Storage" => Ok(Dtype::BF16),
        "DoubleStorage" => Ok(Dtype::F64),
        "LongStorage" => Ok(Dtype::I64),
        "IntStorage" => Ok(Dtype::I32),
        "ShortStorage" => Ok(Dtype::I16),
        "CharStorage" => Ok(Dtype::I8),
        "ByteStorage" => Ok(Dtype::U8),
        "BoolStorage" => Ok(Dtype::Bool),
        "ComplexFloatStorage" => Err("complex64"),
        "ComplexDoubleStorage" => Err("complex128"),
        "QInt8Storage" => Err("qint8"),
        "QUInt8Storage" => Err("quint8"),
        "QInt32Storage" => Err("qint32"),
        _ => return None,
    })
}

/// A run of numbers that tensors share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Storage<'a> {
    pub(super) dtype: Result<Dtype, &'static str>,
    pub(super) key: &'a str,
    /// The first of them in what the file stores under the key.
    pub(super) first: u64,
    pub(super) numbers: u64,
}

/// A tensor: a view of a storage. Offset and strides count numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TensorRef<'a> {
    pub(super) storage: Storage<'a>,
    pub(super) offset: u64,
    pub(super) shape: Vec<u64>,
    pub(super) strides: Vec<u64>,
}
