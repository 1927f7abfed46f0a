//! The one way in which a file of a model, or a saved reading, is opened and read.
//!
//! Links are followed. What is judged is the opened descriptor, so that nothing can be put in a name's place between the
//! look and the reading: it must be a regular file, since a pipe waits for its writer and a device may never end. What is
//! read is read with a limit, as a file may grow, or have no length that anyone knows.

use std::fmt;
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::lfs::is_lfs_pointer;

/// Why a file was not opened, or not read to its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// The system said no.
    Io(io::Error),
    /// A link to nothing.
    BrokenLink,
    /// It is something else than a regular file: `a folder`, `a pipe`.
    NotRegular(&'static str),
    /// It is larger than anything that belongs here.
    TooLarge {
        /// The most bytes that are taken.
        limit: u64,
    },
    /// What Git keeps in a file's place until it is asked for the file itself.
    LfsPointer,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Io(error) => error.fmt(f),
            FileError::BrokenLink => f.write_str("it is a link that leads nowhere"),
            FileError::NotRegular(found) => write!(f, "expected a regular file, found {found}"),
            FileError::TooLarge { limit } => write!(f, "expected at most {limit} bytes, found more"),
            FileError::LfsPointer => {
                f.write_str("it is a Git LFS pointer, not the file itself (run `git lfs pull`)")
            }
        }
    }
}

impl std::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        FileError::Io(error)
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io(error) => error,
            FileError::BrokenLink => io::Error::new(io::ErrorKind::NotFound, error),
            FileError::TooLarge { .. } => io::Error::new(io::ErrorKind::FileTooLarge, error),
            FileError::NotRegular(_) | FileError::LfsPointer => {
                io::Error::new(io::ErrorKind::InvalidInput, error)
            }
        }
    }
}

impl FileError {
    /// True where there is nothing of this name.
    pub fn is_not_found(&self) -> bool {
        matches!(self, FileError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Opens a regular file for reading; gives what the descriptor says about it.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let error = fathom_formats::open_regular(folder.path()).unwrap_err();
/// assert_eq!(error.to_string(), "expected a regular file, found a folder");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// A [`FileError`], at once: nothing waits for a pipe's other end.
pub fn open_regular(path: &Path) -> Result<(File, Metadata), FileError> {
    // Looked at before it is opened too: opening some devices does something to them, and a socket can't be opened.
    let about = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if fs::symlink_metadata(path).is_ok() => FileError::BrokenLink,
        _ => FileError::Io(error),
    })?;
    regular(about.file_type())?;
    descriptor(path)
}

/// All of a regular file of at most `limit` bytes. A file in whose place Git has left a pointer is refused.
///
/// # Errors
/// A [`FileError`].
pub fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let (file, about) = open_regular(path)?;
    read_open(file, about.len(), limit)
}

/// The rest of an open file, which says that it has `length` bytes.
fn read_open(file: impl Read, length: u64, limit: u64) -> Result<Vec<u8>, FileError> {
    if length > limit {
        return Err(FileError::TooLarge { limit });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default().saturating_add(1));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { limit });
    }
    if is_lfs_pointer(&bytes) {
        return Err(FileError::LfsPointer);
    }
    Ok(bytes)
}

/// Opens without waiting, and looks at what was opened.
fn descriptor(path: &Path) -> Result<(File, Metadata), FileError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Without the first, opening a pipe waits for a writer. It changes nothing for a regular file.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    let about = file.metadata()?;
    regular(about.file_type())?;
    Ok((file, about))
}

fn regular(found: FileType) -> Result<(), FileError> {
    if found.is_file() { Ok(()) } else { Err(FileError::NotRegular(in_words(found))) }
}

fn in_words(found: FileType) -> &'static str {
    if found.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return "a pipe";
        }
        if found.is_socket() {
            return "a socket";
        }
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
    }
    "something else"
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    /// Fails where `work` waits for ever.
    fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(work()));
        result.recv_timeout(Duration::from_secs(60)).expect("it waits for ever")
    }

    #[test]
    fn what_is_no_regular_file_is_named_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        symlink("/dev/zero", at("zeros")).unwrap();
        symlink(at("pipe"), at("link to a pipe")).unwrap();
        symlink("nowhere", at("broken")).unwrap();
        symlink("loop", at("loop")).unwrap();
        for (name, expected) in [
            ("pipe", "found a pipe"),
            ("link to a pipe", "found a pipe"),
            ("socket", "found a socket"),
            ("zeros", "found a device"),
            (".", "found a folder"),
            ("broken", "a link that leads nowhere"),
            ("loop", "symbolic links"),
            ("nothing", "No such file"),
        ] {
            let path = at(name);
            let error = in_time(move || read_regular(&path, 100)).unwrap_err().to_string();
            assert!(error.contains(expected), "{name}: {error}");
        }
        // As if the pipe had taken a file's place after the first look.
        let pipe = at("pipe");
        let error = in_time(move || descriptor(&pipe)).unwrap_err();
        assert!(matches!(error, FileError::NotRegular("a pipe")), "{error}");
    }

    #[test]
    fn links_to_files_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "text").unwrap();
        symlink("file", folder.path().join("link")).unwrap();
        assert_eq!(read_regular(&folder.path().join("link"), 4).unwrap(), b"text");
    }

    #[test]
    fn no_more_is_read_than_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_regular(&path, 5).unwrap(), b"12345");
        assert!(matches!(read_regular(&path, 4), Err(FileError::TooLarge { limit: 4 })));
        // A terabyte that takes no room.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(matches!(read_regular(&path, 1 << 20), Err(FileError::TooLarge { .. })));
        // Files that say 0 bytes and have more, as those of /proc, or that grow while they are read.
        assert!(matches!(read_open(io::repeat(0), 0, 1 << 20), Err(FileError::TooLarge { .. })));
        assert_eq!(read_open(&b"abc"[..], 0, 3).unwrap(), b"abc");
    }

    #[test]
    fn a_pointer_to_a_file_is_not_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 665\n";
        fs::write(&path, pointer).unwrap();
        let error = read_regular(&path, 1 << 20).unwrap_err().to_string();
        assert!(error.contains("git lfs pull"), "{error}");
    }
}
