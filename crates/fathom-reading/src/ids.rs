//! Typed indices, so that a layer can't be handed over where a position is meant. In memory each is its `u32`, so that
//! a column of them can be lent to numpy as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
    Layer
}
index! {
    /// Where a hidden state sits in its run, 0 .. T-1. Position `p` predicts token `p + 1`.
    Position
}
index! {
    /// A token of the model's vocabulary, 0 .. V-1.
    TokenId
}

/// A place in the order of logits, 1 .. V: `1 + #{u : z[u] > z[v]}`, so 1 is best and ties share the better rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[repr(transparent)]
pub struct Rank(NonZeroU32);

impl Rank {
    /// The best rank.
    pub const FIRST: Rank = Rank(NonZeroU32::MIN);

    /// The rank of a token that `above` tokens beat.
    pub fn from_count_above(above: u32) -> Rank {
        Rank(NonZeroU32::MIN.saturating_add(above))
    }

    /// The rank from its number, or `None` for 0, which is no rank.
    pub fn new(rank: u32) -> Option<Rank> {
        NonZeroU32::new(rank).map(Rank)
    }

    /// The rank's number, at least 1.
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
