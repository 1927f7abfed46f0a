//! How threads share work: chunks of rows times spans of the vocabulary, taken one by one.

use crate::control::{Cancelled, Control, Step};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Work in pieces. Every span of a chunk is worked on its own; when the last one is done, the chunk is finished.
pub(crate) trait Pieces: Sync {
    /// What all spans of a chunk share.
    type Shared: Send + Sync;
    /// What comes of one span.
    type Part: Send;

    /// Makes what the chunk's spans share.
    fn prepare(&self, chunk: usize) -> Self::Shared;

    /// Works one span of the chunk.
    fn work(&self, chunk: usize, span: usize, shared: &Self::Shared) -> Result<Self::Part, Cancelled>;

    /// Puts the parts of all spans, in order, together.
    fn finish(&self, chunk: usize, shared: &Self::Shared, parts: &[Self::Part]);
}

/// A lock that a panic elsewhere can't close: the panic itself is passed on by the pool.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works all spans of all chunks on the threads of `pool`. Each thread takes one piece after the other; nobody waits for
/// anybody, and nobody spins. A turn that comes late, on a pool busy with other work, finds nothing left to do.
pub(crate) fn run<P: Pieces>(
    pieces: &P,
    chunks: usize,
    spans: usize,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> Result<(), Cancelled> {
    let queue = Queue {
        pieces,
        spans,
        control,
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        open: (0..chunks).map(|_| Mutex::new(Open { shared: None, parts: Vec::new() })).collect(),
    };
    let turns = (0..pool.current_num_threads()).into_par_iter().with_max_len(1);
    pool.install(|| turns.for_each(|_| queue.take_items()));
    control.check()
}

/// A chunk in work: there from its first piece to its last.
struct Open<P: Pieces> {
    shared: Option<Arc<P::Shared>>,
    /// Its spans' parts, as they come in.
    parts: Vec<(usize, P::Part)>,
}

/// What the threads share.
struct Queue<'a, P: Pieces> {
    pieces: &'a P,
    spans: usize,
    control: &'a Control,
    next: AtomicUsize,
    done: AtomicUsize,
    open: Vec<Mutex<Open<P>>>,
}

impl<P: Pieces> Queue<'_, P> {
    fn take_items(&self) {
        let items = self.open.len() * self.spans;
        loop {
            let index = self.next.fetch_add(1, Relaxed);
            if index >= items {
                return;
            }
            let (chunk, span) = (index / self.spans, index % self.spans);
            let shared = self.prepare(chunk);
            let Ok(part) = self.pieces.work(chunk, span, &shared) else { return };
            if let Some(parts) = self.deliver(chunk, span, part) {
                self.pieces.finish(chunk, &shared, &parts);
            }
            self.control.report(Step::Project, self.done.fetch_add(1, Relaxed) as u64 + 1, items as u64);
        }
    }

    /// What the spans of a chunk share: made by the first of them, while the others wait.
    fn prepare(&self, chunk: usize) -> Arc<P::Shared> {
        let mut open = lock(&self.open[chunk]);
        open.shared.get_or_insert_with(|| Arc::new(self.pieces.prepare(chunk))).clone()
    }

    /// Puts a part to the others of its chunk; returns all of them, in order, once they are complete.
    fn deliver(&self, chunk: usize, span: usize, part: P::Part) -> Option<Vec<P::Part>> {
        let mut open = lock(&self.open[chunk]);
        open.parts.push((span, part));
        if open.parts.len() < self.spans {
            return None;
        }
        open.shared = None;
        let mut parts = std::mem::take(&mut open.parts);
        parts.sort_unstable_by_key(|(span, _)| *span);
        Some(parts.into_iter().map(|(_, part)| part).collect())
    }
}
