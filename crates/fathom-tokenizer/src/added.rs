//! Tokens that are cut out of a text by their literal text, before anything else: llama.cpp's way.

use std::ops::Range;

use crate::Specials;

/// A token with a literal text.
pub(crate) struct Added {
    pub(crate) text: String,
    pub(crate) id: u32,
    pub(crate) special: bool,
    /// White space after it belongs to it (Phi-3's special tokens).
    pub(crate) takes_space: bool,
}

/// A part of a text: still text, or a token already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(Range<usize>),
    /// With the bytes that it stands for.
    Token(u32, Range<usize>),
}

/// Where in a text special strings become the tokens that they name.
#[derive(Clone, Copy)]
pub(crate) enum Where<'a> {
    Nowhere,
    Everywhere,
    /// Only where they touch none of these bytes (ascending): what a user wrote into a chat.
    Outside(&'a [Range<usize>]),
}

impl From<Specials> for Where<'_> {
    fn from(specials: Specials) -> Self {
        match specials {
            Specials::AsText => Where::Nowhere,
            Specials::Parse => Where::Everywhere,
        }
    }
}

impl Where<'_> {
    fn allows(self, found: &Range<usize>) -> bool {
        match self {
            Where::Nowhere => false,
            Where::Everywhere => true,
            Where::Outside(ranges) => !touches(ranges, found),
        }
    }
}

/// Whether `found` shares a byte with one of the ranges (ascending, apart).
pub(crate) fn touches(ranges: &[Range<usize>], found: &Range<usize>) -> bool {
    let next = ranges.partition_point(|range| range.end <= found.start);
    ranges.get(next).is_some_and(|range| range.start < found.end)
}

/// All tokens of a vocabulary that have a literal text.
pub(crate) struct AddedTokens(Vec<Added>);

impl AddedTokens {
    /// The longest goes first, as in llama.cpp.
    pub(crate) fn new(mut tokens: Vec<Added>) -> AddedTokens {
        tokens.sort_by_key(|added| std::cmp::Reverse(added.text.len()));
        AddedTokens(tokens)
    }

    /// Cuts out the tokens, special ones only where they are to be: each in turn, wherever it occurs in what the
    /// ones before it have left.
    pub(crate) fn parts(&self, text: &str, specials: Where<'_>) -> Vec<Part> {
        let mut parts = if text.is_empty() { Vec::new() } else { vec![Part::Text(0..text.len())] };
        for added in &self.0 {
            let at = if added.special { specials } else { Where::Everywhere };
            if matches!(at, Where::Nowhere) || !text.contains(&added.text) {
                continue;
            }
            let mut finer = Vec::with_capacity(parts.len() + 2);
            for part in parts {
                match part {
                    Part::Text(range) => added.cut(text, range, at, &mut finer),
                    Part::Token(..) => finer.push(part),
                }
            }
            parts = finer;
        }
        parts
    }
}

impl Added {
    fn cut(&self, text: &str, range: Range<usize>, specials: Where<'_>, out: &mut Vec<Part>) {
        let (mut at, mut from) = (range.start, range.start);
        while let Some(found) = text[from..range.end].find(&self.text) {
            let start = from + found;
            let mut end = start + self.text.len();
            if !specials.allows(&(start..end)) {
                // One that starts within it may be allowed.
                from = start + self.text.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            if start > at {
                out.push(Part::Text(at..start));
            }
            if self.takes_space {
                let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t'..=b'\r');
                end += text.as_bytes()[end..range.end].iter().take_while(is_space).count();
            }
            out.push(Part::Token(self.id, start..end));
            (at, from) = (end, end);
        }
        if at < range.end {
            out.push(Part::Text(at..range.end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> AddedTokens {
        let added =
            |text: &str, id, special, takes_space| Added { text: text.into(), id, special, takes_space };
        AddedTokens::new(vec![
            added("<s>", 1, true, false),
            added("<|u|>", 2, true, true),
            added("\n\n", 3, false, false),
            added("aa", 4, true, false),
        ])
    }

    fn cut(text: &str, specials: Where<'_>) -> Vec<(String, Option<u32>)> {
        let part = |part| match part {
            Part::Text(range) => (text[range].to_owned(), None),
            Part::Token(id, range) => (text[range].to_owned(), Some(id)),
        };
        tokens().parts(text, specials).into_iter().map(part).collect()
    }

    fn text(text: &str) -> (String, Option<u32>) {
        (text.to_owned(), None)
    }

    #[test]
    fn special_tokens_only_where_they_are_wanted() {
        let token = |text: &str, id| (text.to_owned(), Some(id));
        let source = "<s>x<s>\n\n<|u|> \n y";
        assert_eq!(cut(source, Where::Nowhere), [text("<s>x<s>"), token("\n\n", 3), text("<|u|> \n y")]);
        let all =
            [token("<s>", 1), text("x"), token("<s>", 1), token("\n\n", 3), token("<|u|> \n ", 2), text("y")];
        assert_eq!(cut(source, Where::Everywhere), all);
        let second = [token("<s>", 1), text("x<s>"), token("\n\n", 3), token("<|u|> \n ", 2), text("y")];
        assert_eq!(cut(source, Where::Outside(&[0..0, 4..5])), second);
        assert_eq!(cut(source, Where::Outside(&[0..0, 3..5, 6..7])), second);
        assert_eq!(cut("", Where::Everywhere), []);
        // The first two letters are the user's in part, the next two are not.
        assert_eq!(cut("aaa", Where::Outside(&[0..1, 9..9])), [text("a"), token("aa", 4)]);
    }

    #[test]
    fn touching() {
        let ranges = [2..4, 6..7];
        for (found, expected) in
            [(0..2, false), (0..3, true), (4..6, false), (3..4, true), (5..9, true), (7..9, false)]
        {
            assert_eq!(touches(&ranges, &found), expected, "{found:?}");
        }
    }
}
