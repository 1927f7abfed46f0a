//! One state's logits: of the whole vocabulary, of a token, whatever form the weights are stored in.

use crate::micro_kernel::RowBlock;
use crate::product::{gather_panel, multiply_block, multiply_gathered};
use crate::simd::{Isa, Job, LANES, Lane, Simd};
use crate::unembedding::Unembedding;
use rayon::prelude::*;
use std::ops::Range;

/// Tokens that one thread takes at a time.
const TOKENS_AT_A_TIME: usize = 96 * LANES;

impl Unembedding {
    /// The logits of one normed state `[d]` into `out` `[V]`, on the threads of `pool`.
    ///
    /// # Panics
    /// If a length does not fit.
    pub fn logits(&self, state: &[f32], out: &mut [f32], pool: &rayon::ThreadPool) {
        assert_eq!(out.len(), self.vocab(), "one logit for each token of the vocabulary");
        pool.install(|| {
            out.par_chunks_mut(TOKENS_AT_A_TIME)
                .enumerate()
                .for_each(|(i, out)| self.logits_from(Isa::detect(), state, i * TOKENS_AT_A_TIME, out));
        });
    }

    /// The logits of tokens `first ..` (a multiple of 16) into `out`, on this thread, with this instruction set.
    pub(crate) fn logits_from(&self, isa: Isa, state: &[f32], first: usize, out: &mut [f32]) {
        assert_eq!(state.len(), self.width(), "a state has the model's width");
        isa.run(Logits { head: self, state, first: first / LANES, out });
    }

    /// The logit of one token: the same bits as in [`Unembedding::logits`].
    ///
    /// # Panics
    /// If the token is outside the vocabulary or the state has another width.
    pub fn logit(&self, state: &[f32], token: u32) -> f32 {
        assert!(
            (token as usize) < self.vocab(),
            "token {token} is outside the vocabulary of {}",
            self.vocab()
        );
        assert_eq!(state.len(), self.width(), "a state has the model's width");
        Isa::detect().run(Logit { head: self, state, token })
    }

    /// One row times panels that are stored otherwise than in f32: their logits.
    #[inline(always)]
    fn multiply_one_row<S: Simd>(&self, s: S, panels: Range<usize>, x: &[f32], out: &mut [Lane]) {
        self.weights().chains(s, panels.clone(), x, out);
        for (panel, out) in panels.zip(out) {
            // -0 becomes +0, as in `multiply_block`.
            s.store(s.add(s.load(&out.0), s.splat(0.0)), &mut out.0);
            if !self.is_plain() {
                self.finish_logits(s, self.bias(panel), out);
            }
        }
    }
}

/// The logits of one state, from panel `first` on.
struct Logits<'a> {
    head: &'a Unembedding,
    state: &'a [f32],
    first: usize,
    out: &'a mut [f32],
}

impl Job for Logits<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        /// Panels at a time: what lies between the product and the caller's slice stays in the first cache.
        const STRIP: usize = 12;
        let mut strip = [Lane::ZERO; STRIP];
        let block = RowBlock { values: self.state, rows: 1 };
        let mut no_scratch = Vec::new();
        let in_f32 = self.head.weights().in_f32().map(|_| self.head.tile(s, 0..0, &mut no_scratch));
        for (i, out) in self.out.chunks_mut(STRIP * LANES).enumerate() {
            let first = self.first + i * STRIP;
            let panels = first..first + out.len().div_ceil(LANES);
            match &in_f32 {
                Some(tile) => {
                    let soon = tile.soon(panels.end..panels.end + STRIP);
                    multiply_block(s, self.head, tile, panels, block, soon, &mut strip, STRIP);
                }
                None => self.head.multiply_one_row(s, panels, self.state, &mut strip),
            }
            for (out, lane) in out.chunks_mut(LANES).zip(&strip) {
                out.copy_from_slice(&lane.0[..out.len()]);
            }
        }
    }
}

/// The logit of one token.
struct Logit<'a> {
    head: &'a Unembedding,
    state: &'a [f32],
    token: u32,
}

impl Job for Logit<'_> {
    type Out = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let mut panel = Vec::new();
        let bias = gather_panel(self.head, std::iter::once(self.token), &mut panel);
        let mut out = [Lane::ZERO];
        let block = RowBlock { values: self.state, rows: 1 };
        multiply_gathered(s, self.head, &panel, bias.as_ref(), block, &mut out);
        out[0].0[0]
    }
}
