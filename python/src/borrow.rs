//! Weights that Python holds, read where they lie.

use crate::errors::{invalid, raise};
use fathom::ModelError;
use fathom::formats::{Dtype, Memory, TensorView};
use pyo3::prelude::*;
use sha2::{Digest, Sha256};

/// A tensor as Python hands it over: name, type (`F32`, `BF16` …), shape, address of its first byte, bytes, and the
/// object that owns them. Contiguous, row by row.
pub(crate) type Given = (String, String, Vec<usize>, usize, usize, Py<PyAny>);

/// Memory that a Python object owns.
struct Borrowed {
    address: usize,
    length: usize,
    /// Held so that it lives as long as the bytes are looked at. pyo3 lets go of it when Python is next at hand.
    _owner: Py<PyAny>,
}

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `fathom/_torch.py` hands over the address and size of a contiguous CPU tensor's storage together with
        // the tensor, which is held. What can't be ruled out is another Python thread writing to it meanwhile; that gives
        // wrong weights, as training a model while it is read would.
        unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(self.address), self.length) }
    }
}

/// A checkpoint of what Python holds.
pub(crate) fn checkpoint(tensors: Vec<Given>) -> PyResult<Memory> {
    if cfg!(target_endian = "big") {
        return Err(invalid("weights in memory are read on little-endian machines only"));
    }
    let mut read = Vec::with_capacity(tensors.len());
    for (name, dtype, shape, address, length, owner) in tensors {
        let known = Dtype::ALL.into_iter().find(|known| !known.is_quantised() && known.to_string() == dtype);
        let Some(known) = known else {
            return Err(invalid(format!("tensor {name} is of type {dtype}, which Fathom does not read")));
        };
        if address == 0 || length == 0 {
            return Err(invalid(format!("tensor {name} is empty, or its numbers are not in memory")));
        }
        let bytes = Box::new(Borrowed { address, length, _owner: owner });
        read.push((name, known, shape, bytes as _));
    }
    Memory::new(read).map_err(|error| raise(ModelError::from(error)))
}

/// What readings call the weights: the SHA-256 of every tensor's name, type, shape and bytes, in order of names.
pub(crate) fn sha256(memory: &Memory) -> String {
    let mut hash = Sha256::new();
    for TensorView { name, dtype, shape, data } in memory.tensors() {
        hash.update(format!("{name}\0{dtype}\0{shape:?}\0"));
        hash.update(data);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
