//! The history on disk: an embedded store (redb), one transaction a change, so that a crash loses nothing saved.

use crate::api::types::Summary;
use crate::id::Id;
use fathom::Reading;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

mod error;
#[cfg(test)]
mod tests;

pub use error::StoreError;

/// Id to summary, as JSON.
const SUMMARIES: Name = TableDefinition::new("summaries/1");
/// Id to the reading, packed.
const READINGS: Name = TableDefinition::new("readings/1");

/// Opens the database in a file, making it if need be.
type Opener = Box<dyn Fn(&Path) -> Result<Database, redb::DatabaseError> + Send + Sync>;

/// The history.
pub(crate) struct Store {
    path: PathBuf,
    opener: Opener,
    /// After a failed write redb answers nothing until it is opened anew: `None` from a failure to the next use.
    database: RwLock<Option<Database>>,
}

impl Store {
    /// Opens the history in `folder`, making it if need be.
    pub(crate) fn open(folder: &Path) -> Result<Store, StoreError> {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        Store::open_with(folder, Box::new(|path| Database::create(path)))
    }

    fn open_with(folder: &Path, opener: Opener) -> Result<Store, StoreError> {
        let path = folder.join("readings.redb");
        let store = Store { path, opener, database: RwLock::new(None) };
        let opened = store.opened().map(drop);
        opened.map_err(|error| store.told(error))?;
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

    /// Every summary, the newest first. One that can't be read (of a later version, say) hides no other.
    pub(crate) fn summaries(&self) -> Result<Vec<Summary>, StoreError> {
        let all = self.using(|database| {
            let Some(table) = table(database, SUMMARIES)? else { return Ok(Vec::new()) };
            let mut all = Vec::new();
            for entry in table.iter()? {
                all.push(entry?.1.value().to_vec());
            }
            Ok(all)
        })?;
        let mut all: Vec<Summary> = all.iter().filter_map(|bytes| summary(bytes).ok()).collect();
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

    fn get(&self, name: Name, id: &Id) -> Result<Option<Vec<u8>>, StoreError> {
        self.using(|database| match table(database, name)? {
            Some(table) => Ok(table.get(id.as_str())?.map(|value| value.value().to_vec())),
            None => Ok(None),
        })
    }

    fn write<T>(
        &self,
        change: impl Fn(&mut Table<'_>, &mut Table<'_>) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        self.using(|database| {
            let transaction = database.begin_write()?;
            let result = {
                let mut summaries = transaction.open_table(SUMMARIES)?;
                let mut readings = transaction.open_table(READINGS)?;
                change(&mut summaries, &mut readings)?
            };
            // Durable when this returns: redb syncs the file.
            transaction.commit()?;
            Ok(result)
        })
    }

    /// Runs `work` on the open database. A failure that redb would remember closes it: the next use opens it anew, and
    /// sees what was committed. What failed for the sake of somebody else's failure is tried again.
    fn using<T>(&self, work: impl Fn(&Database) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let result = match self.attempt(&work) {
            Err(redb::Error::PreviousIo | redb::Error::DatabaseClosed | redb::Error::LockPoisoned(_)) => {
                self.attempt(&work)
            }
            result => result,
        };
        result.map_err(|error| self.told(error))
    }

    fn attempt<T>(&self, work: impl Fn(&Database) -> Result<T, redb::Error>) -> Result<T, redb::Error> {
        let opened = self.opened()?;
        let database = opened.as_ref().ok_or(redb::Error::DatabaseClosed)?;
        let result = unless_it_panics(|| work(database));
        // Others may be at work on it: they end first, and nothing of it is left open then.
        drop(opened);
        if result.as_ref().is_err_and(is_remembered) {
            *self.database.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        result
    }

    /// The database, opened if it is not. Never `None`.
    fn opened(&self) -> Result<RwLockReadGuard<'_, Option<Database>>, redb::Error> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        if database.is_some() {
            return Ok(database);
        }
        drop(database);
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if database.is_none() {
            *database = Some(unless_it_panics(|| Ok((self.opener)(&self.path)?))?);
        }
        Ok(RwLockWriteGuard::downgrade(database))
    }

    fn told(&self, error: redb::Error) -> StoreError {
        StoreError::of(&self.path, error)
    }
}

/// Whether redb refuses everything after this failure.
fn is_remembered(error: &redb::Error) -> bool {
    use redb::Error::{Backend, Corrupted, DatabaseClosed, Io, LockPoisoned, PreviousIo};
    matches!(error, Io(_) | Backend(_) | Corrupted(_) | PreviousIo | DatabaseClosed | LockPoisoned(_))
}

/// redb trusts a file that was closed in good order, and panics where something else has changed it since.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
    let panicked = |_| Err(redb::Error::Corrupted("its parts contradict one another".to_owned()));
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked)
}

type Name = TableDefinition<'static, &'static str, &'static [u8]>;

/// A table to read, unless nothing was ever written.
fn table(
    database: &Database,
    name: Name,
) -> Result<Option<redb::ReadOnlyTable<&'static str, &'static [u8]>>, redb::Error> {
    match database.begin_read()?.open_table(name) {
        Ok(table) => Ok(Some(table)),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

type Table<'a> = redb::Table<'a, &'static str, &'static [u8]>;

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
