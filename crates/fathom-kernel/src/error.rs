//! What can be wrong with a request to the kernel.

use crate::control::Cancelled;

/// Why the kernel refused, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// A slice has the wrong length.
    #[error("{what} has {found} values, expected {expected} ({shape})")]
    Length {
        /// Which slice.
        what: &'static str,
        /// Its shape, in words.
        shape: &'static str,
        /// The length that was expected.
        expected: usize,
        /// The length that was found.
        found: usize,
    },
    /// The states are no whole number of groups.
    #[error(
        "the states have {found} values, which is no whole number of groups of {rows_per_group} rows of width {width}"
    )]
    Groups {
        /// Values found.
        found: usize,
        /// Rows in a group.
        rows_per_group: usize,
        /// Width of a row.
        width: usize,
    },
    /// A token to score is outside the vocabulary.
    #[error("token id {id} is outside the vocabulary (0 to {})", vocab.saturating_sub(1))]
    Token {
        /// The token.
        id: u32,
        /// The group that asked for it.
        group: usize,
        /// The vocabulary's size.
        vocab: usize,
    },
    /// Width or vocabulary is zero or too large, or a scale or soft-cap is not usable.
    #[error("{what} is {found}, expected {expected}")]
    Value {
        /// Which value.
        what: &'static str,
        /// The value.
        found: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A projector that computes on a device: the device failed, or has no memory left.
    #[error("the device failed: {0}")]
    Device(String),
    /// The caller cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
