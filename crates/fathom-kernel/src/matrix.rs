//! Products of a few or many rows with matrices whose values are kept: a decoder's own linear maps.
//!
//! The head's product (`product.rs`) never keeps its result; this one writes it. Both read weights packed in panels of 16
//! outputs, and in both a value is one chain of fused multiply-adds over ascending `k`: a row's results do not depend on
//! the other rows, on the number of threads or on the instruction set.

use crate::panels::packed;
use crate::simd::{Isa, Job, LANES, Lane, Simd};
use rayon::prelude::*;
use std::fmt;
use std::ops::Range;

/// Panels that a block of rows is multiplied with at once.
const WIDE: usize = 3;

/// Rows that share one pass over the weights: their inputs take at most this many bytes, which stay in a second-level
/// cache beside the panels.
const INPUT_BYTES: usize = 384 << 10;

/// Pieces that each thread gets of a product, so that a core that is busy with something else holds nobody up.
const PIECES: usize = 4;

/// Weights `[outputs, inputs]` in panels of 16 outputs: `[outputs / 16 rounded up][inputs][16]`, the last filled up with
/// zeros.
#[derive(Clone)]
pub struct Matrix {
    panels: Vec<Lane>,
    outputs: usize,
    inputs: usize,
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
        let panels = packed(outputs, inputs, fill)?;
        Ok(Matrix { panels, outputs, inputs })
    }

    /// Values of a result row.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Values of an input row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Bytes of memory held.
    pub fn size_in_bytes(&self) -> usize {
        size_of_val(self.panels.as_slice())
    }

    /// All weights, `[outputs, inputs]`: for gradients, and for tests.
    pub fn to_rows(&self) -> Vec<f32> {
        let mut rows = vec![0f32; self.outputs * self.inputs];
        for (output, row) in rows.chunks_exact_mut(self.inputs.max(1)).enumerate() {
            let panel = self.panel(output / LANES);
            row.iter_mut().zip(panel).for_each(|(x, lane)| *x = lane.0[output % LANES]);
        }
        rows
    }

    /// `[inputs]` lanes.
    #[inline(always)]
    fn panel(&self, index: usize) -> &[Lane] {
        &self.panels[index * self.inputs..][..self.inputs]
    }

    fn panels(&self) -> usize {
        self.outputs.div_ceil(LANES)
    }
}

impl fmt::Debug for Matrix {
    /// Its shape; not the weights.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix[{}, {}]", self.outputs, self.inputs)
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
        assert_eq!(product.matrix.inputs, inputs, "every matrix takes the same rows");
        assert_eq!(product.out.len(), rows * product.matrix.outputs, "one result for each row and output");
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
    let wides = |product: &Product<'_>| product.matrix.panels().div_ceil(WIDE);
    let chunks = (x.len() / inputs.max(1)).div_ceil(together);
    let all: usize = products.iter().map(|product| wides(product) * chunks).sum();
    let each = if threads == 1 { usize::MAX / WIDE / LANES } else { all.div_ceil(PIECES * threads).max(1) };
    let mut pieces = Vec::new();
    for Product { matrix, out, add } in products {
        let outputs = matrix.outputs;
        let rows = out.chunks_mut((together * outputs).max(1)).zip(x.chunks((together * inputs).max(1)));
        for (out, x) in rows {
            let first = pieces.len();
            for start in (0..matrix.panels()).step_by(each * WIDE) {
                let panels = start..start.saturating_add(each * WIDE).min(matrix.panels());
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
        let inputs = self.matrix.inputs;
        // Panels outside, rows inside: a few panels are used by all rows while they are near.
        for start in self.panels.clone().step_by(WIDE) {
            let end = (start + WIDE).min(self.panels.end);
            let column = (start - self.panels.start) * LANES;
            let soon = if end < self.panels.end { end } else { start };
            let panel = |n: usize| self.matrix.panel(start + n);
            let mut done = 0;
            for (i, rows) in crate::product::block_sizes(self.out.len(), S::ROWS).enumerate() {
                // Each block asks for one of the panels that come next; of one or two blocks, each for all.
                let soon: [&[Lane]; WIDE] = std::array::from_fn(|n| {
                    let next = soon + if self.out.len() <= 2 * S::ROWS { n } else { i % WIDE };
                    self.matrix.panel(next.min(self.matrix.panels() - 1))
                });
                let block = &self.x[done * inputs..][..rows * inputs];
                let out = &mut self.out[done..done + rows];
                done += rows;
                match end - start {
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
        for (out, sum) in out[column..].chunks_mut(LANES).zip(sums) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(n: usize, step: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * step) % 23) as f32 / 23.0 - 0.4).collect()
    }

    fn matrix(outputs: usize, inputs: usize) -> (Matrix, Vec<f32>) {
        let weights = ramp(outputs * inputs, 7);
        let fill = |first: usize, rows: &mut [f32]| {
            rows.copy_from_slice(&weights[first * inputs..][..rows.len()]);
            Ok::<(), ()>(())
        };
        (Matrix::from_rows(outputs, inputs, fill).unwrap(), weights)
    }

    /// The definition, one chain a value.
    fn chain(x: &[f32], w: &[f32]) -> f32 {
        x.iter().zip(w).fold(0.0, |sum, (x, w)| x.mul_add(*w, sum))
    }

    #[test]
    fn every_instruction_set_and_thread_count_gives_the_definitions_bits() {
        let inputs = 37;
        let (first, first_rows) = matrix(300, inputs);
        let (second, second_rows) = matrix(5, inputs);
        for isa in Isa::available() {
            for (rows, threads) in [(1, 1), (1, 3), (2, 2), (7, 1), (8, 2), (33, 1), (33, 3), (0, 2)] {
                let x = ramp(rows * inputs, 11);
                let (mut a, mut b) = (vec![0f32; rows * 300], vec![1f32; rows * 5]);
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let products = vec![
                    Product { matrix: &first, out: &mut a, add: false },
                    Product { matrix: &second, out: &mut b, add: true },
                ];
                pool.install(|| multiply_with(isa, &x, inputs, products));
                for (row, x) in x.chunks_exact(inputs).enumerate() {
                    let of = |w: &[f32]| -> Vec<u32> {
                        w.chunks_exact(inputs).map(|w| chain(x, w).to_bits()).collect()
                    };
                    let found: Vec<u32> = a[row * 300..][..300].iter().map(|y| y.to_bits()).collect();
                    assert_eq!(found, of(&first_rows), "{isa:?}, {rows} rows, {threads} threads");
                    let expected = second_rows.chunks_exact(inputs).map(|w| 1.0 + chain(x, w));
                    assert!(b[row * 5..][..5].iter().copied().eq(expected), "{isa:?}, added");
                }
            }
        }
    }

    #[test]
    fn many_rows_are_cut_into_chunks() {
        let inputs = 3000; // so that a chunk is 32 rows
        let (wide, rows_of) = matrix(20, inputs);
        let x = ramp(70 * inputs, 5);
        let mut y = vec![0f32; 70 * 20];
        multiply(&x, inputs, vec![Product { matrix: &wide, out: &mut y, add: false }]);
        for (i, y) in y.iter().enumerate() {
            let expected = chain(&x[i / 20 * inputs..][..inputs], &rows_of[i % 20 * inputs..][..inputs]);
            assert_eq!(y.to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn rows_come_back_and_errors_too() {
        let (matrix, rows) = matrix(35, 4);
        assert_eq!(matrix.to_rows(), rows);
        assert_eq!((matrix.outputs(), matrix.inputs(), matrix.size_in_bytes()), (35, 4, 3 * 4 * 64));
        let fail = |first, _: &mut [f32]| if first == 32 { Err("here") } else { Ok(()) };
        assert_eq!(Matrix::from_rows(35, 4, fail).err(), Some("here"));
    }
}
