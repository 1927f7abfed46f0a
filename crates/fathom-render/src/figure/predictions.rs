//! The article's *layer predictions*: a row a layer, its best candidates with probability and bar; or one layer's
//! candidates as a list.

use super::canvas::{Anchor, Canvas, Num, isolated};
use super::sheet::{Look, Sheet};
use super::{FigureOptions, drawable, place, shown};
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::style::Charset;
use crate::text;
use crate::view::{NO_CHOICE, check, column_of, layer_name};
use fathom_reading::text::{percent, rank};
use fathom_reading::{Reading, TopCandidate};

/// Sizes of a candidate's token and of its probability.
const TOKEN: f32 = 11.0;
const PERCENT: f32 = 9.0;
/// Room of the longest probability, `>99.99%`.
const PERCENT_ROOM: f32 = 41.0;
/// Height of a table's row, and of a list's.
const ROW: f32 = 31.0;
const ITEM: f32 = 21.0;
/// Length of a list's bar that stands for all.
const WHOLE: f32 = 300.0;

/// Draws the [`top_k`](FigureOptions::top_k) best candidates for the token after a position, after every layer; of a
/// reading of one layer, a list of them.
///
/// # Errors
/// Of a reading that has no cells or not the position, contradicts itself, or has more cells than a file can show.
pub fn predictions(reading: &Reading, options: &FigureOptions) -> Result<String, RenderError> {
    check(reading)?;
    let column = column_of(reading, options.position)?;
    let kept = options.top_k.min(reading.columns.top_k);
    drawable(reading.rows.len(), kept.max(1))?;
    let mut sheet = match reading.rows.len() {
        1 => list(reading, options, column, kept),
        _ => table(reading, options, column, kept),
    };
    let token = isolated(&text::target(reading, column, Charset::Unicode));
    let what = if reading.targets[column].is_argmax {
        "is the model's own choice (nothing came after)"
    } else {
        "came next"
    };
    let last = reading.cell(reading.last_row(), column).target();
    sheet.note(&match last.id.some() {
        None => NO_CHOICE.to_owned(),
        Some(_) => format!(
            "{token} {what}: rank {}, {} after {}.",
            rank(last.rank),
            percent(last.prob),
            layer_name(reading.rows[reading.last_row()])
        ),
    });
    if kept < options.top_k {
        sheet.note(&format!("This reading keeps {kept} candidates a cell."));
    }
    Ok(sheet.finish())
}

/// The words of a cell's candidates.
fn candidates(reading: &Reading, row: usize, column: usize, kept: usize) -> Vec<(TopCandidate, String)> {
    let top = reading.cell(row, column).top().take(kept);
    top.map(|candidate| (candidate, shown(&reading.text_of(candidate.id)))).collect()
}

fn share(prob: f32) -> f32 {
    if prob.is_finite() { prob.clamp(0.0, 1.0) } else { 0.0 }
}

fn table<'a>(reading: &'a Reading, options: &FigureOptions, column: usize, kept: usize) -> Sheet<'a> {
    let rows = reading.rows.len();
    let widest = (0..rows)
        .flat_map(|row| candidates(reading, row, column, kept))
        .map(|(_, words)| fonts::width(&words, TOKEN, Weight::Bold))
        .fold(0.0, f32::max);
    // The bar and its number stand below the token.
    let cell = (widest + 14.0).clamp(80.0, 104.0);
    let labels = reading.rows.iter().map(|site| fonts::width(&site.to_string(), TOKEN, Weight::Regular));
    let gutter = labels.fold(fonts::width("layer", TOKEN, Weight::Regular), f32::max) + 10.0;
    let about = format!(
        "For the token after {}. A row a layer, best candidate first; the bar is its probability.",
        place(reading, reading.positions()[column])
    );
    let width = gutter + cell * kept as f32;
    let mut sheet = Sheet::new(reading, options, width, "Top candidates after every layer", &about);
    sheet.body(18.0 + rows as f32 * ROW, |canvas, look| {
        canvas.label(gutter - 10.0, 11.0, look.face(10.0, &look.muted), Anchor::End, "layer");
        canvas.face(look.face(10.0, &look.muted), Anchor::Start);
        (0..kept).for_each(|i| canvas.text(gutter + i as f32 * cell + 4.0, 11.0, &(i + 1).to_string()));
        canvas.end();
        for row in 0..rows {
            canvas.at(gutter, 18.0 + row as f32 * ROW);
            let rule = format!("M{} 0h{}", Num(-gutter), Num(width));
            canvas.stroke(&rule, &look.line, 0.5, "");
            let label = reading.rows[row].to_string();
            canvas.label(-10.0, 17.0, look.face(TOKEN, &look.muted), Anchor::End, &label);
            for (i, (candidate, words)) in candidates(reading, row, column, kept).iter().enumerate() {
                let came = candidate.id == reading.targets[column].id;
                candidate_cell(canvas, look, i as f32 * cell, cell, candidate.prob, words, came);
            }
            canvas.end();
        }
    });
    sheet
}

/// Token; below it bar and probability. What came next stands on a ground of its own.
fn candidate_cell(
    canvas: &mut Canvas,
    look: &Look,
    x: f32,
    width: f32,
    prob: f32,
    words: &str,
    came_next: bool,
) {
    let weight = if came_next { Weight::Bold } else { Weight::Regular };
    if came_next {
        canvas.rect(x, 1.0, width - 2.0, ROW - 2.0, &look.sunken);
        canvas.rect(x, 1.0, 2.0, ROW - 2.0, &look.accent);
    }
    let words = fonts::cut(words, width - 10.0, TOKEN, weight);
    let face = if came_next { look.bold(TOKEN, &look.text) } else { look.face(TOKEN, &look.text) };
    canvas.face(face, Anchor::Start);
    canvas.token(x + 5.0, 13.5, &words);
    canvas.end();
    let bar = width - 9.0 - PERCENT_ROOM;
    canvas.rect(x + 5.0, 20.0, bar, 5.0, if came_next { &look.line } else { &look.sunken });
    canvas.rect(x + 5.0, 20.0, bar * share(prob), 5.0, &look.accent);
    let number = look.face(PERCENT, &look.muted);
    canvas.label(x + 5.0 + bar + 4.0, 25.7, number, Anchor::Start, &percent(prob));
}

fn list<'a>(reading: &'a Reading, options: &FigureOptions, column: usize, kept: usize) -> Sheet<'a> {
    let found = candidates(reading, 0, column, kept);
    let widest = found.iter().map(|(_, words)| fonts::width(words, 12.0, Weight::Bold)).fold(0.0, f32::max);
    let name = widest.clamp(40.0, 160.0) + 12.0;
    let about = format!(
        "For the token after {}. The bar is its probability.",
        place(reading, reading.positions()[column])
    );
    let title = format!("Top candidates after {}", layer_name(reading.rows[0]));
    let mut sheet = Sheet::new(reading, options, 26.0 + name + WHOLE + 60.0, &title, &about);
    sheet.body(found.len() as f32 * ITEM, |canvas, look| {
        for (i, (candidate, words)) in found.iter().enumerate() {
            let came = candidate.id == reading.targets[column].id;
            let weight = if came { Weight::Bold } else { Weight::Regular };
            canvas.at(0.0, i as f32 * ITEM);
            canvas.label(18.0, 14.5, look.face(10.0, &look.muted), Anchor::End, &(i + 1).to_string());
            let words = fonts::cut(words, name - 12.0, 12.0, weight);
            let face = if came { look.bold(12.0, &look.text) } else { look.face(12.0, &look.text) };
            canvas.face(face, Anchor::Start);
            canvas.token(26.0, 14.5, &words);
            canvas.end();
            let bar = (WHOLE * share(candidate.prob)).max(0.75);
            canvas.rect(26.0 + name, 4.0, bar, 13.0, &look.accent);
            let at = 26.0 + name + bar + 5.0;
            canvas.label(at, 14.0, look.face(10.0, &look.muted), Anchor::Start, &percent(candidate.prob));
            canvas.end();
        }
    });
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shares() {
        assert_eq!([0.5, -1.0, 7.0, f32::NAN].map(share), [0.5, 0.0, 1.0, 0.0]);
    }
}
