//! A **reading**: what a lens saw at every layer and position of one run, as plain columns.
//!
//! This crate is the last noun of Fathom's picture: `prompt -> tokens -> Run -> Lens -> Reading -> figure`.
//! It knows no model and no tensor library, so whatever draws, stores or compares readings depends on this
//! crate alone. It holds the typed ids that keep layers, positions, tokens and ranks apart, the text of a
//! token, the columns of a reading, and its stored forms (JSON, [`pack`], CSV, Parquet).
//!
//! Every result is a [`Grid`]: rows of [`Place`]s, an [`Axis`] of columns, and cells of numbers. A [`Reading`] is the grid
//! that a lens makes. What each number means is written where its column is defined, in [`known`].
//!
//! ```
//! use fathom_reading::{Position, Reading, text};
//!
//! # fn main() -> Result<(), fathom_reading::ReadingError> {
//! # let stored = Reading::example().to_json()?;
//! // A stored reading, here one of a model of 4 layers, is checked as it is read …
//! let reading = Reading::from_json(&stored)?;
//!
//! // … and asked cell by cell: what would come after position 4, after the last layer?
//! let column = reading.column_of(Position(4)).expect("position 4 was read");
//! let cell = reading.cell(reading.last_row(), column);
//! let best = cell.top().next().expect("candidates were kept");
//! assert_eq!(text::visible(&reading.text(best.id)), "␣are");
//! assert_eq!(text::percent(best.prob), "57.4%");
//! assert_eq!(cell.target().rank.get(), 1);
//!
//! // The same numbers as a table, one row per cell.
//! let mut csv = Vec::new();
//! reading.write_csv(&mut csv)?;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod axis;
mod check;
mod column;
mod columns;
mod divergence;
mod error;
#[doc(hidden)]
pub mod example;
mod grid;
mod ids;
mod info;
mod join;
pub mod json;
pub mod known;
mod not_finite;
pub mod pack;
mod place;
mod select;
mod site;
mod table;
pub mod text;
mod token;
mod values;
mod view;

pub use axis::{Axis, Span};
pub use column::{Column, Curve, Per, Scale, Unit, ValueType};
pub use columns::{Columns, Key, Stored};
pub use divergence::{Divergence, LayerDivergence, RankChange};
pub use error::ReadingError;
pub use grid::{Cell, Grid, Reading, SequenceScore, Target, TopCandidate, Watched, WatchedScore};
pub use ids::{Layer, Position, Rank, TokenId};
pub use info::{
    About, Info, LensInfo, LensKind, ModelInfo, Predicts, ProjectionKind, Sampling, SamplingMethod, Screening,
};
pub use json::json_schema;
pub use not_finite::{NotFinite, NotFiniteWhat};
pub use place::Place;
pub use site::{Site, SiteKind};
pub use token::{Origin, Token};
pub use values::{Value, Values};
