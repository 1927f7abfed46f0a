//! Which font draws which part of a text of a picture, decided before it is laid out.
//!
//! usvg looks for another font when a text has a character that its own lacks, and then takes that font for the whole
//! text, or gives up where the two shape it into different numbers of glyphs: a line in Latin and Japanese loses one or the other. So
//! a font is chosen here for each character, and [`runs`] lays out what needs several.

use crate::fonts::{self, FILES};
use crate::runs;
use resvg::usvg::fontdb::{Database, ID, Source, Style, Weight};
use resvg::usvg::roxmltree::{Document, Error, ParsingOptions};
use resvg::usvg::{FontFamily, FontResolver, Options};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};
use unicode_width::UnicodeWidthChar;

/// Begins the names of families that mean a font of ours, by its place in [`ALL`].
const OURS: &str = "fathom-font-";

/// The carried fonts, in the order of [`FILES`]: text, bold text, what both lack.
static CARRIED: LazyLock<(Arc<Database>, [ID; 3])> = LazyLock::new(|| {
    let mut fonts = Database::new();
    let ids = FILES.map(|bytes| fonts.load_font_source(Source::Binary(Arc::new(bytes)))[0]);
    (Arc::new(fonts), ids)
});

/// The carried fonts and the system's, found once and only when a character needs them; and the order in which they
/// are looked through.
static ALL: LazyLock<(Arc<Database>, Vec<ID>)> = LazyLock::new(|| {
    let mut fonts = Database::clone(&CARRIED.0);
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
    let order = order.collect();
    (Arc::new(fonts), order)
});

/// The SVG with every text that its own font can't draw alone in runs, each named the font that has its characters and put
/// in its place; and the characters that no font has.
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
    for node in document.descendants().filter(|node| node.has_tag_name((SVG, "text"))) {
        let range = node.range();
        if range.start < done {
            continue;
        }
        if let Some(markup) = runs::in_runs(svg, node, &mut fonts) {
            out.push_str(&svg[done..range.start]);
            out.push_str(&markup);
            done = range.end;
        }
    }
    out.push_str(&svg[done..]);
    Ok((Cow::Owned(out), fonts.missing))
}

/// Stands for a character that no font has.
const BOX: char = '▯';

pub(crate) const SVG: &str = "http://www.w3.org/2000/svg";

/// How usvg is to read a figure. Every font is chosen before: nothing is left to be looked for.
pub(crate) fn options() -> Options<'static> {
    let select_font = |font: &resvg::usvg::Font, fonts: &mut Arc<Database>| {
        let named = font.families().iter().find_map(|family| match family {
            FontFamily::Named(name) => named(name),
            _ => None,
        });
        match named {
            Some(id) => {
                // Ids of the smaller set stay what they are in the larger one.
                *fonts = Arc::clone(&ALL.0);
                Some(id)
            }
            None => Some(CARRIED.1[usize::from(font.weight() >= 600)]),
        }
    };
    Options {
        fontdb: Arc::clone(&CARRIED.0),
        font_resolver: FontResolver {
            select_font: Box::new(select_font),
            select_fallback: Box::new(|_, _, _| None),
        },
        ..Options::default()
    }
}

/// The font that a family's name means, if it is one of ours.
fn named(family: &str) -> Option<ID> {
    let place: usize = family.strip_prefix(OURS)?.parse().ok()?;
    ALL.1.get(place).copied()
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
pub(crate) enum Font {
    /// The text's own.
    Own,
    /// By its place in [`ALL`].
    Other(usize),
}

impl Font {
    /// What names it in an SVG; nothing for the text's own.
    pub(crate) fn attribute(self) -> String {
        match self {
            Font::Own => String::new(),
            Font::Other(place) => format!(" font-family=\"{OURS}{place}\""),
        }
    }
}

/// What was found for each character.
#[derive(Default)]
pub(crate) struct Choice {
    found: HashMap<char, Font>,
    missing: BTreeSet<char>,
}

impl Choice {
    /// The font of each character of a text.
    pub(crate) fn along(&mut self, text: impl Iterator<Item = char>) -> Vec<Font> {
        let mut current = Font::Own;
        text.map(|c| {
            // What joins, modifies or marks the character before it is drawn with that.
            if !(continues(c) || self.has(current, c)) {
                current = self.of(c);
            }
            current
        })
        .collect()
    }

    /// What is drawn for `c`: a box where no font has it. (The carried fonts' own sign for that is empty.)
    pub(crate) fn drawn(&self, c: char) -> char {
        if self.missing.contains(&c) { BOX } else { c }
    }

    /// The font that draws `c`, or a box in its place.
    fn of(&mut self, c: char) -> Font {
        if is_own(c) {
            return Font::Own;
        }
        if let Some(font) = self.found.get(&c) {
            return *font;
        }
        let found = (draws(&CARRIED.0, CARRIED.1[2], c).then_some(0))
            .or_else(|| ALL.1.iter().position(|&id| draws(&ALL.0, id, c)));
        let missing = found.is_none() && !continues(c) && !c.is_control();
        if missing {
            self.missing.insert(c);
        }
        // Of the font that has the box.
        let font = found.or(missing.then_some(0)).map_or(Font::Own, Font::Other);
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
    fn a_text_of_several_fonts_is_put_in_runs_and_nothing_else_is() {
        let (svg, missing) =
            assigned(&text("a &lt;⟨E2⟩&amp;")).map(|(svg, missing)| (svg.into_owned(), missing)).unwrap();
        assert!(svg.contains(&format!(" font-family=\"{OURS}0\">⟨</tspan>")), "{svg}");
        assert!(svg.contains("<title>⟨ 日</title>"), "only text is drawn: {svg}");
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn what_belongs_to_a_character_stays_with_it() {
        let given = text("␣\u{301}\u{200d}␣x\u{dfffe}");
        let (svg, missing) = assigned(&given).unwrap();
        assert!(svg.contains("␣\u{301}\u{200d}␣</tspan>") && svg.contains(">▯</tspan>"), "{svg}");
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
