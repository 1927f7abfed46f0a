//! The fonts that the program carries (`fonts/README.md` tells their origin and licence), and text measured by them.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// What text of a figure asks for: names for one set of widths (Arimo's), from whichever of them a machine has.
pub(crate) const FAMILY: &str = "Arimo, Liberation Sans, Arial, Helvetica, sans-serif";

/// The carried fonts: text, bold text, and what both lack.
pub(crate) const FILES: [&[u8]; 3] = [
    include_bytes!("../fonts/Arimo-Regular.ttf"),
    include_bytes!("../fonts/Arimo-Bold.ttf"),
    include_bytes!("../fonts/DejaVuSans.ttf"),
];

/// Weight of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weight {
    #[default]
    Regular,
    Bold,
}

struct Face {
    font: FontRef<'static>,
    /// Units of the font's design in one size of text.
    em: f32,
}

impl Face {
    /// Advance of `c` at size 1; `None` where the font lacks it.
    fn advance(&self, c: char) -> Option<f32> {
        let glyph = self.font.charmap().map(c)?;
        let metrics = self.font.glyph_metrics(Size::unscaled(), LocationRef::default());
        Some(metrics.advance_width(glyph)? / self.em)
    }
}

static FACES: LazyLock<[Face; 3]> = LazyLock::new(|| {
    FILES.map(|bytes| {
        let font = FontRef::new(bytes).expect("the carried fonts are part of the program and tested");
        Face { em: f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em), font }
    })
});

/// Whether `font` (a whole file, its face `index`) has a glyph for `c` that can be drawn: outlines, layers of colour, or pictures, as
/// emoji have them.
pub(crate) fn draws(font: &[u8], index: u32, c: char) -> bool {
    let Ok(font) = FontRef::from_index(font, index) else { return false };
    let Some(glyph) = font.charmap().map(c) else { return false };
    let pictured = || font.bitmap_strikes().glyph_for_size(Size::new(32.0), glyph).is_some();
    font.outline_glyphs().get(glyph).is_some() || font.color_glyphs().get(glyph).is_some() || pictured()
}

fn char_width(c: char, weight: Weight) -> f32 {
    let columns = c.width().unwrap_or(0);
    if columns == 0 {
        return 0.0;
    }
    let own = &FACES[usize::from(weight == Weight::Bold)];
    match own.advance(c).or_else(|| FACES[2].advance(c)) {
        // A machine's own emoji are wider than DejaVu's faces.
        Some(advance) if columns == 1 => advance,
        _ if c >= '\u{1F000}' => 1.3,
        // Drawn by a system font: ideographs fill a square, other letters are narrower than this.
        _ if columns >= 2 => 1.0,
        other => other.unwrap_or(0.7),
    }
}

/// Width of `text` at `size`, by the advances of the carried fonts.
pub(crate) fn width(text: &str, size: f32, weight: Weight) -> f32 {
    text.chars().map(|c| char_width(c, weight)).sum::<f32>() * size
}

/// `text` within `room`, ending in an ellipsis where it was cut. Never splits a character.
pub(crate) fn cut(text: &str, room: f32, size: f32, weight: Weight) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size, weight);
    let (mut out, mut used) = (String::new(), 0.0);
    for grapheme in text.graphemes(true) {
        used += width(grapheme, size, weight);
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    out + "…"
}

/// `text` in lines of at most `room`, broken at spaces; a word wider than that is cut.
pub(crate) fn wrap(text: &str, room: f32, size: f32, weight: Weight) -> Vec<String> {
    let space = width(" ", size, weight);
    let mut lines: Vec<(String, f32)> = Vec::new();
    for word in text.split(' ') {
        let word = cut(word, room, size, weight);
        let wide = width(&word, size, weight);
        match lines.last_mut() {
            Some((line, used)) if *used + space + wide <= room => {
                line.push(' ');
                line.push_str(&word);
                *used += space + wide;
            }
            _ => lines.push((word, wide)),
        }
    }
    lines.into_iter().map(|(line, _)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // Arial's: a digit is 1139 of 2048, a space 569.
        assert!((width("0", 2048.0, Weight::Regular) - 1139.0).abs() < 0.5);
        assert!((width("1 1", 2048.0, Weight::Regular) - 2847.0).abs() < 0.5);
        assert!(width("is", 10.0, Weight::Bold) > width("is", 10.0, Weight::Regular));
        assert_eq!(width("e\u{301}", 10.0, Weight::Regular), width("e", 10.0, Weight::Regular));
        assert_eq!(width("日本", 10.0, Weight::Regular), 20.0);
    }

    #[test]
    fn what_makes_tokens_visible_is_carried() {
        for c in "␣⏎⇥⟨⟩▯◌…·–→“”‖⁓אبЖλ".chars() {
            assert!(FILES.iter().any(|font| draws(font, 0, c)), "{c}");
        }
        assert!(!FILES.iter().any(|font| draws(font, 0, '日')));
    }

    #[test]
    fn cuts_and_wraps_within_the_room() {
        let cut = |text, room| cut(text, room, 10.0, Weight::Regular);
        assert_eq!(cut("located", 100.0), "located");
        assert_eq!(cut("located", 30.0), "loca…");
        assert_eq!(cut("日本語", 25.0), "日…");
        let lines = wrap("one two three four", 45.0, 10.0, Weight::Regular);
        assert_eq!(lines, ["one two", "three four"]);
        assert!(lines.iter().all(|line| width(line, 10.0, Weight::Regular) <= 45.0));
    }
}
