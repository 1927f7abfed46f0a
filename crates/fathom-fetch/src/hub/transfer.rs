//! One file from the hub into the hub's cache: resumed where a cut left it, checked, and only then named.

use super::listing::Entry;
use super::{Hub, Spec, trouble};
use crate::digest::{Digests, copy_at_most};
use crate::error::{FetchError, SourceError, Stop, disk};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use ureq::http::{Response, StatusCode, header};

/// Tries in a row that may bring nothing before we give up; a try that brings bytes starts the count again.
const TRIES: u32 = 3;

/// Fetches `entry` unless the cache has it, and links it into the snapshot. `on_bytes` hears how much of this file
/// is there.
pub(crate) fn fetch(
    hub: &Hub,
    spec: &Spec,
    commit: &str,
    entry: &Entry,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<PathBuf, Stop> {
    let name = entry.blob().unwrap_or_default();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(SourceError::Hub(format!("`{name}` cannot name the content of {}", entry.name)).into());
    }
    let blob = hub.cached(spec.revision()).blob_path(name);
    let folder = blob.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(disk("create the folder", folder))?;
    if blob.is_file() && verify(&hub.digests, entry, &blob)?.is_err() {
        // In the cache under a name that its content denies: nobody can want that.
        fs::remove_file(&blob).map_err(disk("remove", &blob))?;
    }
    if !blob.is_file() {
        let part = folder.join(format!("{name}{PART}"));
        download_checked(hub, spec, commit, entry, &part, on_bytes)?;
        fs::rename(&part, &blob).map_err(disk("write", &blob))?;
        if let Some(sha256) = entry.sha256() {
            hub.digests.remember(&blob, sha256);
        }
    }
    on_bytes(entry.size.unwrap_or_default());
    let pointer = hub.cached(spec.revision()).pointer_path(commit).join(&entry.name);
    link(name, &blob, &pointer, &entry.name).map_err(disk("write", &pointer))?;
    Ok(pointer)
}

/// How long a part is kept that nobody goes on with.
const KEPT: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How the names of parts end.
const PART: &str = ".fathom-part";

/// Removes parts of files that were fetched otherwise since, and those that nobody has gone on with for two weeks. The
/// caller holds the repository's lock.
pub(super) fn clear_leftovers(blobs: &Path) {
    for entry in fs::read_dir(blobs).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(blob) = name.to_str().and_then(|name| name.strip_suffix(PART)) else { continue };
        let written = entry.metadata().and_then(|about| about.modified());
        let is_old = written.is_ok_and(|written| written.elapsed().is_ok_and(|ago| ago > KEPT));
        if is_old || blobs.join(blob).exists() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A complete and right file at `part`. Wrong content is fetched again once, from the start: the remains of an
/// earlier try may have been what was wrong.
fn download_checked(
    hub: &Hub,
    spec: &Spec,
    commit: &str,
    entry: &Entry,
    part: &Path,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<(), Stop> {
    let resumed = part.exists();
    download(hub, spec, commit, entry, part, on_bytes)?;
    let unremembered = Digests::without_memory();
    let Err(wrong) = verify(&unremembered, entry, part)? else { return Ok(()) };
    fs::remove_file(part).map_err(disk("remove", part))?;
    if !resumed {
        return Err(wrong.into());
    }
    download(hub, spec, commit, entry, part, on_bytes)?;
    verify(&unremembered, entry, part)?.map_err(|wrong| {
        let _ = fs::remove_file(part);
        wrong.into()
    })
}

/// Whether the file is what the hub promised: its size, and for large files its SHA-256. Every byte is read: what is kept
/// here is not fetched again.
fn verify(digests: &Digests, entry: &Entry, path: &Path) -> Result<Result<(), SourceError>, FetchError> {
    let bytes = fs::metadata(path).map_err(disk("read", path))?.len();
    let mismatch = |what, expected: String, found: String| {
        Ok(Err(SourceError::Mismatch { file: entry.name.clone(), what, expected, found }))
    };
    if let Some(size) = entry.size.filter(|size| *size != bytes) {
        return mismatch("size", format!("{size} bytes"), format!("{bytes} bytes"));
    }
    if let Some(expected) = entry.sha256() {
        let found = digests.of_bytes(path).map_err(disk("read", path))?;
        if found != expected {
            return mismatch("SHA-256", expected.to_owned(), found);
        }
    }
    Ok(Ok(()))
}

fn download(
    hub: &Hub,
    spec: &Spec,
    commit: &str,
    entry: &Entry,
    part: &Path,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<(), Stop> {
    let address = hub.repo(commit).url(&quoted(&entry.name));
    let mut file = OpenOptions::new().create(true).append(true).open(part).map_err(disk("write", part))?;
    let mut fruitless = 0;
    loop {
        let start = file.metadata().map_err(disk("read", part))?.len();
        if entry.size.is_some_and(|size| start > size) {
            file.set_len(0).map_err(disk("write", part))?;
            continue;
        }
        if entry.size == Some(start) {
            file.sync_all().map_err(disk("write", part))?;
            return Ok(());
        }
        let result = one_try(hub, spec, &address, start, entry.size, &mut file, on_bytes);
        let done = file.metadata().map_err(disk("read", part))?.len();
        let why = match result {
            // Without a promised size the end of the answer is the end of the file.
            Ok(()) if entry.size.is_none() => return Ok(()),
            // The top of the loop sees that it is whole.
            Ok(()) if entry.size == Some(done) => continue,
            Ok(()) => "the answer ended too early".to_owned(),
            Err(Try::Again(why)) => why,
            Err(Try::Write(source)) => {
                return Err(FetchError::Disk { action: "write", path: part.to_owned(), source }.into());
            }
            Err(Try::Stop(stop)) => return Err(stop),
        };
        fruitless = if done > start { 0 } else { fruitless + 1 };
        if fruitless == TRIES {
            return Err(
                SourceError::Interrupted { file: entry.name.clone(), done, total: entry.size, why }.into()
            );
        }
        thread::sleep(Duration::from_millis(250) * 2_u32.pow(fruitless));
    }
}

enum Try {
    /// The network's fault: the same again may do.
    Again(String),
    /// The disk's fault.
    Write(io::Error),
    Stop(Stop),
}

fn one_try(
    hub: &Hub,
    spec: &Spec,
    address: &str,
    start: u64,
    size: Option<u64>,
    file: &mut File,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<(), Try> {
    let mut request = hub.agent.get(address);
    if let Some(token) = &hub.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if start > 0 {
        request = request.header(header::RANGE, format!("bytes={start}-"));
    }
    let answer = request.call().map_err(|error| match error {
        ureq::Error::StatusCode(code) if code < 500 && code != 408 && code != 429 && code != 416 => {
            Try::Stop(trouble(&error, spec, hub).into())
        }
        other => Try::Again(other.to_string()),
    })?;
    let start = match answer.status() {
        StatusCode::PARTIAL_CONTENT if continues_at(&answer, start) => start,
        // Everything, though we asked for the rest: appending it to what is there would spoil both.
        StatusCode::OK => {
            file.set_len(0).map_err(Try::Write)?;
            0
        }
        StatusCode::PARTIAL_CONTENT => {
            return Err(Try::Again("the server sent another part of it".to_owned()));
        }
        other => return Err(Try::Again(format!("the server answered with status {}", other.as_u16()))),
    };
    on_bytes(start);
    let limit = size.map_or(u64::MAX, |size| size - start.min(size));
    let mut writing = Writing { file, failed: None };
    let copied = copy_at_most(&mut answer.into_body().into_reader(), &mut writing, limit, |done| {
        on_bytes(start + done)
    });
    match (copied, writing.failed) {
        (Ok(_), _) => Ok(()),
        (Err(_), Some(source)) => Err(Try::Write(source)),
        (Err(error), None) => Err(Try::Again(error.to_string())),
    }
}

/// Whether the answer is the rest of the file from `start` on.
fn continues_at<T>(answer: &Response<T>, start: u64) -> bool {
    let range = answer.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let from = range.and_then(|range| range.strip_prefix("bytes ")?.split_once('-')?.0.parse::<u64>().ok());
    from == Some(start)
}

/// A file that remembers that it was the one that failed: reading and writing fail in one place.
struct Writing<'a> {
    file: &'a mut File,
    failed: Option<io::Error>,
}

impl Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|error| {
            self.failed =
                Some(error.raw_os_error().map_or(error.kind().into(), io::Error::from_raw_os_error));
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The few characters that file names may hold and addresses may not.
fn quoted(name: &str) -> String {
    name.replace('%', "%25").replace(' ', "%20").replace('#', "%23").replace('?', "%3F")
}

/// The snapshot's name for a blob, as Python's `huggingface_hub` makes it: a relative link.
fn link(blob_name: &str, blob: &Path, pointer: &Path, name: &str) -> io::Result<()> {
    if let Some(folder) = pointer.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::symlink_metadata(pointer).is_ok() {
        fs::remove_file(pointer)?;
    }
    // snapshots/<commit>/<name>: up out of the folders of the name, the commit and `snapshots`.
    let up = "../".repeat(2 + name.matches('/').count());
    let target = format!("{up}blobs/{blob_name}");
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(target, pointer);
    // Links need a privilege on Windows; Python puts the file itself there when it has none.
    #[cfg(windows)]
    let linked = std::os::windows::fs::symlink_file(target.replace('/', "\\"), pointer)
        .or_else(|_| fs::rename(blob, pointer));
    #[cfg(not(windows))]
    let _ = blob;
    linked
}
