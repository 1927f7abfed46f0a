//! Byte-level BPE: text to ids by merges, within the pieces that a pre-tokenizer cuts.

use fathom_reading::TokenId;
use tokenizers::Model;
use tokenizers::models::bpe::BPE;

use crate::added::{AddedTokens, Part, Where};
use crate::split::Split;
use crate::{TokenizerError, byte_level};

/// Text to ids by byte-level BPE.
pub(crate) struct BpeEncoder {
    pub(super) bpe: BPE,
    pub(super) split: Split,
    pub(super) added: AddedTokens,
}

impl BpeEncoder {
    pub(crate) fn encode(&self, text: &str, specials: Where<'_>) -> Result<Vec<TokenId>, TokenizerError> {
        let mut ids = Vec::with_capacity(text.len() / 3);
        let mut visible = String::new();
        for part in self.added.parts(text, specials) {
            let range = match part {
                Part::Token(id, _) => {
                    ids.push(TokenId(id));
                    continue;
                }
                Part::Text(range) => range,
            };
            let text = &text[range];
            for piece in self.split.pieces(text) {
                visible.clear();
                byte_level::encode(&text[piece], &mut visible);
                let tokens = self
                    .bpe
                    .tokenize(&visible)
                    .map_err(|error| TokenizerError::Encode { reason: error.to_string() })?;
                ids.extend(tokens.iter().map(|token| TokenId(token.id)));
            }
        }
        Ok(ids)
    }
}
