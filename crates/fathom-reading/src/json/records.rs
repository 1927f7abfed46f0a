//! The records of the JSON form, for writing and reading alike.

use crate::{
    LensInfo, ModelInfo, NotFinite, Origin, Position, Rank, ReadingError, Sampling, Site, SiteKind, TokenId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// What a logit lens saw at each layer and position of one run of a language model.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reading")]
pub(super) struct Document<'a> {
    /// Name and version of this form. Another number after the slash is another form.
    #[schemars(regex(pattern = r"^fathom\.reading/1(\.[0-9]+)?$"))]
    pub(super) schema: &'static str,
    /// The model that ran.
    pub(super) model: &'a ModelInfo,
    /// The lens that turned hidden states into logits.
    pub(super) lens: &'a LensInfo,
    /// How the matrices were held: `f32`, `bf16`, `f16` or `packed` (`packed 83%` where that is the share).
    pub(super) precision: &'a str,
    /// How the output tokens were chosen; null when there are none.
    pub(super) sampling: Option<&'a Sampling>,
    /// The run's id: the same for every reading of one run.
    pub(super) run_id: &'a str,
    /// The program and version that wrote this.
    pub(super) program: &'a str,
    /// The first number of the run that is not finite, and so why cells are without numbers. Left out when all are finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_finite: Option<NotFinite>,
    /// The run's tokens, all of them.
    pub(super) tokens: Vec<TokenRecord<'a>>,
    /// The sites read, in order of depth. Optional when reading: then those of the cells.
    pub(super) rows: Vec<RowRecord>,
    /// The positions read, ascending. Optional when reading: then those of the cells.
    pub(super) positions: &'a [Position],
    /// The strings watched, in the order of each cell's `watch`.
    pub(super) watched: Vec<WatchedRecord<'a>>,
    /// Texts of tokens that no cell names (further tokens of watched strings, say). Left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) vocabulary: Vec<TextRecord<'a>>,
    /// One record a site and position, site by site.
    #[schemars(with = "Vec<CellRecord>")]
    pub(super) cells: super::write::Cells<'a>,
}

/// A token of the run.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(super) struct TokenRecord<'a> {
    /// Its number in the vocabulary.
    pub(super) id: TokenId,
    /// Its text within the run: a character spread over tokens stands on the last of them, other bytes are ⟨E2⟩.
    pub(super) text: Cow<'a, str>,
    /// Its bytes, in lowercase hex.
    pub(super) bytes: Hex<'a>,
    /// Where it came from.
    pub(super) origin: Origin,
}

/// A site that was read.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Row")]
pub(super) struct RowRecord {
    /// Which place of a block.
    pub(super) site: SiteKind,
    /// The block, -1 for the embedding.
    #[schemars(range(min = -1))]
    pub(super) layer: i32,
}

/// A watched string.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Watched")]
pub(super) struct WatchedRecord<'a> {
    /// What was asked for.
    pub(super) text: Cow<'a, str>,
    /// Its tokens. The cells hold the first one's numbers.
    #[schemars(length(min = 1))]
    pub(super) ids: Cow<'a, [TokenId]>,
    /// For several tokens: how likely the whole string is after one position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sequence: Option<SequenceRecord>,
    /// For several tokens: says that the cells hold the first one's numbers. For people; not read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<Cow<'a, str>>,
}

/// The probability of a watched string of several tokens.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SequenceScore")]
pub(super) struct SequenceRecord {
    /// The position whose next tokens the string would be.
    pub(super) position: Position,
    /// Per row: the sum over the string's tokens of log2 of the token's probability given all before it; null where that
    /// is not finite.
    #[schemars(with = "Vec<Option<f32>>")]
    pub(super) logprob_bits: Vec<Number>,
}

/// The text of a token on its own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Text")]
pub(super) struct TextRecord<'a> {
    /// The token.
    pub(super) id: TokenId,
    /// Its text.
    pub(super) text: Cow<'a, str>,
}

/// What the lens saw at one site and position. What is not finite is null; a cell whose logits have no distribution (its
/// state is not finite, or the head overflows) has no number and no candidate.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Cell")]
pub(super) struct CellRecord<'a> {
    /// Which place of a block.
    pub(super) site: SiteKind,
    /// The block, -1 for the embedding.
    #[schemars(range(min = -1))]
    pub(super) layer: i32,
    /// Where the hidden state sits in the run. Position p predicts token p + 1.
    pub(super) position: Position,
    /// The token that came next, or the model's choice where none came.
    pub(super) target: TargetRecord<'a>,
    /// The most likely tokens, best first; none in a cell without numbers.
    pub(super) top: Vec<CandidateRecord<'a>>,
    /// Entropy of the whole distribution, in bits.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) entropy_bits: f32,
    /// KL(last layer ‖ this one), in bits: zero at the last layer; null where the last layer has no distribution.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) kl_bits: f32,
    /// KL(this one ‖ last layer), in bits; null likewise.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) kl_reverse_bits: f32,
    /// -log2 of the target's probability.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) surprisal_bits: f32,
    /// The watched tokens (first tokens of watched strings), in the order of `watched`.
    pub(super) watch: Vec<ScoreRecord<'a>>,
}

/// The numbers of a cell's target.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Target")]
pub(super) struct TargetRecord<'a> {
    /// The token; null where no token came next and the last layer has no best one.
    #[serde(deserialize_with = "target_id")]
    #[schemars(with = "Option<TokenId>")]
    pub(super) id: TokenId,
    /// Its text on its own; null without a token.
    #[serde(deserialize_with = "target_text")]
    pub(super) text: Option<Cow<'a, str>>,
    /// Its logit.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) logit: f32,
    /// Its probability over the whole vocabulary.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) prob: f32,
    /// One more than the number of tokens with a larger logit; null in a cell without numbers.
    #[serde(deserialize_with = "rank")]
    #[schemars(with = "Option<Rank>")]
    pub(super) rank: Rank,
    /// True where no token came next and the last layer's best stands in.
    pub(super) is_argmax: bool,
}

/// A candidate of a cell.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Candidate")]
pub(super) struct CandidateRecord<'a> {
    /// The token.
    pub(super) id: TokenId,
    /// Its text on its own.
    pub(super) text: Cow<'a, str>,
    /// Its logit.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) logit: f32,
    /// Its probability.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) prob: f32,
}

/// The numbers of a watched token in a cell.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Score")]
pub(super) struct ScoreRecord<'a> {
    /// The token.
    pub(super) id: TokenId,
    /// Its text on its own.
    pub(super) text: Cow<'a, str>,
    /// Its logit.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) logit: f32,
    /// Its probability.
    #[serde(deserialize_with = "number")]
    #[schemars(with = "Option<f32>")]
    pub(super) prob: f32,
    /// Its rank; null in a cell without numbers.
    #[serde(deserialize_with = "rank")]
    #[schemars(with = "Option<Rank>")]
    pub(super) rank: Rank,
}

/// A number that is present but may be null. (A mere `Option` would let the field be missing.)
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    Number::deserialize(deserializer).map(|number| number.0)
}

/// A rank that is present but may be null.
fn rank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rank, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(Rank::NONE))
}

/// A target that is present but may be null.
fn target_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TokenId, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(TokenId::NONE))
}

/// A text that is present but may be null.
fn target_text<'de, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Cow::Owned))
}

/// An f32 of a list: what is not finite is null, and null is NaN. (serde_json writes non-finite numbers as null.)
#[derive(Clone, Copy, Serialize)]
#[serde(transparent)]
pub(super) struct Number(pub(super) f32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Number(Option::<f32>::deserialize(deserializer)?.unwrap_or(f32::NAN)))
    }
}

/// Bytes as lowercase hex.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(super) struct Hex<'a>(
    #[schemars(with = "String", regex(pattern = r"^([0-9a-f]{2})*$"))] pub(super) Cow<'a, [u8]>,
);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
        let hex: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        serializer.serialize_str(&hex)
    }
}

impl<'de> Deserialize<'de> for Hex<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let hex = Cow::<str>::deserialize(deserializer)?;
        let digit = |c: u8| char::from(c).to_digit(16).map(|digit| digit as u8);
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
        bytes
            .map(|bytes| Hex(bytes.into()))
            .ok_or_else(|| D::Error::custom("bytes are not pairs of hex digits"))
    }
}

impl RowRecord {
    pub(super) fn new(site: Site) -> RowRecord {
        RowRecord { site: site.kind, layer: site.layer_number() }
    }

    /// The site, if the two fields make one.
    pub(super) fn site(self) -> Result<Site, ReadingError> {
        let layer = u32::try_from(self.layer).ok().map(crate::Layer);
        match (self.site, layer) {
            (SiteKind::Embed, None) if self.layer == -1 => Ok(Site::EMBED),
            (SiteKind::Embed, _) => Err(ReadingError::invalid("layer of embed", -1, self.layer)),
            (kind, Some(layer)) => Ok(Site::within(kind, layer)),
            (kind, None) => {
                Err(ReadingError::invalid(format!("layer of {}", kind.name()), "0 or more", self.layer))
            }
        }
    }
}
