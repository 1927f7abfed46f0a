//! The JSON form of a grid, the one that replays: `fathom.reading/1` of a lens reading, `fathom.grid/1` of any other.
//!
//! One object. Around the numbers: `schema`, `model`, `lens`, `precision`, `sampling`, `run_id`, `program`,
//! `not_finite` (where some number is not), `tokens`,
//! `rows`, `positions`, `watched`. The numbers: `cells`, a flat list of records, one per site and position, that
//! pandas, polars and jq take as they are. The committed JSON Schema says what each field means.
//!
//! - A grid says in addition what it is (`about`), which token a position is about (`predicts`), who the `other` side of
//!   a comparison is, how its `columns` are defined, and what they stand for where that is not positions (`axis`).
//! - A column of one value per cell is a field of the cell; `target_prob` is the field `prob` of `target`, `top_prob` that
//!   of each of `top`, `watch_prob` that of each of `watch`. Beside a column of tokens, `top_a_id`, stands their text,
//!   `top_a_text`.
//! - Numbers are f32 in their shortest form that reads back as the same f32; what is not finite is `null`, and so is a
//!   rank, or the last position's target, that rests on it ([`Columns`](crate::Columns)); such a cell has no candidates.
//! - `layer` is an integer, -1 for `embed`. `bytes` is lowercase hex.
//! - Invisible and bidirectional characters are written as JSON escapes, so that printing a reading of hostile tokens
//!   disturbs no terminal. (`<` is written as it is: who embeds a reading in HTML escapes it there.)
//! - A reader ignores fields that it does not know. Another number after the `/` means another form, and is refused;
//!   `fathom.reading/1.2` would be this form with more fields.
//!
//! The records here are the stored form and nothing else: in memory a reading is columns. Cells are written from
//! the columns and read into them one at a time, so a large reading is never held twice.

mod cell;
mod format;
mod gathered;
mod read;
mod records;
mod schema;
mod write;

pub(crate) use read::Parts;
pub use schema::json_schema;
pub(crate) use write::{frame, header, text_name};

/// Name and major version of a reading's form.
pub const READING: &str = "fathom.reading/1";

/// Name and major version of the form of a grid that is no lens reading.
pub const GRID: &str = "fathom.grid/1";
