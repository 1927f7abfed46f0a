//! A model's threads, and what becomes of them in a forked process.

use crate::ModelError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::process;
use std::sync::OnceLock;

/// The threads of one model.
///
/// `fork` copies a process with one thread of it: in the child the pool's threads are gone, and whoever handed them work
/// would wait for ever (Python's `multiprocessing` forks). So a pool belongs to a process, and a child that
/// uses the model gets threads of its own when it first asks for them.
#[derive(Debug)]
pub(crate) struct Pool {
    process: u32,
    /// Always there until it is dropped.
    threads: Option<ThreadPool>,
    size: usize,
    child: OnceLock<Box<Pool>>,
}

impl Pool {
    /// Starts this many threads; `None` or 0: as many as the machine lets this process use.
    pub(crate) fn start(size: Option<usize>) -> Result<Pool, ModelError> {
        let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let size = size.filter(|size| *size > 0).unwrap_or_else(all);
        let threads = ThreadPoolBuilder::new().num_threads(size).thread_name(|i| format!("fathom-{i}"));
        Ok(Pool { process: process::id(), threads: Some(threads.build()?), size, child: OnceLock::new() })
    }

    /// The threads of this process.
    ///
    /// # Panics
    /// If a forked process can't start threads.
    pub(crate) fn here(&self) -> &ThreadPool {
        match &self.threads {
            Some(threads) if self.process == process::id() => threads,
            _ => self.child().here(),
        }
    }

    fn child(&self) -> &Pool {
        self.child.get_or_init(|| match Pool::start(Some(self.size)) {
            Ok(pool) => Box::new(pool),
            Err(error) => panic!("after a fork: {error}"),
        })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Ending the threads takes locks that a thread held when the process was forked, and nobody will let go of.
        if self.process != process::id() {
            std::mem::forget(self.threads.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_gets_threads_of_its_own() {
        let mut pool = Pool::start(Some(2)).unwrap();
        assert_eq!(pool.here().install(|| 7), 7);
        assert!(pool.child.get().is_none());
        // As the child of a fork sees it: made by another process.
        pool.process = pool.process.wrapping_add(1);
        assert_eq!(pool.here().current_num_threads(), 2);
        assert_eq!(pool.here().install(|| 8), 8);
        assert!(std::ptr::eq(pool.here(), pool.child().here()), "started once");
    }
}
