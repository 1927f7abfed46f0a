//! Disks that are full for a while, and files that are not what was written.

use super::*;
use crate::api::types::CreateReading;
use crate::job::Job;
use redb::backends::FileBackend;
use redb::{Builder, StorageBackend};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A file on a disk that can be full.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    full: Arc<AtomicBool>,
}

impl Disk {
    fn room(&self) -> io::Result<()> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room()?;
        self.file.write(offset, data)
    }
}

/// A history on such a disk, and its switch.
fn on_a_disk(folder: &Path) -> (Store, Arc<AtomicBool>) {
    let full = Arc::new(AtomicBool::new(false));
    let switch = full.clone();
    let opener = move |path: &Path| {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        Builder::new().create_with_backend(Disk { file: FileBackend::new(file)?, full: full.clone() })
    };
    (Store::open_with(folder, Box::new(opener)).unwrap(), switch)
}

fn summary_of(name: &str) -> (Id, Summary) {
    let job =
        Job::new(CreateReading { name: Some(name.to_owned()), ..CreateReading::default() }, "tiny", "a");
    (job.id.clone(), job.summary())
}

fn save(store: &Store, name: &str) -> Result<Id, StoreError> {
    let (id, summary) = summary_of(name);
    store.save(&summary, &Reading::example()).map(|()| id)
}

fn names(store: &Store) -> Vec<String> {
    let mut names: Vec<String> = store.summaries().unwrap().into_iter().map(|one| one.name).collect();
    names.sort();
    names
}

#[test]
fn a_disk_that_was_full_is_written_again_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (store, full) = on_a_disk(folder.path());
    let first = save(&store, "first").unwrap();
    for round in 0..3 {
        full.store(true, Ordering::SeqCst);
        let refused = [
            save(&store, "lost").map(drop),
            store.rename(&first, "lost").map(drop),
            store.delete(&first).map(drop),
        ];
        for result in refused {
            let error = result.unwrap_err();
            assert!(matches!(error, StoreError::Full { .. }), "round {round}: {error}");
            assert!(error.to_string().starts_with("the disk is full, so "), "{error}");
        }
        full.store(false, Ordering::SeqCst);
        // Nothing of it was written, and everything can be.
        save(&store, &format!("round {round}")).unwrap();
        assert!(store.rename(&first, "renamed").unwrap());
        assert!(store.reading(&first).unwrap().is_some());
    }
    assert_eq!(names(&store), ["renamed", "round 0", "round 1", "round 2"]);
    assert!(store.delete(&first).unwrap());
    drop(store);
    assert_eq!(names(&Store::open(folder.path()).unwrap()), ["round 0", "round 1", "round 2"]);
}

#[test]
fn those_who_write_while_another_fails_are_not_dragged_along() {
    let folder = tempfile::tempdir().unwrap();
    let (store, full) = on_a_disk(folder.path());
    let kept = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let store = &store;
                scope.spawn(move || {
                    let save = |n: usize| save(store, &format!("{writer}.{n}"));
                    (0..20)
                        .filter(|n| match save(*n) {
                            Ok(_) => true,
                            Err(StoreError::Full { .. }) => false,
                            Err(other) => panic!("{other}"),
                        })
                        .count()
                })
            })
            .collect();
        for _ in 0..10 {
            full.store(true, Ordering::SeqCst);
            std::thread::yield_now();
            full.store(false, Ordering::SeqCst);
            std::thread::yield_now();
        }
        writers.into_iter().map(|writer| writer.join().unwrap()).sum::<usize>()
    });
    // What was said to be saved is there.
    assert!(kept > 0);
    assert_eq!(names(&store).len(), kept);
}

#[test]
fn a_damaged_file_is_told_with_advice_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's here");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("readings.redb"), "no history at all".repeat(1000)).unwrap();
    let error = Store::open(&path).err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    let said = error.to_string();
    #[cfg(unix)]
    {
        let command =
            said.split("an empty history: ").nth(1).unwrap().split(" (the readings").next().unwrap();
        let moved = std::process::Command::new("sh").args(["-c", command]).status().unwrap();
        assert!(moved.success(), "{command}");
        let store = Store::open(&path).unwrap();
        save(&store, "new").unwrap();
        assert_eq!(names(&store), ["new"]);
        assert!(path.join("readings.redb.damaged").is_file());
    }
    assert!(said.contains("is damaged"), "{said}");
}

#[test]
fn bytes_that_changed_are_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("readings.redb");
    let store = Store::open(folder.path()).unwrap();
    let id = save(&store, "first").unwrap();
    drop(store);
    let sound = fs::read(&path).unwrap();
    let (mut damaged, mut read) = (0, 0);
    for part in 0..64 {
        let mut bytes = sound.clone();
        let at = part * bytes.len() / 64;
        let end = bytes.len().min(at + 512);
        bytes[at..end].fill(0xA5);
        fs::write(&path, &bytes).unwrap();
        let result = Store::open(folder.path()).and_then(|store| {
            store.summaries()?;
            store.reading(&id)?;
            save(&store, "second")
        });
        match result {
            Ok(_) => read += 1,
            Err(_) => damaged += 1,
        }
    }
    assert!(damaged > 0 && read > 0, "{damaged} damaged, {read} read");
}
