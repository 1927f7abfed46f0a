//! Products of every form of weights against their definition, bit for bit.

use super::multiply::multiply_with;
use super::partition::span_length;
use super::*;
use crate::simd::Isa;

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
fn however_weights_are_held_a_product_is_that_of_f32() {
    let inputs = 256;
    let weights = ramp(300 * inputs, 7);
    let fill = |first: usize, rows: &mut [f32]| {
        rows.copy_from_slice(&weights[first * inputs..][..rows.len()]);
        Ok::<(), ()>(())
    };
    let mut matrices = vec![
        Matrix::from_rows_as(Float::Bf16, 300, inputs, fill).unwrap(),
        Matrix::from_rows_as(Float::F16, 300, inputs, fill).unwrap(),
    ];
    for kind in BlockType::ALL {
        let bytes = crate::panels::tests::blocks(kind, 300, inputs);
        let row = |i: usize| Ok::<_, ()>(&bytes[i * kind.row_bytes(inputs)..][..kind.row_bytes(inputs)]);
        matrices.push(Matrix::from_blocks(kind, 300, inputs, row).unwrap());
    }
    for matrix in &matrices {
        let held = matrix.to_rows();
        assert!(held.iter().all(|w| w.is_finite()) && matrix.size_in_bytes() < 300 * inputs * 3);
        for isa in Isa::available() {
            for (rows, threads) in [(1, 1), (1, 3), (2, 2), (9, 1), (40, 3)] {
                let x = ramp(rows * inputs, 11);
                let mut y = vec![1f32; rows * 300];
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let product = vec![Product { matrix, out: &mut y, add: true }];
                pool.install(|| multiply_with(isa, &x, inputs, product));
                for (i, y) in y.iter().enumerate() {
                    let sum = chain(&x[i / 300 * inputs..][..inputs], &held[i % 300 * inputs..][..inputs]);
                    assert_eq!(y.to_bits(), (1.0 + sum).to_bits(), "{isa:?}, {rows} rows, {threads} threads");
                }
            }
        }
    }
}

#[test]
fn many_rows_are_cut_into_chunks() {
    // Spans, an uneven last one among them; several groups of panels, the last one not whole; several chunks of rows.
    for (inputs, outputs, rows) in [(3000, 20, 70), (1537, 1190, 150), (769, 500, 260)] {
        let (matrix, rows_of) = matrix(outputs, inputs);
        let held = Matrix::from_rows_as(Float::Bf16, outputs, inputs, |first, rows: &mut [f32]| {
            rows.copy_from_slice(&rows_of[first * inputs..][..rows.len()]);
            Ok::<(), ()>(())
        })
        .unwrap();
        let rounded = held.to_rows();
        let x = ramp(rows * inputs, 5);
        assert!(span_length(x.len(), inputs) < inputs);
        for isa in Isa::available() {
            for (matrix, weights, add) in [(&matrix, &rows_of, false), (&held, &rounded, true)] {
                let mut y = vec![0.25f32; rows * outputs];
                let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
                pool.install(|| multiply_with(isa, &x, inputs, vec![Product { matrix, out: &mut y, add }]));
                // Every value is a chain of its own: some of each row and each output are enough.
                for (i, y) in y.iter().enumerate().filter(|(i, _)| i % 7 == 0 || i % outputs >= outputs - 2) {
                    let sum = chain(
                        &x[i / outputs * inputs..][..inputs],
                        &weights[i % outputs * inputs..][..inputs],
                    );
                    let expected = if add { 0.25 + sum } else { sum };
                    assert_eq!(y.to_bits(), expected.to_bits(), "{isa:?}, value {i} of {outputs} x {inputs}");
                }
            }
        }
    }
}

#[test]
fn spans_are_even_and_none_where_rows_are_few() {
    assert_eq!(
        [576, 768, 1536, 1600, 6400, 769].map(|inputs| span_length(1 << 20, inputs)),
        [576, 768, 768, 544, 720, 400]
    );
    assert_eq!(span_length(6400, 6400), 6400);
    assert_eq!(span_length(1 << 20, 1), 1);
}

#[test]
fn rows_come_back_and_errors_too() {
    let (matrix, rows) = matrix(35, 4);
    assert_eq!(matrix.to_rows(), rows);
    assert_eq!((matrix.outputs(), matrix.inputs(), matrix.size_in_bytes()), (35, 4, 3 * 4 * 64));
    let fail = |first, _: &mut [f32]| if first == 32 { Err("here") } else { Ok(()) };
    assert_eq!(Matrix::from_rows(35, 4, fail).err(), Some("here"));
}
