//! Readings with cells that have no numbers: blank wherever they are drawn, with one note, and never a number or a colour.

use fathom_reading::known::of_every_reading;
use fathom_reading::{Columns, NotFiniteWhat, Position, Reading};
use fathom_render::figure::{self, FigureOptions};
use fathom_render::lead::lead;
use fathom_render::terminal::{Span, compare, predictions, rankings, read, watch};
use fathom_render::{Charset, ColorDepth, LayerChoice, Style};

fn style(color: ColorDepth, charset: Charset) -> Style {
    Style { width: 160, color, charset, layers: LayerChoice::All, ..Style::default() }
}

/// The names of the columns that can colour a reading.
fn colours(reading: &Reading) -> Vec<String> {
    reading.columns.colours().map(|stored| stored.column.name.to_string()).collect()
}

/// Every drawing of a reading on a terminal.
fn drawings(reading: &Reading, style: &Style) -> Vec<String> {
    let mut all: Vec<String> =
        colours(reading).iter().map(|metric| read(reading, style, metric).unwrap()).collect();
    for position in [None, Some(Position(6))] {
        all.push(predictions(reading, style, position, 5).unwrap());
        all.push(watch(reading, style, position).unwrap());
    }
    all.push(rankings(reading, style, Span::WithPrompt).unwrap());
    all
}

fn figures(reading: &Reading) -> Vec<String> {
    let options = |metric: &str, position| FigureOptions {
        metric: metric.to_owned().into(),
        position,
        span: Span::WithPrompt,
        ..FigureOptions::default()
    };
    let mut all = Vec::new();
    for metric in colours(reading) {
        all.push(figure::read(reading, &options(&metric, None)).unwrap());
        all.push(figure::rankings(reading, &options(&metric, None)).unwrap());
    }
    for position in [None, Some(Position(6))] {
        all.push(figure::predictions(reading, &options("rank", position)).unwrap());
        all.push(figure::watch(reading, &options("rank", position)).unwrap());
    }
    all
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const NOTE: &str = "Note: the state at 3.mlp_out, position 4, is the first that is not finite";

#[test]
fn every_view_says_once_why_cells_are_blank() {
    let reading = Reading::damaged_example();
    let unicode = style(ColorDepth::None, Charset::Unicode);
    for drawing in drawings(&reading, &unicode) {
        assert_eq!(words(&drawing).matches(NOTE).count(), 1, "{drawing}");
        assert!(
            !drawing.contains("NaN") && !drawing.contains("4294967295") && !drawing.contains("4,294"),
            "{drawing}"
        );
    }
    for drawing in drawings(&reading, &style(ColorDepth::None, Charset::Ascii)) {
        assert!(drawing.is_ascii(), "{drawing}");
    }
    for svg in figures(&reading) {
        assert!(
            svg.contains(NOTE)
                && !svg.contains("NaN")
                && !svg.contains("4294967295")
                && !svg.contains("4,294"),
            "{svg}"
        );
    }
    let both = compare(&reading, &Reading::example(), &unicode).unwrap();
    assert!(words(&both).contains("After the last layer A says nothing, B ␣are"), "{both}");
    for drawing in drawings(&Reading::example(), &unicode) {
        assert!(!drawing.contains("Note:"), "{drawing}");
    }
}

#[test]
fn a_cell_without_a_number_has_no_colour() {
    let (whole, damaged) = (Reading::example(), Reading::damaged_example());
    assert_eq!(colours(&damaged).len(), 7);
    for metric in colours(&damaged) {
        let of = |reading: &Reading| {
            let stored = reading.columns.colour(&metric).unwrap();
            reading.cells().map(|cell| cell.number(stored).is_nan()).collect::<Vec<_>>()
        };
        let blank = of(&damaged);
        assert!(blank[4 * 7 + 4..].iter().all(|blank| *blank) && !blank[..4].contains(&true), "{metric}");
        assert!(!of(&whole).contains(&true));
    }
}

#[test]
fn means_are_of_the_positions_that_have_numbers() {
    let drawing =
        read(&Reading::damaged_example(), &style(ColorDepth::None, Charset::Unicode), "rank").unwrap();
    // Of six next tokens, four stand before the damage.
    assert!(
        words(&drawing).contains("over 4 next tokens") && words(&drawing).contains("of 4 positions"),
        "{drawing}"
    );
}

#[test]
fn a_lead_needs_no_target() {
    let damaged = Reading::damaged_example();
    // At the last position there is no target; the rows above the damage lead as before.
    let part = |reading: &Reading| reading.select(&[0, 1, 2, 3], &[0, 1, 2, 3, 4, 5, 6]);
    let (with, without) = (lead(&part(&Reading::example()), 6).unwrap(), lead(&part(&damaged), 6).unwrap());
    assert_eq!((with.leader, with.runner_up, with.since), (without.leader, without.runner_up, without.since));
    assert!((with.margin_bits - without.margin_bits).abs() < 1e-6);
    assert_eq!(lead(&damaged, 6), None, "the last layer has nothing to compare");
}

#[test]
fn a_reading_of_nothing_but_blanks_is_drawn() {
    let mut reading = Reading::damaged_example();
    let cells = reading.cells().count();
    let (k, w) = (reading.columns.top_k, reading.watched.len());
    reading.columns = Columns::none_of(of_every_reading(), k, cells, w);
    reading.check().unwrap();
    assert_eq!(reading.info.not_finite.unwrap().what, NotFiniteWhat::State);
    for drawing in
        drawings(&reading, &style(ColorDepth::TrueColor, Charset::Unicode)).iter().chain(&figures(&reading))
    {
        assert!(!drawing.contains("NaN"), "{drawing}");
    }
}
