//! Products of a few or many rows with matrices whose values are kept: a decoder's own linear maps.
//!
//! The head's product (`product.rs`) never keeps its result; this one writes it. Both read weights packed in panels of 16
//! outputs, and in both a value is one chain of fused multiply-adds over ascending `k`: a row's results do not depend on
//! the other rows, on the number of threads or on the instruction set.

use crate::panels::{BlockType, Float, Held, Panels};
use crate::simd::{Isa, Job, LANES, Lane, Simd};
use rayon::prelude::*;
use std::cell::Cell;
use std::fmt;
use std::ops::Range;

/// Panels that a block of rows is multiplied with at once.
const WIDE: usize = 3;

/// Rows that share one pass over the weights: their inputs take at most this many bytes, which stay in a second-level
/// cache beside the panels.
const INPUT_BYTES: usize = 384 << 10;

/// Pieces that each thread gets of a product, so that a core that is busy with something else holds nobody up.
const PIECES: usize = 4;

/// Weights `[outputs, inputs]` in panels of 16 outputs, the last filled up with zeros.
///
/// They are held in f32, rounded to 16 bits, or quantised as in a file. A product is that of f32 arithmetic over the
/// weights as they are held, bit for bit: [`Matrix::to_rows`] times the rows, each value one chain.
#[derive(Clone)]
pub struct Matrix {
    panels: Panels,
}

/// One of the products that [`multiply`] does together.
pub struct Product<'a> {
    /// The weights.
    pub matrix: &'a Matrix,
    /// `[rows, outputs]`.
    pub out: &'a mut [f32],
    /// Whether the product is added to what `out` holds.
    pub add: bool,
}

impl Matrix {
    /// Packs weights that are made on the way, on the current rayon pool: `fill(first, rows)` writes the weights of outputs
    /// `first ..` into `rows` `[n, inputs]` (`n <= 16`), so that a quantised matrix is never there in f32 twice.
    ///
    /// # Errors
    /// The first error of `fill`.
    ///
    /// # Panics
    /// If `outputs * inputs` is no length of a slice.
    pub fn from_rows<E: Send>(
        outputs: usize,
        inputs: usize,
        fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Matrix, E> {
        Matrix::from_rows_as(Float::F32, outputs, inputs, fill)
    }

    /// As [`Matrix::from_rows`], held as `float` says.
    ///
    /// # Errors
    /// The first error of `fill`.
    ///
    /// # Panics
    /// If `outputs * inputs` is no length of a slice.
    pub fn from_rows_as<E: Send>(
        float: Float,
        outputs: usize,
        inputs: usize,
        fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Matrix, E> {
        Ok(Matrix { panels: Panels::from_rows(float, outputs, inputs, fill)? })
    }

    /// Keeps quantised weights quantised: `row(i)` is row `i`'s blocks as the file has them.
    ///
    /// # Errors
    /// The first error of `row`.
    ///
    /// # Panics
    /// If a row has another length than [`BlockType::row_bytes`].
    pub fn from_blocks<'a, E: Send>(
        blocks: BlockType,
        outputs: usize,
        inputs: usize,
        row: impl Fn(usize) -> Result<&'a [u8], E> + Sync,
    ) -> Result<Matrix, E> {
        Ok(Matrix { panels: Panels::from_blocks(blocks, outputs, inputs, row)? })
    }

    /// How the weights are held.
    pub fn held(&self) -> Held {
        self.panels.held()
    }

    /// Values of a result row.
    pub fn outputs(&self) -> usize {
        self.panels.rows()
    }

    /// Values of an input row.
    pub fn inputs(&self) -> usize {
        self.panels.width()
    }

    /// Bytes of memory held.
    pub fn size_in_bytes(&self) -> usize {
        self.panels.size_in_bytes()
    }

    /// All weights, `[outputs, inputs]`, as they are held: for gradients, and for tests.
    pub fn to_rows(&self) -> Vec<f32> {
        let mut rows = vec![0f32; self.outputs() * self.inputs()];
        let each = rows.chunks_exact_mut(self.inputs().max(1)).enumerate();
        each.for_each(|(output, row)| self.panels.row(output, row));
        rows
    }
}

impl fmt::Debug for Matrix {
    /// Its shape; not the weights.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix[{}, {}]", self.outputs(), self.inputs())
    }
}

/// Multiplies the rows of `x` `[rows, inputs]` with each matrix, on the current rayon pool. Several matrices of one input
/// (queries, keys and values) are one piece of parallel work.
///
/// # Panics
/// If a matrix has other inputs, or an output another length than `rows * outputs`.
pub fn multiply(x: &[f32], inputs: usize, products: Vec<Product<'_>>) {
    multiply_with(Isa::detect(), x, inputs, products);
}

fn multiply_with(isa: Isa, x: &[f32], inputs: usize, products: Vec<Product<'_>>) {
    let rows = x.len() / inputs.max(1);
    assert_eq!(x.len(), rows * inputs, "inputs are whole rows of {inputs}");
    for product in &products {
        assert_eq!(product.matrix.inputs(), inputs, "every matrix takes the same rows");
        assert_eq!(product.out.len(), rows * product.matrix.outputs(), "one result for each row and output");
    }
    let mut pieces = pieces(x, inputs, products);
    match rayon::current_num_threads() {
        1 => pieces.into_iter().for_each(|piece| isa.run(piece)),
        _ if pieces.len() == 1 => pieces.drain(..).for_each(|piece| isa.run(piece)),
        _ => pieces.into_par_iter().with_max_len(1).for_each(|piece| isa.run(piece)),
    }
}

/// Some rows of some outputs of one product.
struct Piece<'a> {
    matrix: &'a Matrix,
    /// `[rows, inputs]`
    x: &'a [f32],
    /// Each row's part of the result, from the first panel's first output.
    out: Vec<&'a mut [f32]>,
    panels: Range<usize>,
    add: bool,
}

/// Cuts products into pieces that write disjoint parts of the results.
fn pieces<'a>(x: &'a [f32], inputs: usize, products: Vec<Product<'a>>) -> Vec<Piece<'a>> {
    let threads = rayon::current_num_threads();
    let together = (INPUT_BYTES / size_of::<f32>() / inputs.max(1)).max(8);
    let wides = |product: &Product<'_>| product.matrix.panels.count().div_ceil(WIDE);
    let chunks = (x.len() / inputs.max(1)).div_ceil(together);
    let all: usize = products.iter().map(|product| wides(product) * chunks).sum();
    let each = if threads == 1 { usize::MAX / WIDE / LANES } else { all.div_ceil(PIECES * threads).max(1) };
    let mut pieces = Vec::new();
    for Product { matrix, out, add } in products {
        let outputs = matrix.outputs();
        let rows = out.chunks_mut((together * outputs).max(1)).zip(x.chunks((together * inputs).max(1)));
        for (out, x) in rows {
            let first = pieces.len();
            for start in (0..matrix.panels.count()).step_by(each * WIDE) {
                let panels = start..start.saturating_add(each * WIDE).min(matrix.panels.count());
                pieces.push(Piece { matrix, x, out: Vec::new(), panels, add });
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
        match self.matrix.panels.in_f32() {
            Some(lanes) => self.where_they_lie(s, lanes),
            None if self.out.len() == 1 => self.one_row(s),
            None => {
                let mut tile = TILE.take();
                self.widened(s, &mut tile);
                TILE.set(tile);
            }
        }
    }
}

thread_local! {
    /// A few panels in f32, of weights that are held otherwise.
    static TILE: Cell<Vec<Lane>> = const { Cell::new(Vec::new()) };
}

impl Piece<'_> {
    /// The starts of the piece's tiles of panels, each with its end.
    fn tiles(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let Range { start, end } = self.panels;
        (start..end).step_by(WIDE).map(move |start| start..(start + WIDE).min(end))
    }

    /// Weights in f32: while a tile is multiplied, the next one is asked for.
    #[inline(always)]
    fn where_they_lie<S: Simd>(&mut self, s: S, lanes: &[Lane]) {
        let (inputs, all) = (self.matrix.inputs(), self.matrix.panels.count());
        for tile in self.tiles() {
            let soon = if tile.end < self.panels.end { tile.end } else { tile.start };
            let soon = std::array::from_fn(|n| &lanes[(soon + n).min(all - 1) * inputs..][..inputs]);
            self.tile(s, tile.clone(), &lanes[tile.start * inputs..tile.end * inputs], soon);
        }
    }

    /// Weights held otherwise, for several rows: widened once, a tile at a time.
    #[inline(always)]
    fn widened<S: Simd>(&mut self, s: S, scratch: &mut Vec<Lane>) {
        let panels = &self.matrix.panels;
        for tile in self.tiles() {
            let lanes = panels.widened(s, tile.clone(), scratch);
            self.tile(s, tile, lanes, [&lanes[..panels.width()]; WIDE]);
        }
    }

    /// Weights held otherwise, for one row: widened in registers.
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
                deliver(s, out, [s.load(&sums.0)], self.add);
            }
        }
    }

    /// All rows times a tile `[panels][inputs]`.
    #[inline(always)]
    fn tile<S: Simd>(&mut self, s: S, tile: Range<usize>, lanes: &[Lane], soon: [&[Lane]; WIDE]) {
        let inputs = self.matrix.inputs();
        let column = (tile.start - self.panels.start) * LANES;
        let panel = |n: usize| &lanes[n * inputs..][..inputs];
        let few = self.out.len() <= 2 * S::ROWS;
        let mut done = 0;
        // Panels outside, rows inside: a few panels are used by all rows while they are near.
        for (i, rows) in crate::product::block_sizes(self.out.len(), S::ROWS).enumerate() {
            // Each block asks for one of the panels that come next; of one or two blocks, each for all.
            let soon = if few { soon } else { [soon[i % WIDE]; WIDE] };
            let block = &self.x[done * inputs..][..rows * inputs];
            let out = &mut self.out[done..done + rows];
            done += rows;
            match tile.len() {
                3 if S::WIDE == 3 || rows <= 2 => {
                    write(s, block, [panel(0), panel(1), panel(2)], soon, out, column, self.add);
                }
                count => {
                    for n in 0..count {
                        write(s, block, [panel(n)], soon, out, column + n * LANES, self.add);
                    }
                }
            }
        }
    }
}

/// A block's results for `N` panels, written to `out` from `column` on.
#[inline(always)]
fn write<S: Simd, const N: usize>(
    s: S,
    block: &[f32],
    w: [&[Lane]; N],
    soon: [&[Lane]; WIDE],
    out: &mut [&mut [f32]],
    column: usize,
    add: bool,
) {
    macro_rules! rows {
        ($($m:literal)*) => {
            match out.len() {
                $($m if $m <= S::ROWS => micro::<S, $m, N>(s, block, w, soon, out, column, add),)*
                rows => unreachable!("blocks have 1 to {} rows, not {rows}", S::ROWS),
            }
        };
    }
    rows!(1 2 3 4 5 6 7 8)
}

/// `M` rows times `N` panels: `M * N` sums, which stay in registers.
#[inline(always)]
fn micro<S: Simd, const M: usize, const N: usize>(
    s: S,
    x: &[f32],
    w: [&[Lane]; N],
    soon: [&[Lane]; WIDE],
    out: &mut [&mut [f32]],
    column: usize,
    add: bool,
) {
    let inputs = w[0].len();
    let x: [&[f32]; M] = std::array::from_fn(|m| &x[m * inputs..][..inputs]);
    let w = w.map(|panel| &panel[..inputs]);
    let soon = soon.map(|panel| &panel[..inputs]);
    let mut sums = [[s.splat(0.0); N]; M];
    for k in 0..inputs {
        for soon in soon {
            s.prefetch(&soon[k]);
        }
        let w: [S::F; N] = std::array::from_fn(|n| s.load(&w[n][k].0));
        for m in 0..M {
            let x = s.splat(x[m][k]);
            for n in 0..N {
                sums[m][n] = s.fma(x, w[n], sums[m][n]);
            }
        }
    }
    for (out, sums) in out.iter_mut().zip(sums) {
        deliver(s, &mut out[column..], sums, add);
    }
}

/// A row's sums for `N` panels, written to `out` or added to it.
#[inline(always)]
fn deliver<S: Simd, const N: usize>(s: S, out: &mut [f32], sums: [S::F; N], add: bool) {
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

#[cfg(test)]
mod tests;
