//! What is asked of a projection, and what comes back.

use crate::control::Control;
use crate::error::KernelError;
use crate::unembedding::Unembedding;
use std::ops::Range;

/// States to project: groups of rows. A group is one position, its rows are the sites read there, and its **last row is
/// the reference** (the last layer) that the others' KL is taken against. Groups know nothing of one another.
#[derive(Clone, Copy, Debug)]
pub struct ProjectionRequest<'a> {
    /// `[groups * rows_per_group, d]`, already normed.
    pub states: &'a [f32],
    /// Rows in a group, at least 1.
    pub rows_per_group: usize,
    /// Candidates to keep for each row; the vocabulary's size where it is larger.
    pub top_k: usize,
    /// For each group the tokens to score in each of its rows: targets and watched tokens. Empty: none anywhere.
    pub ranked: &'a [Vec<u32>],
}

/// How one token did in one row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ranked {
    /// Its logit.
    pub logit: f32,
    /// How many tokens have a larger logit: the rank less one.
    pub count_above: u32,
}

/// The result, as columns over rows, in the order of [`ProjectionRequest::states`].
///
/// # Logits that are no finite numbers
/// Everything is defined, whatever the weights and states hold:
/// - A row with a NaN or +inf among its logits, or with nothing but -inf, has no distribution: its `lse`,
///   entropy and both KL are NaN, and so are the KL of a group whose reference row is such a row.
/// - A logit of -inf is a probability of 0. It adds nothing to sums; where it stands against a finite logit of the
///   reference, `kl_bits` is +inf, and where the reference has it alone, `kl_reverse_bits` is.
/// - NaN never outranks anything and nothing outranks NaN: `count_above` of a NaN is 0. Candidates are in order
///   of logit, NaN last (after -inf), equal ones (NaN among themselves) by smaller id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projected {
    /// `ln sum exp(z)`. `[rows]`
    pub lse: Vec<f64>,
    /// Entropy of the row's distribution, in bits. `[rows]`
    pub entropy_bits: Vec<f64>,
    /// `KL(reference ‖ row)` in bits; exactly 0 for the reference itself. `[rows]`
    pub kl_bits: Vec<f64>,
    /// `KL(row ‖ reference)` in bits; exactly 0 for the reference itself. `[rows]`
    pub kl_reverse_bits: Vec<f64>,
    /// Candidates kept for each row: `min(asked, V)`.
    pub top_k: usize,
    /// The candidates' tokens, best first, equal logits by smaller id. `[rows * top_k]`
    pub top_ids: Vec<u32>,
    /// Their logits. `[rows * top_k]`
    pub top_logits: Vec<f32>,
    /// How far the columns of sums can be off; `None`: by rounding alone.
    pub bounds: Option<Bounds>,
    /// What screening did; `None` where nothing was screened.
    pub screening: Option<ScreeningStats>,
    /// Scores of the ranked tokens of every row, row after row; see [`Projected::ranked`].
    ranked: Vec<Ranked>,
    /// Where each row's scores start, and the end. `[rows + 1]`
    ranked_starts: Vec<usize>,
}

impl Projected {
    /// A result of the right size, filled with zeros: where a projector begins.
    pub fn for_shape(shape: &Shape, ranked: &[Vec<u32>]) -> Projected {
        let (rows, top) = (shape.rows(), shape.rows() * shape.top_k);
        let mut ranked_starts = Vec::with_capacity(rows + 1);
        let mut total = 0;
        for group in 0..shape.groups {
            let each = ranked.get(group).map_or(0, Vec::len);
            for _ in 0..shape.rows_per_group {
                ranked_starts.push(total);
                total += each;
            }
        }
        ranked_starts.push(total);
        Projected {
            lse: vec![0.0; rows],
            entropy_bits: vec![0.0; rows],
            kl_bits: vec![0.0; rows],
            kl_reverse_bits: vec![0.0; rows],
            top_k: shape.top_k,
            top_ids: vec![0; top],
            top_logits: vec![0.0; top],
            bounds: None,
            screening: None,
            ranked: vec![Ranked::default(); total],
            ranked_starts,
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lse.len()
    }

    /// Writes a row's statistics.
    pub(crate) fn set_statistics(&mut self, row: usize, of: &RowStatistics) {
        self.lse[row] = of.lse;
        self.entropy_bits[row] = of.entropy_bits;
        self.kl_bits[row] = of.kl_bits;
        self.kl_reverse_bits[row] = of.kl_reverse_bits;
    }

    /// Writes a row's candidates, best first.
    pub(crate) fn set_top(&mut self, row: usize, best: impl Iterator<Item = (u32, f32)>) {
        for (at, (id, logit)) in (row * self.top_k..(row + 1) * self.top_k).zip(best) {
            self.top_ids[at] = id;
            self.top_logits[at] = logit;
        }
    }

    /// Scores of the row's ranked tokens, in the order in which its group asked.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn ranked(&self, row: usize) -> &[Ranked] {
        &self.ranked[self.ranked_starts[row]..self.ranked_starts[row + 1]]
    }

    /// The same, to be written by a projector.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn ranked_mut(&mut self, row: usize) -> &mut [Ranked] {
        &mut self.ranked[self.ranked_starts[row]..self.ranked_starts[row + 1]]
    }

    /// The row's candidates: tokens and logits, best first.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn top(&self, row: usize) -> (&[u32], &[f32]) {
        let range = row * self.top_k..(row + 1) * self.top_k;
        (&self.top_ids[range.clone()], &self.top_logits[range])
    }

    /// The probability of a token with this logit in this row: `exp(logit - lse)`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn prob(&self, row: usize, logit: f32) -> f64 {
        (f64::from(logit) - self.lse[row]).exp()
    }
}

/// How far a screened projection's sums can be from exact ones: proved bounds, usually far above the real error. `[rows]` each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Of [`Projected::lse`], in nats; so of the logarithm of every probability too.
    pub lse: Vec<f64>,
    /// Of the entropy, in bits.
    pub entropy_bits: Vec<f64>,
    /// Of `KL(reference ‖ row)`, in bits; exactly 0 for the reference itself.
    pub kl_bits: Vec<f64>,
    /// Of `KL(row ‖ reference)`, in bits; exactly 0 for the reference itself.
    pub kl_reverse_bits: Vec<f64>,
}

impl Bounds {
    pub(crate) fn zeros(rows: usize) -> Bounds {
        let zeros = || vec![0.0; rows];
        Bounds { lse: zeros(), entropy_bits: zeros(), kl_bits: zeros(), kl_reverse_bits: zeros() }
    }

    /// Writes how far off a row's statistics can be.
    pub(crate) fn set(&mut self, row: usize, errors: &RowStatistics) {
        self.lse[row] = errors.lse;
        self.entropy_bits[row] = errors.entropy_bits;
        self.kl_bits[row] = errors.kl_bits;
        self.kl_reverse_bits[row] = errors.kl_reverse_bits;
    }

    /// These rows are exact after all.
    pub(crate) fn clear(&mut self, rows: Range<usize>) {
        for column in [&mut self.lse, &mut self.entropy_bits, &mut self.kl_bits, &mut self.kl_reverse_bits] {
            column[rows.clone()].fill(0.0);
        }
    }
}

/// What screening did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScreeningStats {
    /// Rows of the request.
    pub rows: u64,
    /// Rows that were screened; the others were computed exactly.
    pub screened: u64,
    /// Panels of 16 tokens times screened rows.
    pub panels: u64,
    /// How many of them were computed exactly besides.
    pub undecided: u64,
}

/// The columns of [`Projected`] that are sums over the vocabulary, of one row; or how far off each of them can be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RowStatistics {
    pub(crate) lse: f64,
    pub(crate) entropy_bits: f64,
    pub(crate) kl_bits: f64,
    pub(crate) kl_reverse_bits: f64,
}

/// What to compare: normed states of two models, and what each is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Pairs<'a> {
    /// The two heads, of one vocabulary.
    pub heads: [&'a Unembedding; 2],
    /// The states through the first head and the second, `[pairs, d]` each.
    pub states: [&'a [f32]; 2],
    /// For each pair a token to rank.
    pub targets: &'a [u32],
}

/// One side of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairSide {
    /// The best token: the largest logit, of several the smallest id.
    pub top: u32,
    /// Its logit.
    pub top_logit: f32,
    /// The target's logit.
    pub target_logit: f32,
    /// Tokens with a larger logit than the target's.
    pub count_above: u32,
    /// `ln sum exp z`.
    pub lse: f64,
}

/// A pair's numbers; NaN where logits are not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// `KL(first ‖ second)` over the whole vocabulary, in bits.
    pub kl_bits: f64,
    /// `KL(second ‖ first)`, in bits.
    pub kl_reverse_bits: f64,
    /// The first side, and the second.
    pub sides: [PairSide; 2],
}

/// Projects states onto the vocabulary and reduces the logits on the way: none are kept.
pub trait Projector: Send + Sync {
    /// Projects `request` through `head` on the threads of `pool`.
    ///
    /// # Errors
    /// If the request's shapes do not fit together, a ranked token is outside the vocabulary, or `control` was
    /// cancelled.
    fn project(
        &self,
        head: &Unembedding,
        request: &ProjectionRequest<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError>;
}

/// The checked sizes of a request: a projector asks for them first, so that all refuse the same requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Groups (positions).
    pub groups: usize,
    /// Rows in a group, the reference last.
    pub rows_per_group: usize,
    /// Width of a state, d.
    pub width: usize,
    /// Tokens, V.
    pub vocab: usize,
    /// Candidates kept for each row, at most V.
    pub top_k: usize,
}

impl Shape {
    /// The sizes of `request` at `head`.
    ///
    /// # Errors
    /// If they do not fit together, or a ranked token is outside the vocabulary.
    pub fn of(head: &Unembedding, request: &ProjectionRequest<'_>) -> Result<Shape, KernelError> {
        let (width, vocab) = (head.width(), head.vocab());
        let (found, rows_per_group) = (request.states.len(), request.rows_per_group);
        let group = rows_per_group.checked_mul(width).filter(|&group| group > 0);
        let Some(group) = group.filter(|&group| found.is_multiple_of(group)) else {
            return Err(KernelError::Groups { found, rows_per_group, width });
        };
        let groups = found / group;
        if !request.ranked.is_empty() && request.ranked.len() != groups {
            return Err(KernelError::Length {
                what: "the list of ranked tokens",
                shape: "one list for each group, or none at all",
                expected: groups,
                found: request.ranked.len(),
            });
        }
        for (group, ids) in request.ranked.iter().enumerate() {
            if let Some(&id) = ids.iter().find(|&&id| id as usize >= vocab) {
                return Err(KernelError::Token { id, group, vocab });
            }
        }
        Ok(Shape { groups, rows_per_group, width, vocab, top_k: request.top_k.min(vocab) })
    }

    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.groups * self.rows_per_group
    }
}
