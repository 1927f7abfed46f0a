//! The places that weights go to, under one set of names whatever a family's files call them.

use crate::spec::{LayerSpec, MlpSpec, ModelConfig, NormKind, NormSpec, QkNormSpan, Residual, Tie};
use std::fmt;

/// What a weight is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
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
pub enum Part {
    /// The matrix, or the norm's scale.
    Weight,
    /// What is added.
    Bias,
}

impl Part {
    /// How files end its name.
    pub fn suffix(self) -> &'static str {
        match self {
            Part::Weight => ".weight",
            Part::Bias => ".bias",
        }
    }
}

/// One weight of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// What it is for.
    pub place: Place,
    /// In which block; `None` outside of blocks.
    pub layer: Option<usize>,
    /// Weight or bias.
    pub part: Part,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer {
            write!(f, "layer {layer} ")?;
        }
        write!(f, "{:?}{}", self.place, self.part.suffix())
    }
}

/// A weight that a config asks for, and its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub slot: Slot,
    /// `[out, in]` of a matrix, `[n]` of a vector, `[experts, out, in]` of the experts.
    pub shape: Vec<usize>,
    /// False for a head that the token embedding can stand in for.
    pub required: bool,
}

impl ModelConfig {
    /// Every weight that this decoder has, in order of depth.
    pub fn wanted(&self) -> Vec<Wanted> {
        let (d, v) = (self.width, self.vocabulary);
        let mut list = List { layer: None, wanted: Vec::new() };
        list.weight(Place::TokenEmbedding, [v, self.embedding.inner.unwrap_or(d)]);
        if let Some(inner) = self.embedding.inner {
            list.weight(Place::EmbeddingProjection, [d, inner]);
        }
        if let Some(inner) = self.head.inner {
            list.weight(Place::HeadProjection, [inner, d]);
        }
        let head_width = self.head.inner.unwrap_or(d);
        if let Some(positions) = self.embedding.positions {
            list.weight(Place::PositionEmbedding, [positions.rows, d]);
        }
        list.norm(Place::EmbeddingNorm, self.embedding.norm, d);
        for layer in 0..self.layers.len() {
            list.layer = Some(layer);
            self.block(layer, &mut list);
        }
        list.layer = None;
        list.norm(Place::FinalNorm, self.final_norm, d);
        match self.head.tie {
            Tie::Tied => {}
            Tie::Separate => list.weight(Place::Head, [v, head_width]),
            Tie::TiedIfMissing => {
                list.weight(Place::Head, [v, head_width]);
                if let Some(head) = list.wanted.last_mut() {
                    head.required = false;
                }
            }
        }
        if self.head.bias {
            list.bias(Place::Head, v);
        }
        list.wanted
    }

    fn block(&self, layer: usize, list: &mut List) {
        let (d, spec) = (self.width, &self.layers[layer]);
        let attention = &spec.attention;
        let (q, kv) = (attention.query_heads * attention.head_size, attention.kv_heads * attention.head_size);
        list.norm(Place::AttnNorm, spec.attn_norms.before, d);
        list.linear(Place::Query, [q, d], attention.bias.query);
        list.linear(Place::Key, [kv, d], attention.bias.key);
        list.linear(Place::Value, [kv, d], attention.bias.value);
        if let Some(norm) = attention.qk_norm {
            let size = attention.head_size;
            let (q, k) = match norm.span {
                QkNormSpan::Head => (vec![size], vec![size]),
                QkNormSpan::PerHead => (vec![attention.query_heads, size], vec![attention.kv_heads, size]),
                QkNormSpan::Projection => (vec![q], vec![kv]),
            };
            list.norm_of(Place::QueryNorm, norm.norm, q);
            list.norm_of(Place::KeyNorm, norm.norm, k);
        }
        list.linear(Place::Output, [d, q], attention.bias.output);
        list.norm(Place::AttnBranchNorm, spec.attn_norms.branch, d);
        list.norm(Place::AttnAfterNorm, spec.attn_norms.after, d);
        if spec.residual != Residual::ParallelSharedNorm {
            list.norm(Place::MlpNorm, spec.mlp_norms.before, d);
        }
        list.mlp(spec, d);
        list.norm(Place::MlpBranchNorm, spec.mlp_norms.branch, d);
        list.norm(Place::MlpAfterNorm, spec.mlp_norms.after, d);
    }
}

struct List {
    layer: Option<usize>,
    wanted: Vec<Wanted>,
}

impl List {
    fn push(&mut self, place: Place, part: Part, shape: Vec<usize>) {
        self.wanted.push(Wanted { slot: Slot { place, layer: self.layer, part }, shape, required: true });
    }

    fn weight(&mut self, place: Place, shape: [usize; 2]) {
        self.push(place, Part::Weight, shape.to_vec());
    }

    fn bias(&mut self, place: Place, n: usize) {
        self.push(place, Part::Bias, vec![n]);
    }

    fn linear(&mut self, place: Place, shape: [usize; 2], bias: bool) {
        self.weight(place, shape);
        if bias {
            self.bias(place, shape[0]);
        }
    }

    fn mlp(&mut self, spec: &LayerSpec, d: usize) {
        match &spec.mlp {
            MlpSpec::Dense(mlp) => {
                if mlp.gated {
                    self.linear(Place::Gate, [mlp.width, d], mlp.bias_in);
                }
                self.linear(Place::Up, [mlp.width, d], mlp.bias_in);
                self.linear(Place::Down, [d, mlp.width], mlp.bias_out);
            }
            MlpSpec::Experts(mlp) => {
                self.weight(Place::Router, [mlp.experts, d]);
                self.push(Place::ExpertGate, Part::Weight, vec![mlp.experts, mlp.width, d]);
                self.push(Place::ExpertUp, Part::Weight, vec![mlp.experts, mlp.width, d]);
                self.push(Place::ExpertDown, Part::Weight, vec![mlp.experts, d, mlp.width]);
                if let Some(width) = mlp.shared {
                    self.weight(Place::SharedRouter, [1, d]);
                    self.weight(Place::SharedGate, [width, d]);
                    self.weight(Place::SharedUp, [width, d]);
                    self.weight(Place::SharedDown, [d, width]);
                }
            }
        }
    }

    fn norm(&mut self, place: Place, norm: Option<NormSpec>, n: usize) {
        if let Some(norm) = norm {
            self.norm_of(place, norm, vec![n]);
        }
    }

    fn norm_of(&mut self, place: Place, norm: NormSpec, shape: Vec<usize>) {
        if norm.weight {
            self.push(place, Part::Weight, shape.clone());
        }
        if norm.bias && norm.kind == NormKind::Layer {
            self.push(place, Part::Bias, shape);
        }
    }
}
