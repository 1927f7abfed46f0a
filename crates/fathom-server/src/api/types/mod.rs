//! What requests and answers hold. The OpenAPI document is made from these.

pub(crate) mod events;

use super::object;
use crate::problem::Problem;
use fathom::reading::{Site, SiteKind};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// A reading to be made. Exactly one of `prompt`, `chat` and `prompt_ids` is given, or a `parent` with an edited token.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"prompt": "The keys to the cabinet", "generate": {"max_new_tokens": 8}}))]
pub(crate) struct CreateReading {
    /// A name from `/api/v1/models`; left out: the default one.
    pub(crate) model: Option<String>,
    /// The text to run.
    pub(crate) prompt: Option<String>,
    /// A message, put through the model's own chat template.
    pub(crate) chat: Option<String>,
    /// The prompt as token ids.
    pub(crate) prompt_ids: Option<Vec<u32>>,
    /// A text that counts as the output, in place of a generated one.
    pub(crate) continuation: Option<String>,
    /// The same as token ids.
    pub(crate) continuation_ids: Option<Vec<u32>>,
    /// How to continue the prompt; left out: not at all.
    #[serde(default, deserialize_with = "object::optional")]
    pub(crate) generate: Option<Generate>,
    /// Which lens.
    #[serde(default, deserialize_with = "object::word")]
    pub(crate) lens: LensName,
    /// How states are projected onto the vocabulary.
    #[serde(default, deserialize_with = "object::word")]
    pub(crate) projection: ProjectionName,
    /// Candidates kept a cell (10).
    pub(crate) top_k: Option<usize>,
    /// Words whose ranks every cell records.
    #[serde(default)]
    pub(crate) watch: Vec<String>,
    /// Whether a BOS token goes first.
    #[serde(default, deserialize_with = "object::word")]
    pub(crate) bos: BosName,
    /// Whether strings such as `<|im_start|>` in the prompt are special tokens.
    #[serde(default)]
    pub(crate) parse_special: bool,
    /// The reading that this one varies.
    #[serde(default, deserialize_with = "object::optional")]
    pub(crate) parent: Option<Parent>,
    /// What to call it; left out: its prompt.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: Option<String>,
}

/// How to continue a prompt. Greedy unless a temperature, `top_k` or `top_p` is given.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generate {
    /// Most tokens to generate (8); an end token stops earlier.
    pub(crate) max_new_tokens: Option<usize>,
    /// Softmax temperature; 0 is greedy.
    pub(crate) temperature: Option<f32>,
    /// Candidates to draw from.
    pub(crate) top_k: Option<usize>,
    /// Probability mass to draw from.
    pub(crate) top_p: Option<f32>,
    /// Seed of the random generator (0).
    pub(crate) seed: Option<u64>,
}

/// Which lens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LensName {
    /// The final norm, then the head, at every layer.
    #[default]
    Logit,
    /// The final norm at the last layer only.
    Raw,
}

/// How states are projected onto the vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProjectionName {
    /// Every logit in f32.
    #[default]
    F32,
    /// The same ranks and candidates, faster where the processor has a matrix unit; sums within a bound that the reading records.
    Screened,
}

/// Whether a BOS token goes first.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BosName {
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
pub(crate) struct Parent {
    /// Its id.
    pub(crate) reading: String,
    /// The token that was changed, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<u32>,
    /// What stands there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<TokenName>,
}

/// A token by its text or its id, one of the two. A text that is no single token stands for its first one, or, in a
/// branch, for all.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum TokenName {
    /// By its exact text, leading space included.
    Text(ByText),
    /// By its number in the vocabulary.
    Id(ById),
}

/// A token by its exact text, leading space included.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByText {
    /// The text.
    pub(crate) text: String,
}

/// A token by its number in the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ById {
    /// The number.
    pub(crate) id: u32,
}

impl<'de> Deserialize<'de> for TokenName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TokenName, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = TokenName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(TOKEN)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TokenName, A::Error> {
                let wrong = || A::Error::custom(format!("expected {TOKEN}"));
                let name = match map.next_key::<String>()?.as_deref() {
                    Some("text") => TokenName::Text(ByText { text: map.next_value()? }),
                    Some("id") => TokenName::Id(ById { id: map.next_value()? }),
                    _ => return Err(wrong()),
                };
                match map.next_key::<String>()? {
                    None => Ok(name),
                    Some(_) => Err(wrong()),
                }
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

const TOKEN: &str = "a token, as {\"text\": \" is\"} or {\"id\": 284}";

/// Where a reading is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
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
pub(crate) struct Summary {
    /// Its id, as in `/r/{id}`.
    pub(crate) id: String,
    /// Its name: given, or the start of its prompt.
    pub(crate) name: String,
    /// The prompt's text, its start if it is long.
    pub(crate) prompt: String,
    /// The output's text.
    #[serde(default)]
    pub(crate) output: String,
    /// The model, as in `/api/v1/models`.
    pub(crate) model: String,
    /// The lens.
    pub(crate) lens: LensName,
    /// When it was asked for: milliseconds since 1970, UTC.
    pub(crate) created: u64,
    /// Where it is.
    pub(crate) status: Status,
    /// Tokens in all.
    #[serde(default)]
    pub(crate) tokens: usize,
    /// Of which before the output.
    #[serde(default)]
    pub(crate) prompt_tokens: usize,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<Parent>,
    /// How many readings go before it, while it is queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue_position: Option<usize>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<Problem>,
}

/// A reading that was accepted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Accepted {
    /// Its id.
    pub(crate) id: String,
    /// How many readings go before it.
    pub(crate) queue_position: usize,
}

/// All readings, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Readings {
    /// Those under way, then those saved.
    pub(crate) readings: Vec<Summary>,
}

/// A new name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    /// 1 to 200 characters, not all of them spaces.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: String,
}

/// A model that readings can be made with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ModelSummary {
    /// The name that requests use.
    pub(crate) name: String,
    /// Whether it is the one used when none is named.
    pub(crate) default: bool,
    /// Where it is.
    pub(crate) state: ModelState,
    /// How much of it is loaded, 0 to 1, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fraction: Option<f32>,
    /// Why it can't be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<Problem>,
    /// One line about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
    /// Its family, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<String>,
    /// Blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layers: Option<u32>,
    /// Weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<u64>,
    /// What its files say that has no effect, or another than one might expect; known once it is in memory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// Whether a model is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModelState {
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
pub(crate) struct Models {
    /// The models that may be named.
    pub(crate) models: Vec<ModelSummary>,
    /// What a request may ask for.
    pub(crate) limits: LimitsSummary,
}

/// What a request may ask for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LimitsSummary {
    /// Tokens of a prompt.
    pub(crate) prompt_tokens: usize,
    /// Tokens generated.
    pub(crate) new_tokens: usize,
    /// Words watched at once.
    pub(crate) watched: usize,
    /// Candidates a cell.
    pub(crate) top_k: usize,
    /// Seconds of computing.
    pub(crate) seconds: u64,
}

/// Tokens whose ranks are wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tokens": [{"text": " is"}, {"id": 284}]}))]
pub(crate) struct RanksRequest {
    /// The tokens.
    pub(crate) tokens: Vec<TokenName>,
}

/// The ranks of tokens at every layer and position. A column's cell (row, position) has index
/// `row * positions.len() + position's index`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Ranks {
    /// The sites, in order of depth.
    pub(crate) rows: Vec<Row>,
    /// The positions, ascending.
    pub(crate) positions: Vec<u32>,
    /// One entry a token asked for, in that order.
    pub(crate) tokens: Vec<RanksColumns>,
}

/// A site.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Row {
    /// Which place of a block.
    #[schema(value_type = String, example = "resid_post")]
    pub(crate) site: SiteKind,
    /// The block, -1 for the embedding.
    pub(crate) layer: i32,
}

impl Row {
    /// As the API writes it.
    pub(crate) fn of(site: Site) -> Row {
        Row { site: site.kind, layer: site.layer_number() }
    }
}

/// The numbers of one token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RanksColumns {
    /// The token that the numbers are of.
    pub(crate) id: u32,
    /// Its text, as asked or on its own.
    pub(crate) text: String,
    /// All tokens of the text: the numbers are the first one's.
    pub(crate) ids: Vec<u32>,
    /// Says so, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Ranks, 1 is best; null in a cell without numbers (its state is not finite).
    pub(crate) rank: Vec<Option<u32>>,
    /// Probabilities over the whole vocabulary; null likewise.
    pub(crate) prob: Vec<Option<f32>>,
    /// Logits; null likewise, and where one is -inf.
    pub(crate) logit: Vec<Option<f32>>,
}
