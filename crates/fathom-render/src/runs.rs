//! A text of a picture that needs several fonts, in runs of one font each, side by side.
//!
//! usvg shapes the whole of a text with every one of its fonts and mixes the glyphs. Where two fonts make different
//! numbers of them (lam-alef is one glyph or two), it loses letters or panics. What begins at a place of its own it
//! shapes alone: so every run has one. The order from left to right is found here, over the whole text (Unicode's
//! bidirectional algorithm), and runs keep their direction by an override; usvg itself goes on where a run ended, and says
//! how wide a text is that stands around its place or ends there.

use crate::glyphs::{Choice, Font, SVG, options};
use resvg::usvg::roxmltree::Node;
use resvg::usvg::{self, Group, Tree};
use std::ops::Range;
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// What places or stretches the characters of a text one by one: such a text is left as it is.
const PLACING: [&str; 9] =
    ["dx", "dy", "rotate", "textLength", "letter-spacing", "word-spacing", "writing-mode", "style", "class"];

/// The markup of a `<text>` of `svg` in runs; `None` where its own font has all of it, or where it is more than words
/// and `<tspan>`s around words.
pub(crate) fn in_runs(svg: &str, text: Node<'_, '_>, fonts: &mut Choice) -> Option<String> {
    let mut pieces = Vec::new();
    let simple = plain(text) && of_words(svg, text, "", &mut pieces);
    let words: String = pieces.iter().map(|piece| piece.words).collect();
    let chosen = fonts.along(words.chars());
    if !simple || chosen.iter().all(|font| *font == Font::Own) {
        return None;
    }
    let (x, y) = (coordinate(text, "x")?, coordinate(text, "y")?);
    let runs: Vec<(String, String)> =
        in_order(&words, &chosen, &pieces).iter().map(|run| run.markup(&words, &pieces, fonts)).collect();
    // The first at the text's place, the others where the one before ended.
    let placed = |x: f32| {
        let mut out = String::new();
        for (nth, (before, rest)) in runs.iter().enumerate() {
            let x = if nth == 0 { format!(" x=\"{x}\"") } else { String::new() };
            out.push_str(&format!("{before}<tspan{x} y=\"{y}\" text-anchor=\"start\"{rest}"));
        }
        out
    };
    let share = match inherited(text, "text-anchor") {
        Some("middle") => 0.5,
        Some("end") => 1.0,
        _ => 0.0,
    };
    let left = if share == 0.0 { x } else { x - share * width(text, &placed(0.0)) };
    let start = text.first_child()?.range().start;
    Some(format!("{}{}</text>", &svg[text.range().start..start], placed(left)))
}

/// Words of one look.
struct Piece<'a> {
    words: &'a str,
    /// The `<tspan>`s around them, as they were opened.
    opened: String,
}

/// A run of one font, one look and one direction.
struct Run {
    range: Range<usize>,
    font: Font,
    piece: usize,
    backwards: bool,
}

impl Run {
    /// What stands before the place of the run's own `<tspan>`, and what follows it.
    fn markup(&self, words: &str, pieces: &[Piece<'_>], fonts: &Choice) -> (String, String) {
        let words = &words[self.range.clone()];
        let mut rest = self.font.attribute() + ">";
        // Alone, it would be read in its letters' direction, and signs would turn around.
        match self.backwards {
            true => rest.push('\u{202e}'),
            false if words.chars().any(is_backwards) => rest.push('\u{202d}'),
            false => {}
        }
        for c in words.chars().filter(|&c| !is_bidi_control(c)) {
            match c {
                '<' => rest.push_str("&lt;"),
                '>' => rest.push_str("&gt;"),
                '&' => rest.push_str("&amp;"),
                _ => rest.push(fonts.drawn(c)),
            }
        }
        if self.backwards {
            // Without a letter at its end, white space there would go back to the right.
            rest.push('\u{200f}');
        }
        let opened = &pieces[self.piece].opened;
        rest.push_str(&"</tspan>".repeat(1 + opened.matches("<tspan").count()));
        (opened.clone(), rest)
    }
}

/// The runs from left to right.
fn in_order(words: &str, fonts: &[Font], pieces: &[Piece<'_>]) -> Vec<Run> {
    let looks = pieces.iter().enumerate().flat_map(|(nth, piece)| piece.words.chars().map(move |_| nth));
    // For every byte that begins a character.
    let mut of_byte = vec![(Font::Own, 0); words.len()];
    for (((at, _), &font), piece) in words.char_indices().zip(fonts).zip(looks) {
        of_byte[at] = (font, piece);
    }
    let bidi = BidiInfo::new(words, Some(Level::ltr()));
    let mut runs = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, visual) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for level_run in visual {
            let backwards = levels[level_run.start].is_rtl();
            let first = runs.len();
            for (at, c) in words[level_run.clone()].char_indices() {
                let at = level_run.start + at;
                let (font, piece) = of_byte[at];
                let end = at + c.len_utf8();
                match runs[first..].last_mut() {
                    Some(Run { range, font: f, piece: p, .. }) if *f == font && *p == piece => {
                        range.end = end
                    }
                    _ => runs.push(Run { range: at..end, font, piece, backwards }),
                }
            }
            if backwards {
                runs[first..].reverse();
            }
        }
    }
    runs.retain(|run| !words[run.range.clone()].chars().all(is_bidi_control));
    runs
}

fn is_backwards(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN)
}

/// Obeyed already, and nothing to draw.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Gathers the words below `node`; false where something else stands there.
fn of_words<'a>(svg: &str, node: Node<'a, '_>, opened: &str, pieces: &mut Vec<Piece<'a>>) -> bool {
    node.children().all(|child| {
        if child.is_text() {
            pieces.push(Piece { words: child.text().unwrap_or_default(), opened: opened.to_owned() });
            return true;
        }
        let look = child.has_tag_name((SVG, "tspan"))
            && plain(child)
            && !child.has_attribute("x")
            && !child.has_attribute("y");
        let Some(inside) = child.first_child().filter(|_| look) else { return child.is_comment() };
        let opening = &svg[child.range().start..inside.range().start];
        // `<tspan`, and not `<svg:tspan`.
        opening.starts_with("<tspan") && of_words(svg, child, &format!("{opened}{opening}"), pieces)
    })
}

fn plain(node: Node<'_, '_>) -> bool {
    PLACING.iter().all(|name| !node.has_attribute(*name))
}

/// A coordinate that is one number, or none; `None` for anything else.
fn coordinate(text: Node<'_, '_>, name: &str) -> Option<f32> {
    text.attribute(name).map_or(Some(0.0), |number| number.trim().parse().ok())
}

fn inherited<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.ancestors().find_map(|ancestor| ancestor.attribute(name))
}

/// How wide `runs` are in the look of `text`, by usvg's own layout.
fn width(text: Node<'_, '_>, runs: &str) -> f32 {
    let look = ["font-size", "font-weight"].map(|name| {
        let value =
            inherited(text, name).filter(|value| value.chars().all(|c| c.is_alphanumeric() || c == '.'));
        value.map_or_else(String::new, |value| format!(" {name}=\"{value}\""))
    });
    let look = look.concat();
    let svg = format!("<svg xmlns=\"{SVG}\" xml:space=\"preserve\"{look}><text>{runs}</text></svg>");
    let tree = Tree::from_str(&svg, &options());
    tree.ok().and_then(|tree| extent(tree.root())).unwrap_or(0.0)
}

/// The right end of the first text: what begins at 0.
fn extent(group: &Group) -> Option<f32> {
    group.children().iter().find_map(|node| match node {
        usvg::Node::Text(text) => Some(text.bounding_box().right()),
        usvg::Node::Group(group) => extent(group),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glyphs::assigned;

    /// The runs of a text, as `[direction]words`, from left to right.
    fn runs(inside: &str) -> Vec<String> {
        let svg = format!("<svg xmlns=\"{SVG}\"><text x=\"5\" y=\"2\">{inside}</text></svg>");
        let (svg, _) = assigned(&svg).unwrap();
        let words = |run: &str| {
            run.split_once('>').unwrap().1.split('<').next().unwrap().trim_end_matches('\u{200f}').to_owned()
        };
        svg.split("text-anchor=\"start\"").skip(1).map(words).collect()
    }

    #[test]
    fn runs_go_from_left_to_right() {
        assert_eq!(runs("a ⟨E2⟩ b"), ["a ", "⟨", "E2", "⟩", " b"]);
        // One direction: the first word is the rightmost, and its sign turns around.
        assert_eq!(runs("a של⟨ום b"), ["a ", "\u{202e}ום", "\u{202e}⟨", "\u{202e}של", " b"]);
        // Isolated: the order inside is its own; the controls are obeyed and gone.
        assert_eq!(runs("\u{2068}␣של\u{2069}␣"), ["\u{202e}של", "\u{202e}␣", "␣"]);
        // Numbers of right-to-left text are read from left to right.
        assert_eq!(runs("ש␣12"), ["12", "\u{202e}␣", "\u{202e}ש"]);
    }

    #[test]
    fn every_run_has_its_place_and_its_look() {
        let svg = format!(
            "<svg xmlns=\"{SVG}\"><g text-anchor=\"end\"><text x=\"50\" y=\"2\" id=\"t\"><tspan fill-opacity=\".5\">␣</tspan>a&lt;</text></g></svg>"
        );
        let (svg, _) = assigned(&svg).unwrap();
        let (start, rest) =
            svg.split_once("<text x=\"50\" y=\"2\" id=\"t\"><tspan fill-opacity=\".5\"><tspan x=\"").unwrap();
        assert!(start.ends_with("<g text-anchor=\"end\">"));
        let (x, rest) = rest.split_once('"').unwrap();
        let x: f32 = x.parse().unwrap();
        assert!((20.0..45.0).contains(&x), "two letters and a sign before 50: {x}");
        let expected = " y=\"2\" text-anchor=\"start\" font-family=\"fathom-font-0\">␣</tspan></tspan>\
                        <tspan y=\"2\" text-anchor=\"start\">a&lt;</tspan></text></g></svg>";
        assert_eq!(rest, expected);
    }

    #[test]
    fn what_is_more_than_words_stays_as_it_is() {
        for (attributes, inside) in [
            ("dx=\"1\"", "␣a"),
            ("x=\"1 2\"", "␣a"),
            ("", "␣<tspan x=\"9\">a</tspan>"),
            ("", "␣<a>b</a>"),
            ("", "␣<tspan/>"),
        ] {
            let svg = format!("<svg xmlns=\"{SVG}\"><text {attributes}>{inside}</text></svg>");
            assert_eq!(assigned(&svg).unwrap().0, svg);
        }
    }
}
