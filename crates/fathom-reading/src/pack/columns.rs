//! The columns of a pack: what they are called, and their bytes in planes.

use crate::{Rank, Reading, ReadingError, Target, TokenId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    U32,
    F32,
}

/// A column as the head describes it.
#[derive(Serialize, Deserialize)]
pub(super) struct Shape {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    values: u64,
}

/// What [`Rank::NONE`] is stored as.
const NO_RANK: u32 = u32::MAX;

/// The values of a column as 32-bit words.
pub(super) struct Column {
    name: &'static str,
    kind: Kind,
    words: Vec<u32>,
}

impl Column {
    fn floats(name: &'static str, values: &[f32]) -> Column {
        let word = |value: &f32| if value.is_finite() { value.to_bits() } else { f32::NAN.to_bits() };
        Column { name, kind: Kind::F32, words: values.iter().map(word).collect() }
    }

    fn integers(name: &'static str, words: impl Iterator<Item = u32>) -> Column {
        Column { name, kind: Kind::U32, words: words.collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn shape(&self) -> Shape {
        Shape { name: self.name.to_owned(), kind: self.kind, values: self.words.len() as u64 }
    }

    /// `[4, values]` bytes: the first byte of every value, then the second …
    pub(super) fn planes(&self) -> Vec<u8> {
        (0..4).flat_map(|plane| self.words.iter().map(move |word| word.to_le_bytes()[plane])).collect()
    }
}

/// Every column of `reading`, in the order in which they are stored.
pub(super) fn of(reading: &Reading) -> Vec<Column> {
    let c = &reading.columns;
    let ids = |ids: &[TokenId]| ids.iter().map(|id| id.0).collect::<Vec<_>>().into_iter();
    let ranks = |ranks: &[Rank]| ranks.iter().map(|rank| rank.get()).collect::<Vec<_>>().into_iter();
    vec![
        Column::integers("target_id", reading.targets.iter().map(|target| target.id.0)),
        Column::floats("target_logit", &c.target_logit),
        Column::floats("target_prob", &c.target_prob),
        Column::integers("target_rank", ranks(&c.target_rank)),
        Column::floats("entropy_bits", &c.entropy_bits),
        Column::floats("kl_bits", &c.kl_bits),
        Column::floats("kl_reverse_bits", &c.kl_reverse_bits),
        Column::floats("surprisal_bits", &c.surprisal_bits),
        Column::integers("top_id", ids(&c.top_id)),
        Column::floats("top_logit", &c.top_logit),
        Column::floats("top_prob", &c.top_prob),
        Column::floats("watch_logit", &c.watch_logit),
        Column::floats("watch_prob", &c.watch_prob),
        Column::integers("watch_rank", ranks(&c.watch_rank)),
    ]
}

/// Puts the columns that `bytes` holds in `reading`, whose lengths are still to be checked.
pub(super) fn read_into(
    reading: &mut Reading,
    top_k: usize,
    shapes: &[Shape],
    bytes: &[u8],
) -> Result<(), ReadingError> {
    let mut stored = Stored::new(shapes, bytes)?;
    let last = reading.tokens.len();
    let target = |(&id, position): (&u32, &crate::Position)| Target {
        id: TokenId(id),
        is_argmax: position.index().saturating_add(1) >= last,
    };
    let targets = stored.integers("target_id")?;
    if targets.len() != reading.positions.len() {
        let expected = format!("{} values", reading.positions.len());
        return Err(ReadingError::invalid("target_id", expected, targets.len()));
    }
    reading.targets = targets.iter().zip(&reading.positions).map(target).collect();
    let c = &mut reading.columns;
    c.top_k = top_k;
    c.target_logit = stored.floats("target_logit")?;
    c.target_prob = stored.floats("target_prob")?;
    c.target_rank = stored.ranks("target_rank")?;
    c.entropy_bits = stored.floats("entropy_bits")?;
    c.kl_bits = stored.floats("kl_bits")?;
    c.kl_reverse_bits = stored.floats("kl_reverse_bits")?;
    c.surprisal_bits = stored.floats("surprisal_bits")?;
    c.top_id = stored.integers("top_id")?.into_iter().map(TokenId).collect();
    c.top_logit = stored.floats("top_logit")?;
    c.top_prob = stored.floats("top_prob")?;
    c.watch_logit = stored.floats("watch_logit")?;
    c.watch_prob = stored.floats("watch_prob")?;
    c.watch_rank = stored.ranks("watch_rank")?;
    Ok(())
}

/// The stored columns by name: their kind and their planes.
struct Stored<'a>(BTreeMap<&'a str, (Kind, &'a [u8])>);

impl<'a> Stored<'a> {
    /// Cuts `bytes` as the shapes say; they must use up all of it.
    fn new(shapes: &'a [Shape], mut bytes: &'a [u8]) -> Result<Stored<'a>, ReadingError> {
        let mut columns = BTreeMap::new();
        for shape in shapes {
            let length = usize::try_from(shape.values).ok().and_then(|values| values.checked_mul(4));
            let Some((planes, rest)) = length.and_then(|length| bytes.split_at_checked(length)) else {
                let expected = format!("{} values of 4 bytes", shape.values);
                return Err(ReadingError::invalid(&shape.name, expected, format!("{} bytes", bytes.len())));
            };
            if columns.insert(shape.name.as_str(), (shape.kind, planes)).is_some() {
                return Err(ReadingError::invalid(
                    "columns",
                    "each column once",
                    format!("{:?} twice", shape.name),
                ));
            }
            bytes = rest;
        }
        match bytes.len() {
            0 => Ok(Stored(columns)),
            more => {
                Err(ReadingError::invalid("the pack", "nothing after its columns", format!("{more} bytes")))
            }
        }
    }

    /// The words of a column, which must be there and of this kind.
    fn words(&mut self, name: &str, kind: Kind) -> Result<Vec<u32>, ReadingError> {
        match self.0.remove(name) {
            None => Err(ReadingError::invalid("columns", format!("a column {name}"), "none")),
            Some((found, _)) if found != kind => {
                Err(ReadingError::invalid(name, format!("{kind:?}"), format!("{found:?}")))
            }
            Some((_, planes)) => {
                let values = planes.len() / 4;
                let word = |i| u32::from_le_bytes([0, 1, 2, 3].map(|plane| planes[plane * values + i]));
                Ok((0..values).map(word).collect())
            }
        }
    }

    fn integers(&mut self, name: &str) -> Result<Vec<u32>, ReadingError> {
        self.words(name, Kind::U32)
    }

    fn floats(&mut self, name: &str) -> Result<Vec<f32>, ReadingError> {
        let number =
            |word| Some(f32::from_bits(word)).filter(|number| number.is_finite()).unwrap_or(f32::NAN);
        Ok(self.words(name, Kind::F32)?.into_iter().map(number).collect())
    }

    fn ranks(&mut self, name: &str) -> Result<Vec<Rank>, ReadingError> {
        let rank = |word| match word {
            NO_RANK => Ok(Rank::NONE),
            word => Rank::new(word).ok_or_else(|| ReadingError::invalid(name, "a rank from 1", 0)),
        };
        self.words(name, Kind::U32)?.into_iter().map(rank).collect()
    }
}
