//! The default projector: product and reductions in one pass, tile by tile.
//!
//! For each chunk of rows the packed unembedding passes by once. A bundle of up to 64 rows (the layers of a position or
//! two) is multiplied with a tile (96 tokens), and its logits, at most 24 kB, are folded into sums, candidates and counts
//! before they leave the nearest cache. Scratch memory is a few megabytes per thread, whatever the vocabulary, the
//! positions or the layers.

mod pairs;
mod prepared;
mod tile_pass;

use crate::control::{Cancelled, Control};
use crate::error::KernelError;
use crate::naive;
use crate::project::plan::{self, Chunk};
use crate::project::sums;
use crate::project::top;
use crate::project::work_queue::{self, ChunkWork, lock};
use crate::projection::{Projected, ProjectionRequest, Projector, Ranked, Shape};
use crate::simd::Isa;
use crate::unembedding::Unembedding;
pub use pairs::compare_pairs;
use prepared::{Prepare, Prepared};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use tile_pass::{SpanResult, TilePass};

/// The default projector: see the [crate's documentation](crate).
///
/// Logits, candidates and counts are exactly the reference's ([`NaiveProjector`]). Sums are taken in f32 over a tile and in f64
/// beyond: log-sum-exp and entropy are within 2e-7 of the reference's, both KL within 2e-7 of one more than their size
/// (measured over flat, ordinary and sharp distributions; the exponential alone is within 8e-8).
///
/// Results are the same to the bit for every number of threads, every instruction set and every
/// [`BlockedProjector::with_chunk_rows`]; what a row's numbers are does not depend on which other groups are in the
/// request. (The few logarithms and exponentials in f64 are the system library's.)
///
/// [`NaiveProjector`]: crate::NaiveProjector
#[derive(Clone, Debug)]
pub struct BlockedProjector {
    isa: Isa,
    chunk_rows: usize,
}

impl Default for BlockedProjector {
    fn default() -> BlockedProjector {
        BlockedProjector { isa: Isa::detect(), chunk_rows: 384 }
    }
}

impl BlockedProjector {
    /// Uses `isa` instead of the machine's best; the portable code if the machine lacks it.
    pub fn with_isa(self, isa: Isa) -> BlockedProjector {
        BlockedProjector { isa, ..self }
    }

    /// Lets about `rows` rows share one pass over the unembedding (384 by default: at the default model's width
    /// their states and two tiles of weights take 1.3 MB, and a larger second-level cache keeps them).
    pub fn with_chunk_rows(self, rows: usize) -> BlockedProjector {
        BlockedProjector { chunk_rows: rows.max(1), ..self }
    }
}

impl Projector for BlockedProjector {
    fn project(
        &self,
        head: &Unembedding,
        request: &ProjectionRequest<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        let shape = Shape::of(head, request)?;
        let threads = pool.current_num_threads();
        let chunks = plan::chunks(&shape, self.chunk_rows, threads);
        let spans = plan::spans(tile_pass::segments(shape.vocab), chunks.len(), threads);
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
        work_queue::run(&work, chunks.len(), spans.len(), pool, control)?;
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
    request: &'a ProjectionRequest<'a>,
    shape: Shape,
    control: &'a Control,
    chunks: &'a [Chunk],
    spans: &'a [Range<usize>],
    /// The result, and the groups whose logits were not finite.
    output: Mutex<(Projected, Vec<usize>)>,
}

impl ChunkWork for Work<'_> {
    type Prepared = Prepared;
    type SpanResult = SpanResult;

    fn prepare(&self, chunk: usize) -> Prepared {
        self.isa.run(Prepare { head: self.head, request: self.request, chunk: &self.chunks[chunk] })
    }

    fn run_span(&self, chunk: usize, span: usize, prepared: &Prepared) -> Result<SpanResult, Cancelled> {
        self.isa.run(TilePass {
            head: self.head,
            top_k: self.shape.top_k,
            chunk: &self.chunks[chunk],
            prepared,
            span: self.spans[span].clone(),
            control: self.control,
        })
    }

    fn merge(&self, chunk: usize, prepared: &Prepared, spans: &[SpanResult]) {
        self.write(&self.chunks[chunk], prepared, spans);
    }
}

impl Work<'_> {
    /// Merges the spans' results, in the order of the vocabulary, and writes the chunk's rows.
    fn write(&self, chunk: &Chunk, prepared: &Prepared, spans: &[SpanResult]) {
        let mut rows = Vec::with_capacity(chunk.slots.len());
        let mut undecided = Vec::new();
        for (i, slot) in chunk.slots.iter().enumerate().filter(|(_, slot)| slot.reported) {
            let sums = |i: usize| {
                spans.iter().flat_map(move |span| span.sums.iter().skip(i).step_by(chunk.slots.len()))
            };
            match sums::fold_segments(sums(i), sums(slot.reference)) {
                Some((row, reference)) => {
                    let statistics = sums::row_statistics(&row, &reference, slot.reference == i);
                    rows.push((i, slot.row, statistics, best_candidates(spans, i, self.shape.top_k)));
                }
                None => undecided.push(slot.group),
            }
        }
        let mut output = lock(&self.output);
        let (out, all_undecided) = &mut *output;
        all_undecided.extend(undecided);
        for (i, row, statistics, best) in rows {
            out.set_statistics(row, &statistics);
            out.set_top(row, best.into_iter().map(|key| (top::token(key), top::logit(key))));
            for (at, ranked) in out.ranked_mut(row).iter_mut().enumerate() {
                let count_above = spans.iter().map(|span| span.above[i][at]).sum();
                *ranked = Ranked { logit: prepared.ranked[i][at], count_above };
            }
        }
    }
}

/// The best `k` of a slot over all spans, best first.
fn best_candidates(spans: &[SpanResult], slot: usize, k: usize) -> Vec<u64> {
    let mut keys: Vec<u64> = spans.iter().flat_map(|span| span.top[slot].iter().copied()).collect();
    keys.sort_unstable();
    keys.truncate(k);
    keys
}
