//! Why a reading can't be drawn as asked.

use fathom_reading::Position;
use thiserror::Error;

/// A view that can't be drawn from this reading.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenderError {
    /// No rows or no positions.
    #[error(
        "the reading is empty: it has {rows} layers and {positions} positions; read at least one of each"
    )]
    Empty {
        /// Rows it has.
        rows: usize,
        /// Positions it has.
        positions: usize,
    },
    /// A column whose length does not follow from the number of cells.
    #[error("the reading is malformed: `{column}` holds {found} values where its cells need {expected}")]
    Malformed {
        /// The column's name.
        column: &'static str,
        /// Values that its cells need.
        expected: usize,
        /// Values that it has.
        found: usize,
    },
    /// A position that is not in the reading.
    #[error("position {position} is not in this reading, which has {available}")]
    PositionNotRead {
        /// The position asked for.
        position: Position,
        /// The positions it has, in words.
        available: String,
    },
    /// A layer that is not in the reading.
    #[error("layer {layer} is not in this reading, which has {available}")]
    LayerNotRead {
        /// The layer asked for.
        layer: String,
        /// The layers it has, in words.
        available: String,
    },
    /// The watch view of a reading without watched tokens.
    #[error("the reading watches no tokens; name some, for example: fathom watch PROMPT \" is\" \" are\"")]
    NothingWatched,
    /// A reading whose parts do not fit together, so that it can't be packed for a page.
    #[error("the reading can't be put in a page: {0}")]
    Unpackable(String),
}
