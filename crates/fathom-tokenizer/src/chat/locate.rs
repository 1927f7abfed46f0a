//! Where in a rendered chat the messages' contents stand.
//!
//! The chat is rendered a second time with marks nobody could guess instead of the contents. Between the marks stands
//! the template's own text; if that text with the contents put in for the marks is, byte for byte, the first
//! rendering, then we know where they are, however the template works. If not, it did something to them that we
//! do not follow, and we say so.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use super::Message;
use super::environment::Rendering;

/// The bytes of `text` that are messages' contents, in order; `None` if that can't be told.
pub(super) fn contents(
    rendering: &Rendering<'_>,
    messages: &[Message],
    text: &str,
) -> Option<Vec<Range<usize>>> {
    let mark = mark();
    let marked: Vec<Message> = messages
        .iter()
        .enumerate()
        // A content of nothing has no place, and many templates ask for it.
        .map(|(index, message)| match message.content.trim() {
            "" => message.clone(),
            _ => Message::new(&message.role, format!("{mark}{index:08x}")),
        })
        .collect();
    let marked = rendering.run(&marked).ok()?;
    fill(&marked.text, &mark, messages, text)
}

/// Puts the contents in for the marks and holds the result against `text`.
fn fill(marked: &str, mark: &str, messages: &[Message], text: &str) -> Option<Vec<Range<usize>>> {
    let mut parts = marked.split(mark);
    let mut at = parts.next().filter(|first| text.starts_with(first))?.len();
    let mut found = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let (number, after) = part.split_at_checked(8)?;
        let content = &messages.get(usize::from_str_radix(number, 16).ok()?)?.content;
        let rest = &text[at..];
        // As it is, or without white space around it, as many templates write it.
        let fits = |written: &&str| match rest.strip_prefix(written) {
            Some(rest) if index + 1 == parts.len() => rest == after,
            Some(rest) => rest.starts_with(after),
            None => false,
        };
        let ways = [content.as_str(), content.trim(), content.trim_start(), content.trim_end()];
        let written = ways.into_iter().find(|way| fits(way))?.len();
        found.push(at..at + written);
        at += written + after.len();
    }
    (at == text.len()).then_some(found)
}

/// Letters and digits that no template or message holds.
fn mark() -> String {
    let [one, two] = [(); 2].map(|()| RandomState::new().build_hasher().finish());
    format!("Zq{one:016x}J{two:016x}x")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(marked: &str, contents: &[&str], text: &'a str) -> Option<Vec<&'a str>> {
        let messages: Vec<_> = contents.iter().map(|content| Message::user(*content)).collect();
        let ranges = fill(&marked.replace('#', "#0000000"), "#", &messages, text)?;
        Some(ranges.into_iter().map(|range| &text[range]).collect())
    }

    #[test]
    fn contents_as_they_are_or_trimmed() {
        assert_eq!(find("<u>#0</u>", &["hi"], "<u>hi</u>"), Some(vec!["hi"]));
        assert_eq!(find("<u>#0</u>#1.", &[" hi ", "b\n"], "<u>hi</u>b\n."), Some(vec!["hi", "b\n"]));
        assert_eq!(find("#0 #0", &["a a"], "a a a a"), Some(vec!["a a", "a a"]));
        assert_eq!(find("no content", &["hi"], "no content"), Some(vec![]));
        assert_eq!(find("#0#1", &["", "x"], "x"), Some(vec!["", "x"]));
    }

    #[test]
    fn what_does_not_fit_is_not_guessed() {
        for (marked, text) in [
            ("<u>#0</u>", "<u>HI</u>"),
            ("<u>#0</u>", "<u>hi</u> "),
            ("<u>#0</u>", "<u>hi</u"),
            ("<u>#0", "<u>hihi"),
            ("<v>#0", "<u>hi"),
            ("#1", "hi"),
            ("#", "hi"),
            ("#zz", "hi"),
            ("", "hi"),
        ] {
            assert_eq!(find(marked, &["hi"], text), None, "{marked:?} {text:?}");
        }
    }

    #[test]
    fn marks_differ() {
        assert_ne!(mark(), mark());
        assert!(mark().chars().all(|character| character.is_ascii_alphanumeric()));
    }
}
