//! Paths: what on this disk counts as a checkpoint.

use crate::error::FetchError;
use fathom_formats::{listed, read_regular, shortened};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// The largest index of shards that is read: more than a million tensors' worth.
pub(crate) const MOST_INDEX: u64 = 100_000_000;
/// How many names out of a file a message lists.
pub(crate) const MOST_NAMES: usize = 6;

/// A checkpoint on disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// What `Checkpoint::open` takes: a file, or a folder.
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

/// PyTorch's own files: weights where a path names one, but in a folder only under [`TORCH`]'s names, since trainers
/// leave much else with such endings (`training_args.bin`, `optimizer.pt`).
fn is_torch(name: &str) -> bool {
    [".bin", ".pt", ".pth"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

/// What a folder's weights are called in one format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    /// The only file.
    pub(crate) single: &'static str,
    /// The index of several.
    pub(crate) index: &'static str,
    /// How the several end.
    pub(crate) shard: &'static str,
}

/// What is taken first.
pub(crate) const SAFETENSORS: Names =
    Names { single: "model.safetensors", index: "model.safetensors.index.json", shard: ".safetensors" };
/// What is taken where there is nothing else: older repositories have only this.
pub(crate) const TORCH: Names =
    Names { single: "pytorch_model.bin", index: "pytorch_model.bin.index.json", shard: ".bin" };

/// The checkpoint at an existing path.
pub(crate) fn checkpoint(path: &Path) -> Result<Local, FetchError> {
    if path.is_dir() {
        return folder(path);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if is_weights(&name) || is_torch(&name) {
        return Ok(Local { path: path.to_owned(), files: vec![path.to_owned()] });
    }
    // The index of a sharded checkpoint stands for its folder.
    for names in [SAFETENSORS, TORCH] {
        if name == names.index {
            let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            return sharded(folder.unwrap_or(Path::new(".")), names);
        }
    }
    let extension = Path::new(&name).extension().unwrap_or_default().to_string_lossy().into_owned();
    let why = match extension.as_str() {
        "" => "expected a .gguf, .safetensors or .bin file, found one without extension".to_owned(),
        other => format!("expected a .gguf, .safetensors or .bin file, found .{other}"),
    };
    Err(FetchError::NotAModel { path: path.to_owned(), why })
}

/// A folder's checkpoint of one format, where it has it. (What stands under that name and is no file, or leads nowhere, is
/// told when it is opened.)
fn named(path: &Path, names: Names) -> Option<Result<Local, FetchError>> {
    let is_there = |name: &str| fs::symlink_metadata(path.join(name)).is_ok();
    if is_there(names.single) {
        return Some(Ok(Local { path: path.to_owned(), files: vec![path.join(names.single)] }));
    }
    is_there(names.index).then(|| sharded(path, names))
}

fn sharded(path: &Path, names: Names) -> Result<Local, FetchError> {
    let not_a_model = |why| FetchError::NotAModel { path: path.to_owned(), why };
    let bad = |why: String| not_a_model(format!("{}: {why}", names.index));
    let index = read_regular(&path.join(names.index), MOST_INDEX).map_err(|error| bad(error.to_string()))?;
    let shards = shards_of(&index, names).map_err(bad)?;
    let missing: Vec<&String> =
        shards.iter().filter(|shard| fs::symlink_metadata(path.join(shard)).is_err()).collect();
    if !missing.is_empty() {
        let missing = listed(&missing, MOST_NAMES);
        return Err(not_a_model(format!("{} names shards that are missing: {missing}", names.index)));
    }
    let files = shards.iter().map(|shard| path.join(shard)).collect();
    Ok(Local { path: path.to_owned(), files })
}

fn folder(path: &Path) -> Result<Local, FetchError> {
    if let Some(found) = named(path, SAFETENSORS) {
        return found;
    }
    let not_a_model = |why| FetchError::NotAModel { path: path.to_owned(), why };
    let unreadable = |error| not_a_model(format!("the folder cannot be listed: {error}"));
    let (mut weights, mut torch, mut shard, mut adapter) = (Vec::new(), None, None, false);
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let shown = name.to_string_lossy();
        adapter |= shown == ADAPTER;
        if is_weights(&shown) {
            weights.push(name);
        } else if shard.is_none() && shown.ends_with(TORCH.shard) && set_of(&shown).is_some() {
            shard = Some(name);
        } else if torch.is_none() && is_torch(&shown) {
            torch = Some(name);
        }
    }
    weights.sort();
    if let Some(why) = part_of_a_set(path, &weights) {
        return Err(not_a_model(why));
    }
    match weights.as_slice() {
        [one] => Ok(Local { path: path.join(one), files: vec![path.join(one)] }),
        [] => match named(path, TORCH) {
            Some(found) => found,
            // Loading it says what it is.
            None if adapter => Ok(Local { path: path.join(ADAPTER), files: vec![path.join(ADAPTER)] }),
            None => Err(not_a_model(no_weights(torch.as_deref(), shard.as_deref()))),
        },
        several => Err(FetchError::SeveralModels {
            place: format!("`{}`", path.display()),
            how: "by giving the file's path".to_owned(),
            files: several.iter().map(|name| path.join(name).display().to_string()).collect(),
        }),
    }
}

/// What PEFT calls an adapter's weights in PyTorch's format.
const ADAPTER: &str = "adapter_model.bin";

/// What is missing where a folder's weights are parts that say nothing of each other.
fn part_of_a_set(folder: &Path, candidates: &[OsString]) -> Option<String> {
    let names: Vec<_> = candidates.iter().map(|name| name.to_string_lossy()).collect();
    let sets: Vec<(&str, usize)> = names.iter().filter_map(|name| set_of(name)).collect();
    let (_, parts) = *sets.first()?;
    // A shard of one is a whole model.
    if sets.len() < names.len() || sets.iter().any(|set| *set != sets[0]) || parts == 1 {
        return None;
    }
    let found = format!("{} of {parts} parts of a model ({} …)", names.len(), names[0]);
    Some(match names[0].to_ascii_lowercase().ends_with(".gguf") {
        true => format!(
            "{found}: merge them first, llama-gguf-split --merge {} OUT.gguf",
            folder.join(&candidates[0]).display()
        ),
        false => {
            format!("{found}, and no {}, which says what is in each: fetch that file too", SAFETENSORS.index)
        }
    })
}

/// Which set a part of a model belongs to, and of how many it is one: `("model", 3)` of `model-00001-of-00003.safetensors`.
fn set_of(name: &str) -> Option<(&str, usize)> {
    let (stem, _) = name.rsplit_once('.')?;
    let (rest, of) = stem.rsplit_once("-of-")?;
    let (set, number) = rest.rsplit_once('-')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((set, of.parse().ok()?)).filter(|_| digits)
}

fn no_weights(torch: Option<&OsStr>, shard: Option<&OsStr>) -> String {
    let expected = format!(
        "no weights in the folder (expected {}, a .gguf file or {}, or an index of shards)",
        SAFETENSORS.single, TORCH.single
    );
    if let Some(shard) = shard {
        let (shard, index) = (shard.to_string_lossy(), TORCH.index);
        return format!(
            "it holds parts of a model ({shard} …) and no {index}, which says what is in each: fetch that file too"
        );
    }
    match torch {
        Some(file) => format!("{expected}; if {} is the model, give its path", file.to_string_lossy()),
        None => expected,
    }
}

/// Model files beside a path that does not exist: the likely typing error.
pub(crate) fn beside(path: &Path) -> Vec<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| is_weights(name)).collect();
    names.sort();
    names.truncate(5);
    names
}

/// The shard files that an index names, sorted, each once.
pub(crate) fn shards_of(index: &[u8], names: Names) -> Result<Vec<String>, String> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: std::collections::BTreeMap<String, String>,
    }
    let index: Index =
        serde_json::from_slice(index).map_err(|error| format!("not a shard index: {}", shortened(&error)))?;
    let shards: std::collections::BTreeSet<String> = index.weight_map.into_values().collect();
    if shards.is_empty() {
        return Err("it names no shards".to_owned());
    }
    match shards.iter().find(|shard| !is_plain_relative(shard) || !shard.ends_with(names.shard)) {
        Some(strange) => Err(format!("{} is not the name of a shard beside it", listed(&[strange], 1))),
        None => Ok(shards.into_iter().collect()),
    }
}

/// A relative path that stays below where it starts: what a file list from elsewhere may name.
pub(crate) fn is_plain_relative(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}
