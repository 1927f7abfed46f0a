//! Cancelling long work and hearing how far it is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that many hands may hold: once cancelled, the work that was given it stops at its next tile.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that nobody has cancelled.
    pub fn new() -> CancelToken {
        CancelToken::default()
    }

    /// Asks the work to stop. May be called from any thread, any number of times.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a piece of work is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Reading and preparing weights.
    Load,
    /// Running the model over a prompt.
    Forward,
    /// Generating tokens one by one.
    Generate,
    /// Projecting hidden states onto the vocabulary.
    Project,
}

/// Hears how far the work is. Called from worker threads, perhaps several at once: be quick and never block.
pub trait Progress: Send + Sync {
    /// `done` of `total` equal parts of `step` are finished. Calls may arrive out of order.
    fn report(&self, step: Step, done: u64, total: u64);
}

/// How a caller keeps hold of long work. `Control::default()` never cancels and reports to nobody.
#[derive(Clone, Default)]
pub struct Control {
    /// Stops the work.
    pub cancel: CancelToken,
    /// Hears of progress.
    pub progress: Option<Arc<dyn Progress>>,
}

/// The work was stopped through its [`CancelToken`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

impl Control {
    /// `Err(Cancelled)` once the token is cancelled: for `control.check()?` in loops.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.cancel.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Passes progress on, if anybody listens.
    pub fn report(&self, step: Step, done: u64, total: u64) {
        if let Some(progress) = &self.progress {
            progress.report(step, done, total);
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("cancel", &self.cancel)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}
