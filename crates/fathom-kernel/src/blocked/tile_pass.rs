//! A chunk of rows against a span of the vocabulary, tile by tile.

use super::prepared::Prepared;
use crate::control::{Cancelled, Control};
use crate::micro_kernel::share_of_prefetch;
use crate::project::packed::Packed;
use crate::project::plan::{Chunk, Slot};
use crate::project::reduce::{count_above, largest_logits, sum_reference, sum_row};
use crate::project::sums::{Shift, Sums};
use crate::project::top::Top;
use crate::simd::{Job, LANES, Lane, Simd};
use crate::unembedding::{TileWeights, Unembedding};
use std::ops::Range;

/// Panels in a tile: few, so that their weights, the next tile's and the states of a chunk's rows lie in a second-level cache
/// together. Part of the order of sums.
const TILE_PANELS: usize = 6;
/// Tiles in a segment. Part of the order of sums.
const SEGMENT_TILES: usize = 16;
/// Panels in a segment.
const SEGMENT_PANELS: usize = TILE_PANELS * SEGMENT_TILES;

/// Segments of a vocabulary.
pub(super) fn segments(vocab: usize) -> usize {
    vocab.div_ceil(SEGMENT_PANELS * LANES)
}

/// The work of one thread: see [`ChunkWork::run_span`](crate::project::work_queue::ChunkWork::run_span).
pub(super) struct TilePass<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) top_k: usize,
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
    /// Best candidates of each slot, as keys.
    pub(super) top: Vec<Vec<u64>>,
    /// For each logit of [`Prepared::ranked`] the number of tokens with a larger one.
    pub(super) above: Vec<Vec<u32>>,
}

impl Job for TilePass<'_> {
    type Out = Result<SpanResult, Cancelled>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Result<SpanResult, Cancelled> {
        let slots = &self.chunk.slots;
        let (bundles, ranked) = (&self.prepared.bundles, &self.prepared.ranked);
        let floor = &self.prepared.floor;
        let top = |(slot, floor): (&Slot, _)| Top::new(if slot.reported { self.top_k } else { 0 }, floor);
        let mut state = SpanState {
            sums: vec![Sums::NONE; slots.len()],
            top: slots.iter().zip(floor).map(top).collect(),
            above: ranked.iter().map(|logits| vec![0; logits.len()]).collect(),
        };
        let most = self.chunk.bundles.iter().map(Range::len).max().unwrap_or(0);
        let mut scratch = Scratch {
            logits: vec![Lane::ZERO; most * TILE_PANELS],
            reference: [Lane::ZERO; TILE_PANELS],
            weight: [Lane::ZERO; TILE_PANELS],
        };
        let mut widened = Vec::new();
        let all_panels = self.head.panels();
        let mut sums = Vec::with_capacity(self.span.len() * slots.len());
        for segment in self.span.clone() {
            state.sums.fill(Sums::NONE);
            let start = segment * SEGMENT_PANELS;
            let end = (start + SEGMENT_PANELS).min(all_panels);
            for first in (start..end).step_by(TILE_PANELS) {
                self.control.check()?;
                let tile = Tile::new(first..(first + TILE_PANELS).min(end), self.head.vocab());
                let weights = self.head.tile(s, tile.panels.clone(), &mut widened);
                let next = weights.soon(tile.panels.end..tile.panels.end + TILE_PANELS);
                for bundle in bundles {
                    let soon = share_of_prefetch(next, bundle.slots.clone(), slots.len());
                    multiply_tile(s, self.head, &tile, &weights, bundle, soon, &mut scratch.logits);
                    reduce(s, slots, ranked, &tile, bundle, &mut state, &mut scratch);
                }
            }
            sums.extend_from_slice(&state.sums);
        }
        let top = state.top.into_iter().map(Top::into_keys).collect();
        Ok(SpanResult { sums, top, above: state.above })
    }
}

/// What is known of each slot so far.
struct SpanState<'a> {
    /// Over the present segment.
    sums: Vec<Sums>,
    top: Vec<Top<'a>>,
    above: Vec<Vec<u32>>,
}

struct Scratch {
    /// `[rows of the bundle][TILE_PANELS]`
    logits: Vec<Lane>,
    /// The reference's `u = z - c`; zero where there is no token.
    reference: [Lane; TILE_PANELS],
    /// Its `e^u`; zero where there is no token.
    weight: [Lane; TILE_PANELS],
}

/// Some panels.
pub(super) struct Tile {
    pub(super) panels: Range<usize>,
    /// Tokens in the last one.
    pub(super) last: usize,
}

/// All tiles of a vocabulary, in order.
pub(super) fn tiles(head: &Unembedding) -> impl Iterator<Item = Tile> + use<> {
    let (all, vocab) = (head.panels(), head.vocab());
    (0..all).step_by(TILE_PANELS).map(move |first| Tile::new(first..(first + TILE_PANELS).min(all), vocab))
}

impl Tile {
    /// Panels of a tile but the last.
    pub(super) const PANELS: usize = TILE_PANELS;

    fn new(panels: Range<usize>, vocab: usize) -> Tile {
        let last = (vocab - (panels.end - 1) * LANES).min(LANES);
        Tile { panels, last }
    }
}

/// The bundle's logits for the tile, -inf where there is no token. On the way `soon` is asked for from memory.
#[inline(always)]
pub(super) fn multiply_tile<S: Simd>(
    s: S,
    head: &Unembedding,
    tile: &Tile,
    weights: &TileWeights<'_>,
    bundle: &Packed,
    soon: &[Lane],
    out: &mut [Lane],
) {
    bundle.multiply(s, head, weights, tile.panels.clone(), soon, out, TILE_PANELS);
    let count = tile.panels.len();
    if tile.last < LANES {
        for row in 0..bundle.slots.len() {
            out[row * TILE_PANELS + count - 1].0[tile.last..].fill(f32::NEG_INFINITY);
        }
    }
}

/// Folds the bundle's logits into what is known of its rows.
#[inline(always)]
fn reduce<S: Simd>(
    s: S,
    slots: &[Slot],
    ranked: &[Vec<f32>],
    tile: &Tile,
    bundle: &Packed,
    state: &mut SpanState<'_>,
    scratch: &mut Scratch,
) {
    let mut shift = Shift { delta: 0.0, s: 0.0 };
    for (row, i) in bundle.slots.clone().enumerate() {
        let z = &scratch.logits[row * TILE_PANELS..][..tile.panels.len()];
        let (largest, maxima) = largest_logits(s, z);
        let sums = &mut state.sums[i];
        let c = if largest > sums.c { largest } else { sums.c };
        if slots[i].reference == i {
            shift = sums.raise(c);
            sum_reference(s, z, tile.last, sums, &mut scratch.reference, &mut scratch.weight);
        } else {
            sums.follow(c, shift);
            sum_row(s, z, tile.last, sums, &scratch.reference, &scratch.weight);
        }
        state.top[i].offer(s, (tile.panels.start * LANES) as u32, z, largest, maxima);
        for (&logit, above) in ranked[i].iter().zip(&mut state.above[i]) {
            // Likely tokens are above all others of most tiles.
            if largest > logit {
                *above += count_above(s, z, logit);
            }
        }
    }
}
