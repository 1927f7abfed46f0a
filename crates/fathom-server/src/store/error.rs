//! Why the history can't be used, and what to do about it.

use crate::problem::{Problem, say};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Why the history can't be opened or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another server holds it.
    #[error(
        "another `fathom serve` is using {}: stop it, or give this one another folder with --data",
        path.display()
    )]
    InUse {
        /// The store's file.
        path: PathBuf,
    },
    /// There is no room for what should be written.
    #[error(
        "{why}, so {} can't be written: make room, and try again (what was saved before is kept)",
        path.display()
    )]
    Full {
        /// The store's file.
        path: PathBuf,
        /// Which room ended: `the disk is full`.
        why: &'static str,
    },
    /// The store's file is not what was written.
    #[error(
        "the history in {} is damaged ({source}). Put a copy of yours in its place, or move it away to begin an empty \
         history: mv {} {} (the readings in it are lost to Fathom, but those that you exported are not)",
        path.display(), quoted(path), quoted(&path.with_extension("redb.damaged"))
    )]
    Damaged {
        /// The store's file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<redb::Error>,
    },
    /// The file may not be opened, the disk fails, or …
    #[error("the history in {} can't be used: {source}", path.display())]
    Broken {
        /// The store's file.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// The folder can't be made.
    #[error("can't make the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No home folder is known.
    #[error("no data folder: set HOME, or name a folder with --data")]
    NoFolder,
    /// A stored reading or summary is not what was written.
    #[error("a stored reading can't be read: {0}")]
    Record(String),
    /// The system gives no thread to compute on.
    #[error("no thread to compute on: {0}")]
    NoThread(std::io::Error),
}

impl StoreError {
    /// What redb said of the store's file.
    pub(super) fn of(path: &Path, error: redb::Error) -> StoreError {
        let path = path.to_owned();
        match error {
            redb::Error::DatabaseAlreadyOpen => StoreError::InUse { path },
            redb::Error::Corrupted(_) | redb::Error::RepairAborted => {
                StoreError::Damaged { path, source: Box::new(error) }
            }
            redb::Error::Io(io) => match (no_room(io.kind()), io.kind()) {
                (Some(why), _) => StoreError::Full { path, why },
                // What is no such file at all, and one that was cut off.
                (None, ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
                    StoreError::Damaged { path, source: Box::new(redb::Error::Io(io)) }
                }
                (None, _) => StoreError::Broken { path, source: Box::new(redb::Error::Io(io)) },
            },
            other => StoreError::Broken { path, source: Box::new(other) },
        }
    }
}

/// Which room ended, if that is what a write failed of.
fn no_room(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull => Some("the disk is full"),
        ErrorKind::QuotaExceeded => Some("the disk quota is used up"),
        ErrorKind::FileTooLarge => Some("the file is as large as it may become"),
        _ => None,
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match &error {
            StoreError::Full { why, .. } => {
                say(&error.to_string());
                Problem::new(
                    "disk-full",
                    format!(
                        "{why} where the history is kept, so nothing could be saved: make room, then ask again"
                    ),
                )
            }
            StoreError::Damaged { .. } => Problem::failure("the history's file is damaged", &error),
            _ => Problem::failure("the history can't be used", &error),
        }
    }
}
