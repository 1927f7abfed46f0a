//! The columns of a pack: what they are called, and their bytes in planes.

use super::{MOST_BYTES, Stream};
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

/// Puts the columns that follow in `stream` in `reading`, whose frame has been checked. Nothing is inflated before all
/// shapes are known to be the reading's.
pub(super) fn read_into(
    reading: &mut Reading,
    top_k: usize,
    shapes: &[Shape],
    stream: &mut Stream<'_>,
) -> Result<(), ReadingError> {
    let expected = Expected::of(reading, top_k);
    expected.check(shapes)?;
    let mut stored = Stored::read(shapes, &expected, stream)?;
    let last = reading.tokens.len();
    let target = |(&id, position): (&u32, &crate::Position)| Target {
        id: TokenId(id),
        is_argmax: position.index().saturating_add(1) >= last,
    };
    let targets = stored.integers("target_id")?;
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

/// The columns that a reading has: their kinds, and how many values of each there have to be.
struct Expected([(&'static str, Kind, Option<u64>); 14]);

impl Expected {
    fn of(reading: &Reading, top_k: usize) -> Expected {
        let positions = Some(reading.positions.len() as u64);
        // `None`: more than can be counted.
        let cells = positions.and_then(|positions| positions.checked_mul(reading.rows.len() as u64));
        let each = |values: usize| cells.and_then(|cells| cells.checked_mul(values as u64));
        let (top, watch) = (each(top_k), each(reading.watched.len()));
        Expected([
            ("target_id", Kind::U32, positions),
            ("target_logit", Kind::F32, cells),
            ("target_prob", Kind::F32, cells),
            ("target_rank", Kind::U32, cells),
            ("entropy_bits", Kind::F32, cells),
            ("kl_bits", Kind::F32, cells),
            ("kl_reverse_bits", Kind::F32, cells),
            ("surprisal_bits", Kind::F32, cells),
            ("top_id", Kind::U32, top),
            ("top_logit", Kind::F32, top),
            ("top_prob", Kind::F32, top),
            ("watch_logit", Kind::F32, watch),
            ("watch_prob", Kind::F32, watch),
            ("watch_rank", Kind::U32, watch),
        ])
    }

    fn knows(&self, name: &str) -> bool {
        self.0.iter().any(|(known, ..)| *known == name)
    }

    /// Refuses a list of columns in which one is missing, stands twice, or is not as it has to be, and more bytes than a
    /// pack may hold.
    fn check(&self, shapes: &[Shape]) -> Result<(), ReadingError> {
        let mut by_name = BTreeMap::new();
        for shape in shapes {
            if by_name.insert(shape.name.as_str(), shape).is_some() {
                let found = format!("{:?} twice", shape.name);
                return Err(ReadingError::invalid("columns", "each column once", found));
            }
        }
        for &(name, kind, values) in &self.0 {
            let Some(found) = by_name.get(name) else {
                return Err(ReadingError::invalid("columns", format!("a column {name}"), "none"));
            };
            if found.kind != kind {
                return Err(ReadingError::invalid(name, format!("{kind:?}"), format!("{:?}", found.kind)));
            }
            if Some(found.values) != values {
                let values = values.map_or("more than can be".to_owned(), |values| values.to_string());
                return Err(ReadingError::invalid(name, format!("{values} values of 4 bytes"), found.values));
            }
        }
        let bytes = shapes.iter().try_fold(0u64, |sum, shape| sum.checked_add(shape.values.checked_mul(4)?));
        match bytes {
            Some(bytes) if bytes <= MOST_BYTES => Ok(()),
            _ => {
                Err(ReadingError::invalid("the pack", format!("at most {MOST_BYTES} bytes inflated"), "more"))
            }
        }
    }
}

/// The stored columns by name.
struct Stored<'a>(BTreeMap<&'a str, Vec<u32>>);

impl<'a> Stored<'a> {
    /// Reads the columns one after the other; those that nobody knows are passed over.
    fn read(
        shapes: &'a [Shape],
        expected: &Expected,
        stream: &mut Stream<'_>,
    ) -> Result<Stored<'a>, ReadingError> {
        let mut columns = BTreeMap::new();
        for shape in shapes {
            let bytes = shape.values.saturating_mul(4);
            if !expected.knows(&shape.name) {
                stream.skip(&shape.name, bytes)?;
                continue;
            }
            let planes = stream.read(&shape.name, bytes)?;
            let values = planes.len() / 4;
            let word = |i| u32::from_le_bytes([0, 1, 2, 3].map(|plane| planes[plane * values + i]));
            columns.insert(shape.name.as_str(), (0..values).map(word).collect());
        }
        Ok(Stored(columns))
    }

    /// The words of a column.
    fn words(&mut self, name: &str) -> Result<Vec<u32>, ReadingError> {
        self.0
            .remove(name)
            .ok_or_else(|| ReadingError::invalid("columns", format!("a column {name}"), "none"))
    }

    fn integers(&mut self, name: &str) -> Result<Vec<u32>, ReadingError> {
        self.words(name)
    }

    fn floats(&mut self, name: &str) -> Result<Vec<f32>, ReadingError> {
        let number =
            |word| Some(f32::from_bits(word)).filter(|number| number.is_finite()).unwrap_or(f32::NAN);
        Ok(self.words(name)?.into_iter().map(number).collect())
    }

    fn ranks(&mut self, name: &str) -> Result<Vec<Rank>, ReadingError> {
        let rank = |word| match word {
            NO_RANK => Ok(Rank::NONE),
            word => Rank::new(word).ok_or_else(|| ReadingError::invalid(name, "a rank from 1", 0)),
        };
        self.words(name)?.into_iter().map(rank).collect()
    }
}
