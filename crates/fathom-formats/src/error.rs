//! Everything that can be wrong with a checkpoint's files.

use std::path::{Path, PathBuf};

use crate::{Dtype, FileError};

/// Why a checkpoint could not be read: what was expected, what was found, in which file and where in it, and
/// what to do about it. Names that come out of a file are escaped and shortened, so a message is safe to print.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each variant's message says what its fields are.
pub enum FormatError {
    // ---- Paths
    #[error("{}: no such file or folder; give the path of a .gguf or .safetensors file, or of a folder with model.safetensors", path.display())]
    NotFound { path: PathBuf },
    #[error("{}: cannot {doing}: {source}", path.display())]
    Io { path: PathBuf, doing: &'static str, source: std::io::Error },
    #[error("{}: expected a regular file, found {found}", path.display())]
    NotAFile { path: PathBuf, found: &'static str },
    #[error("{}: the file was changed while it was read; load it again when nothing writes to it", path.display())]
    Changed { path: PathBuf },
    #[error("{}: the file is empty (0 bytes); expected a .gguf or .safetensors checkpoint: fetch it again", path.display())]
    Empty { path: PathBuf },
    #[error("{}: not a {expected} file: it starts with {found}; give a .gguf, .safetensors or PyTorch .bin checkpoint", path.display())]
    NotAModel { path: PathBuf, expected: &'static str, found: String },
    #[error("{}: no weights in this folder; expected model.safetensors or pytorch_model.bin, the index (….index.json) of either with its shards, or one .gguf file; it holds {found}", folder.display())]
    NoWeights { folder: PathBuf, found: String },
    #[error("{}: the only weights here are {found}, which Fathom does not read; convert them once with Python: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)", folder.display())]
    OtherWeights { folder: PathBuf, found: String },
    #[error("{}: several .gguf files and no model.safetensors ({found}); give the path of one of the files", folder.display())]
    SeveralGguf { folder: PathBuf, found: String },

    // ---- GGUF: the header
    #[error("{}: GGUF version {version} is not supported (expected 2 or 3); convert the model again with a current llama.cpp", file.display())]
    GgufVersion { file: PathBuf, version: u32 },
    #[error("{}: a big-endian GGUF file; Fathom reads little-endian ones: convert it with gguf-py's gguf_convert_endian", file.display())]
    BigEndian { file: PathBuf },
    #[error("{}: part {part} of {parts} of a split GGUF; merge the parts first: llama-gguf-split --merge FIRST-PART OUT.gguf", file.display())]
    SplitGguf { file: PathBuf, part: u64, parts: u64 },
    #[error("{}: truncated: {place} at byte {offset} needs {needed} more bytes, {available} are left; fetch the file again", file.display())]
    Truncated { file: PathBuf, place: String, offset: u64, needed: u64, available: u64 },
    #[error("{}: the header is larger than {limit} bytes ({place} is beyond them); no known model needs that much, so the file is taken to be damaged", file.display())]
    HeaderTooLarge { file: PathBuf, place: String, limit: u64 },
    #[error("{}: {place} claims {claimed} {what}, at most {limit} fit here; the file is cut off, damaged or lying", file.display())]
    CountTooLarge { file: PathBuf, place: String, what: &'static str, claimed: u64, limit: u64 },
    #[error("{}: {place} at byte {offset} is not valid UTF-8; the file is damaged or was written by a faulty converter", file.display())]
    BadUtf8 { file: PathBuf, place: String, offset: u64 },
    #[error("{}: {place} at byte {offset}: expected {expected}, found {found}", file.display())]
    BadValue { file: PathBuf, place: String, offset: u64, expected: &'static str, found: u64 },
    #[error("{}: {place}: arrays nested more than {limit} deep", file.display())]
    NestedTooDeep { file: PathBuf, place: String, limit: usize },
    #[error("{}: metadata key {key} occurs twice", file.display())]
    DuplicateKey { file: PathBuf, key: String },
    #[error("{}: general.alignment is {found}, expected a power of two from 1 to {limit}", file.display())]
    BadAlignment { file: PathBuf, found: String, limit: u64 },

    // ---- GGUF: metadata asked for by a reader
    #[error("{}: metadata key {key} is missing (expected {expected})", file.display())]
    MissingKey { file: PathBuf, key: String, expected: &'static str },
    #[error("{}: metadata key {key}: expected {expected}, found {found}", file.display())]
    WrongType { file: PathBuf, key: String, expected: &'static str, found: String },

    // ---- Tensors, both formats
    #[error("{}: tensor {tensor} occurs twice", file.display())]
    DuplicateTensor { file: PathBuf, tensor: String },
    #[error("{}: tensor {tensor} has {found} dimensions, expected {least} to {most}", file.display())]
    BadRank { file: PathBuf, tensor: String, found: u64, least: u64, most: u64 },
    #[error("{}: tensor {tensor} has a dimension of length zero: {shape} (an unfinished or partitioned save?)", file.display())]
    ZeroDim { file: PathBuf, tensor: String, shape: String },
    #[error("{}: tensor {tensor}: the size of shape {shape} in {dtype} overflows", file.display())]
    ShapeOverflow { file: PathBuf, tensor: String, shape: String, dtype: Dtype },
    #[error("{}: tensor {tensor} is stored as {dtype}, which Fathom does not read; it reads {readable}: requantise or convert the model", file.display())]
    UnsupportedDtype { file: PathBuf, tensor: String, dtype: String, readable: &'static str },
    #[error("{}: tensor {tensor}: rows of {row} numbers are not whole {dtype} blocks of {block}", file.display())]
    PartialBlock { file: PathBuf, tensor: String, dtype: Dtype, row: usize, block: usize },
    #[error("{}: tensor {tensor} starts at offset {offset}, which is not a multiple of the file's alignment, {alignment}", file.display())]
    Unaligned { file: PathBuf, tensor: String, offset: u64, alignment: u64 },
    #[error("{}: tensor {tensor} would take bytes {start}..{end} but the file has {length}; it was cut off, or lies: fetch it again", file.display())]
    OutOfRange { file: PathBuf, tensor: String, start: String, end: String, length: u64 },
    #[error("{}: tensors {first} and {second} overlap at byte {offset}", file.display())]
    Overlap { file: PathBuf, first: String, second: String, offset: u64 },
    #[error("tensor {tensor} is quantised ({dtype}) and has no plain f32 form here; dequantise it first")]
    Quantised { tensor: String, dtype: Dtype },

    #[error("{}: tensor {tensor}: shape {shape} in {dtype} takes {needed} bytes, {given} were given", file.display())]
    ByteCount { file: PathBuf, tensor: String, dtype: Dtype, shape: String, needed: u64, given: u64 },

    // ---- safetensors
    #[error("{}: the safetensors header is not as expected: {message}", file.display())]
    BadHeader { file: PathBuf, message: String },
    #[error("{}: tensor {tensor}: shape {shape} in {dtype} takes {expected} bytes, but data_offsets are {found}", file.display())]
    WrongLength { file: PathBuf, tensor: String, dtype: Dtype, shape: String, expected: u64, found: String },
    #[error("{}: bytes {start}..{end} of the data belong to no tensor; the file is damaged or was added to", file.display())]
    UnclaimedBytes { file: PathBuf, start: u64, end: u64 },

    // ---- shards
    #[error("{}: not a shard index: {message}", file.display())]
    BadIndex { file: PathBuf, message: String },
    #[error("{}: the shard name {shard} is refused: expected the plain name of a {ending} file in the same folder", file.display())]
    ShardName { file: PathBuf, shard: String, ending: &'static str },
    #[error("{}: shard {shard}, named by the index, is missing from the folder: fetch the model again", file.display())]
    ShardMissing { file: PathBuf, shard: String },
    #[error("{}: shard {shard} is in the folder but not in the index; index and shards come from different saves", file.display())]
    ShardUnlisted { file: PathBuf, shard: String },
    #[error("{}: tensor {tensor} is said to be in shard {shard}, which does not have it", file.display())]
    NotInShard { file: PathBuf, tensor: String, shard: String },
    #[error("{}: tensor {tensor} is in two shards, {first} and {second}", file.display())]
    InTwoShards { file: PathBuf, tensor: String, first: String, second: String },
    #[error("{}: a shard ({shard}) without {index} beside it; fetch the index too", folder.display())]
    IndexMissing { folder: PathBuf, shard: String, index: &'static str },

    // ---- PyTorch
    #[error("{}: not a checkpoint that torch.save wrote: {message}; fetch the file again, or save it again as safetensors", file.display())]
    BadZip { file: PathBuf, message: String },
    #[error("{}: {place} at byte {offset} is not a state dict's: {message}; fetch the file again, or save it again as safetensors", file.display())]
    BadPickle { file: PathBuf, place: String, offset: u64, message: String },
    #[error("{}: the pickle asks for {name}, which a plain set of weights does not need; Fathom runs nothing that a file names: save the weights alone, torch.save(model.state_dict(), ...), or as safetensors", file.display())]
    PickledCode { file: PathBuf, name: String },
    #[error("{}: tensor {tensor}: {message}; the file is damaged or lying", file.display())]
    BadStorage { file: PathBuf, tensor: String, message: String },
    #[error("{}: no tensors in it, but {found}; save the weights alone: torch.save(model.state_dict(), ...)", file.display())]
    NoTensors { file: PathBuf, found: String },
    #[error("{}: a big-endian PyTorch checkpoint; save it again on a little-endian machine", file.display())]
    BigEndianTorch { file: PathBuf },
}

impl FormatError {
    /// True where the file is sound but of a kind that Fathom does not read (the command line's exit code 3).
    pub fn is_unsupported(&self) -> bool {
        use FormatError::*;
        matches!(
            self,
            GgufVersion { .. }
                | BigEndian { .. }
                | BigEndianTorch { .. }
                | PickledCode { .. }
                | SplitGguf { .. }
                | UnsupportedDtype { .. }
                | OtherWeights { .. }
                | Quantised { .. }
        )
    }
}

/// A name out of a file, made fit for a message: quoted, escaped, and cut where it is long.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 96;
    match name.char_indices().nth(MOST) {
        None => format!("{name:?}"),
        Some((cut, _)) => format!("{:?}… ({} bytes)", &name[..cut], name.len()),
    }
}

/// The first `most` names out of a file or folder for a message, each made fit for it, and how many more there are.
pub fn listed<S: AsRef<str>>(names: &[S], most: usize) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let first: Vec<String> = names.iter().take(most).map(|name| shown(name.as_ref())).collect();
    match names.len().saturating_sub(most) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// What another library says of a file for a message: it may quote the file at any length.
pub fn shortened(message: &impl std::fmt::Display) -> String {
    const MOST: usize = 400;
    let text = message.to_string();
    match text.char_indices().nth(MOST) {
        None => text,
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
    }
}

/// A shape for a message, cut where it is long.
pub(crate) fn shown_shape(shape: &[u64]) -> String {
    const MOST: usize = 8;
    let dims: Vec<String> = shape.iter().take(MOST).map(u64::to_string).collect();
    let more = if shape.len() > MOST { ", …" } else { "" };
    format!("[{}{more}]", dims.join(", "))
}

/// An error of [`open_regular`](crate::open_regular) or [`read_regular`](crate::read_regular), by its own variant where
/// there is one.
pub(crate) fn file(path: &Path) -> impl FnOnce(FileError) -> FormatError {
    let path = path.to_owned();
    move |error| match error {
        FileError::NotRegular(found) => FormatError::NotAFile { path, found },
        error => io(&path, "open the file")(error.into()),
    }
}

pub(crate) fn io(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> FormatError {
    let path = path.to_owned();
    move |source| match source.kind() {
        std::io::ErrorKind::NotFound if path.symlink_metadata().is_ok() => {
            FormatError::Io { path, doing: "follow the link", source }
        }
        std::io::ErrorKind::NotFound => FormatError::NotFound { path },
        _ => FormatError::Io { path, doing, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_cut() {
        assert_eq!(shown("a\u{1b}[31m\u{202e}b"), "\"a\\u{1b}[31m\\u{202e}b\"");
        let long = shown(&"é".repeat(5000));
        assert!(long.len() < 300 && long.ends_with("(10000 bytes)"), "{long}");
        assert_eq!(listed(&["a", "b"], 2), "\"a\", \"b\"");
        assert_eq!(listed(&["a", "b", "c"], 2), "\"a\", \"b\" and 1 more");
        assert_eq!(listed::<&str>(&[], 2), "nothing");
        assert_eq!(shown_shape(&[1; 20]), "[1, 1, 1, 1, 1, 1, 1, 1, …]");
    }
}
