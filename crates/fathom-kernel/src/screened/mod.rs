//! The projector that screens: cheap logits with a proved bound first, exact ones where the bound decides nothing.
//!
//! Each row's logits are first computed from two bf16 parts of states and weights on the processor's matrix unit
//! ([`ScreenUnit::Amx`]), sixteen times as fast as in f32. How far such a logit can be from the exact one is proved
//! ([`bound`]); where that leaves open on which side of a ranked token's logit it lies, or whether it is among the best,
//! its panel of 16 tokens is computed by the f32 kernel's very chains, for many rows at a time. So candidates, their logits
//! and ranks **equal** [`BlockedProjector`]'s. Sums are taken over the screen's logits, with the head of the distribution
//! exchanged for exact ones; how far off they can be is returned beside them ([`Bounds`], proved in [`error_bounds`]).
//!
//! Nothing is stored besides one number for each token: weights are split tile by tile, once for all rows of a chunk.
//!
//! Rows for which screening does not pay are found on a few panels ([`worth_screening`]) and computed exactly, beside the
//! others. Where it can't pay at all (no such unit, very few rows, very many candidates), everything is left to
//! [`BlockedProjector`].

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod amx;
mod best;
mod bound;
mod context;
mod error_bounds;
mod merge;
mod portable;
mod prepared;
mod rows;
mod split;
mod tile_pass;
mod undecided;
mod unit;
mod worth_screening;

pub use unit::ScreenUnit;

use crate::control::{Cancelled, Control};
use crate::error::KernelError;
use crate::project::plan::{self, Chunk};
use crate::project::top::{logit, token};
use crate::project::work_queue::{self, ChunkWork, lock};
use crate::projection::{Bounds, Projected, ProjectionRequest, Projector, Ranked, ScreeningStats, Shape};
use crate::simd::Isa;
use crate::unembedding::{Reach, Unembedding};
use crate::{BlockedProjector, naive};
use context::{Context, LEAST_CANDIDATES};
use error_bounds::BoundedStatistics;
use merge::{Merge, MergedRow};
use prepared::{Prepare, Prepared};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use tile_pass::{SpanResult, TilePass};

/// Screens before it computes: cheap logits with a proved bound first, exact ones where the bound decides nothing.
///
/// Candidates, their logits, ranked tokens' logits and counts equal [`BlockedProjector`]'s to the bit. Log-sum-exp,
/// entropy and KL are within [`Projected::bounds`] of the exact ones. Results are the same to the bit for every number of
/// threads; exact rows' sums are added in another order than [`BlockedProjector`]'s (within 2e-7).
#[derive(Clone, Debug)]
pub struct ScreenedProjector {
    isa: Isa,
    unit: Option<ScreenUnit>,
    chunk_rows: Option<usize>,
    selective: bool,
}

/// Bytes of split states that share a pass over the weights: half of a second-level cache of 2 MB. Fewer would miss it less,
/// and weights would be split more often: measured, that comes to the same.
const CHUNK_BYTES: usize = 1 << 20;

impl Default for ScreenedProjector {
    fn default() -> ScreenedProjector {
        ScreenedProjector {
            isa: Isa::detect(),
            unit: ScreenUnit::detect(),
            chunk_rows: None,
            selective: true,
        }
    }
}

impl ScreenedProjector {
    /// Uses `isa` instead of the machine's best; the portable code if the machine lacks it.
    pub fn with_isa(self, isa: Isa) -> ScreenedProjector {
        ScreenedProjector { isa, ..self }
    }

    /// Uses `unit`, if this machine has it, whether it pays or not.
    pub fn with_unit(self, unit: ScreenUnit) -> ScreenedProjector {
        ScreenedProjector { unit: Some(unit).filter(|unit| unit.is_available()), ..self }
    }

    /// Lets about `rows` rows share one pass over the unembedding; by default as many as fit half of a second-level cache, 64 to
    /// 512. Each pass splits the weights again, so more rows are less work until they fall out of that cache.
    pub fn with_chunk_rows(self, rows: usize) -> ScreenedProjector {
        ScreenedProjector { chunk_rows: Some(rows.max(1)), ..self }
    }

    /// Screens every row that the proof covers, whether it pays or not: for tests.
    pub fn screening_every_row(self) -> ScreenedProjector {
        ScreenedProjector { selective: false, ..self }
    }

    /// What computes the screen; `None` where nothing pays and everything is left to [`BlockedProjector`].
    pub fn unit(&self) -> Option<ScreenUnit> {
        self.unit
    }
}

impl Projector for ScreenedProjector {
    fn project(
        &self,
        head: &Unembedding,
        request: &ProjectionRequest<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        let shape = Shape::of(head, request)?;
        let best = shape.top_k.max(LEAST_CANDIDATES).min(shape.vocab);
        let worth = shape.rows() >= worth_screening::FEWEST_ROWS
            && worth_screening::few_candidates(shape.vocab, best);
        let (Some(unit), true) = (self.unit, worth || !self.selective) else {
            return BlockedProjector::default().with_isa(self.isa).project(head, request, pool, control);
        };
        let Some(reach) = Reach::of_head(head, pool) else {
            return BlockedProjector::default().with_isa(self.isa).project(head, request, pool, control);
        };
        let threads = pool.current_num_threads();
        let fitting = (CHUNK_BYTES / (4 * shape.width)).clamp(64, 512);
        let chunks = plan::chunks(&shape, self.chunk_rows.unwrap_or(fitting), threads);
        let spans = plan::spans(tile_pass::segments(shape.vocab), chunks.len(), threads);
        let mut out = Projected::for_shape(&shape, request.ranked);
        out.bounds = Some(Bounds::zeros(shape.rows()));
        let work = Work {
            isa: self.isa,
            context: Context { head, request, reach, unit, best, selective: self.selective },
            control,
            output: Mutex::new(Output {
                projected: out,
                open: Vec::new(),
                screening: ScreeningStats::default(),
            }),
            chunks: &chunks,
            spans: &spans,
        };
        work_queue::run(&work, chunks.len(), spans.len(), pool, control)?;
        let Output { mut projected, mut open, screening } =
            work.output.into_inner().unwrap_or_else(PoisonError::into_inner);
        projected.screening = Some(screening);
        if !open.is_empty() {
            open.sort_unstable();
            open.dedup();
            if let Some(bounds) = &mut projected.bounds {
                for group in &open {
                    let first = group * shape.rows_per_group;
                    bounds.clear(first..first + shape.rows_per_group);
                }
            }
            naive::project_groups(head, request, &shape, open, &mut projected, pool, control)?;
        }
        Ok(projected)
    }
}

/// What the threads share.
struct Work<'a> {
    isa: Isa,
    context: Context<'a>,
    control: &'a Control,
    chunks: &'a [Chunk],
    spans: &'a [Range<usize>],
    output: Mutex<Output>,
}

struct Output {
    projected: Projected,
    /// Groups that the reference projection must decide.
    open: Vec<usize>,
    screening: ScreeningStats,
}

impl ChunkWork for Work<'_> {
    type Prepared = Prepared;
    type SpanResult = SpanResult;

    fn prepare(&self, chunk: usize) -> Prepared {
        self.isa.run(Prepare { context: &self.context, chunk: &self.chunks[chunk] })
    }

    fn run_span(&self, chunk: usize, span: usize, prepared: &Prepared) -> Result<SpanResult, Cancelled> {
        self.isa.run(TilePass {
            context: &self.context,
            chunk: &self.chunks[chunk],
            prepared,
            span: self.spans[span].clone(),
            control: self.control,
        })
    }

    fn merge(&self, chunk: usize, prepared: &Prepared, spans: &[SpanResult]) {
        let chunk = &self.chunks[chunk];
        let rows = self.isa.run(Merge { context: &self.context, chunk, prepared, spans });
        let mut output = lock(&self.output);
        output.count(self.context.head, chunk, prepared, spans);
        for row in rows {
            output.write(chunk, prepared, row);
        }
    }
}

impl Output {
    fn write(&mut self, chunk: &Chunk, prepared: &Prepared, merged: MergedRow) {
        let slot = &chunk.slots[merged.slot];
        let (row, out) = (slot.row, &mut self.projected);
        let Some(BoundedStatistics { statistics, errors }) = merged.statistics else {
            self.open.push(slot.group);
            return;
        };
        out.set_statistics(row, &statistics);
        if let Some(bounds) = &mut out.bounds {
            bounds.set(row, &errors);
        }
        out.set_top(row, merged.best.into_iter().map(|(key, _)| (token(key), logit(key))));
        let scores = prepared.rows[merged.slot].ranked.iter().zip(merged.above);
        for (ranked, (&logit, count_above)) in out.ranked_mut(row).iter_mut().zip(scores) {
            *ranked = Ranked { logit, count_above };
        }
    }

    fn count(&mut self, head: &Unembedding, chunk: &Chunk, prepared: &Prepared, spans: &[SpanResult]) {
        let reported = chunk.slots.iter().zip(&prepared.rows).filter(|(slot, _)| slot.reported);
        self.screening.rows += reported.clone().count() as u64;
        self.screening.screened += reported.filter(|(_, row)| row.reach.is_some()).count() as u64;
        let all = prepared.rows.iter().filter(|row| row.reach.is_some()).count() as u64;
        self.screening.panels += all * head.panels() as u64;
        self.screening.undecided += spans.iter().map(|span| span.undecided).sum::<u64>();
    }
}
