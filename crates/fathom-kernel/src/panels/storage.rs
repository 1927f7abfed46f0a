//! The forms in which weights are stored.

use super::ggml::BlockType;
use std::fmt;

/// How floating-point weights are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Float {
    /// 32 bits: as given.
    #[default]
    F32,
    /// bfloat16, rounded to the nearest, ties to even.
    Bf16,
    /// IEEE half precision, rounded to the nearest, ties to even; beyond 65,504 infinite.
    F16,
}

impl Float {
    /// `x` as it is stored.
    pub fn round(self, x: f32) -> f32 {
        match self {
            Float::F32 => x,
            Float::Bf16 => half::bf16::from_f32(x).to_f32(),
            Float::F16 => half::f16::from_f32(x).to_f32(),
        }
    }
}

/// How a matrix is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// As floating-point numbers.
    Float(Float),
    /// As the quantised blocks of a file.
    Blocks(BlockType),
}

impl Storage {
    /// Whether it is in blocks of codes.
    pub fn is_quantised(self) -> bool {
        matches!(self, Storage::Blocks(_))
    }
}

impl fmt::Display for Storage {
    /// `f32`, `bf16`, `f16`, `Q4_1`, …
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Storage::Float(Float::F32) => f.write_str("f32"),
            Storage::Float(Float::Bf16) => f.write_str("bf16"),
            Storage::Float(Float::F16) => f.write_str("f16"),
            Storage::Blocks(blocks) => blocks.fmt(f),
        }
    }
}
