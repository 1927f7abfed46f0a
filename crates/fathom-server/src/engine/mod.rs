//! The one thread that computes, and how it shares itself out.
//!
//! Work is cut into short steps: a stretch of a prompt, one token, a block of columns. The next step goes to the task
//! that has had the least time so far, so that four readings advance side by side, a short one is soon done, and none
//! starves; a newcomer starts level with the one that has had least. Within a step the model uses all of its threads.

mod columns;
mod ranks;
mod reading;
pub(crate) mod run;

pub(crate) use ranks::RanksTask;
pub(crate) use reading::{Planned, ReadingTask};

use crate::job::Job;
use crate::models::{Found, Models};
use crate::problem::Problem;
use fathom::Model;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a reading that waits for its model says how far that is.
const LOADING_TICK: Duration = Duration::from_millis(200);

/// What remains of a task after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// More steps.
    More,
    /// Nothing.
    Over,
}

/// Work that goes on in steps.
pub(crate) trait Task: Send {
    /// The model it runs.
    fn model(&self) -> &str;
    /// Its model is not there yet.
    fn loading(&mut self, fraction: f32);
    /// One step. An error ends the task.
    fn step(&mut self, model: &Model, used: Duration) -> Result<Turn, Problem>;
    /// It ended so.
    fn fail(&mut self, problem: Problem);
    /// Whether nobody wants it any more.
    fn is_cancelled(&self) -> bool;
    /// What it had used of its time before it was queued.
    fn before(&self) -> Duration {
        Duration::ZERO
    }
}

/// A task under way.
struct Running {
    task: Box<dyn Task>,
    /// Counts against the readings that may run side by side.
    is_reading: bool,
    /// What it has used, for its limit.
    used: Duration,
    /// What it has used, as the scheduler counts: newcomers start level.
    share: Duration,
    /// Its model, from its first step on: another one that is loaded must not push it out half-way.
    model: Option<Model>,
}

#[derive(Default)]
struct Schedule {
    waiting: VecDeque<(Arc<Job>, Box<dyn Task>)>,
    running: Vec<Running>,
    /// Readings and other tasks of `running`, the one at work included.
    readings: usize,
    questions: usize,
    /// The share of the task that ran last: nobody has had less.
    least: Duration,
    stopping: bool,
}

/// Hands work to the computing thread.
pub(crate) struct Engine {
    limits: (usize, usize),
    schedule: Mutex<Schedule>,
    changed: Condvar,
}

impl Engine {
    /// At most `running` readings side by side and `waiting` more in the queue.
    pub(crate) fn new(running: usize, waiting: usize) -> Arc<Engine> {
        let limits = (running.max(1), waiting);
        Arc::new(Engine { limits, schedule: Mutex::default(), changed: Condvar::new() })
    }

    /// Starts the computing thread.
    pub(crate) fn start(self: &Arc<Engine>, models: Arc<Models>) -> std::io::Result<JoinHandle<()>> {
        let engine = self.clone();
        let work = move || {
            // Steps are caught where they run. Whatever else panics costs the task at hand, not the server.
            while catch_unwind(AssertUnwindSafe(|| engine.work(&models))).is_err() {
                engine.lock().recount();
            }
        };
        std::thread::Builder::new().name("fathom-engine".to_owned()).spawn(work)
    }

    /// Queues a reading and returns how many go before it, or refuses it if too many wait.
    pub(crate) fn submit(&self, job: Arc<Job>, task: Box<dyn Task>) -> Result<usize, Problem> {
        let mut schedule = self.lock();
        if schedule.stopping {
            return Err(stopping());
        }
        let (running, waiting) = self.limits;
        let free = running.saturating_sub(schedule.readings);
        if schedule.waiting.len() >= waiting + free {
            let detail = format!(
                "{} readings are running and {} waiting, the most that this server takes: try again in a while",
                schedule.readings,
                schedule.waiting.len()
            );
            return Err(Problem::new("busy", detail));
        }
        schedule.waiting.push_back((job.clone(), task));
        let ahead = schedule.waiting.len().saturating_sub(free);
        job.queued(ahead);
        self.changed.notify_all();
        Ok(ahead)
    }

    /// Runs a further question beside the readings, or refuses it if there are too many.
    pub(crate) fn ask(&self, task: Box<dyn Task>) -> Result<(), Problem> {
        let mut schedule = self.lock();
        if schedule.stopping {
            return Err(stopping());
        }
        if schedule.questions >= 2 * self.limits.0 {
            return Err(Problem::new("busy", "too many questions at once: try again in a moment"));
        }
        schedule.questions += 1;
        schedule.admit(task, false);
        self.changed.notify_all();
        Ok(())
    }

    /// Something has changed outside: a model is loaded, a reading cancelled.
    pub(crate) fn wake(&self) {
        // Taken, so that no notice falls between the worker's look and its wait.
        drop(self.lock());
        self.changed.notify_all();
    }

    /// Stops everything; the thread ends.
    pub(crate) fn stop(&self) {
        self.lock().stopping = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(self: &Arc<Engine>, models: &Arc<Models>) {
        let waker = self.clone();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || waker.wake());
        loop {
            let (mut chosen, model) = {
                let mut schedule = self.lock();
                loop {
                    schedule.drop_cancelled();
                    if schedule.stopping {
                        return schedule.abandon();
                    }
                    schedule.promote(self.limits.0);
                    match schedule.choose(models, &wake) {
                        Choice::Run(task, model) => break (task, model),
                        Choice::Load => {
                            let wait = self.changed.wait_timeout(schedule, LOADING_TICK);
                            schedule = wait.unwrap_or_else(PoisonError::into_inner).0;
                        }
                        Choice::Nothing => {
                            schedule = self.changed.wait(schedule).unwrap_or_else(PoisonError::into_inner);
                        }
                    }
                }
            };
            let start = Instant::now();
            let (task, used) = (&mut chosen.task, chosen.used);
            let turn = catch_unwind(AssertUnwindSafe(|| task.step(&model, used)))
                .unwrap_or_else(|_| Err(Problem::failure("a step panicked", &"this is a bug in Fathom")));
            let spent = start.elapsed();
            (chosen.used, chosen.share) = (chosen.used + spent, chosen.share + spent);
            self.lock().take_back(chosen, turn);
        }
    }
}

/// What the computing thread does next.
enum Choice {
    Run(Running, Model),
    /// Every task waits for its model.
    Load,
    Nothing,
}

impl Schedule {
    fn admit(&mut self, task: Box<dyn Task>, is_reading: bool) {
        let (share, used) = (self.least, task.before());
        self.running.push(Running { task, is_reading, used, share, model: None });
    }

    /// Counts those that are left, after one was lost.
    fn recount(&mut self) {
        self.readings = self.running.iter().filter(|running| running.is_reading).count();
        self.questions = self.running.len() - self.readings;
    }

    /// Fills free places from the queue, and tells the others where they stand.
    fn promote(&mut self, most: usize) {
        while self.readings < most
            && let Some((job, task)) = self.waiting.pop_front()
        {
            job.running();
            self.readings += 1;
            self.admit(task, true);
        }
        for (i, (job, _)) in self.waiting.iter().enumerate() {
            job.queued(i + 1);
        }
    }

    fn drop_cancelled(&mut self) {
        self.waiting.retain_mut(|(_, task)| {
            let cancelled = task.is_cancelled();
            if cancelled {
                task.fail(Problem::cancelled());
            }
            !cancelled
        });
        let (over, on): (Vec<_>, Vec<_>) =
            self.running.drain(..).partition(|running| running.task.is_cancelled());
        self.running = on;
        for mut running in over {
            running.task.fail(Problem::cancelled());
            self.leave(&running);
        }
    }

    /// The task whose turn it is, taken out.
    fn choose(&mut self, models: &Arc<Models>, wake: &Arc<dyn Fn() + Send + Sync>) -> Choice {
        let mut order: Vec<usize> = (0..self.running.len()).collect();
        order.sort_by_key(|&i| self.running[i].share);
        let mut loading = false;
        for i in order {
            let found = match &self.running[i].model {
                Some(model) => Found::Ready(model.clone()),
                None => models.want(self.running[i].task.model(), wake),
            };
            match found {
                Found::Ready(model) => {
                    let mut chosen = self.running.remove(i);
                    chosen.model = Some(model.clone());
                    self.least = self.least.max(chosen.share);
                    return Choice::Run(chosen, model);
                }
                Found::Loading(fraction) => {
                    loading = true;
                    self.running[i].task.loading(fraction);
                }
                Found::Failed(problem) => {
                    let mut running = self.running.remove(i);
                    running.task.fail(problem);
                    self.leave(&running);
                    // The indices have moved: look again.
                    return self.choose(models, wake);
                }
            }
        }
        if loading { Choice::Load } else { Choice::Nothing }
    }

    fn take_back(&mut self, mut running: Running, turn: Result<Turn, Problem>) {
        match turn {
            Ok(Turn::More) => return self.running.push(running),
            Ok(Turn::Over) => {}
            Err(problem) => running.task.fail(problem),
        }
        self.leave(&running);
    }

    fn leave(&mut self, running: &Running) {
        let count = if running.is_reading { &mut self.readings } else { &mut self.questions };
        *count = count.saturating_sub(1);
    }

    /// The server stops: everything ends.
    fn abandon(&mut self) {
        let waiting = self.waiting.drain(..).map(|(_, task)| task);
        for mut task in waiting.chain(self.running.drain(..).map(|running| running.task)) {
            task.fail(stopping());
        }
    }
}

/// What everything ends with when the server does.
pub(crate) fn stopping() -> Problem {
    Problem::new("stopping", "the server is being stopped")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::types::{CreateReading, Status};
    use crate::config::Config;

    /// A task whose every hand panics; its job hears of that, as a reading's does.
    struct Broken(Arc<Job>);

    impl Task for Broken {
        fn model(&self) -> &str {
            "nowhere.gguf"
        }
        fn loading(&mut self, _: f32) {}
        fn step(&mut self, _: &Model, _: Duration) -> Result<Turn, Problem> {
            unreachable!("its model can't be loaded")
        }
        fn fail(&mut self, _: Problem) {
            panic!("outside of a step");
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }

    impl Drop for Broken {
        fn drop(&mut self) {
            self.0.failed(Problem::invalid("lost"));
        }
    }

    #[test]
    fn a_panic_costs_one_task_and_not_the_thread() {
        let config = Config { model: "nowhere.gguf".to_owned(), offline: true, ..Config::default() };
        let models = Arc::new(Models::new(&config));
        let engine = Engine::new(1, 8);
        let thread = engine.start(models).unwrap();
        let jobs: Vec<Arc<Job>> =
            (0..3).map(|_| Job::new(CreateReading::default(), "nowhere.gguf", "a")).collect();
        for job in &jobs {
            engine.submit(job.clone(), Box::new(Broken(job.clone()))).unwrap();
        }
        while jobs.iter().any(|job| !job.is_over()) {
            std::thread::yield_now();
        }
        assert!(jobs.iter().all(|job| job.summary().status == Status::Failed));
        engine.stop();
        thread.join().unwrap();
    }
}
