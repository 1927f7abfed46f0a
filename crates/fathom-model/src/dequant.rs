//! Stored numbers of any type become f32.

use crate::ModelError;
use fathom_formats::{Dtype, TensorView};
use fathom_kernel::BlockType;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// Numbers that one task converts: its quantised and converted forms both stay in a core's cache.
const TASK: usize = 64 * 1024;

/// Refuses a tensor whose type can't be a weight.
pub(crate) fn check_dtype(view: &TensorView<'_>) -> Result<(), ModelError> {
    match view.dtype.is_float() || view.dtype.is_quantised() {
        true => Ok(()),
        false => Err(ModelError::unsupported(
            format!("tensor {} stored as {}", view.name, view.dtype),
            "weights are F32, F16, BF16, F64 or one of ggml's block types".to_owned(),
        )),
    }
}

/// Rows of a stored matrix, in the order given, as f32. The view's last dimension is a row.
pub(crate) fn rows_to_f32(view: &TensorView<'_>, rows: &[Range<usize>]) -> Result<Vec<f32>, ModelError> {
    let width = view.shape.last().copied().unwrap_or(1);
    // A row is a whole number of blocks: the format crate refuses a tensor of partial blocks.
    let row_bytes = width / view.dtype.block_len() * view.dtype.block_bytes();
    let mut values = vec![0f32; rows.iter().map(Range::len).sum::<usize>() * width];
    let per_task = (TASK / width).max(1);
    let pieces = rows.iter().flat_map(|range| {
        range.clone().step_by(per_task).map(move |start| start..range.end.min(start + per_task))
    });
    let mut rest = values.as_mut_slice();
    let tasks: Vec<(Range<usize>, &mut [f32])> = pieces
        .map(|piece| {
            let (out, after) = std::mem::take(&mut rest).split_at_mut(piece.len() * width);
            rest = after;
            (piece, out)
        })
        .collect();
    tasks.into_par_iter().try_for_each(|(piece, out)| {
        to_f32(view.dtype, &view.data[piece.start * row_bytes..piece.end * row_bytes], out)
    })?;
    Ok(values)
}

/// Some rows of a stored matrix into `out`, on this thread.
pub(crate) fn rows_into(
    view: &TensorView<'_>,
    rows: Range<usize>,
    out: &mut [f32],
) -> Result<(), ModelError> {
    let width = view.shape.last().copied().unwrap_or(1);
    let row_bytes = width / view.dtype.block_len() * view.dtype.block_bytes();
    to_f32(view.dtype, &view.data[rows.start * row_bytes..rows.end * row_bytes], out)
}

/// The whole tensor, transposed: stored `[in, out]`, and `rows` (columns of the file) in order as `[rows, in]`.
pub(crate) fn columns_to_f32(view: &TensorView<'_>, rows: &[Range<usize>]) -> Result<Vec<f32>, ModelError> {
    let [inputs, outputs] = *view.shape else {
        return Err(ModelError::Shape {
            name: view.name.to_owned(),
            expected: vec![0, 0],
            found: view.shape.to_vec(),
        });
    };
    let stored = match view.f32_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(rows_to_f32(view, std::slice::from_ref(&(0..inputs)))?),
    };
    let columns: Vec<usize> = rows.iter().cloned().flatten().collect();
    let mut values = vec![0f32; columns.len() * inputs];
    // A task writes some rows; it reads neighbouring columns together, so each cache line of the file is used whole.
    const TOGETHER: usize = 16;
    values.par_chunks_mut(TOGETHER * inputs).zip(columns.par_chunks(TOGETHER)).for_each(|(out, columns)| {
        for (i, row) in stored.chunks_exact(outputs).enumerate() {
            for (j, column) in columns.iter().enumerate() {
                out[j * inputs + i] = row[*column];
            }
        }
    });
    Ok(values)
}

/// Whole blocks of `data` as f32. `out` has exactly as many numbers.
fn to_f32(dtype: Dtype, data: &[u8], out: &mut [f32]) -> Result<(), ModelError> {
    match (dtype, block_type(dtype)) {
        (_, Some(blocks)) => blocks.dequantise(data, out),
        (Dtype::Q8_1 | Dtype::Q8K, None) => activations_to_f32(dtype, data, out),
        (_, None) => {
            let plain = TensorView { name: "", dtype, shape: &[out.len()], data };
            match plain.f32_slice() {
                Some(values) => out.copy_from_slice(values),
                None => out.copy_from_slice(&plain.to_f32_plain()?),
            }
        }
    }
    Ok(())
}

/// The two types that ggml makes of activations: a factor, and bytes with a sign. (What else a block holds are sums of
/// these.) No model stores weights so, but a file may.
fn activations_to_f32(dtype: Dtype, data: &[u8], out: &mut [f32]) {
    let (span, bytes) = (dtype.block_len(), dtype.block_bytes());
    for (block, out) in data.chunks_exact(bytes).zip(out.chunks_exact_mut(span)) {
        let (scale, codes) = match dtype {
            Dtype::Q8K => (f32::from_le_bytes([block[0], block[1], block[2], block[3]]), &block[4..]),
            _ => (half::f16::from_le_bytes([block[0], block[1]]).to_f32(), &block[4..]),
        };
        out.iter_mut().zip(codes).for_each(|(weight, code)| *weight = scale * f32::from(*code as i8));
    }
}

/// The type as the kernel multiplies it, where it does.
pub(crate) fn block_type(dtype: Dtype) -> Option<BlockType> {
    Some(match dtype {
        Dtype::Q4_0 => BlockType::Q4_0,
        Dtype::Q4_1 => BlockType::Q4_1,
        Dtype::Q5_0 => BlockType::Q5_0,
        Dtype::Q5_1 => BlockType::Q5_1,
        Dtype::Q8_0 => BlockType::Q8_0,
        Dtype::Q2K => BlockType::Q2K,
        Dtype::Q3K => BlockType::Q3K,
        Dtype::Q4K => BlockType::Q4K,
        Dtype::Q5K => BlockType::Q5K,
        Dtype::Q6K => BlockType::Q6K,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_kernel::Matrix;

    /// Blocks that stay quantised in memory are what dequantising makes of them, bit for bit: every type, every byte.
    #[test]
    fn packed_blocks_are_the_dequantised_ones() {
        for dtype in Dtype::ALL {
            let Some(kind) = block_type(dtype) else { continue };
            let (rows, width) = (37, 512);
            assert_eq!((kind.span(), kind.bytes()), (dtype.block_len(), dtype.block_bytes()), "{dtype}");
            assert_eq!(kind.to_string(), dtype.to_string());
            let bytes = rows * kind.row_bytes(width);
            // Every byte value, and as half-precision scales whatever comes.
            let data: Vec<u8> = (0..bytes).map(|i| (i * 167 + i / 251 * 89) as u8).collect();
            let view = TensorView { name: "t", dtype, shape: &[rows, width], data: &data };
            let expected = rows_to_f32(&view, std::slice::from_ref(&(0..rows))).unwrap();
            let row = |i: usize| Ok::<_, ()>(&data[i * kind.row_bytes(width)..][..kind.row_bytes(width)]);
            let found = Matrix::from_blocks(kind, rows, width, row).unwrap().to_rows();
            let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
            assert!(expected.iter().zip(&found).all(same), "{dtype}");
            assert!(
                expected.iter().filter(|x| x.is_finite() && **x != 0.0).count() > rows * width / 2,
                "{dtype}"
            );
        }
    }

    /// The `gguf` Python package is the reference, bit for bit.
    #[test]
    fn every_type_dequantises_as_the_gguf_package_does() {
        use fathom_fixtures::quant;
        let folder = tempfile::tempdir().unwrap();
        for (path, tensors) in [
            (quant::write_llama(folder.path()), quant::llama_tensors()),
            (quant::write_wild(folder.path()), quant::wild_tensors()),
        ] {
            let gguf = fathom_formats::Gguf::open(&path).unwrap();
            let mut types = std::collections::BTreeSet::new();
            for tensor in tensors {
                let view = gguf.tensor(&tensor.name).unwrap();
                let values = rows_to_f32(&view, std::slice::from_ref(&(0..view.shape[0]))).unwrap();
                assert!(tensor.is_dequantised(&values), "{} ({})", tensor.name, view.dtype);
                types.insert(view.dtype);
            }
            assert!(types.len() >= 10, "{types:?}");
        }
    }

    #[test]
    fn blocks_need_no_alignment() {
        for dtype in Dtype::ALL.into_iter().filter(|dtype| dtype.is_quantised()) {
            let (rows, width) = (5, 512);
            let bytes = rows * width / dtype.block_len() * dtype.block_bytes();
            // Small bytes only, so that no half-precision scale is infinite.
            let padded: Vec<u8> = (0..bytes + 1).map(|i| (i * 7 % 48) as u8).collect();
            let shape = [rows, width];
            let view = |data| TensorView { name: "t", dtype, shape: &shape, data };
            let every = [0..2, 2..rows];
            let all = rows_to_f32(&view(&padded[1..]), &every).unwrap();
            let moved = padded[1..].to_vec();
            assert_eq!(all, rows_to_f32(&view(&moved), &every).unwrap(), "{dtype}");
            let some = rows_to_f32(&view(&moved), &[4..5, 1..3]).unwrap();
            assert_eq!(some, [&all[4 * width..], &all[width..3 * width]].concat(), "{dtype}");
        }
    }

    #[test]
    fn columns_are_rows_of_the_transpose() {
        let stored: Vec<f32> = (0..40 * 3).map(|i| i as f32).collect();
        let bytes: &[u8] = bytemuck::cast_slice(&stored);
        let view = TensorView { name: "t", dtype: Dtype::F32, shape: &[3, 40], data: bytes };
        let values = columns_to_f32(&view, &[38..40, 0..20]).unwrap();
        assert_eq!(values[..6], [38.0, 78.0, 118.0, 39.0, 79.0, 119.0]);
        assert_eq!(values[63..], [19.0, 59.0, 99.0]);
    }
}
