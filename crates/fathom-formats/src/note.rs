//! What a model's files say that a reader of its numbers may want to know.

use std::fmt;

/// Something that was found in a model's files, is no error, and should not pass in silence: a tensor that nothing
/// uses, a setting without effect, a switch that the reference overrules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// One sentence: what was found, and what becomes of it. Names in it come from a file, and are not made harmless.
    pub text: String,
    /// Each single thing that the sentence counts (`use_mrope = false`), for who asks.
    pub details: Vec<String>,
}

impl Note {
    /// A note without details.
    pub fn new(text: impl Into<String>) -> Note {
        Note { text: text.into(), details: Vec::new() }
    }

    /// A note that sums up `details`.
    pub fn listing(text: impl Into<String>, details: Vec<String>) -> Note {
        Note { text: text.into(), details }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
