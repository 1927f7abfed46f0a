//! Reading a Hugging Face config.json, strictly: a key that nobody asked for and that is not known to be inert
//! might change the arithmetic, and is refused by name.

use crate::ModelError;
use crate::spec::{Activation, Pairing, RotaryScaling, RotarySpec};
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
    "keys_to_ignore_at_inference",
    "label2id",
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
    "output_scores",
    "pad_token_id",
    "prefix",
    "pretraining_tp",
    "problem_type",
    "pruned_heads",
    "remove_invalid_values",
    "repetition_penalty",
    "resid_pdrop",
    "return_dict",
    "return_dict_in_generate",
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

    /// Rotary settings in either spelling: `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling`.
    pub(crate) fn rotary(&self, head_size: usize, pairing: Pairing) -> Result<RotarySpec, ModelError> {
        let outer_base = self.f64("rope_theta")?;
        let outer_part = self.f64("partial_rotary_factor")?;
        let plain = (None, None, RotaryScaling::None);
        let nested = match (self.get("rope_parameters"), self.get("rope_scaling")) {
            (Some(value), _) | (None, Some(value)) => {
                scaling(value, self.usize("original_max_position_embeddings")?)?
            }
            (None, None) => plain,
        };
        let (base, part, scaling) = nested;
        let dim = match part.or(outer_part) {
            None => head_size,
            Some(part) if part > 0.0 && part <= 1.0 => (head_size as f64 * part) as usize,
            Some(part) => return Err(ModelError::config("partial_rotary_factor", "above 0 up to 1", part)),
        };
        Ok(RotarySpec { base: base.or(outer_base).unwrap_or(10_000.0), dim, pairing, scaling })
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

/// Base, rotated part of a head, and scaling of a `rope_parameters` or `rope_scaling` object.
fn scaling(
    value: &Value,
    outer_original: Option<usize>,
) -> Result<(Option<f64>, Option<f64>, RotaryScaling), ModelError> {
    let keys = Keys::new(value)?;
    let kind = keys.str("rope_type")?.or(keys.str("type")?).unwrap_or("default");
    let (base, part) = (keys.f64("rope_theta")?, keys.f64("partial_rotary_factor")?);
    // Files may say it whatever the kind; only llama3 uses it.
    let original = keys.f64("original_max_position_embeddings")?;
    let number = |key: &str| {
        keys.f64(key)?.ok_or_else(|| ModelError::config(format!("rope scaling {key}"), "a number", "nothing"))
    };
    let scaling = match kind {
        "default" => RotaryScaling::None,
        "linear" => RotaryScaling::Linear { factor: number("factor")? },
        "llama3" => RotaryScaling::Llama3 {
            factor: number("factor")?,
            low: number("low_freq_factor")?,
            high: number("high_freq_factor")?,
            original: original.or(outer_original.map(|original| original as f64)).ok_or_else(|| {
                ModelError::config("original_max_position_embeddings", "a number", "nothing")
            })?,
        },
        other => {
            let what = format!("rope scaling \"{}\"", printable(other));
            return Err(ModelError::unsupported(what, "Fathom knows default, linear and llama3".to_owned()));
        }
    };
    keys.finish("rotary")?;
    Ok((base, part, scaling))
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
