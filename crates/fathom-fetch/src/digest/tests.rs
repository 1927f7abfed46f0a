//! Right hashes are those of the `sha2` crate over the bytes at hand.

use super::*;
use std::time::{Duration, SystemTime};

/// Longer than what is never remembered.
const BYTES: usize = SMALL as usize + 4321;

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn digests(&self) -> Digests {
        Digests::new(Some(&self.at("cache")), false)
    }

    /// A file of `byte` only, written long ago by what it says of itself.
    fn put(&self, name: &str, byte: u8) -> Vec<u8> {
        let bytes = vec![byte; BYTES];
        fs::write(self.at(name), &bytes).unwrap();
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        File::options().append(true).open(self.at(name)).unwrap().set_modified(then).unwrap();
        bytes
    }

    /// Remembers `claimed` as the file's hash, right or wrong, as if it had been computed.
    fn remember(&self, name: &str, claimed: &str) {
        self.digests().remember(&self.at(name), claimed);
        assert_eq!(fs::read_dir(self.at("cache/hashes")).unwrap().count(), 1);
    }
}

const CLAIMED: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_hash_is_remembered_while_the_file_is_the_same() {
    let folder = Folder::new();
    let bytes = folder.put("weights", b'a');
    folder.remember("weights", CLAIMED);
    // Only what is remembered can say this.
    assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), CLAIMED);
    // Fresh digests believe nothing, and put right what is remembered.
    let fresh = Digests::new(Some(&folder.at("cache")), true);
    assert_eq!(fresh.of(&folder.at("weights")).unwrap(), sha256(&bytes));
    assert_eq!(Digests::without_memory().of(&folder.at("weights")).unwrap(), sha256(&bytes));
}

#[test]
fn other_weights_of_the_same_path_length_and_time_have_their_own_hash() {
    let folder = Folder::new();
    folder.put("weights", b'a');
    folder.remember("weights", CLAIMED);
    // Written into the same file.
    let written = folder.put("weights", b'b');
    assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), sha256(&written));
    // Put in its place.
    folder.remember("weights", CLAIMED);
    let renamed = folder.put("new", b'c');
    fs::rename(folder.at("new"), folder.at("weights")).unwrap();
    assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), sha256(&renamed));
}

#[test]
fn content_is_looked_at_where_nothing_else_differs() {
    let folder = Folder::new();
    folder.put("weights", b'a');
    folder.remember("weights", CLAIMED);
    let place = fs::read_dir(folder.at("cache/hashes")).unwrap().next().unwrap().unwrap().path();
    let remembered = fs::read_to_string(&place).unwrap();
    let bytes = folder.put("weights", b'b');
    // As on a file system that has no times of change and numbers its files in order: all but the content is as it was.
    let stamp = Stamp::of(&fs::metadata(folder.at("weights")).unwrap());
    let mut known: serde_json::Value = serde_json::from_str(&remembered).unwrap();
    known["stamp"] = serde_json::to_value(stamp).unwrap();
    fs::write(&place, known.to_string()).unwrap();
    assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), sha256(&bytes));
}

#[test]
fn what_was_written_just_now_is_not_remembered() {
    let folder = Folder::new();
    let bytes = folder.put("weights", b'a');
    // Its time of change is now, whatever it says about the writing; where there is none, the time of creation is.
    assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), sha256(&bytes));
    assert!(!folder.at("cache/hashes").exists());
}

#[test]
fn small_files_are_hashed_each_time() {
    let folder = Folder::new();
    fs::write(folder.at("weights"), "abc").unwrap();
    folder.digests().remember(&folder.at("weights"), CLAIMED);
    fs::write(folder.at("weights"), "xyz").unwrap();
    assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), sha256(b"xyz"));
    assert!(!folder.at("cache/hashes").exists());
}

#[test]
fn a_spoilt_or_missing_memory_costs_time_only() {
    let folder = Folder::new();
    let bytes = folder.put("weights", b'a');
    folder.remember("weights", CLAIMED);
    let place = fs::read_dir(folder.at("cache/hashes")).unwrap().next().unwrap().unwrap().path();
    for spoilt in ["", "{}", "not JSON", &fs::read_to_string(&place).unwrap().replace(CLAIMED, "no hash")] {
        fs::write(&place, spoilt).unwrap();
        assert_eq!(folder.digests().of(&folder.at("weights")).unwrap(), sha256(&bytes));
    }
    // A cache folder that cannot be: `weights` is a file.
    let nowhere = || Digests::new(Some(&folder.at("weights")), false);
    nowhere().remember(&folder.at("weights"), CLAIMED);
    assert_eq!(nowhere().of(&folder.at("weights")).unwrap(), sha256(&bytes));
}

#[test]
fn a_file_that_is_another_by_now_is_refused() {
    let folder = Folder::new();
    folder.put("weights", b'a');
    let path = folder.at("weights");
    let opened = Opened { path: path.clone(), stamp: Stamp::of(&fs::metadata(&path).unwrap()) };
    assert!(folder.digests().of_opened(&opened, &|| false).is_ok());
    // Put in its place: same length, same time.
    folder.put("new", b'b');
    fs::rename(folder.at("new"), &path).unwrap();
    let error = folder.digests().of_opened(&opened, &|| false).unwrap_err().to_string();
    assert!(error.contains("changed while it was read"), "{error}");
}

#[test]
fn a_file_that_grows_while_it_is_hashed_is_refused() {
    let folder = Folder::new();
    folder.put("weights", b'a');
    let path = folder.at("weights");
    let grow = || {
        File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
        false
    };
    let opened = Opened { path: path.clone(), stamp: Stamp::of(&fs::metadata(&path).unwrap()) };
    let error = folder.digests().of_opened(&opened, &grow).unwrap_err().to_string();
    assert!(error.contains("changed while it was read"), "{error}");
    let opened = Opened { path: path.clone(), stamp: Stamp::of(&fs::metadata(&path).unwrap()) };
    assert!(folder.digests().of_opened(&opened, &|| true).is_err(), "stopped");
}

#[test]
fn copying_stops_at_its_limit() {
    let mut told = 0;
    assert_eq!(copy_at_most(&mut &b"abcd"[..], &mut io::sink(), 4, |done| told = done).unwrap(), 4);
    assert_eq!(told, 4);
    assert!(copy_at_most(&mut &b"abcde"[..], &mut io::sink(), 4, |_| {}).is_err());
}
