//! What every step of screening looks at: the request, the head, and the two ways to their logits.

use super::split::{self, Line};
use super::unit::ScreenUnit;
use crate::product::{gather_panel, multiply_rows};
use crate::project::plan::Slot;
use crate::projection::ProjectionRequest;
use crate::simd::{LANES, Lane, Simd};
use crate::unembedding::{Reach, Unembedding};

/// Candidates that are kept at least, so that the likeliest tokens are known exactly.
pub(super) const LEAST_CANDIDATES: usize = 10;

/// The request, the head it is projected through, and the settings all threads share.
pub(super) struct Context<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) request: &'a ProjectionRequest<'a>,
    pub(super) reach: &'a Reach,
    pub(super) unit: ScreenUnit,
    /// Candidates kept.
    pub(super) best: usize,
    /// Whether rows for which it does not pay are computed exactly instead.
    pub(super) selective: bool,
}

impl<'a> Context<'a> {
    pub(super) fn state(&self, slot: &Slot) -> &'a [f32] {
        let width = self.head.width();
        &self.request.states[slot.row * width..][..width]
    }

    pub(super) fn ranked(&self, slot: &Slot) -> &'a [u32] {
        self.request.ranked.get(slot.group).map_or(&[][..], Vec::as_slice)
    }

    /// How far the logits of a panel can be off in a row of this reach.
    #[inline(always)]
    pub(super) fn error<S: Simd>(&self, s: S, reach: f32, panel: usize) -> S::F {
        s.fma(s.splat(reach), s.load(&self.reach.tokens[panel].0), s.splat(self.reach.slack))
    }

    /// The screen's logits of rows in tiles for panels that were split: row `m`'s for the `p`-th, which is panel `panel(p)` of
    /// the head, go to `out[m * stride + p]`.
    #[inline(always)]
    pub(super) fn screen<S: Simd>(
        &self,
        s: S,
        tiles: &[Line],
        weights: &[Line],
        out: &mut [Lane],
        stride: usize,
        panel: impl Fn(usize) -> usize,
    ) {
        self.screen_with(s, tiles, weights, out, stride, |p| self.head.bias(panel(p)));
    }

    /// The same for panels whose bias is `bias(p)`.
    #[inline(always)]
    pub(super) fn screen_with<'b, S: Simd>(
        &self,
        s: S,
        tiles: &[Line],
        weights: &[Line],
        out: &mut [Lane],
        stride: usize,
        bias: impl Fn(usize) -> Option<&'b Lane>,
    ) {
        let each = split::lines(self.head.width());
        self.unit.multiply(self.head.width(), tiles, weights, out, stride);
        if !self.head.is_plain() {
            for row in out.chunks_exact_mut(stride).take(tiles.len() / each * split::ROWS) {
                for (p, lane) in row.iter_mut().take(weights.len() / each).enumerate() {
                    self.head.finish_logits(s, bias(p), lane);
                }
            }
        }
    }
}

/// The exact logits of up to 16 tokens for some rows.
pub(super) struct ExactLogits {
    /// Tokens.
    pub(super) tokens: usize,
    /// Their weights: `[d]`
    pub(super) panel: Vec<Lane>,
    /// Their biases.
    pub(super) bias: Option<Lane>,
    /// One lane of logits for each row.
    pub(super) lanes: Vec<Lane>,
}

impl Context<'_> {
    /// The exact logits of `tokens` in the rows of `slots`, 16 tokens at a time.
    #[inline(always)]
    pub(super) fn exact_logits<S: Simd>(&self, s: S, tokens: &[u32], slots: &[Slot]) -> Vec<ExactLogits> {
        let one = |tokens: &[u32]| {
            let mut panel = Vec::new();
            let bias = gather_panel(self.head, tokens.iter().copied(), &mut panel);
            let mut lanes = vec![Lane::ZERO; slots.len()];
            for (slots, out) in slots.chunks(S::ROWS).zip(lanes.chunks_mut(S::ROWS)) {
                let mut rows: [&[f32]; 8] = [&[]; 8];
                slots.iter().zip(&mut rows).for_each(|(slot, row)| *row = self.state(slot));
                multiply_rows(s, self.head, &panel, bias.as_ref(), &rows[..slots.len()], out);
            }
            ExactLogits { tokens: tokens.len(), panel, bias, lanes }
        };
        tokens.chunks(LANES).map(one).collect()
    }
}
