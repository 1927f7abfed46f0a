//! The product itself, on all threads.

use super::Product;
use super::interleave::Interleave;
use super::partition::cut_products;
use crate::simd::Isa;
use rayon::prelude::*;

/// Multiplies the rows of `x` `[rows, inputs]` with each matrix, on the current rayon pool. Several matrices of one input
/// (queries, keys and values) are multiplied in one parallel pass.
///
/// # Panics
/// If a matrix has other inputs, or an output another length than `rows * outputs`.
pub fn multiply(x: &[f32], inputs: usize, products: Vec<Product<'_>>) {
    multiply_with(Isa::detect(), x, inputs, products);
}

pub(super) fn multiply_with(isa: Isa, x: &[f32], inputs: usize, products: Vec<Product<'_>>) {
    let rows = x.len() / inputs.max(1);
    assert_eq!(x.len(), rows * inputs, "inputs are whole rows of {inputs}");
    for product in &products {
        assert_eq!(product.matrix.inputs(), inputs, "every matrix takes the same rows");
        assert_eq!(product.out.len(), rows * product.matrix.outputs(), "one result for each row and output");
    }
    let x = isa.run(Interleave { x, inputs });
    let mut pieces = cut_products(&x, inputs, products);
    match rayon::current_num_threads() {
        1 => pieces.into_iter().for_each(|piece| isa.run(piece)),
        _ if pieces.len() == 1 => pieces.drain(..).for_each(|piece| isa.run(piece)),
        _ => pieces.into_par_iter().with_max_len(1).for_each(|piece| isa.run(piece)),
    }
}
