//! The numbers of a reading, one column each.

use crate::{Rank, TokenId};

/// The numbers of a reading as columns over its cells.
///
/// With `R` rows (sites) and `P` positions, cell `(row, column)` has index `row * P + column`. A column with `k`
/// (or `w`) values a cell holds cell `i`'s values at `i * k .. (i + 1) * k`. `z` is the cell's logits over the whole
/// vocabulary, `p = softmax(z)`; nothing of length `V` is kept.
///
/// # Where there is no number
/// A number that is not finite is NaN here and null (empty in CSV) wherever a reading is written; so are these:
/// - A cell without a distribution (a NaN or an infinite logit among its `z`: its state is not finite, or the head
///   overflows) has no number at all: its ranks are [`Rank::NONE`], its candidates [`TokenId::NONE`] (no candidates,
///   where they are listed).
/// - Both KL are missing wherever the last layer has no distribution at that position.
/// - The last position's target is the last layer's best: where that has no distribution, the target is
///   [`TokenId::NONE`], and no row has numbers for it.
/// - A logit of -inf (a head that forbids a token) is a probability of 0 with a rank; the logit, the surprisal and a KL
///   that is infinite are missing.
///
/// [`Info::not_finite`](crate::Info::not_finite) says where in the run that began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Logit of the position's target.
    pub target_logit: Vec<f32>,
    /// Probability of the target, 0..1, over the whole vocabulary.
    pub target_prob: Vec<f32>,
    /// Rank of the target, 1 is best; [`Rank::NONE`] without one.
    pub target_rank: Vec<Rank>,
    /// `-sum p log2 p`.
    pub entropy_bits: Vec<f32>,
    /// `KL(p_last ‖ p)`: zero at the last layer.
    pub kl_bits: Vec<f32>,
    /// `KL(p ‖ p_last)`.
    pub kl_reverse_bits: Vec<f32>,
    /// `-log2 p[target]`, from logit and log-sum-exp.
    pub surprisal_bits: Vec<f32>,
    /// Candidates kept a cell, `k <= V`.
    pub top_k: usize,
    /// The k largest logits' tokens, best first; equal logits by smaller id; [`TokenId::NONE`] without
    /// any. `[cells * k]`
    pub top_id: Vec<TokenId>,
    /// Their logits. `[cells * k]`
    pub top_logit: Vec<f32>,
    /// Their probabilities. `[cells * k]`
    pub top_prob: Vec<f32>,
    /// Logits of the watched tokens (first tokens of watched strings). `[cells * w]`
    pub watch_logit: Vec<f32>,
    /// Their probabilities. `[cells * w]`
    pub watch_prob: Vec<f32>,
    /// Their ranks; [`Rank::NONE`] without one. `[cells * w]`
    pub watch_rank: Vec<Rank>,
}
