//! A checkpoint that is no file: tensors that another program holds in memory.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::shown;
use crate::source::MEMORY;
use crate::table::{Entry, Table, checked_shape};
use crate::{Dtype, FormatError, TensorView};

/// HeldBytes that somebody else owns, kept alive by being held.
pub type HeldBytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// Tensors in memory, borrowed as they are: the weights of a model that PyTorch has loaded, say. Names and shapes are
/// those of the model's safetensors files, or of its state dict.
///
/// ```
/// use fathom_formats::{Dtype, Memory};
/// let bytes: Vec<u8> = [1.0f32, 2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
/// let memory = Memory::new([("w".to_string(), Dtype::F32, vec![2], Box::new(bytes) as _)])?;
/// assert_eq!(memory.tensor("w").unwrap().to_f32_plain()?, [1.0, 2.0]);
/// # Ok::<(), fathom_formats::FormatError>(())
/// ```
pub struct Memory {
    tensors: Table,
    bytes: Vec<HeldBytes>,
}

impl Memory {
    /// Tensors by name: type, shape (row-major, outermost first), and the numbers, little-endian and row by row.
    ///
    /// # Errors
    /// A name that occurs twice, a shape with a zero in it, and bytes that are not as many as shape and type take.
    pub fn new(
        tensors: impl IntoIterator<Item = (String, Dtype, Vec<usize>, HeldBytes)>,
    ) -> Result<Memory, FormatError> {
        let (mut entries, mut all) = (Vec::new(), Vec::new());
        for (name, dtype, shape, bytes) in tensors {
            let claimed: Vec<u64> = shape.iter().map(|&dim| dim as u64).collect();
            let (shape, needed) = checked_shape(Path::new(MEMORY), &name, dtype, &claimed)?;
            let length = (*bytes).as_ref().len();
            if length != needed {
                return Err(FormatError::ByteCount {
                    file: PathBuf::from(MEMORY),
                    tensor: shown(&name),
                    dtype,
                    shape: format!("{shape:?}"),
                    needed: needed as u64,
                    given: length as u64,
                });
            }
            entries.push(Entry { name, dtype, shape, file: all.len(), range: 0..length });
            all.push(bytes);
        }
        let tensors = Table::new(entries).map_err(|twice| FormatError::DuplicateTensor {
            file: PathBuf::from(MEMORY),
            tensor: shown(&twice.0.name),
        })?;
        Ok(Memory { tensors, bytes: all })
    }

    /// A tensor by its exact name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.tensors.get(name).map(|entry| self.view(entry))
    }

    /// All tensors, sorted by name.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = TensorView<'_>> {
        self.tensors.entries().iter().map(|entry| self.view(entry))
    }

    fn view<'a>(&'a self, entry: &'a Entry) -> TensorView<'a> {
        TensorView::new(entry, (*self.bytes[entry.file]).as_ref())
    }
}

impl fmt::Debug for Memory {
    /// Its table: the numbers would fill screens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("tensors", &self.tensors).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, shape: &[usize], bytes: usize) -> (String, Dtype, Vec<usize>, HeldBytes) {
        (name.to_owned(), Dtype::BF16, shape.to_vec(), Box::new(vec![0u8; bytes]))
    }

    #[test]
    fn what_does_not_fit_together_is_refused_by_name() {
        let message = |tensors: Vec<_>| Memory::new(tensors).unwrap_err().to_string();
        let short = message(vec![tensor("a.weight", &[2, 3], 10)]);
        assert!(short.contains("a.weight") && short.contains("12") && short.contains("10"), "{short}");
        assert!(message(vec![tensor("a", &[0], 0)]).contains('a'));
        let twice = message(vec![tensor("b", &[1], 2), tensor("b", &[1], 2)]);
        assert!(twice.contains('b'), "{twice}");
        assert!(message(vec![tensor("a", &[usize::MAX, 2], 2)]).contains('a'));
    }
}
