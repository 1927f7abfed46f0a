//! Typed indices, so that a layer can't be handed over where a position is meant. In memory each is its `u32`, so that
//! a column of them can be lent to numpy as it is.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::num::NonZeroU32;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a `usize`, for slices.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<u32> for $name {
            fn from(value: u32) -> Self {
                $name(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

index! {
    /// A decoder block, 0 .. L-1.
    #[derive(Serialize)]
    Layer
}
index! {
    /// Where a hidden state sits in its run, 0 .. T-1. Position `p` predicts token `p + 1`.
    #[derive(Serialize)]
    Position
}
index! {
    /// A token of the model's vocabulary, 0 .. V-1. [`TokenId::NONE`] is written as null.
    TokenId
}

impl TokenId {
    /// No token, where a column must hold something: the candidates of a cell without numbers, and the last position's
    /// target where the last layer chose none.
    pub const NONE: TokenId = TokenId(u32::MAX);

    /// The token, unless it is [`TokenId::NONE`].
    pub fn some(self) -> Option<TokenId> {
        (self != TokenId::NONE).then_some(self)
    }
}

impl Serialize for TokenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.some().map(|id| id.0).serialize(serializer)
    }
}

/// A place in the order of logits, 1 .. V: `1 + #{u : z[u] > z[v]}`, so 1 is best and ties share the better rank.
/// [`Rank::NONE`], behind all others, is written as null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
#[repr(transparent)]
pub struct Rank(NonZeroU32);

impl Rank {
    /// The best rank.
    pub const FIRST: Rank = Rank(NonZeroU32::MIN);

    /// No rank, where a column must hold something: of a token in a cell without numbers.
    pub const NONE: Rank = Rank(NonZeroU32::MAX);

    /// The rank, unless it is [`Rank::NONE`].
    pub fn some(self) -> Option<Rank> {
        (self != Rank::NONE).then_some(self)
    }

    /// Its number, or NaN for [`Rank::NONE`]: for scales and sums.
    pub fn number(self) -> f32 {
        self.some().map_or(f32::NAN, |rank| rank.get() as f32)
    }

    /// The rank of a token that `above` tokens beat.
    pub fn from_count_above(above: u32) -> Rank {
        Rank(NonZeroU32::MIN.saturating_add(above))
    }

    /// The rank from its number, or `None` for what is no rank: 0, and the number that [`Rank::NONE`] takes.
    pub fn new(rank: u32) -> Option<Rank> {
        NonZeroU32::new(rank).and_then(|rank| Rank(rank).some())
    }

    /// The rank's number, at least 1.
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.some() {
            Some(rank) => rank.get().fmt(f),
            None => f.write_str(crate::text::NO_NUMBER),
        }
    }
}

impl Serialize for Rank {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.some().map(Rank::get).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rank, D::Error> {
        let rank = u32::deserialize(deserializer)?;
        Rank::new(rank).ok_or_else(|| D::Error::custom(format!("{rank} is no rank: ranks begin at 1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_is_null_and_no_number_stands_for_it() {
        assert_eq!(
            serde_json::to_string(&(Rank::NONE, TokenId::NONE, Rank::FIRST, TokenId(7))).unwrap(),
            "[null,null,1,7]"
        );
        assert_eq!((Rank::new(0), Rank::new(u32::MAX)), (None, None));
        assert!(
            serde_json::from_str::<Rank>("4294967295").is_err() && serde_json::from_str::<Rank>("0").is_err()
        );
        assert!(Rank::NONE.number().is_nan() && Rank::FIRST.number() == 1.0 && Rank::FIRST < Rank::NONE);
    }
}
