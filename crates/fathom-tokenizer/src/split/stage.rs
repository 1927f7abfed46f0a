//! One step of cutting.

use std::ops::Range;

use regex::Regex;

/// Cuts pieces into finer ones.
pub(super) enum Stage {
    /// Each match is a piece, and so is what lies between two.
    Pattern { pattern: Regex, give_back: GiveBack },
    /// ASCII digits in groups of three, counted from the right.
    Thousands,
}

/// When a match gives its last white-space character back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GiveBack {
    Never,
    /// Whenever it ends in white space: only the pattern's last alternative can.
    Any,
    /// Unless it ends in a line end: then another alternative matched it.
    NotLineEnds,
}

impl Stage {
    /// Cuts one piece of `text`, and adds what it becomes to `out`.
    pub(super) fn cut(&self, text: &str, piece: Range<usize>, out: &mut Vec<Range<usize>>) {
        match self {
            Stage::Pattern { pattern, give_back } => cut_by(pattern, *give_back, text, piece, out),
            Stage::Thousands => cut_thousands(text, piece, out),
        }
    }
}

fn cut_by(
    pattern: &Regex,
    give_back: GiveBack,
    text: &str,
    piece: Range<usize>,
    out: &mut Vec<Range<usize>>,
) {
    let (start, text) = (piece.start, &text[piece]);
    let mut at = 0;
    while let Some(found) = pattern.find_at(text, at) {
        if at < found.start() {
            out.push(start + at..start + found.start());
        }
        let end = found.end() - given_back(give_back, text, &found);
        out.push(start + found.start()..start + end);
        at = end;
    }
    if at < text.len() {
        out.push(start + at..start + text.len());
    }
}

/// How many bytes at its end a match leaves to the next one.
fn given_back(give_back: GiveBack, text: &str, found: &regex::Match<'_>) -> usize {
    let last = match found.as_str().chars().next_back() {
        Some(last) if give_back != GiveBack::Never && last.is_whitespace() => last,
        _ => return 0,
    };
    let line_end = give_back == GiveBack::NotLineEnds && matches!(last, '\r' | '\n');
    // At the text's end there is no word to go with, and a lone character is not given back.
    if line_end || found.end() == text.len() || found.len() == last.len_utf8() {
        return 0;
    }
    last.len_utf8()
}

fn cut_thousands(text: &str, piece: Range<usize>, out: &mut Vec<Range<usize>>) {
    let bytes = &text.as_bytes()[piece.clone()];
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        // What is left over by threes stays with what stands before it.
        for cut in (at + digits % 3..at + digits).step_by(3).filter(|&cut| cut > 0) {
            out.push(piece.start + from..piece.start + cut);
            from = cut;
        }
        at += digits.max(1);
    }
    if from < bytes.len() {
        out.push(piece.start + from..piece.end);
    }
}
