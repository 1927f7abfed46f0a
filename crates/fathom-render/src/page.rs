//! A drawing as lines of painted text, turned into one string at the end: the only place that writes escape sequences.

use crate::palette;
use crate::style::{ColorDepth, Glyphs, Style};
use crate::text::{self, Align};
use std::fmt::Write;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Paint {
    /// Strength of the ground behind it, 0..1; the text then takes whichever ink can be read on it.
    pub(crate) ground: Option<f32>,
    /// Colour of a watched token, by its index.
    pub(crate) series: Option<usize>,
    pub(crate) bold: bool,
    pub(crate) dim: bool,
}

impl Paint {
    pub(crate) const PLAIN: Paint = Paint { ground: None, series: None, bold: false, dim: false };
    pub(crate) const BOLD: Paint = Paint { bold: true, ..Paint::PLAIN };
    pub(crate) const DIM: Paint = Paint { dim: true, ..Paint::PLAIN };

    /// Text on a ground of this strength; `None` is blank, and its text stands back.
    pub(crate) fn on(ground: Option<f32>) -> Paint {
        Paint { ground, dim: ground.is_none(), ..Paint::PLAIN }
    }

    pub(crate) fn series(index: usize) -> Paint {
        Paint { series: Some(index), ..Paint::PLAIN }
    }

    pub(crate) fn bold(self, bold: bool) -> Paint {
        Paint { bold, ..self }
    }

    fn anstyle(self, style: &Style) -> anstyle::Style {
        let mut out = anstyle::Style::new();
        if style.color == ColorDepth::None {
            return out;
        }
        if let Some(strength) = self.ground {
            let (ground, ink) = palette::tile(strength, style.background, style.color);
            out = out.bg_color(ground).fg_color(ink);
        } else if let Some(index) = self.series {
            out = out.fg_color(palette::series(index, style.background, style.color));
        }
        if self.bold {
            out = out.bold();
        }
        // Faint ink on a coloured ground can't be read everywhere.
        if self.dim && self.ground.is_none() {
            out = out.dimmed();
        }
        out
    }
}

/// One line, from left to right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    spans: Vec<(String, Paint)>,
}

impl Line {
    pub(crate) fn new() -> Line {
        Line::default()
    }

    pub(crate) fn push(&mut self, text: impl Into<String>, paint: Paint) -> &mut Line {
        let text = text.into();
        if !text.is_empty() {
            self.spans.push((text, paint));
        }
        self
    }

    pub(crate) fn space(&mut self, columns: usize) -> &mut Line {
        self.push(" ".repeat(columns), Paint::PLAIN)
    }

    pub(crate) fn width(&self) -> usize {
        self.spans.iter().map(|(text, _)| text::width(text)).sum()
    }

    /// Cuts what stands beyond `columns`: the last defence where not even one cell fits.
    fn clip(&mut self, columns: usize) {
        let mut left = columns;
        for (text, _) in &mut self.spans {
            if text::width(text) > left {
                *text = text::take(text, left);
                left = 0;
            } else {
                left -= text::width(text);
            }
        }
    }

    /// Drops blanks at the end that nobody would see.
    fn trim(&mut self) {
        while let Some((text, paint)) = self.spans.last_mut() {
            if paint.ground.is_some() {
                break;
            }
            text.truncate(text.trim_end_matches(' ').len());
            if !text.is_empty() {
                break;
            }
            self.spans.pop();
        }
    }

    fn write(&self, style: &Style, out: &mut String) {
        for (text, paint) in &self.spans {
            let look = paint.anstyle(style);
            // A `String` takes every write.
            let _ = write!(out, "{}{text}{}", look.render(), look.render_reset());
        }
        out.push('\n');
    }
}

/// The lines of a view.
pub(crate) struct Page<'a> {
    pub(crate) style: &'a Style,
    lines: Vec<Line>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(style: &'a Style) -> Page<'a> {
        Page { style, lines: Vec::new() }
    }

    pub(crate) fn glyphs(&self) -> &'static Glyphs {
        self.style.charset.glyphs()
    }

    /// `text` cut or padded to exactly `columns`.
    pub(crate) fn cell(&self, text: &str, columns: usize, align: Align) -> String {
        text::cell(text, columns, align, self.style.charset)
    }

    pub(crate) fn line(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// An empty line, unless one stands there already.
    pub(crate) fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.spans.is_empty()) {
            self.lines.push(Line::new());
        }
    }

    /// A sentence, wrapped.
    pub(crate) fn prose(&mut self, sentence: &str, paint: Paint) {
        for words in text::wrap(sentence, self.style.width) {
            let mut line = Line::new();
            line.push(words, paint);
            self.lines.push(line);
        }
    }

    /// A command behind a label, wrapped between its words (a prompt or an option with its value is one word).
    pub(crate) fn command(&mut self, label: &str, words: &[String]) {
        let indent = text::width(label) + 1;
        let lines =
            text::wrap_words(words.iter().map(String::as_str), self.style.width.saturating_sub(indent));
        for (i, words) in lines.into_iter().enumerate() {
            let mut line = Line::new();
            line.push(if i == 0 { label } else { "" }, Paint::DIM).space(if i == 0 { 1 } else { indent });
            line.push(words, Paint::PLAIN);
            self.lines.push(line);
        }
    }

    /// A heading in bold with its explanation: beside it where both fit, below it where not.
    pub(crate) fn title(&mut self, title: &str, about: &str) {
        let about_starts = text::width(title) + 2;
        if about_starts + text::width(about) <= self.style.width {
            let mut line = Line::new();
            line.push(title, Paint::BOLD).space(2).push(about, Paint::DIM);
            self.lines.push(line);
        } else {
            self.prose(title, Paint::BOLD);
            self.prose(about, Paint::DIM);
        }
    }

    /// The whole as one string; every line ends in a newline.
    pub(crate) fn finish(self) -> String {
        let mut out = String::new();
        for mut line in self.lines {
            line.clip(self.style.width);
            line.trim();
            line.write(self.style, &mut out);
        }
        out
    }
}
