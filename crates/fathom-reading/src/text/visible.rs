//! Text made visible and harmless.

use unicode_width::UnicodeWidthChar;

/// Most combining marks on one base character; the further ones are escaped ("zalgo" text climbs over other lines).
const MOST_MARKS: u32 = 3;

/// The text as it is shown to a person: nothing invisible, nothing that can disturb a terminal or a page.
///
/// - Spaces at the start and at the end are `␣` (so a token of spaces is all `␣`); those between other characters
///   stay spaces, so that a phrase stays readable. Newlines are `⏎` and tabs `⇥` wherever they stand.
/// - Control characters (escape sequences among them), bidirectional controls, zero-width and other invisible or
///   blank characters, every kind of space but the plain one, private-use characters and non-characters are written
///   `⟨U+202E⟩`.
/// - A combining mark that starts the text stands on `◌`, so that it can't change what stands before it; more than
///   three marks in a row are escaped.
///
/// Right-to-left letters are kept. They can't leave their cell where the renderer isolates it (HTML: `<bdi>`).
/// The result is for display only, and `visible(visible(x)) == visible(x)`. Markup (`<`, `&`) is the renderer's
/// to escape.
///
/// ```
/// use fathom_reading::text::visible;
/// assert_eq!(visible(" is"), "␣is");
/// assert_eq!(visible("a b\n"), "a b⏎");
/// assert_eq!(visible("\u{1b}[2J\u{202e}x"), "⟨U+001B⟩[2J⟨U+202E⟩x");
/// ```
pub fn visible(text: &str) -> String {
    let leading = text.len() - text.trim_start_matches(' ').len();
    let trailing = text.trim_end_matches(' ').len();
    let mut shown = String::with_capacity(text.len() + 8);
    let mut marks = 0;
    for (at, c) in text.char_indices() {
        let mark = is_combining(c);
        marks = if mark { marks + 1 } else { 0 };
        match c {
            ' ' if at < leading || at >= trailing => shown.push('␣'),
            '\n' => shown.push('⏎'),
            '\t' => shown.push('⇥'),
            _ if is_unseen(c) || marks > MOST_MARKS => shown.push_str(&format!("⟨U+{:04X}⟩", c as u32)),
            _ => {
                if mark && shown.is_empty() {
                    shown.push('◌');
                }
                shown.push(c);
            }
        }
    }
    shown
}

/// Draws over its neighbour rather than beside it.
fn is_combining(c: char) -> bool {
    c.width() == Some(0) && !is_unseen(c)
}

/// Invisible, blank, or an instruction rather than a sign. Ranges follow Unicode's `Default_Ignorable_Code_Point`,
/// `White_Space` and `Cc`/`Cf`/`Co`/`Zl`/`Zp` categories, with the blank letters that these leave out.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{A0}' // C0, DEL, C1, no-break space
        | '\u{AD}' | '\u{34F}' // soft hyphen, grapheme joiner
        | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' // Arabic and Syriac format characters
        | '\u{890}'..='\u{891}' | '\u{8E2}'
        | '\u{115F}'..='\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers: letters without ink
        | '\u{1680}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{2000}'..='\u{200F}' // widths of space, zero-width characters, LRM, RLM
        | '\u{2028}'..='\u{202F}' // line and paragraph separators, bidi embeddings and overrides
        | '\u{205F}'..='\u{206F}' // word joiner, bidi isolates, deprecated controls
        | '\u{2800}' | '\u{3000}' // blank Braille pattern, ideographic space
        | '\u{E000}'..='\u{F8FF}' // private use
        | '\u{FDD0}'..='\u{FDEF}' // non-characters
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1345F}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{10FFFF}') // tags, variation selectors, private planes
        || (c as u32) & 0xFFFE == 0xFFFE // the last two of each plane are non-characters
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spaces_are_seen_where_they_would_be_missed() {
        assert_eq!(visible(" is"), "␣is");
        assert_eq!(visible("  two words  "), "␣␣two words␣␣");
        assert_eq!(visible("    "), "␣␣␣␣");
        assert_eq!(visible("\n \n"), "⏎ ⏎");
        assert_eq!(visible("\ta"), "⇥a");
        assert_eq!(visible(""), "");
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(visible("\r\n"), "⟨U+000D⟩⏎");
        assert_eq!(visible("\u{202e}evil\u{202c}"), "⟨U+202E⟩evil⟨U+202C⟩");
        assert_eq!(visible("a\u{200b}b\u{feff}"), "a⟨U+200B⟩b⟨U+FEFF⟩");
        assert_eq!(visible("\u{9b}31m"), "⟨U+009B⟩31m");
        assert_eq!(visible("x\u{e0041}"), "x⟨U+E0041⟩");
        assert_eq!(visible("\u{2029}\u{3164}\u{a0}"), "⟨U+2029⟩⟨U+3164⟩⟨U+00A0⟩");
    }

    #[test]
    fn marks_stay_on_their_letter_and_in_their_line() {
        assert_eq!(visible("e\u{301}te\u{301}"), "e\u{301}te\u{301}");
        assert_eq!(visible("\u{301}a"), "◌\u{301}a");
        let zalgo = format!("z{}", "\u{30d}".repeat(5));
        assert_eq!(visible(&zalgo), "z\u{30d}\u{30d}\u{30d}⟨U+030D⟩⟨U+030D⟩");
    }

    #[test]
    fn ordinary_writing_of_every_kind_is_left_alone() {
        for text in ["naïve", "日本語", "한국어", "नमस्ते", "שלום", "مرحبا", "😀", "⟨E2⟩", "</script>", "ไทย"]
        {
            assert_eq!(visible(text), text);
        }
    }

    proptest! {
        #[test]
        fn the_result_is_harmless_and_stable(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_unseen(c)), "{shown:?}");
            prop_assert!(!shown.starts_with(' ') && !shown.ends_with(' '));
            prop_assert!(!shown.chars().next().is_some_and(is_combining));
            prop_assert_eq!(&visible(&shown), &shown);
        }

        #[test]
        fn each_dangerous_character_is_escaped_wherever_it_stands(
            before in "[a-z ]{0,3}",
            c in prop_oneof![
                proptest::char::range('\u{0}', '\u{8}'), proptest::char::range('\u{b}', '\u{1f}'),
                proptest::char::range('\u{7f}', '\u{9f}'), proptest::char::range('\u{200b}', '\u{200f}'),
                proptest::char::range('\u{202a}', '\u{202e}'), proptest::char::range('\u{2066}', '\u{2069}'),
            ],
            after in "[a-z ]{0,3}",
        ) {
            let shown = visible(&format!("{before}{c}{after}"));
            let escape = format!("⟨U+{:04X}⟩", c as u32);
            prop_assert!(shown.contains(&escape), "{shown:?}");
            prop_assert!(!shown.contains(c));
        }
    }
}
