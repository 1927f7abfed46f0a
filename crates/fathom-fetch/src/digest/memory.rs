//! Hashes that are remembered, one small JSON file each, so that processes never overwrite each other's.
//!
//! A remembered hash is believed where the file's path, device, number, length, times of writing and of change are what
//! they were, and so is a sample of its content: a read-only image can give two models' files the same of everything
//! else. Where even that is too little (what a download cache holds before it is served as such, the model that a server's
//! readings are continued with) it is not asked: [`Digests`](super::Digests) are `fresh` then.

use super::{hex, is_sha256};
use fathom_formats::{Stamp, read_regular};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::cmp::Reverse;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

/// A file is left alone for so long before its hash is remembered: see [`Stamp::settled`].
const SETTLED_SECONDS: u16 = 3;
/// The most hashes that are remembered, those used last.
const MOST: usize = 256;
/// The most bytes of a remembered hash: a path and a few numbers.
const MOST_BYTES: u64 = 1 << 16;
/// How many pieces of a file are its sample, evenly spread from its first byte to its last, and how long they are.
const PIECES: u64 = 64;
const PIECE_BYTES: u64 = 4096;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is remembered of one file.
#[derive(Serialize, Deserialize)]
struct Remembered {
    path: PathBuf,
    stamp: Stamp,
    sample: String,
    sha256: String,
}

/// A folder of remembered hashes. All of it is best effort: a cache that cannot be written only costs time.
pub(super) struct Memory {
    folder: PathBuf,
}

impl Memory {
    pub(super) fn new(folder: PathBuf) -> Memory {
        Memory { folder }
    }

    fn place(&self, path: &Path) -> PathBuf {
        let name = hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
        self.folder.join(format!("{}.json", &name[..32]))
    }

    /// The hash of the open `file`, if it is known and the file still the same.
    pub(super) fn recall(&self, path: &Path, stamp: &Stamp, file: &File) -> Option<String> {
        let place = self.place(path);
        let known = read(&place)?;
        let same = known.path == path && known.stamp == *stamp && known.sample == sample(file, stamp).ok()?;
        if !same {
            return None;
        }
        // So that what is used is not forgotten first.
        let used = fs::metadata(&place).and_then(|about| about.modified());
        if used.is_ok_and(|used| used.elapsed().is_ok_and(|ago| ago > DAY)) {
            let _ = File::options()
                .append(true)
                .open(&place)
                .and_then(|place| place.set_modified(SystemTime::now()));
        }
        Some(known.sha256)
    }

    /// Remembers a hash, unless the file was written to so recently that it could be again without a trace.
    pub(super) fn keep(&self, path: &Path, stamp: &Stamp, file: &File, sha256: &str) {
        if stamp.settled(SETTLED_SECONDS) {
            self.keep_own(path, stamp, file, sha256);
        }
    }

    /// Remembers the hash of a file that nobody else writes to.
    pub(super) fn keep_own(&self, path: &Path, stamp: &Stamp, file: &File, sha256: &str) {
        let _ = self.write(path, stamp, file, sha256);
        // Old entries name files anywhere; to look at one that lies on a network drive that is gone can take for ever.
        let (done, wait) = mpsc::channel();
        let folder = self.folder.clone();
        let thread = thread::Builder::new().name("fathom-prune".to_owned());
        let pruning = thread.spawn(move || {
            prune(&folder);
            // Nobody may be waiting any more.
            let _ = done.send(());
        });
        if pruning.is_ok() {
            let _ = wait.recv_timeout(Duration::from_millis(500));
        }
    }

    fn write(&self, path: &Path, stamp: &Stamp, file: &File, sha256: &str) -> io::Result<()> {
        let (stamp, sample) = (*stamp, sample(file, stamp)?);
        let known = Remembered { path: path.to_owned(), stamp, sample, sha256: sha256.to_owned() };
        let json = serde_json::to_vec(&known)?;
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&json)?;
        file.persist(self.place(path)).map(drop).map_err(|error| error.error)
    }
}

fn read(place: &Path) -> Option<Remembered> {
    let known: Remembered = serde_json::from_slice(&read_regular(place, MOST_BYTES).ok()?).ok()?;
    is_sha256(&known.sha256).then_some(known)
}

/// A hash of some of the file's bytes: any other model's weights differ there.
fn sample(mut file: &File, stamp: &Stamp) -> io::Result<String> {
    let last = stamp.bytes().saturating_sub(PIECE_BYTES);
    let mut all = Sha256::new();
    for piece in 0..PIECES {
        // In 128 bits: a length times 63 may not fit in 64.
        let start = u128::from(last) * u128::from(piece) / u128::from(PIECES - 1);
        file.seek(SeekFrom::Start(start as u64))?;
        let mut bytes = Vec::new();
        file.take(PIECE_BYTES).read_to_end(&mut bytes)?;
        all.update(&bytes);
    }
    Ok(hex(&all.finalize()))
}

/// Removes what remembers nothing any more: hashes of files that are gone or changed, of other versions of Fathom, what a
/// killed process began, and those that were used least recently, where there are too many.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut good: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in entries.flatten() {
        let (name, place) = (entry.file_name(), entry.path());
        let Ok(used) = entry.metadata().and_then(|about| about.modified()) else { continue };
        let name = name.to_string_lossy();
        let is_good = match name.strip_suffix(".json") {
            Some(hash) if hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                read(&place).is_some_and(|known| {
                    fs::metadata(&known.path).is_ok_and(|about| Stamp::of(&about) == known.stamp)
                })
            }
            // Being written, perhaps.
            _ if name.starts_with(".tmp") => {
                if used.elapsed().is_ok_and(|ago| ago > DAY) {
                    let _ = fs::remove_file(&place);
                }
                continue;
            }
            // Not ours.
            _ => continue,
        };
        if is_good {
            good.push((used, place));
        } else {
            let _ = fs::remove_file(&place);
        }
    }
    good.sort_by_key(|(used, _)| Reverse(*used));
    for (_, place) in good.iter().skip(MOST) {
        let _ = fs::remove_file(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn at(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn memory(&self) -> Memory {
            Memory::new(self.at("hashes"))
        }

        fn keep(&self, name: &str) {
            let file = File::open(self.at(name)).unwrap();
            let stamp = Stamp::of(&file.metadata().unwrap());
            self.memory().keep_own(&self.at(name), &stamp, &file, SHA256);
        }

        fn kept(&self) -> usize {
            fs::read_dir(self.at("hashes")).unwrap().count()
        }
    }

    fn folder(files: &[&str]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for name in files {
            fs::write(folder.at(name), name).unwrap();
        }
        folder
    }

    #[test]
    fn hashes_of_files_that_are_gone_or_changed_are_forgotten() {
        let folder = folder(&["a", "b", "c"]);
        folder.keep("a");
        folder.keep("b");
        assert_eq!(folder.kept(), 2);
        fs::remove_file(folder.at("a")).unwrap();
        fs::write(folder.at("b"), "longer").unwrap();
        // As an earlier version wrote it; not ours; begun two days ago; being begun.
        let old = format!(r#"{{"path":"/x","bytes":3,"modified_ns":1,"sha256":"{SHA256}"}}"#);
        fs::write(folder.at(&format!("hashes/{}.json", "0".repeat(32))), old).unwrap();
        fs::write(folder.at("hashes/notes.json"), "{}").unwrap();
        for (name, ago) in [(".tmpOLD", 2 * DAY), (".tmpNEW", Duration::ZERO)] {
            let begun = File::create(folder.at("hashes").join(name)).unwrap();
            begun.set_modified(SystemTime::now() - ago).unwrap();
        }
        assert_eq!(folder.kept(), 6);
        folder.keep("c");
        let mut left: Vec<String> = fs::read_dir(folder.at("hashes"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let of_c = folder.memory().place(&folder.at("c"));
        let mut expected = [".tmpNEW", "notes.json", of_c.file_name().unwrap().to_str().unwrap()];
        expected.sort_unstable();
        assert_eq!(left, expected);
    }

    #[test]
    fn those_used_last_are_kept() {
        let names: Vec<String> = (0..MOST + 8).map(|i| format!("file {i}")).collect();
        let folder = folder(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for (i, name) in names.iter().enumerate() {
            let file = File::open(folder.at(name)).unwrap();
            let stamp = Stamp::of(&file.metadata().unwrap());
            folder.memory().write(&folder.at(name), &stamp, &file, SHA256).unwrap();
            let place = folder.memory().place(&folder.at(name));
            let used = SystemTime::now() - Duration::from_secs(60 + i as u64);
            File::options().append(true).open(place).unwrap().set_modified(used).unwrap();
        }
        assert_eq!(folder.kept(), MOST + 8);
        prune(&folder.at("hashes"));
        assert_eq!(folder.kept(), MOST);
        let known = |i: usize| folder.memory().place(&folder.at(&names[i])).exists();
        assert!(known(0) && known(MOST - 1) && !known(MOST) && !known(MOST + 7));
    }
}
