//! The columns of a pack: what they are called, and their bytes in planes.

use super::{MOST_BYTES, Stream};
use crate::column::{Column, ValueType};
use crate::values::Values;
use crate::{Columns, Grid, Rank, ReadingError, Target, TokenId, known};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    U32,
    F32,
}

impl From<ValueType> for Kind {
    fn from(value_type: ValueType) -> Kind {
        match value_type {
            ValueType::Number => Kind::F32,
            ValueType::Rank | ValueType::Token => Kind::U32,
        }
    }
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

/// What the targets' column is called: one per position, where there are any.
const TARGET_ID: &str = "target_id";

/// The values of a column as 32-bit words.
pub(super) struct Words {
    name: String,
    kind: Kind,
    words: Vec<u32>,
}

impl Words {
    fn of(column: &Column, values: &Values) -> Words {
        let number = |value: &f32| if value.is_finite() { value.to_bits() } else { f32::NAN.to_bits() };
        let words = match values {
            Values::Numbers(values) => values.iter().map(number).collect(),
            Values::Ranks(values) => values.iter().map(|rank| rank.get()).collect(),
            Values::Tokens(values) => values.iter().map(|id| id.0).collect(),
        };
        Words { name: column.name.clone().into_owned(), kind: column.value_type.into(), words }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn shape(&self) -> Shape {
        Shape { name: self.name.clone(), kind: self.kind, values: self.words.len() as u64 }
    }

    /// `[4, values]` bytes: the first byte of every value, then the second …
    pub(super) fn planes(&self) -> Vec<u8> {
        (0..4).flat_map(|plane| self.words.iter().map(move |word| word.to_le_bytes()[plane])).collect()
    }
}

/// Every column of `grid`, in the order in which they are stored.
pub(super) fn of(grid: &Grid) -> Vec<Words> {
    let ids: Vec<u32> = grid.targets.iter().map(|target| target.id.0).collect();
    let targets =
        (!ids.is_empty()).then(|| Words { name: TARGET_ID.to_owned(), kind: Kind::U32, words: ids });
    targets
        .into_iter()
        .chain(grid.columns.iter().map(|stored| Words::of(&stored.column, &stored.values)))
        .collect()
}

/// Puts the columns that follow in `stream` in `grid`, whose frame has been checked. Nothing is inflated before all
/// shapes are known to be the grid's. `defined` are the columns that the pack itself defines; without any it is a lens
/// reading's.
pub(super) fn read_into(
    grid: &mut Grid,
    (top_k, defined): (usize, Vec<Column>),
    shapes: &[Shape],
    stream: &mut Stream<'_>,
) -> Result<(), ReadingError> {
    let columns = Columns::new(top_k);
    let expected = Expected::new(grid, &columns, defined, shapes)?;
    let mut stored = Stored::read(shapes, &expected, stream)?;
    grid.columns = columns;
    for Wanted { column, .. } in expected.0 {
        let words = stored.words(&column.name)?;
        if column.name == TARGET_ID {
            let last = grid.tokens.len();
            let target = |(&id, position): (&u32, &crate::Position)| Target {
                id: TokenId(id),
                is_argmax: position.index().saturating_add(1) >= last,
            };
            grid.targets = words.iter().zip(grid.positions()).map(target).collect();
        } else {
            let values = values(&column, words)?;
            grid.columns.insert(column, values);
        }
    }
    Ok(())
}

fn values(column: &Column, words: Vec<u32>) -> Result<Values, ReadingError> {
    let number = |word| Some(f32::from_bits(word)).filter(|number| number.is_finite()).unwrap_or(f32::NAN);
    let rank = |word| match word {
        NO_RANK => Ok(Rank::NONE),
        word => Rank::new(word).ok_or_else(|| ReadingError::invalid(&column.name, "a rank from 1", 0)),
    };
    Ok(match column.value_type {
        ValueType::Number => Values::Numbers(words.into_iter().map(number).collect()),
        ValueType::Rank => Values::Ranks(words.into_iter().map(rank).collect::<Result<_, _>>()?),
        ValueType::Token => Values::Tokens(words.into_iter().map(TokenId).collect()),
    })
}

/// The columns that a grid has, and how many values of each there have to be.
struct Expected(Vec<Wanted>);

struct Wanted {
    column: Cow<'static, Column>,
    /// `None`: more than can be counted.
    values: Option<u64>,
}

impl Expected {
    /// Refuses a list of columns in which one is missing, stands twice, or is not as it has to be, and more bytes than a
    /// pack may hold.
    fn new(
        grid: &Grid,
        columns: &Columns,
        defined: Vec<Column>,
        shapes: &[Shape],
    ) -> Result<Expected, ReadingError> {
        let mut by_name = BTreeMap::new();
        for shape in shapes {
            if by_name.insert(shape.name.as_str(), shape).is_some() {
                let found = format!("{:?} twice", shape.name);
                return Err(ReadingError::invalid("columns", "each column once", found));
            }
        }
        let width = Some(grid.axis.len() as u64);
        let cells = width.and_then(|width| width.checked_mul(grid.rows.len() as u64));
        let is_reading = defined.is_empty();
        let mut wanted = Vec::new();
        if is_reading || by_name.contains_key(TARGET_ID) {
            let column = Column {
                value_type: ValueType::Token,
                ..Column::number(TARGET_ID, crate::Unit::Token, crate::Scale::Own)
            };
            wanted.push(Wanted { column: Cow::Owned(column), values: width });
        }
        // What a reading needs not have, it may have.
        let is_here = |column: &Column| column.required || by_name.contains_key(&*column.name);
        let of_reading = known::ALL
            .iter()
            .filter(|column| is_reading && is_here(column))
            .map(|column| Cow::Borrowed(*column));
        let all = of_reading.chain(defined.into_iter().map(Column::or_known));
        for column in all {
            let each = columns.per_cell(column.per, grid.watched.len()) as u64;
            wanted.push(Wanted { values: cells.and_then(|cells| cells.checked_mul(each)), column });
        }
        for Wanted { column, values } in &wanted {
            let (name, kind) = (&*column.name, Kind::from(column.value_type));
            let Some(found) = by_name.get(name) else {
                return Err(ReadingError::invalid("columns", format!("a column {name}"), "none"));
            };
            if found.kind != kind {
                return Err(ReadingError::invalid(name, format!("{kind:?}"), format!("{:?}", found.kind)));
            }
            if Some(found.values) != *values {
                let values = values.map_or("more than can be".to_owned(), |values| values.to_string());
                return Err(ReadingError::invalid(name, format!("{values} values of 4 bytes"), found.values));
            }
        }
        let bytes = shapes.iter().try_fold(0u64, |sum, shape| sum.checked_add(shape.values.checked_mul(4)?));
        match bytes {
            Some(bytes) if bytes <= MOST_BYTES => Ok(Expected(wanted)),
            _ => {
                Err(ReadingError::invalid("the pack", format!("at most {MOST_BYTES} bytes inflated"), "more"))
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|wanted| wanted.column.name == name)
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
            if !expected.has(&shape.name) {
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
        let missing = || ReadingError::invalid("columns", format!("a column {name}"), "none");
        self.0.remove(name).ok_or_else(missing)
    }
}
