//! A token of a run.

use crate::TokenId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a token of a run came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Added by the tokenizer (BOS).
    Special,
    /// Written by the user.
    Prompt,
    /// Generated, or supplied as the continuation.
    Output,
    /// Written by the model's chat template, around what the user wrote: a part of the prompt too.
    Template,
}

/// One token of a run: bytes first, text where the bytes have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: TokenId,
    /// Its text within this run: a character whose bytes are spread over tokens stands on the token that
    /// completes it; bytes that complete none are written `⟨E2⟩`. Spaces and newlines are kept as they are.
    pub text: String,
    /// Its raw bytes.
    pub bytes: Vec<u8>,
    /// Where it came from.
    pub origin: Origin,
}
