//! What becomes of freed memory.

/// Tells the system's allocator to keep freed memory for the next allocation instead of giving it back at once. For a
/// program to call first of all, if it pleases; a library must not decide this for its process.
///
/// A forward pass allocates and frees some megabytes for every layer. Given back, they come again as fresh pages that the
/// system must clear one by one: a fifth of the time of long prompts. Kept are at most `KEPT` bytes. This does something
/// on Linux with glibc only.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` takes two numbers; a setting that it does not know changes nothing.
    unsafe {
        // One arena: those of other threads give memory back by a rule of their own. Nothing here allocates small things
        // in a loop, so threads do not wait for one another.
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
        // The heap grows in large steps, so that weights can lie in large pages.
        libc::mallopt(libc::M_TOP_PAD, STEP);
        // Larger ones live as long as the model and are mapped on their own.
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
    }
}

/// Gives freed memory back to the system, wherever in the heap it lies. For a process that lives on after a model is gone: a few
/// small things that were allocated after the model's matrices, of a megabyte each, keep all of them from being given back.
/// This does something on Linux with glibc only, and takes some milliseconds.
pub fn give_back_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` gives back what nobody holds.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Free bytes at the end of the heap beyond which they are given back after all.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 256 << 20;

/// Address space by which the heap grows; memory is taken page by page as it is used.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const STEP: libc::c_int = 64 << 20;

/// Allocations of this many bytes are mapped on their own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED: libc::c_int = 32 << 20;
