//! Tokens that are known by name, because many files do not say what they are. The lists are llama.cpp's.

/// Tokens that end a generation. A token of such a name is special whatever its file calls it.
pub(crate) const ENDS: &[&str] = &[
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<turn|>",
    "<|tool_response>",
    "<｜end▁of▁sentence｜>",
    "[e~[",
];

/// A part of fill-in-the-middle prompts.
pub(crate) struct FillIn {
    /// The GGUF keys that may name its token: then no other is looked for.
    pub(crate) keys: &'static [&'static str],
    /// What it is called in known models.
    pub(crate) names: &'static [&'static str],
}

/// Tokens of fill-in-the-middle prompts: special whatever their file calls them. (llama.cpp also stops at three
/// kinds of these, SmolLM2's `<reponame>` among them; Fathom, like transformers, does not.)
pub(crate) const FILL_IN: &[FillIn] = &[
    FillIn {
        keys: &["tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id"],
        names: &[
            "<|fim_prefix|>",
            "<fim-prefix>",
            "<fim_prefix>",
            "<｜fim▁begin｜>",
            "<PRE>",
            "▁<PRE>",
            "<|code_prefix|>",
            "<|prefix|>",
        ],
    },
    FillIn {
        keys: &["tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id"],
        names: &[
            "<|fim_suffix|>",
            "<fim-suffix>",
            "<fim_suffix>",
            "<｜fim▁hole｜>",
            "<SUF>",
            "▁<SUF>",
            "<|code_suffix|>",
            "<|suffix|>",
        ],
    },
    FillIn {
        keys: &["tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id"],
        names: &[
            "<|fim_middle|>",
            "<fim-middle>",
            "<fim_middle>",
            "<｜fim▁end｜>",
            "<MID>",
            "▁<MID>",
            "<|code_middle|>",
            "<|middle|>",
        ],
    },
    FillIn {
        keys: &["tokenizer.ggml.fim_pad_token_id"],
        names: &["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"],
    },
    FillIn {
        keys: &["tokenizer.ggml.fim_rep_token_id"],
        names: &["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"],
    },
    FillIn { keys: &["tokenizer.ggml.fim_sep_token_id"], names: &["<|file_sep|>"] },
];

/// Tokens of the Harmony format (gpt-oss): cut out of every text, whatever their file calls them.
pub(crate) const HARMONY: &[&str] = &["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];
