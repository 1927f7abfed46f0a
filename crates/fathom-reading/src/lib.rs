//! A **reading**: what a lens saw at every layer and position of one run, as plain columns.
//!
//! This crate is the last noun of Fathom's picture: `prompt -> tokens -> Run -> Lens -> Reading -> figure`.
//! It knows no model and no tensor library, so whatever draws, stores or compares readings depends on this
//! crate alone. It holds the typed ids that keep layers, positions, tokens and ranks apart, the text of a
//! token, the columns of a reading, and its stored forms (JSON, CSV, Parquet).
//!
//! What each number means is written where the column is declared, in [`Columns`].

mod columns;
#[doc(hidden)]
pub mod example;
mod ids;
mod info;
mod reading;
mod site;
pub mod text;
mod token;

pub use columns::Columns;
pub use ids::{Layer, Position, Rank, TokenId};
pub use info::{Info, LensInfo, LensKind, ModelInfo, Sampling, SamplingMethod};
pub use reading::{Cell, Reading, SequenceScore, Target, TopCandidate, Watched, WatchedScore};
pub use site::{Site, SiteKind};
pub use token::{Origin, Token};
