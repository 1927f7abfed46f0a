//! safetensors: one file, or a folder of shards with an index.

mod header;

use std::path::{Path, PathBuf};

pub(crate) use header::MAX_HEADER;

use crate::error::shown;
use crate::source::{self, Source};
use crate::table::{Entry, Table};
use crate::{FormatError, TensorView, shards};

/// The file name of an unsharded checkpoint.
pub(crate) const SINGLE: &str = "model.safetensors";
/// The file name of a sharded checkpoint's index.
pub(crate) const INDEX: &str = "model.safetensors.index.json";
/// How the names of its shards end.
pub(crate) const ENDING: &str = ".safetensors";

/// An open safetensors checkpoint: all of its files are mapped and their headers checked.
///
/// ```
/// use fathom_formats::Safetensors;
/// let header = br#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
/// let mut file = (header.len() as u64).to_le_bytes().to_vec();
/// file.extend(header);
/// file.extend([0, 0, 128, 63, 0, 0, 0, 64]);
/// let checkpoint = Safetensors::from_bytes(file)?;
/// assert_eq!(checkpoint.tensor("w").unwrap().to_f32_plain()?, [1.0, 2.0]);
/// # Ok::<(), fathom_formats::FormatError>(())
/// ```
#[derive(Debug)]
pub struct Safetensors {
    path: PathBuf,
    sources: Vec<Source>,
    tensors: Table,
    notes: Vec<(String, String)>,
}

impl Safetensors {
    /// Opens a `.safetensors` file, a shard index, or a folder that holds `model.safetensors` (taken first, as
    /// transformers does) or `model.safetensors.index.json` with its shards.
    ///
    /// Of a sharded checkpoint every shard is checked against the index: none may be missing or left over, and
    /// each tensor must be in the shard that the index names and in no other. A tensor that the index does not
    /// name is read all the same, so that a strict loader can report it.
    pub fn open(path: &Path) -> Result<Safetensors, FormatError> {
        if path.is_dir() {
            let single = path.join(SINGLE);
            if crate::checkpoint::is_there(&single) {
                return Safetensors::single(path, Source::open(&single)?);
            }
            return Safetensors::sharded(path, &path.join(INDEX));
        }
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".safetensors.index.json")) {
            return Safetensors::sharded(path.parent().unwrap_or(Path::new("")), path);
        }
        Safetensors::single(path, Source::open(path)?)
    }

    /// Checks one file in memory (for tests and fuzzing); errors call it `<memory>`.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Safetensors, FormatError> {
        Safetensors::single(Path::new(source::MEMORY), Source::owned(bytes))
    }

    pub(crate) fn single(path: &Path, source: Source) -> Result<Safetensors, FormatError> {
        let (entries, notes) = header::parse(source.path(), 0, &source)?;
        let tensors = Table::new(entries).map_err(|twice| FormatError::DuplicateTensor {
            file: source.path().to_owned(),
            tensor: shown(&twice.0.name),
        })?;
        Ok(Safetensors {
            path: path.to_owned(),
            sources: vec![source],
            tensors,
            notes: notes.into_iter().collect(),
        })
    }

    fn sharded(folder: &Path, index: &Path) -> Result<Safetensors, FormatError> {
        let mut notes = header::Notes::new();
        let (sources, tensors) = shards::open(folder, index, ENDING, |source, number| {
            let (entries, of_shard) = header::parse(source.path(), number, source)?;
            notes.extend(of_shard);
            Ok(entries)
        })?;
        Ok(Safetensors { path: folder.to_owned(), sources, tensors, notes: notes.into_iter().collect() })
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

    /// The free-text notes of the files' `__metadata__`, sorted by key (as `format`: `pt`).
    pub fn notes(&self) -> &[(String, String)] {
        &self.notes
    }

    /// A tensor by its exact name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.tensors.get(name).map(|entry| self.view(entry))
    }

    /// See [`Checkpoint::release`](crate::Checkpoint::release).
    pub(crate) fn release(&self, name: &str) {
        if let Some(entry) = self.tensors.get(name) {
            self.sources[entry.file].release(self.view(entry).data);
        }
    }

    /// All tensors, sorted by name.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = TensorView<'_>> {
        self.tensors.entries().iter().map(|entry| self.view(entry))
    }

    fn view<'a>(&'a self, entry: &'a Entry) -> TensorView<'a> {
        TensorView::new(entry, &self.sources[entry.file])
    }
}
