//! Text that fits: token text made safe to print, measured in terminal columns, cut and padded by them.

use crate::style::Charset;
use fathom_reading::{Position, Reading, TokenId, text};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Where a text stands in a wider cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// Columns that `text` takes in a terminal.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A token's text as it may be printed: spaces and newlines visible, nothing that could move the cursor.
pub(crate) fn token(raw: &str, charset: Charset) -> String {
    if raw.is_empty() {
        // Bytes of no text of their own (a part of a character that a later token shows).
        return "''".to_owned();
    }
    in_charset(text::visible(raw), charset)
}

/// A number as [`fathom_reading::text`] writes it.
pub(crate) fn number(written: String, charset: Charset) -> String {
    in_charset(written, charset)
}

/// A name or sentence that came from outside (a file, a flag): safe, with its spaces left as spaces.
pub(crate) fn plain(raw: &str, charset: Charset) -> String {
    let words: Vec<String> = raw.split(' ').map(text::visible).collect();
    in_charset(words.join(" "), charset)
}

fn in_charset(shown: String, charset: Charset) -> String {
    if charset == Charset::Unicode || shown.is_ascii() {
        return shown;
    }
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '␣' => out.push('_'),
            '⏎' => out.push_str("\\n"),
            '⇥' => out.push_str("\\t"),
            '∞' => out.push_str("inf"),
            '–' => out.push('-'),
            '⟨' => out.push('<'),
            '⟩' => out.push('>'),
            ' '..='~' => out.push(c),
            _ => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    out
}

/// A text of many words, printable: as [`text::visible`], but a joiner between two emoji, and the sign that makes one
/// colourful, are left to do their work.
pub(crate) fn phrase(raw: &str) -> String {
    const JOINER: char = '\u{200D}';
    const COLOURFUL: char = '\u{FE0F}';
    let pictograph = |c: Option<&char>| {
        c.is_some_and(|c| matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2190}'..='\u{2BFF}'))
    };
    let chars: Vec<char> = raw.chars().collect();
    // Two signs that the text does not have stand for them meanwhile.
    let mut free = ('\u{2400}'..='\u{2426}').filter(|c| !chars.contains(c));
    let (Some(joiner), Some(colourful)) = (free.next(), free.next()) else { return text::visible(raw) };
    let mut held = String::with_capacity(raw.len());
    let mut working = false;
    for (at, &c) in chars.iter().enumerate() {
        let after_emoji = pictograph(at.checked_sub(1).and_then(|before| chars.get(before)));
        let (kept, stands) = match c {
            COLOURFUL => (after_emoji, colourful),
            JOINER => ((after_emoji || working) && pictograph(chars.get(at + 1)), joiner),
            _ => (false, c),
        };
        working = kept && c == COLOURFUL;
        held.push(if kept { stands } else { c });
    }
    let back = |c: char| match c {
        c if c == joiner => JOINER,
        c if c == colourful => COLOURFUL,
        c => c,
    };
    text::visible(&held).chars().map(back).collect()
}

/// The run's token at `index`, printable.
pub(crate) fn run_token(reading: &Reading, index: usize, charset: Charset) -> Option<String> {
    reading.tokens.get(index).map(|t| token(&t.text, charset))
}

/// The token that `position` is asked about: as the run has it where it has one, on its own where not.
pub(crate) fn target(reading: &Reading, column: usize, charset: Charset) -> String {
    let next = reading.positions()[column].index() + 1;
    let id = reading.targets[column].id;
    match reading.tokens.get(next) {
        Some(t) if t.id == id => token(&t.text, charset),
        _ => vocabulary(reading, id, charset),
    }
}

/// A token by its number, on its own, printable.
pub(crate) fn vocabulary(reading: &Reading, id: TokenId, charset: Charset) -> String {
    token(&reading.text(id), charset)
}

/// `position 4, ␣cabinet`: where a state sits, in words.
pub(crate) fn place(reading: &Reading, position: Position, charset: Charset) -> String {
    match run_token(reading, position.index(), charset) {
        Some(shown) => format!("position {position} ({})", cut(&shown, 24, charset)),
        None => format!("position {position}"),
    }
}

/// `text` in at most `columns` columns, ending in an ellipsis where it was cut. Never splits a character.
pub(crate) fn cut(text: &str, columns: usize, charset: Charset) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let ellipsis = charset.glyphs().ellipsis;
    if columns <= width(ellipsis) {
        return take(text, columns);
    }
    take(text, columns - width(ellipsis)) + ellipsis
}

/// The longest prefix of whole characters (grapheme clusters) within `columns`.
pub(crate) fn take(text: &str, columns: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > columns {
            break;
        }
        out.push_str(grapheme);
    }
    // Neighbours can measure more together than apart (some scripts' ligatures, emoji sequences).
    while width(&out) > columns {
        let last = out.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
        out.truncate(last);
    }
    out
}

/// `text` cut or padded to exactly `columns`.
pub(crate) fn cell(text: &str, columns: usize, align: Align, charset: Charset) -> String {
    let shown = cut(text, columns, charset);
    let spare = columns.saturating_sub(width(&shown));
    let left = match align {
        Align::Left => 0,
        Align::Centre => spare / 2,
        Align::Right => spare,
    };
    format!("{}{shown}{}", " ".repeat(left), " ".repeat(spare - left))
}

/// Words wrapped at `columns`; a word that is wider than a line is split.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    wrap_words(text.split(' '), columns)
}

/// As [`wrap`], for words that may hold spaces of their own.
pub(crate) fn wrap_words<'a>(words: impl Iterator<Item = &'a str>, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in words {
        let mut rest = word;
        loop {
            let line = lines.last_mut().expect("starts with one line");
            let gap = usize::from(!line.is_empty());
            if width(line) + gap + width(rest) <= columns {
                line.push_str(if gap == 1 { " " } else { "" });
                line.push_str(rest);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            let head = take(rest, columns);
            if head.is_empty() {
                // Not even one character fits: leave it out rather than break the width.
                break;
            }
            rest = &rest[head.len()..];
            line.push_str(&head);
            lines.push(String::new());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_stay_joined_in_a_phrase() {
        let same = |words: &str| assert_eq!(phrase(words), words);
        same("a 👩\u{200d}👩\u{200d}👧 b");
        same("👩\u{200d}❤\u{fe0f}\u{200d}👩 👍🏽 👩🏽\u{200d}💻");
        // What joins no emoji, or is told in words, is shown.
        assert_eq!(phrase("👩\u{200d}"), "👩⟨U+200D⟩");
        assert_eq!(phrase("a\u{200d}b ⟨U+200D⟩"), "a⟨U+200D⟩b ⟨U+200D⟩");
        assert_eq!(phrase("❤\u{fe0f}\u{fe0f}a\u{fe0f}"), "❤\u{fe0f}⟨U+FE0F⟩a⟨U+FE0F⟩");
        assert_eq!(phrase(" is\n\u{202e}"), text::visible(" is\n\u{202e}"));
        assert_eq!(token("👩\u{200d}👩", Charset::Unicode), "👩⟨U+200D⟩👩", "a token shows what it is of");
    }

    #[test]
    fn cuts_by_columns_and_never_inside_a_character() {
        let cut = |text, columns| cut(text, columns, Charset::Unicode);
        assert_eq!(cut("located", 7), "located");
        assert_eq!(cut("located", 6), "locat…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut("日", 1), "");
    }

    #[test]
    fn pads_to_the_exact_width() {
        for (text, columns) in [("日", 5), ("👩‍💻", 4), ("abc", 2), ("", 3)] {
            assert_eq!(width(&cell(text, columns, Align::Centre, Charset::Unicode)), columns, "{text}");
        }
    }

    #[test]
    fn ascii_means_ascii() {
        assert_eq!(token(" caf\u{e9}\n", Charset::Ascii), "_caf\\u{e9}\\n");
        assert!(token("日本 \u{1f600}\u{202e}\u{1b}[2J", Charset::Ascii).is_ascii());
    }

    #[test]
    fn wraps_at_words_and_splits_only_what_must_be() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
    }
}
