//! Rows as the product reads them.

use super::partition;
use crate::micro_kernel::{MAX_ROWS, block_sizes, interleave};
use crate::simd::{Job, Simd};
use rayon::prelude::*;
use std::borrow::Cow;

/// Values that are worth the work of several threads.
const WORTH_SHARING: usize = 1 << 15;

/// Rows `[rows, inputs]` as blocks: those that are multiplied together lie value by value, `[inputs][rows of the block]`.
/// From eight places of their own they would need more pointers than a processor has registers.
pub(super) struct Interleave<'a> {
    pub(super) x: &'a [f32],
    pub(super) inputs: usize,
}

impl<'a> Job for Interleave<'a> {
    type Out = Cow<'a, [f32]>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Cow<'a, [f32]> {
        let Interleave { x, inputs } = self;
        if x.len() <= inputs {
            return Cow::Borrowed(x);
        }
        let together = partition::rows_together(partition::span_length(x.len(), inputs));
        let all = x.len();
        let mut out = vec![0.0; all];
        let mut blocks = Vec::new();
        let (mut x, mut rest) = (x, &mut out[..]);
        while !x.is_empty() {
            let rows = (x.len() / inputs).min(together);
            for rows in block_sizes(rows, S::ROWS) {
                let (from, others) = x.split_at(rows * inputs);
                let (to, unwritten) = rest.split_at_mut(rows * inputs);
                (x, rest) = (others, unwritten);
                blocks.push((from, to));
            }
        }
        let block = |(from, to): (&[f32], &mut [f32])| s.run(InterleaveBlock { from, to, inputs });
        match all >= WORTH_SHARING && rayon::current_num_threads() > 1 {
            true => blocks.into_par_iter().for_each(block),
            false => blocks.into_iter().for_each(block),
        }
        Cow::Owned(out)
    }
}

/// One block of them, as work for an instruction set.
struct InterleaveBlock<'a> {
    /// `[rows, inputs]`
    from: &'a [f32],
    /// `[inputs][rows]`
    to: &'a mut [f32],
    inputs: usize,
}

impl Job for InterleaveBlock<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let mut rows: [&[f32]; MAX_ROWS] = [&[]; MAX_ROWS];
        let each = self.from.chunks_exact(self.inputs);
        let count = each.len();
        rows.iter_mut().zip(each).for_each(|(to, row)| *to = row);
        interleave(&rows[..count], self.to);
    }
}
