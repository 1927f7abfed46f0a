//! Quantised weights as they are, in panels: the codes of sixteen rows side by side.
//!
//! A weight of every ggml type is `scale * (code - OFFSET)`, perhaps plus or minus a minimum, with a scale and a minimum
//! for each 16 or 32 weights of a row. Of a panel's *span* (the inputs of one block) come first the sixteen rows' `d` (and
//! `m`) in half precision; then, piece by piece, their scales (and minima) in a byte each, and the codes: for every eight
//! inputs `LOW` units of low bits, then `HIGH` units of the bits above. What the arithmetic makes of them is, operation by
//! operation, what dequantising to f32 does: the same bits.

use super::coding::{Coding, Sink};
use super::ggml::{BlockType, Parsed};
use super::halves::pair;
use super::memory::Unit;
use crate::simd::Simd;

/// How a minimum enters a weight.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Minimum {
    None,
    /// `scale * code + m`
    Added,
    /// `scale * code - m`
    Subtracted,
}

/// What distinguishes one type from another.
pub(super) trait Form {
    /// Whose blocks these are.
    const TYPE: BlockType;
    /// Inputs that share a scale.
    const PIECE: usize;
    /// Bits of a code in the low plane: 2, 4 or 8.
    const LOW: usize;
    /// Bits in the high plane: 0, 1 or 2.
    const HIGH: usize;
    /// Taken from a code.
    const OFFSET: f32;
    /// Whether a scale is `d` times a byte, and what is taken from the byte.
    const SCALES: Option<f32>;
    /// The minimum.
    const MINIMUM: Minimum;
}

macro_rules! forms {
    ($($name:ident: $piece:literal, $low:literal + $high:literal, $offset:literal, $scales:expr, $minimum:ident;)*) => {$(
        pub(super) struct $name;

        impl Form for $name {
            const TYPE: BlockType = BlockType::$name;
            const PIECE: usize = $piece;
            const LOW: usize = $low;
            const HIGH: usize = $high;
            const OFFSET: f32 = $offset;
            const SCALES: Option<f32> = $scales;
            const MINIMUM: Minimum = Minimum::$minimum;
        }
    )*};
}

forms! {
    Q4_0: 32, 4 + 0, 8.0, None, None;
    Q4_1: 32, 4 + 0, 0.0, None, Added;
    Q5_0: 32, 4 + 1, 16.0, None, None;
    Q5_1: 32, 4 + 1, 0.0, None, Added;
    Q8_0: 32, 8 + 0, 128.0, None, None;
    Q2K: 16, 2 + 0, 0.0, Some(0.0), Subtracted;
    Q3K: 16, 2 + 1, 4.0, Some(32.0), None;
    Q4K: 32, 4 + 0, 0.0, Some(0.0), Subtracted;
    Q5K: 32, 4 + 1, 0.0, Some(0.0), Subtracted;
    Q6K: 16, 4 + 2, 32.0, Some(128.0), None;
}

/// Inputs of a group of codes.
const GROUP: usize = 8;

/// Where things lie, in units.
trait Places: Form {
    const SPAN: usize = Self::TYPE.span();
    const HAS_MINIMUM: bool = !matches!(Self::MINIMUM, Minimum::None);
    /// `d`, then `m`.
    const HEAD: usize = if Self::HAS_MINIMUM { 4 } else { 2 };
    /// Scales, then minima.
    const PIECE_HEAD: usize = match (Self::SCALES.is_some(), Self::HAS_MINIMUM) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    };
    const GROUP_UNITS: usize = Self::LOW + Self::HIGH;
    const PIECE_UNITS: usize = Self::PIECE_HEAD + Self::PIECE / GROUP * Self::GROUP_UNITS;
    const SPAN_UNITS: usize = Self::HEAD + Self::SPAN / Self::PIECE * Self::PIECE_UNITS;
}

impl<F: Form> Places for F {}

impl<F: Form> Coding for F {
    const PIECE: usize = <F as Form>::PIECE;

    fn units(width: usize) -> usize {
        width / F::SPAN * F::SPAN_UNITS
    }

    fn write(block: &Parsed, lane: usize, span: &mut [Unit]) {
        let (head, pieces) = span.split_at_mut(F::HEAD);
        let half = |pair: &mut [Unit], bits: u16| {
            pair.as_flattened_mut()[2 * lane..][..2].copy_from_slice(&bits.to_le_bytes());
        };
        half(&mut head[..2], block.d);
        if F::HAS_MINIMUM {
            half(&mut head[2..], block.m);
        }
        let codes = block.codes.chunks_exact(F::PIECE);
        for (i, (piece, codes)) in pieces.chunks_exact_mut(F::PIECE_UNITS).zip(codes).enumerate() {
            let (head, groups) = piece.split_at_mut(F::PIECE_HEAD);
            let bytes = [block.scales[i], block.mins[i]];
            head.iter_mut().zip(bytes).for_each(|(unit, byte)| unit[lane] = byte);
            for (group, codes) in groups.chunks_exact_mut(F::GROUP_UNITS).zip(codes.as_chunks::<GROUP>().0) {
                let (low, high) = group.split_at_mut(F::LOW);
                for (k, &code) in codes.iter().enumerate() {
                    let rest = u16::from(code) >> F::LOW;
                    let bits = u16::from(code) & ((1 << F::LOW) - 1);
                    low[k * F::LOW / 8][lane] |= (bits << (k * F::LOW % 8)) as u8;
                    match F::HIGH {
                        0 => {}
                        // A mask over the rows for each input.
                        1 => high[0][2 * k + lane / 8] |= (rest << (lane % 8)) as u8,
                        _ => high[k * F::HIGH / 8][lane] |= (rest << (k * F::HIGH % 8)) as u8,
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn piece<S: Simd>(s: S, panel: &[Unit], at: usize, _: usize, mut sink: impl Sink<S>) {
        let span = &panel[at / F::SPAN * F::SPAN_UNITS..][..F::SPAN_UNITS];
        let piece = &span[F::HEAD + at % F::SPAN / <F as Form>::PIECE * F::PIECE_UNITS..][..F::PIECE_UNITS];
        let mut scale = s.load_f16(pair(span, 0));
        if let Some(offset) = F::SCALES {
            let mut by = s.to_float(s.load_bytes(&piece[0]));
            if offset != 0.0 {
                by = s.sub(by, s.splat(offset));
            }
            scale = s.mul(scale, by);
        }
        let mut minimum = s.splat(0.0);
        if F::HAS_MINIMUM {
            minimum = s.load_f16(pair(span, 1));
            if F::SCALES.is_some() {
                minimum = s.mul(minimum, s.to_float(s.load_bytes(&piece[1])));
            }
        }
        let groups = &piece[F::PIECE_HEAD..];
        for i in 0..<F as Form>::PIECE / GROUP {
            let group = &groups[i * F::GROUP_UNITS..][..F::GROUP_UNITS];
            for k in 0..GROUP {
                let mut code = s.load_bytes(&group[k * F::LOW / 8]);
                if F::LOW < 8 {
                    code = s.bits(code, (k * F::LOW % 8) as u32, (1 << F::LOW) - 1);
                }
                if F::HIGH == 1 {
                    let mask = u16::from_le_bytes([group[F::LOW][2 * k], group[F::LOW][2 * k + 1]]);
                    code = s.join_where(code, mask, 1 << F::LOW);
                } else if F::HIGH == 2 {
                    let high = s.load_bytes(&group[F::LOW + k * F::HIGH / 8]);
                    code = s.join(code, s.bits(high, (k * F::HIGH % 8) as u32, 3), F::LOW as u32);
                }
                let mut weight = s.to_float(code);
                if F::OFFSET != 0.0 {
                    weight = s.sub(weight, s.splat(F::OFFSET));
                }
                weight = s.mul(weight, scale);
                weight = match F::MINIMUM {
                    Minimum::None => weight,
                    Minimum::Added => s.add(weight, minimum),
                    Minimum::Subtracted => s.sub(weight, minimum),
                };
                sink.take(s, i * GROUP + k, weight);
            }
        }
    }
}
