//! Ctrl-C ends the program at once; what is half written goes first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use tempfile::NamedTempFile;

/// What a shell says of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Files that must not outlive the program.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// From now on Ctrl-C (and being told to terminate) removes unfinished files and ends the program.
pub(crate) fn install() {
    // Without a handler the program ends all the same, leaving at most an empty temporary file.
    let _ = ctrlc::set_handler(|| {
        // Held until the end: no file is begun any more.
        let mut files = unfinished();
        for path in files.drain(..) {
            // One that was just finished is no longer there by this name.
            let _ = fs::remove_file(path);
        }
        crate::style::say("");
        std::process::exit(INTERRUPTED);
    });
}

/// Makes a file that is removed if the program is interrupted, until [`finished`] is told of it.
pub(crate) fn unfinished_file(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    // Made while holding the list, so that no signal falls between making it and noting it.
    let mut files = unfinished();
    let file = make()?;
    files.push(file.path().to_path_buf());
    Ok(file)
}

/// The file that was made as `path` has its final name now, or is gone.
pub(crate) fn finished(path: &Path) {
    unfinished().retain(|file| file != path);
}
