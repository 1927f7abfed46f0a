//! A reading against what transformers' states give under the same lens.

use crate::reference::{LensReference, site};
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
    let kl = near("KL(last‖cell)", reference.kl_bits[i], cell.kl_bits(), bits)?;
    let reverse = near("KL(cell‖last)", reference.kl_reverse_bits[i], cell.kl_reverse_bits(), bits)?;
    near("surprisal", reference.surprisal_bits[i], cell.surprisal_bits(), bits)?;
    report.worst_entropy_bits = report.worst_entropy_bits.max(entropy);
    report.worst_kl_bits = report.worst_kl_bits.max(kl).max(reverse);
    Ok(())
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
