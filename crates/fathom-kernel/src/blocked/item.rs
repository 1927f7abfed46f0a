//! One piece of work: a chunk of rows against a span of the vocabulary.

use super::plan::{Chunk, Slot};
use super::sums::{Shift, Sums};
use super::top::Top;
use crate::control::{Cancelled, Control};
use crate::product::{Block, MAX_ROWS, block_sizes, by_rows, gather_panel, pack_block, product};
use crate::projection::Projection;
use crate::simd::{Job, LANES, Lane, Simd, math};
use crate::unembedding::Unembedding;
use std::ops::Range;

/// Panels in a tile. Part of the order of sums.
const TILE_PANELS: usize = 24;
/// Tiles in a segment. Part of the order of sums.
const SEGMENT_TILES: usize = 4;
/// Panels in a segment.
const SEGMENT_PANELS: usize = TILE_PANELS * SEGMENT_TILES;

/// Segments of a vocabulary.
pub(super) fn segments(vocab: usize) -> usize {
    vocab.div_ceil(SEGMENT_PANELS * LANES)
}

/// The work.
pub(super) struct Item<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) request: &'a Projection<'a>,
    pub(super) top_k: usize,
    pub(super) chunk: &'a Chunk,
    /// Segments.
    pub(super) span: Range<usize>,
    pub(super) control: &'a Control,
}

/// What came of it.
pub(super) struct Part {
    /// `[segments of the span][slots]`
    pub(super) sums: Vec<Sums>,
    /// Best candidates of each slot, as keys.
    pub(super) top: Vec<Vec<u64>>,
    /// Logits and counts of the ranked tokens of each slot.
    pub(super) ranked: Vec<Vec<(f32, u32)>>,
}

impl Job for Item<'_> {
    type Out = Result<Part, Cancelled>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Result<Part, Cancelled> {
        let slots = &self.chunk.slots;
        let width = self.head.width();
        let bundles = pack(&self, S::ROWS);
        let mut state = State {
            sums: vec![Sums::NONE; slots.len()],
            top: slots.iter().map(|slot| Top::new(if slot.reported { self.top_k } else { 0 })).collect(),
            ranked: ranked_logits(s, &self, &bundles),
        };
        let most = self.chunk.bundles.iter().map(Range::len).max().unwrap_or(0);
        let mut scratch = Scratch {
            logits: vec![Lane::ZERO; most * TILE_PANELS],
            reference: [Lane::ZERO; TILE_PANELS],
            weight: [Lane::ZERO; TILE_PANELS],
        };
        let all_panels = self.head.vocab().div_ceil(LANES);
        let mut sums = Vec::with_capacity(self.span.len() * slots.len());
        for segment in self.span.clone() {
            state.sums.fill(Sums::NONE);
            let start = segment * SEGMENT_PANELS;
            let end = (start + SEGMENT_PANELS).min(all_panels);
            for first in (start..end).step_by(TILE_PANELS) {
                self.control.check()?;
                let tile = Tile::new(first..(first + TILE_PANELS).min(end), self.head.vocab());
                for bundle in &bundles {
                    multiply(s, self.head, &tile, bundle, width, &mut scratch.logits);
                    reduce(s, slots, &tile, bundle, &mut state, &mut scratch);
                }
            }
            sums.extend_from_slice(&state.sums);
        }
        let top = state.top.into_iter().map(Top::into_keys).collect();
        Ok(Part { sums, top, ranked: state.ranked })
    }
}

/// What is known of each slot so far.
struct State {
    /// Over the present segment.
    sums: Vec<Sums>,
    top: Vec<Top>,
    ranked: Vec<Vec<(f32, u32)>>,
}

struct Scratch {
    /// `[rows of the bundle][TILE_PANELS]`
    logits: Vec<Lane>,
    /// The reference's `u = z - c`; zero where there is no token.
    reference: [Lane; TILE_PANELS],
    /// Its `e^u`; zero where there is no token.
    weight: [Lane; TILE_PANELS],
}

/// Some panels, and how many tokens are in the last one.
struct Tile {
    panels: Range<usize>,
    last: usize,
}

impl Tile {
    fn new(panels: Range<usize>, vocab: usize) -> Tile {
        let last = (vocab - (panels.end - 1) * LANES).min(LANES);
        Tile { panels, last }
    }
}

/// A bundle's states, packed in blocks: `[d][rows of the block]` each.
struct Packed {
    slots: Range<usize>,
    values: Vec<f32>,
    sizes: Vec<usize>,
}

impl Packed {
    /// Each block with its first row within the bundle.
    #[inline(always)]
    fn blocks(&self, width: usize) -> impl Iterator<Item = (usize, Block<'_>)> {
        let mut row = 0;
        self.sizes.iter().map(move |&rows| {
            let start = row;
            row += rows;
            (start, Block { values: &self.values[start * width..row * width], rows })
        })
    }
}

fn pack(item: &Item<'_>, most: usize) -> Vec<Packed> {
    let width = item.head.width();
    let row = |slot: &Slot| &item.request.states[slot.row * width..][..width];
    let one = |bundle: &Range<usize>| {
        let sizes: Vec<usize> = block_sizes(bundle.len(), most.min(MAX_ROWS)).collect();
        let mut values = Vec::with_capacity(bundle.len() * width);
        let mut slots = &item.chunk.slots[bundle.clone()];
        for &size in &sizes {
            let (block, rest) = slots.split_at(size);
            pack_block(block.iter().map(row), width, &mut values);
            slots = rest;
        }
        Packed { slots: bundle.clone(), values, sizes }
    };
    item.chunk.bundles.iter().map(one).collect()
}

/// The logits of each slot's ranked tokens, by the same chains as all others, with counts of 0.
#[inline(always)]
fn ranked_logits<S: Simd>(s: S, item: &Item<'_>, bundles: &[Packed]) -> Vec<Vec<(f32, u32)>> {
    let slots = &item.chunk.slots;
    let mut ranked = vec![Vec::new(); slots.len()];
    let mut panel = Vec::new();
    let mut out = [Lane::ZERO; MAX_ROWS];
    for bundle in bundles {
        for group in groups_of(&slots[bundle.slots.clone()]) {
            let tokens = item.request.ranked.get(group).map_or(&[][..], Vec::as_slice);
            for tokens in tokens.chunks(LANES) {
                let bias = gather_panel(item.head, tokens, &mut panel);
                for (first, block) in bundle.blocks(item.head.width()) {
                    let first = bundle.slots.start + first;
                    if slots[first..first + block.rows].iter().all(|slot| slot.group != group) {
                        continue;
                    }
                    by_rows(s, item.head, block, [&panel[..]], [bias.as_ref()], &mut out, 1);
                    for (i, lane) in (first..first + block.rows).zip(&out) {
                        if slots[i].group == group && slots[i].reported {
                            ranked[i].extend(lane.0[..tokens.len()].iter().map(|&logit| (logit, 0)));
                        }
                    }
                }
            }
        }
    }
    ranked
}

/// The groups of some slots, each once.
fn groups_of(slots: &[Slot]) -> Vec<usize> {
    let mut groups: Vec<usize> = slots.iter().map(|slot| slot.group).collect();
    groups.dedup();
    groups
}

/// The bundle's logits for the tile, -inf where there is no token.
#[inline(always)]
fn multiply<S: Simd>(s: S, head: &Unembedding, tile: &Tile, bundle: &Packed, width: usize, out: &mut [Lane]) {
    // Panels outside, rows inside: a few panels are used by all rows of the bundle while they are near.
    let count = tile.panels.len();
    for at in (0..count).step_by(3) {
        let panels = tile.panels.start + at..tile.panels.start + (at + 3).min(count);
        for (row, block) in bundle.blocks(width) {
            product(s, head, panels.clone(), block, &mut out[row * TILE_PANELS + at..], TILE_PANELS);
        }
    }
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
    tile: &Tile,
    bundle: &Packed,
    state: &mut State,
    scratch: &mut Scratch,
) {
    let mut shift = Shift { delta: 0.0, s: 0.0 };
    for (row, i) in bundle.slots.clone().enumerate() {
        let z = &scratch.logits[row * TILE_PANELS..][..tile.panels.len()];
        let largest = largest(s, z);
        let sums = &mut state.sums[i];
        let c = if largest > sums.c { largest } else { sums.c };
        if slots[i].reference == i {
            shift = sums.raise(c);
            sum_reference(s, z, tile.last, sums, &mut scratch.reference, &mut scratch.weight);
        } else {
            sums.follow(c, shift);
            sum_row(s, z, tile.last, sums, &scratch.reference, &scratch.weight);
        }
        state.top[i].offer(s, (tile.panels.start * LANES) as u32, z, largest);
        for (logit, above) in &mut state.ranked[i] {
            *above += count_above(s, z, *logit);
        }
    }
}

#[inline(always)]
fn largest<S: Simd>(s: S, z: &[Lane]) -> f32 {
    let low = s.splat(f32::NEG_INFINITY);
    let mut most = [low; 4];
    let (quads, rest) = z.as_chunks::<4>();
    for quad in quads {
        for (most, lane) in most.iter_mut().zip(quad) {
            *most = s.max(s.load(&lane.0), *most);
        }
    }
    for lane in rest {
        most[0] = s.max(s.load(&lane.0), most[0]);
    }
    s.largest(s.max(s.max(most[0], most[1]), s.max(most[2], most[3])))
}

#[inline(always)]
fn count_above<S: Simd>(s: S, z: &[Lane], logit: f32) -> u32 {
    let logit = s.splat(logit);
    z.iter().map(|lane| s.above(s.load(&lane.0), logit).count_ones()).sum()
}

/// Adds a reference's tile to its sums and leaves `u` and `e^u` for its rows.
#[inline(always)]
fn sum_reference<S: Simd>(s: S, z: &[Lane], last: usize, sums: &mut Sums, us: &mut [Lane], es: &mut [Lane]) {
    let c = s.splat(sums.c);
    let (mut sum_e, mut sum_h) = (s.splat(0.0), s.splat(0.0));
    let end = z.len() - 1;
    for (i, ((z, u), e)) in z.iter().zip(us).zip(es).enumerate() {
        let mut w = s.sub(s.load(&z.0), c);
        let mut x = math::exp(s, w);
        if i == end {
            (w, x) = (s.keep_first(w, last), s.keep_first(x, last));
        }
        sum_e = s.add(sum_e, x);
        sum_h = s.fma(x, w, sum_h);
        s.store(w, &mut u.0);
        s.store(x, &mut e.0);
    }
    sums.s += s.sum(sum_e);
    sums.h += s.sum(sum_h);
}

/// Adds a row's tile to its sums, beside its reference's `u` and `e^u`.
#[inline(always)]
fn sum_row<S: Simd>(s: S, z: &[Lane], last: usize, sums: &mut Sums, us: &[Lane], es: &[Lane]) {
    let c = s.splat(sums.c);
    let [mut sum_e, mut sum_h, mut sum_a, mut sum_b] = [s.splat(0.0); 4];
    let end = z.len() - 1;
    for (i, ((z, u), e)) in z.iter().zip(us).zip(es).enumerate() {
        let mut w = s.sub(s.load(&z.0), c);
        let mut x = math::exp(s, w);
        if i == end {
            (w, x) = (s.keep_first(w, last), s.keep_first(x, last));
        }
        let difference = s.sub(s.load(&u.0), w);
        sum_e = s.add(sum_e, x);
        sum_h = s.fma(x, w, sum_h);
        sum_a = s.fma(s.load(&e.0), difference, sum_a);
        sum_b = s.fma(x, difference, sum_b);
    }
    sums.s += s.sum(sum_e);
    sums.h += s.sum(sum_h);
    sums.a += s.sum(sum_a);
    sums.b += s.sum(sum_b);
}
