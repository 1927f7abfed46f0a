//! Weights in panels of 16 rows, which is how products read them: for each input the sixteen rows' weights side by side.
//!
//! They are stored in f32 (`[rows / 16 rounded up][width][16]`), in 16 bits, or quantised as in the file. Whatever the form,
//! a weight is one f32 number, and a product is one chain of f32 multiply-adds: what is stored smaller is widened in
//! registers, or, where many rows use it, once into a few panels of f32 that stay near.

mod blocks;
mod coding;
mod dequantise;
mod ggml;
mod halves;
mod memory;
mod storage;
mod widen;

pub use ggml::BlockType;
pub use storage::{Float, Storage};

use crate::simd::{LANES, Lane};
use coding::{Coding, coded};
use ggml::Parsed;
use memory::{UNITS, Unit};
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// A matrix `[rows, width]` in panels.
#[derive(Clone)]
pub(crate) struct Panels {
    lanes: Vec<Lane>,
    storage: Storage,
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
        Panels::build(Storage::Float(float), rows, width, |first, buffer: &mut Vec<f32>, panel| {
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
        Panels::build(Storage::Blocks(blocks), rows, width, |first, parsed: &mut Option<Parsed>, panel| {
            let parsed = parsed.get_or_insert_with(Parsed::new);
            let units = memory::zeroed_units(panel);
            for (lane, i) in (first..rows.min(first + LANES)).enumerate() {
                let row = row(i)?;
                assert_eq!(row.len(), bytes, "a row of {width} weights as {blocks} is {bytes} bytes");
                coded!(Storage::Blocks(blocks), C => {
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
        storage: Storage,
        rows: usize,
        width: usize,
        fill: impl Fn(usize, &mut T, &mut [MaybeUninit<Lane>]) -> Result<(), E> + Sync,
    ) -> Result<Panels, E> {
        let stride = coded!(storage, C => C::units(width).div_ceil(UNITS), f32 => width);
        let write = |room: &mut [MaybeUninit<Lane>]| {
            let panels = room.par_chunks_exact_mut(stride.max(1)).enumerate();
            panels.try_for_each_init(T::default, |scratch, (i, panel)| fill(i * LANES, scratch, panel))
        };
        // SAFETY: the count is a multiple of the stride, so the panels are all of the room, and each was written in full.
        let lanes = unsafe { memory::written(rows.div_ceil(LANES) * stride, write) }?;
        Ok(Panels { lanes, storage, rows, width, stride })
    }

    pub(crate) fn storage(&self) -> Storage {
        self.storage
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
        (self.storage == Storage::Float(Float::F32)).then_some(self.lanes.as_slice())
    }

    /// A coded panel's memory.
    #[inline(always)]
    fn coded(&self, panel: usize) -> &[Unit] {
        memory::units(&self.lanes[panel * self.stride..][..self.stride])
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
