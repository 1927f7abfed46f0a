//! What memory gives at best: every core reading its own part of a buffer far larger than the caches.

use crate::clock::{median, time};
use std::hint::black_box;

/// Bytes that each thread reads: several times what a core's share of the last cache can be.
const BYTES: usize = 256 << 20;

/// Bytes a second that the threads of `pool` read together, on the wall.
pub fn measure(pool: &rayon::ThreadPool, rounds: usize) -> f64 {
    let threads = pool.current_num_threads();
    let buffers: Vec<Vec<u64>> = (0..threads).map(|_| vec![1; BYTES / size_of::<u64>()]).collect();
    let once = || {
        let (_, took) = time(|| pool.broadcast(|thread| black_box(sum(&buffers[thread.index()]))));
        (threads * BYTES) as f64 / took.wall
    };
    once();
    median((0..rounds).map(|_| once()))
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
