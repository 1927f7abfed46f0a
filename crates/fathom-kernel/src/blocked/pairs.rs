//! Two heads side by side: each state of one model against the same state of another.
//!
//! A pair is a group of two rows whose logits come from two unembeddings; the sums, and how far they are from the
//! reference's, are the projector's own (`sums`).

use super::item::{Tile, multiply, tiles};
use super::prepare::Packed;
use super::reduce::{count_above, largest, sum_reference, sum_row};
use super::sums::{self, Sums};
use crate::control::{Control, Step};
use crate::error::KernelError;
use crate::naive;
use crate::simd::{Isa, Job, LANES, Lane, Simd};
use crate::unembedding::Unembedding;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Pairs that share a pass over both unembeddings: their logits for a tile stay near.
const CHUNK: usize = 64;

/// What to compare: normed states of two models, and what each is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Pairs<'a> {
    /// The two heads, of one vocabulary.
    pub heads: [&'a Unembedding; 2],
    /// The states through the first head and the second, `[pairs, d]` each.
    pub states: [&'a [f32]; 2],
    /// For each pair a token to rank.
    pub targets: &'a [u32],
}

/// One side of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairSide {
    /// The best token: the largest logit, of several the smallest id.
    pub top: u32,
    /// Its logit.
    pub top_logit: f32,
    /// The target's logit.
    pub target_logit: f32,
    /// Tokens with a larger logit than the target's.
    pub count_above: u32,
    /// `ln sum exp z`.
    pub lse: f64,
}

/// A pair's numbers; NaN where logits are not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// `KL(first ‖ second)` over the whole vocabulary, in bits.
    pub kl_bits: f64,
    /// `KL(second ‖ first)`, in bits.
    pub kl_reverse_bits: f64,
    /// The first side, and the second.
    pub sides: [PairSide; 2],
}

/// Compares the two distributions of every pair, on the threads of `pool`.
///
/// The numbers do not depend on the other pairs, the threads or the instruction set; sums are as near to the exact ones
/// as [`Blocked`](crate::Blocked)'s.
///
/// # Errors
/// Lengths and tokens that do not fit, and a cancelled control.
pub fn compare_pairs(
    pairs: &Pairs<'_>,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> Result<Vec<Pair>, KernelError> {
    check(pairs)?;
    let (done, all) = (AtomicU64::new(0), pairs.targets.len() as u64);
    let [a, b] = [0, 1].map(|side| CHUNK * pairs.heads[side].width());
    let chunks =
        pairs.targets.par_chunks(CHUNK).zip(pairs.states[0].par_chunks(a).zip(pairs.states[1].par_chunks(b)));
    let one = |(targets, (a, b))| {
        control.check()?;
        let part = Pairs { heads: pairs.heads, states: [a, b], targets };
        let found = Isa::detect().run(Chunk { part, control });
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

fn check(pairs: &Pairs<'_>) -> Result<(), KernelError> {
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

/// At most [`CHUNK`] pairs, as work for an instruction set.
struct Chunk<'a> {
    part: Pairs<'a>,
    control: &'a Control,
}

/// What is known of a row so far.
#[derive(Clone, Copy)]
struct Row {
    sums: Sums,
    top: u32,
    top_logit: f32,
    above: u32,
}

const UNSEEN: Row = Row { sums: Sums::NONE, top: 0, top_logit: f32::NEG_INFINITY, above: 0 };

impl Job for Chunk<'_> {
    type Out = Result<Vec<Pair>, KernelError>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Result<Vec<Pair>, KernelError> {
        let Pairs { heads, states, targets } = self.part;
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
            multiply(s, a, (&tile, &weights), &packed[0], weights.soon(next.clone()), &mut logits[0]);
            let weights = b.tile(s, tile.panels.clone(), second);
            multiply(s, b, (&tile, &weights), &packed[1], weights.soon(next), &mut logits[1]);
            for i in 0..targets.len() {
                let z = [0, 1].map(|side| &logits[side][i * Tile::PANELS..][..tile.panels.len()]);
                let [left, right] = &mut rows;
                let (left, right) = (&mut left[i], &mut right[i]);
                let c = see(s, &tile, z[0], ranked[0][i], left);
                let shift = left.sums.raise(c);
                sum_reference(s, z[0], tile.last, &mut left.sums, &mut us, &mut es);
                let c = see(s, &tile, z[1], ranked[1][i], right);
                right.sums.follow(c, shift);
                sum_row(s, z[1], tile.last, &mut right.sums, &us, &es);
            }
        }
        let pair = |i: usize| {
            let row = [0, 1].map(|side| (&rows[side][i], ranked[side][i]));
            finish(row).unwrap_or_else(|| {
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
fn see<S: Simd>(s: S, tile: &Tile, z: &[Lane], target: f32, row: &mut Row) -> f32 {
    let (most, _) = largest(s, z);
    if most > row.top_logit {
        let at = z.iter().flat_map(|lane| lane.0).position(|x| x == most).unwrap_or(0);
        (row.top, row.top_logit) = ((tile.panels.start * LANES + at) as u32, most);
    }
    if most > target {
        row.above += count_above(s, z, target);
    }
    if most > row.sums.c { most } else { row.sums.c }
}

/// The numbers of a pair, unless they are not finite.
fn finish([(left, left_target), (right, right_target)]: [(&Row, f32); 2]) -> Option<Pair> {
    let of = |row: &Row, is_reference| {
        let (row, reference) = sums::fold(std::iter::once(&row.sums), std::iter::once(&left.sums))?;
        Some(sums::numbers(&row, &reference, is_reference))
    };
    let (first, second) = (of(left, true)?, of(right, false)?);
    let side = |row: &Row, target_logit, lse| PairSide {
        top: row.top,
        top_logit: row.top_logit,
        target_logit,
        count_above: row.above,
        lse,
    };
    Some(Pair {
        kl_bits: second.kl_bits,
        kl_reverse_bits: second.kl_reverse_bits,
        sides: [side(left, left_target, first.lse), side(right, right_target, second.lse)],
    })
}
