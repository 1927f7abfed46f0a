//! The history on disk: an embedded store (redb), one transaction a change, so that a crash loses nothing saved.

use crate::api::types::Summary;
use crate::id::Id;
use fathom::Reading;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::path::{Path, PathBuf};

/// Id to summary, as JSON.
const SUMMARIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("summaries/1");
/// Id to the reading, packed.
const READINGS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("readings/1");

/// Why the history can't be opened or changed.
#[derive(Debug, thiserror::Error)]
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
    /// The store's file is damaged, or the disk is full, or …
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
}

/// The history.
pub(crate) struct Store {
    path: PathBuf,
    database: Database,
}

impl Store {
    /// Opens the history in `folder`, making it if need be.
    pub(crate) fn open(folder: &Path) -> Result<Store, StoreError> {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join("readings.redb");
        let database = Database::create(&path).map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path: path.clone() },
            other => broken(&path, other),
        })?;
        let store = Store { path, database };
        // Tables exist from the first write on: made now, so that reading never meets their absence.
        store.write(|summaries, readings| {
            let _ = (summaries, readings);
            Ok(())
        })?;
        Ok(store)
    }

    /// Keeps a reading, both parts or neither.
    pub(crate) fn save(&self, summary: &Summary, reading: &Reading) -> Result<(), StoreError> {
        let packed = reading.to_pack().map_err(record)?;
        let head = serde_json::to_vec(summary).map_err(record)?;
        self.write(|summaries, readings| {
            summaries.insert(summary.id.as_str(), head.as_slice())?;
            readings.insert(summary.id.as_str(), packed.as_slice())?;
            Ok(())
        })
    }

    /// Changes the name of a reading; `false` if there is none of this id.
    pub(crate) fn rename(&self, id: &Id, name: &str) -> Result<bool, StoreError> {
        let Some(mut summary) = self.summary(id)? else { return Ok(false) };
        summary.name = name.to_owned();
        let head = serde_json::to_vec(&summary).map_err(record)?;
        self.write(|summaries, _| {
            // It may have been deleted meanwhile, and must not come back.
            let there = summaries.get(id.as_str())?.is_some();
            if there {
                summaries.insert(id.as_str(), head.as_slice())?;
            }
            Ok(there)
        })
    }

    /// Forgets a reading; `false` if there is none of this id.
    pub(crate) fn delete(&self, id: &Id) -> Result<bool, StoreError> {
        self.write(|summaries, readings| {
            readings.remove(id.as_str())?;
            Ok(summaries.remove(id.as_str())?.is_some())
        })
    }

    /// Every summary, the newest first.
    pub(crate) fn summaries(&self) -> Result<Vec<Summary>, StoreError> {
        let read = || {
            let table = self.database.begin_read()?.open_table(SUMMARIES)?;
            let mut all = Vec::new();
            for entry in table.iter()? {
                all.push(entry?.1.value().to_vec());
            }
            Ok::<_, redb::Error>(all)
        };
        let all = read().map_err(|error| broken(&self.path, error))?;
        let mut all = all.iter().map(|bytes| summary(bytes)).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        Ok(all)
    }

    /// One summary.
    pub(crate) fn summary(&self, id: &Id) -> Result<Option<Summary>, StoreError> {
        self.get(SUMMARIES, id)?.map(|bytes| summary(&bytes)).transpose()
    }

    /// One reading.
    pub(crate) fn reading(&self, id: &Id) -> Result<Option<Reading>, StoreError> {
        self.get(READINGS, id)?.map(|bytes| Reading::from_pack(&bytes).map_err(record)).transpose()
    }

    fn get(&self, table: TableDefinition<'_, &str, &[u8]>, id: &Id) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || {
            let table = self.database.begin_read()?.open_table(table)?;
            Ok::<_, redb::Error>(table.get(id.as_str())?.map(|value| value.value().to_vec()))
        };
        read().map_err(|error| broken(&self.path, error))
    }

    fn write<T>(
        &self,
        change: impl FnOnce(&mut Table<'_>, &mut Table<'_>) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let write = || {
            let transaction = self.database.begin_write()?;
            let result = {
                let mut summaries = transaction.open_table(SUMMARIES)?;
                let mut readings = transaction.open_table(READINGS)?;
                change(&mut summaries, &mut readings)?
            };
            // Durable when this returns: redb syncs the file.
            transaction.commit()?;
            Ok::<_, redb::Error>(result)
        };
        write().map_err(|error| broken(&self.path, error))
    }
}

type Table<'a> = redb::Table<'a, &'static str, &'static [u8]>;

fn broken(path: &Path, source: impl Into<redb::Error>) -> StoreError {
    StoreError::Broken { path: path.to_owned(), source: Box::new(source.into()) }
}

fn record(error: impl std::fmt::Display) -> StoreError {
    StoreError::Record(error.to_string())
}

fn summary(bytes: &[u8]) -> Result<Summary, StoreError> {
    serde_json::from_slice(bytes).map_err(record)
}

/// The user's data folder: `FATHOM_DATA`, else `$XDG_DATA_HOME/fathom`, else the platform's.
pub(crate) fn default_folder() -> Result<PathBuf, StoreError> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = var(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let platform = || {
        if cfg!(windows) {
            var("APPDATA")
        } else if cfg!(target_os = "macos") {
            Some(home?.join("Library").join("Application Support"))
        } else {
            Some(home?.join(".local").join("share"))
        }
    };
    // The XDG specification: a relative path is invalid and to be ignored.
    let xdg = || var("XDG_DATA_HOME").filter(|path| path.is_absolute());
    var("FATHOM_DATA").or_else(|| Some(xdg().or_else(platform)?.join("fathom"))).ok_or(StoreError::NoFolder)
}
