//! Figures for papers: a reading as SVG, from the reading alone.
//!
//! Text stays text (it can be searched, copied and edited), laid out by the widths of a carried font whose look-alikes
//! every machine has. Colours and scales are the [theme](crate::theme)'s; the scales are fixed, so that two figures
//! compare. Every figure ends with a caption that names model, lens, norm, precision and sampling, and carries a
//! title and a description for those who do not see it. The same reading gives the same bytes.
//!
//! ```
//! use fathom_render::{Background, figure::{FigureOptions, rankings}};
//! let reading = fathom_reading::Reading::example();
//! let svg = rankings(&reading, &FigureOptions { background: Background::Dark, ..FigureOptions::default() })?;
//! assert!(svg.starts_with("<svg ") && svg.contains("RMSNorm on every row"));
//! # Ok::<(), fathom_render::RenderError>(())
//! ```

mod bump;
mod canvas;
mod divergence;
mod grid;
mod heatmap;
mod predictions;
mod rankings;
mod scalars;
mod sheet;
mod watch;

pub use divergence::divergence;
pub use heatmap::read;
pub use predictions::predictions;
pub use rankings::rankings;
pub use scalars::heatmap;
pub use watch::watch;

use crate::error::RenderError;
use crate::metric::DEFAULT_METRIC;
use crate::style::{Background, Charset};
use crate::text;
use crate::theme::Palette;
use crate::view::Span;
use fathom_reading::{Position, Reading};
use std::borrow::Cow;

/// How a reading is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureOptions {
    /// Light or dark.
    pub background: Background,
    /// What colours cells.
    pub palette: Palette,
    /// The column that colours cells, by its name or its short one: by default ranks.
    pub metric: Cow<'static, str>,
    /// Which position [`predictions`] and [`watch`] look at: by default the blank after the prompt.
    pub position: Option<Position>,
    /// Most candidates that [`predictions`] shows.
    pub top_k: usize,
    /// Which tokens [`rankings`] gives a column.
    pub span: Span,
    /// KL from which on two sides count as parted in [`divergence`], in bits.
    pub threshold_bits: f32,
}

impl Default for FigureOptions {
    /// On paper: light, cividis, ranks, the blank after the prompt, ten candidates, output tokens.
    fn default() -> FigureOptions {
        FigureOptions {
            background: Background::Light,
            palette: Palette::default(),
            metric: Cow::Borrowed(DEFAULT_METRIC),
            position: None,
            top_k: 10,
            span: Span::Outputs,
            threshold_bits: 0.01,
        }
    }
}

/// Cells that a figure may have: a page of 48 layers over 2,000 tokens. Beyond it no program opens the file.
const MOST_CELLS: usize = 100_000;

/// Refuses what nothing could show.
fn drawable(rows: usize, columns: usize) -> Result<(), RenderError> {
    if rows.saturating_mul(columns) > MOST_CELLS {
        return Err(RenderError::TooManyCells { rows, columns, most: MOST_CELLS });
    }
    Ok(())
}

/// A token's text as a figure shows it.
fn shown(raw: &str) -> String {
    text::token(raw, Charset::Unicode)
}

/// A token in a sentence.
fn in_words(raw: &str) -> String {
    canvas::isolated(&shown(raw))
}

/// `position 4 (␣cabinet)`.
fn place(reading: &Reading, position: Position) -> String {
    match text::run_token(reading, position.index(), Charset::Unicode) {
        Some(token) => {
            format!("position {position} ({})", canvas::isolated(&text::cut(&token, 24, Charset::Unicode)))
        }
        None => format!("position {position}"),
    }
}
