//! Reading GGUF metadata as llama.cpp does: a key that it does not read for an architecture has no effect (and is noted),
//! one that it reads, that matters and that no family asked for is refused by name.

use super::gguf_keys::{OWN, SHARED};
use super::sizes::every_but;
use crate::FamilyError;
use fathom_formats::{FormatError, Gguf, Note, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Keys that llama.cpp reads and that change no hidden state and no logit: of embeddings, classifiers, vocoders, and words
/// for people.
const NO_EFFECT: &[&str] = &[
    "classifier.output_labels",
    "classifier.pooling_type",
    "convnext.block_count",
    "convnext.embedding_length",
    "features_length",
    "pooling_type",
    "posnet.block_count",
    "posnet.embedding_length",
    "rope.scaling.finetuned",
];

/// Keys for converters and programs before llama.cpp's present ones: not worth a note.
const BOOKKEEPING: &[&str] = &["tensor_data_layout", "tokenizer_vocab_size", "vocab_size", "vocab_type"];

/// Architectures whose graph in llama.cpp has no rotary positions, whatever the file says of them.
const NO_ROTARY: &[&str] = &["bloom", "gpt2", "mpt"];

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
    ) -> Result<Option<T>, FamilyError> {
        self.asked.borrow_mut().insert(key.to_owned());
        Ok(self.gguf.optional(&format!("{}.{key}", self.architecture), getter)?)
    }

    pub(crate) fn usize(&self, key: &str) -> Result<Option<usize>, FamilyError> {
        Ok(self.optional(key, Gguf::u32)?.map(|value| value as usize))
    }

    pub(crate) fn f32(&self, key: &str) -> Result<Option<f32>, FamilyError> {
        self.optional(key, Gguf::f32)
    }

    pub(crate) fn bool(&self, key: &str) -> Result<Option<bool>, FamilyError> {
        self.optional(key, Gguf::bool)
    }

    /// Per layer, whether it has a window: every one but each `period`th unless the file says otherwise.
    pub(crate) fn windowed(&self, layers: usize, period: usize) -> Result<Vec<bool>, FamilyError> {
        const KEY: &str = "attention.sliding_window_pattern";
        let full = format!("{}.{KEY}", self.architecture);
        let (period, list) = match self.gguf.get(&full) {
            Some(Value::Array(_)) => (period, Some(self.gguf.bools(&full)?)),
            _ => (self.usize(KEY)?.unwrap_or(period), None),
        };
        self.asked.borrow_mut().insert(KEY.to_owned());
        match list {
            Some(list) if list.len() == layers => Ok(list.to_vec()),
            Some(list) => Err(FamilyError::config(KEY, format!("{layers} entries"), list.len())),
            None => Ok(every_but(period, layers)),
        }
    }

    pub(crate) fn str(&self, key: &str) -> Result<Option<&'a str>, FamilyError> {
        self.optional(key, Gguf::str)
    }

    pub(crate) fn required(&self, key: &str) -> Result<usize, FamilyError> {
        self.asked.borrow_mut().insert(key.to_owned());
        Ok(self.gguf.u32(&format!("{}.{key}", self.architecture))? as usize)
    }

    pub(crate) fn required_f32(&self, key: &str) -> Result<f32, FamilyError> {
        self.asked.borrow_mut().insert(key.to_owned());
        Ok(self.gguf.f32(&format!("{}.{key}", self.architecture))?)
    }

    /// Refuses the model unless `key` is missing or `value`.
    pub(crate) fn only(&self, key: &str, value: usize) -> Result<(), FamilyError> {
        match self.usize(key)? {
            Some(found) if found != value => Err(self.refused(key, &found.to_string())),
            _ => Ok(()),
        }
    }

    /// Size of the vocabulary: the key, or what the token embedding has rows for.
    pub(crate) fn vocabulary(&self) -> Result<usize, FamilyError> {
        let rows = self.gguf.tensor("token_embd.weight").and_then(|tensor| tensor.shape.first().copied());
        // Some converters write the unpadded size; the embedding's rows are what the head will give logits for.
        let claimed = self.usize("vocab_size")?;
        rows.or(claimed).ok_or_else(|| FamilyError::config("vocab_size", "a whole number", "nothing"))
    }

    /// Whether the file has this tensor: GGUF metadata does not say which projections have a bias.
    pub(crate) fn has(&self, tensor: &str) -> bool {
        self.gguf.tensor(tensor).is_some()
    }

    /// A small tensor's numbers (rotary factors).
    pub(crate) fn vector(&self, tensor: &str) -> Result<Option<Vec<f32>>, FamilyError> {
        Ok(self.gguf.tensor(tensor).map(|view| view.to_f32_plain()).transpose()?)
    }

    pub(crate) fn refused(&self, key: &str, value: &str) -> FamilyError {
        let value: String = value.chars().take(60).flat_map(char::escape_debug).collect();
        FamilyError::unsupported(format!("GGUF key {}.{key} = {value}", self.architecture), None)
    }

    /// Refuses what was not asked for and matters, and sums up what does not. Keys of other parts (`general.`,
    /// `tokenizer.`, a quantiser's notes) are not the architecture's.
    pub(crate) fn check_unread(&self, family: &str) -> Result<Vec<Note>, FamilyError> {
        let asked = self.asked.borrow();
        let own = OWN.iter().find(|(name, _)| *name == self.architecture).map_or(&[][..], |(_, keys)| *keys);
        let mut inert = Vec::new();
        for (full, value) in self.gguf.metadata() {
            let Some(key) = full.strip_prefix(self.architecture).and_then(|rest| rest.strip_prefix('.'))
            else {
                continue;
            };
            if asked.contains(key) || NO_EFFECT.contains(&key) || BOOKKEEPING.contains(&key) {
                continue;
            }
            let unrotated = NO_ROTARY.contains(&self.architecture) && key.starts_with("rope.");
            if unrotated || !(SHARED.contains(&key) || own.contains(&key)) {
                let full: String = full.chars().take(90).flat_map(char::escape_debug).collect();
                inert.push(format!("{full} ({value})"));
            } else if !self.is_neutral(key, full) {
                return Err(self.unknown(key, value, family));
            }
        }
        if inert.is_empty() {
            return Ok(Vec::new());
        }
        let (found, verb) = match inert.len() {
            1 => ("1 key".to_owned(), "has"),
            n => (format!("{n} keys"), "have"),
        };
        let text = format!(
            "{found} of the file's metadata {verb} no effect: llama.cpp does not read it for this architecture"
        );
        Ok(vec![Note::listing(text, inert)])
    }

    /// Whether the arithmetic with the file's value is what it is without the key.
    fn is_neutral(&self, key: &str, full: &str) -> bool {
        let number = |full: &str| self.gguf.u32(full).ok();
        let other = |key: &str| number(&format!("{}.{key}", self.architecture));
        let found = number(full);
        let same = |keys: &[&str]| {
            let head = || other("embedding_length")?.checked_div(other("attention.head_count")?);
            found.is_some() && found == keys.iter().find_map(|key| other(key)).or_else(head)
        };
        match key {
            "attention.causal" => self.gguf.bool(full).is_ok_and(|causal| causal),
            "attention.key_length_swa" => same(&["attention.key_length"]),
            "attention.value_length_swa" => same(&["attention.value_length"]),
            "rope.dimension_count_swa" => same(&["rope.dimension_count", "attention.key_length"]),
            "embedding_length_out" => found.is_some() && found == other("embedding_length"),
            "nextn_predict_layers"
            | "expert_count"
            | "expert_used_count"
            | "expert_shared_feed_forward_length" => found == Some(0),
            "expert_group_count" | "expert_group_used_count" => found.is_some_and(|groups| groups <= 1),
            "rope.scaling.alpha" => self.gguf.f32(full).is_ok_and(|alpha| alpha == 0.0),
            _ => false,
        }
    }

    fn unknown(&self, key: &str, value: &Value, family: &str) -> FamilyError {
        let key: String = key.chars().take(60).flat_map(char::escape_debug).collect();
        FamilyError::unsupported(
            format!("GGUF key {}.{key} ({value}) of a {family} model", self.architecture),
            "it changes the arithmetic, in a way that Fathom does not know".to_owned(),
        )
    }
}
