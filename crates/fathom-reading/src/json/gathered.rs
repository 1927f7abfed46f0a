//! The cells of a file, gathered into columns in the order in which they come, then put in the grid's order.

use super::cell::Found;
use crate::column::{Column, Per, ValueType};
use crate::values::Values;
use crate::{Axis, Columns, Place, Position, ReadingError, Target, TokenId, Unit, Watched, known};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What the cells of a file said, in the file's order.
pub(super) struct Gathered {
    pub(super) places: Vec<Place>,
    /// The column of every cell, as the file names it.
    pub(super) labels: Vec<Label>,
    targets: Vec<Target>,
    /// The columns, by the record whose fields they are.
    fields: [Vec<Field>; 4],
    top_k: usize,
    /// Watched tokens of every cell. `[cells * w]`
    watch_id: Vec<TokenId>,
    /// Watched tokens per cell, w.
    watched: usize,
    pub(super) texts: BTreeMap<TokenId, String>,
}

/// The records whose fields columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Cell,
    Target,
    Candidate,
    Watched,
}

/// How a cell names its column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Position(Position),
    /// On another axis.
    Named(String),
}

/// A column on its way.
pub(super) struct Field {
    column: Cow<'static, Column>,
    /// What its record calls it: `prob` of `top_prob`.
    key: Cow<'static, str>,
    pub(super) values: Values,
    /// Not a known column: kept only if the document defines it.
    pub(super) is_new: bool,
    /// Whether a record lacks it, of a new one.
    is_ragged: bool,
}

impl Record {
    /// The record that a column is a field of.
    fn of(column: &Column) -> Record {
        match (column.per, column.field()) {
            (Per::Candidate, _) => Record::Candidate,
            (Per::Watched, _) => Record::Watched,
            (Per::Cell, Some(_)) => Record::Target,
            (Per::Cell, None) => Record::Cell,
        }
    }

    /// How many values a cell has of its columns, and what their names begin with.
    fn columns(self) -> (Per, &'static str) {
        match self {
            Record::Cell => (Per::Cell, ""),
            Record::Target => (Per::Cell, "target_"),
            Record::Candidate => (Per::Candidate, "top_"),
            Record::Watched => (Per::Watched, "watch_"),
        }
    }

    /// What a cell calls it.
    pub(super) fn name(self) -> &'static str {
        self.columns().1.trim_end_matches('_')
    }
}

impl Default for Gathered {
    fn default() -> Gathered {
        let mut fields = [const { Vec::new() }; 4];
        for &column in known::ALL {
            fields[Record::of(column) as usize].push(Field {
                column: Cow::Borrowed(column),
                key: Cow::Borrowed(column.field().unwrap_or(&column.name)),
                values: Values::empty(column.value_type),
                is_new: false,
                is_ragged: false,
            });
        }
        Gathered {
            places: Vec::new(),
            labels: Vec::new(),
            targets: Vec::new(),
            fields,
            top_k: 0,
            watch_id: Vec::new(),
            watched: 0,
            texts: BTreeMap::new(),
        }
    }
}

impl Gathered {
    /// The field that a record calls `key`, if it is known or stood in a record before.
    pub(super) fn field(&mut self, record: Record, key: &str) -> Option<&mut Field> {
        self.fields[record as usize].iter_mut().find(|field| field.key == key)
    }

    /// A field that the file alone knows. `before`: how many of its records stand before this one.
    pub(super) fn add_field(&mut self, record: Record, key: &str, before: usize) {
        let (per, prefix) = record.columns();
        let column = Column::number(format!("{prefix}{key}"), Unit::Ratio, crate::Scale::Own);
        self.fields[record as usize].push(Field {
            column: Cow::Owned(Column { per, ..column }),
            key: Cow::Owned(key.to_owned()),
            values: Values::none(ValueType::Number, before),
            is_new: true,
            is_ragged: before > 0,
        });
    }

    /// Checks that a record has given each column one more value, `before` being how many there were. Else: the field
    /// that is wrong, and whether it is missing.
    pub(super) fn complete(&mut self, record: Record, before: usize) -> Result<(), (String, &'static str)> {
        for field in &mut self.fields[record as usize] {
            let (length, is_new) = (field.values.len(), field.is_new);
            let wrong = |fault| Err((field.key.clone().into_owned(), fault));
            match length {
                length if length == before + 1 => {}
                // Not in the first record, and so in none.
                0 => {}
                _ if length == before && is_new => {
                    field.values.extend_none(1);
                    field.is_ragged = true;
                }
                _ if length == before => return wrong("missing"),
                _ if length > before + 1 => return wrong("duplicate"),
                _ => return wrong("unexpected"),
            }
        }
        Ok(())
    }

    /// How many such records there are so far.
    pub(super) fn records(&self, record: Record) -> usize {
        match record {
            Record::Cell | Record::Target => self.places.len(),
            Record::Watched => self.watch_id.len(),
            Record::Candidate => {
                let ids = self.fields[record as usize].iter().find(|field| field.key == "id");
                ids.map_or(0, |field| field.values.len())
            }
        }
    }

    /// Whether the cells so far have targets.
    pub(super) fn has_targets(&self) -> bool {
        !self.targets.is_empty()
    }

    pub(super) fn watch(&mut self, id: TokenId) {
        self.watch_id.push(id);
    }

    /// Takes a cell whose numbers are in the fields already.
    pub(super) fn push(&mut self, index: usize, found: Found) -> Result<(), ReadingError> {
        let place = |field: &str| format!("cells[{index}]{field}");
        let cell = found.row.place()?;
        if self.places.is_empty() {
            self.watched = found.watched;
        }
        if self.top_k == 0 && found.candidates > 0 {
            // The first candidates: the cells before had none, which is checked to mean that they have no numbers.
            self.top_k = found.candidates;
            let before = index * self.top_k;
            for field in &mut self.fields[Record::Candidate as usize] {
                if !field.values.is_empty() {
                    let mut values = Values::none(field.column.value_type, before);
                    values.extend(&field.values, 0..field.values.len());
                    field.values = values;
                }
            }
        }
        let (candidates, kept) = (found.candidates, self.top_k);
        let lists = [
            ("top", if candidates == 0 { kept } else { candidates }, kept),
            ("watch", found.watched, self.watched),
        ];
        for (list, found, expected) in lists {
            if found != expected {
                let expected = format!("{expected} as in the cells before");
                return Err(ReadingError::invalid(place(&format!(".{list}")), expected, found));
            }
        }
        if candidates == 0 && kept > 0 {
            let fields = self.fields[Record::Candidate as usize].iter_mut();
            fields.filter(|field| !field.values.is_empty()).for_each(|field| field.values.extend_none(kept));
        }
        self.places.push(cell);
        self.labels.push(found.label);
        self.targets.extend(found.target);
        if !self.targets.is_empty() && self.targets.len() != self.places.len() {
            return Err(ReadingError::invalid(place(".target"), "a target, as in the other cells", "none"));
        }
        Ok(())
    }

    /// The columns in the order of `rows` and of the axis, and the target of each column. Refuses missing, doubled and
    /// foreign cells, columns whose cells differ in their target, and watched tokens that were not asked for. Of the
    /// columns that the file alone knows those are kept that it defines.
    pub(super) fn arrange(
        mut self,
        rows: &[Place],
        axis: &Axis,
        watched: &[Watched],
        definitions: Vec<Column>,
    ) -> Result<(Columns, Vec<Target>), ReadingError> {
        self.check_watch(watched)?;
        let order = self.order(rows, axis)?;
        let mut columns = Columns::new(self.top_k);
        for mut field in std::mem::take(&mut self.fields).into_iter().flatten() {
            if field.is_new {
                let Some(defined) = definitions.iter().find(|defined| defined.name == field.column.name)
                else {
                    continue;
                };
                if field.is_ragged {
                    let expected = "a number in every cell (or null)";
                    return Err(ReadingError::invalid(&defined.name, expected, "cells without"));
                }
                field = field.defined(defined.clone())?;
            }
            if field.values.is_empty() && self.is_absent(&field.column, &definitions) {
                continue;
            }
            let each = columns.per_cell(field.column.per, self.watched);
            if field.values.len() != order.len() * each {
                let expected = format!("{} values", order.len() * each);
                return Err(ReadingError::invalid(&field.column.name, expected, field.values.len()));
            }
            let values = if order.is_sorted() { field.values } else { field.values.of_cells(each, &order) };
            columns.insert(field.column, values);
        }
        let targets = self.targets(&order, rows, axis)?;
        Ok((columns, targets))
    }

    /// Whether a column without values is one that the file doesn't have (one of no candidates, or of no watched
    /// tokens, has none either).
    fn is_absent(&self, column: &Column, definitions: &[Column]) -> bool {
        let defined = definitions.iter().any(|defined| defined.name == column.name);
        match column.per {
            Per::Cell => true,
            Per::Candidate => self.top_k > 0 || !definitions.is_empty() && !defined,
            Per::Watched => self.watched > 0 || !definitions.is_empty() && !defined,
        }
    }

    fn targets(&self, order: &[usize], rows: &[Place], axis: &Axis) -> Result<Vec<Target>, ReadingError> {
        if self.targets.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<Target> = order.iter().map(|&cell| self.targets[cell]).collect();
        let targets = all[..axis.len().min(all.len())].to_vec();
        for (cell, target) in all.iter().enumerate() {
            let (row, column) = (cell / axis.len(), cell % axis.len());
            let first = targets[column];
            if *target != first {
                let place = format!("site {}, {} {}: target", rows[row], axis.name(), axis.label(column));
                let says = |target: &Target| format!("{} (is_argmax {})", target.id, target.is_argmax);
                let expected = format!("{} as in the first row", says(&first));
                return Err(ReadingError::invalid(place, expected, says(target)));
            }
        }
        Ok(targets)
    }

    fn check_watch(&self, watched: &[Watched]) -> Result<(), ReadingError> {
        if !self.places.is_empty() && self.watched != watched.len() {
            let expected = format!("{} as in the document's watched", watched.len());
            return Err(ReadingError::invalid("watch of the cells", expected, self.watched));
        }
        for (i, &id) in self.watch_id.iter().enumerate() {
            let (cell, asked) = (i / self.watched, &watched[i % self.watched]);
            if asked.ids.first() != Some(&id) {
                let expected = format!("the first token of watched \"{}\"", asked.text.escape_debug());
                let place = format!("cells[{cell}].watch");
                return Err(ReadingError::invalid(place, expected, format!("token {id}")));
            }
        }
        Ok(())
    }

    /// For each cell of the grid in order: where it stands in the file. Allocates in proportion to the file, not to
    /// rows × columns, which a hostile file may claim to be anything.
    fn order(&self, rows: &[Place], axis: &Axis) -> Result<Vec<usize>, ReadingError> {
        let row_of: BTreeMap<_, usize> =
            rows.iter().enumerate().map(|(row, place)| (place.depth(), row)).collect();
        let label = |column: usize| match axis {
            Axis::Positions(positions) => Label::Position(positions[column]),
            _ => Label::Named(axis.label(column)),
        };
        let column_of: BTreeMap<Label, usize> =
            (0..axis.len()).map(|column| (label(column), column)).collect();
        let mut slots = Vec::with_capacity(self.places.len());
        for (index, (place, label)) in self.places.iter().zip(&self.labels).enumerate() {
            let (Some(row), Some(column)) = (row_of.get(&place.depth()), column_of.get(label)) else {
                let label = match label {
                    Label::Position(position) => format!("position {position}"),
                    Label::Named(label) => label.clone(),
                };
                let expected = format!("a site of rows and a {0} of {0}s", axis.name());
                let found = format!("site {place}, {label}");
                return Err(ReadingError::invalid(format!("cells[{index}]"), expected, found));
            };
            slots.push((row * axis.len() + column, index));
        }
        slots.sort_unstable();
        let name = |slot: usize| {
            let (row, column) = (slot / axis.len(), slot % axis.len());
            format!("site {}, {} {}", rows[row], axis.name(), axis.label(column))
        };
        for (slot, &(found, index)) in slots.iter().enumerate() {
            if found < slot {
                let found = format!("a second {}", name(found));
                return Err(ReadingError::invalid(format!("cells[{index}]"), "each cell once", found));
            }
            if found > slot {
                return Err(ReadingError::invalid(name(slot), "a cell", "none"));
            }
        }
        if slots.len() < rows.len().saturating_mul(axis.len()) {
            return Err(ReadingError::invalid(name(slots.len()), "a cell", "none"));
        }
        Ok(slots.into_iter().map(|(_, index)| index).collect())
    }
}

impl Field {
    /// The same values as the document defines them.
    fn defined(self, column: Column) -> Result<Field, ReadingError> {
        if column.value_type != ValueType::Number || column.per != self.column.per {
            let expected = "numbers, where the cells have them";
            return Err(ReadingError::invalid(&column.name, expected, format!("{:?}s", column.value_type)));
        }
        Ok(Field { column: Cow::Owned(column), ..self })
    }
}

/// Learns a token's text. One token has one text.
pub(super) fn name(
    texts: &mut BTreeMap<TokenId, String>,
    place: &str,
    id: TokenId,
    text: String,
) -> Result<(), ReadingError> {
    match texts.entry(id) {
        Entry::Vacant(entry) => {
            entry.insert(text);
        }
        Entry::Occupied(entry) if *entry.get() != text => {
            let expected = format!("text \"{}\" for token {id}, as before", entry.get().escape_debug());
            return Err(ReadingError::invalid(place, expected, format!("\"{}\"", text.escape_debug())));
        }
        Entry::Occupied(_) => {}
    }
    Ok(())
}
