//! What each token is for: by its type in the file, corrected for tokens that are known by name. llama.cpp's rules.

use fathom_formats::Gguf;
use fathom_reading::TokenId;
use tokenizers::models::bpe::Vocab;

use super::{EOS, Reader, TYPES};
use crate::vocabulary::Kind;
use crate::{TokenizerError, known};

pub(super) const EOT: &str = "tokenizer.ggml.eot_token_id";
pub(super) const EOM: &str = "tokenizer.ggml.eom_token_id";
pub(super) const UNKNOWN: &str = "tokenizer.ggml.unknown_token_id";
pub(super) const PADDING: &str = "tokenizer.ggml.padding_token_id";

/// The kinds of all tokens, and which end a generation.
pub(super) struct Meanings {
    pub(super) kinds: Vec<Kind>,
    /// Ascending.
    pub(super) end: Vec<TokenId>,
}

impl Reader<'_> {
    /// `eos`: the token that ends a text where the file names none.
    pub(super) fn meanings(&self, ids: &Vocab, eos: Option<TokenId>) -> Result<Meanings, TokenizerError> {
        let mut kinds = self.kinds_by_type()?;
        let mut name = |name: &str, kind| {
            let id = *ids.get(name)?;
            kinds[id as usize] = kind;
            Some(TokenId(id))
        };
        for part in known::FILL_IN {
            // Where the file names the token of this part, other tokens with such names are what it calls them.
            let mut named = false;
            for key in part.keys {
                named |= self.id(key)?.is_some();
            }
            if !named {
                part.names.iter().for_each(|text| _ = name(text, Kind::Special));
            }
        }
        let mut end: Vec<TokenId> = known::ENDS.iter().filter_map(|text| name(text, Kind::Special)).collect();
        known::HARMONY.iter().for_each(|text| _ = name(text, Kind::Added));
        end.extend(self.id(EOS)?.or(eos));
        for key in [EOT, EOM] {
            end.extend(self.id(key)?);
        }
        // Some names end a generation in most models, and mean something else beside certain others.
        let ends =
            |text: &str, end: &[TokenId]| ids.get(text).copied().map(TokenId).filter(|id| end.contains(id));
        let has = |text: &str| ends(text, &end).is_some();
        let calls = has("<|call|>") || has("<|calls|>");
        let harmony = calls && (has("<|return|>") || has("<|flush|>"));
        let ordinary = has("<|tool_response>") || has("<|plamo:eos|>");
        for (text, not_here, kind) in [("<|end|>", harmony, Kind::Added), ("</s>", ordinary, Kind::Text)] {
            if let Some(id) = ends(text, &end).filter(|_| not_here) {
                end.retain(|other| *other != id);
                kinds[id.index()] = kind;
            }
        }
        end.sort_unstable();
        end.dedup();
        Ok(Meanings { kinds, end })
    }

    fn kinds_by_type(&self) -> Result<Vec<Kind>, TokenizerError> {
        let len = self.tokens.len();
        match self.gguf.optional(TYPES, Gguf::i32s)? {
            None => Ok(vec![Kind::Text; len]),
            Some(types) if types.len() != len => {
                Err(TokenizerError::TypeCount { file: self.file(), types: types.len(), tokens: len })
            }
            Some(types) => types.iter().enumerate().map(|(id, &found)| self.kind(id, found)).collect(),
        }
    }

    fn kind(&self, id: usize, found: i32) -> Result<Kind, TokenizerError> {
        match found {
            0 | 1 => Ok(Kind::Text),    // undefined, normal
            2 | 3 => Ok(Kind::Special), // unknown, control
            4 => Ok(Kind::Added),       // user-defined
            5 => Ok(Kind::Unused),
            6 => Ok(Kind::Byte),
            _ => Err(TokenizerError::BadType { file: self.file(), id, found }),
        }
    }

    /// The token that a key names, if it names one: a number beyond the vocabulary names none.
    pub(super) fn id(&self, key: &str) -> Result<Option<TokenId>, TokenizerError> {
        let found = self.gguf.optional(key, Gguf::u32)?;
        Ok(found.filter(|&id| (id as usize) < self.tokens.len()).map(TokenId))
    }

    /// Texts that several tokens have, by the ids that are no text's token: the last of each is what a text turns into.
    pub(super) fn shadowed(&self, ids: &Vocab) -> Vec<(u32, u32)> {
        let tokens = (0u32..).zip(self.tokens.iter());
        let shadowed = tokens.filter_map(|(id, text)| Some((id, *ids.get(text)?)));
        shadowed.filter(|(id, last)| id != last).collect()
    }
}
