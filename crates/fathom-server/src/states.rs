//! Hidden states of finished readings, kept for further questions as long as there is room.

use crate::id::Id;
use fathom::Run;
use std::sync::{Arc, Mutex, PoisonError};

/// The states kept, the most recently used last.
pub(crate) struct Kept {
    most: usize,
    runs: Mutex<Vec<(Id, Arc<Run>)>>,
}

impl Kept {
    /// Room for `most` bytes.
    pub(crate) fn new(most: usize) -> Kept {
        Kept { most, runs: Mutex::default() }
    }

    /// Keeps a run, and forgets those that were used longest ago until all fit.
    pub(crate) fn put(&self, id: &Id, run: Arc<Run>) {
        let mut runs = self.lock();
        runs.retain(|(held, _)| held != id);
        runs.push((id.clone(), run));
        let mut held: usize = runs.iter().map(|(_, run)| run.states.bytes()).sum();
        while held > self.most && !runs.is_empty() {
            held -= runs.remove(0).1.states.bytes();
        }
    }

    /// A run that is still kept.
    pub(crate) fn get(&self, id: &Id) -> Option<Arc<Run>> {
        let mut runs = self.lock();
        let at = runs.iter().position(|(held, _)| held == id)?;
        let used = runs.remove(at);
        let run = used.1.clone();
        runs.push(used);
        Some(run)
    }

    /// Forgets a run.
    pub(crate) fn remove(&self, id: &Id) {
        self.lock().retain(|(held, _)| held != id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Id, Arc<Run>)>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
