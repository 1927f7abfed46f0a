//! What a GGUF file says of its tokenizer that has no effect, or another than one might expect.

use fathom_formats::{Gguf, Note};

use super::meaning::{EOM, EOT, PADDING, UNKNOWN};
use super::{BOS, EOS, Reader, SPACE_FIRST};
use crate::error::shown;
use crate::{TokenizerError, known};

/// Keys that name a token, but those of fill-in-the-middle prompts (and the separator's is misspelt in all files).
const SPECIAL: &[&str] = &[
    BOS,
    EOS,
    EOT,
    EOM,
    UNKNOWN,
    PADDING,
    "tokenizer.ggml.seperator_token_id",
    "tokenizer.ggml.mask_token_id",
    "tokenizer.ggml.cls_token_id",
];

const GOES_ON: &str = "a text that is read goes on";

/// Switches without effect where they are on, for pieces and for byte-level BPE, with the reason.
const PIECES: &[(&str, &str)] = &[
    ("tokenizer.ggml.add_eos_token", GOES_ON),
    ("tokenizer.ggml.add_sep_token", GOES_ON),
    ("tokenizer.ggml.remove_extra_whitespaces", "llama.cpp keeps them too"),
];
const BYTE_LEVEL: &[(&str, &str)] = &[
    ("tokenizer.ggml.add_eos_token", GOES_ON),
    ("tokenizer.ggml.add_sep_token", GOES_ON),
    (SPACE_FIRST, "llama.cpp puts no space before the texts of a byte-level BPE either"),
];

/// A damaged vocabulary may have millions of tokens alike: nobody reads on.
const MOST_DETAILS: usize = 100;

impl Reader<'_> {
    /// All notes. `shadowed`: see [`shadowed`](Self::shadowed).
    pub(super) fn notes(&self, pieces: bool, shadowed: &[(u32, u32)]) -> Result<Vec<Note>, TokenizerError> {
        let notes = [self.ids_without_token()?, self.shadowed_note(shadowed), self.switches(pieces)?];
        Ok(notes.into_iter().flatten().collect())
    }

    /// Keys that name a token which is not there.
    fn ids_without_token(&self) -> Result<Option<Note>, TokenizerError> {
        let len = self.tokens.len();
        let mut details = Vec::new();
        for key in SPECIAL.iter().chain(known::FILL_IN.iter().flat_map(|part| part.keys)) {
            if let Some(found) = self.gguf.optional(key, Gguf::u32)?.filter(|&id| id as usize >= len) {
                details.push(format!("{key} = {found}"));
            }
        }
        let text = match details.len() {
            0 => return Ok(None),
            1 => format!(
                "{} names a token that the vocabulary of {len} does not have: nothing uses it",
                details[0]
            ),
            count => format!(
                "{count} keys name a token that the vocabulary of {len} does not have ({}, …): nothing uses them",
                details[0]
            ),
        };
        Ok(Some(Note::listing(text, details)))
    }

    fn switches(&self, pieces: bool) -> Result<Option<Note>, TokenizerError> {
        let mut details = Vec::new();
        for (key, why) in if pieces { PIECES } else { BYTE_LEVEL } {
            if self.gguf.optional(key, Gguf::bool)? == Some(true) {
                details.push(format!("{key} = true ({why})"));
            }
        }
        let text = match details.len() {
            0 => return Ok(None),
            1 => format!("{} has no effect", details[0]),
            count => format!("{count} switches of the tokenizer have no effect: {}, …", details[0]),
        };
        Ok(Some(Note::listing(text, details)))
    }

    /// What is said of [`shadowed`](Self::shadowed) tokens.
    fn shadowed_note(&self, shadowed: &[(u32, u32)]) -> Option<Note> {
        let detail = |&(id, last): &(u32, u32)| {
            let text = self.tokens.get(id as usize).unwrap_or_default();
            format!("{}: {id} and {last}", shown(text))
        };
        let first = detail(shadowed.first()?);
        let text = match shadowed.len() {
            1 => format!("two tokens have the same text ({first}): a text turns into the last of them"),
            count => format!(
                "{count} tokens have the text of a later one ({first}, …): a text turns into the last of them"
            ),
        };
        let mut details: Vec<String> = shadowed.iter().take(MOST_DETAILS).map(detail).collect();
        if let Some(more) = shadowed.len().checked_sub(details.len()).filter(|more| *more > 0) {
            details.push(format!("and {more} more"));
        }
        Some(Note::listing(text, details))
    }
}
