//! A tensor as it lies in the file.

use half::f16;
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};

use crate::error::shown;
use crate::table::Entry;
use crate::{Dtype, FormatError};

/// A tensor borrowed from the file's map: nothing is copied or converted.
///
/// `data` is bytes on purpose: safetensors files do not align a tensor for its type, so a `&[f32]` may not exist.
/// Use [`f32_slice`](Self::f32_slice) where it does, [`to_f32_plain`](Self::to_f32_plain) where a copy is fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorView<'a> {
    /// The tensor's name in the checkpoint.
    pub name: &'a str,
    /// How its numbers are stored.
    pub dtype: Dtype,
    /// Row-major, outermost first: a linear weight is `[out, in]` in both formats (a GGUF file's reversed
    /// dimensions are already turned round). Empty for a scalar. No dimension is zero.
    pub shape: &'a [usize],
    /// Little-endian, exactly as many bytes as `shape` takes in `dtype`; possibly unaligned.
    pub data: &'a [u8],
}

impl<'a> TensorView<'a> {
    pub(crate) fn new(entry: &'a Entry, file: &'a [u8]) -> TensorView<'a> {
        // The range was checked against this very file when it was opened.
        let data = &file[entry.range.clone()];
        TensorView { name: &entry.name, dtype: entry.dtype, shape: &entry.shape, data }
    }

    /// How many numbers it holds.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Never true for a tensor out of a checkpoint: dimensions of length zero are refused.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers without a copy, where they are f32, aligned, and the machine is little-endian.
    pub fn f32_slice(&self) -> Option<&'a [f32]> {
        if self.dtype != Dtype::F32 || cfg!(target_endian = "big") {
            return None;
        }
        bytemuck::try_cast_slice(self.data).ok()
    }

    /// The numbers of a plain (not quantised) tensor as f32, row-major. F16 and BF16 are exact, F64 and wide
    /// integers are rounded to nearest; a bool is 0 or 1 (any byte but 0 is 1).
    ///
    /// # Errors
    /// [`FormatError::Quantised`] for the `Q…` types, which want dequantising.
    pub fn to_f32_plain(&self) -> Result<Vec<f32>, FormatError> {
        fn each<const N: usize>(data: &[u8], of: impl Fn([u8; N]) -> f32) -> Vec<f32> {
            data.as_chunks::<N>().0.iter().map(|bytes| of(*bytes)).collect()
        }
        let data = self.data;
        Ok(match self.dtype {
            Dtype::F32 => each(data, f32::from_le_bytes),
            Dtype::F16 => f16_to_f32(data),
            // BF16 is the upper half of an f32.
            Dtype::BF16 => each(data, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)),
            Dtype::F64 => each(data, |b| f64::from_le_bytes(b) as f32),
            Dtype::I64 => each(data, |b| i64::from_le_bytes(b) as f32),
            Dtype::I32 => each(data, |b| i32::from_le_bytes(b) as f32),
            Dtype::I16 => each(data, |b| f32::from(i16::from_le_bytes(b))),
            Dtype::I8 => each(data, |b| f32::from(i8::from_le_bytes(b))),
            Dtype::U64 => each(data, |b| u64::from_le_bytes(b) as f32),
            Dtype::U32 => each(data, |b| u32::from_le_bytes(b) as f32),
            Dtype::U16 => each(data, |b| f32::from(u16::from_le_bytes(b))),
            Dtype::U8 => each(data, |[b]| f32::from(b)),
            Dtype::Bool => each(data, |[b]| f32::from(u8::from(b != 0))),
            dtype => return Err(FormatError::Quantised { tensor: shown(self.name), dtype }),
        })
    }
}

/// By way of `half`'s slice conversion, which uses the CPU's own instruction where there is one; through a small
/// aligned buffer, because the bytes may be unaligned.
fn f16_to_f32(data: &[u8]) -> Vec<f32> {
    const BUFFER: usize = 1024;
    let mut bits = [0u16; BUFFER];
    let mut out = vec![0f32; data.len() / 2];
    for (out, bytes) in out.chunks_mut(BUFFER).zip(data.chunks(2 * BUFFER)) {
        let bits = &mut bits[..out.len()];
        for (bits, bytes) in bits.iter_mut().zip(bytes.as_chunks::<2>().0) {
            *bits = u16::from_le_bytes(*bytes);
        }
        let halves: &[f16] = bits.reinterpret_cast();
        halves.convert_to_f32_slice(out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::bf16;

    fn view<'a>(dtype: Dtype, shape: &'a [usize], data: &'a [u8]) -> TensorView<'a> {
        TensorView { name: "t", dtype, shape, data }
    }

    #[test]
    fn plain_types_become_f32() {
        let le = |bytes: &[&[u8]]| bytes.concat();
        let cases: Vec<(Dtype, Vec<u8>, [f32; 2])> = vec![
            (Dtype::F32, le(&[&1.5f32.to_le_bytes(), &(-2f32).to_le_bytes()]), [1.5, -2.0]),
            (Dtype::F64, le(&[&1.5f64.to_le_bytes(), &1e300f64.to_le_bytes()]), [1.5, f32::INFINITY]),
            (Dtype::BF16, le(&[&bf16::ONE.to_le_bytes(), &bf16::NEG_ONE.to_le_bytes()]), [1.0, -1.0]),
            (Dtype::I64, le(&[&(-3i64).to_le_bytes(), &i64::MAX.to_le_bytes()]), [-3.0, 9.223372e18]),
            (Dtype::I32, le(&[&(-3i32).to_le_bytes(), &7i32.to_le_bytes()]), [-3.0, 7.0]),
            (Dtype::I16, le(&[&(-3i16).to_le_bytes(), &7i16.to_le_bytes()]), [-3.0, 7.0]),
            (Dtype::I8, vec![0xfd, 7], [-3.0, 7.0]),
            (Dtype::U64, le(&[&3u64.to_le_bytes(), &u64::MAX.to_le_bytes()]), [3.0, 1.8446744e19]),
            (Dtype::U32, le(&[&3u32.to_le_bytes(), &7u32.to_le_bytes()]), [3.0, 7.0]),
            (Dtype::U16, le(&[&3u16.to_le_bytes(), &0xffffu16.to_le_bytes()]), [3.0, 65535.0]),
            (Dtype::U8, vec![3, 255], [3.0, 255.0]),
            (Dtype::Bool, vec![0, 2], [0.0, 1.0]),
        ];
        for (dtype, data, expected) in cases {
            assert_eq!(view(dtype, &[2], &data).to_f32_plain().unwrap(), expected, "{dtype}");
        }
    }

    /// All 65,536 halves, from an odd address, against the scalar conversion.
    #[test]
    fn every_f16_and_unaligned() {
        let mut bytes = vec![0u8];
        bytes.extend((0..=u16::MAX).flat_map(u16::to_le_bytes));
        let got = view(Dtype::F16, &[65536], &bytes[1..]).to_f32_plain().unwrap();
        for (bits, got) in (0..=u16::MAX).zip(got) {
            let expected = f16::from_bits(bits).to_f32();
            assert!(got == expected || (got.is_nan() && expected.is_nan()), "{bits:#x}: {got} {expected}");
        }
    }

    #[test]
    fn quantised_is_refused_by_name() {
        let error = view(Dtype::Q4_1, &[32], &[0; 20]).to_f32_plain().unwrap_err();
        assert!(error.to_string().contains("\"t\" is quantised (Q4_1)"), "{error}");
    }

    #[test]
    fn f32_slice_only_where_aligned() {
        let numbers = [1f32, 2.0, 3.0];
        let bytes: &[u8] = bytemuck::cast_slice(&numbers);
        assert_eq!(view(Dtype::F32, &[3], bytes).f32_slice(), Some(&numbers[..]));
        assert_eq!(view(Dtype::F32, &[2], &bytes[1..9]).f32_slice(), None);
        assert_eq!(view(Dtype::F16, &[2], &bytes[..4]).f32_slice(), None);
    }
}
