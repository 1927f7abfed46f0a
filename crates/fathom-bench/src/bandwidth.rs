//! What memory gives at best: every core reading its own part of a buffer far larger than the caches.

use crate::clock::time;
use std::hint::black_box;

/// Bytes that each thread reads: several times what a core's share of the last cache can be.
const BYTES: usize = 256 << 20;

/// A buffer for each thread of a pool.
pub struct Bandwidth<'a> {
    pool: &'a rayon::ThreadPool,
    buffers: Vec<Vec<u64>>,
}

impl Bandwidth<'_> {
    /// Fills the buffers.
    pub fn new(pool: &rayon::ThreadPool) -> Bandwidth<'_> {
        let buffer = |_| {
            let mut buffer: Vec<u64> = Vec::with_capacity(BYTES / size_of::<u64>());
            in_large_pages(buffer.spare_capacity_mut());
            buffer.resize(BYTES / size_of::<u64>(), 1);
            buffer
        };
        Bandwidth { pool, buffers: (0..pool.current_num_threads()).map(buffer).collect() }
    }

    /// Bytes a second that all threads read together, on the wall.
    pub fn measure(&self) -> f64 {
        let (_, took) = time(|| self.pool.broadcast(|thread| black_box(sum(&self.buffers[thread.index()]))));
        (self.buffers.len() * BYTES) as f64 / took.wall
    }
}

/// As weights are held, or the comparison would be with what small pages allow.
fn in_large_pages<T>(room: &mut [T]) {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 4096;
        let start = room.as_mut_ptr().addr().next_multiple_of(PAGE);
        let length = (room.as_mut_ptr().addr() + size_of_val(room)).saturating_sub(start) / PAGE * PAGE;
        // SAFETY: the range lies within `room`, and the advice does not change what memory holds.
        unsafe { libc::madvise(std::ptr::with_exposed_provenance_mut(start), length, libc::MADV_HUGEPAGE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = room;
}

/// Several sums side by side, so that additions do not wait for one another.
fn sum(values: &[u64]) -> u64 {
    let mut sums = [0u64; 32];
    for chunk in values.as_chunks::<32>().0 {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum = sum.wrapping_add(*value);
        }
    }
    sums.iter().copied().fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn everything_is_read() {
        let values: Vec<u64> = (0..320).collect();
        assert_eq!(sum(&values), 319 * 320 / 2);
    }
}
