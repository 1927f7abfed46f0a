//! Results in files: whole, or not there at all, however the program ends.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::NamedTempFile;

/// How a file is called that is being written and needs a name for that.
const PREFIX: &str = ".fathom-";
const SUFFIX: &str = ".part";
/// One that is older than this, and that nobody has locked, was left by a process that is gone.
const ABANDONED: Duration = Duration::from_secs(60);

/// Files that must not outlive the program.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that gets its name when all of it is written: until then, what had the name keeps it.
///
/// On Linux it has no name before, so that even a process that is killed leaves nothing behind. Where a file system has
/// no such files, it is written beside its place, as `.fathom-….part`; what a killed process left there is removed when
/// the next one is begun.
///
/// ```
/// use std::io::Write;
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("result.csv");
/// let mut file = fathom::WholeFile::begin(&path)?;
/// file.write_all(b"a,b\n")?;
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"a,b\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct WholeFile {
    target: PathBuf,
    part: Part,
}

#[derive(Debug)]
enum Part {
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// Locked as long as its writer lives.
    Beside(NamedTempFile),
}

impl WholeFile {
    /// Begins the file `path`. A link is followed: what it points to will be replaced.
    ///
    /// # Errors
    /// When its folder is not there, or takes no files.
    pub fn begin(path: &Path) -> io::Result<WholeFile> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless(folder_of(&target))? {
            return Ok(WholeFile { target, part: Part::Nameless(file) });
        }
        WholeFile::begin_beside(target)
    }

    fn begin_beside(target: PathBuf) -> io::Result<WholeFile> {
        let folder = folder_of(&target);
        remove_abandoned(folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            // What a new file gets by default (the umask applies), not the 0600 of temporary ones.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        // Made while holding the list, so that no signal falls between making it and noting it.
        let mut files = unfinished();
        let file = builder.tempfile_in(folder)?;
        files.push(file.path().to_path_buf());
        // Some file systems have no locks: there, one is told from another by its age alone.
        let _ = file.as_file().lock_shared();
        Ok(WholeFile { target, part: Part::Beside(file) })
    }

    /// Gives the file its name, in the place of whatever has it.
    ///
    /// # Errors
    /// When the name can't be had; the file is gone then.
    pub fn finish(self) -> io::Result<()> {
        match self.part {
            #[cfg(target_os = "linux")]
            Part::Nameless(file) => link(&file, &self.target),
            Part::Beside(file) => {
                let path = file.path().to_path_buf();
                let kept = file.persist(&self.target);
                unfinished().retain(|file| *file != path);
                kept.map(drop).map_err(|error| error.error)
            }
        }
    }

    /// Removes what is half written, for a program that ends at once: no file is begun or finished any more.
    pub fn abandon_all() {
        let mut files = unfinished();
        for path in files.drain(..) {
            // One that was just finished is no longer there by this name.
            let _ = fs::remove_file(path);
        }
        std::mem::forget(files);
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.part {
            #[cfg(target_os = "linux")]
            Part::Nameless(file) => file.write(bytes),
            Part::Beside(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.part {
            #[cfg(target_os = "linux")]
            Part::Nameless(file) => file.flush(),
            Part::Beside(file) => file.flush(),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file in `folder` without a name; `None` where there is no such thing.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;
    // Its name is given by way of this folder.
    if !Path::new("/proc/self/fd").exists() {
        return Ok(None);
    }
    // The umask applies, as to any new file.
    let mode = Mode::from_raw_mode(0o666);
    match rustix::fs::open(folder, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, mode) {
        Ok(file) => Ok(Some(File::from(file))),
        // What file systems, and kernels before it was there, say to a flag that they do not know.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOSYS | Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Gives a file without a name this one.
#[cfg(target_os = "linux")]
fn link(file: &File, target: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::hash::{BuildHasher, RandomState};
    use std::os::fd::AsRawFd;
    let file = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link =
        |to: &Path| -> io::Result<()> { Ok(linkat(CWD, file.as_str(), CWD, to, AtFlags::SYMLINK_FOLLOW)?) };
    match link(target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        result => return result,
    }
    // A link replaces nothing, but a renamed file does.
    let mut files = unfinished();
    for attempt in 0..16_u32 {
        let random = RandomState::new().hash_one(attempt);
        let beside = folder_of(target).join(format!("{PREFIX}{random:016x}{SUFFIX}"));
        match link(&beside) {
            Ok(()) => {
                files.push(beside.clone());
                let renamed = fs::rename(&beside, target);
                if renamed.is_err() {
                    let _ = fs::remove_file(&beside);
                }
                files.retain(|file| *file != beside);
                return renamed;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Removes what processes that are gone have left in `folder`.
fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_part = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let is_old = || {
            let age = entry.metadata().and_then(|data| data.modified()).map(|time| time.elapsed());
            matches!(age, Ok(Ok(age)) if age > ABANDONED)
        };
        if is_part && is_old() && is_unlocked(&entry.path()) {
            // If it can't be removed, it stays.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_unlocked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn both_ways_replace_what_was_there_and_leave_nothing_else() {
        type Begin = fn(&Path) -> io::Result<WholeFile>;
        let ways: [Begin; 2] = [WholeFile::begin, |path| WholeFile::begin_beside(path.to_owned())];
        for begin in ways {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.csv");
            for text in ["first", "second"] {
                let mut file = begin(&path).unwrap();
                file.write_all(text.as_bytes()).unwrap();
                assert_ne!(fs::read_to_string(&path).unwrap_or_default(), text);
                file.finish().unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), text);
            }
            drop(begin(&path).unwrap());
            assert_eq!(names(folder.path()), ["a.csv"]);
            assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_that_is_begun_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = WholeFile::begin(&folder.path().join("a.csv")).unwrap();
        file.write_all(b"half").unwrap();
        assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
    }

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_being_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - 2 * ABANDONED;
        let make = |name: &str, time: SystemTime| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(time).unwrap();
            file
        };
        drop(make(".fathom-left.part", old));
        drop(make(".fathom-new.part", SystemTime::now()));
        drop(make(".fathom-own", old));
        drop(make("other.part", old));
        let locked = make(".fathom-locked.part", old);
        locked.lock_shared().unwrap();
        let file = WholeFile::begin_beside(folder.path().join("a.csv")).unwrap();
        let left = names(folder.path());
        let begun = left.len() - 4;
        assert_eq!(begun, 1, "{left:?}");
        assert!(!left.iter().any(|name| name == ".fathom-left.part"), "{left:?}");
        drop(file);
    }
}
