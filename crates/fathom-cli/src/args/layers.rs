//! `--layers all | 0,5,10-14,last | embed`.

use std::fmt;
use std::str::FromStr;

/// A selection of layers as typed: it is resolved once the model's number of layers is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LayerSelection {
    /// Every layer, drawn in full.
    All,
    /// These ranges, both ends included.
    Some(Vec<(LayerEnd, LayerEnd)>),
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayerEnd {
    /// The embedding: before the first layer.
    Embed,
    /// A layer by its number.
    Number(u32),
    /// The last layer.
    Last,
}

/// What was typed is no selection of layers, or not one of this model's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LayersError {
    /// Not of the form.
    Form(String),
    /// Beyond the model.
    Range { asked: u32, layers: u32 },
    /// A range that ends before it starts.
    Backwards(String),
    /// More than one where one was asked for.
    Several(String),
}

impl fmt::Display for LayersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayersError::Form(found) => write!(
                f,
                "{found:?} is no layer: give a number, a range such as 10-14, `last`, `embed`, or `all`, separated by commas"
            ),
            LayersError::Range { asked, layers } => write!(
                f,
                "layer {asked} is out of range: this model's layers are 0 to {} (or `last`, `embed`)",
                layers - 1
            ),
            LayersError::Several(found) => {
                write!(
                    f,
                    "{found:?} is not one layer: give a number, `last` or `embed` (--layers takes several)"
                )
            }
            LayersError::Backwards(found) => write!(f, "the range {found} ends before it starts"),
        }
    }
}

impl std::error::Error for LayersError {}

impl LayerEnd {
    fn parse(text: &str) -> Option<LayerEnd> {
        match text {
            "last" => Some(LayerEnd::Last),
            "embed" => Some(LayerEnd::Embed),
            number => number.parse().ok().map(LayerEnd::Number),
        }
    }

    /// The layer's number, -1 for the embedding.
    fn resolve(self, layers: u32) -> Result<i64, LayersError> {
        match self {
            LayerEnd::Embed => Ok(-1),
            LayerEnd::Last => Ok(i64::from(layers) - 1),
            LayerEnd::Number(asked) if asked >= layers => Err(LayersError::Range { asked, layers }),
            LayerEnd::Number(number) => Ok(i64::from(number)),
        }
    }
}

impl FromStr for LayerSelection {
    type Err = LayersError;

    fn from_str(text: &str) -> Result<Self, LayersError> {
        if text == "all" {
            return Ok(LayerSelection::All);
        }
        let bad = |part: &str| LayersError::Form(part.to_string());
        let ranges = text.split(',').map(|part| {
            let part = part.trim();
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let from = LayerEnd::parse(from).ok_or_else(|| bad(part))?;
            let to = LayerEnd::parse(to).ok_or_else(|| bad(part))?;
            Ok((from, to))
        });
        ranges.collect::<Result<_, _>>().map(LayerSelection::Some)
    }
}

impl LayerSelection {
    /// True for a single layer, named once.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self, LayerSelection::Some(ranges) if matches!(ranges[..], [(from, to)] if from == to))
    }

    /// The selected layers of a model with `layers` layers, ascending, each once; -1 stands for the embedding.
    pub(crate) fn resolve(&self, layers: u32) -> Result<Vec<i64>, LayersError> {
        let LayerSelection::Some(ranges) = self else {
            return Ok((0..i64::from(layers)).collect());
        };
        let mut chosen = Vec::new();
        for (from, to) in ranges {
            let (from, to) = (from.resolve(layers)?, to.resolve(layers)?);
            if to < from {
                return Err(LayersError::Backwards(format!("{from}-{to}")));
            }
            chosen.extend(from..=to);
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<Vec<i64>, LayersError> {
        text.parse::<LayerSelection>()?.resolve(6)
    }

    #[test]
    fn lists_ranges_and_words() {
        assert_eq!(resolve("all").unwrap(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(resolve("0,3-4, last").unwrap(), [0, 3, 4, 5]);
        assert_eq!(resolve("embed-1,1").unwrap(), [-1, 0, 1]);
    }

    #[test]
    fn what_is_no_layer_is_refused() {
        assert_eq!(resolve("six"), Err(LayersError::Form("six".into())));
        assert_eq!(resolve(""), Err(LayersError::Form("".into())));
        assert_eq!(resolve("-1"), Err(LayersError::Form("-1".into())));
        assert_eq!(resolve("6"), Err(LayersError::Range { asked: 6, layers: 6 }));
        let one = |text: &str| text.parse::<LayerSelection>().unwrap().is_one();
        assert!(one("3") && one("embed") && !one("3,4") && !one("3-4") && !one("all"));
        assert_eq!(resolve("4-2"), Err(LayersError::Backwards("4-2".into())));
    }
}
