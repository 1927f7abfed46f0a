//! # fathom-formats: the trust boundary
//!
//! Checkpoint files (GGUF, safetensors, PyTorch's .bin) become named tensors that borrow from the file's memory map. Whatever a file
//! claims is checked once, here, when it is opened: counts, lengths, offsets, shapes, names. After that a
//! [`TensorView`] is what it says: `data` has exactly the bytes that `shape` takes in `dtype`.
//!
//! In the picture of the whole: a path (from `fathom-fetch` or the user) goes in; `fathom-tokenizer` takes metadata
//! and `fathom-model` takes weights out. This crate knows no model and no tensor library; it does not dequantise.
//!
//! - [`Checkpoint`]: any of the formats, opened from a file or a folder.
//! - [`Memory`]: tensors that another program holds.
//! - [`Gguf`], with typed getters for metadata; [`Safetensors`] and [`Torch`], single or sharded.
//! - [`open_regular`] and [`read_regular`]: how files are opened, here and in the crates above; [`Stamp`]: what tells their
//!   states apart.
//! - [`FormatError`]: one variant a fault, each saying what was expected, what was found, where, and what to do.
//!
//! ```
//! use fathom_fixtures::write::GgufWriter;
//! use fathom_formats::{Checkpoint, Dtype, Kind};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("tiny.gguf");
//! let model = GgufWriter::new()
//!     .meta("general.architecture", "llama")
//!     .tensor_f32("output_norm.weight", &[4], &[1.0; 4])
//!     .tensor("output.weight", Dtype::Q8_0, &[2, 32], &[0; 68]);
//! std::fs::write(&path, model.to_bytes()?)?;
//!
//! let checkpoint = Checkpoint::open(folder.path())?; // the folder, or the file
//! assert_eq!(checkpoint.kind(), Kind::Gguf);
//! assert_eq!(checkpoint.names(), ["output.weight", "output_norm.weight"]);
//! assert_eq!(checkpoint.tensor("output.weight").unwrap().shape, [2, 32]);
//! assert_eq!(checkpoint.weights_label(), "Q8_0");
//! assert_eq!(checkpoint.parameters(), 68);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoint;
mod dtype;
mod error;
mod gguf;
mod lfs;
mod memory;
mod note;
mod open;
pub mod python_json;
mod safetensors;
mod shards;
mod sniff;
mod source;
mod stamp;
mod table;
mod tensor;
mod torch;

pub use checkpoint::{Checkpoint, Kind, is_constant};
pub use dtype::Dtype;
pub use error::{FormatError, listed, shortened};
pub use gguf::{Array, Gguf, Strings, Value};
pub use lfs::is_lfs_pointer;
pub use memory::{HeldBytes, Memory};
pub use note::Note;
pub use open::{FileError, open_regular, read_regular};
pub use safetensors::Safetensors;
pub use stamp::{Opened, Stamp};
pub use tensor::TensorView;
pub use torch::Torch;
