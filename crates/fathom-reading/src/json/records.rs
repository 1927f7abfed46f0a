//! The records of the JSON form, for writing and reading alike.

use crate::{
    About, Column, Info, Layer, LensInfo, ModelInfo, NotFinite, Origin, Place, Position, Predicts,
    ReadingError, Sampling, Site, SiteKind, TokenId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// What a logit lens saw at each layer and position of one run of a language model.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reading")]
pub(super) struct Document<'a> {
    /// Name and version of this form. Another number after the slash is another form.
    #[schemars(regex(pattern = r"^fathom\.(reading|grid)/1(\.[0-9]+)?$"))]
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
    /// What a grid is that is no lens reading. Left out in a reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<&'a About>,
    /// Which token a position's distribution is about. Left out in a reading, where it is the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) predicts: Option<Predicts>,
    /// The other side of a comparison, B. Left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other: Option<&'a Info>,
    /// The definitions of a grid's columns. Left out in a reading, whose columns this schema defines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) columns: Vec<&'a Column>,
    /// The first number of the run that is not finite, and so why cells are without numbers. Left out when all are finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_finite: Option<NotFinite>,
    /// The run's tokens, all of them.
    pub(super) tokens: Vec<TokenRecord<'a>>,
    /// The sites read, in order of depth. Optional when reading: then those of the cells.
    pub(super) rows: Vec<RowRecord>,
    /// The positions read, ascending; none where the columns stand for something else. Optional when reading: then
    /// those of the cells.
    pub(super) positions: &'a [Position],
    /// What a grid's columns stand for, where that is not positions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) axis: Option<AxisRecord>,
    /// The strings watched, in the order of each cell's `watch`.
    pub(super) watched: Vec<WatchedRecord<'a>>,
    /// Texts of tokens that no cell names (further tokens of watched strings, say). Left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) vocabulary: Vec<TextRecord<'a>>,
    /// One record a site and position, site by site.
    #[schemars(schema_with = "super::schema::cells")]
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

/// What a row is about: a site, or a part of one.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Row")]
pub(super) struct RowRecord {
    /// Which place of a block.
    pub(super) site: SiteKind,
    /// The block, -1 for the embedding.
    #[schemars(range(min = -1))]
    pub(super) layer: i32,
    /// The attention head, where only its part is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) head: Option<u32>,
    /// The neuron, where only its part is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<u32>,
    /// The position that the head read from, where only that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<Position>,
}

/// What the columns stand for.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Axis")]
pub(super) struct AxisRecord {
    /// What one is called: `span`, `receiver`, `layer_b`. A cell names its own under this name.
    pub(super) name: String,
    /// Each column, as cells name it.
    pub(super) labels: Vec<String>,
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
    pub(super) fn new(place: Place) -> RowRecord {
        RowRecord {
            site: place.site.kind,
            layer: place.site.layer_number(),
            head: place.head,
            unit: place.unit,
            source: place.source,
        }
    }

    /// The place, if the fields make one.
    pub(super) fn place(self) -> Result<Place, ReadingError> {
        let layer = u32::try_from(self.layer).ok().map(Layer);
        let site = match (self.site, layer) {
            (SiteKind::Embed, None) if self.layer == -1 => Site::EMBED,
            (SiteKind::Embed, _) => return Err(ReadingError::invalid("layer of embed", -1, self.layer)),
            (kind, Some(layer)) => Site::within(kind, layer),
            (kind, None) => {
                let place = format!("layer of {}", kind.name());
                return Err(ReadingError::invalid(place, "0 or more", self.layer));
            }
        };
        Ok(Place { site, head: self.head, unit: self.unit, source: self.source })
    }
}
