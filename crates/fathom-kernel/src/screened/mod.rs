//! The projector that screens: cheap logits with a proved bound first, exact ones where the bound decides nothing.
//!
//! Each row's logits are first computed from two bf16 parts of states and weights on the processor's matrix unit
//! ([`Screen::Amx`]), sixteen times as fast as in f32. How far such a logit can be from the exact one is proved
//! ([`bound`]); where that leaves open on which side of a ranked token's logit it lies, or whether it is among the best,
//! its panel of 16 tokens is computed by the f32 kernel's very chains, for many rows at a time. So candidates, their logits
//! and ranks **equal** [`Blocked`]'s. Sums are taken over the screen's logits, with the head of the distribution
//! exchanged for exact ones; how far off they can be is returned beside them ([`Bounds`], proved in [`numbers`]).
//!
//! Nothing is stored besides one number for each token: weights are split tile by tile, once for all rows of a chunk.
//!
//! Rows for which it does not pay are found out on a few panels ([`decide`]) and computed exactly, beside the others; where
//! it can't pay at all (no such unit, very few rows, very many candidates), everything is left to [`Blocked`].

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod amx;
mod best;
mod bound;
mod decide;
mod exact;
mod finish;
mod item;
mod numbers;
mod portable;
mod ready;
mod split;
mod unit;

pub(crate) use bound::Reach;
pub use unit::Screen;

use crate::blocked::plan::{self, Chunk, Slot};
use crate::blocked::top::{logit, token};
use crate::control::{Cancelled, Control};
use crate::error::KernelError;
use crate::projection::{Bounds, Projected, Projection, Projector, Ranked, Screening, Shape};
use crate::queue::{self, lock};
use crate::simd::{Isa, Lane, Simd};
use crate::unembedding::Unembedding;
use crate::{Blocked, naive};
use finish::{Finish, Finished};
use item::{Item, Part};
use ready::{Prepare, Ready};
use split::Line;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Candidates that are kept at least, as the head of a distribution.
const HEAD: usize = 10;

/// Screens before it computes: see the [module's documentation](self).
///
/// Candidates, their logits, ranked tokens' logits and counts equal [`Blocked`]'s to the bit. Log-sum-exp, entropy and KL are
/// within [`Projected::bounds`] of the exact ones. Results are the same to the bit for every number of threads; exact rows' sums
/// are added in another order than [`Blocked`]'s (within 2e-7).
#[derive(Clone, Debug)]
pub struct Screened {
    isa: Isa,
    screen: Option<Screen>,
    chunk_rows: Option<usize>,
    decides: bool,
}

/// Bytes of split states that share a pass over the weights: half of a second-level cache of 2 MB. Fewer would miss it less,
/// and weights would be split more often: measured, that comes to the same.
const CHUNK_BYTES: usize = 1 << 20;

impl Default for Screened {
    fn default() -> Screened {
        Screened { isa: Isa::detect(), screen: Screen::detect(), chunk_rows: None, decides: true }
    }
}

impl Screened {
    /// Uses `isa` instead of the machine's best; the portable code if the machine lacks it.
    pub fn with_isa(self, isa: Isa) -> Screened {
        Screened { isa, ..self }
    }

    /// Uses `screen`, if this machine has it, whether it pays or not.
    pub fn with_screen(self, screen: Screen) -> Screened {
        Screened { screen: Some(screen).filter(|screen| screen.is_available()), ..self }
    }

    /// Lets about `rows` rows share one pass over the unembedding; by default as many as fit half of a second-level cache, 64 to
    /// 512. Each pass splits the weights again, so more rows are less work until they fall out of that cache.
    pub fn with_chunk_rows(self, rows: usize) -> Screened {
        Screened { chunk_rows: Some(rows.max(1)), ..self }
    }

    /// Screens every row that the proof covers, whether it pays or not: for tests.
    pub fn without_deciding(self) -> Screened {
        Screened { decides: false, ..self }
    }

    /// The screen; `None` where none pays and everything is left to [`Blocked`].
    pub fn screen(&self) -> Option<Screen> {
        self.screen
    }
}

impl Projector for Screened {
    fn project(
        &self,
        head: &Unembedding,
        request: &Projection<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        let shape = Shape::of(head, request)?;
        let best = shape.top_k.max(HEAD).min(shape.vocab);
        let worth = shape.rows() >= decide::FEWEST_ROWS && decide::pays(shape.vocab, best);
        let (Some(screen), true) = (self.screen, worth || !self.decides) else {
            return Blocked::default().with_isa(self.isa).project(head, request, pool, control);
        };
        let Some(reach) = head.reach(pool) else {
            return Blocked::default().with_isa(self.isa).project(head, request, pool, control);
        };
        let threads = pool.current_num_threads();
        let fitting = (CHUNK_BYTES / (4 * shape.width)).clamp(64, 512);
        let chunks = plan::chunks(&shape, self.chunk_rows.unwrap_or(fitting), threads);
        let spans = plan::spans(item::segments(shape.vocab), chunks.len(), threads);
        let mut out = Projected::for_shape(&shape, request.ranked);
        out.bounds = Some(Bounds::zeros(shape.rows()));
        let work = Work {
            isa: self.isa,
            context: Context { head, request, reach, screen, best, decides: self.decides },
            control,
            output: Mutex::new(Output { projected: out, open: Vec::new(), screening: Screening::default() }),
            chunks: &chunks,
            spans: &spans,
        };
        queue::run(&work, chunks.len(), spans.len(), pool, control)?;
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

/// What is asked and what it is asked of.
struct Context<'a> {
    head: &'a Unembedding,
    request: &'a Projection<'a>,
    reach: &'a Reach,
    screen: Screen,
    /// Candidates kept.
    best: usize,
    /// Whether rows for which it does not pay are left out.
    decides: bool,
}

impl<'a> Context<'a> {
    fn state(&self, slot: &Slot) -> &'a [f32] {
        let width = self.head.width();
        &self.request.states[slot.row * width..][..width]
    }

    fn ranked(&self, slot: &Slot) -> &'a [u32] {
        self.request.ranked.get(slot.group).map_or(&[][..], Vec::as_slice)
    }

    /// How far the logits of a panel can be off in a row of this reach.
    #[inline(always)]
    fn error<S: Simd>(&self, s: S, reach: f32, panel: usize) -> S::F {
        s.fma(s.splat(reach), s.load(&self.reach.tokens[panel].0), s.splat(self.reach.slack))
    }

    /// The screen's logits of rows in tiles for panels that were split: row `m`'s for the `p`-th, which is panel `panel(p)` of
    /// the head, go to `out[m * stride + p]`.
    #[inline(always)]
    fn screen<S: Simd>(
        &self,
        s: S,
        tiles: &[Line],
        weights: &[Line],
        out: &mut [Lane],
        stride: usize,
        panel: impl Fn(usize) -> usize,
    ) {
        self.screen_with(s, tiles, weights, out, stride, |p| self.head.bias(panel(p)));
    }

    /// The same for panels whose bias is `bias(p)`.
    #[inline(always)]
    fn screen_with<'b, S: Simd>(
        &self,
        s: S,
        tiles: &[Line],
        weights: &[Line],
        out: &mut [Lane],
        stride: usize,
        bias: impl Fn(usize) -> Option<&'b Lane>,
    ) {
        let each = split::lines(self.head.width());
        self.screen.multiply(self.head.width(), tiles, weights, out, stride);
        if !self.head.is_plain() {
            for row in out.chunks_exact_mut(stride).take(tiles.len() / each * split::ROWS) {
                for (p, lane) in row.iter_mut().take(weights.len() / each).enumerate() {
                    self.head.finish(s, bias(p), lane);
                }
            }
        }
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
    screening: Screening,
}

impl queue::Pieces for Work<'_> {
    type Shared = Ready;
    type Part = Part;

    fn prepare(&self, chunk: usize) -> Ready {
        self.isa.run(Prepare { context: &self.context, chunk: &self.chunks[chunk] })
    }

    fn work(&self, chunk: usize, span: usize, shared: &Ready) -> Result<Part, Cancelled> {
        self.isa.run(Item {
            context: &self.context,
            chunk: &self.chunks[chunk],
            ready: shared,
            span: self.spans[span].clone(),
            control: self.control,
        })
    }

    fn finish(&self, chunk: usize, ready: &Ready, parts: &[Part]) {
        let chunk = &self.chunks[chunk];
        let finished = self.isa.run(Finish { context: &self.context, chunk, ready, parts });
        let mut output = lock(&self.output);
        output.count(self.context.head, chunk, ready, parts);
        for row in finished {
            output.write(chunk, ready, row);
        }
    }
}

impl Output {
    fn write(&mut self, chunk: &Chunk, ready: &Ready, finished: Finished) {
        let slot = &chunk.slots[finished.slot];
        let (row, out) = (slot.row, &mut self.projected);
        let Some((numbers, errors)) = finished.numbers else {
            self.open.push(slot.group);
            return;
        };
        out.lse[row] = numbers.lse;
        out.entropy_bits[row] = numbers.entropy_bits;
        out.kl_bits[row] = numbers.kl_bits;
        out.kl_reverse_bits[row] = numbers.kl_reverse_bits;
        if let Some(bounds) = &mut out.bounds {
            bounds.lse[row] = errors.lse;
            bounds.entropy_bits[row] = errors.entropy_bits;
            bounds.kl_bits[row] = errors.kl_bits;
            bounds.kl_reverse_bits[row] = errors.kl_reverse_bits;
        }
        for (at, (key, _)) in (row * out.top_k..(row + 1) * out.top_k).zip(finished.best) {
            out.top_ids[at] = token(key);
            out.top_logits[at] = logit(key);
        }
        let scores = ready.rows[finished.slot].ranked.iter().zip(finished.above);
        for (ranked, (&logit, count_above)) in out.ranked_mut(row).iter_mut().zip(scores) {
            *ranked = Ranked { logit, count_above };
        }
    }

    fn count(&mut self, head: &Unembedding, chunk: &Chunk, ready: &Ready, parts: &[Part]) {
        let reported = chunk.slots.iter().zip(&ready.rows).filter(|(slot, _)| slot.reported);
        self.screening.rows += reported.clone().count() as u64;
        self.screening.screened += reported.filter(|(_, row)| row.reach.is_some()).count() as u64;
        let all = ready.rows.iter().filter(|row| row.reach.is_some()).count() as u64;
        self.screening.panels += all * head.panels() as u64;
        self.screening.undecided += parts.iter().map(|part| part.undecided).sum::<u64>();
    }
}
