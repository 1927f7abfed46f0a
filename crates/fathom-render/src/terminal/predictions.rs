//! The article's *layer predictions*: a row a layer, its best candidates with probability and bar; or one layer's
//! candidates as a list.

use super::{check, column_of, gutter, labelled, layer_name, room};
use crate::caption::{Next, at, caption, quoted};
use crate::error::RenderError;
use crate::layout;
use crate::page::{Line, Page, Paint};
use crate::style::{ColorDepth, Hints, Style};
use crate::text::{self, Align};
use crate::view::NO_CHOICE;
use fathom_reading::{Position, Reading, TokenId, TopCandidate, text::percent};

/// Columns of the longest percentage, `>99.99%`.
const PERCENT: usize = 7;

/// Draws the `top_k` best candidates for the token after `position` (by default the blank after the prompt), after
/// every layer; or in a list, where the style or the reading has one layer.
///
/// ```
/// use fathom_render::{Style, terminal::predictions};
/// let reading = fathom_reading::Reading::example();
/// let drawing = predictions(&reading, &Style::default(), None, 10)?;
/// assert!(drawing.contains("position 4"));
/// # Ok::<(), fathom_render::RenderError>(())
/// ```
pub fn predictions(
    reading: &Reading,
    style: &Style,
    position: Option<Position>,
    top_k: usize,
) -> Result<String, RenderError> {
    check(reading)?;
    let column = column_of(reading, position)?;
    let mut page = Page::new(style);
    let layers = layout::layers(reading, style, 1, 1, 12, |row| {
        let cell = reading.cell(row, column);
        vec![cell.target().rank.number().ln(), cell.entropy_bits(), cell.kl_bits()]
    })?;
    let kept = top_k.min(reading.columns.top_k);
    title(&mut page, reading, column, &layers.rows);
    page.blank();
    match layers.rows[..] {
        [row] => list(&mut page, reading, row, column, kept),
        _ => table(&mut page, reading, &layers.rows, column, kept),
    }
    page.blank();
    page.prose(&answer(&page, reading, column), Paint::PLAIN);
    if let Some(note) = layers.note() {
        page.prose(&note, Paint::PLAIN);
    }
    if kept < top_k {
        page.prose(&format!("This reading keeps {kept} candidates a cell."), Paint::PLAIN);
    }
    let next = next(&page, reading, column, layers.rows.len() == 1);
    caption(&mut page, reading, &next);
    Ok(page.finish())
}

fn title(page: &mut Page<'_>, reading: &Reading, column: usize, rows: &[usize]) {
    let position = reading.positions()[column];
    let place = text::place(reading, position, page.style.charset);
    let after = match rows {
        [row] => layer_name(reading.rows[*row]),
        _ => "every layer".to_owned(),
    };
    let about = format!("of the token after {place}, after {after}");
    page.title("Predictions", &about);
}

/// `layer  1  2 …`, then a row a layer.
fn table(page: &mut Page<'_>, reading: &Reading, rows: &[usize], column: usize, kept: usize) {
    let plain = page.style.color == ColorDepth::None;
    let gutter = gutter(reading, &["layer"]);
    let room = room(page, gutter);
    // Marker, token, percentage, and where there are no colours a bar of three; the last column is a gap.
    let (least, most) = if plain { (18, 24) } else { (15, 22) };
    let fits = (room / least).clamp(1, kept.max(1));
    let cell = (room / fits).clamp(least, most);
    let mut head = labelled(page, "layer", gutter, Paint::DIM);
    for nth in 1..=fits.min(kept) {
        head.push(page.cell(&format!(" {nth}"), cell, Align::Left), Paint::DIM);
    }
    page.line(head);
    for &row in rows {
        let mut line = labelled(page, &reading.rows[row].to_string(), gutter, Paint::DIM);
        for candidate in reading.cell(row, column).top().take(fits.min(kept)) {
            candidate_cell(page, &mut line, reading, candidate, column, cell);
        }
        page.line(line);
    }
    if fits < kept {
        let wider = gutter + kept * least;
        let last = reading.rows[reading.rows.len() - 1];
        let sentence = format!(
            "Candidates {} to {kept} left out: {wider} columns show them, or --layer {last}.",
            fits + 1
        );
        page.blank();
        page.prose(&sentence, Paint::PLAIN);
    }
}

/// One candidate: token, then percentage, over a ground that is as long as it is likely.
fn candidate_cell(
    page: &Page<'_>,
    line: &mut Line,
    reading: &Reading,
    candidate: TopCandidate,
    column: usize,
    cell: usize,
) {
    let charset = page.style.charset;
    let plain = page.style.color == ColorDepth::None;
    let came_next = candidate.id == reading.targets[column].id;
    let marker = if came_next { page.glyphs().tick } else { " " };
    let inner = cell - 1;
    let bar = if plain { if cell < 20 { 3 } else { 4 } } else { 0 };
    let token = text::vocabulary(reading, candidate.id, charset);
    let name = inner.saturating_sub(1 + PERCENT + bar);
    let words = marker.to_owned()
        + &page.cell(&token, name, Align::Left)
        + &page.cell(&text::number(percent(candidate.prob), charset), PERCENT, Align::Right);
    if plain {
        line.push(words, Paint::PLAIN).space(1);
        line.push(
            page.cell(&bar_of(page, candidate.prob, bar.saturating_sub(1)), bar, Align::Left),
            Paint::PLAIN,
        );
        return;
    }
    // Filled columns, then the rest: a character is never split between them.
    let filled = text::take(&words, (candidate.prob.clamp(0.0, 1.0) * inner as f32).round() as usize);
    let ground = Paint::on(Some(0.25 + 0.7 * candidate.prob.clamp(0.0, 1.0).sqrt())).bold(came_next);
    let rest = words[filled.len()..].to_owned();
    line.push(filled, ground).push(rest, Paint::PLAIN.bold(came_next)).space(1);
}

/// A bar of at most `columns`, in eighths of a column where the character set has them.
fn bar_of(page: &Page<'_>, part: f32, columns: usize) -> String {
    let glyphs = page.glyphs().bar;
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (part * (columns * glyphs.len()) as f32).round() as usize;
    let (whole, rest) = (eighths / glyphs.len(), eighths % glyphs.len());
    let last = rest.checked_sub(1).map_or("", |rest| glyphs[rest]);
    glyphs[glyphs.len() - 1].repeat(whole) + last
}

/// One layer: a line a candidate, with room for a long bar.
fn list(page: &mut Page<'_>, reading: &Reading, row: usize, column: usize, kept: usize) {
    let charset = page.style.charset;
    let candidates: Vec<TopCandidate> = reading.cell(row, column).top().take(kept).collect();
    let names: Vec<String> = candidates.iter().map(|c| text::vocabulary(reading, c.id, charset)).collect();
    let widest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    let name = widest.min(page.style.width / 3).max(6);
    // The bar's scale is a share of 1, not of the best: 60% is 60% of the line.
    let bar = page.style.width.saturating_sub(7 + name + PERCENT + 3).min(60);
    for (nth, (candidate, words)) in candidates.iter().zip(&names).enumerate() {
        let came_next = candidate.id == reading.targets[column].id;
        let mut line = Line::new();
        line.push(page.cell(&(nth + 1).to_string(), 4, Align::Right), Paint::DIM).space(1);
        line.push(if came_next { page.glyphs().tick } else { " " }, Paint::PLAIN);
        line.push(page.cell(words, name, Align::Left), Paint::PLAIN.bold(came_next)).space(1);
        line.push(
            page.cell(&text::number(percent(candidate.prob), charset), PERCENT, Align::Right),
            Paint::PLAIN,
        );
        line.space(2);
        push_bar(page, &mut line, candidate.prob, bar);
        page.line(line);
    }
}

/// A long bar: whole columns as coloured ground, or as blocks where there are no colours.
fn push_bar(page: &Page<'_>, line: &mut Line, prob: f32, columns: usize) {
    if page.style.color == ColorDepth::None {
        line.push(bar_of(page, prob, columns), Paint::PLAIN);
        return;
    }
    let filled = (prob.clamp(0.0, 1.0) * columns as f32).round() as usize;
    line.push(" ".repeat(filled.min(columns)), Paint::on(Some(0.95)));
}

/// Which token came next, and how the last layer saw it.
fn answer(page: &Page<'_>, reading: &Reading, column: usize) -> String {
    let charset = page.style.charset;
    let last = reading.cell(reading.rows.len() - 1, column).target();
    let token = text::target(reading, column, charset);
    if reading.targets[column].id == TokenId::NONE {
        return NO_CHOICE.to_owned();
    }
    let what = if reading.targets[column].is_argmax {
        "is the model's own choice (nothing came after)"
    } else {
        "came next"
    };
    format!(
        "{} {token} {what}: rank {}, {} after {}.",
        page.glyphs().tick,
        text::number(fathom_reading::text::rank(last.rank), charset),
        text::number(percent(last.prob), charset),
        layer_name(reading.rows[reading.rows.len() - 1])
    )
}

fn next(page: &Page<'_>, reading: &Reading, column: usize, one_layer: bool) -> Vec<Next> {
    let position = reading.positions()[column];
    let outputs = position.index() >= reading.prompt_len();
    let saved = matches!(page.style.hints, Hints::Saved(_));
    if one_layer {
        // Nothing but this layer may have been saved.
        let more = !saved || reading.rows.len() > 1;
        let next = Next { command: "predictions", options: at(page, reading, position), outputs };
        return more.then_some(next).into_iter().collect();
    }
    // The two best of the last layer are the contest worth watching.
    let best = reading.cell(reading.rows.len() - 1, column).top().take(2).map(|top| reading.text(top.id));
    // A saved reading can only show what it watched.
    let known = |text: &String| !saved || reading.watched.iter().any(|watched| watched.text == *text);
    let typable = |text: &String| {
        !text.contains(['\n', '\t', '⟨']) && !text.is_empty() && (!text.starts_with('-') || text == "-")
    };
    let typed: Vec<String> = best.filter(known).filter(typable).map(|text| quoted(&text)).collect();
    if typed.len() < 2 || typed.iter().any(|word| text::plain(word, page.style.charset) != *word) {
        let read = Next { command: "read", options: Vec::new(), outputs };
        return (!saved).then_some(read).into_iter().collect();
    }
    vec![Next {
        command: "watch",
        options: typed.into_iter().chain(at(page, reading, position)).collect(),
        outputs,
    }]
}
