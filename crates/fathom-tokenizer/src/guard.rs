//! Panics of the libraries below, kept: a file must not end the program, nor write to its terminal.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    /// Whether this thread is at work that may panic.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// `None` if `work` panics: `tokenizers` does on some malformed files.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    // Sound: what `work` borrows is only read, and what it builds is dropped.
    let made = catch_unwind(AssertUnwindSafe(work)).ok();
    GUARDED.set(before);
    made
}

/// Keeps Rust from telling of panics that this crate turns into errors. For programs, which own what their process
/// prints.
pub fn quiet_panics() {
    let tell = take_hook();
    set_hook(Box::new(move |panic| {
        if !GUARDED.get() {
            tell(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_guarded_panic_is_not_told() {
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        let before = take_hook();
        set_hook(Box::new(|_| {
            TOLD.fetch_add(1, Ordering::Relaxed);
        }));
        quiet_panics();
        assert_eq!(guarded(|| 7), Some(7));
        assert_eq!(
            guarded(|| if TOLD.load(Ordering::Relaxed) == 0 {
                panic!("in a library")
            }),
            None
        );
        let guarded_ones = TOLD.load(Ordering::Relaxed);
        assert!(catch_unwind(|| panic!("elsewhere")).is_err());
        let all = TOLD.load(Ordering::Relaxed);
        set_hook(before);
        assert_eq!((guarded_ones, all), (0, 1));
    }
}
