//! SHA-256 of files. That of a large file is remembered ([`memory`]), so that a warm start does not read a whole checkpoint
//! just to name it.

mod memory;

use fathom_formats::{Opened, Stamp, open_regular};
use memory::Memory;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The longest file that is not remembered: hashing it takes no longer than to remember it.
const SMALL: u64 = 1 << 20;

/// Hashes files, keeping the results in a folder where there is one.
pub(crate) struct Digests {
    memory: Option<Memory>,
    fresh: bool,
    /// Large files that these digests have read themselves: once is enough.
    read: Mutex<HashMap<PathBuf, (Stamp, String)>>,
}

impl Digests {
    /// What is remembered lies below `cache`. With `fresh`, nothing remembered is believed: every byte is read.
    pub(crate) fn new(cache: Option<&Path>, fresh: bool) -> Self {
        let memory = cache.map(|cache| Memory::new(cache.join("hashes")));
        Digests { memory, fresh, read: Mutex::default() }
    }

    /// No memory: every byte is read, and nothing is left behind.
    pub(crate) fn without_memory() -> Self {
        Digests::new(None, true)
    }

    /// The file's SHA-256, lowercase hex.
    pub(crate) fn of(&self, path: &Path) -> io::Result<String> {
        self.of_state(path, None, self.fresh, &|| false)
    }

    /// The same, certainly of the bytes that are there now.
    pub(crate) fn of_bytes(&self, path: &Path) -> io::Result<String> {
        self.of_state(path, None, true, &|| false)
    }

    /// The SHA-256 of a file that is open elsewhere: an error if it is another by now. `stop` ends the work, with an error.
    pub(crate) fn of_opened(&self, file: &Opened, stop: &dyn Fn() -> bool) -> io::Result<String> {
        self.of_state(&file.path, Some(&file.stamp), self.fresh, stop)
    }

    fn of_state(
        &self,
        path: &Path,
        expected: Option<&Stamp>,
        fresh: bool,
        stop: &dyn Fn() -> bool,
    ) -> io::Result<String> {
        // A hub checkpoint is a link to a blob: the blob is what is remembered.
        let path = &fs::canonicalize(path)?;
        let (file, about) = open_regular(path)?;
        let before = Stamp::of(&about);
        if expected.is_some_and(|expected| !before.same_content(expected)) {
            return Err(changed());
        }
        let is_large = before.bytes() > SMALL;
        let memory = self.memory.as_ref().filter(|_| is_large);
        let known = self.have_read(path, &before);
        let known = known.or_else(|| memory.filter(|_| !fresh)?.recall(path, &before, &file));
        if let Some(sha256) = known {
            return Ok(sha256);
        }
        let sha256 = hash(&file, before.bytes(), stop)?;
        let after = Stamp::of(&file.metadata()?);
        if !after.same_content(&before) {
            return Err(changed());
        }
        if is_large && after == before {
            self.note(path, &before, &sha256);
            if let Some(memory) = memory {
                memory.keep(path, &before, &file, &sha256);
            }
        }
        Ok(sha256)
    }

    /// Records a hash that was computed while the file was written, which nobody else writes to.
    pub(crate) fn remember(&self, path: &Path, sha256: &str) {
        if let Ok(path) = fs::canonicalize(path)
            && let Ok((file, about)) = open_regular(&path)
            && about.len() > SMALL
        {
            let stamp = Stamp::of(&about);
            self.note(&path, &stamp, sha256);
            if let Some(memory) = &self.memory {
                memory.keep_own(&path, &stamp, &file, sha256);
            }
        }
    }

    fn have_read(&self, path: &Path, stamp: &Stamp) -> Option<String> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(path).filter(|(known, _)| known == stamp).map(|(_, sha256)| sha256.clone())
    }

    fn note(&self, path: &Path, stamp: &Stamp, sha256: &str) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(path.to_owned(), (*stamp, sha256.to_owned()));
    }
}

/// The digest of a checkpoint: of one file its SHA-256; of several shards the SHA-256 of their hashes (lowercase
/// hex, in order, a line feed after each). `each` hashes one file, and errors say which.
pub(crate) fn of_all<F>(
    files: &[F],
    path: impl Fn(&F) -> &Path,
    each: impl Fn(&F) -> io::Result<String>,
) -> Result<String, (PathBuf, io::Error)> {
    let each = |file: &F| each(file).map_err(|error| (path(file).to_owned(), error));
    if let [one] = files {
        return each(one);
    }
    let mut all = Sha256::new();
    for file in files {
        all.update(each(file)?.as_bytes());
        all.update(b"\n");
    }
    Ok(hex(&all.finalize()))
}

/// Reads a file that has `bytes` bytes to its end.
fn hash(mut file: &File, bytes: u64, stop: &dyn Fn() -> bool) -> io::Result<String> {
    file.rewind()?;
    let mut hashing = HashingWriter::new(io::sink());
    let mut left = file.take(bytes.saturating_add(1));
    let mut buffer = vec![0_u8; 1 << 20];
    let mut done = 0;
    loop {
        if stop() {
            return Err(io::Error::other("stopped"));
        }
        match left.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hashing.write_all(&buffer[..read])?;
                done += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if done == bytes { Ok(hashing.finish().1) } else { Err(changed()) }
}

fn changed() -> io::Error {
    io::Error::other("it was changed while it was read; try again when nothing writes to it")
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
mod tests;
