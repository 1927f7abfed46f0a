//! A chunk of rows against a span of the vocabulary, tile by tile.
//!
//! A tile's weights are split once for all rows of the chunk. Each bundle's screened logits are folded into sums at once;
//! then each row is looked at for tokens that its screen leaves undecided. Their panels are noted, with the screen's
//! logits, and computed exactly for all rows of the chunk together.

use super::best::{Best, Candidate};
use super::context::Context;
use super::prepared::Prepared;
use super::rows::{Bundle, PreparedRow};
use super::split::{Line, lines, split_panel};
use super::undecided::{Exact, SpanState, UndecidedPanel};
use crate::control::{Cancelled, Control};
use crate::micro_kernel::share_of_prefetch;
use crate::project::plan::Chunk;
use crate::project::reduce::{count_above, largest_logits, sum_reference, sum_row};
use crate::project::sums::{Shift, Sums};
use crate::simd::{Job, LANES, Lane, Simd};
use crate::unembedding::TileWeights;
use std::ops::Range;

/// Panels in a tile: even. Part of the order of sums.
const TILE_PANELS: usize = 12;
/// Panels in a segment. Part of the order of sums.
const SEGMENT_PANELS: usize = 8 * TILE_PANELS;

/// Segments of a vocabulary.
pub(super) fn segments(vocab: usize) -> usize {
    vocab.div_ceil(SEGMENT_PANELS * LANES)
}

/// The work of one thread: see [`ChunkWork::run_span`](crate::project::work_queue::ChunkWork::run_span).
pub(super) struct TilePass<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) chunk: &'a Chunk,
    pub(super) prepared: &'a Prepared,
    /// Segments.
    pub(super) span: Range<usize>,
    pub(super) control: &'a Control,
}

/// What a span adds to the rows of a chunk.
pub(super) struct SpanResult {
    /// `[segments of the span][slots]`
    pub(super) sums: Vec<Sums>,
    /// Best candidates of each slot.
    pub(super) best: Vec<Vec<Candidate>>,
    /// For each ranked logit of each slot the number of tokens with a larger one.
    pub(super) above: Vec<Vec<u32>>,
    /// Panels of screened rows that were computed exactly.
    pub(super) undecided: u64,
}

struct Scratch {
    /// The tile's weights, split.
    weights: Vec<Line>,
    /// `[rows of the bundle][TILE_PANELS]`
    logits: Vec<Lane>,
    /// The reference's `u = z - c`; zero where there is no token.
    reference: [Lane; TILE_PANELS],
    /// Its `e^u`; zero where there is no token.
    weight: [Lane; TILE_PANELS],
    /// What is left to be computed exactly.
    undecided: Vec<UndecidedPanel>,
}

impl Job for TilePass<'_> {
    type Out = Result<SpanResult, Cancelled>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Result<SpanResult, Cancelled> {
        let (context, slots, prepared) = (self.context, &self.chunk.slots, self.prepared);
        let mut state = SpanState {
            sums: vec![Sums::NONE; slots.len()],
            best: prepared.rows.iter().map(|row| Best::new(context.best, &row.floor)).collect(),
            above: prepared.rows.iter().map(|row| vec![0; row.ranked.len()]).collect(),
        };
        let most = prepared.bundles.iter().map(Bundle::rows).max().unwrap_or(0);
        let split = if prepared.any { TILE_PANELS * lines(context.head.width()) } else { 0 };
        let mut scratch = Scratch {
            weights: vec![Line::ZERO; split],
            logits: vec![Lane::ZERO; most * TILE_PANELS],
            reference: [Lane::ZERO; TILE_PANELS],
            weight: [Lane::ZERO; TILE_PANELS],
            undecided: Vec::new(),
        };
        let exact = Exact { context, chunk: self.chunk, rows: &prepared.rows };
        let mut sums = Vec::with_capacity(self.span.len() * slots.len());
        let mut panels_decided = 0;
        // A head that is screened is stored in f32, so nothing is widened.
        let mut widened = Vec::new();
        let f32s = context.head.tile(s, 0..0, &mut widened);
        for segment in self.span.clone() {
            state.sums.fill(Sums::NONE);
            let start = segment * SEGMENT_PANELS;
            let end = (start + SEGMENT_PANELS).min(context.head.panels());
            for first in (start..end).step_by(TILE_PANELS) {
                self.control.check()?;
                let tile = Tile::new(s, context, first..(first + TILE_PANELS).min(end));
                tile.split(&mut scratch.weights);
                let next = f32s.soon(tile.panels.end..tile.panels.end + TILE_PANELS);
                for bundle in &prepared.bundles {
                    let soon = share_of_prefetch(next, bundle.slots.clone(), slots.len());
                    tile.multiply(s, bundle, &scratch.weights, &f32s, soon, &mut scratch.logits);
                    self.fold_tile(s, &tile, bundle, &mut state, &mut scratch);
                }
                panels_decided += scratch.undecided.len() as u64;
                exact.decide(s, &mut scratch.undecided, &mut state);
            }
            sums.extend_from_slice(&state.sums);
        }
        let best = state.best.into_iter().map(Best::into_candidates).collect();
        Ok(SpanResult { sums, best, above: state.above, undecided: panels_decided })
    }
}

impl TilePass<'_> {
    /// Folds the bundle's logits into the sums of its rows, and notes what stays undecided.
    #[inline(always)]
    fn fold_tile<S: Simd>(
        &self,
        s: S,
        tile: &Tile<'_>,
        bundle: &Bundle,
        state: &mut SpanState<'_>,
        scratch: &mut Scratch,
    ) {
        let last = tile.tokens_of_last();
        let mut shift = Shift { delta: 0.0, s: 0.0 };
        for (i, &at) in bundle.slots.clone().zip(&bundle.at) {
            let z = &scratch.logits[at * TILE_PANELS..][..tile.panels.len()];
            let (largest, maxima) = largest_logits(s, z);
            let sums = &mut state.sums[i];
            let c = if largest > sums.c { largest } else { sums.c };
            if self.chunk.slots[i].reference == i {
                shift = sums.raise(c);
                sum_reference(s, z, last, sums, &mut scratch.reference, &mut scratch.weight);
            } else {
                sums.follow(c, shift);
                sum_row(s, z, last, sums, &scratch.reference, &scratch.weight);
            }
            let (row, best, above) = (&self.prepared.rows[i], &mut state.best[i], &mut state.above[i]);
            match row.reach {
                Some(reach) => {
                    let error = reach * tile.reach + self.context.reach.slack;
                    best.begin(s, maxima, error);
                    let look = Look { slot: i, reach, most: largest + error };
                    look.at(s, tile, z, row, best.threshold, above, &mut scratch.undecided);
                }
                None => {
                    best.begin(s, maxima, 0.0);
                    look_exactly(s, tile, z, row, largest, best, above);
                }
            }
        }
    }
}

/// How one screened row is looked at.
struct Look {
    slot: usize,
    reach: f32,
    /// No exact logit of the tile is above this.
    most: f32,
}

impl Look {
    /// Counts what the screen shows to be above each ranked logit, and notes the panels of tokens that may be on either side
    /// of one, or among the best.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn at<S: Simd>(
        self,
        s: S,
        tile: &Tile<'_>,
        z: &[Lane],
        row: &PreparedRow,
        threshold: f32,
        above: &mut [u32],
        undecided: &mut Vec<UndecidedPanel>,
    ) {
        // Likely tokens are above all others of most tiles.
        let candidates = self.most > threshold;
        if !candidates && row.ranked.iter().all(|&logit| self.most < logit) {
            return;
        }
        let (mut panels, threshold) = (0u32, s.splat(threshold));
        for (p, lane) in z.iter().enumerate() {
            let error = tile.context.error(s, self.reach, tile.panels.start + p);
            let z = s.load(&lane.0);
            let (least, most) = (s.sub(z, error), s.add(z, error));
            let mut open = if candidates { s.above(most, threshold) } else { 0 };
            for (&logit, above) in row.ranked.iter().zip(above.iter_mut()) {
                if self.most < logit {
                    continue;
                }
                let logit = s.splat(logit);
                let surely = s.above(least, logit);
                *above += surely.count_ones();
                open |= surely ^ s.above(most, logit);
            }
            panels |= u32::from(open != 0) << p;
        }
        while panels != 0 {
            let p = panels.trailing_zeros() as usize;
            panels &= panels - 1;
            undecided.push(UndecidedPanel { panel: tile.panels.start + p, slot: self.slot, screen: z[p] });
        }
    }
}

/// The same for a row whose logits are exact.
#[inline(always)]
fn look_exactly<S: Simd>(
    s: S,
    tile: &Tile<'_>,
    z: &[Lane],
    row: &PreparedRow,
    largest: f32,
    best: &mut Best<'_>,
    above: &mut [u32],
) {
    for (&logit, above) in row.ranked.iter().zip(above) {
        if largest > logit {
            *above += count_above(s, z, logit);
        }
    }
    if largest > best.threshold {
        for (p, lane) in z.iter().enumerate() {
            best.offer(s, ((tile.panels.start + p) * LANES) as u32, lane, lane);
        }
    }
}

/// Some panels.
struct Tile<'a> {
    panels: Range<usize>,
    context: &'a Context<'a>,
    /// The largest `reach(w)`.
    reach: f32,
}

impl<'a> Tile<'a> {
    #[inline(always)]
    fn new<S: Simd>(s: S, context: &'a Context<'a>, panels: Range<usize>) -> Tile<'a> {
        // A loop, as everywhere here: a closure handed to an iterator is compiled without the instruction set.
        let mut most = s.splat(0.0);
        for lane in &context.reach.tokens[panels.clone()] {
            most = s.max(s.load(&lane.0), most);
        }
        Tile { panels, context, reach: s.largest(most) }
    }

    /// Tokens in the last panel.
    fn tokens_of_last(&self) -> usize {
        (self.context.head.vocab() - (self.panels.end - 1) * LANES).min(LANES)
    }

    /// The weights as tiles, an even number of panels (the one too many is whatever it was); nothing where there is no room.
    #[inline(always)]
    fn split(&self, out: &mut [Line]) {
        for (panel, out) in self.panels.clone().zip(out.chunks_exact_mut(lines(self.context.head.width()))) {
            split_panel(self.context.head.panel(panel), out);
        }
    }

    /// The bundle's logits, from weights that were split and in f32, -inf where there is no token. With the exact rows
    /// their part of `soon` is asked for from memory.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)] // a kernel's operands, all of them small
    fn multiply<S: Simd>(
        &self,
        s: S,
        bundle: &Bundle,
        split: &[Line],
        f32s: &TileWeights<'_>,
        soon: &[Lane],
        out: &mut [Lane],
    ) {
        let (head, count) = (self.context.head, self.panels.len());
        if bundle.screened > 0 {
            let weights = &split[..count.next_multiple_of(2) * lines(head.width())];
            let panel = |p: usize| (self.panels.start + p).min(self.panels.end - 1);
            self.context.screen(s, &bundle.tiles, weights, out, TILE_PANELS, panel);
        }
        let soon = share_of_prefetch(soon, bundle.screened..bundle.slots.len(), bundle.slots.len());
        let exact = &mut out[bundle.filled * TILE_PANELS..];
        bundle.exact.multiply(s, head, f32s, self.panels.clone(), soon, exact, TILE_PANELS);
        let last = self.tokens_of_last();
        if last < LANES {
            for row in out[..bundle.rows() * TILE_PANELS].chunks_exact_mut(TILE_PANELS) {
                row[count - 1].0[last..].fill(f32::NEG_INFINITY);
            }
        }
    }
}
