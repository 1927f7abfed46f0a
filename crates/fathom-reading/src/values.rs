//! The values of one column, of whichever type it holds.

use crate::column::ValueType;
use crate::{Rank, TokenId};
use std::fmt;
use std::ops::Range;

/// The values of a column, one type for all.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of [`ValueType::Number`].
    Numbers(Vec<f32>),
    /// Of [`ValueType::Rank`].
    Ranks(Vec<Rank>),
    /// Of [`ValueType::Token`].
    Tokens(Vec<TokenId>),
}

/// A type that a column can hold: `f32`, [`Rank`] or [`TokenId`].
pub trait Value: Copy + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// What definitions call it.
    const TYPE: ValueType;
    /// What stands where there is no number.
    const NONE: Self;
    /// Values of this type.
    fn wrap(values: Vec<Self>) -> Values;
    /// The values, if they are of this type.
    fn of(values: &Values) -> Option<&Vec<Self>>;
    /// As [`Value::of`], to be changed.
    fn of_mut(values: &mut Values) -> Option<&mut Vec<Self>>;
}

macro_rules! value {
    ($type:ty, $variant:ident, $value_type:ident, $none:expr) => {
        impl Value for $type {
            const TYPE: ValueType = ValueType::$value_type;
            const NONE: Self = $none;

            fn wrap(values: Vec<Self>) -> Values {
                Values::$variant(values)
            }

            fn of(values: &Values) -> Option<&Vec<Self>> {
                if let Values::$variant(values) = values { Some(values) } else { None }
            }

            fn of_mut(values: &mut Values) -> Option<&mut Vec<Self>> {
                if let Values::$variant(values) = values { Some(values) } else { None }
            }
        }
    };
}

value!(f32, Numbers, Number, f32::NAN);
value!(Rank, Ranks, Rank, Rank::NONE);
value!(TokenId, Tokens, Token, TokenId::NONE);

/// Runs `$body` with the vector inside, whatever its type.
macro_rules! each_type {
    ($values:expr, $inner:ident => $body:expr) => {
        match $values {
            Values::Numbers($inner) => $body,
            Values::Ranks($inner) => $body,
            Values::Tokens($inner) => $body,
        }
    };
}

/// As [`each_type`], and makes values of the same type of what `$body` gives.
macro_rules! map_type {
    ($values:expr, $inner:ident => $body:expr) => {
        match $values {
            Values::Numbers($inner) => Values::Numbers($body),
            Values::Ranks($inner) => Values::Ranks($body),
            Values::Tokens($inner) => Values::Tokens($body),
        }
    };
}

impl Values {
    /// No values yet.
    pub fn empty(value_type: ValueType) -> Values {
        Values::none(value_type, 0)
    }

    /// `count` values that are none.
    pub fn none(value_type: ValueType, count: usize) -> Values {
        match value_type {
            ValueType::Number => Values::Numbers(vec![f32::NAN; count]),
            ValueType::Rank => Values::Ranks(vec![Rank::NONE; count]),
            ValueType::Token => Values::Tokens(vec![TokenId::NONE; count]),
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        each_type!(self, values => values.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type.
    pub fn value_type(&self) -> ValueType {
        match self {
            Values::Numbers(_) => ValueType::Number,
            Values::Ranks(_) => ValueType::Rank,
            Values::Tokens(_) => ValueType::Token,
        }
    }

    /// Value `index` as a number for scales and means: a rank's own number, NaN where there is none, and of a token.
    ///
    /// # Panics
    /// If there is no such value.
    pub fn number(&self, index: usize) -> f32 {
        match self {
            Values::Numbers(values) => values[index],
            Values::Ranks(values) => values[index].number(),
            Values::Tokens(_) => f32::NAN,
        }
    }

    /// Of values with `each` per cell, those of `cells`, in their order.
    pub(crate) fn of_cells(&self, each: usize, cells: &[usize]) -> Values {
        map_type!(self, values => {
            cells.iter().flat_map(|cell| values[cell * each..(cell + 1) * each].iter().copied()).collect()
        })
    }

    /// Of values with `all` per cell, those at `kept`.
    pub(crate) fn pick(&self, all: usize, kept: &[usize]) -> Values {
        map_type!(self, values => {
            values.chunks_exact(all.max(1)).flat_map(|cell| kept.iter().map(|&index| cell[index])).collect()
        })
    }

    /// Appends a part of `other`, which is of the same type.
    pub(crate) fn extend(&mut self, other: &Values, range: Range<usize>) {
        match (self, other) {
            (Values::Numbers(mine), Values::Numbers(other)) => mine.extend_from_slice(&other[range]),
            (Values::Ranks(mine), Values::Ranks(other)) => mine.extend_from_slice(&other[range]),
            (Values::Tokens(mine), Values::Tokens(other)) => mine.extend_from_slice(&other[range]),
            _ => unreachable!("columns of one name have one type"),
        }
    }

    /// Appends `count` values that are none.
    pub(crate) fn extend_none(&mut self, count: usize) {
        let length = self.len() + count;
        match self {
            Values::Numbers(values) => values.resize(length, f32::NAN),
            Values::Ranks(values) => values.resize(length, Rank::NONE),
            Values::Tokens(values) => values.resize(length, TokenId::NONE),
        }
    }

    /// Turns these values into none.
    pub(crate) fn clear(&mut self, range: Range<usize>) {
        match self {
            Values::Numbers(values) => values[range].fill(f32::NAN),
            Values::Ranks(values) => values[range].fill(Rank::NONE),
            Values::Tokens(values) => values[range].fill(TokenId::NONE),
        }
    }

    /// Whether these values are all none.
    pub(crate) fn are_none(&self, range: Range<usize>) -> bool {
        match self {
            Values::Numbers(values) => values[range].iter().all(|number| number.is_nan()),
            Values::Ranks(values) => values[range].iter().all(|rank| *rank == Rank::NONE),
            Values::Tokens(values) => values[range].iter().all(|id| *id == TokenId::NONE),
        }
    }
}
