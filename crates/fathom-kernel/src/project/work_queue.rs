//! How threads share work: (chunk of rows, span of the vocabulary) pairs, claimed one by one.

use crate::control::{Cancelled, Control, Step};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a projector does with a chunk: each span on its own, then all of them together.
pub(crate) trait ChunkWork: Sync {
    /// What all spans of a chunk share.
    type Prepared: Send + Sync;
    /// The result of one span.
    type SpanResult: Send;

    /// Makes what the chunk's spans share.
    fn prepare(&self, chunk: usize) -> Self::Prepared;

    /// Projects the chunk onto one span.
    fn run_span(
        &self,
        chunk: usize,
        span: usize,
        prepared: &Self::Prepared,
    ) -> Result<Self::SpanResult, Cancelled>;

    /// Merges the results of all spans, in order, and writes the chunk's rows.
    fn merge(&self, chunk: usize, prepared: &Self::Prepared, spans: &[Self::SpanResult]);
}

/// A lock that a panic elsewhere can't close: the panic itself is passed on by the pool.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs all spans of all chunks on the threads of `pool`.
///
/// Threads claim (chunk, span) pairs from a counter. The first to reach a chunk prepares it; others that need the same
/// chunk block until it is ready. A turn that comes late, on a pool busy with other work, finds nothing left to do.
pub(crate) fn run<W: ChunkWork>(
    work: &W,
    chunks: usize,
    spans: usize,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> Result<(), Cancelled> {
    let queue = Queue {
        work,
        spans,
        control,
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        open: (0..chunks).map(|_| Mutex::new(OpenChunk { prepared: None, results: Vec::new() })).collect(),
    };
    let turns = (0..pool.current_num_threads()).into_par_iter().with_max_len(1);
    pool.install(|| turns.for_each(|_| queue.take_pairs()));
    control.check()
}

/// A chunk in work: there from its first span to its last.
struct OpenChunk<W: ChunkWork> {
    prepared: Option<Arc<W::Prepared>>,
    /// Its spans' results, as they come in.
    results: Vec<(usize, W::SpanResult)>,
}

/// What the threads share.
struct Queue<'a, W: ChunkWork> {
    work: &'a W,
    spans: usize,
    control: &'a Control,
    next: AtomicUsize,
    done: AtomicUsize,
    open: Vec<Mutex<OpenChunk<W>>>,
}

impl<W: ChunkWork> Queue<'_, W> {
    fn take_pairs(&self) {
        let pairs = self.open.len() * self.spans;
        loop {
            let index = self.next.fetch_add(1, Relaxed);
            if index >= pairs {
                return;
            }
            let (chunk, span) = (index / self.spans, index % self.spans);
            let prepared = self.prepare(chunk);
            let Ok(result) = self.work.run_span(chunk, span, &prepared) else { return };
            if let Some(results) = self.deliver(chunk, span, result) {
                self.work.merge(chunk, &prepared, &results);
            }
            self.control.report(Step::Project, self.done.fetch_add(1, Relaxed) as u64 + 1, pairs as u64);
        }
    }

    /// What the spans of a chunk share: made by the first of them, while the others wait.
    fn prepare(&self, chunk: usize) -> Arc<W::Prepared> {
        let mut open = lock(&self.open[chunk]);
        open.prepared.get_or_insert_with(|| Arc::new(self.work.prepare(chunk))).clone()
    }

    /// Adds a span's result to the others of its chunk; returns all of them, in order, once they are complete.
    fn deliver(&self, chunk: usize, span: usize, result: W::SpanResult) -> Option<Vec<W::SpanResult>> {
        let mut open = lock(&self.open[chunk]);
        open.results.push((span, result));
        if open.results.len() < self.spans {
            return None;
        }
        open.prepared = None;
        let mut results = std::mem::take(&mut open.results);
        results.sort_unstable_by_key(|(span, _)| *span);
        Some(results.into_iter().map(|(_, result)| result).collect())
    }
}
