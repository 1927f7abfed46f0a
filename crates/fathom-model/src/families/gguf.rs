//! Reading GGUF metadata, strictly: an architecture's key that nobody asked for is refused by name.

use super::sizes::every_but;
use crate::ModelError;
use fathom_formats::{FormatError, Gguf, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Keys below the architecture that change no hidden state.
const INERT: &[&str] = &[
    "rope.scaling.finetuned",
    "attention.causal",
    "tokenizer_vocab_size",
    "vocab_type",
    "tensor_data_layout",
];

/// The metadata of one architecture: keys are written without its name.
pub(crate) struct Metadata<'a> {
    gguf: &'a Gguf,
    architecture: &'a str,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Metadata<'a> {
    pub(crate) fn new(gguf: &'a Gguf, architecture: &'a str) -> Metadata<'a> {
        Metadata { gguf, architecture, asked: RefCell::default() }
    }

    fn optional<T>(
        &self,
        key: &str,
        getter: impl FnOnce(&'a Gguf, &str) -> Result<T, FormatError>,
    ) -> Result<Option<T>, ModelError> {
        self.asked.borrow_mut().insert(key.to_owned());
        Ok(self.gguf.optional(&format!("{}.{key}", self.architecture), getter)?)
    }

    pub(crate) fn usize(&self, key: &str) -> Result<Option<usize>, ModelError> {
        Ok(self.optional(key, Gguf::u32)?.map(|value| value as usize))
    }

    pub(crate) fn f32(&self, key: &str) -> Result<Option<f32>, ModelError> {
        self.optional(key, Gguf::f32)
    }

    pub(crate) fn bool(&self, key: &str) -> Result<Option<bool>, ModelError> {
        self.optional(key, Gguf::bool)
    }

    /// Per layer, whether it has a window: every one but each `period`th unless the file says otherwise.
    pub(crate) fn windowed(&self, layers: usize, period: usize) -> Result<Vec<bool>, ModelError> {
        const KEY: &str = "attention.sliding_window_pattern";
        let full = format!("{}.{KEY}", self.architecture);
        let (period, list) = match self.gguf.get(&full) {
            Some(Value::Array(_)) => (period, Some(self.gguf.bools(&full)?)),
            _ => (self.usize(KEY)?.unwrap_or(period), None),
        };
        self.asked.borrow_mut().insert(KEY.to_owned());
        match list {
            Some(list) if list.len() == layers => Ok(list.to_vec()),
            Some(list) => Err(ModelError::config(KEY, format!("{layers} entries"), list.len())),
            None => Ok(every_but(period, layers)),
        }
    }

    pub(crate) fn str(&self, key: &str) -> Result<Option<&'a str>, ModelError> {
        self.optional(key, Gguf::str)
    }

    pub(crate) fn required(&self, key: &str) -> Result<usize, ModelError> {
        self.asked.borrow_mut().insert(key.to_owned());
        Ok(self.gguf.u32(&format!("{}.{key}", self.architecture))? as usize)
    }

    pub(crate) fn required_f32(&self, key: &str) -> Result<f32, ModelError> {
        self.asked.borrow_mut().insert(key.to_owned());
        Ok(self.gguf.f32(&format!("{}.{key}", self.architecture))?)
    }

    /// Refuses the model unless `key` is missing or `value`.
    pub(crate) fn only(&self, key: &str, value: usize) -> Result<(), ModelError> {
        match self.usize(key)? {
            Some(found) if found != value => Err(self.refused(key, &found.to_string())),
            _ => Ok(()),
        }
    }

    /// Size of the vocabulary: the key, or what the token embedding has rows for.
    pub(crate) fn vocabulary(&self) -> Result<usize, ModelError> {
        let rows = self.gguf.tensor("token_embd.weight").and_then(|tensor| tensor.shape.first().copied());
        // Some converters write the unpadded size; the embedding's rows are what the head will give logits for.
        let claimed = self.usize("vocab_size")?;
        rows.or(claimed).ok_or_else(|| ModelError::config("vocab_size", "a whole number", "nothing"))
    }

    /// Whether the file has this tensor: GGUF metadata does not say which projections have a bias.
    pub(crate) fn has(&self, tensor: &str) -> bool {
        self.gguf.tensor(tensor).is_some()
    }

    /// A small tensor's numbers (rotary factors).
    pub(crate) fn vector(&self, tensor: &str) -> Result<Option<Vec<f32>>, ModelError> {
        Ok(self.gguf.tensor(tensor).map(|view| view.to_f32_plain()).transpose()?)
    }

    pub(crate) fn refused(&self, key: &str, value: &str) -> ModelError {
        let value: String = value.chars().take(60).flat_map(char::escape_debug).collect();
        ModelError::unsupported(format!("GGUF key {}.{key} = {value}", self.architecture), None)
    }

    /// Refuses what was not asked for and may matter. Keys of other parts (`general.`, `tokenizer.`, a quantiser's
    /// notes) are not the architecture's.
    pub(crate) fn finish(&self, family: &str) -> Result<(), ModelError> {
        let asked = self.asked.borrow();
        let unknown = self.gguf.metadata().find_map(|(key, value)| {
            let key = key.strip_prefix(self.architecture)?.strip_prefix('.')?;
            (!asked.contains(key) && !INERT.contains(&key)).then_some((key, value))
        });
        match unknown {
            None => Ok(()),
            Some((key, value)) => Err(self.unknown(key, value, family)),
        }
    }

    fn unknown(&self, key: &str, value: &Value, family: &str) -> ModelError {
        let key: String = key.chars().take(60).flat_map(char::escape_debug).collect();
        ModelError::unsupported(
            format!("GGUF key {}.{key} ({value}) of a {family} model", self.architecture),
            "it may change the arithmetic, and Fathom does not know it".to_owned(),
        )
    }
}
