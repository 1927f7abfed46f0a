//! One state's logits: of the whole vocabulary, of a token, whatever form the weights are held in.

use super::Unembedding;
use crate::product::{Block, gather_panel, product, product_of_gathered};
use crate::simd::{Job, LANES, Lane, Simd};
use std::ops::Range;

impl Unembedding {
    /// One row times panels that are held otherwise than in f32: their logits.
    #[inline(always)]
    fn of_one_row<S: Simd>(&self, s: S, panels: Range<usize>, x: &[f32], out: &mut [Lane]) {
        self.panels.chains(s, panels.clone(), x, out);
        for (panel, out) in panels.zip(out) {
            // -0 becomes +0, as in `product`.
            s.store(s.add(s.load(&out.0), s.splat(0.0)), &mut out.0);
            if !self.is_plain() {
                self.finish(s, self.bias(panel), out);
            }
        }
    }
}

/// The logits of one state, from panel `first` on.
pub(super) struct Logits<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) state: &'a [f32],
    pub(super) first: usize,
    pub(super) out: &'a mut [f32],
}

impl Job for Logits<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        /// Panels at a time: what lies between the product and the caller's slice stays in the first cache.
        const STRIP: usize = 12;
        let mut strip = [Lane::ZERO; STRIP];
        let block = Block { values: self.state, rows: 1 };
        let mut no_scratch = Vec::new();
        let in_f32 = self.head.panels.in_f32().map(|_| self.head.tile(s, 0..0, &mut no_scratch));
        for (i, out) in self.out.chunks_mut(STRIP * LANES).enumerate() {
            let first = self.first + i * STRIP;
            let panels = first..first + out.len().div_ceil(LANES);
            match &in_f32 {
                Some(tile) => {
                    let soon = tile.soon(panels.end..panels.end + STRIP);
                    product(s, self.head, tile, panels, block, soon, &mut strip, STRIP);
                }
                None => self.head.of_one_row(s, panels, self.state, &mut strip),
            }
            for (out, lane) in out.chunks_mut(LANES).zip(&strip) {
                out.copy_from_slice(&lane.0[..out.len()]);
            }
        }
    }
}

/// The logit of one token.
pub(super) struct Logit<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) state: &'a [f32],
    pub(super) token: u32,
}

impl Job for Logit<'_> {
    type Out = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let mut panel = Vec::new();
        let bias = gather_panel(self.head, std::iter::once(self.token), &mut panel);
        let mut out = [Lane::ZERO];
        let block = Block { values: self.state, rows: 1 };
        product_of_gathered(s, self.head, &panel, bias.as_ref(), block, &mut out);
        out[0].0[0]
    }
}
