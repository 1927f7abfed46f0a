//! Paths: what on this disk counts as a checkpoint.

use crate::error::FetchError;
use std::fs;
use std::path::{Path, PathBuf};

/// A checkpoint on disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// What `Checkpoint::open` takes: a file, or a folder of safetensors.
    pub(crate) path: PathBuf,
    /// The weight files, shards in order.
    pub(crate) files: Vec<PathBuf>,
}

/// Whether a name that is no existing path was meant as one.
pub(crate) fn looks_like_a_path(name: &str) -> bool {
    Path::new(name).is_absolute()
        || name.starts_with(['.', '~'])
        || name.contains('\\')
        || name.ends_with('/')
        || (is_weights(name) && !name.contains(':'))
}

fn is_weights(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".gguf") || name.ends_with(".safetensors")
}

/// The checkpoint at an existing path.
pub(crate) fn checkpoint(path: &Path) -> Result<Local, FetchError> {
    if path.is_dir() {
        return folder(path);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if is_weights(&name) {
        return Ok(Local { path: path.to_owned(), files: vec![path.to_owned()] });
    }
    // The index of a sharded checkpoint stands for its folder.
    if name == INDEX {
        return folder(
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        );
    }
    let extension = Path::new(&name).extension().unwrap_or_default().to_string_lossy().into_owned();
    let why = match extension.as_str() {
        "bin" | "pt" | "pth" | "ckpt" => "a PyTorch pickle is not read; convert it to safetensors".to_owned(),
        "" => "expected a .gguf or .safetensors file, found one without extension".to_owned(),
        other => format!("expected a .gguf or .safetensors file, found .{other}"),
    };
    Err(FetchError::NotAModel { path: path.to_owned(), why })
}

pub(crate) const SINGLE: &str = "model.safetensors";
pub(crate) const INDEX: &str = "model.safetensors.index.json";

fn folder(path: &Path) -> Result<Local, FetchError> {
    let single = path.join(SINGLE);
    if single.is_file() {
        return Ok(Local { path: path.to_owned(), files: vec![single] });
    }
    let index = path.join(INDEX);
    if index.is_file() {
        let not_a_model = |why| FetchError::NotAModel { path: path.to_owned(), why };
        let bytes = fs::read(&index).map_err(crate::error::disk("read", &index))?;
        let shards = shards_of(&bytes).map_err(|why| not_a_model(format!("{INDEX}: {why}")))?;
        let missing: Vec<&str> =
            shards.iter().filter(|shard| !path.join(shard).is_file()).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(not_a_model(format!(
                "{INDEX} names shards that are missing: {}",
                missing.join(", ")
            )));
        }
        let files = shards.iter().map(|shard| path.join(shard)).collect();
        return Ok(Local { path: path.to_owned(), files });
    }
    let entries = names_in(path)?;
    let mut candidates: Vec<&String> = entries.iter().filter(|name| is_weights(name)).collect();
    candidates.sort();
    match candidates.as_slice() {
        [one] => Ok(Local { path: path.join(one), files: vec![path.join(one)] }),
        [] => Err(FetchError::NotAModel { path: path.to_owned(), why: no_weights(&entries) }),
        several => Err(FetchError::SeveralModels {
            place: format!("`{}`", path.display()),
            how: "by giving the file's path".to_owned(),
            files: several.iter().map(|name| path.join(name).display().to_string()).collect(),
        }),
    }
}

fn no_weights(entries: &[String]) -> String {
    let expected = format!("no weights in the folder (expected {SINGLE}, {INDEX} or a .gguf file)");
    match entries.iter().find(|name| name.ends_with(".bin") || name.ends_with(".pth")) {
        Some(pickle) => format!("{expected}; {pickle} is a PyTorch pickle: convert it to safetensors"),
        None => expected,
    }
}

fn names_in(path: &Path) -> Result<Vec<String>, FetchError> {
    let read = |source| FetchError::Disk { action: "read the folder", path: path.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(read)? {
        names.push(entry.map_err(read)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Model files beside a path that does not exist: the likely typing error.
pub(crate) fn beside(path: &Path) -> Vec<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> =
        names_in(parent).unwrap_or_default().into_iter().filter(|name| is_weights(name)).collect();
    names.sort();
    names.truncate(5);
    names
}

/// The shard files that an index names, sorted, each once.
pub(crate) fn shards_of(index: &[u8]) -> Result<Vec<String>, String> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: std::collections::BTreeMap<String, String>,
    }
    let index: Index =
        serde_json::from_slice(index).map_err(|error| format!("not a shard index: {error}"))?;
    let shards: std::collections::BTreeSet<String> = index.weight_map.into_values().collect();
    if shards.is_empty() {
        return Err("it names no shards".to_owned());
    }
    match shards.iter().find(|shard| !is_plain_relative(shard) || !is_weights(shard)) {
        Some(strange) => Err(format!("`{strange}` is not the name of a shard beside it")),
        None => Ok(shards.into_iter().collect()),
    }
}

/// A relative path that stays below where it starts: what a file list from elsewhere may name.
pub(crate) fn is_plain_relative(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}
