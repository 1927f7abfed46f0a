//! Reading a Hugging Face config.json, strictly: a key that nobody asked for and that is not known to be inert
//! might change the arithmetic, and is refused by name.

use crate::ModelError;
use crate::spec::{Activation, Tie};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Keys that change no hidden state in any family: training, serving, other heads, bookkeeping.
const INERT: &[&str] = &[
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_commit_hash",
    "_flash_attn_2_enabled",
    "_from_model_config",
    "_model_name_or_path",
    "_name_or_path",
    "_num_labels",
    "architectures",
    "attention_dropout",
    "attention_probs_dropout_prob",
    "attn_pdrop",
    "auto_map",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id",
    "chunk_size_feed_forward",
    "classifier_dropout",
    "cross_attention_hidden_size",
    "diversity_penalty",
    "do_sample",
    "dtype",
    "early_stopping",
    "embd_pdrop",
    "embed_dropout",
    "embedding_dropout",
    "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "gradient_checkpointing",
    "hidden_dropout",
    "id2label",
    "initializer_range",
    "is_decoder",
    "is_encoder_decoder",
    "is_llama_config",
    "init_std",
    "keys_to_ignore_at_inference",
    "label2id",
    "layerdrop",
    "length_penalty",
    "max_length",
    "min_length",
    "model_type",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_past",
    "output_router_logits",
    "output_scores",
    "pad_token_id",
    "prefix",
    "pretraining_tp",
    "problem_type",
    "pruned_heads",
    "remove_invalid_values",
    "repetition_penalty",
    "resid_dropout",
    "resid_pdrop",
    "residual_dropout",
    "return_dict",
    "return_dict_in_generate",
    "router_aux_loss_coef",
    "router_jitter_noise",
    "sep_token_id",
    "summary_activation",
    "summary_first_dropout",
    "summary_proj_to_labels",
    "summary_type",
    "summary_use_proj",
    "suppress_tokens",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "transformers_version",
    "typical_p",
    "unk_token_id",
    "unsloth_fixed",
    "unsloth_version",
    "use_bfloat16",
    "use_cache",
];

/// An object of a config, and which of its keys were asked for.
pub(crate) struct Keys<'a> {
    object: &'a Map<String, Value>,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(config: &'a Value) -> Result<Keys<'a>, ModelError> {
        match config {
            Value::Object(object) => Ok(Keys { object, asked: RefCell::default() }),
            other => Err(ModelError::config("config.json", "a JSON object", shown(other))),
        }
    }

    /// A value; `null` counts as missing.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn typed<T>(
        &self,
        key: &str,
        expected: &'static str,
        of: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ModelError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        of(value).map(Some).ok_or_else(|| ModelError::config(key, expected, shown(value)))
    }

    pub(crate) fn usize(&self, key: &str) -> Result<Option<usize>, ModelError> {
        self.typed(key, "a whole number", |value| value.as_u64().and_then(|n| usize::try_from(n).ok()))
    }

    pub(crate) fn f64(&self, key: &str) -> Result<Option<f64>, ModelError> {
        self.typed(key, "a number", Value::as_f64)
    }

    pub(crate) fn f32(&self, key: &str) -> Result<Option<f32>, ModelError> {
        Ok(self.f64(key)?.map(|value| value as f32))
    }

    /// A number that `null` turns off, and that has a default where the key is missing.
    pub(crate) fn f32_or(&self, key: &str, default: f32) -> Result<Option<f32>, ModelError> {
        Ok(self.f32(key)?.or((!self.states(key)).then_some(default)))
    }

    /// A norm's epsilon.
    pub(crate) fn eps(&self, key: &str, default: f32) -> Result<f32, ModelError> {
        Ok(self.f32(key)?.unwrap_or(default))
    }

    /// `sliding_window`, which `null` or 0 turns off.
    pub(crate) fn window(&self, default: Option<usize>) -> Result<Option<usize>, ModelError> {
        let missing = if self.states("sliding_window") { None } else { default };
        Ok(self.usize("sliding_window")?.or(missing).filter(|window| *window > 0))
    }

    pub(crate) fn flag(&self, key: &str, default: bool) -> Result<bool, ModelError> {
        Ok(self.bool(key)?.unwrap_or(default))
    }

    /// The first of several spellings.
    pub(crate) fn required_of(&self, spellings: &[&str]) -> Result<usize, ModelError> {
        let mut found = None;
        for key in spellings {
            found = found.or(self.usize(key)?);
        }
        found.ok_or_else(|| ModelError::config(spellings.join(" or "), "a whole number", "nothing"))
    }

    /// Keys of this family that change no hidden state.
    pub(crate) fn inert(&self, keys: &[&str]) {
        self.asked.borrow_mut().extend(keys.iter().map(|key| (*key).to_owned()));
    }

    pub(crate) fn bool(&self, key: &str) -> Result<Option<bool>, ModelError> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub(crate) fn str(&self, key: &str) -> Result<Option<&'a str>, ModelError> {
        self.typed(key, "a string", Value::as_str)
    }

    pub(crate) fn required(&self, key: &str) -> Result<usize, ModelError> {
        self.usize(key)?.ok_or_else(|| ModelError::config(key, "a whole number", "nothing"))
    }

    /// The activation under `key`, by transformers' name for it.
    pub(crate) fn activation(&self, key: &str, default: Activation) -> Result<Activation, ModelError> {
        let Some(name) = self.str(key)? else { return Ok(default) };
        Activation::from_hf(name).ok_or_else(|| refused(key, &Value::from(name)))
    }

    /// Refuses the model unless `key` is missing or `value`: the other case changes the arithmetic.
    pub(crate) fn only(&self, key: &str, value: impl Into<Value>) -> Result<(), ModelError> {
        match self.get(key) {
            Some(found) if *found != value.into() => Err(refused(key, found)),
            _ => Ok(()),
        }
    }

    /// A nested object.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Keys<'a>>, ModelError> {
        let object = self.typed(key, "an object", Value::as_object)?;
        Ok(object.map(|object| Keys { object, asked: RefCell::default() }))
    }

    /// A list.
    pub(crate) fn list(&self, key: &str) -> Result<Option<&'a [Value]>, ModelError> {
        self.typed(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    /// Whether the key is there at all, `null` included.
    pub(crate) fn states(&self, key: &str) -> bool {
        self.object.contains_key(key)
    }

    /// `tie_word_embeddings`.
    pub(crate) fn tie(&self, default: bool) -> Result<Tie, ModelError> {
        let tied = self.bool("tie_word_embeddings")?.unwrap_or(default);
        Ok(if tied { Tie::Tied } else { Tie::Separate })
    }

    /// `layer_types`: per layer, whether it has a window. `None` where the config has no list.
    pub(crate) fn windowed(&self, layers: usize) -> Result<Option<Vec<bool>>, ModelError> {
        let Some(types) = self.list("layer_types")? else { return Ok(None) };
        if types.len() != layers {
            return Err(ModelError::config("layer_types", format!("{layers} entries"), types.len()));
        }
        let windowed = types.iter().map(|layer| match layer.as_str() {
            Some("full_attention") => Ok(false),
            Some("sliding_attention") => Ok(true),
            _ => Err(refused("layer_types", layer)),
        });
        windowed.collect::<Result<_, _>>().map(Some)
    }

    /// Refuses what was not asked for and may matter.
    pub(crate) fn finish(&self, family: &str) -> Result<(), ModelError> {
        let asked = self.asked.borrow();
        let unknown = self
            .object
            .iter()
            .find(|(key, value)| !value.is_null() && !asked.contains(*key) && !INERT.contains(&key.as_str()));
        match unknown {
            None => Ok(()),
            Some((key, value)) => Err(ModelError::unsupported(
                format!("config key \"{}\" = {} of a {family} model", printable(key), shown(value)),
                "it may change the arithmetic, and Fathom does not know it".to_owned(),
            )),
        }
    }
}

fn refused(key: &str, value: &Value) -> ModelError {
    ModelError::unsupported(format!("config key \"{key}\" = {}", shown(value)), None)
}

/// A value of a hostile file, short and harmless to print.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::String(text) => format!("\"{}\"", printable(text)),
        other => other.to_string(),
    }
}

fn printable(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}
