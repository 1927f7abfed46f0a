//! Names that families share. A family's table is made of these pieces and of its own.

use crate::names::{Layout, Names, Rule, rule};
use crate::slots::Place;

pub(super) const QKV: &[Place] = &[Place::Query, Place::Key, Place::Value];
pub(super) const GATE_UP: &[Place] = &[Place::Gate, Place::Up];
const EXPERT_GATE_UP: &[Place] = &[Place::ExpertGate, Place::ExpertUp];

/// What safetensors files in Llama's naming begin with: models with a head, and models saved without one.
pub(super) const HF_PREFIXES: &[&str] = &["model.", ""];

/// Embedding, final norm and head in Llama's naming.
pub(super) const HF_ENDS: &[Rule] = &[
    rule("embed_tokens", &[Place::TokenEmbedding]),
    rule("norm", &[Place::FinalNorm]),
    rule("lm_head", &[Place::Head]),
];

/// Attention in Llama's naming.
pub(super) const HF_ATTENTION: &[Rule] = &[
    rule("layers.{}.self_attn.q_proj", &[Place::Query]),
    rule("layers.{}.self_attn.k_proj", &[Place::Key]),
    rule("layers.{}.self_attn.v_proj", &[Place::Value]),
    rule("layers.{}.self_attn.o_proj", &[Place::Output]),
    rule("layers.{}.self_attn.q_norm", &[Place::QueryNorm]),
    rule("layers.{}.self_attn.k_norm", &[Place::KeyNorm]),
];

/// A gated MLP in Llama's naming.
pub(super) const HF_MLP: &[Rule] = &[
    rule("layers.{}.mlp.gate_proj", &[Place::Gate]),
    rule("layers.{}.mlp.up_proj", &[Place::Up]),
    rule("layers.{}.mlp.down_proj", &[Place::Down]),
];

/// A norm before each part in Llama's naming, which says "post attention" of the one before the MLP.
pub(super) const HF_PRE_NORMS: &[Rule] = &[
    rule("layers.{}.input_layernorm", &[Place::AttnNorm]),
    rule("layers.{}.post_attention_layernorm", &[Place::MlpNorm]),
];

/// A norm after each part, on what it adds (OLMo 2, EXAONE 4).
pub(super) const HF_BRANCH_NORMS: &[Rule] = &[
    rule("layers.{}.post_attention_layernorm", &[Place::AttnBranchNorm]),
    rule("layers.{}.post_feedforward_layernorm", &[Place::MlpBranchNorm]),
];

/// Separate experts in the naming of Qwen and OLMoE.
pub(super) const HF_EXPERTS: &[Rule] = &[
    rule("layers.{}.mlp.gate", &[Place::Router]),
    rule("layers.{}.mlp.experts.{}.gate_proj", &[Place::ExpertGate]),
    rule("layers.{}.mlp.experts.{}.up_proj", &[Place::ExpertUp]),
    rule("layers.{}.mlp.experts.{}.down_proj", &[Place::ExpertDown]),
    rule("layers.{}.mlp.shared_expert_gate", &[Place::SharedRouter]),
    rule("layers.{}.mlp.shared_expert.gate_proj", &[Place::SharedGate]),
    rule("layers.{}.mlp.shared_expert.up_proj", &[Place::SharedUp]),
    rule("layers.{}.mlp.shared_expert.down_proj", &[Place::SharedDown]),
];

/// All experts in one, as transformers 5 holds them and `torch.save(model.state_dict())` writes them.
pub(super) const HF_FUSED_EXPERTS: &[Rule] = &[
    rule("layers.{}.mlp.experts.gate_up_proj", EXPERT_GATE_UP).bare().layout(Layout::ByExpert),
    rule("layers.{}.mlp.experts.down_proj", &[Place::ExpertDown]).bare(),
];

/// Llama's own table.
pub(super) const LLAMA_HF: Names =
    Names { prefixes: HF_PREFIXES, rules: &[HF_ENDS, HF_PRE_NORMS, HF_ATTENTION, HF_MLP] };

/// OLMo 2's and EXAONE 4's.
pub(super) const BRANCH_NORMS_HF: Names =
    Names { prefixes: HF_PREFIXES, rules: &[HF_ENDS, HF_BRANCH_NORMS, HF_ATTENTION, HF_MLP] };

/// llama.cpp's names, which are the same for every architecture.
const GGUF_COMMON: &[Rule] = &[
    rule("token_embd", &[Place::TokenEmbedding]),
    rule("token_embd_norm", &[Place::EmbeddingNorm]),
    rule("position_embd", &[Place::PositionEmbedding]),
    rule("blk.{}.attn_v", &[Place::Value]),
    rule("blk.{}.attn_qkv", QKV),
    rule("blk.{}.attn_output", &[Place::Output]),
    rule("blk.{}.attn_q_norm", &[Place::QueryNorm]),
    rule("blk.{}.attn_k_norm", &[Place::KeyNorm]),
    rule("blk.{}.post_attention_norm", &[Place::AttnBranchNorm]),
    rule("blk.{}.post_ffw_norm", &[Place::MlpBranchNorm]),
    rule("blk.{}.ffn_gate", &[Place::Gate]),
    rule("blk.{}.ffn_up", &[Place::Up]),
    rule("blk.{}.ffn_down", &[Place::Down]),
    rule("blk.{}.ffn_gate_inp", &[Place::Router]),
    rule("blk.{}.ffn_gate_exps", &[Place::ExpertGate]),
    rule("blk.{}.ffn_up_exps", &[Place::ExpertUp]),
    rule("blk.{}.ffn_down_exps", &[Place::ExpertDown]),
    rule("blk.{}.ffn_gate_up_exps", EXPERT_GATE_UP).layout(Layout::ByExpert),
    // Mixtral's first files have the experts apart.
    rule("blk.{}.ffn_gate.{}", &[Place::ExpertGate]),
    rule("blk.{}.ffn_up.{}", &[Place::ExpertUp]),
    rule("blk.{}.ffn_down.{}", &[Place::ExpertDown]),
    rule("blk.{}.ffn_gate_inp_shexp", &[Place::SharedRouter]),
    rule("blk.{}.ffn_gate_shexp", &[Place::SharedGate]),
    rule("blk.{}.ffn_up_shexp", &[Place::SharedUp]),
    rule("blk.{}.ffn_down_shexp", &[Place::SharedDown]),
    rule("output_norm", &[Place::FinalNorm]),
    rule("output", &[Place::Head]),
];

const GGUF_NORMS: &[Rule] =
    &[rule("blk.{}.attn_norm", &[Place::AttnNorm]), rule("blk.{}.ffn_norm", &[Place::MlpNorm])];

const GGUF_HALVES: &[Rule] = &[rule("blk.{}.attn_q", &[Place::Query]), rule("blk.{}.attn_k", &[Place::Key])];

/// Before the common ones, whose fused rows are not rearranged.
const GGUF_INTERLEAVED: &[Rule] = &[
    rule("blk.{}.attn_qkv", QKV).layout(Layout::StackedInterleaved),
    rule("blk.{}.attn_q", &[Place::Query]).layout(Layout::RotaryInterleaved),
    rule("blk.{}.attn_k", &[Place::Key]).layout(Layout::RotaryInterleaved),
];

/// Architectures whose files keep the rows of queries and keys as they are.
pub(super) const GGUF: Names = Names { prefixes: &[""], rules: &[GGUF_COMMON, GGUF_NORMS, GGUF_HALVES] };

/// Architectures whose files hold the rows of queries and keys for the rotation of neighbours.
pub(super) const GGUF_PERMUTED: Names =
    Names { prefixes: &[""], rules: &[GGUF_INTERLEAVED, GGUF_COMMON, GGUF_NORMS] };

/// Falcon's, where `attn_norm` is the MLP's norm if attention has one of its own.
pub(super) const GGUF_FALCON: Names = Names {
    prefixes: &[""],
    rules: &[
        GGUF_COMMON,
        &[
            rule("blk.{}.attn_norm_2", &[Place::AttnNorm]),
            rule("blk.{}.attn_norm", &[Place::AttnNorm]),
            rule("blk.{}.attn_norm", &[Place::MlpNorm]),
        ],
    ],
};

/// Of families that llama.cpp does not have.
pub(super) const NO_GGUF: Names = Names { prefixes: &[], rules: &[] };
