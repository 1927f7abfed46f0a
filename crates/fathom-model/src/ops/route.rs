//! Sparse experts: which a token uses, how much of each, and their sum on the CPU.

use super::{Array, Kernels, linear, vector};
use crate::ModelError;
use crate::mlp::Experts;

/// `logits [n, experts]` become weights `[n, experts]`: the softmax over all experts, zero but for each row's `used`
/// largest, which are made to sum to 1 if `normalise`. Of equal logits the first experts count.
pub(crate) fn route(mut logits: Vec<f32>, experts: usize, used: usize, normalise: bool) -> Vec<f32> {
    let mut order: Vec<usize> = Vec::with_capacity(experts);
    for row in logits.chunks_exact_mut(experts) {
        vector::softmax(row);
        order.clear();
        order.extend(0..experts);
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        let (chosen, rest) = order.split_at(used.min(experts));
        rest.iter().for_each(|expert| row[*expert] = 0.0);
        if normalise {
            let sum: f32 = chosen.iter().map(|expert| row[*expert]).sum();
            chosen.iter().for_each(|expert| row[*expert] /= sum);
        }
    }
    logits
}

/// `x [.., d]` becomes `[.., d]`. Each expert runs once, over the tokens that chose it; in ascending order, so that sums
/// are the same every time.
pub(super) fn experts(of: &Experts<Kernels>, x: &Array) -> Result<Array, ModelError> {
    let d = x.width();
    let values = x.values();
    let rows = values.len() / d.max(1);
    let all = x.clone().reshaped(&[rows, d])?;
    let logits = linear(&Kernels, &of.router, &all)?.into_values();
    // [n, experts]
    let weights = route(logits, of.experts.len(), of.spec.used, of.spec.normalise);
    let mut out = vec![0f32; values.len()];
    for (i, expert) in of.experts.iter().enumerate() {
        let weight = |row: usize| weights[row * of.experts.len() + i];
        let chosen: Vec<usize> = (0..rows).filter(|row| weight(*row) != 0.0).collect();
        if chosen.is_empty() {
            continue;
        }
        let gathered: Vec<f32> = chosen.iter().flat_map(|row| &values[row * d..][..d]).copied().collect();
        let y = expert.forward(&Kernels, &Array::new(gathered, &[chosen.len(), d])?)?;
        for (row, y) in chosen.iter().zip(y.values().chunks_exact(d)) {
            add_weighted(&mut out[row * d..][..d], y, weight(*row));
        }
    }
    if let Some((router, expert)) = &of.shared {
        let logits = linear(&Kernels, router, &all)?;
        let y = expert.forward(&Kernels, &all)?;
        let rows = out.chunks_exact_mut(d).zip(y.values().chunks_exact(d)).zip(logits.values());
        rows.for_each(|((out, y), logit)| add_weighted(out, y, 1.0 / (1.0 + (-logit).exp())));
    }
    Array::new(out, x.shape())
}

fn add_weighted(out: &mut [f32], y: &[f32], weight: f32) {
    out.iter_mut().zip(y).for_each(|(out, y)| *out += weight * y);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 8] = [0.0, 1.0, 2.0, 1.0, 5.0, 5.0, 5.0, -9.0];

    #[test]
    fn the_largest_are_kept_and_of_equals_the_first() {
        let weights = route(LOGITS.to_vec(), 4, 2, false);
        let sum: f32 = LOGITS[..4].iter().map(|x| x.exp()).sum();
        for (found, expected) in weights.iter().zip([0.0, 1f32.exp() / sum, 2f32.exp() / sum, 0.0]) {
            assert!((found - expected).abs() < 1e-6, "{weights:?}");
        }
        assert!(weights[4] > 0.3 && weights[5] > 0.3 && weights[6..] == [0.0, 0.0], "{weights:?}");
    }

    #[test]
    fn normalised_weights_sum_to_one() {
        for row in route(LOGITS.to_vec(), 4, 2, true).chunks_exact(4) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{row:?}");
        }
    }
}
