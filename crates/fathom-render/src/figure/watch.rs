//! The article's *watch*: ranks of chosen tokens at one position side by side, a row a layer, and as lines.

use super::bump::{self, Chart};
use super::canvas::{Anchor, Canvas};
use super::sheet::{Look, Sheet};
use super::{FigureOptions, drawable, in_words, place, shown};
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::lead;
use crate::metric::{ColorScale, rank_strength};
use crate::style::Charset;
use crate::view::{check, column_of};
use fathom_reading::text::rank_short;
use fathom_reading::{Rank, Reading};

/// Size of a head and of a rank.
const NAME: f32 = 11.0;
const NUMBER: f32 = 10.0;
const ROW: f32 = 17.0;
/// Heads of the table.
const HEAD: f32 = 22.0;
/// Between table and chart: the chart's axis stands in it.
const GAP: f32 = 64.0;

/// Draws how every layer ranks the reading's watched tokens as the token after a position: a table, and a chart in
/// which a line that climbs is a token that is found.
///
/// # Errors
/// Of a reading that watches nothing, has no cells or not the position, contradicts itself, or has more cells than a
/// file can show.
pub fn watch(reading: &Reading, options: &FigureOptions) -> Result<String, RenderError> {
    check(reading)?;
    if reading.watched.is_empty() {
        return Err(RenderError::NothingWatched);
    }
    drawable(reading.rows.len(), reading.watched.len())?;
    let column = column_of(reading, options.position)?;
    let names: Vec<String> = (0..reading.watched.len()).map(|w| name(reading, w)).collect();
    let widest = names.iter().map(|name| fonts::width(name, NAME, Weight::Bold)).fold(0.0, f32::max);
    let cell = (widest + 26.0).clamp(48.0, 110.0);
    let labels = reading.rows.iter().map(|site| fonts::width(&site.to_string(), NUMBER, Weight::Regular));
    let gutter = labels.fold(fonts::width("layer", NUMBER, Weight::Regular), f32::max) + 8.0;
    let table = gutter + cell * names.len() as f32;
    let height = reading.rows.len() as f32 * ROW;
    let chart = Chart::new(reading, column, &names, height);
    let about = format!(
        "As the token after {}; 1 is best. Lines: the same ranks, best at the top, on a logarithmic axis.",
        place(reading, reading.positions()[column])
    );
    let width = table + GAP + chart.width;
    let mut sheet = Sheet::new(reading, options, width, "Ranks of chosen tokens after every layer", &about);
    sheet.body(HEAD + height.max(chart.height + bump::BELOW), |canvas, look| {
        heads(canvas, look, &names, gutter, cell);
        for row in 0..reading.rows.len() {
            canvas.at(gutter, HEAD + row as f32 * ROW);
            ranks(canvas, look, reading, (row, column), cell);
            canvas.end();
        }
        canvas.at(table + GAP, HEAD);
        chart.draw(canvas, look);
        canvas.end();
    });
    sheet.legend(&ColorScale::rank());
    sheet.note(&lead::verdict(reading, column, Charset::Unicode, &in_words));
    for sentence in lead::of_several_tokens(reading, column, Charset::Unicode, &in_words) {
        sheet.note(&sentence);
    }
    Ok(sheet.finish())
}

/// `␣is`, and `␣aren't*` for a string of several tokens, of which the columns hold the first.
fn name(reading: &Reading, w: usize) -> String {
    let watched = &reading.watched[w];
    shown(&watched.text) + if watched.ids.len() == 1 { "" } else { "*" }
}

/// Each name behind its marker.
fn heads(canvas: &mut Canvas, look: &Look, names: &[String], gutter: f32, cell: f32) {
    canvas.label(gutter - 8.0, 13.0, look.face(NUMBER, &look.muted), Anchor::End, "layer");
    for (w, name) in names.iter().enumerate() {
        let name = fonts::cut(name, cell - 20.0, NAME, Weight::Bold);
        let wide = fonts::width(&name, NAME, Weight::Bold) + 13.0;
        let x = gutter + w as f32 * cell + (cell - 1.0 - wide).max(0.0) / 2.0;
        bump::marker(canvas, look, w, x + 4.0, 9.5);
        canvas.face(look.bold(NAME, &look.text), Anchor::Start);
        canvas.token(x + 13.0, 13.5, &name);
        canvas.end();
    }
}

/// The ranks of one layer, on their colours.
fn ranks(canvas: &mut Canvas, look: &Look, reading: &Reading, at: (usize, usize), cell: f32) {
    let baseline = (ROW - 1.0) / 2.0 + NUMBER * 0.36;
    let label = reading.rows[at.0].to_string();
    canvas.label(-8.0, baseline, look.face(NUMBER, &look.muted), Anchor::End, &label);
    for (w, score) in reading.cell(at.0, at.1).watch().enumerate() {
        let (ground, ink) = look.tile(rank_strength(score.rank));
        let x = w as f32 * cell;
        if let Some(ground) = ground {
            canvas.rect(x, 0.0, cell - 1.0, ROW - 1.0, &ground);
        }
        let face = if score.rank == Rank::FIRST { look.bold(NUMBER, ink) } else { look.face(NUMBER, ink) };
        canvas.label(x + (cell - 1.0) / 2.0, baseline, face, Anchor::Middle, &rank_short(score.rank));
    }
}
