//! The JSON form of a reading, `fathom.reading/1`: the one that replays.
//!
//! One object. Around the numbers: `schema`, `model`, `lens`, `precision`, `sampling`, `run_id`, `program`,
//! `not_finite` (where some number is not), `tokens`,
//! `rows`, `positions`, `watched`. The numbers: `cells`, a flat list of records, one a site and position, that
//! pandas, polars and jq take as they are. The committed JSON Schema says what each field means.
//!
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

mod cells;
mod format;
mod read;
mod records;
mod schema;
mod write;

pub(crate) use read::Parts;
pub use schema::json_schema;
pub(crate) use write::{frame, header};

/// Name and major version of the form.
pub const SCHEMA: &str = "fathom.reading/1";
