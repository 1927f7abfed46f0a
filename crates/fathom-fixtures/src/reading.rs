//! A reading against what transformers' states give under the same lens.

use crate::reference::{LensReference, site};
use fathom_reading::known::KL_REVERSE_BITS;
use fathom_reading::{Cell, Position, Reading};

/// How close a reading came where every cell agrees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LensReport {
    /// Cells compared.
    pub cells: usize,
    /// Cells whose rank differs from the f32 reference's, all within the noise.
    pub ranks_moved: usize,
    /// Largest difference of a candidate's probability.
    pub worst_prob: f64,
    /// Largest difference of an entropy.
    pub worst_entropy_bits: f64,
    /// Largest difference of a KL divergence, either way.
    pub worst_kl_bits: f64,
}

/// The f32 noise rule: whether `rank` is one that logits moved by up to the noise could give this cell's target.
/// Where the neighbours are further away than that, only the exact rank agrees.
pub fn ranks_agree(reference: &LensReference, row: usize, column: usize, rank: u32) -> bool {
    let i = row * reference.positions.len() + column;
    (reference.rank_low[i]..=reference.rank_high[i]).contains(&rank)
}

/// Compares every cell of `reference` with the reading's: target, rank (by [`ranks_agree`]), probabilities (1e-4), top 10
/// (order free only among candidates closer than the noise), entropy, both KL divergences, surprisal.
///
/// # Errors
/// A line for the first cell that differs, and how many more do.
pub fn compare_reading(reference: &LensReference, reading: &Reading) -> Result<LensReport, String> {
    let mut report = LensReport::default();
    let mut wrong: Vec<String> = Vec::new();
    for (row, name) in reference.rows.iter().enumerate() {
        let wanted = site(name).ok_or_else(|| format!("{name} is no site"))?;
        let Some(found_row) = reading.rows.iter().position(|have| *have == wanted) else {
            return Err(format!("the reading has no row {name}; it has {:?}", reading.rows));
        };
        for (column, &position) in reference.positions.iter().enumerate() {
            let Some(found_column) = reading.column_of(Position(position as u32)) else {
                return Err(format!("the reading has no position {position}"));
            };
            let cell = reading.cell(found_row, found_column);
            report.cells += 1;
            if let Err(what) = compare_cell(reference, row, column, cell, &mut report) {
                wrong.push(format!("{} lens, row {name}, position {position}: {what}", reference.lens));
            }
        }
    }
    match wrong.first() {
        None => Ok(report),
        Some(first) => Err(format!("{first} (cells that differ: {} of {})", wrong.len(), report.cells)),
    }
}

fn compare_cell(
    reference: &LensReference,
    row: usize,
    column: usize,
    cell: Cell<'_>,
    report: &mut LensReport,
) -> Result<(), String> {
    let i = row * reference.positions.len() + column;
    let target = cell.target();
    if target.id.0 != reference.targets[column] {
        return Err(format!("expected target {}, found {}", reference.targets[column], target.id));
    }
    let rank = target.rank.get();
    if !ranks_agree(reference, row, column, rank) {
        let (low, high, exact) = (reference.rank_low[i], reference.rank_high[i], reference.target_rank[i]);
        return Err(format!("expected rank {exact} (noise allows {low} to {high}), found {rank}"));
    }
    report.ranks_moved += usize::from(rank != reference.target_rank[i]);
    let noise = reference.logit_noise[row];
    near("target's logit", reference.target_logit[i], target.logit, reference.allowance(row))?;
    compare_top(reference, row, i, cell, report)?;
    // Entropy and divergences are averages of logit differences: they move with the logits, here in bits.
    let bits = f64::max(1e-3, 8.0 * noise / std::f64::consts::LN_2);
    let entropy = near("entropy", reference.entropy_bits[i], cell.entropy_bits(), bits)?;
    let divergence = |kl: f64| bits + moved_by_last(reference, kl);
    let (expected, expected_reverse) = (reference.kl_bits[i], reference.kl_reverse_bits[i]);
    let kl = near("KL(last‖cell)", expected, cell.kl_bits(), divergence(expected))?;
    let reverse =
        near("KL(cell‖last)", expected_reverse, cell.get(KL_REVERSE_BITS), divergence(expected_reverse))?;
    near("surprisal", reference.surprisal_bits[i], cell.surprisal_bits(), bits)?;
    report.worst_entropy_bits = report.worst_entropy_bits.max(entropy);
    report.worst_kl_bits = report.worst_kl_bits.max(kl).max(reverse);
    Ok(())
}

/// How far the noise of the last row's logits may move a divergence from it, in bits.
///
/// `KL = E_p[L]` with `L = log2 p / q`. If logits move by at most `η`, `p` becomes `p (1 + ε)` with `|ε| <= 2 η`, and `KL` moves by
/// `E_p[ε (L - KL)] <= 2 η E_p|L - KL| <= 2 η (2 KL + 2.9)`, since `E_p[max(-L, 0)] <= log2 e`. So where two distributions are
/// ninety bits apart, as an embedding and a prediction can be, a millionth of a logit counts ninetyfold.
fn moved_by_last(reference: &LensReference, kl: f64) -> f64 {
    let noise = reference.logit_noise.last().copied().unwrap_or(0.0);
    4.0 * noise * (kl.abs() + 1.5)
}

fn compare_top(
    reference: &LensReference,
    row: usize,
    i: usize,
    cell: Cell<'_>,
    report: &mut LensReport,
) -> Result<(), String> {
    let ids = &reference.top_id[i * reference.top_k..][..reference.top_k];
    let probs = &reference.top_prob[i * reference.top_k..][..reference.top_k];
    let allowed = reference.allowance(row);
    for (place, found) in cell.top().take(reference.top_k - 1).enumerate() {
        // A candidate below the recorded ones could only come up past the last of them.
        let at = ids.iter().position(|id| *id == found.id.0).unwrap_or(reference.top_k - 1);
        // The difference of two logits is the log of the ratio of their probabilities. Underflown ones are all equal.
        let gap = (probs[place].ln() - probs[at].ln()).abs();
        if at != place && gap > allowed {
            return Err(format!(
                "top {}: expected token {} first, found {} (gap {gap:.1e})",
                place + 1,
                ids[place],
                found.id
            ));
        }
        let slack = f64::max(1e-4, 2.0 * reference.logit_noise[row] * probs[place]);
        let what = format!("probability of top {}", place + 1);
        report.worst_prob = report.worst_prob.max(near(&what, probs[place], found.prob, slack)?);
    }
    Ok(())
}

/// The difference, when it is at most `allowed`.
fn near(what: &str, expected: f64, found: f32, allowed: f64) -> Result<f64, String> {
    let difference = (f64::from(found) - expected).abs();
    // Written so that a NaN fails.
    if difference <= allowed {
        Ok(difference)
    } else {
        Err(format!("{what}: expected {expected}, found {found} (allowed {allowed:.1e})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::known::*;
    use fathom_reading::{Axis, Columns, Rank, Target, TokenId};

    /// The reading that a perfect lens would give: the reference's own numbers.
    fn perfect(reference: &LensReference) -> Reading {
        let narrow = |values: &[f64]| values.iter().map(|x| *x as f32).collect::<Vec<f32>>();
        let mut reading = Reading::example();
        reading.rows = reference.rows.iter().map(|row| site(row).unwrap().into()).collect();
        let positions = reference.positions.iter().map(|p| Position(*p as u32));
        reading.axis = Axis::Positions(positions.collect());
        reading.targets =
            reference.targets.iter().map(|id| Target { id: TokenId(*id), is_argmax: false }).collect();
        reading.watched.clear();
        let probs = reference.surprisal_bits.iter().map(|bits| (-bits).exp2() as f32);
        reading.columns = Columns::of_reading(reference.top_k)
            .with(TARGET_LOGIT, narrow(&reference.target_logit))
            .with(TARGET_PROB, probs.collect())
            .with(TARGET_RANK, reference.target_rank.iter().map(|rank| Rank::new(*rank).unwrap()).collect())
            .with(ENTROPY_BITS, narrow(&reference.entropy_bits))
            .with(KL_BITS, narrow(&reference.kl_bits))
            .with(KL_REVERSE_BITS, narrow(&reference.kl_reverse_bits))
            .with(SURPRISAL_BITS, narrow(&reference.surprisal_bits))
            .with(TOP_ID, reference.top_id.iter().map(|id| TokenId(*id)).collect())
            .with(TOP_LOGIT, vec![0.0; reference.top_id.len()])
            .with(TOP_PROB, narrow(&reference.top_prob));
        reading
    }

    #[test]
    fn the_reference_agrees_with_itself() {
        let reference = crate::default_reference("keys");
        for lens in &reference.lenses {
            let report = compare_reading(lens, &perfect(lens)).unwrap();
            assert_eq!((report.cells, report.ranks_moved), (31 * 5, 0));
        }
    }

    #[test]
    fn every_column_is_compared() {
        let reference = crate::default_reference("keys");
        let lens = reference.lens("logit").unwrap();
        let broken = |change: &dyn Fn(&mut Reading)| {
            let mut reading = perfect(lens);
            change(&mut reading);
            compare_reading(lens, &reading).unwrap_err()
        };
        let at = 30 * 5 + 4; // the last row at the last position: " is" or so, far ahead of the rest
        assert!(broken(&|r| r.columns[TARGET_RANK][at] = Rank::new(2).unwrap()).contains("expected rank 1"));
        assert!(broken(&|r| r.columns[TARGET_LOGIT][at] += 0.01).contains("target's logit"));
        assert!(broken(&|r| r.columns[TOP_PROB][at * 11] += 0.001).contains("probability of top 1"));
        assert!(broken(&|r| r.columns[TOP_ID].swap(at * 11, at * 11 + 1)).contains("top 1: expected token"));
        assert!(broken(&|r| r.columns[ENTROPY_BITS][7] += 0.01).contains("entropy"));
        assert!(broken(&|r| r.columns[KL_BITS][7] = f32::NAN).contains("KL(last‖cell)"));
        assert!(broken(&|r| r.columns[KL_REVERSE_BITS][7] += 0.01).contains("KL(cell‖last)"));
        assert!(broken(&|r| r.columns[SURPRISAL_BITS][7] += 0.01).contains("surprisal"));
        assert!(broken(&|r| r.targets[2].id = TokenId(0)).contains("expected target"));
        assert!(broken(&|r| r.axis = r.select(&[0], &[0, 1, 2, 3]).axis).contains("no position 4"));
        assert!(broken(&|r| r.rows.truncate(30)).contains("no row 29"));
    }

    #[test]
    fn ranks_may_move_only_within_the_noise() {
        let reference = crate::default_reference("keys");
        let lens = reference.lens("logit").unwrap();
        let cells = lens.rows.len() * lens.positions.len();
        let loose = (0..cells).filter(|i| lens.rank_low[*i] < lens.rank_high[*i]).count();
        // Most cells allow one rank alone: the rule is no blanket.
        assert!(loose * 2 < cells, "{loose} of {cells} cells are loose");
        for i in 0..cells {
            let (row, column) = (i / lens.positions.len(), i % lens.positions.len());
            assert!(ranks_agree(lens, row, column, lens.target_rank[i]));
            assert!(ranks_agree(lens, row, column, lens.rank_f64[i]));
            assert!(!ranks_agree(lens, row, column, lens.rank_high[i] + 1));
        }
    }
}
