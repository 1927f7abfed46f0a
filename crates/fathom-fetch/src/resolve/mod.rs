//! From a name to files: the order in which places are tried.

mod from_hub;
mod pinned;

use crate::catalogue::{self, CatalogueEntry, Source};
use crate::digest::{self, Digests};
use crate::environment::Environment;
use crate::error::{Attempt, FetchError};
use crate::hub::Spec;
use crate::hub::spec::is_revision;
use crate::local::{self, Local};
use crate::progress::FetchProgress;
use fathom_formats::Opened;
use from_hub::from_hub;
pub(crate) use from_hub::hub_spec;
use pinned::pinned;
use std::fs;
use std::path::{Path, PathBuf};

/// How to fetch. `FetchOptions { offline, ..FetchOptions::new(&progress) }`
#[derive(Clone)]
pub struct FetchOptions<'a> {
    /// Never touch the network: the caches only.
    pub offline: bool,
    /// Read every byte of what the caches hold and compare its hash, whatever is remembered of it.
    pub verify: bool,
    /// Branch, tag or commit of a hub repository; the same as `org/name@revision`.
    pub revision: Option<String>,
    /// Who hears about downloads.
    pub progress: &'a dyn FetchProgress,
    /// Cache folders and the like: the process's environment, unless a caller says otherwise.
    pub environment: Environment,
}

impl<'a> FetchOptions<'a> {
    /// Online, what is remembered believed, the default revision, the process's environment.
    pub fn new(progress: &'a dyn FetchProgress) -> Self {
        let environment = Environment::from_env();
        FetchOptions { offline: false, verify: false, revision: None, progress, environment }
    }

    /// What tells the caches' files' hashes.
    fn digests(&self) -> Digests {
        Digests::new(self.environment.cache.as_deref(), self.verify)
    }
}

/// A model that is on disk now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFiles {
    /// What a reading calls it: the catalogue name, `org/name@revision`, or a file's or folder's name.
    pub name: String,
    /// What to open: a weight file, or a folder with `model.safetensors`, `pytorch_model.bin` or the shards of either.
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
    let (short, revision) = split_revision(name, options)?;
    let entry = catalogue::find(short);
    let is_there = match path.try_exists() {
        Ok(is_there) => is_there,
        // A folder that may not be searched, a circle of links. (A name of the hub's can run into a file, too.)
        Err(source) if local::looks_like_a_path(name) => {
            return Err(FetchError::NotAModel { path, why: format!("it cannot be looked at: {source}") });
        }
        Err(_) => false,
    };
    if is_there {
        match (local::checkpoint(&path), entry) {
            (Ok(local), _) => return Ok(local_files(&path, local)),
            // A folder that happens to be called `gpt2` must not hide the model of that name.
            (Err(_), Some(_)) => {}
            (Err(error), None) => return Err(error),
        }
    }
    if let Some(entry) = entry {
        return from_catalogue(entry, revision, options);
    }
    if !local::looks_like_a_path(name)
        && let Some(spec) = Spec::parse(name)
    {
        let spec = Spec { revision, ..spec? };
        let mut attempts = Vec::new();
        let found = from_hub(&spec.to_string(), &spec, None, options, &mut attempts)?;
        return found.ok_or_else(|| FetchError::Unreachable { name: spec.to_string(), attempts });
    }
    if path.is_symlink() {
        let why = "it is a link that leads nowhere".to_owned();
        return Err(FetchError::NotAModel { path, why });
    }
    if local::looks_like_a_path(name) {
        let near = local::beside(&path);
        return Err(FetchError::NoSuchPath { path, near });
    }
    Err(FetchError::UnknownModel { name: name.to_owned(), near: catalogue::near(short) })
}

/// The SHA-256 of a checkpoint's weight files, lowercase hex: of one file its hash; of several the SHA-256 of their
/// hashes (lowercase hex, in the order given, a line feed after each). That of a large file is remembered in the cache
/// folder, so that it costs nothing the second time; `Environment::sha256_of_opened` can do without.
///
/// # Errors
/// [`FetchError::Disk`] when a file cannot be read.
pub fn sha256_of(weights: &[PathBuf]) -> Result<String, FetchError> {
    Environment::from_env().sha256_of(weights)
}

impl Environment {
    /// [`sha256_of`], remembered in this environment's cache folder.
    ///
    /// # Errors
    /// [`FetchError::Disk`] when a file cannot be read.
    pub fn sha256_of(&self, weights: &[PathBuf]) -> Result<String, FetchError> {
        let digests = Digests::new(self.cache.as_deref(), false);
        digest::of_all(weights, |path| path, |path| digests.of(path)).map_err(unreadable)
    }

    /// [`sha256_of`] of files that are open, which are to be those of the same names still. With `fresh`, every byte is
    /// read, whatever is remembered. `stop` is asked now and then, and ends the work.
    ///
    /// # Errors
    /// [`FetchError::Disk`] when a file cannot be read, was changed or exchanged, and when the work was ended.
    pub fn sha256_of_opened(
        &self,
        weights: &[Opened],
        fresh: bool,
        stop: &dyn Fn() -> bool,
    ) -> Result<String, FetchError> {
        let digests = Digests::new(self.cache.as_deref(), fresh);
        let each = |file: &Opened| digests.of_opened(file, stop);
        digest::of_all(weights, |file| &file.path, each).map_err(unreadable)
    }
}

fn unreadable((path, source): (PathBuf, std::io::Error)) -> FetchError {
    FetchError::Disk { action: "read", path, source }
}

/// The name without `@revision` and what follows, and the revision asked for by the name or by the options.
fn split_revision<'n>(
    name: &'n str,
    options: &FetchOptions<'_>,
) -> Result<(&'n str, Option<String>), FetchError> {
    let bad = |why: String| FetchError::BadName { name: name.to_owned(), why };
    let before_file = name.split_once(':').map_or(name, |(before, _)| before);
    let (short, in_name) = match before_file.split_once('@') {
        Some((short, revision)) => (short, Some(revision)),
        None => (name, None),
    };
    match (in_name, options.revision.as_deref()) {
        (Some(a), Some(b)) if a != b => Err(bad(format!("it says revision {a}, and the options say {b}"))),
        (None, Some(revision)) if !is_revision(revision) => {
            Err(bad(format!("`{revision}` cannot be a branch, tag or commit")))
        }
        (a, b) => Ok((short, a.or(b).map(str::to_owned))),
    }
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

fn from_catalogue(
    entry: &CatalogueEntry,
    revision: Option<String>,
    options: &FetchOptions<'_>,
) -> Result<ModelFiles, FetchError> {
    let name = match &revision {
        None => entry.name.to_owned(),
        Some(revision) => format!("{}@{revision}", entry.name),
    };
    let bad = |why: &str| FetchError::BadName { name: name.clone(), why: why.to_owned() };
    if revision.as_deref().is_some_and(|revision| !is_revision(revision)) {
        return Err(bad("the revision cannot be a branch, tag or commit"));
    }
    let mut attempts = Vec::new();
    let found = if let Some(file) = &entry.pinned {
        if revision.is_some() {
            return Err(bad("this model is one fixed file, without revisions"));
        }
        pinned(entry, file, options, &mut attempts)?
    } else {
        unpinned(entry, &name, revision, options, &mut attempts)?
    };
    found.ok_or(FetchError::Unreachable { name, attempts })
}

/// A catalogue model that is whatever its hub repository holds.
fn unpinned(
    entry: &CatalogueEntry,
    name: &str,
    revision: Option<String>,
    options: &FetchOptions<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<ModelFiles>, FetchError> {
    for source in entry.sources {
        if let Source::Hub { file, formerly, .. } = source
            && let Some(spec) = hub_spec(source)
        {
            let spec = Spec { revision: revision.clone(), file: file.map(str::to_owned), ..spec };
            if let Some(found) = from_hub(name, &spec, *formerly, options, attempts)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}
