//! Everything that can be wrong with a tokenizer, or with a text given to it.

use std::path::PathBuf;

/// Why a tokenizer could not be built, or a text not be turned into tokens. Names that come out of a file are
/// escaped and shortened, so a message is safe to print.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each variant's message says what its fields are.
pub enum TokenizerError {
    // ---- GGUF metadata
    #[error(transparent)]
    Format(#[from] fathom_formats::FormatError),
    #[error("{}: tokenizer.ggml.model is {found}; from a GGUF file Fathom builds \"gpt2\" (byte-level BPE) and \"llama\" (SentencePiece BPE) tokenizers: give the model's original folder, with its tokenizer.json, instead", file.display())]
    UnsupportedModel { file: PathBuf, found: String },
    #[error("{}: tokenizer.ggml.pre is {found}, a pre-tokenizer that Fathom does not know (and a guess would give other tokens than the model was trained on): give the model's original folder, with its tokenizer.json, instead. Known: {known}", file.display())]
    UnknownPre { file: PathBuf, found: String, known: String },
    #[error("{}: tokenizer.ggml.tokens is empty; expected a vocabulary", file.display())]
    EmptyVocabulary { file: PathBuf },
    #[error("{}: {key} has {found} entries, at most {limit} are taken; no known model has that many, so the file is taken to be damaged", file.display())]
    TooMany { file: PathBuf, key: &'static str, found: usize, limit: usize },
    #[error("{}: tokenizer.ggml.token_type has {types} entries for {tokens} tokens; expected one each", file.display())]
    TypeCount { file: PathBuf, types: usize, tokens: usize },
    #[error("{}: tokenizer.ggml.scores has {scores} entries for {tokens} tokens; expected one each", file.display())]
    ScoreCount { file: PathBuf, scores: usize, tokens: usize },
    #[error("{}: tokenizer.ggml.scores[{id}] is not a number", file.display())]
    BadScore { file: PathBuf, id: usize },
    #[error("{}: token {id} is of type {found}; expected 0 to 6", file.display())]
    BadType { file: PathBuf, id: usize, found: i32 },
    #[error("{}: tokenizer.ggml.merges[{index}] is {merge}: {problem}", file.display())]
    BadMerge { file: PathBuf, index: usize, merge: String, problem: String },
    #[error("{}: {key} is {found}, but the vocabulary has {len} tokens, and each text would start with that one: the file is damaged, or its tokenizer is another model's", file.display())]
    IdOutOfRange { file: PathBuf, key: &'static str, found: u32, len: usize },
    #[error("{}: the tokenizer starts each text with a BOS token, but names none: {missing} is missing", file.display())]
    NoBos { file: PathBuf, missing: &'static str },
    #[error("{}: the vocabulary cannot be used: {reason}", file.display())]
    Vocabulary { file: PathBuf, reason: String },

    // ---- A folder
    #[error("{}: no tokenizer.json in this folder; fetch it from the model's own page, or use a GGUF file, which has its tokenizer inside", folder.display())]
    NoTokenizerFile { folder: PathBuf },
    #[error("{}: there is {found} but no tokenizer.json, and Fathom reads only that; make it from {found} with Python's transformers (AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER), with sentencepiece or tiktoken installed where it asks for them), fetch it from the model's own page, or use a GGUF file, which has its tokenizer inside", folder.display())]
    OtherTokenizerFile { folder: PathBuf, found: &'static str },
    #[error("{}: cannot read: {source}", file.display())]
    Io { file: PathBuf, source: std::io::Error },
    #[error("{}: {reason}", file.display())]
    BadJson { file: PathBuf, reason: String },
    #[error("{}: {what} is not supported: {why}", file.display())]
    UnsupportedJson { file: PathBuf, what: String, why: &'static str },
    #[error("{}: it is a Git LFS pointer, not the file itself: run `git lfs pull` in its folder, or fetch the file from the model's own page", file.display())]
    LfsPointer { file: PathBuf },

    // ---- A chat
    #[error(
        "the model has no chat template{problem}: it may not have been tuned for chats; give it the text as a prompt"
    )]
    NoChatTemplate { problem: String },
    #[error("the model has no chat template {wanted}; it has {known}")]
    WhichChatTemplate { wanted: String, known: String },
    #[error("the chat template {name} cannot be used: {problem}")]
    ChatTemplate { name: String, problem: String },
    #[error("the chat template refuses these messages: {message}")]
    ChatRefused { message: String },
    #[error("a chat needs a message")]
    NoMessages,
    #[error(
        "what {role} says holds special strings, and the chat template changes it so that they could not be told from its own: leave them out"
    )]
    ChatSpecials { role: String },

    // ---- A text that a model's own files do not come to terms with
    #[error(
        "the model's tokenizer.json takes more {what} on this text than a tokenizer may: the file is at fault, not the text; fetch it again from the model's own page"
    )]
    TokenizerWork { what: &'static str },
    #[error(
        "the tokenizers library failed on this text with the model's tokenizer.json: the file is at fault, not the text; fetch it again from the model's own page"
    )]
    TokenizerPanic,

    // ---- A text
    #[error(
        "the tokenizer has no token for byte {byte:#04x}, at byte {at} of the text: leave that character out (llama.cpp and transformers would, without saying so)"
    )]
    NoToken { byte: u8, at: usize },
    #[error("the text cannot be turned into tokens: {reason}")]
    Encode { reason: String },
}

impl TokenizerError {
    /// True where a model's files fail on a text that is sound: whoever sent the text can do nothing about it.
    pub fn is_models_fault(&self) -> bool {
        matches!(
            self,
            TokenizerError::TokenizerWork { .. }
                | TokenizerError::TokenizerPanic
                | TokenizerError::ChatTemplate { .. }
        )
    }

    /// True where the files are sound but of a kind that Fathom does not handle (the command line's exit code 3).
    pub fn is_unsupported(&self) -> bool {
        match self {
            TokenizerError::Format(error) => error.is_unsupported(),
            TokenizerError::UnsupportedModel { .. }
            | TokenizerError::UnknownPre { .. }
            | TokenizerError::UnsupportedJson { .. }
            | TokenizerError::OtherTokenizerFile { .. } => true,
            _ => false,
        }
    }
}

/// A name out of a file, made fit for a message: quoted, escaped, and cut where it is long.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 96;
    match name.char_indices().nth(MOST) {
        None => format!("{name:?}"),
        Some((cut, _)) => format!("{:?}… ({} bytes)", &name[..cut], name.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_cut() {
        assert_eq!(shown("a\u{1b}[31m\u{202e}b"), "\"a\\u{1b}[31m\\u{202e}b\"");
        let long = shown(&"é".repeat(5000));
        assert!(long.len() < 300 && long.ends_with("(10000 bytes)"), "{long}");
    }
}
