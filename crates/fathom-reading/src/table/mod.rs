//! Readings as tables, a row a cell: CSV, Arrow and Parquet. Written only: JSON is the form that replays.
//!
//! All carry the same columns: `site`, `layer` (-1 for `embed`), `position`, `token_id` and `token` (the token at the
//! position), `target_id`, `target_text`, `target_logit`, `target_prob`, `target_rank`, `target_is_argmax`,
//! `entropy_bits`, `kl_bits`, `kl_reverse_bits`, `surprisal_bits`, and the candidates and watched tokens: as lists of
//! structs (`top`, `watch`) in Arrow and Parquet, as numbered columns (`top_1_id` …) in CSV.
//! Where there is no number ([`Columns`](crate::Columns)), all are null, or empty in CSV.

mod arrow;
mod csv;
mod long;
mod parquet;

use crate::{Cell, Reading, Token};

/// The token at a cell's position. Checked readings have one for each.
fn token_of<'a>(reading: &'a Reading, cell: &Cell<'_>) -> &'a Token {
    &reading.tokens[cell.position().index()]
}
