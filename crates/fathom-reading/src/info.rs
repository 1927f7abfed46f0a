//! What a grid is and who made it: model, lens, precision and sampling. Every output names them.

use crate::NotFinite;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a grid is, and everything that must stand beside its numbers for them to be repeatable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Info {
    /// The model that ran.
    pub model: ModelInfo,
    /// The lens that turned hidden states into logits.
    pub lens: LensInfo,
    /// How the matrices were held: `f32`, `bf16`, `f16` or `packed` (`packed 83%` where that is the share).
    pub precision: String,
    /// How the output tokens were chosen; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// The run's id: the same for every reading of one run.
    pub run_id: String,
    /// The program and version that wrote it: `fathom 0.1.0`.
    pub program: String,
    /// The first number of the run that is not finite; absent where all that was read is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_finite: Option<NotFinite>,
    /// What the grid is; absent in a lens reading.
    #[serde(default, skip_serializing_if = "About::is_reading")]
    pub about: About,
    /// Which token a position's distribution is about.
    #[serde(default)]
    pub predicts: Predicts,
    /// The other side of a comparison, B, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Box<Info>>,
}

/// What a grid is, for its title and for programs that read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// The kind of result, one word: `lens`, `divergence`.
    pub what: Cow<'static, str>,
    /// The title of its figures.
    pub title: Cow<'static, str>,
    /// What its cells say, and what they can't, in a sentence or two.
    pub says: Cow<'static, str>,
}

impl About {
    /// Of a lens reading.
    pub const LENS: About = About {
        what: Cow::Borrowed("lens"),
        title: Cow::Borrowed("What every layer would say"),
        says: Cow::Borrowed("What a lens saw at each layer and position of one run."),
    };
    /// Of two forms of a model on the same tokens.
    pub const DIVERGENCE: About = About {
        what: Cow::Borrowed("divergence"),
        title: Cow::Borrowed("Divergence of B from A, layer by layer"),
        says: Cow::Borrowed(
            "The same tokens through two forms of a model: how far B is from A, the reference.",
        ),
    };

    fn is_reading(&self) -> bool {
        *self == About::LENS
    }
}

impl Default for About {
    fn default() -> About {
        About::LENS
    }
}

/// Which token a position's distribution is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Predicts {
    /// Position p's is about token p + 1.
    #[default]
    Next,
}

/// What a checkpoint is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelInfo {
    /// The name it was asked for by: a catalogue name, `org/name@revision`, or a file name (never a whole path).
    pub name: String,
    /// SHA-256 of the weights, lowercase hex (of the shards' hashes, in order, where there are several).
    pub sha256: String,
    /// The architecture: `llama`, `gpt2`, …
    pub family: String,
    /// Number of decoder blocks, L.
    pub layers: u32,
    /// Width of the residual stream, d.
    pub width: u32,
    /// Size of the vocabulary, V.
    pub vocabulary: u32,
    /// Number of weights (a tied head counts once).
    pub parameters: u64,
    /// How the weights are stored: `Q4_1`, `F16`, `mixed Q4_K/Q6_K`, …
    pub weights: String,
}

/// Which lens turns a hidden state into logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LensKind {
    /// `unembed(final_norm(h))` at every layer (nostalgebraist's logit lens).
    Logit,
    /// The final norm at the last layer only: what Ecco and the article do.
    Raw,
}

impl LensKind {
    /// `logit` or `raw`.
    pub fn name(self) -> &'static str {
        match self {
            LensKind::Logit => "logit",
            LensKind::Raw => "raw",
        }
    }
}

/// The lens of a reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LensInfo {
    /// Which lens.
    pub kind: LensKind,
    /// The model's final norm, in words: `RMSNorm on every row`, `LayerNorm on the last row only`.
    pub norm: String,
    /// How far sums over the vocabulary can be off, where they were screened; absent where every logit was exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<Screening>,
}

/// How hidden states are projected onto the vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionKind {
    /// Every logit in f32.
    #[default]
    F32,
    /// Logits of lower precision with a proved bound, exact ones where that decides nothing: the same ranks and candidates,
    /// sums within a recorded bound. Faster where the processor has a matrix unit, else the same as `f32`.
    Screened,
}

/// What screening did to a reading. Ranks, candidates and logits are exact all the same; probabilities, entropies and KL can
/// differ from exact ones by at most this, at the cell where it is most. These are proved bounds, far from real errors:
/// docs/performance.md measures both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Screening {
    /// Cells whose sums were screened.
    pub cells: u64,
    /// Of a probability in the reading.
    pub prob: f64,
    /// Of a surprisal (and of the logarithm of every probability), in bits.
    pub surprisal_bits: f64,
    /// Of an entropy, in bits.
    pub entropy_bits: f64,
    /// Of `KL(last layer ‖ this one)`, in bits.
    pub kl_bits: f64,
    /// Of `KL(this one ‖ last layer)`, in bits.
    pub kl_reverse_bits: f64,
}

impl Screening {
    /// Both together: all cells, and the larger of each bound.
    pub fn with(self, other: Screening) -> Screening {
        Screening {
            cells: self.cells + other.cells,
            prob: self.prob.max(other.prob),
            surprisal_bits: self.surprisal_bits.max(other.surprisal_bits),
            entropy_bits: self.entropy_bits.max(other.entropy_bits),
            kl_bits: self.kl_bits.max(other.kl_bits),
            kl_reverse_bits: self.kl_reverse_bits.max(other.kl_reverse_bits),
        }
    }
}

/// How output tokens were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SamplingMethod {
    /// The largest logit each time.
    Greedy,
    /// Drawn from the (tempered, truncated) distribution.
    Sampled,
    /// Supplied by the user: teacher forcing.
    Forced,
}

/// The sampling settings, complete enough to draw the same tokens again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sampling {
    /// The method.
    pub method: SamplingMethod,
    /// Softmax temperature, where drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// Candidates kept, where limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Probability mass kept, where limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// Seed of the generator, where drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Name of the random generator, where drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
}
