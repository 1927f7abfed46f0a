//! The bytes of a file: mapped, or (for tests) in memory.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::error::{file as file_error, io};
use crate::{FormatError, Opened, Stamp, open_regular};

/// What errors call bytes that came from no file.
pub(crate) const MEMORY: &str = "<memory>";

/// A file's bytes and the name that errors give it.
#[derive(Debug)]
pub(crate) struct Source {
    bytes: Bytes,
    path: PathBuf,
    /// The file as it was when it was mapped.
    stamp: Option<Stamp>,
}

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Source {
    /// Maps a regular, non-empty file.
    pub(crate) fn open(path: &Path) -> Result<Source, FormatError> {
        let (file, about) = open_regular(path).map_err(file_error(path))?;
        if about.len() == 0 {
            return Err(FormatError::Empty { path: path.to_owned() });
        }
        // SAFETY: the map is private to this type and handed out as `&[u8]` only. What no program can rule out is
        // another process changing the file while it is mapped, which Rust's rules for `&[u8]` do not allow for; every
        // user of maps takes that on. In practice: the header is copied out as it is checked and never read again, so
        // later changes give wrong weights and no wrong length (who loads a model asks `Opened::check_unchanged` in the end);
        // a file *shortened* meanwhile ends the process with SIGBUS: a library can't take that signal from the program that
        // it lives in, and a copy would cost the file's size. Fathom's own downloads are renamed into place, never written
        // to again. docs/correctness.md tells users.
        let map = unsafe { Mmap::map(&file) }.map_err(io(path, "map the file"))?;
        Ok(Source { bytes: Bytes::Mapped(map), path: path.to_owned(), stamp: Some(Stamp::of(&about)) })
    }

    pub(crate) fn owned(bytes: Vec<u8>) -> Source {
        Source { bytes: Bytes::Owned(bytes), path: PathBuf::from(MEMORY), stamp: None }
    }

    /// The file that was mapped, as it was then.
    pub(crate) fn opened(&self) -> Option<Opened> {
        Some(Opened { path: self.path.clone(), stamp: self.stamp? })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the memory behind `part`, a slice of this source, go until it is read again.
    pub(crate) fn release(&self, part: &[u8]) {
        #[cfg(unix)]
        if let Bytes::Mapped(map) = &self.bytes {
            let start = part.as_ptr().addr().wrapping_sub(map.as_ptr().addr());
            if start.checked_add(part.len()).is_some_and(|end| end <= map.len()) {
                // SAFETY: the map is read-only and of a file, so a page that is dropped is read from the file again,
                // with the same bytes, when somebody looks at it.
                let advice = unsafe {
                    map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, part.len())
                };
                // Advice that is not taken costs memory and nothing else.
                let _ = advice;
            }
        }
        #[cfg(not(unix))]
        let _ = part;
    }
}

impl Deref for Source {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}
