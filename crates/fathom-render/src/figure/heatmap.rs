//! The whole reading: layers x positions, each cell the layer's top token on the colour of a metric.

use super::grid::{Cell, Content, Grid};
use super::rankings::head_and_foot;
use super::sheet::Sheet;
use super::{FigureOptions, drawable, shown};
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::metric::ColorScale;
use crate::style::Charset;
use crate::view::{check, last_layer, shows_own_choice};
use fathom_reading::known::TOP_ID;
use fathom_reading::{Reading, TokenId};

/// Size of a cell's token.
const SIZE: f32 = 10.0;

/// Draws every layer's top token at every position, coloured by [`metric`](FigureOptions::metric); a corner is marked
/// where it is already that of the last layer.
///
/// # Errors
/// Of a reading that has no cells, contradicts itself, or has more cells than a file can show.
pub fn read(reading: &Reading, options: &FigureOptions) -> Result<String, RenderError> {
    check(reading)?;
    drawable(reading.rows.len(), reading.positions().len())?;
    let scale = ColorScale::of(&options.metric, reading)?;
    let columns = (0..reading.positions().len()).map(|column| {
        let mut words = head_and_foot(reading, column);
        if reading.targets[column].is_argmax {
            words.foot = "?".to_owned();
        }
        words
    });
    let content = Content {
        rows: reading.rows.iter().map(ToString::to_string).collect(),
        columns: columns.collect(),
        head: "input",
        foot: "next",
        size: SIZE,
        cell: (cell_width(reading), 17.0),
        may_slant: false,
    };
    let grid = Grid::new(content);
    let about =
        format!("Each layer's top token at each position. Colour: {}.", scale.describes(Charset::Unicode));
    let mut sheet = Sheet::new(reading, options, grid.width, "What every layer would say", &about);
    sheet.body(grid.height, |canvas, look| {
        grid.draw(canvas, look, |row, column| {
            let cell = reading.cell(row, column);
            let top = top(reading, row, column);
            let last = reading.last_row();
            let nothing = if reading.columns.top_k == 0 { "?" } else { "–" };
            let words = top.map_or_else(|| nothing.to_owned(), |id| shown(&reading.text_of(id)));
            let tick = row < last && top.is_some() && top == self::top(reading, last, column);
            Cell { strength: scale.strength(cell), words, bold: false, tick }
        });
    });
    sheet.legend(&scale);
    if reading.rows.len() > 1 {
        sheet.note(&format!("◤ marks a top token that is already that of {}.", last_layer(reading)));
    }
    if (0..reading.positions().len()).any(|column| shows_own_choice(reading, column)) {
        sheet.note(match scale.column().of_target {
            true => "Nothing came after the last position: its colour is that of the model's own choice.",
            false => "Nothing came after the last position: it is marked ?.",
        });
    }
    Ok(sheet.finish())
}

fn top(reading: &Reading, row: usize, column: usize) -> Option<TokenId> {
    reading.cell(row, column).top().next().map(|top| top.id)
}

/// Wide enough for nine tokens in ten: one long word should not widen all columns.
fn cell_width(reading: &Reading) -> f32 {
    let wide = |text: &str| fonts::width(&shown(text), SIZE, Weight::Regular);
    let tops = reading.columns[TOP_ID].iter().step_by(reading.columns.top_k.max(1));
    let tops = tops.map(|&id| wide(&reading.text_of(id)));
    let mut widths: Vec<f32> = reading.tokens.iter().map(|token| wide(&token.text)).chain(tops).collect();
    widths.sort_unstable_by(f32::total_cmp);
    let typical = widths.get(widths.len() * 9 / 10).copied().unwrap_or(0.0);
    (typical + 12.0).clamp(40.0, 84.0)
}
