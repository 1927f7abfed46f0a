//! The kernel's results, which come position by position, become columns, which go row by row.

use crate::plan::Plan;
use fathom_kernel::{Bounds, Projected};
use fathom_reading::known::*;
use fathom_reading::{Columns, NotFinite, NotFiniteWhat, Rank, Screening, Target, TokenId};

/// Columns on the way to being filled.
pub(crate) struct Folder<'a> {
    plan: &'a Plan,
    targets: &'a [Target],
    columns: Columns,
    watched: usize,
    /// Positions folded already.
    done: usize,
    /// Of the screened cells so far.
    screening: Option<Screening>,
    /// The first row without a distribution so far, be it of the reading or only measured against.
    not_finite: Option<NotFinite>,
}

/// What [`Folder::finish`] hands back.
pub(crate) struct Folded {
    pub(crate) columns: Columns,
    /// How far they can be off where they were screened.
    pub(crate) screening: Option<Screening>,
    /// The first row of logits without a distribution.
    pub(crate) not_finite: Option<NotFinite>,
}

impl<'a> Folder<'a> {
    /// `top_k` candidates and `watched` watched tokens a cell. No cell has a number yet.
    pub(crate) fn new(plan: &'a Plan, targets: &'a [Target], top_k: usize, watched: usize) -> Folder<'a> {
        let cells = plan.cells();
        let columns = Columns::none_of(of_every_reading(), top_k, cells, watched);
        Folder { plan, targets, columns, watched, done: 0, screening: None, not_finite: None }
    }

    /// Takes the results of the plan's next `count` positions.
    pub(crate) fn fold(&mut self, count: usize, projected: &Projected) {
        let (plan, first) = (self.plan, self.done);
        let group = plan.sites.len();
        for column in 0..count {
            // The last layer is looked at even where it is no row: the others' KL is measured against it.
            for (row, &site) in plan.sites.iter().enumerate() {
                let from = column * group + row;
                if !projected.lse[from].is_finite() {
                    let position = plan.positions[first + column];
                    let found = NotFinite { what: NotFiniteWhat::Logits, site, position };
                    self.not_finite = Some(self.not_finite.map_or(found, |before| before.first(found)));
                    continue;
                }
                if row < plan.rows {
                    self.cell(row, first + column, from, projected);
                    if let Some(bounds) = projected.bounds.as_ref().filter(|bounds| bounds.lse[from] > 0.0) {
                        self.bound(from, projected, bounds);
                    }
                }
            }
        }
        self.done += count;
    }

    /// Writes the kernel's row `from`, which has a distribution, into the cell of a row and a column.
    fn cell(&mut self, row: usize, column: usize, from: usize, projected: &Projected) {
        let cell = row * self.plan.positions.len() + column;
        let columns = &mut self.columns;
        let prob = |logit: f32| projected.prob(from, logit) as f32;
        columns[ENTROPY_BITS][cell] = number(projected.entropy_bits[from]);
        columns[KL_BITS][cell] = number(projected.kl_bits[from]);
        columns[KL_REVERSE_BITS][cell] = number(projected.kl_reverse_bits[from]);
        let (ids, logits) = projected.top(from);
        let k = columns.top_k;
        let top = cell * k..cell * k + ids.len();
        write(&mut columns[TOP_ID][top.clone()], ids.iter().map(|&id| TokenId(id)));
        write(&mut columns[TOP_LOGIT][top.clone()], logits.iter().map(|&logit| number(logit.into())));
        write(&mut columns[TOP_PROB][top], logits.iter().map(|&logit| prob(logit)));
        let [target, watched @ ..] = projected.ranked(from) else { return };
        // Without a target some other token was ranked in its place.
        if self.targets[column].id != TokenId::NONE {
            columns[TARGET_LOGIT][cell] = number(target.logit.into());
            columns[TARGET_PROB][cell] = prob(target.logit);
            columns[TARGET_RANK][cell] = Rank::from_count_above(target.count_above);
            columns[SURPRISAL_BITS][cell] = number(-log2_prob(projected, from, target.logit));
        }
        let watch = cell * self.watched..cell * self.watched + watched.len();
        write(
            &mut columns[WATCH_LOGIT][watch.clone()],
            watched.iter().map(|score| number(score.logit.into())),
        );
        write(&mut columns[WATCH_PROB][watch.clone()], watched.iter().map(|score| prob(score.logit)));
        let ranks = watched.iter().map(|score| Rank::from_count_above(score.count_above));
        write(&mut columns[WATCH_RANK][watch], ranks);
    }

    /// Takes the bounds of the kernel's row `from` into those of the reading.
    fn bound(&mut self, from: usize, projected: &Projected, bounds: &Bounds) {
        let logits =
            projected.top(from).1.iter().chain(projected.ranked(from).iter().map(|score| &score.logit));
        let likeliest = logits.map(|&logit| projected.prob(from, logit)).fold(0.0, f64::max);
        let lse = bounds.lse[from];
        let cell = Screening {
            cells: 1,
            // No probability can be off by more than 1, however loose the bound.
            prob: (likeliest * lse.exp_m1()).min(1.0),
            surprisal_bits: lse * std::f64::consts::LOG2_E,
            entropy_bits: bounds.entropy_bits[from],
            kl_bits: bounds.kl_bits[from],
            kl_reverse_bits: bounds.kl_reverse_bits[from],
        };
        self.screening = Some(self.screening.map_or(cell, |before| before.with(cell)));
    }

    /// The columns, filled.
    pub(crate) fn finish(self) -> Folded {
        debug_assert_eq!(self.done, self.plan.positions.len());
        let Folder { columns, screening, not_finite, .. } = self;
        Folded { columns, screening, not_finite }
    }
}

/// Puts `values` in their places.
fn write<T>(places: &mut [T], values: impl Iterator<Item = T>) {
    places.iter_mut().zip(values).for_each(|(place, value)| *place = value);
}

/// `log2 p` of a token with this logit: from logit and log-sum-exp in f64, as `ln(prob)` would lose the small ones.
pub(crate) fn log2_prob(projected: &Projected, row: usize, logit: f32) -> f64 {
    (f64::from(logit) - projected.lse[row]) * std::f64::consts::LOG2_E
}

/// A number as a reading holds it: NaN where it is not finite. (A logit of -inf leaves a row's distribution as it is.)
pub(crate) fn number(x: f64) -> f32 {
    let number = x as f32;
    if number.is_finite() { number } else { f32::NAN }
}
