//! What a column of a grid is: its name, its type, what it says, and how it is coloured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The definition of a column. Those that Fathom itself computes stand in [`known`](crate::known); a grid's file holds
/// the definitions of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// The name in data: `kl_bits`.
    pub name: Cow<'static, str>,
    /// The name that people type to colour by it: `kl`; the whole name where there is no shorter one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<Cow<'static, str>>,
    /// The type of its values.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// How many values a cell has of it.
    pub per: Per,
    /// What its numbers are.
    pub unit: Unit,
    /// Whether it is a number of the column's target token, and not of the cell as a whole.
    #[serde(default, skip_serializing_if = "is_false")]
    pub of_target: bool,
    /// Name and unit, for a legend: `KL, bits`.
    pub label: Cow<'static, str>,
    /// What it measures, in a few words: `KL from the last layer, bits`.
    pub describes: Cow<'static, str>,
    /// A figure's title, where it has another than `describes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Cow<'static, str>>,
    /// The definition: a formula, its source, and where there is no number.
    pub says: Cow<'static, str>,
    /// How it colours a cell; absent where it can't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// Whether every lens reading has it. Others may be missing in readings of earlier versions.
    #[serde(skip)]
    pub required: bool,
}

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// A 32-bit float; NaN (null in files) where there is no number.
    Number,
    /// A [`Rank`](crate::Rank).
    Rank,
    /// A [`TokenId`](crate::TokenId).
    Token,
}

/// How many values a cell has of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// One.
    Cell,
    /// One per candidate.
    Candidate,
    /// One per watched token.
    Watched,
}

/// What a column's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A token.
    Token,
    /// A rank, 1 is best.
    Rank,
    /// A logit, or a difference or a part of one.
    Logit,
    /// A probability or a share, 0..1.
    Probability,
    /// Bits.
    Bits,
    /// A ratio of two lengths.
    Ratio,
}

/// How a column colours cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Scale {
    /// The same ends in every grid, so that two compare.
    Fixed {
        /// The curve between its ends.
        curve: Curve,
        /// The number of strength 1: the sure, settled end.
        strong: f32,
        /// The number of strength 0.
        faint: f32,
        /// Beyond this number, as seen from `strong`, a cell stays blank.
        blank: f32,
        /// What a legend names, strongest first.
        ticks: Cow<'static, [f32]>,
        /// The ends of the four steps that stand in for colour, strongest first.
        steps: [f32; 4],
    },
    /// The grid's own range, weakest to strongest: numbers of two grids don't compare.
    Own,
    /// Two colours that meet at a centre.
    Diverging {
        /// The number without colour.
        centre: f32,
        /// How far from the centre colours are strongest; absent: as far as the grid's own numbers go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reach: Option<f32>,
    },
}

/// How a number becomes a strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Curve {
    /// Evenly in its logarithm.
    Log,
    /// Evenly in its square root: what tells 0.1 from 1 matters more than what tells 12 from 13.
    Root,
    /// Evenly.
    Linear,
}

impl Curve {
    fn along(self, x: f32) -> f32 {
        match self {
            Curve::Log => x.max(f32::MIN_POSITIVE).ln(),
            Curve::Root => x.max(0.0).sqrt(),
            Curve::Linear => x,
        }
    }

    /// How far `value` is from `faint` (0) to `strong` (1), cut to that.
    pub fn strength(self, value: f32, faint: f32, strong: f32) -> f32 {
        let span = self.along(strong) - self.along(faint);
        if span == 0.0 { 1.0 } else { ((self.along(value) - self.along(faint)) / span).clamp(0.0, 1.0) }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Column {
    /// A number per cell of the whole cell, that is coloured by `scale`: what most new results are. `name` says its
    /// unit where it has one.
    pub fn number(name: impl Into<Cow<'static, str>>, unit: Unit, scale: Scale) -> Column {
        let name = name.into();
        Column {
            short: None,
            value_type: ValueType::Number,
            per: Per::Cell,
            unit,
            of_target: false,
            label: name.clone(),
            describes: name.clone(),
            title: None,
            says: name.clone(),
            scale: Some(scale),
            required: false,
            name,
        }
    }

    /// The known column of its name, where there is one: a file says nothing else about it.
    pub(crate) fn or_known(self) -> Cow<'static, Column> {
        let known = crate::known::ALL.iter().find(|known| known.name == self.name);
        known.map_or_else(|| Cow::Owned(self), |known| Cow::Borrowed(*known))
    }

    /// The name that people type: the short one, where there is one.
    pub fn typed_name(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.name)
    }

    /// Whether it can colour cells.
    pub fn is_colour(&self) -> bool {
        self.per == Per::Cell && self.scale.is_some()
    }

    /// Its field within the record of a target, a candidate or a watched token: `prob` of `top_prob`. `None` for a
    /// column that is a field of the cell.
    pub(crate) fn field(&self) -> Option<&str> {
        let prefix = match self.per {
            Per::Cell => "target_",
            Per::Candidate => "top_",
            Per::Watched => "watch_",
        };
        self.name.strip_prefix(prefix)
    }
}
