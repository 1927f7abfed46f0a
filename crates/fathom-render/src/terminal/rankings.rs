//! The article's *rankings*: a column an output token, a row a layer, the rank in the cell.

use super::legend::legend;
use super::{check, gutter, labelled, room};
use crate::caption::{Next, at, caption};
use crate::error::RenderError;
use crate::layout::{self, Keep, Panels, Wish};
use crate::metric::{ColorScale, rank_strength};
use crate::page::{Page, Paint};
use crate::style::{ColorDepth, Style};
use crate::text::{self, Align};
use crate::view::{Span, columns, has_other_choice, is_first_choice, shows_own_choice};
use fathom_reading::{Rank, Reading, text::rank_short};
use std::ops::Range;

/// Draws how every layer ranked each token that came next.
///
/// ```
/// use fathom_render::{Style, terminal::{Span, rankings}};
/// let reading = fathom_reading::Reading::example();
/// let drawing = rankings(&reading, &Style::default(), Span::Outputs)?;
/// assert!(drawing.contains("␣are"));
/// # Ok::<(), fathom_render::RenderError>(())
/// ```
pub fn rankings(reading: &Reading, style: &Style, span: Span) -> Result<String, RenderError> {
    check(reading)?;
    let mut page = Page::new(style);
    let columns = columns(reading, span);
    let gutter = gutter(reading, &["layer", "out"]);
    let panels = layout::panels(
        columns.len(),
        room(&page, gutter),
        &wish(reading, style, &columns),
        style.panels,
        Keep::First,
    );
    let shown: Vec<usize> =
        panels.ranges.iter().flat_map(|range| columns[range.clone()].iter().copied()).collect();
    let layers = layout::layers(reading, style, panels.ranges.len(), 7, 9, |row| {
        shown.iter().map(|&column| reading.cell(row, column).target().rank.number().ln()).collect()
    })?;

    page.title("Rankings", "of each token that came next, after every layer; 1 is best");
    for range in &panels.ranges {
        page.blank();
        panel(&mut page, reading, &layers.rows, &columns[range.clone()], gutter, panels.cell);
    }
    page.blank();
    legend(&mut page, &ColorScale::rank());
    page.blank();
    notes(&mut page, reading, &columns, &panels);
    if let Some(note) = layers.note() {
        page.prose(&note, Paint::PLAIN);
    }
    let next = next(&page, reading, &shown);
    caption(&mut page, reading, &next);
    Ok(page.finish())
}

/// Cells hold a rank of up to four characters and show as much of a token as is worth its room.
fn wish(reading: &Reading, style: &Style, columns: &[usize]) -> Wish {
    let widths = columns.iter().map(|&column| {
        let input = text::run_token(reading, reading.positions()[column].index(), style.charset);
        let output = text::target(reading, column, style.charset);
        text::width(&output).max(input.map_or(0, |input| text::width(&input)))
    });
    let most = (widths.max().unwrap_or(0) + 2).clamp(7, 13);
    Wish { least: 7, comfortable: 8, most }
}

fn panel(
    page: &mut Page<'_>,
    reading: &Reading,
    rows: &[usize],
    columns: &[usize],
    gutter: usize,
    cell: usize,
) {
    let charset = page.style.charset;
    // A cell's last column is a gap between tokens, and part of the tile between ranks.
    let strip = |page: &mut Page<'_>, label: &str, paint: Paint, of: &dyn Fn(usize) -> String| {
        let mut line = labelled(page, label, gutter, Paint::DIM);
        for &column in columns {
            line.push(page.cell(&of(column), cell - 1, Align::Centre), paint).space(1);
        }
        page.line(line);
    };
    let position = |column: usize| reading.positions()[column].index();
    strip(page, "", Paint::DIM, &|column| position(column).to_string());
    strip(page, "in", Paint::PLAIN, &|column| {
        text::run_token(reading, position(column), charset).unwrap_or_default()
    });
    for &row in rows {
        let mut line = labelled(page, &reading.rows[row].to_string(), gutter, Paint::DIM);
        for &column in columns {
            let (words, paint) = tile(page, reading.cell(row, column).target().rank, cell);
            line.push(words, paint);
        }
        page.line(line);
    }
    strip(page, "out", Paint::BOLD, &|column| text::target(reading, column, charset));
    strip(page, "", Paint::DIM, &|column| (position(column) + 1).to_string());
    if columns.iter().any(|&column| has_other_choice(reading, column)) {
        let yes = page.glyphs().yes;
        strip(page, "top-1", Paint::PLAIN, &|column| match first_choice(reading, column) {
            Some(own) if has_other_choice(reading, column) => text::vocabulary(reading, own, charset),
            _ if is_first_choice(reading, column) => yes.to_owned(),
            _ => String::new(),
        });
    }
}

/// A rank's tile: the number in the middle, on its colour, or with a shade beside it where there are no colours.
fn tile(page: &Page<'_>, rank: Rank, cell: usize) -> (String, Paint) {
    let strength = rank_strength(rank);
    let number = text::number(rank_short(rank), page.style.charset);
    if page.style.color != ColorDepth::None {
        return (page.cell(&number, cell, Align::Centre), Paint::on(strength).bold(rank == Rank::FIRST));
    }
    let shade = ColorScale::rank().step(strength).map_or(" ", |shade| page.glyphs().shades[shade]);
    (page.cell(&format!("{number:>4} {shade}"), cell, Align::Centre), Paint::PLAIN)
}

/// The last layer's own favourite.
fn first_choice(reading: &Reading, column: usize) -> Option<fathom_reading::TokenId> {
    reading.cell(reading.rows.len() - 1, column).top().next().map(|top| top.id)
}

fn notes(page: &mut Page<'_>, reading: &Reading, columns: &[usize], panels: &Panels) {
    let Range { start, end } = panels.left_out;
    let other = columns.iter().filter(|&&column| has_other_choice(reading, column)).count();
    if other > 0 {
        let sentence = format!(
            "Row top-1: at {other} of {} positions {} had another first choice than the token that came next.",
            columns.len(),
            super::last_layer(reading)
        );
        page.prose(&sentence, Paint::PLAIN);
    }
    if columns.iter().any(|&column| shows_own_choice(reading, column)) {
        page.prose(
            "Nothing came after the last position: its column shows the model's own choice.",
            Paint::PLAIN,
        );
    }
    if start < end {
        let (first, last) = (reading.positions()[columns[start]], reading.positions()[columns[end - 1]]);
        let sentence = format!(
            "{} of {} columns left out (positions {first}{}{last}): a wider terminal shows more, -o FILE.csv has all.",
            end - start,
            columns.len(),
            page.glyphs().up_to
        );
        page.prose(&sentence, Paint::PLAIN);
    }
}

/// The column whose token was found last is the one to look into.
fn next(page: &Page<'_>, reading: &Reading, shown: &[usize]) -> Vec<Next> {
    let found = |column: usize| {
        let first = |&row: &usize| reading.cell(row, column).target().rank != Rank::FIRST;
        (0..reading.rows.len()).rev().find(first).map_or(0, |row| row + 1)
    };
    let Some(&column) = shown.iter().max_by_key(|&&column| (found(column), std::cmp::Reverse(column))) else {
        return Vec::new();
    };
    let position = reading.positions()[column];
    let outputs = position.index() >= reading.prompt_len();
    vec![Next { command: "predictions", options: at(page, reading, position), outputs }]
}
