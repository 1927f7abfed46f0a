//! What a decoder is, in plain data: one [`LayerSpec`] per layer, because newer models differ by layer.
//!
//! The block reads these fields and nothing else; no code outside `families/` knows a family's name.

/// A whole decoder. `d` is `width`, `V` is `vocabulary`.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// The family's name, for people and readings; no arithmetic depends on it.
    pub family: &'static str,
    /// Width of the residual stream, d.
    pub width: usize,
    /// Rows of the token embedding, V.
    pub vocabulary: usize,
    /// Most positions a run may have.
    pub context: usize,
    /// How tokens enter the residual stream.
    pub embedding: EmbeddingSpec,
    /// The blocks, in order.
    pub layers: Vec<LayerSpec>,
    /// The norm before the head; `None` for the few decoders without one.
    pub final_norm: Option<NormSpec>,
    /// How the residual stream becomes logits.
    pub head: HeadSpec,
}

/// How tokens enter the residual stream: `norm(scale * W E[token] + P[position + offset])`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct EmbeddingSpec {
    /// Width of the token embedding, where a projection W brings it to the stream's (OPT-350m).
    pub inner: Option<usize>,
    /// Factor of the token embedding (Gemma: sqrt(d)).
    pub scale: Option<f32>,
    /// Learned absolute positions.
    pub positions: Option<LearnedPositions>,
    /// Norm after the sum (BLOOM).
    pub norm: Option<NormSpec>,
}

/// A table of learned positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnedPositions {
    /// Rows of the table.
    pub rows: usize,
    /// Row of position 0 (OPT: 2).
    pub offset: usize,
}

/// One decoder block.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSpec {
    /// Self-attention.
    pub attention: AttentionSpec,
    /// The feed-forward part.
    pub mlp: MlpSpec,
    /// Norms around attention.
    pub attn_norms: NormPlacement,
    /// Norms around the MLP.
    pub mlp_norms: NormPlacement,
    /// How the two parts are added to the stream.
    pub residual: Residual,
    /// Factor of what a part adds (Granite).
    pub residual_scale: f32,
}

/// Where norms stand around a part `f`: `x' = after(x + scale * branch(f(before(x))))`.
///
/// Pre-norm models have `before`; Gemma 2's sandwich has `before` and `branch`; OLMo 2 has `branch` alone; the
/// original Transformer's post-norm (OPT-350m) has `after` alone.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct NormPlacement {
    /// On the part's input.
    pub before: Option<NormSpec>,
    /// On the part's output, before it is added.
    pub branch: Option<NormSpec>,
    /// On the sum.
    pub after: Option<NormSpec>,
}

/// How attention and MLP share the residual stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residual {
    /// The MLP sees what attention has added.
    Sequential,
    /// Both read the block's input, each through its own norm (GPT-NeoX).
    Parallel,
    /// Both read the block's input through attention's norm (GPT-J, Phi, Cohere).
    ParallelSharedNorm,
}

/// Which norm, and which weights it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormSpec {
    /// RMS or layer norm.
    pub kind: NormKind,
    /// Added to the mean square (variance) before the root.
    pub eps: f32,
    /// Whether it has a weight (OLMo 1's has none).
    pub weight: bool,
    /// Whether it has a bias.
    pub bias: bool,
}

/// Kinds of norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormKind {
    /// `x / rms(x) * w` (Zhang & Sennrich 2019).
    Rms,
    /// `(x - mean) / std * w + b` (Ba et al. 2016).
    Layer,
}

impl NormSpec {
    /// An RMS norm with a weight.
    pub fn rms(eps: f32) -> NormSpec {
        NormSpec { kind: NormKind::Rms, eps, weight: true, bias: false }
    }

    /// A layer norm with weight and bias.
    pub fn layer(eps: f32) -> NormSpec {
        NormSpec { kind: NormKind::Layer, eps, weight: true, bias: true }
    }
}

/// Self-attention of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionSpec {
    /// Query heads, H.
    pub query_heads: usize,
    /// Key/value heads; each serves `H / kv_heads` query heads.
    pub kv_heads: usize,
    /// Size of a head, which need not be d / H.
    pub head_size: usize,
    /// Which projections have a bias.
    pub bias: ProjectionBias,
    /// Queries, keys and values are clamped to ±this, after their norm (OLMo 1, OLMoE, MPT).
    pub clip: Option<f32>,
    /// Norm of queries and keys before positions are applied.
    pub qk_norm: Option<QkNorm>,
    /// How attention knows positions.
    pub position: PositionSpec,
    /// Factor of the scores, usually `1 / sqrt(head_size)`.
    pub score_scale: f32,
    /// `cap * tanh(score / cap)` (Gemma 2).
    pub score_softcap: Option<f32>,
    /// A query sees itself and this many positions less one before it.
    pub window: Option<usize>,
    /// Whether a query sees only itself and what came before.
    pub causal: bool,
}

/// Which attention projections have a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ProjectionBias {
    /// Queries.
    pub query: bool,
    /// Keys.
    pub key: bool,
    /// Values.
    pub value: bool,
    /// Output projection.
    pub output: bool,
}

/// Norm of queries and keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QkNorm {
    /// The norm.
    pub norm: NormSpec,
    /// What one norm spans.
    pub span: QkNormSpan,
}

/// What one q/k norm spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QkNormSpan {
    /// Each head alone, all with one weight of `head_size` (Qwen 3, Gemma 3).
    Head,
    /// Each head alone, each with its own weight: `[heads, head_size]` (Cohere, StableLM).
    PerHead,
    /// All heads together, a weight of `heads * head_size` (OLMo 2).
    Projection,
}

/// How attention knows positions.
#[derive(Clone, Debug, PartialEq)]
pub enum PositionSpec {
    /// Not at all: learned positions are in the embedding, or the layer goes without (SmolLM3).
    None,
    /// Rotation of query and key pairs.
    Rotary(RotarySpec),
    /// A slope per head times the distance (Press et al. 2022).
    Alibi(AlibiSpec),
}

/// Linear biases of the scores: `scale * slope * position`, with slopes `2^-(max_bias * i / heads)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlibiSpec {
    /// Exponent of the last slope; 8 in the paper.
    pub max_bias: f32,
    /// Factor of the biases: Falcon adds them before the scores are scaled.
    pub scale: f32,
    /// Whether slopes and biases are rounded to bf16, as Falcon's are whatever the model's precision.
    pub bf16: bool,
}

/// Rotary position embedding (Su et al. 2021) of the first `dim` entries of each head.
#[derive(Clone, Debug, PartialEq)]
pub struct RotarySpec {
    /// Base of the frequencies, theta.
    pub base: f64,
    /// Rotated entries of a head, even.
    pub dim: usize,
    /// Which two entries rotate together.
    pub pairing: Pairing,
    /// How frequencies are stretched for long contexts.
    pub scaling: RotaryScaling,
    /// Factor of cosines and sines (YaRN, LongRoPE); 1 elsewhere.
    pub magnitude: f32,
}

/// Which two entries of a head rotate together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// `i` and `i + dim/2` (Llama in transformers, GPT-NeoX).
    Halves,
    /// `2i` and `2i + 1` (GPT-J, Cohere).
    Interleaved,
}

/// How rotary frequencies are stretched for long contexts.
#[derive(Clone, Debug, PartialEq)]
pub enum RotaryScaling {
    /// Not.
    None,
    /// All divided by `factor`.
    Linear {
        /// The divisor.
        factor: f64,
    },
    /// Llama 3.1's: low frequencies divided by `factor`, high ones kept, a smooth passage between.
    Llama3 {
        /// Divisor of the low frequencies.
        factor: f64,
        /// Wavelengths above `original / low` are stretched in full.
        low: f64,
        /// Wavelengths below `original / high` are kept.
        high: f64,
        /// Context before stretching.
        original: f64,
    },
    /// The base grows once a sequence is longer than the original context. In a generation, keys that are cached
    /// keep the frequencies of the length at which they were made, as in transformers; so do LongRoPE's.
    Dynamic {
        /// How fast.
        factor: f64,
        /// Context before stretching.
        original: f64,
    },
    /// YaRN (Peng et al. 2023): frequencies that turn rarely within the original context are divided by `factor`,
    /// those that turn often are kept, a ramp over the pairs between.
    Yarn {
        /// Divisor of the low frequencies.
        factor: f64,
        /// Context before stretching.
        original: f64,
        /// Turns within the original context from which a frequency is kept.
        fast: f64,
        /// Turns up to which it is divided in full.
        slow: f64,
        /// Whether the ramp's ends are whole pairs.
        truncate: bool,
    },
    /// LongRoPE (Ding et al. 2024): one divisor per frequency, of two sets by the sequence's length.
    LongRope {
        /// Divisors of sequences within the original context.
        short: Vec<f32>,
        /// Divisors of longer ones.
        long: Vec<f32>,
        /// Context before stretching.
        original: usize,
    },
    /// One divisor per frequency, as GGUF files carry them (`rope_freqs.weight`).
    Factors(Vec<f32>),
}

/// The feed-forward part of a block. Exhaustive, so that a new kind does not compile before the decoder can run it.
#[derive(Clone, Debug, PartialEq)]
pub enum MlpSpec {
    /// `down(act(up(x)))`, or gated: `down(act(gate(x)) * up(x))`.
    Dense(DenseMlp),
    /// A few of many gated parts, chosen per token.
    Experts(ExpertsMlp),
}

/// Sparse experts (Shazeer et al. 2017): `sum over the chosen e of p_e * expert_e(x)`, with p the softmax of a router.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpertsMlp {
    /// How many there are.
    pub experts: usize,
    /// How many a token uses.
    pub used: usize,
    /// Inner width of one.
    pub width: usize,
    /// Their nonlinearity; they are gated.
    pub activation: Activation,
    /// Whether the chosen experts' probabilities are made to sum to 1.
    pub normalise: bool,
    /// Inner width of one more expert that every token uses, weighed by a sigmoid of its own (Qwen2-MoE).
    pub shared: Option<usize>,
}

/// A dense feed-forward part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DenseMlp {
    /// Inner width.
    pub width: usize,
    /// The nonlinearity.
    pub activation: Activation,
    /// Whether a gate multiplies the inner values.
    pub gated: bool,
    /// Whether `gate` and `up` have biases.
    pub bias_in: bool,
    /// Whether `down` has a bias.
    pub bias_out: bool,
}

/// Nonlinearities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x * sigmoid(x)`.
    Silu,
    /// GELU by its tanh approximation: `gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`.
    GeluTanh,
    /// GELU by erf.
    GeluErf,
    /// `x * sigmoid(1.702 x)`.
    QuickGelu,
    /// `max(x, 0)`.
    Relu,
    /// `max(x, 0)^2`.
    ReluSquared,
}

impl Activation {
    /// The activation that transformers calls `name`.
    pub fn from_hf(name: &str) -> Option<Activation> {
        Some(match name {
            "silu" | "swish" => Activation::Silu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Activation::GeluTanh,
            "gelu" => Activation::GeluErf,
            "quick_gelu" => Activation::QuickGelu,
            "relu" => Activation::Relu,
            "relu2" => Activation::ReluSquared,
            _ => return None,
        })
    }
}

/// How the residual stream becomes logits: `cap(scale * (W norm(h) + b))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadSpec {
    /// Width of the matrix, where a projection brings the stream to it (OPT-350m).
    pub inner: Option<usize>,
    /// Which matrix.
    pub tie: Tie,
    /// Whether it has a bias.
    pub bias: bool,
    /// Factor of the logits (Cohere, Granite).
    pub logit_scale: f32,
    /// `cap * tanh(logit / cap)` (Gemma 2).
    pub softcap: Option<f32>,
}

/// Which matrix is the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// The token embedding, whatever else the file holds.
    Tied,
    /// Its own.
    Separate,
    /// Its own if the file has one, else the token embedding (GGUF's rule). A loaded model's config says which it was.
    TiedIfMissing,
}
