//! Names that families share. A family's table is made of these pieces and of its own.

use crate::names::{Layout, Names, Rule, rule};
use crate::params::ParamRole;

pub(super) const QKV: &[ParamRole] = &[ParamRole::Query, ParamRole::Key, ParamRole::Value];
pub(super) const GATE_UP: &[ParamRole] = &[ParamRole::Gate, ParamRole::Up];
const EXPERT_GATE_UP: &[ParamRole] = &[ParamRole::ExpertGate, ParamRole::ExpertUp];

/// What safetensors files in Llama's naming begin with: models with a head, and models saved without one.
pub(super) const HF_PREFIXES: &[&str] = &["model.", ""];

/// Embedding, final norm and head in Llama's naming.
pub(super) const HF_ENDS: &[Rule] = &[
    rule("embed_tokens", &[ParamRole::TokenEmbedding]),
    rule("norm", &[ParamRole::FinalNorm]),
    rule("lm_head", &[ParamRole::Head]),
];

/// Attention in Llama's naming.
pub(super) const HF_ATTENTION: &[Rule] = &[
    rule("layers.{}.self_attn.q_proj", &[ParamRole::Query]),
    rule("layers.{}.self_attn.k_proj", &[ParamRole::Key]),
    rule("layers.{}.self_attn.v_proj", &[ParamRole::Value]),
    rule("layers.{}.self_attn.o_proj", &[ParamRole::Output]),
    rule("layers.{}.self_attn.q_norm", &[ParamRole::QueryNorm]),
    rule("layers.{}.self_attn.k_norm", &[ParamRole::KeyNorm]),
];

/// A gated MLP in Llama's naming.
pub(super) const HF_MLP: &[Rule] = &[
    rule("layers.{}.mlp.gate_proj", &[ParamRole::Gate]),
    rule("layers.{}.mlp.up_proj", &[ParamRole::Up]),
    rule("layers.{}.mlp.down_proj", &[ParamRole::Down]),
];

/// A norm before each part in Llama's naming, which says "post attention" of the one before the MLP.
pub(super) const HF_PRE_NORMS: &[Rule] = &[
    rule("layers.{}.input_layernorm", &[ParamRole::AttnNorm]),
    rule("layers.{}.post_attention_layernorm", &[ParamRole::MlpNorm]),
];

/// A norm after each part, on what it adds (OLMo 2, EXAONE 4).
pub(super) const HF_BRANCH_NORMS: &[Rule] = &[
    rule("layers.{}.post_attention_layernorm", &[ParamRole::AttnBranchNorm]),
    rule("layers.{}.post_feedforward_layernorm", &[ParamRole::MlpBranchNorm]),
];

/// Separate experts in the naming of Qwen and OLMoE.
pub(super) const HF_EXPERTS: &[Rule] = &[
    rule("layers.{}.mlp.gate", &[ParamRole::Router]),
    rule("layers.{}.mlp.experts.{}.gate_proj", &[ParamRole::ExpertGate]),
    rule("layers.{}.mlp.experts.{}.up_proj", &[ParamRole::ExpertUp]),
    rule("layers.{}.mlp.experts.{}.down_proj", &[ParamRole::ExpertDown]),
    rule("layers.{}.mlp.shared_expert_gate", &[ParamRole::SharedRouter]),
    rule("layers.{}.mlp.shared_expert.gate_proj", &[ParamRole::SharedGate]),
    rule("layers.{}.mlp.shared_expert.up_proj", &[ParamRole::SharedUp]),
    rule("layers.{}.mlp.shared_expert.down_proj", &[ParamRole::SharedDown]),
];

/// All experts in one, as transformers 5 holds them and `torch.save(model.state_dict())` writes them.
pub(super) const HF_FUSED_EXPERTS: &[Rule] = &[
    rule("layers.{}.mlp.experts.gate_up_proj", EXPERT_GATE_UP).bare().layout(Layout::ByExpert),
    rule("layers.{}.mlp.experts.down_proj", &[ParamRole::ExpertDown]).bare(),
];

/// Llama's own table.
pub(super) const LLAMA_HF: Names =
    Names { prefixes: HF_PREFIXES, rules: &[HF_ENDS, HF_PRE_NORMS, HF_ATTENTION, HF_MLP] };

/// OLMo 2's and EXAONE 4's.
pub(super) const BRANCH_NORMS_HF: Names =
    Names { prefixes: HF_PREFIXES, rules: &[HF_ENDS, HF_BRANCH_NORMS, HF_ATTENTION, HF_MLP] };

/// llama.cpp's names, which are the same for every architecture.
const GGUF_COMMON: &[Rule] = &[
    rule("token_embd", &[ParamRole::TokenEmbedding]),
    rule("token_embd_norm", &[ParamRole::EmbeddingNorm]),
    rule("position_embd", &[ParamRole::PositionEmbedding]),
    rule("blk.{}.attn_v", &[ParamRole::Value]),
    rule("blk.{}.attn_qkv", QKV),
    rule("blk.{}.attn_output", &[ParamRole::Output]),
    rule("blk.{}.attn_q_norm", &[ParamRole::QueryNorm]),
    rule("blk.{}.attn_k_norm", &[ParamRole::KeyNorm]),
    rule("blk.{}.post_attention_norm", &[ParamRole::AttnBranchNorm]),
    rule("blk.{}.post_ffw_norm", &[ParamRole::MlpBranchNorm]),
    rule("blk.{}.ffn_gate", &[ParamRole::Gate]),
    rule("blk.{}.ffn_up", &[ParamRole::Up]),
    rule("blk.{}.ffn_down", &[ParamRole::Down]),
    rule("blk.{}.ffn_gate_inp", &[ParamRole::Router]),
    rule("blk.{}.ffn_gate_exps", &[ParamRole::ExpertGate]),
    rule("blk.{}.ffn_up_exps", &[ParamRole::ExpertUp]),
    rule("blk.{}.ffn_down_exps", &[ParamRole::ExpertDown]),
    rule("blk.{}.ffn_gate_up_exps", EXPERT_GATE_UP).layout(Layout::ByExpert),
    // Mixtral's first files have the experts apart.
    rule("blk.{}.ffn_gate.{}", &[ParamRole::ExpertGate]),
    rule("blk.{}.ffn_up.{}", &[ParamRole::ExpertUp]),
    rule("blk.{}.ffn_down.{}", &[ParamRole::ExpertDown]),
    rule("blk.{}.ffn_gate_inp_shexp", &[ParamRole::SharedRouter]),
    rule("blk.{}.ffn_gate_shexp", &[ParamRole::SharedGate]),
    rule("blk.{}.ffn_up_shexp", &[ParamRole::SharedUp]),
    rule("blk.{}.ffn_down_shexp", &[ParamRole::SharedDown]),
    rule("output_norm", &[ParamRole::FinalNorm]),
    rule("output", &[ParamRole::Head]),
];

const GGUF_NORMS: &[Rule] =
    &[rule("blk.{}.attn_norm", &[ParamRole::AttnNorm]), rule("blk.{}.ffn_norm", &[ParamRole::MlpNorm])];

const GGUF_HALVES: &[Rule] =
    &[rule("blk.{}.attn_q", &[ParamRole::Query]), rule("blk.{}.attn_k", &[ParamRole::Key])];

/// Before the common ones, whose fused rows are not rearranged.
const GGUF_INTERLEAVED: &[Rule] = &[
    rule("blk.{}.attn_qkv", QKV).layout(Layout::StackedInterleaved),
    rule("blk.{}.attn_q", &[ParamRole::Query]).layout(Layout::RotaryInterleaved),
    rule("blk.{}.attn_k", &[ParamRole::Key]).layout(Layout::RotaryInterleaved),
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
            rule("blk.{}.attn_norm_2", &[ParamRole::AttnNorm]),
            rule("blk.{}.attn_norm", &[ParamRole::AttnNorm]),
            rule("blk.{}.attn_norm", &[ParamRole::MlpNorm]),
        ],
    ],
};

/// Of families that llama.cpp does not have.
pub(super) const NO_GGUF: Names = Names { prefixes: &[], rules: &[] };
