//! The projector that everybody uses: product and reductions in one pass, tile by tile.
//!
//! For each chunk of rows the packed unembedding passes by once. Of each tile (384 tokens) a bundle of up to 64 rows (the
//! layers of a position or two) is multiplied and its logits, at most 98 kB, are folded into sums, candidates and counts
//! before they leave the nearest caches. Scratch memory is a few megabytes a thread, whatever the vocabulary, the
//! positions or the layers.

mod item;
mod pairs;
pub(crate) mod plan;
pub(crate) mod prepare;
pub(crate) mod reduce;
pub(crate) mod sums;
pub(crate) mod top;

use crate::control::{Cancelled, Control};
use crate::error::KernelError;
use crate::naive;
use crate::projection::{Projected, Projection, Projector, Ranked, Shape};
use crate::queue::{self, lock};
use crate::simd::Isa;
use crate::unembedding::Unembedding;
use item::{Item, Part};
pub use pairs::{Pair, PairSide, Pairs, compare_pairs};
use plan::Chunk;
use prepare::{Prepare, Prepared};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The default projector: see the [crate's documentation](crate).
///
/// Logits, candidates and counts are exactly the reference's ([`Naive`]). Sums are taken in f32 over a tile and in f64
/// beyond: log-sum-exp and entropy are within 2e-7 of the reference's, both KL within 2e-7 of one more than their size
/// (measured over flat, ordinary and sharp distributions; the exponential alone is within 8e-8).
///
/// Results are the same to the bit for every number of threads, every instruction set and every
/// [`Blocked::with_chunk_rows`]; what a row's numbers are does not depend on which other groups are in the
/// request. (The few logarithms and exponentials in f64 are the system library's.)
///
/// [`Naive`]: crate::Naive
#[derive(Clone, Debug)]
pub struct Blocked {
    isa: Isa,
    chunk_rows: usize,
}

impl Default for Blocked {
    fn default() -> Blocked {
        Blocked { isa: Isa::detect(), chunk_rows: 384 }
    }
}

impl Blocked {
    /// Uses `isa` instead of the machine's best; the portable code if the machine lacks it.
    pub fn with_isa(self, isa: Isa) -> Blocked {
        Blocked { isa, ..self }
    }

    /// Lets about `rows` rows share one pass over the unembedding (384 by default: at the default model's width
    /// their states and two tiles of weights take 1.3 MB, and a larger second-level cache keeps them).
    pub fn with_chunk_rows(self, rows: usize) -> Blocked {
        Blocked { chunk_rows: rows.max(1), ..self }
    }
}

impl Projector for Blocked {
    fn project(
        &self,
        head: &Unembedding,
        request: &Projection<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        let shape = Shape::of(head, request)?;
        let threads = pool.current_num_threads();
        let chunks = plan::chunks(&shape, self.chunk_rows, threads);
        let spans = plan::spans(item::segments(shape.vocab), chunks.len(), threads);
        let work = Work {
            isa: self.isa,
            head,
            request,
            shape,
            control,
            output: Mutex::new((Projected::for_shape(&shape, request.ranked), Vec::new())),
            chunks: &chunks,
            spans: &spans,
        };
        queue::run(&work, chunks.len(), spans.len(), pool, control)?;
        let (mut out, mut undecided) = work.output.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !undecided.is_empty() {
            undecided.sort_unstable();
            undecided.dedup();
            naive::project_groups(head, request, &shape, undecided, &mut out, pool, control)?;
        }
        Ok(out)
    }
}

/// What the threads share.
struct Work<'a> {
    isa: Isa,
    head: &'a Unembedding,
    request: &'a Projection<'a>,
    shape: Shape,
    control: &'a Control,
    chunks: &'a [Chunk],
    spans: &'a [Range<usize>],
    /// The result, and the groups whose logits were not finite.
    output: Mutex<(Projected, Vec<usize>)>,
}

impl queue::Pieces for Work<'_> {
    type Shared = Prepared;
    type Part = Part;

    fn prepare(&self, chunk: usize) -> Prepared {
        self.isa.run(Prepare { head: self.head, request: self.request, chunk: &self.chunks[chunk] })
    }

    fn work(&self, chunk: usize, span: usize, shared: &Prepared) -> Result<Part, Cancelled> {
        self.isa.run(Item {
            head: self.head,
            top_k: self.shape.top_k,
            chunk: &self.chunks[chunk],
            prepared: shared,
            span: self.spans[span].clone(),
            control: self.control,
        })
    }

    fn finish(&self, chunk: usize, prepared: &Prepared, parts: &[Part]) {
        self.write(&self.chunks[chunk], prepared, parts);
    }
}

impl Work<'_> {
    /// Puts a chunk's parts together, in the order of the vocabulary, and writes its rows.
    fn write(&self, chunk: &Chunk, prepared: &Prepared, parts: &[Part]) {
        let mut rows = Vec::with_capacity(chunk.slots.len());
        let mut undecided = Vec::new();
        for (i, slot) in chunk.slots.iter().enumerate().filter(|(_, slot)| slot.reported) {
            let sums = |i: usize| {
                parts.iter().flat_map(move |part| part.sums.iter().skip(i).step_by(chunk.slots.len()))
            };
            match sums::fold(sums(i), sums(slot.reference)) {
                Some((row, reference)) => {
                    let numbers = sums::numbers(&row, &reference, slot.reference == i);
                    rows.push((i, slot.row, numbers, candidates(parts, i, self.shape.top_k)));
                }
                None => undecided.push(slot.group),
            }
        }
        let mut output = lock(&self.output);
        let (out, all_undecided) = &mut *output;
        all_undecided.extend(undecided);
        for (i, row, numbers, top) in rows {
            out.lse[row] = numbers.lse;
            out.entropy_bits[row] = numbers.entropy_bits;
            out.kl_bits[row] = numbers.kl_bits;
            out.kl_reverse_bits[row] = numbers.kl_reverse_bits;
            for (at, key) in (row * out.top_k..).zip(top) {
                out.top_ids[at] = top::token(key);
                out.top_logits[at] = top::logit(key);
            }
            for (at, ranked) in out.ranked_mut(row).iter_mut().enumerate() {
                let count_above = parts.iter().map(|part| part.above[i][at]).sum();
                *ranked = Ranked { logit: prepared.ranked[i][at], count_above };
            }
        }
    }
}

/// The best `k` of a slot over all parts, best first.
fn candidates(parts: &[Part], slot: usize, k: usize) -> Vec<u64> {
    let mut keys: Vec<u64> = parts.iter().flat_map(|part| part.top[slot].iter().copied()).collect();
    keys.sort_unstable();
    keys.truncate(k);
    keys
}
