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
    /// A column that the grid doesn't have, or that can't colour.
    #[error("{0}")]
    NoColumn(String),
    /// A view of something that the grid does not hold.
    #[error(
        "this grid is {what}, and this view draws lens readings: choose the heatmap, or write it to a file"
    )]
    NotAReading {
        /// What the grid is.
        what: String,
    },
    /// A column whose length does not follow from the number of cells.
    #[error("the reading is malformed: `{column}` holds {found} values where its cells need {expected}")]
    Malformed {
        /// The column's name.
        column: String,
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
    #[error("the reading watches no words: make it again and name some to watch")]
    NothingWatched,
    /// A reading whose parts do not fit together, so that it can't be packed for a page.
    #[error("the reading can't be put in a page: {0}")]
    Unpackable(String),
    /// A page that a notebook should not hold.
    #[error(
        "the explorer of this reading takes {bytes} bytes in a notebook (at most {most}): read fewer positions or \
         layers, show a figure, or write it to an .html file"
    )]
    FrameTooLarge {
        /// Bytes that it has.
        bytes: usize,
        /// Bytes that it may have.
        most: usize,
    },
    /// A figure with more cells than a program could open.
    #[error(
        "{rows} layers x {columns} columns are too many for one figure (at most {most} cells): \
         draw some of the layers or positions, or store the reading as .csv, .parquet or .json"
    )]
    TooManyCells {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        columns: usize,
        /// Cells that a figure may have.
        most: usize,
    },
    /// A scale that is no positive number.
    #[error("a picture can't be drawn at scale {scale}: give a number above 0, such as 2")]
    BadScale {
        /// The scale, as it was given.
        scale: String,
    },
    /// A picture that would not fit into memory or a viewer.
    #[error(
        "at scale {scale} the picture would be {width} x {height} pixels, more than {most} million: \
         a scale of {fits} fits, and .svg has no limit"
    )]
    PictureTooLarge {
        /// The scale asked for.
        scale: String,
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
        /// Millions of pixels that are drawn at most.
        most: u32,
        /// The largest scale that can be drawn, rounded down.
        fits: String,
    },
    /// What was to be drawn is no SVG.
    #[error("the SVG can't be drawn: {why}")]
    BadSvg {
        /// What the reader of SVG says.
        why: String,
    },
    /// The library that draws gave up.
    #[error(
        "the picture can't be drawn, which is a fault in Fathom or in the library that it draws with: {why}; \
         .svg holds the same figure"
    )]
    DrawingFailed {
        /// What it said.
        why: String,
    },
}
