//! A reading on its way: its summary, its events, and who listens.

use crate::api::types::events::{Done, Ended, Queued};
use crate::api::types::{CreateReading, Status, Summary};
use crate::id::Id;
use crate::log::{Event, Log};
use crate::problem::Problem;
use fathom::CancelToken;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Characters of a prompt that a summary keeps.
pub(crate) const PROMPT_CHARS: usize = 400;
/// Characters of a prompt that make a name.
const NAME_CHARS: usize = 60;
/// Finished readings whose events are still told to late listeners: so many, and so many bytes of events. (A reading of
/// a long prompt is tens of megabytes as JSON; once it is saved, the store tells what there is to say.)
const REMEMBERED: usize = 64;
const REMEMBERED_BYTES: usize = 64 << 20;

/// A reading that is queued, running, or was so a moment ago.
pub(crate) struct Job {
    pub(crate) id: Id,
    pub(crate) request: CreateReading,
    /// What has happened.
    pub(crate) log: Log,
    /// Stops the computing.
    pub(crate) cancel: CancelToken,
    summary: Mutex<Summary>,
    listeners: AtomicUsize,
    forgotten: AtomicBool,
}

impl Job {
    /// A reading that was just asked for, of the model that requests call `model`.
    pub(crate) fn new(request: CreateReading, model: &str, prompt: &str) -> Arc<Job> {
        let id = Id::fresh();
        let name = request.name.clone().unwrap_or_else(|| shortened(prompt.trim(), NAME_CHARS));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let summary = Summary {
            id: id.to_string(),
            name,
            prompt: shortened(prompt, PROMPT_CHARS),
            output: String::new(),
            model: model.to_owned(),
            lens: request.lens,
            created: now.as_millis() as u64,
            status: Status::Queued,
            tokens: 0,
            prompt_tokens: 0,
            parent: request.parent.clone(),
            queue_position: None,
            problem: None,
        };
        let summary = Mutex::new(summary);
        let (log, cancel) = (Log::new(), CancelToken::new());
        Arc::new(Job {
            id,
            request,
            log,
            cancel,
            summary,
            listeners: AtomicUsize::new(0),
            forgotten: AtomicBool::new(false),
        })
    }

    /// How it stands.
    pub(crate) fn summary(&self) -> Summary {
        self.lock().clone()
    }

    /// Changes what the summary says.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Summary)) {
        change(&mut self.lock());
    }

    /// Whether nothing more will happen.
    pub(crate) fn is_over(&self) -> bool {
        !matches!(self.lock().status, Status::Queued | Status::Running)
    }

    /// `ahead` readings go first. Told when it changes.
    pub(crate) fn queued(&self, ahead: usize) {
        let before = self.lock().queue_position.replace(ahead);
        if before != Some(ahead) {
            self.log.push(Event::new("queued", &Queued { position: ahead }));
        }
    }

    /// It is its turn.
    pub(crate) fn running(&self) {
        self.update(|summary| {
            summary.status = Status::Running;
            summary.queue_position = None;
        });
    }

    /// It is finished and saved.
    pub(crate) fn done(&self) {
        self.update(|summary| summary.status = Status::Done);
        let summary = self.summary();
        self.log.close(Event::new("done", &Done { summary }));
    }

    /// It could not be made, or was stopped.
    pub(crate) fn failed(&self, problem: Problem) {
        let cancelled = problem.slug() == "cancelled";
        self.update(|summary| {
            summary.status = if cancelled { Status::Cancelled } else { Status::Failed };
            summary.queue_position = None;
            summary.problem = Some(problem.clone());
        });
        let name = if cancelled { "cancelled" } else { "failed" };
        self.log.close(Event::new(name, &Ended { problem }));
    }

    /// It was deleted: it must not be saved, or not stay so.
    pub(crate) fn forget(&self) {
        self.forgotten.store(true, Ordering::SeqCst);
    }

    /// Whether it was deleted.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.forgotten.load(Ordering::SeqCst)
    }

    /// Somebody listens, until the guard is dropped.
    pub(crate) fn listen(self: &Arc<Job>) -> Listening {
        self.listeners.fetch_add(1, Ordering::SeqCst);
        Listening(self.clone())
    }

    /// Whether nobody listens.
    pub(crate) fn is_alone(&self) -> bool {
        self.listeners.load(Ordering::SeqCst) == 0
    }

    fn lock(&self) -> MutexGuard<'_, Summary> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts as a listener of a reading.
pub(crate) struct Listening(Arc<Job>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The readings since the server started that are not only in the store.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<HashMap<Id, Arc<Job>>>);

impl Jobs {
    /// Adds one, and forgets the oldest of those that are over as far as there is no room for them.
    pub(crate) fn insert(&self, job: Arc<Job>) {
        let mut jobs = self.lock();
        let mut over: Vec<(u64, Id, usize)> = jobs
            .values()
            .filter(|job| job.is_over())
            .map(|job| (job.summary().created, job.id.clone(), job.log.bytes()))
            .collect();
        over.sort();
        let (mut count, mut bytes) = (over.len(), over.iter().map(|(_, _, bytes)| bytes).sum::<usize>());
        for (_, id, of_it) in &over {
            if count < REMEMBERED && bytes <= REMEMBERED_BYTES {
                break;
            }
            jobs.remove(id);
            (count, bytes) = (count - 1, bytes - of_it);
        }
        jobs.insert(job.id.clone(), job);
    }

    /// The one of this id.
    pub(crate) fn get(&self, id: &Id) -> Option<Arc<Job>> {
        self.lock().get(id).cloned()
    }

    /// Forgets it.
    pub(crate) fn remove(&self, id: &Id) -> Option<Arc<Job>> {
        self.lock().remove(id)
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Job>> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The start of a text, cut at a character.
pub(crate) fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(jobs: &Jobs, bytes: usize) -> Id {
        let job = Job::new(CreateReading::default(), "tiny", "a");
        // Ids of the same millisecond have no order of time: each is older than the next.
        job.update(|summary| summary.created = jobs.all().len() as u64);
        job.log.push(Event::written("token", "x".repeat(bytes)));
        job.done();
        jobs.insert(job.clone());
        job.id.clone()
    }

    #[test]
    fn what_is_over_is_remembered_as_long_as_there_is_room() {
        let jobs = Jobs::default();
        let ids: Vec<Id> = (0..REMEMBERED + 3).map(|_| over(&jobs, 10)).collect();
        assert_eq!(jobs.all().len(), REMEMBERED);
        assert!(jobs.get(&ids[ids.len() - 1]).is_some());

        let jobs = Jobs::default();
        let large = over(&jobs, REMEMBERED_BYTES / 2);
        let other = over(&jobs, REMEMBERED_BYTES / 2 + 1);
        assert!(jobs.get(&large).is_some(), "looked at when the next one comes");
        let last = over(&jobs, 10);
        assert_eq!(jobs.get(&large).map(|job| job.id.clone()), None);
        assert!(jobs.get(&other).is_some() && jobs.get(&last).is_some());
    }

    #[test]
    fn one_under_way_is_never_forgotten() {
        let jobs = Jobs::default();
        let running = Job::new(CreateReading::default(), "tiny", "a");
        running.update(|summary| summary.created = 0);
        jobs.insert(running.clone());
        for _ in 0..REMEMBERED + 3 {
            over(&jobs, 10);
        }
        assert!(jobs.get(&running.id).is_some());
    }
}
