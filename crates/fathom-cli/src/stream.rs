//! Tokens as they are generated, on standard error, where that is a terminal.

use crate::style::DIM;
use std::io::{self, IsTerminal, Write};

/// Shows text as it grows: bytes wait until they make whole characters.
pub(crate) struct Stream {
    shown: bool,
    started: bool,
    waiting: Vec<u8>,
}

impl Stream {
    /// A stream that shows nothing unless standard error is a terminal.
    pub(crate) fn new() -> Stream {
        Stream { shown: io::stderr().is_terminal(), started: false, waiting: Vec::new() }
    }

    /// The next token's bytes.
    pub(crate) fn token(&mut self, bytes: &[u8]) {
        if !self.shown {
            return;
        }
        self.started = true;
        self.waiting.extend_from_slice(bytes);
        let whole = whole_characters(&self.waiting);
        let rest = self.waiting.split_off(whole);
        let ready = std::mem::replace(&mut self.waiting, rest);
        self.show(&String::from_utf8_lossy(&ready));
    }

    /// The last token has come.
    pub(crate) fn finish(mut self) {
        if self.started {
            let rest = std::mem::take(&mut self.waiting);
            self.show(&String::from_utf8_lossy(&rest));
            anstream::eprintln!("\n");
        }
    }

    fn show(&self, text: &str) {
        let text = crate::style::harmless(text);
        anstream::eprint!("{DIM}{text}{DIM:#}");
        // A terminal that went away is no reason to stop generating.
        let _ = io::stderr().flush();
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
    use super::whole_characters;

    #[test]
    fn a_character_waits_for_its_last_byte() {
        let e = "é".as_bytes();
        assert_eq!(whole_characters(b"caf"), 3);
        assert_eq!(whole_characters(&[b"caf", &e[..1]].concat()), 3);
        assert_eq!(whole_characters(&[b"caf", e].concat()), 5);
        assert_eq!(whole_characters(b"a\xFFb"), 3, "bytes that can become no character do not wait");
    }
}
