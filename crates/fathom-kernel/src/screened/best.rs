//! The k best tokens of a row of which only some are known exactly.

use crate::project::top::{Floor, key, logit};
use crate::simd::{LANES, Lane, Simd};
use std::collections::BinaryHeap;

/// A candidate: [`key`] of its exact logit, and the bits of its screen's logit.
pub(super) type Candidate = (u64, u32);

/// The best `k` so far, the worst of them on top: an exact logit costs so much that a heap is free, and the threshold that
/// it keeps is the best there is.
pub(super) struct Best<'a> {
    k: usize,
    heap: BinaryHeap<Candidate>,
    /// Nothing at or below this can be among the best k any more (tokens come by ascending id).
    pub(super) threshold: f32,
    floor: &'a Floor,
}

impl<'a> Best<'a> {
    pub(super) fn new(k: usize, floor: &'a Floor) -> Best<'a> {
        let threshold = if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Best { k, heap: BinaryHeap::new(), threshold, floor }
    }

    /// Before the first tile: its logits' largest ones of 64 parts, less what they may be wrong by, are reached by as many
    /// tokens, and so is what another span found.
    #[inline(always)]
    pub(super) fn begin<S: Simd>(&mut self, s: S, maxima: [S::F; 4], error: f32) {
        if self.threshold > f32::NEG_INFINITY {
            return;
        }
        let mut parts = [[0.0; LANES]; 4];
        for (part, maxima) in parts.iter_mut().zip(maxima) {
            s.store(maxima, part);
        }
        let maxima = parts.as_flattened_mut();
        if self.k <= maxima.len() {
            let (_, kth, _) = maxima.select_nth_unstable_by(self.k - 1, |a, b| b.total_cmp(a));
            self.threshold = (*kth - error).next_down().next_down();
        }
        self.threshold = self.threshold.max(self.floor.logit().next_down());
    }

    /// Offers the exact logits of tokens `first ..` in those lanes of `mask` that exceed the threshold.
    #[inline(always)]
    pub(super) fn offer<S: Simd>(&mut self, s: S, first: u32, exact: &Lane, screen: &Lane) {
        let mut mask = s.above(s.load(&exact.0), s.splat(self.threshold));
        while mask != 0 {
            let at = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            self.push((key(exact.0[at], first + at as u32), screen.0[at].to_bits()));
        }
    }

    fn push(&mut self, candidate: Candidate) {
        if self.heap.len() < self.k {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate.0 < worst.0
        {
            *worst = candidate;
        }
        if self.heap.len() == self.k
            && let Some(worst) = self.heap.peek()
        {
            self.threshold = self.threshold.max(logit(worst.0));
            self.floor.raise(logit(worst.0));
        }
    }

    /// The best k (or all there were), in no order.
    pub(super) fn into_candidates(self) -> Vec<Candidate> {
        self.heap.into_vec()
    }
}
