//! A prompt that has become tokens.

use crate::errors::{invalid, raise};
use crate::tokens::NativeToken;
use fathom::reading::{Origin, TokenId};
use fathom::{Bos, Model, Prompt, PromptSource};
use pyo3::prelude::*;

/// Tokens that a model can run, each with where it came from.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct NativePrompt {
    pub(crate) tokens: Vec<(TokenId, Origin)>,
    /// What a person should know of them.
    notes: Vec<String>,
}

#[pymethods]
impl NativePrompt {
    /// Number of tokens.
    fn __len__(&self) -> usize {
        self.tokens.len()
    }

    /// What a person should know of how the prompt became tokens.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// What a prompt may be: text, a message for the chat template, or ids.
#[derive(FromPyObject)]
pub(crate) enum Source {
    #[pyo3(transparent)]
    Text(String),
    #[pyo3(transparent)]
    Ids(Vec<u32>),
}

impl NativePrompt {
    /// Tokenises. `bos`: whether a BOS token goes first; `None`: as the model's tokenizer says.
    pub(crate) fn new(
        model: &Model,
        source: Source,
        bos: Option<bool>,
        parse_special: bool,
        chat: bool,
    ) -> PyResult<NativePrompt> {
        let source = match source {
            Source::Ids(_) if chat => {
                return Err(invalid("a chat message is text: it can't be given as ids"));
            }
            Source::Text(message) if chat => return NativePrompt::chat(model, &message),
            Source::Text(text) => PromptSource::Text(text),
            Source::Ids(ids) => PromptSource::Ids(ids.into_iter().map(TokenId).collect()),
        };
        let bos = match bos {
            None => Bos::Auto,
            Some(true) => Bos::On,
            Some(false) => Bos::Off,
        };
        let found = match &source {
            PromptSource::Text(text) if !parse_special => model.tokenizer().special_strings(text),
            _ => Vec::new(),
        };
        let notes = found.first().map(|first| {
            format!("the prompt holds {first}, read as text like any other: with parse_special=True it is the model's special token")
        });
        let notes = notes.into_iter().collect();
        let tokens =
            model.tokens_of(&Prompt { source, bos, parse_specials: parse_special }).map_err(raise)?;
        Ok(NativePrompt { tokens, notes })
    }

    fn chat(model: &Model, message: &str) -> PyResult<NativePrompt> {
        let chat = model.chat(message).map_err(raise)?;
        let notes = chat.notes.iter().map(ToString::to_string).collect();
        Ok(NativePrompt { tokens: chat.tokens().collect(), notes })
    }
}

/// A token as Python is told of it.
pub(crate) fn told(token: fathom::reading::Token) -> NativeToken {
    let origin = match token.origin {
        Origin::Special => "special",
        Origin::Prompt => "prompt",
        Origin::Output => "output",
        Origin::Template => "template",
    };
    (token.id.0, token.text, token.bytes, origin)
}
