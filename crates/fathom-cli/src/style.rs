//! The colours of messages (results have their own, in `fathom-render`).

use anstyle::{AnsiColor, Style};

/// The word `error:`.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `note:`.
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// Text that recedes: streamed tokens.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Prints a note on standard error.
pub(crate) fn note(text: &str) {
    let text = harmless(text);
    anstream::eprintln!("{NOTE}note:{NOTE:#} {text}");
}

/// `text` with everything that could disturb a terminal (control and bidirectional characters) written out; line
/// feeds stay.
pub(crate) fn harmless(text: &str) -> String {
    let line = |line: &str| {
        line.chars().fold(String::with_capacity(line.len()), |mut out, c| {
            match c {
                '\t' => out.push(c),
                c if c.is_control() || is_bidi_control(c) => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
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
    use super::harmless;

    #[test]
    fn escapes_stay_text() {
        assert_eq!(harmless("a\u{1b}[31mb\nc\u{202e}d\te"), "a⟨U+001B⟩[31mb\nc⟨U+202E⟩d\te");
    }
}
