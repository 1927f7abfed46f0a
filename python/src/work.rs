//! Long work: done on another thread with the GIL released, watched from the caller's.
//!
//! The calling thread wakes a few times a second, hands signals to Python (so that Ctrl-C raises `KeyboardInterrupt`
//! and cancels the work) and tells the progress bar how far things are. Workers never wait for Python.

use crate::errors;
use fathom::fetch::{Announcement, FetchProgress};
use fathom::{CancelToken, Control, LensError, ModelError, Progress, Step};
use pyo3::prelude::*;
use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How long Ctrl-C may go unheard.
const TICK: Duration = Duration::from_millis(50);

/// What there is to tell: workers write it, the calling thread takes it.
#[derive(Default)]
pub(crate) struct Board(Mutex<News>);

#[derive(Default)]
struct News {
    notes: Vec<String>,
    bar: Option<Bar>,
}

struct Bar {
    what: &'static str,
    done: u64,
    total: Option<u64>,
}

impl Board {
    fn news(&self) -> MutexGuard<'_, News> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Tells Python's bar (`fathom/_progress.py`) what is new.
    fn show(&self, bar: &Bound<'_, PyAny>) -> PyResult<()> {
        let News { notes, bar: current } = std::mem::take(&mut *self.news());
        for note in notes {
            bar.call_method1("note", (note,))?;
        }
        if let Some(Bar { what, done, total }) = current {
            bar.call_method1("show", (what, done, total))?;
        }
        Ok(())
    }
}

impl Progress for Board {
    fn report(&self, step: Step, done: u64, total: u64) {
        let what = match step {
            Step::Load => "loading",
            Step::Forward => "running",
            Step::Generate => "generating",
            Step::Project => "projecting",
            _ => "working",
        };
        self.news().bar = Some(Bar { what, done, total: Some(total) });
    }
}

impl FetchProgress for Board {
    fn announce(&self, what: &Announcement) {
        let size = what.size.map_or_else(String::new, |size| format!(" ({:.1} MB)", size as f64 / 1e6));
        let to = what.to.display();
        self.news().notes.push(format!("fetching {}{size} from {} to {to}", what.what, what.from));
    }

    fn advance(&self, done: u64, total: Option<u64>) {
        self.news().bar = Some(Bar { what: "fetching", done, total });
    }

    fn note(&self, message: &str) {
        self.news().notes.push(message.to_owned());
    }

    fn finish(&self) {}
}

/// An error of long work, in a box: it is several times the size of most results.
pub(crate) struct Failed(Box<fathom::Error>);

impl From<fathom::Error> for Failed {
    fn from(error: fathom::Error) -> Failed {
        Failed(Box::new(error))
    }
}

impl From<ModelError> for Failed {
    fn from(error: ModelError) -> Failed {
        Failed(Box::new(error.into()))
    }
}

impl From<LensError> for Failed {
    fn from(error: LensError) -> Failed {
        Failed(Box::new(error.into()))
    }
}

/// Does `work` and returns its result, or what a signal's handler raised meanwhile. `bar`: Python's progress bar.
pub(crate) fn work<T: Send>(
    py: Python<'_>,
    bar: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control, &Board) -> Result<T, Failed> + Send,
) -> PyResult<T> {
    let bar = bar.map(|bar| bar.clone().unbind());
    let board = Arc::new(Board::default());
    let cancel = CancelToken::new();
    let listening = bar.is_some().then(|| Arc::clone(&board) as Arc<dyn Progress>);
    let control = Control { cancel: cancel.clone(), progress: listening };
    let result = py.detach(|| {
        thread::scope(|scope| {
            let (ready, waiting) = mpsc::channel::<()>();
            let board = &*board;
            let worker = scope.spawn(move || {
                // Dropped when the work is done, however it ends.
                let _ready = ready;
                work(&control, board)
            });
            let tick = || {
                Python::attach(|py| {
                    py.check_signals()?;
                    bar.as_ref().map_or(Ok(()), |bar| board.show(bar.bind(py)))
                })
            };
            let mut raised = None;
            while raised.is_none() && waiting.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                raised = tick().err();
            }
            if raised.is_some() {
                cancel.cancel();
            }
            let done = worker.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
            match raised {
                Some(raised) => Err(raised),
                None => done.map_err(|failed| errors::raise(*failed.0)),
            }
        })
    });
    if let Some(bar) = &bar {
        let bar = bar.bind(py);
        // What is left to say, and the bar gone, before an error is shown.
        board.show(bar).and_then(|()| bar.call_method0("close")).map(drop)?;
    }
    result
}
