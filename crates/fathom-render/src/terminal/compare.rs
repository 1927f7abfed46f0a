//! Two readings at their blanks: what each would have said after every layer.

use super::{check, column_of, gutter, labelled, room};
use crate::caption::caption;
use crate::error::RenderError;
use crate::layout;
use crate::page::{Line, Page, Paint};
use crate::style::Style;
use crate::text::{self, Align};
use fathom_reading::{Cell, Reading, text::percent};

/// Columns of the longest percentage, `>99.99%`, and a space on both sides.
const PERCENT: usize = 9;

/// The top token of `a` and of `b` after every layer, each at its own blank (the last prompt token). Layers are
/// matched by depth where the models have different numbers of them.
///
/// ```
/// use fathom_render::{Style, terminal::compare};
/// let reading = fathom_reading::Reading::example();
/// let drawing = compare(&reading, &reading, &Style::default())?;
/// assert!(drawing.contains("they agree"));
/// # Ok::<(), fathom_render::RenderError>(())
/// ```
pub fn compare(a: &Reading, b: &Reading, style: &Style) -> Result<String, RenderError> {
    check(a)?;
    check(b)?;
    let at = (column_of(a, None)?, column_of(b, None)?);
    let mut page = Page::new(style);
    page.title("Comparison", "of what each would have said after its prompt, layer by layer");
    for (name, reading) in [("A", a), ("B", b)] {
        page.prose(&format!("{name}: {}", side(&page, reading)), Paint::PLAIN);
    }
    page.blank();
    let rows: Vec<(usize, usize)> = (0..a.rows.len()).map(|row| (row, matched(a, b, row))).collect();
    let layers = layout::layers(a, style, 1, 1, 14, |row| {
        let (left, right) = (a.cell(row, at.0), b.cell(matched(a, b, row), at.1));
        vec![left.entropy_bits(), right.entropy_bits(), f32::from(u8::from(agree((a, left), (b, right))))]
    })?;
    table(&mut page, (a, b), at, &layers.rows);
    page.blank();
    page.prose(&answer(&page, (a, b), at, &rows), Paint::PLAIN);
    if let Some(note) = layers.note() {
        page.prose(&note, Paint::PLAIN);
    }
    if a.rows.len() != b.rows.len() {
        page.prose("The models differ in layers: rows are A's, B's are matched by depth.", Paint::PLAIN);
    }
    if let Some(place) = b.info.not_finite {
        page.prose(&format!("Note: B: {}.", place.note()), Paint::PLAIN);
    }
    page.prose("All positions and their differences: -o FILE.html", Paint::PLAIN);
    caption(&mut page, a, &[]);
    Ok(page.finish())
}

/// The prompt, and which model and lens read it.
fn side(page: &Page<'_>, reading: &Reading) -> String {
    let charset = page.style.charset;
    let end = reading.prompt_len();
    let prompt = fathom_reading::text::joined(&reading.tokens[..end]);
    let prompt = text::cut(&text::plain(&prompt, charset), 60, charset);
    format!(
        "{prompt} ({}, {} lens)",
        text::plain(&reading.info.model.name, charset),
        reading.info.lens.kind.name()
    )
}

/// The row of `b` at the relative depth of a row of `a`.
fn matched(a: &Reading, b: &Reading, row: usize) -> usize {
    let (last_a, last_b) = (a.last_row().max(1), b.last_row());
    (row * last_b + last_a / 2) / last_a
}

/// Whether the best candidates are the same word: by text, as two vocabularies may count differently.
fn agree(a: (&Reading, Cell<'_>), b: (&Reading, Cell<'_>)) -> bool {
    let word = |(reading, cell): (&Reading, Cell<'_>)| cell.top().next().map(|best| reading.text(best.id));
    word(a).is_some() && word(a) == word(b)
}

fn table(page: &mut Page<'_>, (a, b): (&Reading, &Reading), at: (usize, usize), rows: &[usize]) {
    let gutter = gutter(a, &["layer"]);
    let half = ((room(page, gutter)) / 2).clamp(12, 34);
    let mut head = labelled(page, "layer", gutter, Paint::DIM);
    for name in ["A", "B"] {
        head.push(page.cell(&format!(" {name}"), half, Align::Left), Paint::DIM);
    }
    page.line(head);
    for &row in rows {
        let (left, right) = (a.cell(row, at.0), b.cell(matched(a, b, row), at.1));
        let same = agree((a, left), (b, right));
        let mut line = labelled(page, &a.rows[row].to_string(), gutter, Paint::DIM);
        half_line(page, &mut line, a, left, half, same);
        half_line(page, &mut line, b, right, half, same);
        page.line(line);
    }
}

/// A side's best token and its probability; in bold where the other side says the same.
fn half_line(
    page: &Page<'_>,
    line: &mut Line,
    reading: &Reading,
    cell: Cell<'_>,
    columns: usize,
    same: bool,
) {
    let Some(best) = cell.top().next() else {
        line.space(columns);
        return;
    };
    let charset = page.style.charset;
    let paint = Paint::on(Some(best.prob.clamp(0.0, 1.0).sqrt())).bold(same);
    let shown = format!(" {}", text::vocabulary(reading, best.id, charset));
    let prob = text::number(percent(best.prob), charset);
    line.push(page.cell(&shown, columns.saturating_sub(PERCENT + 1), Align::Left), paint);
    line.push(page.cell(&format!("{prob} "), PERCENT, Align::Right), paint).space(1);
}

/// Where the two come to the same word, or that they don't.
fn answer(
    page: &Page<'_>,
    (a, b): (&Reading, &Reading),
    at: (usize, usize),
    rows: &[(usize, usize)],
) -> String {
    let same = |&(row, other): &(usize, usize)| agree((a, a.cell(row, at.0)), (b, b.cell(other, at.1)));
    let last = (a.last_row(), b.last_row());
    let word = |reading: &Reading, row: usize, column: usize| {
        let best = reading.cell(row, column).top().next();
        best.map_or_else(
            || "nothing".to_owned(),
            |best| {
                let shown = text::vocabulary(reading, best.id, page.style.charset);
                format!("{shown} ({})", text::number(percent(best.prob), page.style.charset))
            },
        )
    };
    let (left, right) = (word(a, last.0, at.0), word(b, last.1, at.1));
    if !same(&(last.0, last.1)) {
        let agreeing = rows.iter().filter(|row| same(row)).count();
        return format!(
            "After the last layer A says {left}, B {right}. Their top tokens agree at {agreeing} of {} layers.",
            rows.len()
        );
    }
    let since = rows.iter().rposition(|row| !same(row)).map_or(0, |row| row + 1);
    let since = a.rows.get(since).copied().unwrap_or(a.rows[last.0]);
    format!(
        "After the last layer they agree: A says {left}, B {right}; they have since {}.",
        super::layer_name(since)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_that_differ_are_told_apart() {
        let a = Reading::example();
        let b = a.select(&[0, 1, 2], &[0, 1, 2, 3, 4]);
        let drawing = compare(&a, &b, &Style::default()).unwrap();
        assert!(drawing.contains("After the last layer A says ␣are (57.4%), B ␣is"), "{drawing}");
        assert!(drawing.contains("matched by depth"), "{drawing}");
        assert!(drawing.lines().all(|line| text::width(line) <= Style::default().width), "{drawing}");
    }

    #[test]
    fn depth_matches_ends_with_ends() {
        let a = Reading::example();
        let b = a.select(&[0, 4], &[4]);
        let rows: Vec<usize> = (0..5).map(|row| matched(&a, &b, row)).collect();
        assert_eq!(rows, [0, 0, 1, 1, 1]);
    }
}
