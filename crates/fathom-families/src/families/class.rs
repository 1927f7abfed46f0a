//! What transformers' config classes read: the rule for which keys of a config.json count.

use super::read_keys::{CLASSES, GENERATION, SHARED};
use serde_json::Value;

/// A config class of transformers, or of a model's own code, as far as its keys go. Pairs are a key and the class's
/// default as JSON; nothing where it has none.
#[derive(Debug)]
pub(super) struct Class {
    /// `model_type` in config.json.
    pub(super) model_type: &'static str,
    /// Keys that code reads, those of [`SHARED`] aside.
    pub(super) read: &'static [(&'static str, &'static str)],
    /// Keys that the class declares and no code of the decoder reads.
    pub(super) declared: &'static [(&'static str, &'static str)],
    /// Names of one setting each, the one that counts first.
    pub(super) homes: &'static [&'static [&'static str]],
}

/// Families whose code came with their files. transformers has no class for these names.
const BY_HAND: &[Class] = &[
    // configuration_internlm2.py and modeling_internlm2.py of internlm/internlm2_5-7b, by InternLM's authors.
    Class {
        model_type: "internlm2",
        read: &[
            ("bias", "true"),
            ("hidden_act", "\"silu\""),
            ("intermediate_size", "11008"),
            ("num_key_value_heads", "null"),
            ("pretraining_tp", "1"),
            ("rms_norm_eps", "1e-06"),
            ("rope_scaling", "null"),
            ("rope_theta", "10000"),
        ],
        declared: &[("use_cache", "true")],
        homes: &[],
    },
    // configuration_RW.py and modelling_RW.py of tiiuae/falcon-40b and tiiuae/falcon-7b, before transformers had Falcon.
    Class { model_type: "RefinedWeb", read: REFINED_WEB, declared: &[], homes: REFINED_WEB_HOMES },
    Class { model_type: "RefinedWebModel", read: REFINED_WEB, declared: &[], homes: REFINED_WEB_HOMES },
];

const REFINED_WEB: &[(&str, &str)] = &[
    ("alibi", "false"),
    ("apply_residual_connection_post_layernorm", "false"),
    ("bias", "false"),
    ("hidden_dropout", "0.0"),
    ("layer_norm_epsilon", "1e-05"),
    ("multi_query", "false"),
    ("n_embed", ""),
    ("n_head", "8"),
    ("n_head_kv", "null"),
    ("n_layer", "2"),
    ("num_kv_heads", "null"),
    ("parallel_attn", "false"),
];

const REFINED_WEB_HOMES: &[&[&str]] = &[
    &["n_embed", "hidden_size"],
    &["num_hidden_layers", "n_layer"],
    &["num_attention_heads", "n_head"],
    &["num_kv_heads", "n_head_kv"],
];

/// Keys that code reads and that change no hidden state and no logit of a model at rest, with the reason.
pub(super) const NO_EFFECT: &[(&str, &[&str])] = &[
    (
        "dropout: the identity outside training",
        &[
            "attention_dropout",
            "attn_pdrop",
            "dropout",
            "embd_pdrop",
            "embed_dropout",
            "embedding_dropout",
            "hidden_dropout",
            "layerdrop",
            "resid_dropout",
            "resid_pdrop",
            "residual_dropout",
            "router_jitter_noise",
        ],
    ),
    (
        "how weights begin, before the file's replace them",
        &["init_std", "initializer_factor", "initializer_range"],
    ),
    ("training's loss and memory", &["gradient_checkpointing", "router_aux_loss_coef"]),
    (
        "what a call returns or keeps beside its result",
        &["output_attentions", "output_hidden_states", "output_router_logits", "return_dict", "use_cache"],
    ),
    (
        "ids for generation and padding; the tokenizer's own are what Fathom goes by",
        &["bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id"],
    ),
    (
        "names, and heads that are none of a language model",
        &[
            "architectures",
            "id2label",
            "label2id",
            "name_or_path",
            "num_labels",
            "problem_type",
            "transformers_version",
        ],
    ),
    ("the type to load in: Fathom computes in f32", &["dtype", "torch_dtype"]),
    (
        "another order of the same sums",
        &[
            "attn_implementation",
            "chunk_size_feed_forward",
            "experts_implementation",
            "pretraining_tp",
            "reorder_and_upcast_attn",
            "slow_but_exact",
        ],
    ),
];

/// What earlier versions of transformers wrote into every file and no version's decoder reads: not worth a note.
const BOOKKEEPING: &[&str] = &[
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_commit_hash",
    "_flash_attn_2_enabled",
    "_from_model_config",
    "_name_or_path",
    "_num_labels",
    "_sliding_window_pattern",
    "auto_map",
    "cache_implementation",
    "classifier_dropout",
    "cross_attention_hidden_size",
    "finetuning_task",
    "is_decoder",
    "keys_to_ignore_at_inference",
    "model_type",
    "n_ctx",
    "output_past",
    "prefix",
    "pruned_heads",
    "summary_activation",
    "summary_first_dropout",
    "summary_proj_to_labels",
    "summary_type",
    "summary_use_proj",
    "task_specific_params",
    "tf_legacy_loss",
    "tokenizer_class",
    "torchscript",
    "unk_token_id",
    "use_bfloat16",
];

/// What to do with a key that nothing asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it says nothing about the arithmetic, or what holds without it.
    Silent,
    /// It has no effect in transformers either, and somebody may think that it has.
    Inert,
    /// It changes the arithmetic in a way that Fathom does not know.
    Refused,
}

impl Class {
    /// The class of a `model_type`.
    pub(super) fn of(model_type: &str) -> Option<&'static Class> {
        CLASSES.iter().chain(BY_HAND).find(|class| class.model_type == model_type)
    }

    /// Every name of the setting that `key` is a name of, the one that counts first.
    pub(super) fn names<'k>(&self, key: &'k str) -> Vec<&'k str>
    where
        'static: 'k,
    {
        match self.homes.iter().find(|names| names.contains(&key)) {
            Some(names) => names.to_vec(),
            None => vec![key],
        }
    }

    /// Whether code reads `key`.
    pub(super) fn reads(&self, key: &str) -> bool {
        let named = |pairs: &[(&str, &str)]| pairs.iter().any(|(name, _)| *name == key);
        named(self.read) || named(SHARED)
    }

    /// The class's default.
    pub(super) fn default(&self, key: &str) -> Option<Value> {
        let find = |pairs: &[(&str, &'static str)]| {
            pairs.iter().find(|(name, json)| *name == key && !json.is_empty()).map(|(_, json)| *json)
        };
        let json = find(self.read).or_else(|| find(self.declared)).or_else(|| find(SHARED))?;
        serde_json::from_str(json).ok()
    }

    /// What to do with `key`, which is there and which nothing asked for.
    pub(super) fn judge(&self, key: &str, value: &Value, context: Option<f64>) -> Verdict {
        let silent = |condition: bool, other: Verdict| if condition { Verdict::Silent } else { other };
        if NO_EFFECT.iter().any(|(_, keys)| keys.contains(&key)) {
            return Verdict::Silent;
        }
        if self.reads(key) {
            return silent(self.is_neutral(key, value, context), Verdict::Refused);
        }
        let usual = self.default(key).is_some_and(|default| same(&default, value));
        silent(usual || GENERATION.contains(&key) || BOOKKEEPING.contains(&key), Verdict::Inert)
    }

    /// Whether the arithmetic with `value` is what it is without the key.
    fn is_neutral(&self, key: &str, value: &Value, context: Option<f64>) -> bool {
        match key {
            "is_causal" => *value == Value::Bool(true),
            "per_layer_config" | "quantization_config" => {
                value.as_object().is_some_and(serde_json::Map::is_empty)
            }
            // In families that have no windows transformers' cache reads this list, and nothing else does.
            "layer_types" => value.as_array().is_some_and(|types| {
                types.iter().all(|layer| matches!(layer.as_str(), Some("full_attention" | "attention")))
            }),
            // The same cache: it forgets what is further back than the window.
            "sliding_window" | "attention_chunk_size" => {
                value.as_f64().zip(context).is_some_and(|(window, context)| window >= context)
            }
            _ => match self.default(key) {
                Some(Value::Null) => *value == Value::Bool(false),
                Some(default) => same(&default, value),
                None => false,
            },
        }
    }
}

/// Equal as Python has it: 1 is 1.0.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
