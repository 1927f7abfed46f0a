//! What the events of a reading hold.

use super::{Row, Summary};
use crate::problem::Problem;
use fathom::reading::{Origin, Token};
use serde::Serialize;
use utoipa::ToSchema;

/// The events of a reading: the data of the event `queued` is what stands here as `queued`, and so on. They come in this
/// order, some of them several times, some never; one of `done`, `failed` and `cancelled` is the last.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it is there for the document")]
pub(crate) struct Events {
    queued: Queued,
    loading: Loading,
    started: Started,
    token: Columns,
    progress: Advanced,
    done: Done,
    failed: Ended,
    cancelled: Ended,
}

/// It waits for its turn.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Queued {
    /// How many readings go before it.
    pub(crate) position: usize,
}

/// Its model is being loaded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Loading {
    /// How much of it is, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub(crate) fraction: f32,
}

/// What is known before the first column.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    /// The run to come.
    pub(crate) run: RunToCome,
}

/// A run before it has run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RunToCome {
    /// The prompt's tokens.
    pub(crate) tokens: Vec<RunToken>,
    /// The rows to come.
    pub(crate) rows: Vec<Row>,
    /// The model.
    pub(crate) model: String,
    /// Most tokens still to be generated.
    pub(crate) max_new_tokens: usize,
}

/// A token of a run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RunToken {
    /// Where it stands in the run.
    pub(crate) index: usize,
    /// Its number in the vocabulary.
    pub(crate) id: u32,
    /// Its text within the run.
    pub(crate) text: String,
    /// Where it came from.
    #[schema(value_type = String, example = "prompt")]
    pub(crate) origin: Origin,
}

impl RunToken {
    /// As the API writes it.
    pub(crate) fn of(index: usize, token: &Token) -> RunToken {
        RunToken { index, id: token.id.0, text: token.text.clone(), origin: token.origin }
    }
}

/// Columns that have just been computed.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the reading's JSON is written as it stands")]
pub(crate) struct Columns {
    /// The token that was chosen there; `null` where no new one was.
    #[schema(required)]
    token: Option<RunToken>,
    /// The columns, as a reading of their own.
    #[schema(value_type = Object)]
    reading: serde_json::Value,
}

/// How far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Advanced {
    /// `prompt` or `generate`.
    pub(crate) step: &'static str,
    /// Tokens done.
    pub(crate) done: usize,
    /// Tokens in all, at most.
    pub(crate) total: usize,
}

/// It is finished and saved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// What is known of it.
    pub(crate) summary: Summary,
}

/// It was not finished.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Ended {
    /// Why.
    pub(crate) problem: Problem,
}
