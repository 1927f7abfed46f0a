//! ggml's block types as files have them, taken apart: `ggml-common.h` and `dequantize_row_*` of ggml's `ggml-quants.c`.

use std::fmt;

/// A quantised type whose blocks a matrix can keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // ggml's names
pub enum BlockType {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

impl BlockType {
    /// All of them.
    pub const ALL: [BlockType; 10] = [
        BlockType::Q4_0,
        BlockType::Q4_1,
        BlockType::Q5_0,
        BlockType::Q5_1,
        BlockType::Q8_0,
        BlockType::Q2K,
        BlockType::Q3K,
        BlockType::Q4K,
        BlockType::Q5K,
        BlockType::Q6K,
    ];

    /// Weights of a block: a row is a whole number of blocks.
    pub const fn span(self) -> usize {
        match self {
            BlockType::Q4_0 | BlockType::Q4_1 | BlockType::Q5_0 | BlockType::Q5_1 | BlockType::Q8_0 => 32,
            _ => 256,
        }
    }

    /// Bytes of a block in a file.
    pub const fn bytes(self) -> usize {
        match self {
            BlockType::Q4_0 => 18,
            BlockType::Q4_1 => 20,
            BlockType::Q5_0 => 22,
            BlockType::Q5_1 => 24,
            BlockType::Q8_0 => 34,
            BlockType::Q2K => 84,
            BlockType::Q3K => 110,
            BlockType::Q4K => 144,
            BlockType::Q5K => 176,
            BlockType::Q6K => 210,
        }
    }

    /// Bytes of a row of `width` weights in a file.
    pub const fn row_bytes(self, width: usize) -> usize {
        width / self.span() * self.bytes()
    }
}

impl fmt::Display for BlockType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        match name.strip_suffix('K') {
            Some(bits) => write!(f, "{bits}_K"),
            None => f.write_str(&name),
        }
    }
}

/// A block taken apart; of a type with fewer weights the rest is unused.
pub(super) struct Parsed {
    /// The factor of all scales, in half precision.
    pub(super) d: u16,
    /// The minimum, or the factor of all minima.
    pub(super) m: u16,
    /// One for each piece, as unsigned bytes.
    pub(super) scales: [u8; 16],
    pub(super) mins: [u8; 16],
    /// One for each weight, unsigned.
    pub(super) codes: [u8; 256],
}

impl Parsed {
    pub(super) fn new() -> Parsed {
        Parsed { d: 0, m: 0, scales: [0; 16], mins: [0; 16], codes: [0; 256] }
    }

    /// Takes a block of `kind` apart.
    pub(super) fn parse(&mut self, kind: BlockType, block: &[u8]) {
        let half = |at: usize| u16::from_le_bytes([block[at], block[at + 1]]);
        match kind {
            BlockType::Q4_0 | BlockType::Q4_1 | BlockType::Q5_0 | BlockType::Q5_1 => {
                let (has_min, has_high) = (
                    matches!(kind, BlockType::Q4_1 | BlockType::Q5_1),
                    matches!(kind, BlockType::Q5_0 | BlockType::Q5_1),
                );
                (self.d, self.m) = (half(0), if has_min { half(2) } else { 0 });
                let rest = &block[if has_min { 4 } else { 2 }..];
                let (high, low) = rest.split_at(if has_high { 4 } else { 0 });
                for (i, byte) in low.iter().enumerate() {
                    (self.codes[i], self.codes[i + 16]) = (byte & 15, byte >> 4);
                }
                for (i, byte) in high.iter().enumerate() {
                    (0..8).for_each(|bit| self.codes[8 * i + bit] |= (byte >> bit & 1) << 4);
                }
            }
            BlockType::Q8_0 => {
                self.d = half(0);
                // Signed: with the sign's bit turned, 128 more.
                self.codes.iter_mut().zip(&block[2..]).for_each(|(code, byte)| *code = byte ^ 0x80);
            }
            BlockType::Q2K => {
                (self.d, self.m) = (half(80), half(82));
                for (i, byte) in block[..16].iter().enumerate() {
                    (self.scales[i], self.mins[i]) = (byte & 15, byte >> 4);
                }
                self.pairs_of_bits(&block[16..80]);
            }
            BlockType::Q3K => {
                self.d = half(108);
                self.pairs_of_bits(&block[32..96]);
                // Bit n of the mask's byte i is that of weight 32n + i.
                for (i, code) in self.codes.iter_mut().enumerate() {
                    *code |= (block[i % 32] >> (i / 32) & 1) << 2;
                }
                let packed = &block[96..108];
                for (i, scale) in self.scales.iter_mut().enumerate() {
                    let low = packed[i % 8] >> (4 * (i / 8)) & 15;
                    let high = packed[8 + i % 4] >> (2 * (i / 4)) & 3;
                    *scale = low | high << 4;
                }
            }
            BlockType::Q4K | BlockType::Q5K => {
                (self.d, self.m) = (half(0), half(2));
                self.six_bit_scales(&block[4..16]);
                let low = &block[if kind == BlockType::Q4K { 16 } else { 48 }..];
                for (i, code) in self.codes.iter_mut().enumerate() {
                    // 64 weights share 32 bytes: the low halves first.
                    let (at, half) = (i / 64 * 32 + i % 32, i / 32 % 2);
                    *code = low[at] >> (4 * half) & 15;
                    if kind == BlockType::Q5K {
                        *code |= (block[16 + i % 32] >> (i / 32) & 1) << 4;
                    }
                }
            }
            BlockType::Q6K => {
                self.d = half(208);
                let (low, high) = (&block[..128], &block[128..192]);
                for (i, code) in self.codes.iter_mut().enumerate() {
                    // 128 weights share 64 bytes of low bits and 32 of high ones, by quarters of 32.
                    let (of, quarter, l) = (i / 128, i / 32 % 4, i % 32);
                    let low = low[64 * of + 32 * (quarter % 2) + l] >> (4 * (quarter / 2)) & 15;
                    *code = low | (high[32 * of + l] >> (2 * quarter) & 3) << 4;
                }
                self.scales.iter_mut().zip(&block[192..]).for_each(|(scale, byte)| *scale = byte ^ 0x80);
            }
        }
    }

    /// Codes of Q2_K, and the low bits of Q3_K: 128 weights share 32 bytes.
    fn pairs_of_bits(&mut self, bytes: &[u8]) {
        for (i, code) in self.codes.iter_mut().enumerate() {
            *code = bytes[i / 128 * 32 + i % 32] >> (2 * (i / 32 % 4)) & 3;
        }
    }

    /// Eight scales and minima of six bits each, in twelve bytes.
    fn six_bit_scales(&mut self, q: &[u8]) {
        for j in 0..4 {
            (self.scales[j], self.mins[j]) = (q[j] & 63, q[j + 4] & 63);
            self.scales[j + 4] = (q[j + 8] & 15) | (q[j] >> 6) << 4;
            self.mins[j + 4] = q[j + 8] >> 4 | (q[j + 4] >> 6) << 4;
        }
    }
}
