//! The views for a terminal, one file each. All are pure: a [`Reading`] and a [`Style`] in, a string out, with a
//! newline at the end of each line and no line wider than the style says.

mod compare;
mod legend;
mod predictions;
mod rankings;
mod read;
mod watch;

pub use compare::compare;
pub use predictions::predictions;
pub use rankings::{Span, rankings};
pub use read::read;
pub use watch::watch;

use crate::error::RenderError;
use crate::page::{Line, Page, Paint};
use crate::text::{self, Align};
use fathom_reading::{Position, Reading, Site, SiteKind};

/// The default position of `predictions` and `watch`: the last token of the prompt, after which comes the blank.
pub fn default_position(reading: &Reading) -> Position {
    Position(reading.prompt_len().saturating_sub(1) as u32)
}

/// Refuses what the views would have to index out of range.
fn check(reading: &Reading) -> Result<(), RenderError> {
    let (rows, positions) = (reading.rows.len(), reading.positions.len());
    if rows == 0 || positions == 0 {
        return Err(RenderError::Empty { rows, positions });
    }
    let (c, cells) = (&reading.columns, rows * positions);
    let watched = cells * reading.watched.len();
    let lengths = [
        ("targets", positions, reading.targets.len()),
        ("target_logit", cells, c.target_logit.len()),
        ("target_prob", cells, c.target_prob.len()),
        ("target_rank", cells, c.target_rank.len()),
        ("entropy_bits", cells, c.entropy_bits.len()),
        ("kl_bits", cells, c.kl_bits.len()),
        ("surprisal_bits", cells, c.surprisal_bits.len()),
        ("top_id", cells * c.top_k, c.top_id.len()),
        ("top_logit", cells * c.top_k, c.top_logit.len()),
        ("top_prob", cells * c.top_k, c.top_prob.len()),
        ("watch_logit", watched, c.watch_logit.len()),
        ("watch_prob", watched, c.watch_prob.len()),
        ("watch_rank", watched, c.watch_rank.len()),
    ];
    match lengths.into_iter().find(|(_, expected, found)| expected != found) {
        Some((column, expected, found)) => Err(RenderError::Malformed { column, expected, found }),
        None if reading.watched.iter().any(|watched| watched.ids.is_empty()) => {
            Err(RenderError::Malformed { column: "watched.ids", expected: 1, found: 0 })
        }
        None => Ok(()),
    }
}

/// `layer 3`, or what its site is called where it is none.
fn layer_name(site: Site) -> String {
    if site == Site::EMBED { "the embedding".to_owned() } else { format!("layer {site}") }
}

/// What the last row is called in a sentence: a reading of some layers may end before the model does.
fn last_layer(reading: &Reading) -> String {
    let last = reading.rows[reading.rows.len() - 1];
    let end = last.kind == SiteKind::ResidPost && last.layer_number() + 1 == reading.info.model.layers as i32;
    match reading.rows.len() {
        _ if end => "the last layer".to_owned(),
        1 => layer_name(last),
        _ => format!("{}, the last one read", layer_name(last)),
    }
}

/// The column of the position asked for.
fn column_of(reading: &Reading, position: Option<Position>) -> Result<usize, RenderError> {
    let asked = position.unwrap_or_else(|| default_position(reading));
    reading.column_of(asked).ok_or_else(|| RenderError::PositionNotRead {
        position: asked,
        available: match &reading.positions[..] {
            [only] => format!("position {only}"),
            [first, .., last] => format!("{} positions, {first} to {last}", reading.positions.len()),
            [] => "none".into(),
        },
    })
}

/// Columns that the layer labels take, with a space on both sides.
fn gutter(reading: &Reading, others: &[&str]) -> usize {
    let labels = reading.rows.iter().map(|site| text::width(&site.to_string()));
    labels.chain(others.iter().map(|label| label.len())).max().unwrap_or(0) + 2
}

/// A line that starts with a label in the gutter.
fn labelled(page: &Page<'_>, label: &str, gutter: usize, paint: Paint) -> Line {
    let mut line = Line::new();
    // A narrow terminal keeps room for at least one cell.
    let columns = gutter.min(page.style.width / 3);
    line.push(page.cell(label, columns.saturating_sub(1), Align::Right), paint).space(columns.min(1));
    line
}

/// What [`labelled`] leaves for cells.
fn room(page: &Page<'_>, gutter: usize) -> usize {
    page.style.width - gutter.min(page.style.width / 3)
}
