//! Rotary position embedding of queries and keys.

use super::{Array, misfit, rows_per_task};
use crate::ModelError;
use fathom_families::{Pairing, RotaryScaling, RotarySpec};
use rayon::prelude::*;
#[cfg(feature = "tensors")]
use std::sync::OnceLock;

/// Cosines and sines of the positions of one pass.
#[derive(Debug)]
pub(crate) struct RotaryTable {
    pairing: Pairing,
    /// Pairs of a head, `dim / 2`.
    pairs: usize,
    /// 1, or one per sequence where frequencies depend on a sequence's length.
    sets: usize,
    /// `[sets, positions, pairs]`
    cos: Vec<f32>,
    /// `[sets, positions, pairs]`
    sin: Vec<f32>,
    /// Both where tensor operations run, `[sets, positions, 1, pairs]`: once a pass, not once a layer.
    #[cfg(feature = "tensors")]
    on_device: OnceLock<[candle_core::Tensor; 2]>,
}

impl RotaryTable {
    /// The table of positions `start .. start + len`, for sequences that are `lengths` long in all.
    pub(crate) fn new(spec: &RotarySpec, start: usize, len: usize, lengths: &[usize]) -> RotaryTable {
        let by_length =
            matches!(spec.scaling, RotaryScaling::Dynamic { .. } | RotaryScaling::LongRope { .. });
        let lengths = if by_length { lengths } else { &[0] };
        let (mut sin, mut cos) = (Vec::new(), Vec::new());
        for length in lengths {
            let frequencies = frequencies(spec, *length);
            // The angle is rounded to f32 as transformers does, then its cosine is taken exactly: at position 1000
            // the rounding is worth 3e-5 radians, which a reference comparison would see.
            let angles =
                (start..start + len).flat_map(|p| frequencies.iter().map(move |f| (p as f32 * f) as f64));
            for angle in angles {
                sin.push(angle.sin() as f32 * spec.magnitude);
                cos.push(angle.cos() as f32 * spec.magnitude);
            }
        }
        RotaryTable {
            pairing: spec.pairing,
            pairs: spec.dim / 2,
            sets: lengths.len(),
            cos,
            sin,
            #[cfg(feature = "tensors")]
            on_device: OnceLock::new(),
        }
    }

    /// Rotates `x [B, T, heads, head_size]`; row `t` of each sequence takes the table's row `t`.
    pub(super) fn rotate(&self, mut x: Array) -> Result<Array, ModelError> {
        let [sequences, positions, heads, head_size] = x.dims4()?;
        let fits = self.sets == 1 || self.sets == sequences;
        if !fits || self.cos.len() != self.sets * positions * self.pairs || 2 * self.pairs > head_size {
            return misfit(format!("rotary: a table of {} for {:?}", self.cos.len(), x.shape()));
        }
        let row = heads * head_size;
        let task = rows_per_task(sequences * positions, row);
        x.values_mut().par_chunks_mut(task * row).enumerate().for_each(|(i, rows)| {
            for (j, row) in rows.chunks_exact_mut(row).enumerate() {
                let position = (i * task + j) % (self.sets * positions);
                row.chunks_exact_mut(head_size).for_each(|head| self.turn(head, position));
            }
        });
        Ok(x)
    }

    /// Turns one head, `[head_size]`, by a row of the table; entries past `2 * pairs` stay as they are.
    fn turn(&self, head: &mut [f32], position: usize) {
        let pairs = self.pairs;
        let cos = &self.cos[position * pairs..][..pairs];
        let sin = &self.sin[position * pairs..][..pairs];
        let turn = |a: &mut f32, b: &mut f32, c: f32, s: f32| {
            (*a, *b) = (*a * c - *b * s, *b * c + *a * s);
        };
        match self.pairing {
            Pairing::Halves => {
                let (first, second) = head[..2 * pairs].split_at_mut(pairs);
                for (((a, b), c), s) in first.iter_mut().zip(second).zip(cos).zip(sin) {
                    turn(a, b, *c, *s);
                }
            }
            Pairing::Interleaved => {
                for ((pair, c), s) in head[..2 * pairs].as_chunks_mut::<2>().0.iter_mut().zip(cos).zip(sin) {
                    let [a, b] = pair;
                    turn(a, b, *c, *s);
                }
            }
        }
    }
}

#[cfg(feature = "tensors")]
impl RotaryTable {
    /// Which entries are pairs.
    pub(super) fn pairing(&self) -> Pairing {
        self.pairing
    }

    /// Cosines and sines on `device`, `[sets, positions, 1, pairs]`.
    pub(super) fn tensors(
        &self,
        positions: usize,
        device: &candle_core::Device,
    ) -> candle_core::Result<[candle_core::Tensor; 2]> {
        if let Some(tensors) = self.on_device.get() {
            return Ok(tensors.clone());
        }
        let shape = (self.sets, positions, 1, self.pairs);
        let tensor = |values: &[f32]| candle_core::Tensor::from_slice(values, shape, device);
        let tensors = [tensor(&self.cos)?, tensor(&self.sin)?];
        Ok(self.on_device.get_or_init(|| tensors).clone())
    }
}

/// Radians per position of each pair, `[dim / 2]`, in a sequence of `length`. The formulas are those of transformers'
/// modeling_rope_utils.py.
fn frequencies(spec: &RotarySpec, length: usize) -> Vec<f32> {
    let with_base =
        |base: f64| (0..spec.dim / 2).map(move |i| 1.0 / base.powf(2.0 * i as f64 / spec.dim as f64));
    let plain = with_base(spec.base);
    match &spec.scaling {
        RotaryScaling::Dynamic { factor, original } => {
            let length = (length as f64).max(*original);
            let growth = factor * length / original - (factor - 1.0);
            let dim = spec.dim as f64;
            with_base(spec.base * growth.powf(dim / (dim - 2.0))).map(|f| f as f32).collect()
        }
        RotaryScaling::LongRope { short, long, original } => {
            let factors = if length > *original { long } else { short };
            plain.zip(factors).map(|(f, factor)| (f / *factor as f64) as f32).collect()
        }
        RotaryScaling::Yarn { factor, original, fast, slow, truncate } => {
            // The pair that turns so often within the original context.
            let pair = |turns: f64| {
                let wavelength = original / (turns * 2.0 * std::f64::consts::PI);
                spec.dim as f64 * wavelength.ln() / (2.0 * spec.base.ln())
            };
            let (first, last) = match truncate {
                true => (pair(*fast).floor(), pair(*slow).ceil()),
                false => (pair(*fast), pair(*slow)),
            };
            let (first, last) = (first.max(0.0), last.min(spec.dim as f64 - 1.0));
            let last = if first == last { last + 0.001 } else { last };
            let divided = |i: usize| ((i as f64 - first) / (last - first)).clamp(0.0, 1.0);
            plain
                .enumerate()
                .map(|(i, f)| (f / factor * divided(i) + f * (1.0 - divided(i))) as f32)
                .collect()
        }
        RotaryScaling::None => plain.map(|f| f as f32).collect(),
        RotaryScaling::Linear { factor } => plain.map(|f| (f / factor) as f32).collect(),
        RotaryScaling::Factors(factors) => {
            plain.zip(factors).map(|(f, factor)| (f / *factor as f64) as f32).collect()
        }
        RotaryScaling::Llama3 { factor, low, high, original } => {
            plain.map(|f| llama3(f, *factor, *low, *high, *original) as f32).collect()
        }
    }
}

/// `_compute_llama3_parameters` of transformers' modeling_rope_utils.py.
fn llama3(frequency: f64, factor: f64, low: f64, high: f64, original: f64) -> f64 {
    let wavelength = 2.0 * std::f64::consts::PI / frequency;
    if wavelength > original / low {
        return frequency / factor;
    }
    if wavelength < original / high {
        return frequency;
    }
    let smooth = (original / wavelength - low) / (high - low);
    (1.0 - smooth) * frequency / factor + smooth * frequency
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(pairing: Pairing, dim: usize, scaling: RotaryScaling) -> RotarySpec {
        RotarySpec { base: 10_000.0, dim, pairing, scaling, magnitude: 1.0 }
    }

    fn turned(pairing: Pairing, x: &[f32], start: usize) -> Vec<f32> {
        let table = RotaryTable::new(&spec(pairing, 4, RotaryScaling::None), start, 2, &[2]);
        table.rotate(Array::new(x.to_vec(), &[1, 2, 1, 6]).unwrap()).unwrap().into_values()
    }

    #[test]
    fn both_pairings_turn_the_same_pairs() {
        let halves: Vec<f32> = (1..=12).map(|i| i as f32).collect();
        // Entries (0, 2), (1, 3) of each head are the pairs by halves; interleaved they stand side by side.
        let order = [0, 2, 1, 3, 4, 5, 6, 8, 7, 9, 10, 11];
        let interleaved: Vec<f32> = order.iter().map(|i| halves[*i]).collect();
        let by_halves = turned(Pairing::Halves, &halves, 3);
        let by_neighbours = turned(Pairing::Interleaved, &interleaved, 3);
        assert_eq!(order.map(|i| by_halves[i]).to_vec(), by_neighbours);
        // Position 3, pair 0 turns by 3 radians, pair 1 by 3 / 100.
        assert!((by_halves[0] - (1.0 * 3f32.cos() - 3.0 * 3f32.sin())).abs() < 1e-6);
        assert!((by_halves[1] - (2.0 * 0.03f32.cos() - 4.0 * 0.03f32.sin())).abs() < 1e-6);
        assert_eq!(by_halves[4..6], [5.0, 6.0], "entries past the rotary dimension stay");
    }

    /// Values from transformers 5.23 `ROPE_INIT_FUNCTIONS["llama3"]`: base 10000, dim 8, factor 8, low 1, high 4,
    /// original context 64.
    #[test]
    fn llama3_scaling_keeps_high_and_divides_low_frequencies() {
        let scaling = RotaryScaling::Llama3 { factor: 8.0, low: 1.0, high: 4.0, original: 64.0 };
        let scaled = frequencies(&spec(Pairing::Halves, 8, scaling), 0);
        assert_eq!(scaled[0], 1.0);
        assert!((scaled[1] - 0.013_042_256).abs() < 1e-8);
        assert_eq!(scaled[2], 0.01 / 8.0);
        assert_eq!(scaled[3], 0.001 / 8.0);
    }
}
