//! PyTorch checkpoints (`pytorch_model.bin`, `.pt`, `.pth`): what `torch.save(model.state_dict(), …)` writes, in its zip
//! form and in the older one that many repositories still hold. No code in a pickle is ever run.
//!
//! Why not candle's reader (`candle_core::pickle` 0.11): it indexes what a file claims without a look (`Vec::remove`
//! panics on short argument lists, a long number of 9 bytes overflows a shift), allocates up to 4 GB on a claimed length,
//! copies whole values for each memo so that 40 instructions can ask for a terabyte, skips tensors that it can't read
//! with a line on stderr, reads no strided view, copies what could be mapped, and does not know the older form. This
//! one takes linear time and memory in the file's size.

mod instructions;
mod legacy;
mod machine;
mod state;
mod value;
mod zip;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use machine::{Machine, Refusal};

use crate::error::shown;
use crate::source::{self, Source};
use crate::table::{Entry, Table};
use crate::{FormatError, TensorView, shards, sniff};

/// The file name of an unsharded checkpoint.
pub(crate) const SINGLE: &str = "pytorch_model.bin";
/// The file name of a sharded checkpoint's index.
pub(crate) const INDEX: &str = "pytorch_model.bin.index.json";
/// How the names of its shards end.
pub(crate) const ENDING: &str = ".bin";

/// An open PyTorch checkpoint: its files are mapped, and their pickles have been read.
///
/// Tensors that share their numbers (a head that is the embedding) are views of the same bytes. A tensor that does
/// not lie row by row (a transposed view) is put in order when the file is opened, and held in memory.
#[derive(Debug)]
pub struct Torch {
    path: PathBuf,
    sources: Vec<Source>,
    tensors: Table,
    /// Tensors that were put in order, by name.
    ordered: HashMap<String, Vec<u8>>,
}

impl Torch {
    /// Opens a checkpoint file, a shard index, or a folder that holds `pytorch_model.bin` or
    /// `pytorch_model.bin.index.json` with its shards, which are checked against each other.
    pub fn open(path: &Path) -> Result<Torch, FormatError> {
        if path.is_dir() {
            let single = path.join(SINGLE);
            if crate::checkpoint::is_there(&single) {
                return Torch::single(path, Source::open(&single)?);
            }
            return Torch::sharded(path, &path.join(INDEX));
        }
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".bin.index.json")) {
            return Torch::sharded(path.parent().unwrap_or(Path::new("")), path);
        }
        Torch::single(path, Source::open(path)?)
    }

    /// Checks one file in memory (for tests and fuzzing); errors call it `<memory>`.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Torch, FormatError> {
        Torch::single(Path::new(source::MEMORY), Source::owned(bytes))
    }

    pub(crate) fn single(path: &Path, source: Source) -> Result<Torch, FormatError> {
        let mut ordered = HashMap::new();
        let entries = parse(&source, 0, &mut ordered)?;
        let tensors = Table::new(entries).map_err(|twice| FormatError::DuplicateTensor {
            file: source.path().to_owned(),
            tensor: shown(&twice.0.name),
        })?;
        Ok(Torch { path: path.to_owned(), sources: vec![source], tensors, ordered })
    }

    fn sharded(folder: &Path, index: &Path) -> Result<Torch, FormatError> {
        let mut ordered = HashMap::new();
        let (sources, tensors) =
            shards::open(folder, index, ENDING, |source, number| parse(source, number, &mut ordered))?;
        Ok(Torch { path: folder.to_owned(), sources, tensors, ordered })
    }

    /// What was opened: the file or the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The weight files, sorted by name.
    pub fn files(&self) -> Vec<PathBuf> {
        self.sources.iter().map(|source| source.path().to_owned()).collect()
    }

    /// A tensor by its exact name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.tensors.get(name).map(|entry| self.view(entry))
    }

    /// See [`Checkpoint::release`](crate::Checkpoint::release). What was put in order stays in memory; its part of the
    /// file is given back.
    pub(crate) fn release(&self, name: &str) {
        if let Some(entry) = self.tensors.get(name) {
            let source = &self.sources[entry.file];
            source.release(&source[entry.range.clone()]);
        }
    }

    /// All tensors, sorted by name.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = TensorView<'_>> {
        self.tensors.entries().iter().map(|entry| self.view(entry))
    }

    fn view<'a>(&'a self, entry: &'a Entry) -> TensorView<'a> {
        match self.ordered.get(&entry.name) {
            Some(data) => TensorView { name: &entry.name, dtype: entry.dtype, shape: &entry.shape, data },
            None => TensorView::new(entry, &self.sources[entry.file]),
        }
    }
}

/// True if the bytes start as `torch.save` begins, in either form.
pub(crate) fn like_torch(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || legacy::is_legacy(bytes)
}

fn parse(
    source: &Source,
    number: usize,
    ordered: &mut HashMap<String, Vec<u8>>,
) -> Result<Vec<Entry>, FormatError> {
    let file = source.path();
    let mut found = if legacy::is_legacy(source) {
        legacy::read(file, source)?
    } else if source.starts_with(b"PK\x03\x04") {
        zipped(file, source)?
    } else {
        return Err(FormatError::NotAModel {
            path: file.to_owned(),
            expected: "PyTorch",
            found: sniff::describe(source),
        });
    };
    ordered.extend(found.ordered.drain());
    found.entries.iter_mut().for_each(|entry| entry.file = number);
    Ok(found.entries)
}

/// The zip form: `NAME/data.pkl`, and each storage as `NAME/data/KEY`.
fn zipped(file: &Path, bytes: &[u8]) -> Result<state::Found, FormatError> {
    let entries = zip::entries(file, bytes)?;
    let mut folders = entries.keys().filter_map(|name| name.strip_suffix("data.pkl"));
    let (Some(folder), None) = (folders.next(), folders.next()) else {
        let message = "expected one data.pkl in the zip archive".to_owned();
        return Err(FormatError::BadZip { file: file.to_owned(), message });
    };
    let at = |name: &str| entries.get(format!("{folder}{name}").as_str()).cloned();
    if at("byteorder").is_some_and(|range| bytes[range].trim_ascii() == b"big") {
        return Err(FormatError::BigEndianTorch { file: file.to_owned() });
    }
    let pickle = at("data.pkl").unwrap_or_default();
    let (machine, result, _) = run(file, "data.pkl", bytes, pickle.start, pickle.end)?;
    state::read(file, bytes, &machine, result, |key| at(&format!("data/{key}")))
}

/// Runs the pickle in `bytes[start..end]`; errors say where in the file.
fn run<'a>(
    file: &Path,
    place: &str,
    bytes: &'a [u8],
    start: usize,
    end: usize,
) -> Result<(Machine<'a>, value::Id, usize), FormatError> {
    let pickle = bytes.get(start..end).unwrap_or_default();
    Machine::run(pickle).map_err(|(offset, refusal)| match refusal {
        Refusal::Code(name) => FormatError::PickledCode { file: file.to_owned(), name: shown(&name) },
        Refusal::Damaged(message) => FormatError::BadPickle {
            file: file.to_owned(),
            place: place.to_owned(),
            offset: (start + offset) as u64,
            message,
        },
    })
}
