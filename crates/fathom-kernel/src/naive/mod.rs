//! The reference projection: every logit of a row side by side, every sum in f64, every order by sorting.

use crate::control::{Control, Step};
use crate::error::KernelError;
use crate::project::sums::not_negative;
use crate::projection::{
    Pair, PairSide, Projected, ProjectionRequest, Projector, Ranked, RowStatistics, Shape,
};
use crate::simd::Isa;
use crate::unembedding::Unembedding;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Plain and slow: what the other projectors are tested against, and what they turn to for logits that are not finite.
///
/// Groups run in parallel; each thread holds the logits of two rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct NaiveProjector;

impl Projector for NaiveProjector {
    fn project(
        &self,
        head: &Unembedding,
        request: &ProjectionRequest<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        let shape = Shape::of(head, request)?;
        let mut out = Projected::for_shape(&shape, request.ranked);
        project_groups(head, request, &shape, (0..shape.groups).collect(), &mut out, pool, control)?;
        Ok(out)
    }
}

/// Projects some groups and writes their rows of `out`.
pub(crate) fn project_groups(
    head: &Unembedding,
    request: &ProjectionRequest<'_>,
    shape: &Shape,
    groups: Vec<usize>,
    out: &mut Projected,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> Result<(), KernelError> {
    let (done, total) = (AtomicU64::new(0), groups.len() as u64);
    let one = |&group: &usize| {
        control.check()?;
        let rows = project_group(head, request, shape, group);
        control.report(Step::Project, done.fetch_add(1, Relaxed) + 1, total);
        Ok((group, rows))
    };
    // A few groups at a time, so that what waits to be written stays small.
    for batch in groups.chunks(4 * pool.current_num_threads()) {
        let results: Result<Vec<_>, KernelError> = pool.install(|| batch.par_iter().map(one).collect());
        for (group, rows) in results? {
            for (i, row) in rows.into_iter().enumerate() {
                row.write(out, group * shape.rows_per_group + i);
            }
        }
    }
    Ok(())
}

/// The numbers of one row.
struct ProjectedRow {
    statistics: RowStatistics,
    top: Vec<(u32, f32)>,
    ranked: Vec<Ranked>,
}

impl ProjectedRow {
    fn write(self, out: &mut Projected, row: usize) {
        out.set_statistics(row, &self.statistics);
        out.set_top(row, self.top.into_iter());
        out.ranked_mut(row).copy_from_slice(&self.ranked);
    }
}

fn project_group(
    head: &Unembedding,
    request: &ProjectionRequest<'_>,
    shape: &Shape,
    group: usize,
) -> Vec<ProjectedRow> {
    let states = request.states.chunks_exact(shape.width).skip(group * shape.rows_per_group);
    let states: Vec<&[f32]> = states.take(shape.rows_per_group).collect();
    let ranked = request.ranked.get(group).map_or(&[][..], Vec::as_slice);
    let last = states.len() - 1;

    let mut reference = vec![0.0; shape.vocab];
    head.logits_from(Isa::detect(), states[last], 0, &mut reference);
    let reference_lse = log_sum_exp(&reference);

    let mut z = vec![0.0; shape.vocab];
    let mut rows = Vec::with_capacity(states.len());
    for (i, state) in states.into_iter().enumerate() {
        head.logits_from(Isa::detect(), state, 0, &mut z);
        let lse = log_sum_exp(&z);
        let kl = |p: &[f32], p_lse, q: &[f32], q_lse| {
            if i == last { lse * 0.0 } else { kl_bits(p, p_lse, q, q_lse) }
        };
        rows.push(ProjectedRow {
            statistics: RowStatistics {
                lse,
                entropy_bits: entropy_bits(&z, lse),
                kl_bits: kl(&reference, reference_lse, &z, lse),
                kl_reverse_bits: kl(&z, lse, &reference, reference_lse),
            },
            top: top(&z, shape.top_k),
            ranked: ranked.iter().map(|&id| rank(&z, id)).collect(),
        });
    }
    rows
}

/// Two states through two heads, as [`compare_pairs`](crate::compare_pairs) does.
pub(crate) fn compare_pair(heads: [&Unembedding; 2], states: [&[f32]; 2], target: u32) -> Pair {
    let logits = [0, 1].map(|side| {
        let mut z = vec![0.0; heads[side].vocab()];
        heads[side].logits_from(Isa::detect(), states[side], 0, &mut z);
        z
    });
    let lse = [0, 1].map(|side| log_sum_exp(&logits[side]));
    let side = |i: usize| {
        let (z, lse) = (&logits[i], lse[i]);
        let (top, top_logit) = top(z, 1)[0];
        let Ranked { logit: target_logit, count_above } = rank(z, target);
        PairSide { top, top_logit, target_logit, count_above, lse }
    };
    let [a, b] = &logits;
    Pair {
        kl_bits: kl_bits(a, lse[0], b, lse[1]),
        kl_reverse_bits: kl_bits(b, lse[1], a, lse[0]),
        sides: [side(0), side(1)],
    }
}

/// `ln sum exp(z)`, or NaN where there is no distribution (see [`Projected`]).
fn log_sum_exp(z: &[f32]) -> f64 {
    if z.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let largest = f64::from(z.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    if largest.is_infinite() {
        return f64::NAN;
    }
    largest + z.iter().map(|&x| (f64::from(x) - largest).exp()).sum::<f64>().ln()
}

fn entropy_bits(z: &[f32], lse: f64) -> f64 {
    let minus = |log_p: f64| if log_p == f64::NEG_INFINITY { 0.0 } else { log_p.exp() * log_p };
    not_negative(-z.iter().map(|&x| minus(f64::from(x) - lse)).sum::<f64>() / std::f64::consts::LN_2)
}

/// `sum p (ln p - ln q)` in bits.
fn kl_bits(p: &[f32], p_lse: f64, q: &[f32], q_lse: f64) -> f64 {
    if p_lse.is_nan() || q_lse.is_nan() {
        return f64::NAN;
    }
    let term = |(&p, &q): (&f32, &f32)| {
        let (log_p, log_q) = (f64::from(p) - p_lse, f64::from(q) - q_lse);
        match (p == f32::NEG_INFINITY, q == f32::NEG_INFINITY) {
            (true, _) => 0.0,
            (false, true) => f64::INFINITY,
            (false, false) => log_p.exp() * (log_p - log_q),
        }
    };
    not_negative(p.iter().zip(q).map(term).sum::<f64>() / std::f64::consts::LN_2)
}

/// Best first: larger logits, then smaller ids; NaN after everything.
fn top(z: &[f32], k: usize) -> Vec<(u32, f32)> {
    let mut all: Vec<(u32, f32)> = z.iter().enumerate().map(|(id, &logit)| (id as u32, logit)).collect();
    let better = |a: &(u32, f32), b: &(u32, f32)| {
        let by_logit = match (a.1.is_nan(), b.1.is_nan()) {
            (false, false) => b.1.partial_cmp(&a.1).unwrap_or(Ordering::Equal),
            (a, b) => a.cmp(&b),
        };
        by_logit.then(a.0.cmp(&b.0))
    };
    all.sort_unstable_by(better);
    all.truncate(k);
    all
}

fn rank(z: &[f32], id: u32) -> Ranked {
    let logit = z[id as usize];
    Ranked { logit, count_above: z.iter().filter(|&&x| x > logit).count() as u32 }
}

#[cfg(test)]
mod tests;
