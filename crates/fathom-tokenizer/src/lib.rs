//! # fathom-tokenizer: text to token ids, and token ids to bytes
//!
//! The first step of Fathom's picture: `prompt ──tokenizer──> tokens ──Model::run──> …`. A model's tokens are what
//! it was trained on, so a tokenizer is either right or useless: unknown kinds are refused by name, not guessed.
//!
//! - [`Tokenizer::from_gguf`]: byte-level BPE out of a GGUF file's metadata. Ids are judged by llama.cpp
//!   (`fixtures/tokenizer_references.py`).
//! - [`Tokenizer::from_folder`]: a `tokenizer.json`, through the `tokenizers` crate, with the files beside it.
//!
//! A token is bytes, perhaps a part of a character: [`Tokenizer::bytes`] is the truth, [`Tokenizer::text`] is for
//! people.
//!
//! ```
//! use fathom_formats::{Gguf, Value, write::GgufWriter};
//! use fathom_reading::TokenId;
//! use fathom_tokenizer::{Specials, Tokenizer};
//!
//! let bytes = GgufWriter::new()
//!     .meta("general.architecture", "gpt2")
//!     .meta("tokenizer.ggml.model", "gpt2")
//!     .meta("tokenizer.ggml.pre", "gpt-2")
//!     .meta("tokenizer.ggml.tokens", Value::from_iter(["i", "s", "Ġ", "Ġis", "is", "<|endoftext|>"]))
//!     .meta("tokenizer.ggml.merges", Value::from_iter(["i s", "Ġ is"]))
//!     .to_bytes()?;
//! let tokenizer = Tokenizer::from_gguf(&Gguf::from_bytes(bytes)?)?;
//!
//! let ids = tokenizer.encode("is is<|endoftext|>", Specials::Parse)?;
//! assert_eq!(ids, [TokenId(4), TokenId(3), TokenId(5)]);
//! assert_eq!(tokenizer.bytes(TokenId(3)), Some(&b" is"[..]));
//! assert_eq!(tokenizer.id_of_bytes(b" is"), Some(TokenId(3)));
//! assert_eq!(tokenizer.end_tokens(), [TokenId(5)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod byte_level;
mod error;
mod folder;
mod gguf;
mod known;
mod split;
mod vocabulary;

use std::fmt;
use std::path::Path;

use fathom_formats::Gguf;
use fathom_reading::TokenId;

pub use error::TokenizerError;
use vocabulary::{Kind, Vocabulary};

/// What becomes of special strings (`<|im_end|>`) inside a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Specials {
    /// They are text like any other: what a prompt holds cannot end it. The default everywhere in Fathom.
    AsText,
    /// They become the special tokens that they name.
    Parse,
}

/// A model's tokenizer. It is immutable, and may be shared between threads.
pub struct Tokenizer {
    vocabulary: Vocabulary,
    encoder: Encoder,
    /// Tokens' bytes together are the text: nothing is normalised or stripped on the way.
    lossless: bool,
    bos: Option<TokenId>,
    add_bos: bool,
    end: Vec<TokenId>,
}

enum Encoder {
    Bpe(Box<gguf::BpeEncoder>),
    Json(Box<folder::JsonEncoder>),
}

impl Tokenizer {
    /// The tokenizer in a GGUF file's metadata (`tokenizer.ggml.*`).
    ///
    /// # Errors
    /// Kinds and pre-tokenizers that Fathom does not know, by name ([`TokenizerError::is_unsupported`]); anything in
    /// the metadata that does not fit together.
    pub fn from_gguf(gguf: &Gguf) -> Result<Tokenizer, TokenizerError> {
        gguf::read(gguf)
    }

    /// The tokenizer in a model's folder: `tokenizer.json`, with the rules for BOS and end tokens in
    /// `tokenizer_config.json`, `generation_config.json` and `config.json`, where these are there.
    ///
    /// # Errors
    /// No `tokenizer.json`; files that cannot be read or do not fit together; parts of `tokenizer.json` that Fathom
    /// cannot turn back into bytes, by name.
    pub fn from_folder(folder: &Path) -> Result<Tokenizer, TokenizerError> {
        folder::read(folder)
    }

    /// The tokens of `text`, without BOS: the caller adds it where [`add_bos`](Self::add_bos) says so.
    ///
    /// # Errors
    /// A text with bytes that the vocabulary has no token for: nothing is left out in silence.
    pub fn encode(&self, text: &str, specials: Specials) -> Result<Vec<TokenId>, TokenizerError> {
        let ids = match &self.encoder {
            Encoder::Bpe(encoder) => encoder.encode(text, specials)?,
            Encoder::Json(encoder) => encoder.encode(text, specials)?,
        };
        if self.lossless {
            self.check_complete(text, &ids)?;
        }
        Ok(ids)
    }

    fn check_complete(&self, text: &str, ids: &[TokenId]) -> Result<(), TokenizerError> {
        let mut rest = text.as_bytes();
        let lost = |rest: &[u8]| TokenizerError::NoToken { byte: rest[0], at: text.len() - rest.len() };
        for &byte in ids.iter().flat_map(|&id| self.bytes(id).unwrap_or_default()) {
            match rest.split_first() {
                Some((&first, after)) if first == byte => rest = after,
                Some(_) => return Err(lost(rest)),
                None => {
                    let reason = "its tokens write more than the text".to_owned();
                    return Err(TokenizerError::Encode { reason });
                }
            }
        }
        if rest.is_empty() { Ok(()) } else { Err(lost(rest)) }
    }

    /// Whether this tokenizer's own rule is to start each text with [`bos`](Self::bos); then that is never `None`.
    pub fn add_bos(&self) -> bool {
        self.add_bos
    }

    /// The token that starts a text, if the tokenizer names one (it may do so and not add it).
    pub fn bos(&self) -> Option<TokenId> {
        self.bos
    }

    /// The tokens that end a generation, ascending: any of them does.
    pub fn end_tokens(&self) -> &[TokenId] {
        &self.end
    }

    /// Whether a token has a meaning instead of a text (BOS, end of a turn, …).
    pub fn is_special(&self, id: TokenId) -> bool {
        self.vocabulary.kind(id.0) == Kind::Special
    }

    /// The bytes that a token writes (for a special token: its name), or `None` where no token has this id.
    pub fn bytes(&self, id: TokenId) -> Option<&[u8]> {
        self.vocabulary.bytes(id.0)
    }

    /// The token that writes exactly these bytes. Of several: one that was added by the user, else an ordinary one,
    /// else a special one; then the smallest id.
    pub fn id_of_bytes(&self, bytes: &[u8]) -> Option<TokenId> {
        self.vocabulary.id_of(bytes).map(TokenId)
    }

    /// One more than the largest id. A model's own vocabulary may be larger: many are padded.
    pub fn len(&self) -> usize {
        self.vocabulary.len()
    }

    /// True if there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A token's text on its own, for people: bytes that are no whole character are written `⟨E2⟩`, an id without a
    /// token `⟨id 17⟩`.
    pub fn text(&self, id: TokenId) -> String {
        match self.bytes(id) {
            Some(bytes) => fathom_reading::text::lone_text(bytes),
            None => format!("⟨id {id}⟩"),
        }
    }
}

/// Short: a vocabulary helps nobody in a message.
impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer")
            .field("kind", &if matches!(self.encoder, Encoder::Bpe(_)) { "GGUF" } else { "tokenizer.json" })
            .field("len", &self.len())
            .field("bos", &self.bos)
            .field("add_bos", &self.add_bos)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
