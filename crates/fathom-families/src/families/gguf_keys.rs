//! Which keys of an architecture llama.cpp reads of a GGUF file's metadata.
//!
//! Made by `fixtures/references.py gguf-keys --from LLAMA_CPP` (`fixtures/refs/gguf_keys.py`); not edited by hand.

/// Read for every architecture.
#[rustfmt::skip]
pub(super) const SHARED: &[&str] = &[
    "attention.causal", "attention.head_count", "attention.head_count_kv", "attention.key_length",
    "attention.key_length_swa", "attention.value_length", "attention.value_length_swa", "block_count",
    "classifier.output_labels", "classifier.pooling_type", "context_length", "convnext.block_count",
    "convnext.embedding_length", "embedding_length", "embedding_length_out", "expert_count", "expert_group_count",
    "expert_group_used_count", "expert_used_count", "features_length", "feed_forward_length",
    "nextn_predict_layers", "pooling_type", "posnet.block_count", "posnet.embedding_length", "rope.dimension_count",
    "rope.dimension_count_swa", "rope.freq_base", "rope.scale_linear", "rope.scaling.alpha",
    "rope.scaling.attn_factor", "rope.scaling.factor", "rope.scaling.finetuned",
    "rope.scaling.original_context_length", "rope.scaling.type"
];

/// Read for one architecture beside them.
#[rustfmt::skip]
pub(super) const OWN: &[(&str, &[&str])] = &[
    ("llama", &["attention.layer_norm_rms_epsilon", "vocab_size"]),
    ("qwen2", &["attention.layer_norm_rms_epsilon"]),
    ("qwen2moe", &["attention.layer_norm_rms_epsilon", "expert_feed_forward_length", "expert_shared_feed_forward_length"]),
    ("qwen3", &["attention.layer_norm_rms_epsilon"]),
    ("qwen3moe", &["attention.layer_norm_rms_epsilon", "expert_feed_forward_length"]),
    ("gemma", &["attention.layer_norm_rms_epsilon"]),
    ("gemma2", &[
        "attention.layer_norm_rms_epsilon", "attention.sliding_window", "attn_logit_softcapping",
        "final_logit_softcapping", "rope.freq_base_swa"
    ]),
    ("gemma3", &[
        "attention.layer_norm_rms_epsilon", "attention.sliding_window", "final_logit_softcapping",
        "rope.freq_base_swa"
    ]),
    ("phi2", &["attention.layer_norm_epsilon"]),
    ("phi3", &["attention.layer_norm_rms_epsilon", "attention.sliding_window"]),
    ("gpt2", &["attention.layer_norm_epsilon"]),
    ("gptneox", &["attention.layer_norm_epsilon", "use_parallel_residual"]),
    ("bloom", &["attention.layer_norm_epsilon"]),
    ("falcon", &["attention.layer_norm_epsilon"]),
    ("mpt", &["attention.clamp_kqv", "attention.layer_norm_epsilon", "attention.max_alibi_bias"]),
    ("stablelm", &["attention.layer_norm_epsilon"]),
    ("starcoder2", &["attention.layer_norm_epsilon"]),
    ("olmo", &["attention.clamp_kqv", "attention.layer_norm_epsilon"]),
    ("olmo2", &["attention.layer_norm_rms_epsilon", "attention.sliding_window", "rope.freq_base_swa"]),
    ("olmoe", &["attention.layer_norm_rms_epsilon"]),
    ("command-r", &["attention.layer_norm_epsilon", "logit_scale"]),
    ("granite", &[
        "attention.layer_norm_rms_epsilon", "attention.scale", "deepstack_mapping", "embedding_scale",
        "expert_shared_feed_forward_length", "logit_scale", "residual_scale"
    ]),
    ("smollm3", &["attention.layer_norm_rms_epsilon"]),
    ("internlm2", &["attention.layer_norm_rms_epsilon"]),
    ("exaone4", &["attention.layer_norm_rms_epsilon", "attention.sliding_window", "rope.freq_base_swa"]),
];
