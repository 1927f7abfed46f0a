//! A saved reading out of its file.

use crate::Error;
use fathom_formats::{FileError, is_lfs_pointer, open_regular};
use fathom_reading::{Reading, ReadingError, pack};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The most bytes of JSON that are read: as many as a pack's numbers may take in decimals.
const MOST_JSON_BYTES: u64 = 8 * pack::MOST_BYTES;
/// What gzip begins with, and so a pack.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a reading that was saved as a pack or as JSON, told by its first bytes. JSON may come through a pipe.
///
/// # Errors
/// [`ReadingError::Io`] where there is no such file, or something else than a file; and all that [`Reading::from_pack`]
/// and [`Reading::read_json`] refuse.
pub fn load_reading(path: &Path) -> Result<Reading, Error> {
    let mut reader = BufReader::new(open(path).map_err(|error| ReadingError::Io(error.into()))?);
    let start = reader.fill_buf().map_err(ReadingError::Io)?;
    if is_lfs_pointer(start) {
        return Err(ReadingError::Io(FileError::LfsPointer.into()).into());
    }
    if !start.starts_with(&GZIP) {
        return Ok(Reading::read_json(reader.take(MOST_JSON_BYTES))?);
    }
    // A gzip stream is never much longer than what it holds.
    let mut bytes = Vec::new();
    reader.take(pack::MOST_BYTES).read_to_end(&mut bytes).map_err(ReadingError::Io)?;
    Ok(Reading::from_pack(&bytes)?)
}

fn open(path: &Path) -> Result<File, FileError> {
    match open_regular(path) {
        // JSON may come through a pipe; a pack is a file.
        Err(FileError::NotRegular(_)) if is_pipe(path) && !is_pack(path) => Ok(File::open(path)?),
        opened => Ok(opened?.0),
    }
}

fn is_pack(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pack"))
}

/// What a shell makes of `<(…)`, and of standard input.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|about| about.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn refusal(path: &Path) -> String {
        load_reading(path).unwrap_err().to_string()
    }

    #[test]
    fn both_forms_are_told_by_their_first_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let reading = Reading::example();
        fs::write(&path, reading.to_pack().unwrap()).unwrap();
        assert_eq!(load_reading(&path).unwrap(), reading);
        fs::write(&path, reading.to_json().unwrap()).unwrap();
        assert_eq!(load_reading(&path).unwrap(), reading);
    }

    #[test]
    fn what_is_no_saved_reading_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(refusal(folder.path()).contains("found a folder"));
        assert!(refusal(&at("none.pack")).contains("No such file"));
        fs::write(at("lfs.pack"), "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n").unwrap();
        assert!(refusal(&at("lfs.pack")).contains("git lfs pull"));
        fs::write(at("empty.json"), "").unwrap();
        assert!(refusal(&at("empty.json")).contains("not a reading in JSON"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read_and_a_pipe_only_as_json() {
        use std::os::unix::fs::symlink;
        use std::process::Command;
        use std::sync::mpsc;
        use std::thread;
        use std::time::Duration;

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("/dev/zero", at("zeros.pack")).unwrap();
        assert!(refusal(&at("zeros.pack")).contains("found a device"));
        for pipe in ["pipe", "x.pack"] {
            assert!(Command::new("mkfifo").arg(at(pipe)).status().unwrap().success());
        }
        assert!(refusal(&at("x.pack")).contains("found a pipe"));
        let (done, result) = mpsc::channel();
        let pipe = at("pipe");
        thread::spawn(move || drop(done.send(load_reading(&pipe))));
        let json = Reading::example().to_json().unwrap();
        let (written, wait) = mpsc::channel();
        let pipe = at("pipe");
        thread::spawn(move || written.send(fs::write(pipe, json)));
        wait.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        let read = result.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        assert_eq!(read, Reading::example());
    }
}
