//! The parameters of a decoder, under one set of names whatever a family's files call them.

use crate::spec::{LayerSpec, MlpSpec, ModelConfig, NormKind, NormSpec, QkNormSpan, Residual, Tie};
use std::fmt;

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamRole {
    /// `[V, d]`, or `[V, inner]` with a projection.
    TokenEmbedding,
    /// `[d, inner]`
    EmbeddingProjection,
    /// `[rows, d]`
    PositionEmbedding,
    /// After the embedding. `[d]`
    EmbeddingNorm,
    /// Before the head. `[d]`
    FinalNorm,
    /// `[V, d]`, or `[V, inner]` with a projection.
    Head,
    /// `[inner, d]`
    HeadProjection,
    /// On attention's input. `[d]`
    AttnNorm,
    /// On attention's output. `[d]`
    AttnBranchNorm,
    /// On the sum after attention. `[d]`
    AttnAfterNorm,
    /// `[heads * head_size, d]`
    Query,
    /// `[kv_heads * head_size, d]`
    Key,
    /// `[kv_heads * head_size, d]`
    Value,
    /// `[d, heads * head_size]`
    Output,
    /// `[head_size]`, `[heads, head_size]` or `[heads * head_size]`
    QueryNorm,
    /// `[head_size]`, `[kv_heads, head_size]` or `[kv_heads * head_size]`
    KeyNorm,
    /// On the MLP's input. `[d]`
    MlpNorm,
    /// On the MLP's output. `[d]`
    MlpBranchNorm,
    /// On the sum after the MLP. `[d]`
    MlpAfterNorm,
    /// `[mlp, d]`
    Gate,
    /// `[mlp, d]`
    Up,
    /// `[d, mlp]`
    Down,
    /// `[experts, d]`
    Router,
    /// `[experts, mlp, d]`
    ExpertGate,
    /// `[experts, mlp, d]`
    ExpertUp,
    /// `[experts, d, mlp]`
    ExpertDown,
    /// Of the expert that every token uses. `[1, d]`
    SharedRouter,
    /// `[mlp, d]`
    SharedGate,
    /// `[mlp, d]`
    SharedUp,
    /// `[d, mlp]`
    SharedDown,
}

/// Weight or bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamKind {
    /// The matrix, or the norm's scale.
    Weight,
    /// What is added.
    Bias,
}

impl ParamKind {
    /// How files end its name.
    pub fn suffix(self) -> &'static str {
        match self {
            ParamKind::Weight => ".weight",
            ParamKind::Bias => ".bias",
        }
    }
}

/// One parameter of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// What it is for.
    pub role: ParamRole,
    /// In which block; `None` outside of blocks.
    pub layer: Option<usize>,
    /// Weight or bias.
    pub kind: ParamKind,
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer {
            write!(f, "layer {layer} ")?;
        }
        write!(f, "{:?}{}", self.role, self.kind.suffix())
    }
}

/// A tensor that a config requires of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredTensor {
    /// Which.
    pub param: Param,
    /// `[out, in]` of a matrix, `[n]` of a vector, `[experts, out, in]` of the experts.
    pub shape: Vec<usize>,
    /// True for a head that the token embedding can stand in for.
    pub optional: bool,
}

impl ModelConfig {
    /// Every weight that this decoder has, in order of depth.
    pub fn required_tensors(&self) -> Vec<RequiredTensor> {
        let (d, v) = (self.width, self.vocabulary);
        let mut list = List { layer: None, tensors: Vec::new() };
        list.weight(ParamRole::TokenEmbedding, [v, self.embedding.inner.unwrap_or(d)]);
        if let Some(inner) = self.embedding.inner {
            list.weight(ParamRole::EmbeddingProjection, [d, inner]);
        }
        if let Some(inner) = self.head.inner {
            list.weight(ParamRole::HeadProjection, [inner, d]);
        }
        let head_width = self.head.inner.unwrap_or(d);
        if let Some(positions) = self.embedding.positions {
            list.weight(ParamRole::PositionEmbedding, [positions.rows, d]);
        }
        list.norm(ParamRole::EmbeddingNorm, self.embedding.norm, d);
        for layer in 0..self.layers.len() {
            list.layer = Some(layer);
            self.block(layer, &mut list);
        }
        list.layer = None;
        list.norm(ParamRole::FinalNorm, self.final_norm, d);
        match self.head.tie {
            Tie::Tied => {}
            Tie::Separate => list.weight(ParamRole::Head, [v, head_width]),
            Tie::TiedIfMissing => {
                list.weight(ParamRole::Head, [v, head_width]);
                if let Some(head) = list.tensors.last_mut() {
                    head.optional = true;
                }
            }
        }
        if self.head.bias {
            list.bias(ParamRole::Head, v);
        }
        list.tensors
    }

    fn block(&self, layer: usize, list: &mut List) {
        let (d, spec) = (self.width, &self.layers[layer]);
        let attention = &spec.attention;
        let (q, kv) = (attention.query_heads * attention.head_size, attention.kv_heads * attention.head_size);
        list.norm(ParamRole::AttnNorm, spec.attn_norms.before, d);
        list.linear(ParamRole::Query, [q, d], attention.bias.query);
        list.linear(ParamRole::Key, [kv, d], attention.bias.key);
        list.linear(ParamRole::Value, [kv, d], attention.bias.value);
        if let Some(norm) = attention.qk_norm {
            let size = attention.head_size;
            let (q, k) = match norm.span {
                QkNormSpan::Head => (vec![size], vec![size]),
                QkNormSpan::PerHead => (vec![attention.query_heads, size], vec![attention.kv_heads, size]),
                QkNormSpan::Projection => (vec![q], vec![kv]),
            };
            list.norm_of(ParamRole::QueryNorm, norm.norm, q);
            list.norm_of(ParamRole::KeyNorm, norm.norm, k);
        }
        list.linear(ParamRole::Output, [d, q], attention.bias.output);
        list.norm(ParamRole::AttnBranchNorm, spec.attn_norms.branch, d);
        list.norm(ParamRole::AttnAfterNorm, spec.attn_norms.after, d);
        if spec.residual != Residual::ParallelSharedNorm {
            list.norm(ParamRole::MlpNorm, spec.mlp_norms.before, d);
        }
        list.mlp(spec, d);
        list.norm(ParamRole::MlpBranchNorm, spec.mlp_norms.branch, d);
        list.norm(ParamRole::MlpAfterNorm, spec.mlp_norms.after, d);
    }
}

struct List {
    layer: Option<usize>,
    tensors: Vec<RequiredTensor>,
}

impl List {
    fn push(&mut self, role: ParamRole, kind: ParamKind, shape: Vec<usize>) {
        self.tensors.push(RequiredTensor {
            param: Param { role, layer: self.layer, kind },
            shape,
            optional: false,
        });
    }

    fn weight(&mut self, role: ParamRole, shape: [usize; 2]) {
        self.push(role, ParamKind::Weight, shape.to_vec());
    }

    fn bias(&mut self, role: ParamRole, n: usize) {
        self.push(role, ParamKind::Bias, vec![n]);
    }

    fn linear(&mut self, role: ParamRole, shape: [usize; 2], bias: bool) {
        self.weight(role, shape);
        if bias {
            self.bias(role, shape[0]);
        }
    }

    fn mlp(&mut self, spec: &LayerSpec, d: usize) {
        match &spec.mlp {
            MlpSpec::Dense(mlp) => {
                if mlp.gated {
                    self.linear(ParamRole::Gate, [mlp.width, d], mlp.bias_in);
                }
                self.linear(ParamRole::Up, [mlp.width, d], mlp.bias_in);
                self.linear(ParamRole::Down, [d, mlp.width], mlp.bias_out);
            }
            MlpSpec::Experts(mlp) => {
                self.weight(ParamRole::Router, [mlp.experts, d]);
                self.push(ParamRole::ExpertGate, ParamKind::Weight, vec![mlp.experts, mlp.width, d]);
                self.push(ParamRole::ExpertUp, ParamKind::Weight, vec![mlp.experts, mlp.width, d]);
                self.push(ParamRole::ExpertDown, ParamKind::Weight, vec![mlp.experts, d, mlp.width]);
                if let Some(width) = mlp.shared {
                    self.weight(ParamRole::SharedRouter, [1, d]);
                    self.weight(ParamRole::SharedGate, [width, d]);
                    self.weight(ParamRole::SharedUp, [width, d]);
                    self.weight(ParamRole::SharedDown, [d, width]);
                }
            }
        }
    }

    fn norm(&mut self, role: ParamRole, norm: Option<NormSpec>, n: usize) {
        if let Some(norm) = norm {
            self.norm_of(role, norm, vec![n]);
        }
    }

    fn norm_of(&mut self, role: ParamRole, norm: NormSpec, shape: Vec<usize>) {
        if norm.weight {
            self.push(role, ParamKind::Weight, shape.clone());
        }
        if norm.bias && norm.kind == NormKind::Layer {
            self.push(role, ParamKind::Bias, shape);
        }
    }
}
