//! What all requests share.

use crate::api::types::{Status, Summary};
use crate::config::{Config, Limits};
use crate::engine::Engine;
use crate::engine::run::out_of_time;
use crate::example::Example;
use crate::id::{EXAMPLE, Id};
use crate::job::{Job, Jobs};
use crate::models::Models;
use crate::problem::Problem;
use crate::states::Kept;
use crate::store::{Store, StoreError};
use fathom::Reading;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{Semaphore, watch};

/// The server's parts.
pub(crate) struct App {
    pub(crate) limits: Limits,
    pub(crate) token: Option<String>,
    /// Only names of this machine may stand in a request's Host.
    pub(crate) is_loopback: bool,
    pub(crate) models: Arc<Models>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) jobs: Jobs,
    pub(crate) store: Arc<Store>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) example: Example,
    /// True once the server stops: streams end.
    pub(crate) stopping: watch::Sender<bool>,
    /// Places for requests that use the disk, and for those whose prompt becomes tokens.
    disk: Arc<Semaphore>,
    prompts: Arc<Semaphore>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

/// Requests that use the disk at once.
const DISK: usize = 32;
/// Requests whose prompts become tokens at once: a template or a tokenizer that takes long holds up no more threads.
const PROMPTS: usize = 4;

/// A reading and what is said of it.
pub(crate) type Stored = (Summary, Arc<Reading>);

impl App {
    /// Opens the history and starts the computing thread; the default model begins to load.
    pub(crate) fn new(config: &Config) -> Result<Arc<App>, StoreError> {
        let folder = match &config.data {
            Some(folder) => folder.clone(),
            None => crate::store::default_folder()?,
        };
        let store = Arc::new(Store::open(&folder)?);
        let models = Arc::new(Models::new(config));
        let limits = config.limits.clone();
        let engine = Engine::new(limits.running, limits.waiting);
        let worker = engine.start(models.clone());
        let worker = worker.map_err(StoreError::NoThread)?;
        let waker = engine.clone();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || waker.wake());
        let _ = models.want(models.default_name(), &wake);
        Ok(Arc::new(App {
            token: config.token.clone(),
            is_loopback: config.host.is_loopback(),
            models,
            engine,
            jobs: Jobs::default(),
            store,
            kept: Arc::new(Kept::new(limits.state_bytes)),
            example: Example::new(),
            stopping: watch::Sender::new(false),
            disk: Arc::new(Semaphore::new(DISK)),
            prompts: Arc::new(Semaphore::new(PROMPTS)),
            worker: Mutex::new(Some(worker)),
            limits,
        }))
    }

    /// Runs a use of the disk where it may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<App>,
        work: impl FnOnce(&Arc<App>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.apart(&self.disk, work).await
    }

    /// The same for what makes tokens of a prompt.
    pub(crate) async fn planning<T: Send + 'static>(
        self: &Arc<App>,
        work: impl FnOnce(&Arc<App>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.apart(&self.prompts, work).await
    }

    /// Runs `work` on a thread of its own, once one of `places` is free. A thread can't be ended from outside: one that
    /// takes too long keeps its place, and whoever asked is told that the time is up.
    async fn apart<T: Send + 'static>(
        self: &Arc<App>,
        places: &Arc<Semaphore>,
        work: impl FnOnce(&Arc<App>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (app, limit) = (self.clone(), self.limits.time);
        let done = async {
            let place = places.clone().acquire_owned().await;
            tokio::task::spawn_blocking(move || {
                let _place = place;
                work(&app)
            })
            .await
        };
        match tokio::time::timeout(limit, done).await {
            Ok(done) => done
                .unwrap_or_else(|error| Err(Problem::failure("the request could not be answered", &error))),
            Err(_) => Err(out_of_time(limit)),
        }
    }

    /// A finished reading, or why there is none.
    pub(crate) fn reading(&self, id: &Id) -> Result<Stored, Problem> {
        if id.as_str() == EXAMPLE {
            return Ok((self.example.summary.clone(), self.example.reading.clone()));
        }
        if let (Some(summary), Some(reading)) = (self.store.summary(id)?, self.store.reading(id)?) {
            return Ok((summary, Arc::new(reading)));
        }
        match self.jobs.get(id) {
            Some(job) => {
                let status = job.summary().status;
                let detail = match job.summary().problem {
                    Some(problem) => problem.detail,
                    None => format!("it is {}: its events say how far", status_word(status)),
                };
                Err(Problem::new("not-ready", detail))
            }
            None => Err(not_found(id)),
        }
    }

    /// Every reading: those under way (and those that failed), the newest first, then those saved.
    pub(crate) fn summaries(&self) -> Result<Vec<Summary>, Problem> {
        let stored = self.store.summaries()?;
        let saved: HashSet<&str> = stored.iter().map(|summary| summary.id.as_str()).collect();
        let mut all: Vec<Summary> = self.jobs.all().iter().map(|job| job.summary()).collect();
        // One that is saved may be renamed or deleted there: the store knows.
        all.retain(|summary| summary.status != Status::Done && !saved.contains(summary.id.as_str()));
        all.sort_by_key(|summary| std::cmp::Reverse(summary.created));
        all.extend(stored);
        Ok(all)
    }

    /// Stops the computing of a reading.
    pub(crate) fn cancel(&self, job: &Job) {
        job.cancel.cancel();
        self.engine.wake();
    }

    /// Ends all work and waits for the computing thread. What is saved is on disk already.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
        self.engine.stop();
        for job in self.jobs.all() {
            // A step under way ends at its next tile.
            job.cancel.cancel();
        }
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker {
            let _ = worker.join();
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop();
    }
}

/// There is no reading of this id.
pub(crate) fn not_found(id: impl std::fmt::Display) -> Problem {
    Problem::new("not-found", format!("there is no reading {id}"))
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Running => "running",
        Status::Done => "done",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
    }
}
