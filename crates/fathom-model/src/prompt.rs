//! What a user gives becomes the tokens of a run.

use crate::{Model, ModelError};
use fathom_reading::{Origin, TokenId};
use fathom_tokenizer::Specials;

/// A prompt, before it is tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Text or ids.
    pub source: PromptSource,
    /// Whether a BOS token goes first.
    pub bos: Bos,
    /// Whether special strings in the text (`<|im_end|>`) become the tokens they name.
    pub parse_specials: bool,
}

/// Where a prompt's tokens come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptSource {
    /// To be tokenised.
    Text(String),
    /// The tokens themselves.
    Ids(Vec<TokenId>),
}

/// Whether a BOS token goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Bos {
    /// As the model's own tokenizer does it; ids are taken as they are.
    #[default]
    Auto,
    /// Yes.
    On,
    /// No.
    Off,
}

impl Prompt {
    /// A text, with everything else as the tokenizer does it.
    pub fn text(text: impl Into<String>) -> Prompt {
        Prompt { source: PromptSource::Text(text.into()), bos: Bos::Auto, parse_specials: false }
    }

    /// Ids, taken as they are.
    pub fn ids(ids: impl IntoIterator<Item = TokenId>) -> Prompt {
        let ids = ids.into_iter().collect();
        Prompt { source: PromptSource::Ids(ids), bos: Bos::Auto, parse_specials: false }
    }
}

impl Model {
    /// The tokens of a prompt, and which of them the tokenizer added.
    ///
    /// # Errors
    /// [`ModelError::EmptyPrompt`] if there are none, [`ModelError::NoBos`], [`ModelError::TokenOutOfRange`],
    /// [`ModelError::NoEmbedding`], [`ModelError::TooLong`], or the tokenizer's.
    pub fn tokens_of(&self, prompt: &Prompt) -> Result<Vec<(TokenId, Origin)>, ModelError> {
        let specials = if prompt.parse_specials { Specials::Parse } else { Specials::AsText };
        let (ids, own_rule) = match &prompt.source {
            PromptSource::Text(text) => {
                (self.tokenizer().encode(text, specials)?, self.tokenizer().add_bos())
            }
            PromptSource::Ids(ids) => (ids.clone(), false),
        };
        let add = match prompt.bos {
            Bos::Auto => own_rule,
            Bos::On => true,
            Bos::Off => false,
        };
        let bos = match (add, self.tokenizer().bos()) {
            (false, _) => None,
            (true, Some(bos)) => Some((bos, Origin::Special)),
            (true, None) => return Err(ModelError::NoBos),
        };
        let tokens: Vec<_> = bos.into_iter().chain(ids.into_iter().map(|id| (id, Origin::Prompt))).collect();
        let vocabulary = self.config().vocabulary;
        let lacking = tokens.iter().find(|(id, _)| id.index() >= vocabulary);
        if let (Some((id, _)), PromptSource::Text(_)) = (lacking, &prompt.source) {
            return Err(ModelError::NoEmbedding { id: id.0, text: self.tokenizer().text(*id), vocabulary });
        }
        self.check_tokens(tokens.iter().map(|(id, _)| *id), 0)?;
        Ok(tokens)
    }

    /// The tokens of a continuation: tokenised alone, without specials.
    ///
    /// # Errors
    /// The tokenizer's.
    pub fn continuation_of(&self, text: &str) -> Result<Vec<TokenId>, ModelError> {
        Ok(self.tokenizer().encode(text, Specials::AsText)?)
    }

    /// Refuses tokens that can't run, before anything is computed. `output` more are to come.
    pub(crate) fn check_tokens(
        &self,
        tokens: impl ExactSizeIterator<Item = TokenId>,
        output: usize,
    ) -> Result<(), ModelError> {
        let (context, vocabulary) = (self.config().context, self.config().vocabulary);
        let prompt = tokens.len();
        if prompt == 0 {
            return Err(ModelError::EmptyPrompt);
        }
        if prompt.saturating_add(output) > context {
            return Err(ModelError::TooLong { prompt, output, context });
        }
        let mut tokens = tokens;
        match tokens.find(|id| id.index() >= vocabulary) {
            Some(id) => Err(ModelError::TokenOutOfRange { id: id.0, vocabulary }),
            None => Ok(()),
        }
    }
}
