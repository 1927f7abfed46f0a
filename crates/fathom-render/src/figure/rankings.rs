//! The article's *rankings*: a column an output token, a row a layer, the rank in the cell.

use super::grid::{Cell, Column, Content, Grid};
use super::sheet::Sheet;
use super::{FigureOptions, drawable, shown};
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::metric::{Metric, Scale};
use crate::style::Charset;
use crate::text;
use crate::view::{check, columns, has_other_choice, last_layer, shows_own_choice};
use fathom_reading::text::{bits, logit, percent, rank_short};
use fathom_reading::{Rank, Reading};

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
    let scale = Scale::of(options.metric, reading);
    let size = 10.0;
    let words = |row: usize, column: usize| number(options.metric, reading.cell(row, column));
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
    let (title, about) = titles(options);
    let mut sheet = Sheet::new(reading, options, grid.width, &title, about);
    sheet.body(grid.height, |canvas, look| {
        grid.draw(canvas, look, |row, at| {
            let cell = reading.cell(row, columns[at]);
            Cell {
                strength: scale.strength(cell),
                words: words(row, columns[at]),
                bold: options.metric == Metric::Rank && cell.target().rank == Rank::FIRST,
                tick: false,
            }
        });
    });
    sheet.legend(&scale);
    notes(&mut sheet, reading, &columns, options.metric);
    Ok(sheet.finish())
}

/// The title, and what it leaves open.
fn titles(options: &FigureOptions) -> (String, &'static str) {
    let about = "A column a position: its input token above, the token that came next below. A row a layer.";
    let title = match options.metric {
        Metric::Rank => "Rank of each token that came next, after every layer".to_owned(),
        Metric::Probability => "Probability of each token that came next, after every layer".to_owned(),
        Metric::Logit => "Logit of each token that came next, after every layer".to_owned(),
        Metric::Entropy => "Entropy after every layer, in bits".to_owned(),
        Metric::Kl => "KL divergence of the last layer from every layer, in bits".to_owned(),
        Metric::Surprisal => "Surprisal of each token that came next, after every layer, in bits".to_owned(),
    };
    (title, about)
}

/// Words around a column: position, input token, and the token that is asked about.
pub(super) fn head_and_foot(reading: &Reading, column: usize) -> Column {
    let position = reading.positions[column];
    let head = reading.token_at(position).map_or_else(String::new, |token| shown(&token.text));
    Column { number: position.to_string(), head, foot: text::target(reading, column, Charset::Unicode) }
}

fn number(metric: Metric, cell: fathom_reading::Cell<'_>) -> String {
    match metric {
        Metric::Rank => rank_short(cell.target().rank),
        Metric::Probability => percent(cell.target().prob),
        Metric::Logit => logit(cell.target().logit),
        _ => bits(metric.of(cell)),
    }
}

fn notes(sheet: &mut Sheet<'_>, reading: &Reading, columns: &[usize], metric: Metric) {
    let other = columns.iter().filter(|&&column| has_other_choice(reading, column)).count();
    if other > 0 {
        sheet.note(&format!(
            "At {other} of {} positions {} had another first choice than the token that came next.",
            columns.len(),
            last_layer(reading)
        ));
    }
    if columns.iter().any(|&column| shows_own_choice(reading, column)) {
        sheet.note(match metric.is_of_target() {
            true => "Nothing came after the last position: its column shows the model's own choice.",
            false => "Nothing came after the last position: the model's own choice stands below.",
        });
    }
}
