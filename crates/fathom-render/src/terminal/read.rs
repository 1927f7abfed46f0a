//! The whole reading: layers x positions, each cell the layer's top token on the colour of a metric.

use super::legend::legend;
use super::{check, gutter, labelled, room};
use crate::caption::{Next, at, caption};
use crate::error::RenderError;
use crate::layout::{self, Keep, Panels, Wish};
use crate::metric::ColorScale;
use crate::page::{Line, Page, Paint};
use crate::style::{ColorDepth, Style};
use crate::text::{self, Align};
use fathom_reading::known::{ENTROPY_BITS, KL_BITS, TOP_ID};
use fathom_reading::{Cell, Origin, Rank, Reading, text::bits};

/// Draws every layer's top token at every position, coloured by `metric`, with the totals of the last layer.
///
/// ```
/// use fathom_render::{Style, terminal::read};
/// let reading = fathom_reading::Reading::example();
/// let drawing = read(&reading, &Style::default(), "entropy")?;
/// assert!(drawing.contains("embed"));
/// # Ok::<(), fathom_render::RenderError>(())
/// ```
pub fn read(reading: &Reading, style: &Style, metric: &str) -> Result<String, RenderError> {
    check(reading)?;
    let mut page = Page::new(style);
    let scale = ColorScale::of(metric, reading)?;
    let gutter = gutter(reading, &["surprisal"]);
    let count = reading.positions().len();
    let panels = layout::panels(count, room(&page, gutter), &wish(reading, style), style.panels, Keep::Last);
    let shown: Vec<usize> = panels.ranges.iter().cloned().flatten().collect();
    let layers = layout::layers(reading, style, panels.ranges.len(), 8, 12, |row| {
        shown.iter().map(|&column| 8.0 * scale.strength(reading.cell(row, column)).unwrap_or(-0.1)).collect()
    })?;

    let shown_as = if style.color == ColorDepth::None { "shade" } else { "colour" };
    let about = format!("every layer's top token; {shown_as}: {}", scale.describes(style.charset));
    page.title("Reading", &about);
    for range in &panels.ranges {
        page.blank();
        let columns: Vec<usize> = range.clone().collect();
        panel(&mut page, reading, &scale, &layers.rows, &columns, gutter, panels.cell);
    }
    page.blank();
    legend(&mut page, &scale);
    let tick = page.glyphs().tick;
    let settled = format!(" {tick} this top token is already that of {}", super::last_layer(reading));
    page.prose(&settled, Paint::DIM);
    page.blank();
    totals(&mut page, reading, gutter);
    page.blank();
    left_out(&mut page, reading, &panels);
    if let Some(note) = layers.note() {
        page.prose(&note, Paint::PLAIN);
    }
    let next = next(&page, reading, &scale);
    caption(&mut page, reading, &next);
    Ok(page.finish())
}

fn wish(reading: &Reading, style: &Style) -> Wish {
    let inputs = reading.tokens.iter().map(|token| text::width(&text::token(&token.text, style.charset)));
    let tops = reading.columns[TOP_ID].iter().step_by(reading.columns.top_k.max(1));
    let tops = tops.map(|&id| text::width(&text::vocabulary(reading, id, style.charset)));
    let mut widths: Vec<usize> = inputs.chain(tops).collect();
    widths.sort_unstable();
    // Wide enough for nine tokens in ten: one long word should not widen all columns.
    let typical = widths.get(widths.len() * 9 / 10).copied().unwrap_or(0);
    Wish { least: 7, comfortable: 9, most: (typical + 2).clamp(8, 14) }
}

fn panel(
    page: &mut Page<'_>,
    reading: &Reading,
    scale: &ColorScale<'_>,
    rows: &[usize],
    columns: &[usize],
    gutter: usize,
    cell: usize,
) {
    let charset = page.style.charset;
    let strip = |page: &mut Page<'_>, label: &str, paint: Paint, of: &dyn Fn(usize) -> String| {
        let mut line = labelled(page, label, gutter, Paint::DIM);
        for &column in columns {
            line.space(1).push(page.cell(&of(column), cell - 2, Align::Left), paint).space(1);
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
            tile(page, &mut line, reading, scale, (row, column), cell);
        }
        page.line(line);
    }
    strip(page, "next", Paint::BOLD, &|column| match reading.targets[column].is_argmax {
        true => "?".to_owned(),
        false => text::target(reading, column, charset),
    });
    let last = reading.rows.len() - 1;
    let number = |written: String| text::number(written, charset);
    strip(page, "surprisal", Paint::DIM, &|column| match reading.targets[column].is_argmax {
        true => String::new(),
        false => number(bits(reading.cell(last, column).surprisal_bits())),
    });
    strip(page, "entropy", Paint::DIM, &|column| number(bits(reading.cell(last, column).entropy_bits())));
}

/// The top token of a cell; a corner tick where it is what the last layer will say.
fn tile(
    page: &Page<'_>,
    line: &mut Line,
    reading: &Reading,
    scale: &ColorScale<'_>,
    at: (usize, usize),
    columns: usize,
) {
    let cell = reading.cell(at.0, at.1);
    let strength = scale.strength(cell);
    let top = cell.top().next();
    let settled =
        at.0 + 1 < reading.rows.len() && top.is_some() && top.map(|t| t.id) == final_top(reading, at.1);
    let words = top
        .map_or_else(|| nothing(page, reading), |top| text::vocabulary(reading, top.id, page.style.charset));
    let tick = if settled { page.glyphs().tick } else { " " };
    if page.style.color != ColorDepth::None {
        let paint = Paint::on(strength);
        line.push(tick, paint).push(page.cell(&words, columns - 2, Align::Left), paint).push(" ", paint);
        return;
    }
    let shade = scale.step(strength).map_or(" ", |shade| page.glyphs().shades[shade]);
    // tick, token, shade, gap
    line.push(tick, Paint::PLAIN).push(page.cell(&words, columns - 3, Align::Left), Paint::PLAIN);
    line.push(shade, Paint::PLAIN).space(1);
}

/// What stands where a cell has no top token: none was kept, or it has no numbers.
fn nothing(page: &Page<'_>, reading: &Reading) -> String {
    if reading.columns.top_k == 0 { "?".to_owned() } else { text::number(bits(f32::NAN), page.style.charset) }
}

fn final_top(reading: &Reading, column: usize) -> Option<fathom_reading::TokenId> {
    reading.cell(reading.rows.len() - 1, column).top().next().map(|top| top.id)
}

/// Means over the positions that have a next token; the last position's own choice says nothing about a text.
fn totals(page: &mut Page<'_>, reading: &Reading, gutter: usize) {
    let charset = page.style.charset;
    let all: Vec<usize> = (0..reading.positions().len()).collect();
    let real: Vec<usize> = all.iter().copied().filter(|&c| !reading.targets[c].is_argmax).collect();
    let last = reading.rows.len() - 1;
    let number = |value: f64| text::number(bits(value as f32), charset);
    let mean = |columns: &[usize], row: usize, of: &dyn Fn(Cell<'_>) -> f32| {
        let numbers = || columns.iter().map(|&c| f64::from(of(reading.cell(row, c)))).filter(|x| !x.is_nan());
        numbers().sum::<f64>() / numbers().count() as f64
    };
    // A position without numbers after the last layer has no part in what that layer comes to.
    let has_surprisal = |c: &usize| !reading.cell(last, *c).surprisal_bits().is_nan();
    let judged: Vec<usize> = real.iter().copied().filter(has_surprisal).collect();
    page.prose(&format!("Means after {}", super::last_layer(reading)), Paint::BOLD);
    let entropy = format!("{} bits", number(mean(&all, last, &|cell| cell.entropy_bits())));
    if real.is_empty() {
        item(page, "entropy", &entropy, gutter);
        item(page, "surprisal", "no position has a next token to judge by", gutter);
        return;
    }
    let surprisal = |row: usize| mean(&real, row, &|cell| cell.surprisal_bits());
    let (bits, perplexity) = (number(surprisal(last)), number(surprisal(last).exp2()));
    let excluded = match all.len() - real.len() {
        0 => String::new(),
        1 => "; the last position has none".to_owned(),
        n => format!("; {n} positions have none"),
    };
    let of =
        format!("{bits} bits a token, perplexity {perplexity}, over {} next tokens{excluded}", judged.len());
    item(page, "surprisal", &of, gutter);
    item(page, "entropy", &entropy, gutter);
    let hits = judged.iter().filter(|&&c| reading.cell(last, c).target().rank == Rank::FIRST).count();
    item(page, "top-1", &format!("the next token at {hits} of {} positions", judged.len()), gutter);
    sparkline(page, &(0..=last).map(surprisal).collect::<Vec<_>>(), gutter);
}

/// One line of the totals; its number stands where the cells do.
fn item(page: &mut Page<'_>, label: &str, words: &str, gutter: usize) {
    let indent = page.style.width.min(gutter.min(page.style.width / 3));
    for (i, words) in text::wrap(words, page.style.width - indent).into_iter().enumerate() {
        let mut line = labelled(page, if i == 0 { label } else { "" }, gutter, Paint::DIM);
        line.push(words, Paint::PLAIN);
        page.line(line);
    }
}

/// Mean surprisal after each layer, from 0 bits up: where the work is done.
fn sparkline(page: &mut Page<'_>, means: &[f64], gutter: usize) {
    let spark = page.glyphs().spark;
    let (Some(first), Some(end)) = (means.first(), means.last()) else { return };
    let most = means.iter().copied().fold(0.0, f64::max);
    let height = |mean: &f64| {
        if mean.is_nan() {
            return " ";
        }
        let share = if most > 0.0 && mean.is_finite() { (mean / most).clamp(0.0, 1.0) } else { 0.0 };
        spark[(share * (spark.len() - 1) as f64).round() as usize]
    };
    let words = |value: f64| text::number(bits(value as f32), page.style.charset);
    let drawn: String = means.iter().map(height).collect();
    let whole = format!("{} {drawn} {} bits of surprisal", words(*first), words(*end));
    // A chart that wraps says nothing.
    if means.len() > 2 && text::width(&whole) <= room(page, gutter) {
        item(page, "by layer", &whole, gutter);
    }
}

fn left_out(page: &mut Page<'_>, reading: &Reading, panels: &Panels) {
    let range = &panels.left_out;
    if range.is_empty() {
        return;
    }
    let (first, last) = (reading.positions()[range.start], reading.positions()[range.end - 1]);
    let sentence = format!(
        "{} of {} positions left out ({first}{}{last}): a wider terminal shows more, -o FILE.csv has all.",
        range.len(),
        reading.positions().len(),
        page.glyphs().up_to
    );
    page.prose(&sentence, Paint::PLAIN);
}

/// Another metric, and the position that surprised most.
fn next(page: &Page<'_>, reading: &Reading, scale: &ColorScale<'_>) -> Vec<Next> {
    let last = reading.rows.len() - 1;
    let surprisal = |column: usize| reading.cell(last, column).surprisal_bits();
    let real =
        (0..reading.positions().len()).filter(|&c| !reading.targets[c].is_argmax && !surprisal(c).is_nan());
    let most = real.max_by(|&a, &b| surprisal(a).total_cmp(&surprisal(b)));
    let other = if scale.column() == ENTROPY_BITS.column() { KL_BITS } else { ENTROPY_BITS };
    let made = reading.tokens.iter().any(|token| token.origin == Origin::Output);
    let mut next = vec![Next {
        command: "read",
        options: vec![format!("--metric {}", other.column().typed_name())],
        outputs: made,
    }];
    if let Some(column) = most {
        let position = reading.positions()[column];
        let outputs = position.index() >= reading.prompt_len();
        next.push(Next { command: "predictions", options: at(page, reading, position), outputs });
    }
    next
}
