//! Figures as pixels: no letter is lost where a text needs several fonts, and no text stops the drawing.

mod invented;

use fathom_reading::LensKind;
use fathom_render::figure::{FigureOptions, predictions, rankings, read, watch};
use fathom_render::png;
use proptest::prelude::*;
use resvg::tiny_skia::Pixmap;

/// Words that need shaping, several fonts, or another direction; and what should not be in a text at all.
const PIECES: [&str; 38] = [
    "لا",
    "الله",
    "سلام",
    "ﻻﷲ",
    "بِسْمِ",
    "لا\u{200d}",
    "ال\u{64e}لا",
    "שָׁלוֹם",
    "הלא",
    "क्षत्रिय",
    "हिन्दी",
    "र्\u{200d}",
    "ไทย",
    "ำ",
    "ক্ষ",
    "தமிழ்",
    "မြန်မာ",
    "👩\u{200d}👩\u{200d}👧",
    "👍🏽",
    "🇩🇪🇫🇷🇩",
    "❤\u{fe0f}",
    "e\u{301}\u{327}",
    "\u{301}",
    "\u{202e}",
    "\u{202d}",
    "\u{2066}",
    "\u{2067}",
    "\u{2069}",
    "\u{200f}",
    "\u{2029}",
    "\u{e0067}\u{e007f}",
    "日本",
    "\u{1100}\u{1161}한국",
    "␣",
    "⟨E2⟩",
    "office ",
    "123 ١٢٣",
    "<&>",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[\u{600}-\u{6ff}\u{900}-\u{97f}\u{e00}-\u{e7f}]{0,4}",
    ];
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// What XML can hold.
fn escaped(words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    words.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

fn svg(attributes: &str, inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" width=\"400\" height=\"40\" font-size=\"16\">\
         <text y=\"25\" {attributes}>{inside}</text></svg>"
    )
}

fn pixels(attributes: &str, words: &str) -> Pixmap {
    let picture = png::draw(&svg(attributes, &escaped(words)), 2.0).unwrap();
    assert!(picture.missing.is_empty(), "{words}: {:?}", picture.missing);
    Pixmap::decode_png(&picture.bytes).unwrap()
}

/// How much is drawn, in pixels.
fn ink(words: &str) -> f64 {
    pixels("x=\"10\"", words).pixels().iter().map(|pixel| f64::from(pixel.alpha()) / 255.0).sum()
}

/// The left and the right end of what is drawn, in units.
fn ends(attributes: &str, words: &str) -> (f32, f32) {
    let drawn = pixels(attributes, words);
    let columns = drawn.width() as usize;
    let inked = |column: &usize| drawn.pixels().iter().skip(*column).step_by(columns).any(|p| p.alpha() > 60);
    let (left, right) = ((0..columns).find(inked), (0..columns).rev().find(inked));
    (left.unwrap() as f32 / 2.0, (right.unwrap() + 1) as f32 / 2.0)
}

#[test]
fn lam_alef_beside_another_font_loses_nothing() {
    // What usvg's own mixing of fonts lost, or panicked over: two fonts that make different numbers of glyphs.
    let cases: [&[&str]; 8] = [
        &["Prompt: ", "لا"],
        &["Prompt: ", "سلام", " ", "الله", " ", "كتاب"],
        &["Prompt: ", "السلام", " ", "عليكم"],
        &["Prompt: ", "السلام", " ", "عليكم", " ", "ورحمة"],
        &["␣", "السلام", "␣"],
        &["⟨", "E2", "⟩", "الا", "שלא"],
        &["office ", "لا", "␣", "office"],
        &["الا", " (", "لا", ") ", "123", " ", "لا"],
    ];
    for parts in cases {
        let (whole, apart) = (ink(&parts.concat()), parts.iter().map(|part| ink(part)).sum::<f64>());
        assert!((whole / apart - 1.0).abs() < 0.02, "{parts:?}: {whole} of {apart}");
    }
}

#[test]
fn runs_stand_where_the_whole_text_would() {
    // Around its place, before it, and after it.
    let (left, right) = ends("x=\"200\" text-anchor=\"middle\"", "⟨ii⟩");
    assert!(((left + right) / 2.0 - 200.0).abs() < 1.0, "{left} {right}");
    let (_, right) = ends("x=\"200\" text-anchor=\"end\"", "a⟨b");
    assert!((right - 200.0).abs() < 2.0, "{right}");
    let (left, _) = ends("x=\"200\"", "b⟨a");
    assert!((left - 200.0).abs() < 3.0, "{left}");
    // From left to right: a run begins where the one before ends (but for the room beside letters).
    let (left, right) = ends("x=\"10\"", "⟨E2⟩⟨E3⟩");
    let (_, first) = ends("x=\"10\"", "⟨E2⟩");
    let (start, _) = ends("x=\"10\"", "⟨");
    assert_eq!(left, start);
    assert!((right - first - (first - left)).abs() < 4.0, "{left} {first} {right}");
}

#[test]
fn right_to_left_runs_keep_their_order() {
    // The letters of one word, once in one run and once with a mark of another font in the middle: its first letter
    // stays on the right of the mark.
    let alone = pixels("x=\"10\"", "ל");
    let beside = pixels("x=\"10\"", "ל␣א");
    let columns = alone.width() as usize;
    let band = |drawn: &Pixmap, from: usize, to: usize| -> f64 {
        let rows = drawn.pixels().chunks(columns);
        rows.flat_map(|row| row[from..to].iter()).map(|pixel| f64::from(pixel.alpha())).sum()
    };
    let (left, right) = ends("x=\"10\"", "ל␣א");
    let wide = |words| ends("x=\"10\"", words).1 - ends("x=\"10\"", words).0;
    let aleph = ((left + wide("א")) * 2.0) as usize;
    let at = |units: f32| (units * 2.0) as usize;
    assert!((band(&beside, 0, aleph) / band(&pixels("x=\"10\"", "א"), 0, columns) - 1.0).abs() < 0.1);
    let lamed = band(&beside, at(right - wide("ל")), columns);
    assert!((lamed / band(&alone, 0, columns) - 1.0).abs() < 0.1);
    // White space at a run's end stays on its side: between two words, not beyond the second.
    let together = ends("x=\"10\"", "הלא").1;
    let apart = ends("x=\"10\"", "␣ הלא").1 - ends("x=\"10\"", "␣").1;
    assert!(apart > together - 10.0 + 2.0, "{apart} {together}");
    let inner = |words: &str| {
        let (left, right) = ends("x=\"10\"", words);
        (left, right - left)
    };
    assert_eq!(inner("א (לא)␣ אל").1, inner("א␣ (לא) אל").1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_stops_the_drawing(words in text(), wild in any::<String>(), anchor in 0..3usize) {
        let anchor = ["start", "middle", "end"][anchor];
        for words in [words, wild] {
            let (quiet, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
            let inside = format!("<tspan fill-opacity=\".5\">{}</tspan>{}", escaped(quiet), escaped(rest));
            for inside in [escaped(&words), inside] {
                let drawn = png::draw(&svg(&format!("text-anchor=\"{anchor}\""), &inside), 0.25);
                prop_assert!(drawn.is_ok(), "{:?}: {:?}", words, drawn.err());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_token_stops_a_figure(tokens in proptest::collection::vec(text(), 6)) {
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        let reading = invented::reading(&invented::Plan {
            layers: 2,
            prompt: &tokens[..3],
            outputs: &tokens[3..5],
            watched: &tokens[4..6],
            top_k: 3,
            lens: LensKind::Logit,
        });
        for draw in [predictions, rankings, watch, read] {
            let svg = draw(&reading, &FigureOptions::default()).unwrap();
            let drawn = png::draw(&svg, 0.2);
            prop_assert!(drawn.is_ok(), "{:?}: {:?}", tokens, drawn.err());
        }
    }
}
