//! Fathom's own cache: files that are known to the bit, and the lock that keeps two processes from fetching one
//! model at the same time.

use crate::catalogue::{CatalogueEntry, PinnedFile};
use crate::digest::Digests;
use crate::environment::Environment;
use crate::error::{FetchError, disk};
use crate::progress::FetchProgress;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// What a cache holds of a pinned file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FileState {
    Good,
    Damaged(String),
    Absent,
}

/// Where a catalogue model's file lies in our cache.
pub(crate) fn path_of(cache: &Path, entry: &CatalogueEntry, file: &PinnedFile) -> PathBuf {
    cache.join("models").join(entry.name).join(file.name)
}

/// Compares a file with what it should be: its size first, then its hash (remembered between runs).
pub(crate) fn check(path: &Path, file: &PinnedFile, digests: &Digests) -> FileState {
    match check_size(path, file) {
        FileState::Good => {}
        other => return other,
    }
    match digests.of(path) {
        Ok(found) if found == file.sha256 => FileState::Good,
        Ok(found) => FileState::Damaged(format!("SHA-256 {found}, expected {}", file.sha256)),
        Err(error) => FileState::Damaged(format!("cannot be read: {error}")),
    }
}

/// The quick part of [`check`].
pub(crate) fn check_size(path: &Path, file: &PinnedFile) -> FileState {
    match fs::metadata(path) {
        Err(_) => FileState::Absent,
        Ok(metadata) if !metadata.is_file() => FileState::Damaged("not a file".to_owned()),
        Ok(metadata) if metadata.len() != file.bytes => {
            FileState::Damaged(format!("{} bytes, expected {}", metadata.len(), file.bytes))
        }
        Ok(_) => FileState::Good,
    }
}

/// Held while a model is fetched; released when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code, reason = "held for its lock")] Option<File>);

/// Waits until no other process fetches `key`.
pub(crate) fn lock(
    environment: &Environment,
    key: &str,
    progress: &dyn FetchProgress,
) -> Result<Lock, FetchError> {
    let (file, path) = lock_file(environment, key)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(Some(file))),
        Err(TryLockError::WouldBlock) => {
            progress.note(&format!("another process is fetching {key}: waiting for it"));
            file.lock().map_err(disk("lock", &path))?;
            Ok(Lock(Some(file)))
        }
        // Some network file systems have no locks: fetching twice is a waste, not an error.
        Err(TryLockError::Error(_)) => Ok(Lock(None)),
    }
}

/// The lock, where nobody has it and it can be had.
pub(crate) fn try_lock(environment: &Environment, key: &str) -> Option<Lock> {
    let (file, _) = lock_file(environment, key).ok()?;
    file.try_lock().is_ok().then(|| Lock(Some(file)))
}

fn lock_file(environment: &Environment, key: &str) -> Result<(File, PathBuf), FetchError> {
    let folder = environment.cache.as_ref().ok_or(FetchError::NoCacheFolder)?.join("locks");
    fs::create_dir_all(&folder).map_err(disk("create the folder", &folder))?;
    let path = folder.join(format!("{}.lock", key.replace(['/', '\\', ':'], "--")));
    let file = File::create(&path).map_err(disk("write", &path))?;
    Ok((file, path))
}
