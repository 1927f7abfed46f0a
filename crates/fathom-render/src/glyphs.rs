//! Which font draws which part of a text of a picture, decided before it is laid out.
//!
//! usvg looks for another font when a text has a character that its own lacks, and then takes that font for the whole
//! text, or gives up where the two shape it into different numbers of glyphs: a line in Latin and Japanese loses one or the other. So
//! each run of characters of another font is put into a `<tspan>` that names it, and the rest keeps its own.

use crate::fonts::{self, FILES};
use resvg::usvg::fontdb::{Database, ID, Source, Style, Weight};
use resvg::usvg::roxmltree::{Document, Error, ParsingOptions};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};
use unicode_width::UnicodeWidthChar;

/// Begins the names of families that mean a font of ours, by its place in [`ALL`].
const OURS: &str = "fathom-font-";

/// The carried fonts, in the order of [`FILES`]: text, bold text, what both lack.
static CARRIED: LazyLock<(Database, [ID; 3])> = LazyLock::new(|| {
    let mut fonts = Database::new();
    let ids = FILES.map(|bytes| fonts.load_font_source(Source::Binary(Arc::new(bytes)))[0]);
    (fonts, ids)
});

/// The carried fonts and the system's, found once and only when a character needs them; and the order in which they
/// are looked through.
static ALL: LazyLock<(Database, Vec<ID>)> = LazyLock::new(|| {
    let mut fonts = CARRIED.0.clone();
    fonts.load_system_fonts();
    let mut upright: Vec<(bool, u16, String, u32, ID)> = fonts
        .faces()
        .filter(|face| face.style == Style::Normal && !CARRIED.1.contains(&face.id))
        .map(|face| {
            let family = face.families.first().map_or_else(String::new, |(name, _)| name.clone());
            let off = face.weight.0.abs_diff(Weight::NORMAL.0);
            // A serif beside a sans is the last choice; the rest makes the order the same at every start.
            (!family.contains("Sans"), off, family, face.index, face.id)
        })
        .collect();
    upright.sort_unstable_by(|a, b| (a.0, a.1, &a.2, a.3).cmp(&(b.0, b.1, &b.2, b.3)));
    let order = [CARRIED.1[2]].into_iter().chain(upright.into_iter().map(|face| face.4));
    (fonts, order.collect())
});

/// The fonts that every picture begins with.
pub(crate) fn database() -> &'static Database {
    &CARRIED.0
}

/// The font of text.
pub(crate) fn carried(bold: bool) -> ID {
    CARRIED.1[usize::from(bold)]
}

/// The font that a family's name means, if it is one of ours, and all of them.
pub(crate) fn named(family: &str) -> Option<(ID, &'static Database)> {
    let place: usize = family.strip_prefix(OURS)?.parse().ok()?;
    Some((*ALL.1.get(place)?, &ALL.0))
}

/// The SVG with every run of characters that text's own font lacks in a font that has them, and the characters that no
/// font has.
///
/// # Errors
/// Of what is no XML.
pub(crate) fn assigned(svg: &str) -> Result<(Cow<'_, str>, BTreeSet<char>), Error> {
    if svg.chars().all(is_own) && !svg.contains("&#") {
        return Ok((Cow::Borrowed(svg), BTreeSet::new()));
    }
    let document =
        Document::parse_with_options(svg, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })?;
    let mut fonts = Choice::default();
    let mut out = String::with_capacity(svg.len() * 2);
    let mut done = 0;
    for node in document.descendants().filter(|node| node.is_text()) {
        let of_text = node.ancestors().any(|ancestor| ancestor.has_tag_name((SVG, "text")));
        let (range, Some(text)) = (node.range(), node.text()) else { continue };
        if of_text && range.start >= done {
            out.push_str(&svg[done..range.start]);
            runs(text, &mut fonts, &mut out);
            done = range.end;
        }
    }
    out.push_str(&svg[done..]);
    Ok((Cow::Owned(out), fonts.missing))
}

const SVG: &str = "http://www.w3.org/2000/svg";

/// Writes a text in spans, each of one font.
fn runs(text: &str, fonts: &mut Choice, out: &mut String) {
    let mut current = Font::Own;
    for c in text.chars() {
        // What joins, modifies or marks the character before it is drawn with that.
        let font = if continues(c) || fonts.has(current, c) { current } else { fonts.of(c) };
        if font != current {
            if current != Font::Own {
                out.push_str("</tspan>");
            }
            if let Font::Other(place) = font {
                out.push_str(&format!("<tspan font-family=\"{OURS}{place}\">"));
            }
            current = font;
        }
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    if current != Font::Own {
        out.push_str("</tspan>");
    }
}

/// Joiners, variation selectors, combining marks, skin tones, direction marks: never a run of their own.
fn continues(c: char) -> bool {
    c.width() == Some(0) || matches!(c, '\u{1F3FB}'..='\u{1F3FF}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Whether text's own font draws `c`; its bold has the same characters.
fn is_own(c: char) -> bool {
    c.is_ascii() || draws(&CARRIED.0, CARRIED.1[0], c)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Font {
    /// The text's own.
    Own,
    /// By its place in [`ALL`].
    Other(usize),
}

/// What was found for each character.
#[derive(Default)]
struct Choice {
    found: HashMap<char, Font>,
    missing: BTreeSet<char>,
}

impl Choice {
    /// The font that draws `c`; one that none has stays with the text's own, as a box.
    fn of(&mut self, c: char) -> Font {
        if is_own(c) {
            return Font::Own;
        }
        if let Some(font) = self.found.get(&c) {
            return *font;
        }
        let found = (draws(&CARRIED.0, CARRIED.1[2], c).then_some(0))
            .or_else(|| ALL.1.iter().position(|&id| draws(&ALL.0, id, c)));
        if found.is_none() && !continues(c) && !c.is_control() {
            self.missing.insert(c);
        }
        let font = found.map_or(Font::Own, Font::Other);
        self.found.insert(c, font);
        font
    }

    /// Whether the font of the run at hand draws `c` too: then it goes on. (Text's own font takes back what it has.)
    fn has(&self, font: Font, c: char) -> bool {
        match font {
            Font::Own => false,
            Font::Other(place) => !is_own(c) && draws(&ALL.0, ALL.1[place], c),
        }
    }
}

fn draws(fonts: &Database, id: ID, c: char) -> bool {
    fonts.with_face_data(id, |data, index| fonts::draws(data, index, c)) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> String {
        format!("<svg xmlns=\"{SVG}\"><title>⟨ 日</title><text>{words}</text></svg>")
    }

    #[test]
    fn text_of_one_font_stays_as_it_is() {
        for words in ["The keys", "Ж שלום &amp; &lt;"] {
            let svg = format!("<svg xmlns=\"{SVG}\"><text>{words}</text></svg>");
            assert_eq!(assigned(&svg).unwrap().0, svg);
        }
        assert!(assigned("<svg>⟨").is_err());
    }

    #[test]
    fn runs_of_another_font_are_named_and_markup_stays_markup() {
        let (svg, missing) =
            assigned(&text("a &lt;⟨E2⟩&amp; ␣b")).map(|(svg, missing)| (svg.into_owned(), missing)).unwrap();
        let other = format!("<tspan font-family=\"{OURS}0\">");
        let expected =
            format!("<text>a &lt;{other}⟨</tspan>E2{other}⟩</tspan>&amp; {other}␣</tspan>b</text>");
        assert!(svg.ends_with(&format!("{expected}</svg>")), "{svg}");
        assert!(svg.contains("<title>⟨ 日</title>"), "only text is drawn: {svg}");
        assert!(missing.is_subset(&BTreeSet::from(['日'])), "{missing:?}");
    }

    #[test]
    fn what_belongs_to_a_character_stays_with_it() {
        let given = text("␣\u{301}\u{200d}␣x\u{dfffe}");
        let (svg, missing) = assigned(&given).unwrap();
        assert_eq!(svg.matches("<tspan").count(), 1, "{svg}");
        assert!(missing.contains(&'\u{dfffe}'));
    }

    #[test]
    fn only_names_of_ours_mean_a_font() {
        assert!(named("fathom-font-0").is_some());
        for other in ["fathom-font-99999", "fathom-font-x", "Arimo", "fathom-font-"] {
            assert!(named(other).is_none(), "{other}");
        }
    }
}
