//! The views for a terminal, one file each. All are pure: a [`Reading`] and a [`Style`](crate::Style) in, a string out, with a
//! newline at the end of each line and no line wider than the style says.

mod compare;
mod divergence;
mod legend;
mod predictions;
mod rankings;
mod read;
mod scalars;
mod watch;

pub use crate::view::{Span, default_position};
pub use compare::compare;
pub use divergence::divergence;
pub(crate) use divergence::of as divergence_of;
pub use predictions::predictions;
pub use rankings::rankings;
pub use read::read;
pub use scalars::heatmap;
pub use watch::watch;

use crate::page::{Line, Page, Paint};
use crate::text::{self, Align};
use crate::view::{check, check_grid, column_of, last_layer, layer_name};
use fathom_reading::Reading;

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
