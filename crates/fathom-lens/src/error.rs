//! What can be wrong with a request for a reading.

use fathom_kernel::KernelError;
use fathom_model::ModelError;
use fathom_reading::{NotFinite, Position, Site};
use fathom_tokenizer::TokenizerError;

/// Why a reading can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LensError {
    /// A position outside the run.
    #[error("position {asked} is out of range: this run has {tokens} tokens, so positions are 0 to {}", tokens.saturating_sub(1))]
    Position {
        /// What was asked for.
        asked: Position,
        /// Tokens of the run, T.
        tokens: usize,
    },
    /// A site that was not recorded, or that the model does not have.
    #[error("the run has no recorded state at {site}: record it when running")]
    NotRecorded {
        /// The site.
        site: Site,
    },
    /// A site that is not in the space of the residual stream, so that no head can be held to it.
    #[error(
        "{site} is no part of the residual stream: a lens reads embed, resid_pre, attn_out, resid_mid, mlp_out and resid_post"
    )]
    NotInTheStream {
        /// The site.
        site: Site,
    },
    /// States of another shape than this model's: the run was made by another one.
    #[error(
        "the state at {site} has {found} numbers, expected {tokens} tokens of {width}: did another model make this run?"
    )]
    OtherModel {
        /// The site.
        site: Site,
        /// Tokens of the run.
        tokens: usize,
        /// Width of the model.
        width: usize,
        /// Numbers found.
        found: usize,
    },
    /// A watched string that is empty.
    #[error("a watched word is empty: give the text of a token, such as \" is\" (with its space)")]
    EmptyWatch,
    /// Nothing to read.
    #[error("no {what} to read")]
    Nothing {
        /// Tokens, rows or positions.
        what: &'static str,
    },
    /// No cell that was asked for has a number, since all rest on this.
    #[error("no layer that was asked for can be read: {0}")]
    NotFinite(NotFinite),
    /// Two sides that are not the same model's: nothing could be said of where they part.
    #[error("the two sides are no two forms of one model: {what} of B is {found}, expected A's {expected}")]
    Sides {
        /// What differs.
        what: &'static str,
        /// A's.
        expected: String,
        /// B's.
        found: String,
    },
    /// The model failed (watched strings of several tokens need it again).
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A watched string can't become tokens.
    #[error(transparent)]
    Tokenizer(#[from] Box<TokenizerError>),
    /// The projection failed, or was cancelled.
    #[error(transparent)]
    Kernel(#[from] KernelError),
}
