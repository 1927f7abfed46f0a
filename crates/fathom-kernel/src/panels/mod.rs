//! Weights in panels of 16 rows, which is how products read them: for each input the sixteen rows' weights side by side.
//!
//! They are held in f32 (`[rows / 16 rounded up][width][16]`), in 16 bits, or quantised as in the file. Whatever the form,
//! a weight is one f32 number, and a product is one chain of f32 multiply-adds: what is held smaller is widened in
//! registers, or, where many rows use it, once into a few panels of f32 that stay near.

mod blocks;
mod dequantise;
mod ggml;
mod halves;
mod memory;
mod widen;

pub use ggml::BlockType;

use crate::simd::{Isa, LANES, Lane, Simd};
use ggml::Parsed;
use memory::{UNITS, Unit};
use rayon::prelude::*;
use std::fmt;
use std::mem::MaybeUninit;
use std::ops::Range;
use widen::{Chains, Widen, coded};

/// How floating-point weights are held.
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
    /// `x` as it is held.
    pub fn round(self, x: f32) -> f32 {
        match self {
            Float::F32 => x,
            Float::Bf16 => half::bf16::from_f32(x).to_f32(),
            Float::F16 => half::f16::from_f32(x).to_f32(),
        }
    }
}

/// How a matrix is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Held {
    /// As floating-point numbers.
    Float(Float),
    /// As the quantised blocks of a file.
    Blocks(BlockType),
}

impl Held {
    /// Whether it is in blocks of codes.
    pub fn is_quantised(self) -> bool {
        matches!(self, Held::Blocks(_))
    }
}

impl fmt::Display for Held {
    /// `f32`, `bf16`, `f16`, `Q4_1`, …
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held::Float(Float::F32) => f.write_str("f32"),
            Held::Float(Float::Bf16) => f.write_str("bf16"),
            Held::Float(Float::F16) => f.write_str("f16"),
            Held::Blocks(blocks) => blocks.fmt(f),
        }
    }
}

/// A way of holding weights in fewer bits.
trait Coding {
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
trait Sink<S: Simd> {
    /// The sixteen rows' weights of the piece's input `k`. Must be `#[inline(always)]`.
    fn take(&mut self, s: S, k: usize, weights: S::F);
}

/// A matrix `[rows, width]` in panels.
#[derive(Clone)]
pub(crate) struct Panels {
    lanes: Vec<Lane>,
    held: Held,
    rows: usize,
    width: usize,
    /// Vectors of memory for each panel.
    stride: usize,
}

impl Panels {
    /// Packs `rows` rows of `width`, the last panel filled up with zeros, on the current rayon pool. `fill(first, out)`
    /// writes rows `first ..` into `out` `[n, width]` (`n <= 16`).
    pub(crate) fn from_rows<E: Send>(
        float: Float,
        rows: usize,
        width: usize,
        fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Panels, E> {
        Panels::build(Held::Float(float), rows, width, |first, buffer: &mut Vec<f32>, panel| {
            buffer.resize(LANES * width, 0.0);
            let from = &mut buffer[..(rows - first).min(LANES) * width];
            fill(first, from)?;
            match float {
                Float::F32 => interleave(from, width, panel),
                Float::Bf16 => halves::write(from, width, memory::zeroed_units(panel), halves::Bf16::round),
                Float::F16 => halves::write(from, width, memory::zeroed_units(panel), halves::F16::round),
            }
            Ok(())
        })
    }

    /// Packs blocks as files have them: `row(i)` is row `i`'s, all of them.
    ///
    /// # Panics
    /// If a row has another length.
    pub(crate) fn from_blocks<'a, E: Send>(
        blocks: BlockType,
        rows: usize,
        width: usize,
        row: impl Fn(usize) -> Result<&'a [u8], E> + Sync,
    ) -> Result<Panels, E> {
        let bytes = blocks.row_bytes(width);
        Panels::build(Held::Blocks(blocks), rows, width, |first, parsed: &mut Option<Parsed>, panel| {
            let parsed = parsed.get_or_insert_with(Parsed::new);
            let units = memory::zeroed_units(panel);
            for (lane, i) in (first..rows.min(first + LANES)).enumerate() {
                let row = row(i)?;
                assert_eq!(row.len(), bytes, "a row of {width} weights as {blocks} is {bytes} bytes");
                coded!(Held::Blocks(blocks), C => {
                    let span = C::units(blocks.span());
                    for (block, span) in row.chunks_exact(blocks.bytes()).zip(units.chunks_exact_mut(span)) {
                        parsed.parse(blocks, block);
                        C::write(parsed, lane, span);
                    }
                }, f32 => {});
            }
            Ok(())
        })
    }

    /// `fill(first, scratch, panel)` writes the whole of the panel of rows `first ..`.
    fn build<E: Send, T: Default>(
        held: Held,
        rows: usize,
        width: usize,
        fill: impl Fn(usize, &mut T, &mut [MaybeUninit<Lane>]) -> Result<(), E> + Sync,
    ) -> Result<Panels, E> {
        let stride = coded!(held, C => C::units(width).div_ceil(UNITS), f32 => width);
        let write = |room: &mut [MaybeUninit<Lane>]| {
            let panels = room.par_chunks_exact_mut(stride.max(1)).enumerate();
            panels.try_for_each_init(T::default, |scratch, (i, panel)| fill(i * LANES, scratch, panel))
        };
        // SAFETY: the count is a multiple of the stride, so the panels are all of the room, and each was written in full.
        let lanes = unsafe { memory::written(rows.div_ceil(LANES) * stride, write) }?;
        Ok(Panels { lanes, held, rows, width, stride })
    }

    pub(crate) fn held(&self) -> Held {
        self.held
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Number of panels.
    pub(crate) fn count(&self) -> usize {
        self.rows.div_ceil(LANES)
    }

    /// Bytes of memory held.
    pub(crate) fn size_in_bytes(&self) -> usize {
        size_of_val(self.lanes.as_slice())
    }

    /// The panels in f32, `[count][width]`, if that is what they are.
    #[inline(always)]
    pub(crate) fn in_f32(&self) -> Option<&[Lane]> {
        (self.held == Held::Float(Float::F32)).then_some(self.lanes.as_slice())
    }

    /// A coded panel's memory.
    #[inline(always)]
    fn coded(&self, panel: usize) -> &[Unit] {
        memory::units(&self.lanes[panel * self.stride..][..self.stride])
    }

    /// Some panels in f32, `[panels.len()][width]`: where they lie, or in `scratch`.
    #[inline(always)]
    pub(crate) fn widened<'a, S: Simd>(
        &'a self,
        s: S,
        panels: Range<usize>,
        scratch: &'a mut Vec<Lane>,
    ) -> &'a [Lane] {
        match self.in_f32() {
            Some(lanes) => &lanes[panels.start * self.width..panels.end * self.width],
            None => {
                s.run(Widen { panels: self, which: panels, scratch });
                scratch
            }
        }
    }

    /// One row of inputs `x` `[width]` times coded panels, whose weights are widened in registers: a chain for each output.
    #[inline(always)]
    pub(crate) fn chains<S: Simd>(&self, s: S, panels: Range<usize>, x: &[f32], out: &mut [Lane]) {
        s.run(Chains { panels: self, which: panels, x, out });
    }

    /// One row's weights.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        let (panel, lane) = (row / LANES, row % LANES);
        let pick = |lanes: &[Lane], out: &mut [f32]| {
            out.iter_mut().zip(lanes).for_each(|(x, weights)| *x = weights.0[lane]);
        };
        match self.in_f32() {
            Some(lanes) => pick(&lanes[panel * self.width..], out),
            None => {
                let mut scratch = Vec::new();
                Isa::detect().run(Widen { panels: self, which: panel..panel + 1, scratch: &mut scratch });
                pick(&scratch, out);
            }
        }
    }
}

/// `rows` `[n, width]`, `n <= 16`, into a panel `[width][16]`, the rest zero. Writes every lane of `panel`, which has
/// `width` of them.
fn interleave(rows: &[f32], width: usize, panel: &mut [MaybeUninit<Lane>]) {
    let whole: Option<[&[f32]; LANES]> = match rows.len() == LANES * width {
        true => Some(std::array::from_fn(|i| &rows[i * width..][..width])),
        false => None,
    };
    let value = |i: usize, k: usize| rows.get(i * width + k).copied().unwrap_or(0.0);
    for (k, to) in panel.iter_mut().enumerate() {
        to.write(Lane(match &whole {
            Some(rows) => std::array::from_fn(|i| rows[i][k]),
            None => std::array::from_fn(|i| value(i, k)),
        }));
    }
}

#[cfg(test)]
pub(crate) mod tests;
