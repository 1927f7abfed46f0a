//! # fathom-tokenizer: text to token ids, and token ids to bytes
//!
//! The first step of Fathom's picture: `prompt ──tokenizer──> tokens ──Model::run──> …`. A model's tokens are what
//! it was trained on, so a tokenizer is either right or useless: unknown kinds are refused by name, not guessed.
//!
//! - [`Tokenizer::from_gguf`]: byte-level BPE, or SentencePiece's BPE, out of a GGUF file's metadata. Ids are judged by
//!   llama.cpp (`fixtures/tokenizer_references.py`, `tokenizer_splits.py`, `tokenizer_pieces.py`), and so is what a
//!   token is for (`tokenizer_meanings.py`).
//! - [`Tokenizer::from_folder`]: a `tokenizer.json`, through the `tokenizers` crate, with the files beside it.
//! - [`Tokenizer::chat`]: messages through the model's own chat template, each token marked as the template's or not.
//!
//! A token is bytes, perhaps a part of a character: [`Tokenizer::bytes`] is the truth, [`Tokenizer::text`] is for
//! people.
//!
//! ```
//! use fathom_fixtures::write::GgufWriter;
//! use fathom_formats::{Gguf, Value};
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

#![forbid(unsafe_code)]

mod added;
mod byte_level;
pub mod chat;
mod error;
mod folder;
mod gguf;
mod guard;
mod known;
mod split;
mod vocabulary;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use fathom_formats::{Gguf, Note};
use fathom_reading::TokenId;

use added::Where;
pub use error::TokenizerError;
pub use guard::quiet_panics;
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
    chat: chat::Templates,
    notes: Vec<Note>,
}

enum Encoder {
    Bpe(Box<gguf::BpeEncoder>),
    Spm(Box<gguf::SpmEncoder>),
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

    /// The tokens of `text`, without BOS: the caller adds it where [`add_bos`](Self::add_bos) says so. Tokenizers of
    /// pieces may put a space before it that nobody wrote, as their models are used to.
    ///
    /// # Errors
    /// A text with bytes that the vocabulary has no token for: nothing is left out in silence.
    pub fn encode(&self, text: &str, specials: Specials) -> Result<Vec<TokenId>, TokenizerError> {
        let ids = match &self.encoder {
            Encoder::Bpe(encoder) => encoder.encode(text, specials.into())?,
            Encoder::Spm(encoder) => {
                encoder.encode(text, specials.into())?.into_iter().map(|(id, _)| id).collect()
            }
            Encoder::Json(encoder) => encoder.encode(text, specials)?,
        };
        if self.lossless {
            self.check_complete(text, &ids)?;
        }
        Ok(ids)
    }

    /// The tokens of a text with the bytes that each stands for; special strings become tokens only where they touch
    /// none of the bytes `outside` (ascending).
    fn place(&self, text: &str, outside: &[Range<usize>]) -> Result<Vec<gguf::Placed>, TokenizerError> {
        let ids = match &self.encoder {
            Encoder::Bpe(encoder) => encoder.encode(text, Where::Outside(outside))?,
            Encoder::Spm(encoder) => return encoder.encode(text, Where::Outside(outside)),
            Encoder::Json(encoder) => return encoder.place(text, outside),
        };
        self.check_complete(text, &ids)?;
        let mut end = 0;
        let place = |id| {
            let start = end;
            end += self.bytes(id).map_or(0, <[u8]>::len);
            (id, start..end)
        };
        Ok(ids.into_iter().map(place).collect())
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

    /// What its files say that has no effect, or another than one might expect.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Whether a token has a meaning instead of a text (BOS, end of a turn, …).
    pub fn is_special(&self, id: TokenId) -> bool {
        self.vocabulary.kind(id.0) == Kind::Special
    }

    /// The special tokens whose names stand in a text, each once, in order of their ids: read as text
    /// ([`Specials::AsText`]), they are none. For a note: many who write `<|im_start|>` mean the token.
    pub fn special_strings(&self, text: &str) -> Vec<&str> {
        let parsed = self.encode(text, Specials::Parse).unwrap_or_default();
        let ids: BTreeSet<TokenId> = parsed.into_iter().filter(|&id| self.is_special(id)).collect();
        let name = |&id: &TokenId| std::str::from_utf8(self.bytes(id)?).ok();
        // A special token may also stand for what has no other (`<unk>`).
        ids.iter().filter_map(name).filter(|name| text.contains(name)).collect()
    }

    /// The bytes that a token writes (for a special token: its name), or `None` where no token has this id.
    ///
    /// They are what it writes inside a text. At a text's start a tokenizer of pieces (`▁the`) or of word pieces (`the`,
    /// as against `##the`) writes no space, but " the" is what tells such a token from one that goes on with a word.
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
        let kind = match self.encoder {
            Encoder::Bpe(_) => "GGUF, byte-level BPE",
            Encoder::Spm(_) => "GGUF, SentencePiece BPE",
            Encoder::Json(_) => "tokenizer.json",
        };
        f.debug_struct("Tokenizer")
            .field("kind", &kind)
            .field("len", &self.len())
            .field("bos", &self.bos)
            .field("add_bos", &self.add_bos)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
