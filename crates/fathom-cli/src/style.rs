//! The colours of messages (results have their own, in `fathom-render`).

use anstyle::{AnsiColor, Style};
use std::io::{self, IsTerminal, Write};

/// The word `error:`.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `note:`.
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// Text that recedes: streamed tokens.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Prints a note on standard error.
pub(crate) fn note(text: &str) {
    labelled("note:", NOTE, &harmless(text));
}

/// Prints a message on standard error after its coloured `label`, wrapped between words on a terminal.
pub(crate) fn labelled(label: &str, style: Style, text: &str) {
    let words = wrapped(&format!("{label} {text}"));
    let words = words.strip_prefix(label).unwrap_or(&words);
    say(&format!("{style}{label}{style:#}{words}"));
}

/// Prints a line on standard error. One that nobody can hear is no reason to fail.
pub(crate) fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// `text` wrapped between words where messages go to a terminal; elsewhere as it is.
fn wrapped(text: &str) -> String {
    if !io::stderr().is_terminal() {
        return text.to_string();
    }
    match console::Term::stderr().size_checked() {
        Some((_, columns)) => wrap(text, usize::from(columns)),
        None => text.to_string(),
    }
}

/// Each line of `text` wrapped at `columns`, what follows below its own indentation.
fn wrap(text: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let body = line.trim_start_matches(' ');
        let indent = &line[..line.len() - body.len()];
        let mut current = indent.to_string();
        for word in body.split(' ') {
            let begun = current.len() > indent.len();
            if begun
                && console::measure_text_width(&current) + 1 + console::measure_text_width(word) > columns
            {
                lines.push(std::mem::replace(&mut current, indent.to_string()));
            } else if begun {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// `text` with everything that could disturb a terminal (control and bidirectional characters) written out; line
/// feeds stay.
pub(crate) fn harmless(text: &str) -> String {
    let line = |line: &str| {
        line.chars().fold(String::with_capacity(line.len()), |mut out, c| {
            match c {
                '\t' => out.push(c),
                c if c.is_control() || is_bidi_control(c) => {
                    out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)))
                }
                c => out.push(c),
            }
            out
        })
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{harmless, wrap};

    #[test]
    fn messages_break_between_words() {
        assert_eq!(wrap("error: one two three", 14), "error: one two\nthree");
        assert_eq!(wrap("a\n  - one two three", 9), "a\n  - one\n  two\n  three");
        assert_eq!(wrap("  averyverylongword x", 5), "  averyverylongword\n  x");
        assert_eq!(wrap("short", 80), "short");
    }

    #[test]
    fn escapes_stay_text() {
        assert_eq!(harmless("a\u{1b}[31mb\nc\u{202e}d\te"), "a⟨U+001B⟩[31mb\nc⟨U+202E⟩d\te");
    }
}
