//! Two heads side by side: each state of one model against the same state of another.
//!
//! A pair is a group of two rows whose logits come from two unembeddings; the sums, and how far they are from the
//! reference's, are the projector's own (`sums`).

use super::tile_pass::{Tile, multiply_tile, tiles};
use crate::control::{Control, Step};
use crate::error::KernelError;
use crate::naive;
use crate::project::packed::Packed;
use crate::project::reduce::{count_above, largest_logits, sum_reference, sum_row};
use crate::project::sums::{self, Sums};
use crate::projection::{Pair, PairSide, Pairs};
use crate::simd::{Isa, Job, LANES, Lane, Simd};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Pairs that share a pass over both unembeddings: their logits for a tile stay near.
const CHUNK_PAIRS: usize = 64;

/// Compares the two distributions of every pair, on the threads of `pool`.
///
/// The numbers do not depend on the other pairs, the threads or the instruction set; sums are as near to the exact ones
/// as [`BlockedProjector`](crate::BlockedProjector)'s.
///
/// # Errors
/// Lengths and tokens that do not fit, and a cancelled control.
pub fn compare_pairs(
    pairs: &Pairs<'_>,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> Result<Vec<Pair>, KernelError> {
    check_lengths(pairs)?;
    let (done, all) = (AtomicU64::new(0), pairs.targets.len() as u64);
    let [a, b] = [0, 1].map(|side| CHUNK_PAIRS * pairs.heads[side].width());
    let chunks = pairs
        .targets
        .par_chunks(CHUNK_PAIRS)
        .zip(pairs.states[0].par_chunks(a).zip(pairs.states[1].par_chunks(b)));
    let one = |(targets, (a, b))| {
        control.check()?;
        let part = Pairs { heads: pairs.heads, states: [a, b], targets };
        let found = Isa::detect().run(ComparePairs { pairs: part, control });
        control.report(
            Step::Project,
            done.fetch_add(targets.len() as u64, Relaxed) + targets.len() as u64,
            all,
        );
        found
    };
    let chunks: Vec<Vec<Pair>> =
        pool.install(|| chunks.with_max_len(1).map(one).collect::<Result<_, KernelError>>())?;
    Ok(chunks.concat())
}

fn check_lengths(pairs: &Pairs<'_>) -> Result<(), KernelError> {
    let [a, b] = pairs.heads;
    let vocab = a.vocab();
    if b.vocab() != vocab {
        return Err(KernelError::Value {
            what: "the second head's vocabulary",
            found: b.vocab().to_string(),
            expected: "as many tokens as the first head's",
        });
    }
    for (head, states) in pairs.heads.into_iter().zip(pairs.states) {
        let expected = pairs.targets.len() * head.width();
        if states.len() != expected {
            return Err(KernelError::Length {
                what: "a side's states",
                shape: "pairs x width",
                expected,
                found: states.len(),
            });
        }
    }
    match pairs.targets.iter().enumerate().find(|(_, id)| **id as usize >= vocab) {
        Some((group, &id)) => Err(KernelError::Token { id, group, vocab }),
        None => Ok(()),
    }
}

/// At most [`CHUNK_PAIRS`] pairs, as work for an instruction set.
struct ComparePairs<'a> {
    pairs: Pairs<'a>,
    control: &'a Control,
}

/// What is known of a row so far.
#[derive(Clone, Copy)]
struct RowState {
    sums: Sums,
    top: u32,
    top_logit: f32,
    above: u32,
}

const UNSEEN: RowState = RowState { sums: Sums::NONE, top: 0, top_logit: f32::NEG_INFINITY, above: 0 };

impl Job for ComparePairs<'_> {
    type Out = Result<Vec<Pair>, KernelError>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Result<Vec<Pair>, KernelError> {
        let Pairs { heads, states, targets } = self.pairs;
        let [a, b] = heads;
        let packed = [0, 1].map(|side| {
            Packed::new(states[side].chunks_exact(heads[side].width()), heads[side].width(), S::ROWS)
        });
        let ranked: [Vec<f32>; 2] = [0, 1].map(|side| {
            let rows = states[side].chunks_exact(heads[side].width());
            rows.zip(targets).map(|(state, &id)| heads[side].logit(state, id)).collect()
        });
        let mut rows = [vec![UNSEEN; targets.len()], vec![UNSEEN; targets.len()]];
        let most = Tile::PANELS * targets.len();
        let mut logits = [vec![Lane::ZERO; most], vec![Lane::ZERO; most]];
        let mut widened = [Vec::new(), Vec::new()];
        let (mut us, mut es) = ([Lane::ZERO; Tile::PANELS], [Lane::ZERO; Tile::PANELS]);
        for tile in tiles(a) {
            self.control.check()?;
            let [first, second] = &mut widened;
            let next = tile.panels.end..tile.panels.end + Tile::PANELS;
            let weights = a.tile(s, tile.panels.clone(), first);
            multiply_tile(s, a, &tile, &weights, &packed[0], weights.soon(next.clone()), &mut logits[0]);
            let weights = b.tile(s, tile.panels.clone(), second);
            multiply_tile(s, b, &tile, &weights, &packed[1], weights.soon(next), &mut logits[1]);
            for i in 0..targets.len() {
                let z = [0, 1].map(|side| &logits[side][i * Tile::PANELS..][..tile.panels.len()]);
                let [left, right] = &mut rows;
                let (left, right) = (&mut left[i], &mut right[i]);
                let c = fold_tile(s, &tile, z[0], ranked[0][i], left);
                let shift = left.sums.raise(c);
                sum_reference(s, z[0], tile.last, &mut left.sums, &mut us, &mut es);
                let c = fold_tile(s, &tile, z[1], ranked[1][i], right);
                right.sums.follow(c, shift);
                sum_row(s, z[1], tile.last, &mut right.sums, &us, &es);
            }
        }
        let pair = |i: usize| {
            let side = |side: usize| FinishedRow { state: &rows[side][i], target_logit: ranked[side][i] };
            pair_numbers(&side(0), &side(1)).unwrap_or_else(|| {
                let state =
                    [0, 1].map(|side| &states[side][i * heads[side].width()..][..heads[side].width()]);
                naive::compare_pair(heads, state, targets[i])
            })
        };
        Ok((0..targets.len()).map(pair).collect())
    }
}

/// Looks at a row's logits of a tile: its best token, how many are above its target. Returns the largest so far.
#[inline(always)]
fn fold_tile<S: Simd>(s: S, tile: &Tile, z: &[Lane], target: f32, row: &mut RowState) -> f32 {
    let (most, _) = largest_logits(s, z);
    if most > row.top_logit {
        let at = z.iter().flat_map(|lane| lane.0).position(|x| x == most).unwrap_or(0);
        (row.top, row.top_logit) = ((tile.panels.start * LANES + at) as u32, most);
    }
    if most > target {
        row.above += count_above(s, z, target);
    }
    if most > row.sums.c { most } else { row.sums.c }
}

/// A row that has seen the whole vocabulary.
struct FinishedRow<'a> {
    state: &'a RowState,
    target_logit: f32,
}

/// The numbers of a pair, unless they are not finite.
fn pair_numbers(left: &FinishedRow<'_>, right: &FinishedRow<'_>) -> Option<Pair> {
    let statistics = |row: &FinishedRow<'_>, is_reference| {
        let reference = std::iter::once(&left.state.sums);
        let (row, reference) = sums::fold_segments(std::iter::once(&row.state.sums), reference)?;
        Some(sums::row_statistics(&row, &reference, is_reference))
    };
    let (first, second) = (statistics(left, true)?, statistics(right, false)?);
    let side = |row: &FinishedRow<'_>, lse| PairSide {
        top: row.state.top,
        top_logit: row.state.top_logit,
        target_logit: row.target_logit,
        count_above: row.state.above,
        lse,
    };
    Some(Pair {
        kl_bits: second.kl_bits,
        kl_reverse_bits: second.kl_reverse_bits,
        sides: [side(left, first.lse), side(right, second.lse)],
    })
}
