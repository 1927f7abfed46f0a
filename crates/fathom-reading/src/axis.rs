//! What the columns of a grid stand for.

use crate::{Layer, Place, Position, ReadingError};
use std::fmt::{self, Display};
use std::str::FromStr;

/// What the columns of a grid stand for, each once and in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Positions of states: of most results.
    Positions(Vec<Position>),
    /// Runs of positions that are treated as one, `2..4` with both ends.
    Spans(Vec<Span>),
    /// Places that receive from the rows.
    Receivers(Vec<Place>),
    /// Layers of the other side of a comparison.
    Layers(Vec<Layer>),
}

/// Positions from `first` to `last`, both counted; written `2..4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first.
    pub first: Position,
    /// The last.
    pub last: Position,
}

impl Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let number = |text: &str| text.parse().ok().map(Position);
        match text.split_once("..").map(|(first, last)| (number(first), number(last))) {
            Some((Some(first), Some(last))) if first <= last => Ok(Span { first, last }),
            _ => Err(format!("a span is \"2..4\", found {text:?}")),
        }
    }
}

impl Axis {
    /// How many columns.
    pub fn len(&self) -> usize {
        match self {
            Axis::Positions(all) => all.len(),
            Axis::Spans(all) => all.len(),
            Axis::Receivers(all) => all.len(),
            Axis::Layers(all) => all.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What one column is called in data: `position`, `span`, `receiver`, `layer_b`.
    pub fn name(&self) -> &'static str {
        match self {
            Axis::Positions(_) => "position",
            Axis::Spans(_) => "span",
            Axis::Receivers(_) => "receiver",
            Axis::Layers(_) => "layer_b",
        }
    }

    /// The name of column `index`: `4`, `2..4`, `27.h8`.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn label(&self, index: usize) -> String {
        match self {
            Axis::Positions(all) => all[index].to_string(),
            Axis::Spans(all) => all[index].to_string(),
            Axis::Receivers(all) => all[index].to_string(),
            Axis::Layers(all) => all[index].to_string(),
        }
    }

    /// The axis called `name`, with these labels.
    pub(crate) fn parse(name: &str, labels: &[String]) -> Result<Axis, ReadingError> {
        fn all<T: FromStr>(labels: &[String]) -> Result<Vec<T>, ReadingError> {
            let parse = |label: &String| {
                label
                    .parse()
                    .map_err(|_| ReadingError::invalid("axis", "labels as Fathom writes them", label))
            };
            labels.iter().map(parse).collect()
        }
        let numbers = || all::<u32>(labels);
        Ok(match name {
            "position" => Axis::Positions(numbers()?.into_iter().map(Position).collect()),
            "span" => Axis::Spans(all(labels)?),
            "receiver" => Axis::Receivers(all(labels)?),
            "layer_b" => Axis::Layers(numbers()?.into_iter().map(Layer).collect()),
            other => {
                let expected = "position, span, receiver or layer_b";
                return Err(ReadingError::invalid("axis", expected, format!("{other:?}")));
            }
        })
    }

    /// These columns of it.
    pub(crate) fn select(&self, kept: &[usize]) -> Axis {
        fn pick<T: Copy>(all: &[T], kept: &[usize]) -> Vec<T> {
            kept.iter().map(|&index| all[index]).collect()
        }
        match self {
            Axis::Positions(all) => Axis::Positions(pick(all, kept)),
            Axis::Spans(all) => Axis::Spans(pick(all, kept)),
            Axis::Receivers(all) => Axis::Receivers(pick(all, kept)),
            Axis::Layers(all) => Axis::Layers(pick(all, kept)),
        }
    }

    /// The first two neighbours that are not in ascending order.
    pub(crate) fn out_of_order(&self) -> Option<(String, String)> {
        fn first<T: Copy, K: Ord>(all: &[T], key: impl Fn(T) -> K) -> Option<usize> {
            all.windows(2).position(|pair| key(pair[0]) >= key(pair[1]))
        }
        let at = match self {
            Axis::Positions(all) => first(all, |x| x),
            Axis::Spans(all) => first(all, |x| x),
            Axis::Receivers(all) => first(all, Place::depth),
            Axis::Layers(all) => first(all, |x| x),
        }?;
        Some((self.label(at), self.label(at + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_read_as_they_are_written() {
        let span = |first, last| Span { first: Position(first), last: Position(last) };
        for axis in [
            Axis::Positions(vec![Position(0), Position(7)]),
            Axis::Spans(vec![span(0, 2), span(3, 3)]),
            Axis::Receivers(vec![Place::head(Layer(2), 1), Place::unit(Layer(2), 9)]),
            Axis::Layers(vec![Layer(0), Layer(1)]),
        ] {
            let labels: Vec<String> = (0..axis.len()).map(|index| axis.label(index)).collect();
            assert_eq!(Axis::parse(axis.name(), &labels).unwrap(), axis);
            assert_eq!(axis.select(&[1]).label(0), labels[1]);
            assert_eq!((axis.out_of_order(), axis.is_empty()), (None, false));
            assert!(axis.select(&[1, 0]).out_of_order().is_some());
        }
        for wrong in ["", "3", "3..2", "-1..2", "a..b"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
        assert!(Axis::parse("word", &[]).is_err() && Axis::parse("layer_b", &["x".into()]).is_err());
    }
}
