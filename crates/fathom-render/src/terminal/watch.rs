//! The article's *watch*: ranks of chosen tokens at one position side by side, a row a layer, and who leads.

use super::{check, column_of, gutter, labelled, room};
use crate::caption::{Next, at, caption};
use crate::error::RenderError;
use crate::layout;
use crate::lead::{self, leader};
use crate::metric::{ColorScale, rank_strength};
use crate::page::{Line, Page, Paint};
use crate::style::{ColorDepth, Style};
use crate::text::{self, Align};
use fathom_reading::known::WATCH_RANK;
use fathom_reading::text::{bits, percent, rank_short};
use fathom_reading::{Position, Rank, Reading, WatchedScore};

/// Columns of the lead: marker and bits.
const LEAD: usize = 12;
/// A chart narrower than this shows nothing.
const LEAST_CHART: usize = 16;

/// Columns of one watched token: marker, rank, gap.
const LEAST_CELL: usize = 9;
/// Columns of one watched token with its probability.
const LEAST_WITH_PROBS: usize = 17;

/// What fits beside one another.
struct Plan {
    gutter: usize,
    /// Columns of one watched token.
    cell: usize,
    probs: bool,
    lead: bool,
    /// Columns of the chart, 0 for none.
    chart: usize,
    /// Watched tokens that fit.
    tokens: usize,
}

/// Draws how every layer ranks the reading's watched tokens as the token after `position` (by default the blank
/// after the prompt): ranks, probabilities, the leader and its margin, and a chart of the ranks.
///
/// ```
/// use fathom_render::{Style, terminal::watch};
/// let reading = fathom_reading::Reading::example();
/// let drawing = watch(&reading, &Style::default(), None)?;
/// assert!(drawing.contains("␣are leads"));
/// # Ok::<(), fathom_render::RenderError>(())
/// ```
pub fn watch(reading: &Reading, style: &Style, position: Option<Position>) -> Result<String, RenderError> {
    check(reading)?;
    if reading.watched.is_empty() {
        return Err(RenderError::NothingWatched);
    }
    let column = column_of(reading, position)?;
    let mut page = Page::new(style);
    let layers = layout::layers(reading, style, 1, 2, 12, |row| {
        reading.cell(row, column).watch().map(|score| score.rank.number().ln()).collect()
    })?;
    let plan = plan(&page, reading);
    let place = text::place(reading, reading.positions()[column], style.charset);
    page.title("Watch", &format!("rank and probability as the token after {place}"));
    page.blank();
    heads(&mut page, reading, &plan);
    for &row in &layers.rows {
        let line = layer(&page, reading, row, column, &plan);
        page.line(line);
    }
    page.blank();
    super::legend::legend(&mut page, &ColorScale::rank());
    page.blank();
    let shown = |raw: &str| text::token(raw, style.charset);
    page.prose(&lead::verdict(reading, column, style.charset, &shown), Paint::BOLD);
    notes(&mut page, reading, column, &plan);
    if let Some(note) = layers.note() {
        page.prose(&note, Paint::PLAIN);
    }
    let position = reading.positions()[column];
    let outputs = position.index() >= reading.prompt_len();
    let options = at(&page, reading, position);
    caption(&mut page, reading, &[Next { command: "predictions", options, outputs }]);
    Ok(page.finish())
}

fn plan(page: &Page<'_>, reading: &Reading) -> Plan {
    let gutter = gutter(reading, &["layer"]);
    let room = room(page, gutter);
    let tokens = reading.watched.len();
    let widest = (0..tokens).map(|w| text::width(&name(page, reading, w, usize::MAX)) + 3).max().unwrap_or(0);
    let lead = if tokens > 1 { LEAD } else { 0 };
    let fits = |cell: usize| tokens * cell + lead <= room;
    let mut plan = Plan { gutter, cell: 0, probs: true, lead: lead > 0, chart: 0, tokens };
    // What goes first where room is short: long names, then probabilities, then the lead and the last tokens.
    plan.cell = if fits(widest.clamp(LEAST_WITH_PROBS, 20)) {
        widest.clamp(LEAST_WITH_PROBS, 20)
    } else if fits(LEAST_WITH_PROBS) {
        LEAST_WITH_PROBS
    } else {
        plan.probs = false;
        widest.clamp(LEAST_CELL, 12).min((room.saturating_sub(lead) / tokens).max(LEAST_CELL))
    };
    if !fits(plan.cell) {
        plan.lead = false;
        plan.tokens = tokens.min((room / plan.cell).max(1));
    }
    let used = plan.tokens * plan.cell + if plan.lead { LEAD } else { 0 };
    let left = room.saturating_sub(used + 1);
    if left >= LEAST_CHART {
        plan.chart = left.min(56);
    }
    plan
}

/// `␣is`, and `␣aren't*` for a string of several tokens, of which the columns hold the first; cut to `columns`.
fn name(page: &Page<'_>, reading: &Reading, w: usize, columns: usize) -> String {
    let (watched, charset) = (&reading.watched[w], page.style.charset);
    let shown = text::token(&watched.text, charset);
    let star = if watched.ids.len() == 1 { "" } else { "*" };
    text::cut(&shown, columns.saturating_sub(star.len()), charset) + star
}

fn marker(page: &Page<'_>, w: usize) -> &'static str {
    page.glyphs().markers[w % 8]
}

fn heads(page: &mut Page<'_>, reading: &Reading, plan: &Plan) {
    let mut line = labelled(page, "layer", plan.gutter, Paint::DIM);
    for w in 0..plan.tokens {
        let columns = plan.cell - 3;
        line.push(marker(page, w), Paint::series(w)).space(1);
        line.push(page.cell(&name(page, reading, w, columns), columns, Align::Left), Paint::BOLD).space(1);
    }
    if plan.lead {
        line.push(page.cell("lead, bits", LEAD, Align::Left), Paint::DIM);
    }
    if plan.chart > 0 {
        line.push(axis(page, reading, plan.chart), Paint::DIM);
    }
    page.line(line);
}

/// Ranks 1, 10, 100 … with the best on the right: a race to the right edge. A label that would touch the one to its
/// right is left out.
fn axis(page: &Page<'_>, reading: &Reading, columns: usize) -> String {
    let mut cells = vec![' '; columns];
    let mut free = columns + 1;
    for decade in 0..=decades(reading) as u32 {
        let label = rank_short(Rank::new(10u32.saturating_pow(decade)).unwrap_or(Rank::FIRST));
        let label = label.replace("1000", "1k");
        let at = place_on(reading, 10f32.powi(decade as i32), columns);
        let start = (at + 1).saturating_sub(label.len().div_ceil(2)).min(columns - label.len());
        if start + label.len() < free {
            label.chars().enumerate().for_each(|(i, c)| cells[start + i] = c);
            free = start;
        }
    }
    page.cell(&cells.iter().collect::<String>(), columns, Align::Left)
}

/// Powers of ten that the axis spans: the vocabulary's, so that all readings of a model compare.
fn decades(reading: &Reading) -> f32 {
    let most =
        reading.columns[WATCH_RANK].iter().filter_map(|rank| rank.some()).map(Rank::get).max().unwrap_or(1);
    (most.max(reading.info.model.vocabulary).max(10) as f32).log10()
}

fn place_on(reading: &Reading, rank: f32, columns: usize) -> usize {
    let along = rank.max(1.0).log10() / decades(reading);
    (((1.0 - along).max(0.0) * (columns - 1) as f32).round() as usize).min(columns - 1)
}

fn layer(page: &Page<'_>, reading: &Reading, row: usize, column: usize, plan: &Plan) -> Line {
    let mut line = labelled(page, &reading.rows[row].to_string(), plan.gutter, Paint::DIM);
    let ahead = leader(reading, row, column).filter(|_| reading.watched.len() > 1);
    for (w, score) in reading.cell(row, column).watch().enumerate().take(plan.tokens) {
        let leads = ahead.is_some_and(|(first, ..)| first == w);
        token_cell(page, &mut line, score, w, leads, plan);
    }
    if plan.lead {
        match ahead {
            Some((first, _, margin)) => {
                line.push(marker(page, first), Paint::series(first));
                line.push(
                    page.cell(
                        &format!(" +{}", text::number(bits(margin as f32), page.style.charset)),
                        LEAD - 1,
                        Align::Left,
                    ),
                    Paint::PLAIN,
                );
            }
            None => {
                let blank = reading.cell(row, column).entropy_bits().is_nan();
                line.push(page.cell(if blank { "" } else { "tie" }, LEAD, Align::Left), Paint::DIM);
            }
        }
    }
    if plan.chart > 0 {
        chart(page, &mut line, reading, row, column, plan);
    }
    line
}

fn token_cell(page: &Page<'_>, line: &mut Line, score: WatchedScore, w: usize, leads: bool, plan: &Plan) {
    let plain = page.style.color == ColorDepth::None;
    let strength = rank_strength(score.rank);
    line.push(if leads { marker(page, w) } else { " " }, Paint::series(w));
    let number = text::number(rank_short(score.rank), page.style.charset);
    let columns = if plan.probs { 7 } else { plan.cell - 2 };
    if plain {
        let shade = ColorScale::rank().step(strength).map_or(" ", |shade| page.glyphs().shades[shade]);
        line.push(page.cell(&format!("{number:>4} {shade}"), columns, Align::Right), Paint::PLAIN);
    } else {
        line.push(
            page.cell(&number, columns, Align::Centre),
            Paint::on(strength).bold(score.rank == Rank::FIRST),
        );
    }
    if plan.probs {
        let prob = text::number(percent(score.prob), page.style.charset);
        line.push(page.cell(&prob, 8, Align::Right), Paint::DIM);
    }
    let used = 1 + columns + if plan.probs { 8 } else { 0 };
    line.space(plan.cell.saturating_sub(used));
}

/// The watched tokens on this layer's stretch of the axis; where two meet, the one ahead is drawn.
fn chart(page: &Page<'_>, line: &mut Line, reading: &Reading, row: usize, column: usize, plan: &Plan) {
    let mut cells: Vec<Option<usize>> = vec![None; plan.chart];
    let scores: Vec<WatchedScore> = reading.cell(row, column).watch().take(plan.tokens).collect();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].logit.total_cmp(&scores[b].logit));
    for w in order {
        if let Some(rank) = scores[w].rank.some() {
            cells[place_on(reading, rank.number(), plan.chart)] = Some(w);
        }
    }
    let ticks: Vec<usize> =
        (0..=decades(reading) as i32).map(|d| place_on(reading, 10f32.powi(d), plan.chart)).collect();
    for (at, cell) in cells.into_iter().enumerate() {
        match cell {
            Some(w) => line.push(marker(page, w), Paint::series(w).bold(true)),
            None if ticks.contains(&at) => line.push(page.glyphs().guide, Paint::DIM),
            None => line.space(1),
        };
    }
}

fn notes(page: &mut Page<'_>, reading: &Reading, column: usize, plan: &Plan) {
    let charset = page.style.charset;
    if plan.tokens < reading.watched.len() {
        let sentence = format!(
            "{} of {} watched tokens left out of the table: a wider terminal shows them.",
            reading.watched.len() - plan.tokens,
            reading.watched.len()
        );
        page.prose(&sentence, Paint::PLAIN);
    }
    if !plan.probs {
        let wider = plan.gutter + reading.watched.len() * LEAST_WITH_PROBS + LEAD;
        page.prose(&format!("Probabilities left out: {wider} columns show them."), Paint::PLAIN);
    }
    let shown = |raw: &str| text::token(raw, charset);
    for sentence in lead::of_several_tokens(reading, column, charset, &shown) {
        page.prose(&sentence, Paint::PLAIN);
    }
}
