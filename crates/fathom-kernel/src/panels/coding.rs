//! What a form of fewer bits has to be able to do, and the choice of the type that does it.

use super::ggml::Parsed;
use super::memory::Unit;
use crate::simd::Simd;

/// A way of storing weights in fewer bits.
pub(super) trait Coding {
    /// Inputs that are widened at a time; a panel's last piece may be shorter.
    const PIECE: usize;

    /// Units of a panel.
    fn units(width: usize) -> usize;

    /// Writes a block of a row, `lane` of its panel, into its span of units, which were zero. Of quantised types alone.
    fn write(_block: &Parsed, _lane: usize, _span: &mut [Unit]) {}

    /// Gives `sink` the weights of inputs `at .. at + len`, in order. Must be `#[inline(always)]`, as all that runs on an
    /// instruction set.
    fn piece<S: Simd>(s: S, panel: &[Unit], at: usize, len: usize, sink: impl Sink<S>);
}

/// What becomes of a piece's weights. (Not a closure: a closure can't be told to be inlined.)
pub(super) trait Sink<S: Simd> {
    /// The sixteen rows' weights of the piece's input `k`. Must be `#[inline(always)]`.
    fn take(&mut self, s: S, k: usize, weights: S::F);
}

/// Runs code for the type that codes `storage`; `$f32` is for weights that are not coded. Where it is used, `Float`, `Storage`,
/// `BlockType`, `blocks` and `halves` must be in scope.
macro_rules! coded {
    ($storage:expr, $c:ident => $body:expr, f32 => $f32:expr) => {
        coded!(@ $storage, $c, $body, $f32, Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2K Q3K Q4K Q5K Q6K)
    };
    (@ $storage:expr, $c:ident, $body:expr, $f32:expr, $($block:ident)*) => {
        match $storage {
            Storage::Float(Float::F32) => $f32,
            Storage::Float(Float::Bf16) => { type $c = halves::Bf16; $body }
            Storage::Float(Float::F16) => { type $c = halves::F16; $body }
            $(Storage::Blocks(BlockType::$block) => { type $c = blocks::$block; $body })*
        }
    };
}

pub(super) use coded;
