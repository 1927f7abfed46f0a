//! What requests and answers hold. The OpenAPI document is made from these.

use crate::problem::Problem;
use fathom::reading::{Origin, Site, SiteKind, Token};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A reading to be made. Exactly one of `prompt`, `chat` and `prompt_ids` is given, or a `parent` with an edited token.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"prompt": "The keys to the cabinet", "generate": {"max_new_tokens": 8}}))]
pub struct CreateReading {
    /// A name from `/api/v1/models`; left out: the default one.
    pub model: Option<String>,
    /// The text to run.
    pub prompt: Option<String>,
    /// A message, put through the model's own chat template.
    pub chat: Option<String>,
    /// The prompt as token ids.
    pub prompt_ids: Option<Vec<u32>>,
    /// A text that counts as the output, in place of a generated one.
    pub continuation: Option<String>,
    /// The same as token ids.
    pub continuation_ids: Option<Vec<u32>>,
    /// How to continue the prompt; left out: not at all.
    pub generate: Option<Generate>,
    /// Which lens.
    #[serde(default)]
    pub lens: LensName,
    /// Candidates kept a cell (10).
    pub top_k: Option<usize>,
    /// Words whose ranks every cell records.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Whether a BOS token goes first.
    #[serde(default)]
    pub bos: BosName,
    /// Whether strings such as `<|im_start|>` in the prompt are special tokens.
    #[serde(default)]
    pub parse_special: bool,
    /// The reading that this one varies.
    pub parent: Option<Parent>,
    /// What to call it; left out: its prompt.
    pub name: Option<String>,
}

/// How to continue a prompt. Greedy unless a temperature, `top_k` or `top_p` is given.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// Most tokens to generate (8); an end token stops earlier.
    pub max_new_tokens: Option<usize>,
    /// Softmax temperature; 0 is greedy.
    pub temperature: Option<f32>,
    /// Candidates to draw from.
    pub top_k: Option<usize>,
    /// Probability mass to draw from.
    pub top_p: Option<f32>,
    /// Seed of the random generator (0).
    pub seed: Option<u64>,
}

/// Which lens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LensName {
    /// The final norm, then the head, at every layer.
    #[default]
    Logit,
    /// The final norm at the last layer only.
    Raw,
}

/// Whether a BOS token goes first.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BosName {
    /// As the model's tokenizer does it.
    #[default]
    Auto,
    /// Yes.
    On,
    /// No.
    Off,
}

/// Where a reading comes from. With a `token` it is a branch: the parent's tokens before `position`, then that token
/// in place of the one that stood there, and on from there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// Its id.
    pub reading: String,
    /// The token that was changed, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// What stands there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenName>,
}

/// A token by its text or its id. A text that is no single token stands for its first one, or, in a branch, for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TokenName {
    /// By its exact text, leading space included.
    Text {
        /// The text.
        text: String,
    },
    /// By its number in the vocabulary.
    Id {
        /// The number.
        id: u32,
    },
}

/// Where a reading is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for its turn.
    Queued,
    /// Being computed.
    Running,
    /// Finished and saved.
    Done,
    /// It could not be made: see `problem`.
    Failed,
    /// It was stopped.
    Cancelled,
}

/// A reading in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// Its id, as in `/r/{id}`.
    pub id: String,
    /// Its name: given, or the start of its prompt.
    pub name: String,
    /// The prompt's text, its start if it is long.
    pub prompt: String,
    /// The output's text.
    #[serde(default)]
    pub output: String,
    /// The model, as in `/api/v1/models`.
    pub model: String,
    /// The lens.
    pub lens: LensName,
    /// When it was asked for: milliseconds since 1970, UTC.
    pub created: u64,
    /// Where it is.
    pub status: Status,
    /// Tokens in all.
    #[serde(default)]
    pub tokens: usize,
    /// Of which before the output.
    #[serde(default)]
    pub prompt_tokens: usize,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// How many readings go before it, while it is queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_position: Option<usize>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// A reading that was accepted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// How many readings go before it.
    pub queue_position: usize,
}

/// All readings, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Readings {
    /// Those under way, then those saved.
    pub readings: Vec<Summary>,
}

/// A new name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// 1 to 200 characters.
    pub name: String,
}

/// A model that readings can be made with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ModelSummary {
    /// The name that requests use.
    pub name: String,
    /// Whether it is the one used when none is named.
    pub default: bool,
    /// Where it is.
    pub state: ModelState,
    /// How much of it is loaded, 0 to 1, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<f32>,
    /// Why it can't be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// One line about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Its family, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<u32>,
    /// Weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<u64>,
}

/// Whether a model is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// On disk; a reading loads it.
    Present,
    /// Being fetched or loaded.
    Loading,
    /// In memory.
    Ready,
    /// It can't be loaded.
    Failed,
}

/// What this server has and takes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Models {
    /// The models that may be named.
    pub models: Vec<ModelSummary>,
    /// What a request may ask for.
    pub limits: LimitsSummary,
}

/// What a request may ask for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimitsSummary {
    /// Tokens of a prompt.
    pub prompt_tokens: usize,
    /// Tokens generated.
    pub new_tokens: usize,
    /// Words watched at once.
    pub watched: usize,
    /// Candidates a cell.
    pub top_k: usize,
    /// Seconds of computing.
    pub seconds: u64,
}

/// Tokens whose ranks are wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tokens": [{"text": " is"}, {"id": 284}]}))]
pub struct RanksRequest {
    /// The tokens.
    pub tokens: Vec<TokenName>,
}

/// The ranks of tokens at every layer and position. A column's cell (row, position) has index
/// `row * positions.len() + position's index`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ranks {
    /// The sites, in order of depth.
    pub rows: Vec<Row>,
    /// The positions, ascending.
    pub positions: Vec<u32>,
    /// One entry a token asked for, in that order.
    pub tokens: Vec<RanksColumns>,
}

/// A site.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Row {
    /// Which place of a block.
    #[schema(value_type = String, example = "resid_post")]
    pub site: SiteKind,
    /// The block, -1 for the embedding.
    pub layer: i32,
}

impl Row {
    /// As the API writes it.
    pub(crate) fn of(site: Site) -> Row {
        Row { site: site.kind, layer: site.layer_number() }
    }
}

/// The numbers of one token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RanksColumns {
    /// The token that the numbers are of.
    pub id: u32,
    /// Its text, as asked or on its own.
    pub text: String,
    /// All tokens of the text: the numbers are the first one's.
    pub ids: Vec<u32>,
    /// Says so, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Ranks, 1 is best.
    pub rank: Vec<u32>,
    /// Probabilities over the whole vocabulary.
    pub prob: Vec<f32>,
    /// Logits.
    pub logit: Vec<f32>,
}

/// A token of a run, in events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunToken {
    /// Where it stands in the run.
    pub index: usize,
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its text within the run.
    pub text: String,
    /// Where it came from.
    #[schema(value_type = String, example = "prompt")]
    pub origin: Origin,
}

impl RunToken {
    /// As the API writes it.
    pub(crate) fn of(index: usize, token: &Token) -> RunToken {
        RunToken { index, id: token.id.0, text: token.text.clone(), origin: token.origin }
    }
}

/// The `started` event: what is known before the first column.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Started {
    /// The prompt's tokens.
    pub tokens: Vec<RunToken>,
    /// The rows to come.
    pub rows: Vec<Row>,
    /// The model.
    pub model: String,
    /// Most tokens still to be generated.
    pub max_new_tokens: usize,
}
