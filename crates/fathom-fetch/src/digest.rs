//! SHA-256 of files, remembered by path, size and time of change, so that a warm start does not read a whole
//! checkpoint just to name it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What is remembered of one file: one small JSON file each, so that processes never overwrite each other's.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Remembered {
    path: PathBuf,
    bytes: u64,
    modified_ns: u128,
    sha256: String,
}

/// Hashes files, keeping the results under `folder` where there is one.
pub(crate) struct Digests {
    folder: Option<PathBuf>,
}

impl Digests {
    pub(crate) fn new(cache: Option<&Path>) -> Self {
        Digests { folder: cache.map(|cache| cache.join("hashes")) }
    }

    /// The file's SHA-256, lowercase hex.
    pub(crate) fn of(&self, path: &Path) -> io::Result<String> {
        // A hub checkpoint is a link to a blob: the blob is what has a time of change.
        let path = fs::canonicalize(path)?;
        let before = fs::metadata(&path)?;
        if let Some(sha256) = self.recall(&path, &before) {
            return Ok(sha256);
        }
        let sha256 = hash_file(&path)?;
        self.keep(&path, &before, &sha256);
        Ok(sha256)
    }

    /// Records a hash that was computed while the file was written.
    pub(crate) fn remember(&self, path: &Path, sha256: &str) {
        if let Ok(path) = fs::canonicalize(path)
            && let Ok(metadata) = fs::metadata(&path)
        {
            self.keep(&path, &metadata, sha256);
        }
    }

    fn sidecar(&self, path: &Path) -> Option<PathBuf> {
        let name = hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
        Some(self.folder.as_ref()?.join(format!("{}.json", &name[..32])))
    }

    fn recall(&self, path: &Path, metadata: &Metadata) -> Option<String> {
        let text = fs::read_to_string(self.sidecar(path)?).ok()?;
        let known: Remembered = serde_json::from_str(&text).ok()?;
        let same = known.path == path
            && known.bytes == metadata.len()
            && known.modified_ns == modified_ns(metadata)?
            && is_sha256(&known.sha256);
        same.then_some(known.sha256)
    }

    /// Best effort: a cache folder that cannot be written only costs time at the next start.
    fn keep(&self, path: &Path, metadata: &Metadata, sha256: &str) {
        let (Some(sidecar), Some(modified_ns)) = (self.sidecar(path), modified_ns(metadata)) else { return };
        let known = Remembered {
            path: path.to_owned(),
            bytes: metadata.len(),
            modified_ns,
            sha256: sha256.to_owned(),
        };
        let _ = serde_json::to_vec(&known).map_err(io::Error::from).and_then(|json| {
            let folder = sidecar.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&json)?;
            file.persist(&sidecar).map_err(|error| error.error)
        });
    }
}

/// The digest of a checkpoint: of one file its SHA-256; of several shards the SHA-256 of their hashes (lowercase
/// hex, in order, a line feed after each).
pub(crate) fn of_all(digests: &Digests, paths: &[PathBuf]) -> Result<String, (PathBuf, io::Error)> {
    let each = |path: &PathBuf| digests.of(path).map_err(|error| (path.clone(), error));
    if let [one] = paths {
        return each(one);
    }
    let mut all = Sha256::new();
    for path in paths {
        all.update(each(path)?.as_bytes());
        all.update(b"\n");
    }
    Ok(hex(&all.finalize()))
}

fn hash_file(path: &Path) -> io::Result<String> {
    let mut hashing = HashingWriter::new(io::sink());
    io::copy(&mut File::open(path)?, &mut hashing)?;
    Ok(hashing.finish().1)
}

fn modified_ns(metadata: &Metadata) -> Option<u128> {
    Some(metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos())
}

pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes what passes through it.
pub(crate) struct HashingWriter<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> HashingWriter<W> {
    pub(crate) fn new(inner: W) -> Self {
        HashingWriter { inner, hash: Sha256::new() }
    }

    /// The writer, and the lowercase hex hash of everything written to it.
    pub(crate) fn finish(self) -> (W, String) {
        (self.inner, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Copies with progress, refusing to go past `limit` bytes (an archive may lie about its sizes).
pub(crate) fn copy_at_most(
    from: &mut impl Read,
    to: &mut impl Write,
    limit: u64,
    mut on_bytes: impl FnMut(u64),
) -> io::Result<u64> {
    let mut buffer = vec![0_u8; 1 << 18];
    let mut done = 0_u64;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(done),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        done += read as u64;
        if done > limit {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("longer than the expected {limit} bytes"),
            ));
        }
        to.write_all(&buffer[..read])?;
        on_bytes(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn write(path: &Path, text: &str, changed: SystemTime) {
        fs::write(path, text).unwrap();
        File::options().write(true).open(path).unwrap().set_modified(changed).unwrap();
    }

    #[test]
    fn a_hash_is_remembered_by_size_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let (path, then) =
            (folder.path().join("weights"), SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
        let digests = Digests::new(Some(&folder.path().join("cache")));
        write(&path, "abc", then);
        assert_eq!(digests.of(&path).unwrap(), ABC);
        // Same size, same time: only a remembered hash can still say this.
        write(&path, "xyz", then);
        assert_eq!(digests.of(&path).unwrap(), ABC);
        assert_eq!(
            Digests::new(Some(&folder.path().join("cache"))).of(&path).unwrap(),
            ABC,
            "by other processes too"
        );
        write(&path, "", then);
        assert_eq!(digests.of(&path).unwrap(), EMPTY, "another size");
        write(&path, "abc", then);
        assert_eq!(digests.of(&path).unwrap(), ABC);
        write(&path, "xyz", then + Duration::from_nanos(1_000));
        assert_ne!(digests.of(&path).unwrap(), ABC, "another time");
    }

    #[test]
    fn a_spoilt_or_missing_memory_costs_time_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        fs::write(&path, "abc").unwrap();
        let digests = Digests::new(Some(folder.path()));
        digests.of(&path).unwrap();
        for sidecar in fs::read_dir(folder.path().join("hashes")).unwrap() {
            let sidecar = sidecar.unwrap().path();
            fs::write(&sidecar, fs::read_to_string(&sidecar).unwrap().replace(ABC, "not a hash")).unwrap();
        }
        assert_eq!(digests.of(&path).unwrap(), ABC);
        // A cache folder that cannot be: `weights` is a file.
        assert_eq!(Digests::new(Some(&path)).of(&path).unwrap(), ABC);
        assert_eq!(Digests::new(None).of(&path).unwrap(), ABC);
    }

    #[test]
    fn copying_stops_at_its_limit() {
        let mut told = 0;
        assert_eq!(copy_at_most(&mut &b"abcd"[..], &mut io::sink(), 4, |done| told = done).unwrap(), 4);
        assert_eq!(told, 4);
        assert!(copy_at_most(&mut &b"abcde"[..], &mut io::sink(), 4, |_| {}).is_err());
    }
}
