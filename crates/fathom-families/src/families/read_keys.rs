//! Which keys transformers 5.23.0 reads of a config.json, per `model_type`, with the defaults of its config classes.
//!
//! Made by `fixtures/references.py keys` (`fixtures/refs/config_keys.py` says how); not edited by hand.

use super::class::Class;

/// The version of transformers that rules how a config.json is read.
pub(crate) const TRANSFORMERS: &str = "5.23.0";

/// Keys that every config class and the code that all models share read.
#[rustfmt::skip]
pub(super) const SHARED: &[(&str, &str)] = &[
    ("architectures", "null"), ("attention_chunk_size", ""), ("attention_dropout", ""), ("attn_implementation", ""),
    ("bos_token_id", ""), ("chunk_size_feed_forward", "0"), ("dtype", "null"), ("eos_token_id", ""),
    ("experts_implementation", ""), ("fusion_config", ""), ("gradient_checkpointing", ""), ("head_dim", ""),
    ("hidden_size", ""), ("id2label", "null"), ("init_std", ""), ("initializer_factor", ""),
    ("initializer_range", ""), ("is_causal", ""), ("is_encoder_decoder", "false"), ("kv_sharing_modes", ""),
    ("label2id", "null"), ("layer_types", ""), ("max_position_embeddings", ""), ("name_or_path", ""),
    ("num_attention_heads", ""), ("num_hidden_layers", ""), ("num_labels", ""), ("output_attentions", ""),
    ("output_hidden_states", "false"), ("pad_token_id", ""), ("per_layer_config", ""), ("problem_type", "null"),
    ("quantization_config", ""), ("return_dict", "true"), ("sep_token_id", ""), ("sliding_window", ""),
    ("tie_word_embeddings", ""), ("torch_dtype", ""), ("transformers_version", "null"), ("vocab_size", "")
];

/// Parameters of generation, which older files have among the model's: transformers drops them on reading.
#[rustfmt::skip]
pub(super) const GENERATION: &[&str] = &[
    "assistant_confidence_threshold", "assistant_lookbehind", "bad_words_ids", "begin_suppress_tokens",
    "diversity_penalty", "do_sample", "early_stopping", "encoder_no_repeat_ngram_size",
    "encoder_repetition_penalty", "epsilon_cutoff", "eta_cutoff", "exponential_decay_length_penalty",
    "forced_bos_token_id", "forced_eos_token_id", "length_penalty", "max_length", "min_length",
    "no_repeat_ngram_size", "num_assistant_tokens", "num_assistant_tokens_schedule", "num_beam_groups", "num_beams",
    "num_return_sequences", "output_scores", "remove_invalid_values", "repetition_penalty",
    "return_dict_in_generate", "suppress_tokens", "target_lookbehind", "temperature", "top_k", "top_p", "typical_p",
    "use_cache"
];

/// A class for each `model_type`.
#[rustfmt::skip]
pub(super) const CLASSES: &[Class] = &[
    Class { model_type: "llama", homes: &[],
        declared: &[("pretraining_tp", "1")],
        read: &[
            ("attention_bias", "false"), ("head_dim", "null"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"),
            ("intermediate_size", "11008"), ("max_position_embeddings", "2048"), ("mlp_bias", "false"),
            ("num_attention_heads", "32"), ("num_hidden_layers", "32"), ("num_key_value_heads", "null"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-06"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "false"),
            ("vocab_size", "32000")
        ] },
    Class { model_type: "mistral", homes: &[],
        declared: &[],
        read: &[
            ("head_dim", "null"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"), ("intermediate_size", "14336"),
            ("max_position_embeddings", "131072"), ("num_attention_heads", "32"), ("num_hidden_layers", "32"),
            ("num_key_value_heads", "8"), ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""),
            ("rms_norm_eps", "1e-06"), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("sliding_window", "4096"), ("tie_word_embeddings", "false"), ("vocab_size", "32000")
        ] },
    Class { model_type: "mixtral", homes: &[&["num_experts", "num_local_experts"]],
        declared: &[],
        read: &[
            ("head_dim", "null"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"), ("intermediate_size", "14336"),
            ("max_position_embeddings", "131072"), ("num_attention_heads", "32"), ("num_experts", ""),
            ("num_experts_per_tok", "2"), ("num_hidden_layers", "32"), ("num_key_value_heads", "8"),
            ("num_local_experts", "8"), ("original_max_position_embeddings", ""), ("output_router_logits", "false"),
            ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-05"), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("router_aux_loss_coef", "0.001"),
            ("router_jitter_noise", "0.0"), ("sliding_window", "null"), ("tie_word_embeddings", "false"),
            ("vocab_size", "32000")
        ] },
    Class { model_type: "qwen2", homes: &[],
        declared: &[],
        read: &[
            ("hidden_act", "\"silu\""), ("hidden_size", "4096"), ("intermediate_size", "22016"),
            ("layer_types", "null"), ("max_position_embeddings", "32768"), ("max_window_layers", "28"),
            ("num_attention_heads", "32"), ("num_hidden_layers", "32"), ("num_key_value_heads", "32"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-06"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("sliding_window", "4096"),
            ("tie_word_embeddings", "false"), ("use_sliding_window", "false"), ("vocab_size", "151936")
        ] },
    Class { model_type: "qwen2_moe", homes: &[],
        declared: &[],
        read: &[
            ("decoder_sparse_step", "1"), ("hidden_act", "\"silu\""), ("hidden_size", "2048"),
            ("intermediate_size", "5632"), ("layer_types", "null"), ("max_position_embeddings", "32768"),
            ("max_window_layers", "28"), ("mlp_only_layers", "null"), ("moe_intermediate_size", "1408"),
            ("norm_topk_prob", "false"), ("num_attention_heads", "16"), ("num_experts", "60"),
            ("num_experts_per_tok", "4"), ("num_hidden_layers", "24"), ("num_key_value_heads", "16"),
            ("original_max_position_embeddings", ""), ("output_router_logits", "false"),
            ("partial_rotary_factor", ""), ("qkv_bias", "true"), ("rms_norm_eps", "1e-06"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("router_aux_loss_coef", "0.001"),
            ("shared_expert_intermediate_size", "5632"), ("sliding_window", "4096"), ("tie_word_embeddings", "false"),
            ("use_sliding_window", "false"), ("vocab_size", "151936")
        ] },
    Class { model_type: "qwen3", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("head_dim", "128"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"),
            ("intermediate_size", "22016"), ("layer_types", "null"), ("max_position_embeddings", "32768"),
            ("max_window_layers", "28"), ("num_attention_heads", "32"), ("num_hidden_layers", "32"),
            ("num_key_value_heads", "32"), ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""),
            ("rms_norm_eps", "1e-06"), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("sliding_window", "4096"), ("tie_word_embeddings", "false"), ("use_sliding_window", "false"),
            ("vocab_size", "151936")
        ] },
    Class { model_type: "qwen3_moe", homes: &[&["num_local_experts", "num_experts"]],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("decoder_sparse_step", "1"), ("hidden_act", "\"silu\""),
            ("hidden_size", "2048"), ("intermediate_size", "6144"), ("max_position_embeddings", "32768"),
            ("mlp_only_layers", "null"), ("moe_intermediate_size", "768"), ("norm_topk_prob", "false"),
            ("num_attention_heads", "32"), ("num_experts", "128"), ("num_experts_per_tok", "8"),
            ("num_hidden_layers", "24"), ("num_key_value_heads", "4"), ("num_local_experts", ""),
            ("original_max_position_embeddings", ""), ("output_router_logits", "false"),
            ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-06"), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("router_aux_loss_coef", "0.001"), ("sliding_window", "4096"),
            ("tie_word_embeddings", "false"), ("use_sliding_window", "false"), ("vocab_size", "151936")
        ] },
    Class { model_type: "gemma", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("head_dim", "256"), ("hidden_act", "\"gelu_pytorch_tanh\""),
            ("hidden_size", "3072"), ("intermediate_size", "24576"), ("max_position_embeddings", "8192"),
            ("num_attention_heads", "16"), ("num_hidden_layers", "28"), ("num_key_value_heads", "16"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-06"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "true"),
            ("use_bidirectional_attention", "null"), ("vocab_size", "256000")
        ] },
    Class { model_type: "gemma2", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("attn_logit_softcapping", "50.0"), ("final_logit_softcapping", "30.0"),
            ("head_dim", "256"), ("hidden_activation", "\"gelu_pytorch_tanh\""), ("hidden_size", "2304"),
            ("intermediate_size", "9216"), ("layer_types", "null"), ("max_position_embeddings", "8192"),
            ("num_attention_heads", "8"), ("num_hidden_layers", "26"), ("num_key_value_heads", "4"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("query_pre_attn_scalar", "256"),
            ("rms_norm_eps", "1e-06"), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("sliding_window", "4096"), ("tie_word_embeddings", "true"), ("use_bidirectional_attention", "null"),
            ("vocab_size", "256000")
        ] },
    Class { model_type: "gemma3_text", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("attn_logit_softcapping", "null"), ("final_logit_softcapping", "null"),
            ("head_dim", "256"), ("hidden_activation", "\"gelu_pytorch_tanh\""), ("hidden_size", "2304"),
            ("intermediate_size", "9216"), ("layer_types", "null"), ("max_position_embeddings", "131072"),
            ("num_attention_heads", "8"), ("num_hidden_layers", "26"), ("num_key_value_heads", "4"),
            ("original_max_position_embeddings", ""), ("query_pre_attn_scalar", "256"), ("rms_norm_eps", "1e-06"),
            ("rope_local_base_freq", ""), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("sliding_window", "4096"), ("sliding_window_pattern", ""), ("tie_word_embeddings", "true"),
            ("use_bidirectional_attention", "false"), ("vocab_size", "262208")
        ] },
    Class { model_type: "phi", homes: &[],
        declared: &[],
        read: &[
            ("embd_pdrop", "0.0"), ("hidden_act", "\"gelu_new\""), ("hidden_size", "2048"),
            ("intermediate_size", "8192"), ("layer_norm_eps", "1e-05"), ("max_position_embeddings", "2048"),
            ("num_attention_heads", "32"), ("num_hidden_layers", "24"), ("num_key_value_heads", "null"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("qk_layernorm", "false"),
            ("resid_pdrop", "0.0"), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("tie_word_embeddings", "false"), ("vocab_size", "51200")
        ] },
    Class { model_type: "phi3", homes: &[],
        declared: &[("embd_pdrop", "0.0")],
        read: &[
            ("hidden_act", "\"silu\""), ("hidden_size", "3072"), ("intermediate_size", "8192"),
            ("max_position_embeddings", "4096"), ("num_attention_heads", "32"), ("num_hidden_layers", "32"),
            ("num_key_value_heads", "null"), ("original_max_position_embeddings", "4096"),
            ("partial_rotary_factor", ""), ("resid_pdrop", "0.0"), ("rms_norm_eps", "1e-05"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("sliding_window", "null"),
            ("tie_word_embeddings", "false"), ("vocab_size", "32064")
        ] },
    Class { model_type: "gpt2", homes: &[&["hidden_size", "n_embd"], &["num_attention_heads", "n_head"], &["num_hidden_layers", "n_layer"], &["max_position_embeddings", "n_positions"]],
        declared: &[
            ("summary_activation", "null"), ("summary_first_dropout", "0.1"), ("summary_proj_to_labels", "true"),
            ("summary_type", "\"cls_index\""), ("summary_use_proj", "true")
        ],
        read: &[
            ("activation_function", "\"gelu_new\""), ("add_cross_attention", "false"), ("attn_pdrop", "0.1"),
            ("embd_pdrop", "0.1"), ("layer_norm_epsilon", "1e-05"), ("n_embd", "768"), ("n_head", "12"),
            ("n_inner", "null"), ("n_layer", "12"), ("n_positions", "1024"), ("reorder_and_upcast_attn", "false"),
            ("resid_pdrop", "0.1"), ("scale_attn_by_inverse_layer_idx", "false"), ("scale_attn_weights", "true"),
            ("tie_word_embeddings", "true"), ("vocab_size", "50257")
        ] },
    Class { model_type: "gpt_neo", homes: &[&["num_attention_heads", "num_heads"], &["num_hidden_layers", "num_layers"]],
        declared: &[("classifier_dropout", "0.1")],
        read: &[
            ("activation_function", "\"gelu_new\""), ("attention_layers", ""), ("attention_types", "null"),
            ("embed_dropout", "0.0"), ("hidden_size", "2048"), ("intermediate_size", "null"),
            ("layer_norm_epsilon", "1e-05"), ("max_position_embeddings", "2048"), ("num_heads", "16"),
            ("num_layers", "24"), ("resid_dropout", "0.0"), ("tie_word_embeddings", "true"), ("use_cache", "true"),
            ("vocab_size", "50257"), ("window_size", "256")
        ] },
    Class { model_type: "gptj", homes: &[&["hidden_size", "n_embd"], &["num_attention_heads", "n_head"], &["num_hidden_layers", "n_layer"], &["max_position_embeddings", "n_positions"]],
        declared: &[],
        read: &[
            ("activation_function", "\"gelu_new\""), ("attn_pdrop", "0.0"), ("embd_pdrop", "0.0"),
            ("layer_norm_epsilon", "1e-05"), ("n_embd", "4096"), ("n_head", "16"), ("n_inner", "null"),
            ("n_layer", "28"), ("n_positions", "2048"), ("resid_pdrop", "0.0"), ("rotary_dim", "64"),
            ("tie_word_embeddings", "false"), ("use_cache", "true"), ("vocab_size", "50400")
        ] },
    Class { model_type: "gpt_neox", homes: &[],
        declared: &[("classifier_dropout", "0.1"), ("is_decoder", "false")],
        read: &[
            ("attention_bias", "true"), ("hidden_act", "\"gelu\""), ("hidden_dropout", "0.0"),
            ("hidden_size", "6144"), ("intermediate_size", "24576"), ("layer_norm_eps", "1e-05"),
            ("max_position_embeddings", "2048"), ("num_attention_heads", "64"), ("num_hidden_layers", "44"),
            ("original_max_position_embeddings", ""), ("rope_parameters", "null"), ("rope_scaling", ""),
            ("rotary_emb_base", ""), ("rotary_pct", ""), ("tie_word_embeddings", "false"),
            ("use_parallel_residual", "true"), ("vocab_size", "50432")
        ] },
    Class { model_type: "opt", homes: &[],
        declared: &[],
        read: &[
            ("_remove_final_layer_norm", "false"), ("activation_function", "\"relu\""),
            ("do_layer_norm_before", "true"), ("dropout", "0.1"), ("enable_bias", "true"), ("ffn_dim", "3072"),
            ("hidden_size", "768"), ("init_std", "0.02"), ("layer_norm_elementwise_affine", "true"),
            ("layerdrop", "0.0"), ("max_position_embeddings", "2048"), ("num_attention_heads", "12"),
            ("num_hidden_layers", "12"), ("tie_word_embeddings", "true"), ("vocab_size", "50272"),
            ("word_embed_proj_dim", "null")
        ] },
    Class { model_type: "bloom", homes: &[&["n_embed", "hidden_size"], &["num_attention_heads", "n_head"], &["num_hidden_layers", "n_layer"]],
        declared: &[],
        read: &[
            ("apply_residual_connection_post_layernorm", "false"), ("hidden_dropout", "0.0"), ("hidden_size", "64"),
            ("layer_norm_epsilon", "1e-05"), ("n_embed", ""), ("n_head", "8"), ("n_layer", "2"),
            ("pretraining_tp", "1"), ("slow_but_exact", "false"), ("tie_word_embeddings", "true"),
            ("use_cache", "true"), ("vocab_size", "250880")
        ] },
    Class { model_type: "falcon", homes: &[&["n_embed", "hidden_size"]],
        declared: &[],
        read: &[
            ("activation", "\"gelu\""), ("alibi", "false"), ("bias", "false"), ("ffn_hidden_size", "null"),
            ("hidden_dropout", "0.0"), ("hidden_size", "4544"), ("layer_norm_epsilon", "1e-05"),
            ("max_position_embeddings", "2048"), ("multi_query", "true"), ("n_embed", ""),
            ("new_decoder_architecture", "false"), ("num_attention_heads", "71"), ("num_hidden_layers", "32"),
            ("num_kv_heads", "null"), ("num_ln_in_parallel_attn", "null"), ("original_max_position_embeddings", ""),
            ("parallel_attn", "true"), ("partial_rotary_factor", ""), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "true"), ("use_cache", "true"),
            ("vocab_size", "65024")
        ] },
    Class { model_type: "mpt", homes: &[&["hidden_size", "d_model"], &["num_attention_heads", "n_heads"], &["num_hidden_layers", "n_layers"]],
        declared: &[
            ("emb_pdrop", "0.0"), ("embedding_fraction", "1.0"), ("expansion_ratio", "4"), ("init_device", "\"cpu\""),
            ("learned_pos_emb", "true"), ("logit_scale", "null"), ("no_bias", "true"),
            ("norm_type", "\"low_precision_layernorm\""), ("resid_pdrop", "0.0")
        ],
        read: &[
            ("attn_config", "null"), ("d_model", "2048"), ("layer_norm_epsilon", "1e-05"), ("max_seq_len", "2048"),
            ("n_heads", "16"), ("n_layers", "24"), ("tie_word_embeddings", "true"), ("use_cache", "false"),
            ("vocab_size", "50368")
        ] },
    Class { model_type: "stablelm", homes: &[],
        declared: &[],
        read: &[
            ("hidden_act", "\"silu\""), ("hidden_dropout", "0.0"), ("hidden_size", "2560"),
            ("intermediate_size", "6912"), ("layer_norm_eps", "1e-05"), ("max_position_embeddings", "4096"),
            ("num_attention_heads", "32"), ("num_hidden_layers", "32"), ("num_key_value_heads", "32"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("qk_layernorm", "false"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "false"),
            ("use_parallel_residual", "false"), ("use_qkv_bias", "false"), ("vocab_size", "50304")
        ] },
    Class { model_type: "starcoder2", homes: &[],
        declared: &[],
        read: &[
            ("embedding_dropout", "0.0"), ("hidden_act", "\"gelu_pytorch_tanh\""), ("hidden_size", "3072"),
            ("intermediate_size", "12288"), ("max_position_embeddings", "4096"), ("norm_epsilon", "1e-05"),
            ("num_attention_heads", "24"), ("num_hidden_layers", "30"), ("num_key_value_heads", "2"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("residual_dropout", "0.0"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("sliding_window", "null"),
            ("tie_word_embeddings", "true"), ("use_bias", "true"), ("vocab_size", "49152")
        ] },
    Class { model_type: "olmo", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("clip_qkv", "null"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"),
            ("intermediate_size", "11008"), ("max_position_embeddings", "2048"), ("num_attention_heads", "32"),
            ("num_hidden_layers", "32"), ("num_key_value_heads", "null"), ("original_max_position_embeddings", ""),
            ("partial_rotary_factor", ""), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("tie_word_embeddings", "false"), ("vocab_size", "50304")
        ] },
    Class { model_type: "olmo2", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"),
            ("intermediate_size", "11008"), ("max_position_embeddings", "2048"), ("num_attention_heads", "32"),
            ("num_hidden_layers", "32"), ("num_key_value_heads", "null"), ("original_max_position_embeddings", ""),
            ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-05"), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "false"), ("vocab_size", "50304")
        ] },
    Class { model_type: "olmo3", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("hidden_act", "\"silu\""), ("hidden_size", "4096"),
            ("intermediate_size", "11008"), ("layer_types", "null"), ("max_position_embeddings", "2048"),
            ("num_attention_heads", "32"), ("num_hidden_layers", "32"), ("num_key_value_heads", "null"),
            ("original_max_position_embeddings", ""), ("rms_norm_eps", "1e-05"), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("sliding_window", "4096"), ("tie_word_embeddings", "false"),
            ("vocab_size", "50304")
        ] },
    Class { model_type: "olmoe", homes: &[&["num_local_experts", "num_experts"]],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("clip_qkv", "null"), ("hidden_act", "\"silu\""), ("hidden_size", "2048"),
            ("intermediate_size", "2048"), ("max_position_embeddings", "4096"), ("norm_topk_prob", "false"),
            ("num_attention_heads", "16"), ("num_experts", "64"), ("num_experts_per_tok", "8"),
            ("num_hidden_layers", "16"), ("num_key_value_heads", "null"), ("num_local_experts", ""),
            ("original_max_position_embeddings", ""), ("output_router_logits", "false"),
            ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-05"), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("router_aux_loss_coef", "0.01"),
            ("tie_word_embeddings", "false"), ("vocab_size", "50304")
        ] },
    Class { model_type: "cohere", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("hidden_act", "\"silu\""), ("hidden_size", "8192"),
            ("intermediate_size", "22528"), ("layer_norm_eps", "1e-05"), ("logit_scale", "0.0625"),
            ("max_position_embeddings", "8192"), ("num_attention_heads", "64"), ("num_hidden_layers", "40"),
            ("num_key_value_heads", "null"), ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "true"),
            ("use_qk_norm", "false"), ("vocab_size", "256000")
        ] },
    Class { model_type: "granite", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("attention_multiplier", "1.0"), ("embedding_multiplier", "1.0"),
            ("hidden_act", "\"silu\""), ("hidden_size", "4096"), ("intermediate_size", "11008"),
            ("logits_scaling", "1.0"), ("max_position_embeddings", "2048"), ("mlp_bias", "false"),
            ("num_attention_heads", "32"), ("num_hidden_layers", "32"), ("num_key_value_heads", "null"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("residual_multiplier", "1.0"),
            ("rms_norm_eps", "1e-06"), ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""),
            ("tie_word_embeddings", "false"), ("vocab_size", "32000")
        ] },
    Class { model_type: "smollm3", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("hidden_act", "\"silu\""), ("hidden_size", "2048"),
            ("intermediate_size", "11008"), ("layer_types", "null"), ("max_position_embeddings", "32768"),
            ("mlp_bias", "false"), ("no_rope_layer_interval", "4"), ("no_rope_layers", "null"),
            ("num_attention_heads", "16"), ("num_hidden_layers", "36"), ("num_key_value_heads", "4"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-06"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("sliding_window", "null"),
            ("tie_word_embeddings", "true"), ("use_sliding_window", "false"), ("vocab_size", "128256")
        ] },
    Class { model_type: "helium", homes: &[],
        declared: &[],
        read: &[
            ("attention_bias", "false"), ("head_dim", "128"), ("hidden_act", "\"silu\""), ("hidden_size", "2560"),
            ("intermediate_size", "7040"), ("max_position_embeddings", "4096"), ("mlp_bias", "false"),
            ("num_attention_heads", "20"), ("num_hidden_layers", "24"), ("num_key_value_heads", "20"),
            ("original_max_position_embeddings", ""), ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-08"),
            ("rope_parameters", "null"), ("rope_scaling", ""), ("rope_theta", ""), ("tie_word_embeddings", "false"),
            ("vocab_size", "48000")
        ] },
    Class { model_type: "exaone4", homes: &[],
        declared: &[],
        read: &[
            ("hidden_act", "\"silu\""), ("hidden_size", "4096"), ("intermediate_size", "16384"),
            ("layer_types", "null"), ("max_position_embeddings", "2048"), ("num_attention_heads", "32"),
            ("num_hidden_layers", "32"), ("num_key_value_heads", "32"), ("original_max_position_embeddings", ""),
            ("partial_rotary_factor", ""), ("rms_norm_eps", "1e-05"), ("rope_parameters", "null"),
            ("rope_scaling", ""), ("rope_theta", ""), ("sliding_window", "4096"), ("sliding_window_pattern", "4"),
            ("tie_word_embeddings", "false"), ("vocab_size", "102400")
        ] },
    Class { model_type: "mpt attn_config", homes: &[],
        declared: &[
            ("alibi", "true"), ("alibi_bias_max", "8"), ("attn_impl", "\"torch\""),
            ("attn_type", "\"multihead_attention\""), ("attn_uses_sequence_id", "false"), ("prefix_lm", "false"),
            ("qk_ln", "false")
        ],
        read: &[
            ("attn_pdrop", "0"), ("clip_qkv", "null"), ("softmax_scale", "null")
        ] },
];
