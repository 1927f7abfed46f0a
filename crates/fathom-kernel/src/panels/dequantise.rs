//! Quantised blocks as f32, where no matrix is to be packed: the same operations as in panels, one weight after the other.

use super::blocks::{self, Form, Minimum};
use super::ggml::{BlockType, Parsed};
use half::f16;

impl BlockType {
    /// Whole blocks as a file has them become f32 weights: ggml's `dequantize_row_*`, bit for bit.
    ///
    /// # Panics
    /// If `out` is not as long as the blocks have weights.
    pub fn dequantise(self, bytes: &[u8], out: &mut [f32]) {
        let count = bytes.len() / self.bytes();
        assert!(
            bytes.len() == count * self.bytes() && out.len() == count * self.span(),
            "whole blocks of {self}"
        );
        match self {
            BlockType::Q4_0 => rows::<blocks::Q4_0>(bytes, out),
            BlockType::Q4_1 => rows::<blocks::Q4_1>(bytes, out),
            BlockType::Q5_0 => rows::<blocks::Q5_0>(bytes, out),
            BlockType::Q5_1 => rows::<blocks::Q5_1>(bytes, out),
            BlockType::Q8_0 => rows::<blocks::Q8_0>(bytes, out),
            BlockType::Q2K => rows::<blocks::Q2K>(bytes, out),
            BlockType::Q3K => rows::<blocks::Q3K>(bytes, out),
            BlockType::Q4K => rows::<blocks::Q4K>(bytes, out),
            BlockType::Q5K => rows::<blocks::Q5K>(bytes, out),
            BlockType::Q6K => rows::<blocks::Q6K>(bytes, out),
        }
    }
}

fn rows<F: Form>(bytes: &[u8], out: &mut [f32]) {
    let mut parsed = Parsed::new();
    for (block, out) in bytes.chunks_exact(F::TYPE.bytes()).zip(out.chunks_exact_mut(F::TYPE.span())) {
        parsed.parse(F::TYPE, block);
        let (d, m) = (f16::from_bits(parsed.d).to_f32(), f16::from_bits(parsed.m).to_f32());
        let pieces = out.chunks_exact_mut(F::PIECE).zip(parsed.codes.chunks_exact(F::PIECE));
        for (i, (out, codes)) in pieces.enumerate() {
            let scale = F::SCALES.map_or(d, |offset| d * (f32::from(parsed.scales[i]) - offset));
            let minimum = F::SCALES.map_or(m, |_| m * f32::from(parsed.mins[i]));
            for (weight, code) in out.iter_mut().zip(codes) {
                let scaled = (f32::from(*code) - F::OFFSET) * scale;
                *weight = match F::MINIMUM {
                    Minimum::None => scaled,
                    Minimum::Added => scaled + minimum,
                    Minimum::Subtracted => scaled - minimum,
                };
            }
        }
    }
}
