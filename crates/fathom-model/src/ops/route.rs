//! Which experts a token uses, and how much of each.

use super::vector;

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
