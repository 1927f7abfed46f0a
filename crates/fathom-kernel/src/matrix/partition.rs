//! A product, cut into pieces for threads, and how a piece is worked off: panels of weights over blocks of rows.

use super::{Matrix, Product};
use crate::micro_kernel::{block_sizes, extend_chains, share_of_prefetch};
use crate::simd::{Job, LANES, Lane, Simd};
use std::cell::Cell;
use std::ops::Range;

/// Panels that a block of rows is multiplied with at once.
const WIDE: usize = 3;

/// Rows that share one pass over the weights: their inputs take at most this many bytes, which stay in a second-level
/// cache beside the panels.
const INPUT_BYTES: usize = 384 << 10;

/// Most inputs of a span, where rows are too long for many of them to stay: chains go on span by span, their sums waiting
/// in memory meanwhile, so that one pass over the weights still serves many rows.
const SPAN: usize = 768;

/// Tiles of panels that share a span of the rows before the next span.
const GROUP: usize = 8;

/// Pieces that each thread gets of a product, so that a core that is busy with something else holds nobody up.
const PIECES_PER_THREAD: usize = 4;

/// Some rows of some outputs of one product.
pub(super) struct Piece<'a> {
    matrix: &'a Matrix,
    /// The rows, as blocks: see [`Interleave`](super::interleave::Interleave).
    x: &'a [f32],
    /// Each row's part of the result, from the first panel's first output.
    out: Vec<&'a mut [f32]>,
    panels: Range<usize>,
    /// Inputs that are gone through at a time.
    span: usize,
    add: bool,
}

/// How long spans are: all inputs, where all rows stay in the cache so; else even parts of at most [`SPAN`].
pub(super) fn span_length(values: usize, inputs: usize) -> usize {
    match values * size_of::<f32>() <= INPUT_BYTES {
        true => inputs.max(1),
        false => {
            inputs.div_ceil(inputs.div_ceil(SPAN).max(1)).next_multiple_of(LANES).clamp(1, inputs.max(1))
        }
    }
}

/// Rows that share one pass over the weights.
pub(super) fn rows_together(span: usize) -> usize {
    (INPUT_BYTES / size_of::<f32>() / span).max(8)
}

/// Cuts products into pieces that write disjoint parts of the results. `x` holds `together` rows after the other, each
/// as blocks.
pub(super) fn cut_products<'a>(x: &'a [f32], inputs: usize, products: Vec<Product<'a>>) -> Vec<Piece<'a>> {
    let threads = rayon::current_num_threads();
    let span = span_length(x.len(), inputs);
    let together = rows_together(span);
    let wides = |product: &Product<'_>| product.matrix.panels.count().div_ceil(WIDE);
    let chunks = (x.len() / inputs.max(1)).div_ceil(together);
    let all: usize = products.iter().map(|product| wides(product) * chunks).sum();
    let each = if threads == 1 {
        usize::MAX / WIDE / LANES
    } else {
        all.div_ceil(PIECES_PER_THREAD * threads).max(1)
    };
    let mut pieces = Vec::new();
    for Product { matrix, out, add } in products {
        let outputs = matrix.outputs();
        let rows = out.chunks_mut((together * outputs).max(1)).zip(x.chunks((together * inputs).max(1)));
        for (out, x) in rows {
            let first = pieces.len();
            for start in (0..matrix.panels.count()).step_by(each * WIDE) {
                let panels = start..start.saturating_add(each * WIDE).min(matrix.panels.count());
                pieces.push(Piece { matrix, x, out: Vec::new(), panels, span, add });
            }
            for row in out.chunks_exact_mut(outputs) {
                let parts = row.chunks_mut(each * WIDE * LANES);
                parts.zip(&mut pieces[first..]).for_each(|(part, piece)| piece.out.push(part));
            }
        }
    }
    pieces
}

impl Job for Piece<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) {
        let mut sums = SUMS.take();
        match self.matrix.panels.in_f32() {
            Some(lanes) => self.where_they_lie(s, lanes, &mut sums),
            None if self.out.len() == 1 => self.one_row(s),
            None => {
                let mut tile = TILE.take();
                self.widened(s, &mut tile, &mut sums);
                TILE.set(tile);
            }
        }
        SUMS.set(sums);
    }
}

thread_local! {
    /// A few panels in f32, of weights that are stored otherwise.
    static TILE: Cell<Vec<Lane>> = const { Cell::new(Vec::new()) };

    /// Chains' sums between two spans.
    static SUMS: Cell<Vec<Lane>> = const { Cell::new(Vec::new()) };
}

/// Panels in f32, from panel `first` on.
#[derive(Clone, Copy)]
struct PanelWeights<'a> {
    /// `[panels][inputs]`
    lanes: &'a [Lane],
    first: usize,
    inputs: usize,
}

impl<'a> PanelWeights<'a> {
    /// A panel's weights of some inputs.
    #[inline(always)]
    fn panel(&self, index: usize, span: &Range<usize>) -> &'a [Lane] {
        &self.lanes[(index - self.first) * self.inputs..][span.clone()]
    }

    /// What to ask for from memory: `len` weights of each of the panels from `index` on, from input `k` on; of what lies
    /// beyond the end, the last ones.
    #[inline(always)]
    fn soon(&self, index: usize, k: usize, len: usize) -> [&'a [Lane]; WIDE] {
        let most = self.lanes.len() - len;
        std::array::from_fn(|n| &self.lanes[((index + n - self.first) * self.inputs + k).min(most)..][..len])
    }
}

/// Where a tile is in its chains.
struct SpanOfGroup {
    span: Range<usize>,
    /// The group of panels whose sums are kept.
    group: Range<usize>,
}

impl Piece<'_> {
    /// Parts of the piece's panels of at most `most` panels.
    fn cut(panels: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
        let Range { start, end } = panels;
        (start..end).step_by(most).map(move |start| start..(start + most).min(end))
    }

    /// Weights in f32: while a tile is multiplied, the next one is asked for.
    #[inline(always)]
    fn where_they_lie<S: Simd>(&mut self, s: S, lanes: &[Lane], sums: &mut Vec<Lane>) {
        let weights = PanelWeights { lanes, first: 0, inputs: self.matrix.inputs() };
        for group in Self::cut(self.panels.clone(), GROUP * WIDE) {
            let next = if group.end < self.panels.end { group.end } else { group.start };
            self.group(s, weights, group, next, sums);
        }
    }

    /// Weights stored otherwise, for several rows: widened once, a tile at a time.
    #[inline(always)]
    fn widened<S: Simd>(&mut self, s: S, scratch: &mut Vec<Lane>, sums: &mut Vec<Lane>) {
        let panels = &self.matrix.panels;
        for tile in Self::cut(self.panels.clone(), WIDE) {
            let lanes = panels.widened(s, tile.clone(), scratch);
            let weights = PanelWeights { lanes, first: tile.start, inputs: panels.width() };
            self.group(s, weights, tile.clone(), tile.start, sums);
        }
    }

    /// All rows times a group of panels, span by span. `next` is the panel that comes after the group.
    #[inline(always)]
    fn group<S: Simd>(
        &mut self,
        s: S,
        weights: PanelWeights<'_>,
        group: Range<usize>,
        next: usize,
        sums: &mut Vec<Lane>,
    ) {
        let inputs = weights.inputs;
        if self.span < inputs {
            sums.resize(self.out.len() * group.len(), Lane::ZERO);
        }
        let mut start = 0;
        loop {
            let span = start..(start + self.span).min(inputs);
            for tile in Self::cut(group.clone(), WIDE) {
                let (panel, k) = match (tile.end < group.end, span.end < inputs) {
                    (true, _) => (tile.end, span.start),
                    (false, true) => (group.start, span.end),
                    (false, false) => (next, 0),
                };
                let soon = weights.soon(panel, k, span.len());
                let at = SpanOfGroup { span: span.clone(), group: group.clone() };
                self.tile(s, weights, tile, &at, soon, sums);
            }
            start = span.end;
            // Without inputs there is one span, an empty one.
            if start >= inputs {
                break;
            }
        }
    }

    /// Weights stored otherwise, for one row: widened in registers.
    #[inline(always)]
    fn one_row<S: Simd>(&mut self, s: S) {
        /// Panels at a time.
        const STRIP: usize = 12;
        let mut strip = [Lane::ZERO; STRIP];
        let mut first = self.panels.start;
        for out in self.out[0].chunks_mut(STRIP * LANES) {
            let panels = first..first + out.len().div_ceil(LANES);
            first = panels.end;
            self.matrix.panels.chains(s, panels, self.x, &mut strip);
            for (out, sums) in out.chunks_mut(LANES).zip(&strip) {
                write_sums(s, out, [s.load(&sums.0)], self.add);
            }
        }
    }

    /// All rows times a tile of panels, over a span of the inputs.
    #[inline(always)]
    fn tile<S: Simd>(
        &mut self,
        s: S,
        weights: PanelWeights<'_>,
        tile: Range<usize>,
        at: &SpanOfGroup,
        soon: [&[Lane]; WIDE],
        sums: &mut [Lane],
    ) {
        let inputs = weights.inputs;
        let panel = |n: usize| weights.panel(tile.start + n, &at.span);
        // Where there is one span, no sums wait.
        let stride = if self.span < inputs { at.group.len() } else { 0 };
        let (mut done, all) = (0, self.out.len());
        // Panels outside, rows inside: a few panels are used by all rows while they are near.
        for rows in block_sizes(all, S::ROWS) {
            // Each block asks for its share of the panels that come next.
            let soon = soon.map(|panel| share_of_prefetch(panel, done..done + rows, all));
            let mut block = BlockPass {
                x: &self.x[done * inputs..][..rows * inputs],
                out: &mut self.out[done..done + rows],
                column: (tile.start - self.panels.start) * LANES,
                sums: &mut sums[done * stride..],
                at: tile.start - at.group.start,
                stride,
                span: at.span.clone(),
                inputs,
                add: self.add,
            };
            done += rows;
            match tile.len() {
                3 if S::WIDE == 3 || rows <= 2 => {
                    block.times(s, [panel(0), panel(1), panel(2)], soon);
                }
                count => {
                    for n in 0..count {
                        block.times(s, [panel(n)], soon);
                        block.column += LANES;
                        block.at += 1;
                    }
                }
            }
        }
    }
}

/// A few rows on their way through a span, and where their results go.
struct BlockPass<'a, 'b> {
    /// `[inputs][rows]`
    x: &'a [f32],
    out: &'a mut [&'b mut [f32]],
    /// Where the panels' results begin in a row of `out`.
    column: usize,
    /// `[rows, stride]` lanes of sums between two spans, the panels' from `at` on.
    sums: &'a mut [Lane],
    at: usize,
    stride: usize,
    span: Range<usize>,
    inputs: usize,
    add: bool,
}

impl BlockPass<'_, '_> {
    /// The rows times `N` panels.
    #[inline(always)]
    fn times<S: Simd, const N: usize>(&mut self, s: S, w: [&[Lane]; N], soon: [&[Lane]; WIDE]) {
        macro_rules! rows {
            ($($m:literal)*) => {
                match self.out.len() {
                    $($m if $m <= S::ROWS => self.micro::<S, $m, N>(s, w, soon),)*
                    rows => unreachable!("blocks have 1 to {} rows, not {rows}", S::ROWS),
                }
            };
        }
        rows!(1 2 3 4 5 6 7 8)
    }

    /// `M` rows times `N` panels: `M * N` sums, which stay in registers.
    #[inline(always)]
    fn micro<S: Simd, const M: usize, const N: usize>(
        &mut self,
        s: S,
        w: [&[Lane]; N],
        soon: [&[Lane]; WIDE],
    ) {
        let Range { start, end } = self.span;
        let mut sums = [[s.splat(0.0); N]; M];
        if start > 0 {
            // A sum that waited in memory is the same f32: the chain does not know.
            for (m, sums) in sums.iter_mut().enumerate() {
                let waiting = &self.sums[m * self.stride + self.at..][..N];
                *sums = std::array::from_fn(|n| s.load(&waiting[n].0));
            }
        }
        let x = &self.x.as_chunks::<M>().0[start..end];
        let sums = extend_chains(s, x, w, soon, sums);
        if end < self.inputs {
            for (m, sums) in sums.into_iter().enumerate() {
                let waiting = &mut self.sums[m * self.stride + self.at..][..N];
                waiting.iter_mut().zip(sums).for_each(|(lane, sum)| s.store(sum, &mut lane.0));
            }
            return;
        }
        for (out, sums) in self.out.iter_mut().zip(sums) {
            write_sums(s, &mut out[self.column..], sums, self.add);
        }
    }
}

/// A row's sums for `N` panels, written to `out` or added to it.
#[inline(always)]
fn write_sums<S: Simd, const N: usize>(s: S, out: &mut [f32], sums: [S::F; N], add: bool) {
    for (out, sum) in out.chunks_mut(LANES).zip(sums) {
        match <&mut [f32; LANES]>::try_from(&mut *out) {
            Ok(whole) if add => s.store(s.add(s.load(whole), sum), whole),
            Ok(whole) => s.store(sum, whole),
            Err(_) => {
                let mut lane = Lane::ZERO;
                s.store(sum, &mut lane.0);
                out.iter_mut().zip(lane.0).for_each(|(y, z)| *y = if add { *y + z } else { z });
            }
        }
    }
}
