//! The numbers of a grid, column by column.

use crate::column::{Column, Per};
use crate::values::{Value, Values};
use crate::{ReadingError, known};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// The numbers of a grid as columns over its cells.
///
/// With `R` rows and `P` columns of the grid, cell `(row, column)` has index `row * P + column`. A column with `k` values
/// per cell (candidates or watched tokens) holds cell `i`'s values at `i * k .. (i + 1) * k`. Nothing of the length of the
/// vocabulary is kept. The columns that Fathom computes are defined in [`known`](crate::known); ask by their keys:
///
/// ```
/// use fathom_reading::{Reading, known::KL_BITS};
/// let mut reading = Reading::example();
/// assert_eq!(reading.columns[KL_BITS].len(), reading.cells().count());
/// assert!(reading.columns.find("kl_bit").unwrap_err().to_string().contains("kl_bits"));
/// reading.columns[KL_BITS][0] = 0.5;
/// ```
///
/// # Where there is no number
/// A number that is not finite is NaN here and null (empty in CSV) wherever a grid is written; so are these:
/// - A cell without a distribution (a NaN or an infinite logit among its `z`: its state is not finite, or the head
///   overflows) has no number at all: its ranks are [`Rank::NONE`](crate::Rank::NONE), its candidates [`TokenId::NONE`](crate::TokenId::NONE) (no candidates,
///   where they are listed).
/// - Both KL are missing wherever the last layer has no distribution at that position.
/// - The last position's target is the last layer's best: where that has no distribution, the target is
///   [`TokenId::NONE`](crate::TokenId::NONE), and no row has numbers for it.
/// - A logit of -inf (a head that forbids a token) is a probability of 0 with a rank; the logit, the surprisal and a KL
///   that is infinite are missing.
///
/// [`Info::not_finite`](crate::Info::not_finite) says where in the run that began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Candidates per cell, `k <= V`.
    pub top_k: usize,
    all: Vec<Stored>,
}

/// A column and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// What it is.
    pub column: Cow<'static, Column>,
    /// Its values.
    pub values: Values,
}

/// A known column together with the Rust type of its values.
pub struct Key<T: 'static> {
    column: &'static Column,
    values: PhantomData<fn() -> T>,
}

impl<T: Value> Key<T> {
    pub(crate) const fn new(column: &'static Column) -> Key<T> {
        Key { column, values: PhantomData }
    }

    /// The definition.
    pub const fn column(self) -> &'static Column {
        self.column
    }
}

impl<T> Copy for Key<T> {}
impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column.name)
    }
}

impl Columns {
    /// No columns, in a grid of `top_k` candidates per cell.
    pub fn new(top_k: usize) -> Columns {
        Columns { top_k, all: Vec::new() }
    }

    /// The columns of every lens reading with no value in any.
    pub fn of_reading(top_k: usize) -> Columns {
        Columns::none_of(known::of_every_reading(), top_k, 0, 0)
    }

    /// These columns, every value none: `cells` cells, with `watched` watched tokens each.
    pub fn none_of(
        columns: impl Iterator<Item = &'static Column>,
        top_k: usize,
        cells: usize,
        watched: usize,
    ) -> Columns {
        let mut all = Columns::new(top_k);
        for column in columns {
            let count = cells * all.per_cell(column.per, watched);
            all.insert(Cow::Borrowed(column), Values::none(column.value_type, count));
        }
        all
    }

    /// Adds a column, or puts it in the place of one with its name. Known ones stand in the order of their table.
    pub fn insert(&mut self, column: Cow<'static, Column>, values: Values) {
        let order = |name: &str| known::ALL.iter().position(|known| known.name == name).unwrap_or(usize::MAX);
        let stored = Stored { column, values };
        let (name, place) = (&*stored.column.name, order(&stored.column.name));
        match self.all.iter().position(|other| other.column.name == name) {
            Some(at) => self.all[at] = stored,
            None => {
                let at = self.all.partition_point(|other| order(&other.column.name) <= place);
                self.all.insert(at, stored);
            }
        }
    }

    /// Adds a known column.
    pub fn set<T: Value>(&mut self, key: Key<T>, values: Vec<T>) {
        self.insert(Cow::Borrowed(key.column), T::wrap(values));
    }

    /// With a known column.
    #[must_use]
    pub fn with<T: Value>(mut self, key: Key<T>, values: Vec<T>) -> Columns {
        self.set(key, values);
        self
    }

    /// The values of a known column, where the grid has it.
    pub fn get<T: Value>(&self, key: Key<T>) -> Option<&[T]> {
        let stored = self.all.iter().find(|stored| stored.column.name == key.column.name)?;
        T::of(&stored.values).map(Vec::as_slice)
    }

    /// Every column, in the order in which files hold them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Stored> {
        self.all.iter()
    }

    /// As [`Columns::iter`], to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stored> {
        self.all.iter_mut()
    }

    /// Those of one kind.
    pub fn per(&self, per: Per) -> impl Iterator<Item = &Stored> {
        self.all.iter().filter(move |stored| stored.column.per == per)
    }

    /// The column that is called so: by its name or its short one.
    ///
    /// # Errors
    /// Of a name that this grid doesn't have, with those that it has.
    pub fn find(&self, name: &str) -> Result<&Stored, ReadingError> {
        let found = self.all.iter().find(|stored| stored.column.name == name);
        found.or_else(|| self.all.iter().find(|stored| stored.column.typed_name() == name)).ok_or_else(|| {
            let names = self.all.iter().map(|stored| stored.column.name.clone()).collect();
            ReadingError::NoColumn { name: name.to_owned(), names }
        })
    }

    /// The columns that can colour a cell.
    pub fn colours(&self) -> impl Iterator<Item = &Stored> {
        self.all.iter().filter(|stored| stored.column.is_colour())
    }

    /// The column that is called so, if it can colour a cell.
    ///
    /// # Errors
    /// As [`Columns::find`], with the names that colour.
    pub fn colour(&self, name: &str) -> Result<&Stored, ReadingError> {
        let found = self.find(name).ok().filter(|stored| stored.column.is_colour());
        found.ok_or_else(|| ReadingError::NoColumn {
            name: name.to_owned(),
            names: self.colours().map(|stored| stored.column.typed_name().to_owned().into()).collect(),
        })
    }

    /// How many values a cell has of a column.
    pub fn per_cell(&self, per: Per, watched: usize) -> usize {
        match per {
            Per::Cell => 1,
            Per::Candidate => self.top_k,
            Per::Watched => watched,
        }
    }

    /// The same columns with other values: `map` hears of each column how many values a cell has.
    pub(crate) fn map(&self, watched: usize, map: impl Fn(&Stored, usize) -> Values) -> Columns {
        let each = |stored: &Stored| Stored {
            column: stored.column.clone(),
            values: map(stored, self.per_cell(stored.column.per, watched)),
        };
        Columns { top_k: self.top_k, all: self.all.iter().map(each).collect() }
    }
}

impl<T: Value> Index<Key<T>> for Columns {
    type Output = Vec<T>;

    /// # Panics
    /// If the grid has no such column: every lens reading has those of [`known::of_every_reading`].
    fn index(&self, key: Key<T>) -> &Vec<T> {
        let stored = self.all.iter().find(|stored| stored.column.name == key.column.name);
        stored.and_then(|stored| T::of(&stored.values)).unwrap_or_else(|| panic!("no column {key:?}"))
    }
}

impl<T: Value> IndexMut<Key<T>> for Columns {
    fn index_mut(&mut self, key: Key<T>) -> &mut Vec<T> {
        let stored = self.all.iter_mut().find(|stored| stored.column.name == key.column.name);
        stored.and_then(|stored| T::of_mut(&mut stored.values)).unwrap_or_else(|| panic!("no column {key:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rank;
    use crate::known::*;

    #[test]
    fn columns_stand_in_the_order_of_the_table_and_are_found_by_name() {
        let columns = Columns::new(0).with(KL_BITS, vec![1.0]).with(TARGET_RANK, vec![Rank::FIRST]);
        let names: Vec<&str> = columns.iter().map(|stored| &*stored.column.name).collect();
        assert_eq!(names, ["target_rank", "kl_bits"]);
        assert_eq!(columns.find("kl").unwrap().values, Values::Numbers(vec![1.0]));
        assert_eq!((columns[KL_BITS][0], columns.get(ENTROPY_BITS)), (1.0, None));
        let refused = columns.find("kl_bit").unwrap_err().to_string();
        assert!(refused.contains("target_rank, kl_bits"), "{refused}");
        assert!(columns.colour("top_id").is_err());
        let own = Column::number(
            "contribution",
            crate::Unit::Logit,
            crate::Scale::Diverging { centre: 0.0, reach: None },
        );
        let mut columns = columns;
        columns.insert(Cow::Owned(own), Values::Numbers(vec![-2.0]));
        assert_eq!(columns.colour("contribution").unwrap().values.number(0), -2.0);
    }
}
