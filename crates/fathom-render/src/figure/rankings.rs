//! The article's *rankings*: a column an output token, a row a layer, the rank in the cell.

use super::grid::{Cell, Column, Content, Grid};
use super::sheet::Sheet;
use super::{FigureOptions, drawable, shown};
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::metric::ColorScale;
use crate::style::Charset;
use crate::text;
use crate::view::{check, columns, has_other_choice, last_layer, shows_own_choice};
use fathom_reading::known::TARGET_RANK;
use fathom_reading::{Column as Definition, Rank, Reading};

/// Draws how every layer ranked each token that came next: its input above a column, the token itself below.
///
/// Another [`metric`](FigureOptions::metric) writes and colours that number in place of the rank.
///
/// # Errors
/// Of a reading that has no cells, contradicts itself, or has more cells than a file can show.
pub fn rankings(reading: &Reading, options: &FigureOptions) -> Result<String, RenderError> {
    check(reading)?;
    let columns = columns(reading, options.span);
    drawable(reading.rows.len(), columns.len())?;
    let scale = ColorScale::of(&options.metric, reading)?;
    let size = 10.0;
    let words = |row: usize, column: usize| scale.words(reading.cell(row, column));
    let widest = (0..reading.rows.len())
        .flat_map(|row| columns.iter().map(move |&column| (row, column)))
        .map(|(row, column)| fonts::width(&words(row, column), size, Weight::Bold))
        .fold(20.0, f32::max);
    let content = Content {
        rows: reading.rows.iter().map(ToString::to_string).collect(),
        columns: columns.iter().map(|&column| head_and_foot(reading, column)).collect(),
        head: "input",
        foot: "output",
        size,
        cell: (widest + 7.0, 17.0),
        may_slant: true,
    };
    let grid = Grid::new(content);
    let title = scale.title(Charset::Unicode);
    let about = "A column a position: its input token above, the token that came next below. A row a layer.";
    let mut sheet = Sheet::new(reading, options, grid.width, &title, about);
    sheet.body(grid.height, |canvas, look| {
        grid.draw(canvas, look, |row, at| {
            let cell = reading.cell(row, columns[at]);
            Cell {
                strength: scale.strength(cell),
                words: words(row, columns[at]),
                bold: scale.column() == TARGET_RANK.column() && cell.target().rank == Rank::FIRST,
                tick: false,
            }
        });
    });
    sheet.legend(&scale);
    notes(&mut sheet, reading, &columns, scale.column());
    Ok(sheet.finish())
}

/// Words around a column: position, input token, and the token that is asked about.
pub(super) fn head_and_foot(reading: &Reading, column: usize) -> Column {
    let position = reading.positions()[column];
    let head = reading.token_at(position).map_or_else(String::new, |token| shown(&token.text));
    Column { number: position.to_string(), head, foot: text::target(reading, column, Charset::Unicode) }
}

fn notes(sheet: &mut Sheet<'_>, reading: &Reading, columns: &[usize], shown: &Definition) {
    let other = columns.iter().filter(|&&column| has_other_choice(reading, column)).count();
    if other > 0 {
        sheet.note(&format!(
            "At {other} of {} positions {} had another first choice than the token that came next.",
            columns.len(),
            last_layer(reading)
        ));
    }
    if columns.iter().any(|&column| shows_own_choice(reading, column)) {
        sheet.note(match shown.of_target {
            true => "Nothing came after the last position: its column shows the model's own choice.",
            false => "Nothing came after the last position: the model's own choice stands below.",
        });
    }
}
