//! Tokens as they are generated, on standard error, where that is a terminal.

use crate::style::{DIM, harmless};
use fathom::reading::text::lone_text;
use std::io::{self, IsTerminal, Write};

/// Characters of the prompt that are shown before what continues it.
const LONGEST_PROMPT: usize = 240;

/// Shows text as it grows: bytes wait until they make whole characters.
pub(crate) struct Stream {
    shown: bool,
    started: bool,
    waiting: Vec<u8>,
    /// What the tokens continue.
    prompt: String,
}

impl Stream {
    /// A stream that shows nothing unless standard error is a terminal.
    pub(crate) fn new(prompt: &str) -> Stream {
        Stream {
            shown: io::stderr().is_terminal(),
            started: false,
            waiting: Vec::new(),
            prompt: end_of(prompt).to_string(),
        }
    }

    /// The next token's bytes.
    pub(crate) fn token(&mut self, bytes: &[u8]) {
        if !self.shown {
            return;
        }
        if !self.started {
            self.started = true;
            let prompt = harmless(&self.prompt);
            print(&format!("{DIM}{prompt}{DIM:#}"));
        }
        self.waiting.extend_from_slice(bytes);
        let whole = whole_characters(&self.waiting);
        let rest = self.waiting.split_off(whole);
        let ready = std::mem::replace(&mut self.waiting, rest);
        print(&harmless(&lone_text(&ready)));
    }

    /// The last token has come.
    pub(crate) fn finish(mut self) {
        if self.started {
            let rest = std::mem::take(&mut self.waiting);
            print(&harmless(&lone_text(&rest)));
            print("\n\n");
        }
    }
}

fn print(text: &str) {
    let mut out = anstream::stderr();
    // A terminal that went away is no reason to stop generating.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The last line of a prompt, or the end of a long one: enough to see what is continued.
fn end_of(prompt: &str) -> &str {
    let line = prompt.rsplit('\n').next().unwrap_or_default();
    match line.char_indices().rev().nth(LONGEST_PROMPT - 1) {
        Some((start, _)) => &line[start..],
        None => line,
    }
}

/// Length of the part that ends with a whole character (or with bytes that can become none).
fn whole_characters(bytes: &[u8]) -> usize {
    let mut start = 0;
    while let Err(error) = std::str::from_utf8(&bytes[start..]) {
        match error.error_len() {
            Some(bad) => start += error.valid_up_to() + bad,
            None => return start + error.valid_up_to(),
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_PROMPT, end_of, whole_characters};

    #[test]
    fn of_a_long_prompt_the_end_is_shown() {
        assert_eq!(end_of("The keys"), "The keys");
        assert_eq!(end_of("one\ntwo"), "two");
        assert_eq!(end_of(""), "");
        assert_eq!(end_of(&"é".repeat(1000)), "é".repeat(LONGEST_PROMPT));
    }

    #[test]
    fn a_character_waits_for_its_last_byte() {
        let e = "é".as_bytes();
        assert_eq!(whole_characters(b"caf"), 3);
        assert_eq!(whole_characters(&[b"caf", &e[..1]].concat()), 3);
        assert_eq!(whole_characters(&[b"caf", e].concat()), 5);
        assert_eq!(whole_characters(b"a\xFFb"), 3, "bytes that can become no character do not wait");
    }
}
