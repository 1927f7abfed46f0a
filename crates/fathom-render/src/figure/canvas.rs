//! SVG as it is written: numbers, attributes and text, each escaped where it is made. Nothing else writes markup.

use crate::fonts::Weight;
use std::fmt::{self, Display, Write};

/// A coordinate with at most two decimals, so that a drawing is the same on every machine.
pub(super) struct Num(pub(super) f32);

impl Display for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.0.is_finite() { self.0 } else { 0.0 };
        let written = format!("{value:.2}");
        let short = written.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if short == "-0" { "0" } else { short })
    }
}

/// Text of an element or an attribute: markup as entities, and what XML forbids as U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => out.push(c),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}

/// Which point of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Face<'a> {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) fill: &'a str,
}

/// An SVG that grows.
#[derive(Default)]
pub(super) struct Canvas {
    out: String,
}

impl Canvas {
    pub(super) fn new() -> Canvas {
        Canvas::default()
    }

    pub(super) fn into_string(self) -> String {
        self.out
    }

    /// Writes markup; what stands in it must have been escaped.
    pub(super) fn raw(&mut self, markup: fmt::Arguments<'_>) {
        // A `String` takes every write.
        let _ = self.out.write_fmt(markup);
    }

    /// Everything up to [`Canvas::end`] stands at `(x, y)`.
    pub(super) fn at(&mut self, x: f32, y: f32) {
        self.raw(format_args!("<g transform=\"translate({} {})\">", Num(x), Num(y)));
    }

    /// Text up to [`Canvas::end`] looks so.
    pub(super) fn face(&mut self, face: Face<'_>, anchor: Anchor) {
        self.raw(format_args!("<g font-size=\"{}\" fill=\"{}\"", Num(face.size), face.fill));
        if face.weight == Weight::Bold {
            self.out.push_str(" font-weight=\"bold\"");
        }
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => self.out.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.out.push_str(" text-anchor=\"end\""),
        }
        self.out.push('>');
    }

    /// Closes what [`Canvas::at`] or [`Canvas::face`] opened.
    pub(super) fn end(&mut self) {
        self.out.push_str("</g>\n");
    }

    /// One text, in the look of its group.
    pub(super) fn text(&mut self, x: f32, y: f32, words: &str) {
        self.raw(format_args!("<text x=\"{}\" y=\"{}\">{}</text>", Num(x), Num(y), escape(words)));
    }

    /// One token: marks that stand for white space at its ends step back.
    pub(super) fn token(&mut self, x: f32, y: f32, shown: &str) {
        self.raw(format_args!("<text x=\"{}\" y=\"{}\">{}</text>", Num(x), Num(y), quiet_ends(shown)));
    }

    /// A token that climbs to the right from `(x, y)` (or ends there, as its group's anchor says).
    pub(super) fn slanted(&mut self, x: f32, y: f32, degrees: f32, shown: &str) {
        let inside = quiet_ends(shown);
        self.raw(format_args!(
            "<text transform=\"translate({} {}) rotate({})\">{inside}</text>",
            Num(x),
            Num(y),
            Num(-degrees)
        ));
    }

    /// A text with its own look.
    pub(super) fn label(&mut self, x: f32, y: f32, face: Face<'_>, anchor: Anchor, words: &str) {
        self.face(face, anchor);
        self.text(x, y, words);
        self.end();
    }

    pub(super) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, fill: &str) {
        self.raw(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>",
            Num(x),
            Num(y),
            Num(width),
            Num(height)
        ));
    }

    /// A filled outline.
    pub(super) fn fill(&mut self, d: &str, fill: &str) {
        self.raw(format_args!("<path d=\"{d}\" fill=\"{fill}\"/>"));
    }

    /// A line; `dash` as SVG writes it, empty for a whole one.
    pub(super) fn stroke(&mut self, d: &str, color: &str, width: f32, dash: &str) {
        self.raw(format_args!(
            "<path d=\"{d}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{}\"",
            Num(width)
        ));
        if !dash.is_empty() {
            self.raw(format_args!(" stroke-dasharray=\"{dash}\""));
        }
        self.out.push_str("/>");
    }
}

/// A token's text with the marks for white space at its ends at half strength; whole where it is nothing else.
fn quiet_ends(shown: &str) -> String {
    const MARKS: [char; 3] = ['␣', '⏎', '⇥'];
    let core = shown.trim_matches(MARKS);
    if core.is_empty() || core.len() == shown.len() {
        return escape(shown);
    }
    let (start, end) = shown.split_once(core).unwrap_or(("", ""));
    let quiet = |marks: &str| match marks {
        "" => String::new(),
        marks => format!("<tspan fill-opacity=\".55\">{marks}</tspan>"),
    };
    quiet(start) + &escape(core) + &quiet(end)
}

/// Text that reads from right to left changes the order of what stands beside it, unless it is isolated.
pub(super) fn isolated(text: &str) -> String {
    let rtl = |c: char| matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}');
    if text.contains(rtl) { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_always_numbers() {
        let all = [1.0, 0.5, -0.001, 12.345, f32::NAN, f32::INFINITY].map(|x| Num(x).to_string());
        assert_eq!(all, ["1", "0.5", "0", "12.35", "0", "0"]);
    }

    #[test]
    fn markup_and_what_xml_forbids_are_escaped() {
        assert_eq!(escape("</text><a b=\"c\">&"), "&lt;/text&gt;&lt;a b=&quot;c&quot;&gt;&amp;");
        assert_eq!(escape("a\u{0}\u{1b}\u{fffe}b"), "a\u{fffd}\u{fffd}\u{fffd}b");
    }

    #[test]
    fn white_space_marks_step_back_but_not_alone() {
        assert_eq!(quiet_ends("␣is"), "<tspan fill-opacity=\".55\">␣</tspan>is");
        assert_eq!(quiet_ends("<␣⏎"), "&lt;<tspan fill-opacity=\".55\">␣⏎</tspan>");
        assert_eq!(quiet_ends("␣␣"), "␣␣");
        assert_eq!(quiet_ends("a␣a"), "a␣a");
    }

    #[test]
    fn right_to_left_words_are_isolated() {
        assert_eq!(isolated("␣are"), "␣are");
        assert_eq!(isolated("␣שלום"), "\u{2068}␣שלום\u{2069}");
    }
}
