//! The kernel's results, which come position by position, become columns, which go row by row.

use crate::LensError;
use crate::plan::Plan;
use fathom_kernel::{Bounds, Projected};
use fathom_reading::{Columns, Rank, Screening, TokenId};

/// Columns on the way to being filled.
pub(crate) struct Folder<'a> {
    plan: &'a Plan,
    columns: Columns,
    watched: usize,
    /// Positions folded already.
    done: usize,
    /// Of the screened cells so far.
    screening: Option<Screening>,
}

impl<'a> Folder<'a> {
    /// `top_k` candidates and `watched` watched tokens a cell.
    pub(crate) fn new(plan: &'a Plan, top_k: usize, watched: usize) -> Folder<'a> {
        let cells = plan.cells();
        let columns = Columns {
            target_logit: vec![0.0; cells],
            target_prob: vec![0.0; cells],
            target_rank: vec![Rank::FIRST; cells],
            entropy_bits: vec![0.0; cells],
            kl_bits: vec![0.0; cells],
            kl_reverse_bits: vec![0.0; cells],
            surprisal_bits: vec![0.0; cells],
            top_k,
            top_id: vec![TokenId(0); cells * top_k],
            top_logit: vec![0.0; cells * top_k],
            top_prob: vec![0.0; cells * top_k],
            watch_logit: vec![0.0; cells * watched],
            watch_prob: vec![0.0; cells * watched],
            watch_rank: vec![Rank::FIRST; cells * watched],
        };
        Folder { plan, columns, watched, done: 0, screening: None }
    }

    /// Takes the results of the plan's next `count` positions.
    pub(crate) fn fold(&mut self, count: usize, projected: &Projected) -> Result<(), LensError> {
        let (plan, first) = (self.plan, self.done);
        let group = plan.sites.len();
        for column in 0..count {
            // The last layer is checked even where it is no row: the others' KL is measured against it.
            for (row, &site) in plan.sites.iter().enumerate() {
                let from = column * group + row;
                if !is_finite(projected, from) {
                    return Err(LensError::NotFinite { site, position: plan.positions[first + column] });
                }
                if row < plan.rows {
                    self.cell(row * plan.positions.len() + first + column, from, projected);
                    if let Some(bounds) = projected.bounds.as_ref().filter(|bounds| bounds.lse[from] > 0.0) {
                        self.bound(from, projected, bounds);
                    }
                }
            }
        }
        self.done += count;
        Ok(())
    }

    /// Writes the kernel's row `from` into cell `cell`.
    fn cell(&mut self, cell: usize, from: usize, projected: &Projected) {
        let columns = &mut self.columns;
        let prob = |logit: f32| projected.prob(from, logit) as f32;
        columns.entropy_bits[cell] = projected.entropy_bits[from] as f32;
        columns.kl_bits[cell] = projected.kl_bits[from] as f32;
        columns.kl_reverse_bits[cell] = projected.kl_reverse_bits[from] as f32;
        let (ids, logits) = projected.top(from);
        for (i, (&id, &logit)) in (cell * columns.top_k..).zip(ids.iter().zip(logits)) {
            columns.top_id[i] = TokenId(id);
            columns.top_logit[i] = logit;
            columns.top_prob[i] = prob(logit);
        }
        let [target, watched @ ..] = projected.ranked(from) else { return };
        columns.target_logit[cell] = target.logit;
        columns.target_prob[cell] = prob(target.logit);
        columns.target_rank[cell] = Rank::from_count_above(target.count_above);
        columns.surprisal_bits[cell] = -log2_prob(projected, from, target.logit) as f32;
        for (i, score) in (cell * self.watched..).zip(watched) {
            columns.watch_logit[i] = score.logit;
            columns.watch_prob[i] = prob(score.logit);
            columns.watch_rank[i] = Rank::from_count_above(score.count_above);
        }
    }

    /// Takes the bounds of the kernel's row `from` into those of the reading.
    fn bound(&mut self, from: usize, projected: &Projected, bounds: &Bounds) {
        let logits =
            projected.top(from).1.iter().chain(projected.ranked(from).iter().map(|score| &score.logit));
        let likeliest = logits.map(|&logit| projected.prob(from, logit)).fold(0.0, f64::max);
        let lse = bounds.lse[from];
        let cell = Screening {
            cells: 1,
            prob: likeliest * lse.exp_m1(),
            surprisal_bits: lse * std::f64::consts::LOG2_E,
            entropy_bits: bounds.entropy_bits[from],
            kl_bits: bounds.kl_bits[from],
            kl_reverse_bits: bounds.kl_reverse_bits[from],
        };
        self.screening = Some(self.screening.map_or(cell, |before| before.with(cell)));
    }

    /// The columns, filled, and how far they can be off where they were screened.
    pub(crate) fn finish(self) -> (Columns, Option<Screening>) {
        debug_assert_eq!(self.done, self.plan.positions.len());
        (self.columns, self.screening)
    }
}

/// `log2 p` of a token with this logit: from logit and log-sum-exp in f64, as `ln(prob)` would lose the small ones.
pub(crate) fn log2_prob(projected: &Projected, row: usize, logit: f32) -> f64 {
    (f64::from(logit) - projected.lse[row]) * std::f64::consts::LOG2_E
}

/// Whether every number of a row can stand in a reading: logits of -inf leave the sums finite but not these.
pub(crate) fn is_finite(projected: &Projected, row: usize) -> bool {
    let sums = [projected.lse[row], projected.kl_bits[row], projected.kl_reverse_bits[row]];
    let mut logits =
        projected.top(row).1.iter().chain(projected.ranked(row).iter().map(|score| &score.logit));
    sums.iter().all(|sum| sum.is_finite()) && logits.all(|logit| logit.is_finite())
}
