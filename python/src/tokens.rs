//! A model's tokenizer.

use crate::errors::raise;
use fathom::reading::TokenId;
use fathom::tokenizer::Specials;
use fathom::{Model, ModelError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Id, text, bytes, origin.
pub(crate) type NativeToken = (u32, String, Vec<u8>, &'static str);

/// The tokenizer of a model, which it keeps alive.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct NativeTokenizer {
    pub(crate) model: Model,
}

#[pymethods]
impl NativeTokenizer {
    /// The ids of a text, without BOS.
    fn encode(&self, py: Python<'_>, text: &str, parse_special: bool) -> PyResult<Vec<u32>> {
        let specials = if parse_special { Specials::Parse } else { Specials::AsText };
        let ids = py.detach(|| self.model.tokenizer().encode(text, specials));
        Ok(ids.map_err(|error| raise(ModelError::from(error)))?.into_iter().map(|id| id.0).collect())
    }

    /// The bytes that a token writes, or `None` where no token has this id.
    fn token_bytes<'py>(&self, py: Python<'py>, id: u32) -> Option<Bound<'py, PyBytes>> {
        self.model.tokenizer().bytes(TokenId(id)).map(|bytes| PyBytes::new(py, bytes))
    }

    /// A token's text on its own, for people.
    fn token_text(&self, id: u32) -> String {
        self.model.tokenizer().text(TokenId(id))
    }

    /// The token that writes exactly these bytes.
    fn token_of_bytes(&self, bytes: &[u8]) -> Option<u32> {
        self.model.tokenizer().id_of_bytes(bytes).map(|id| id.0)
    }

    /// Whether a token has a meaning instead of a text.
    fn is_special(&self, id: u32) -> bool {
        self.model.tokenizer().is_special(TokenId(id))
    }

    /// The token that starts a text, if the tokenizer names one; whether it adds it by itself; the tokens that end one.
    fn special_ids(&self) -> (Option<u32>, bool, Vec<u32>) {
        let tokenizer = self.model.tokenizer();
        let end = tokenizer.end_tokens().iter().map(|id| id.0).collect();
        (tokenizer.bos().map(|id| id.0), tokenizer.add_bos(), end)
    }

    /// One more than the largest id that has a token.
    fn __len__(&self) -> usize {
        self.model.tokenizer().len()
    }
}

/// A token's text with its spaces and control characters made visible: `␣the`.
#[pyfunction]
pub(crate) fn visible(text: &str) -> String {
    fathom::reading::text::visible(text)
}
