//! A grid as Arrow: what Parquet stores and what Python is handed.

use super::{Datum, Flat, flat};
use crate::columns::Stored;
use crate::known::TOP_ID;
use crate::values::Values;
use crate::{Cell, Grid, Per, Rank, ReadingError, TokenId, ValueType};
use arrow_array::builder::LargeStringBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, Int32Array, ListArray, RecordBatch, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Metadata key of the grid's JSON form with no cells: model, lens, precision, sampling, tokens, watched.
pub(super) const HEADER_KEY: &str = "fathom.reading";

impl Grid {
    /// The Arrow schema of the grid's table. Its metadata holds, under `fathom.reading`, the JSON form without
    /// the cells (model, lens, norm, precision, sampling, tokens, watched strings).
    ///
    /// All integers are signed 32 bit, so that differences of ranks don't wrap around; text is `LargeUtf8`. What is not
    /// finite is null, and so is what rests on it ([`Columns`](crate::Columns)): numbers, ranks, the last position's target,
    /// the candidates of a cell without numbers. Nothing else is nullable.
    pub fn arrow_schema(&self) -> Result<SchemaRef, ReadingError> {
        let metadata = HashMap::from([(HEADER_KEY.to_owned(), crate::json::header(self)?)]);
        Ok(Arc::new(Schema::new_with_metadata(fields(self), metadata)))
    }

    /// The whole grid as one Arrow table, one row per cell.
    pub fn to_record_batch(&self) -> Result<RecordBatch, ReadingError> {
        self.check()?;
        self.record_batch(&self.arrow_schema()?, 0..self.rows.len() * self.axis.len())
    }

    /// Some of the cells as a table. The grid has been checked.
    pub(super) fn record_batch(
        &self,
        schema: &SchemaRef,
        cells: Range<usize>,
    ) -> Result<RecordBatch, ReadingError> {
        let width = self.axis.len();
        let views: Vec<Cell<'_>> = cells.clone().map(|i| self.cell(i / width, i % width)).collect();
        let mut arrays: Vec<ArrayRef> =
            flat(self).into_iter().map(|flat| self.flat_array(flat, &views)).collect();
        if self.columns.per(Per::Candidate).next().is_some() {
            arrays.push(self.top(&cells)?);
        }
        if self.columns.per(Per::Watched).next().is_some() {
            arrays.push(self.watch(&cells)?);
        }
        Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
    }

    fn flat_array(&self, flat: Flat<'_>, cells: &[Cell<'_>]) -> ArrayRef {
        let data = || cells.iter().map(|cell| flat.of(self, *cell));
        match type_of(flat) {
            DataType::LargeUtf8 => some_texts(data().map(|datum| match datum {
                Datum::Text(text) => Some(text),
                _ => None,
            })),
            DataType::Boolean => Arc::new(
                data().map(|datum| Some(matches!(datum, Datum::Bool(true)))).collect::<BooleanArray>(),
            ),
            DataType::Float32 => Arc::new(
                data()
                    .map(|datum| match datum {
                        Datum::Number(number) => Some(number).filter(|number| number.is_finite()),
                        _ => None,
                    })
                    .collect::<Float32Array>(),
            ),
            _ => some_ints(data().map(|datum| match datum {
                Datum::Int(number) => Some(signed(number)),
                Datum::Layer(layer) => Some(layer),
                _ => None,
            })),
        }
    }

    fn top(&self, cells: &Range<usize>) -> Result<ArrayRef, ReadingError> {
        let k = self.columns.top_k;
        let ids = &self.columns[TOP_ID];
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for stored in self.columns.per(Per::Candidate) {
            let span = cells.start * k..cells.end * k;
            match &stored.values {
                // A list that is null hides what it holds.
                Values::Tokens(ids) => {
                    arrays.push(ints(ids[span.clone()].iter().map(|id| signed(id.0))));
                    arrays.push(texts(ids[span].iter().map(|&id| self.text_of(id))));
                }
                _ => arrays.push(part_of(stored, span)),
            }
        }
        let kept = cells.clone().map(|cell| k == 0 || ids[cell * k] != TokenId::NONE);
        list(entry_fields(self, Per::Candidate), arrays, k, kept.collect())
    }

    fn watch(&self, cells: &Range<usize>) -> Result<ArrayRef, ReadingError> {
        let w = self.watched.len();
        let ids = || cells.clone().flat_map(|_| self.watched.iter().map(|watched| watched.ids[0]));
        let asked = cells.clone().flat_map(|_| self.watched.iter().map(|watched| &watched.text));
        let mut arrays =
            vec![texts(asked), ints(ids().map(|id| signed(id.0))), texts(ids().map(|id| self.text_of(id)))];
        let span = cells.start * w..cells.end * w;
        arrays.extend(self.columns.per(Per::Watched).map(|stored| part_of(stored, span.clone())));
        list(entry_fields(self, Per::Watched), arrays, w, vec![true; cells.len()])
    }
}

/// A part of a column, as an array.
pub(super) fn part_of(stored: &Stored, span: Range<usize>) -> ArrayRef {
    match &stored.values {
        Values::Numbers(values) => floats(&values[span]),
        Values::Ranks(values) => ranks(values[span].iter().copied()),
        Values::Tokens(values) => some_ints(values[span].iter().map(|id| id.some().map(|id| signed(id.0)))),
    }
}

/// Ids, ranks and positions of a checked grid are below 2^31: positions are bounded by the tokens in memory, the
/// others by the vocabulary.
pub(super) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn ints(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

pub(super) fn texts(values: impl Iterator<Item = impl AsRef<str>>) -> ArrayRef {
    let mut builder = LargeStringBuilder::new();
    values.for_each(|text| builder.append_value(text));
    Arc::new(builder.finish())
}

/// Integers, null where there is none.
pub(super) fn some_ints(values: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    Arc::new(values.collect::<Int32Array>())
}

/// Texts, null where there is none.
pub(super) fn some_texts(values: impl Iterator<Item = Option<impl AsRef<str>>>) -> ArrayRef {
    let mut builder = LargeStringBuilder::new();
    values.for_each(|text| builder.append_option(text));
    Arc::new(builder.finish())
}

/// Ranks, null where there is none.
pub(super) fn ranks(values: impl Iterator<Item = Rank>) -> ArrayRef {
    some_ints(values.map(|rank| rank.some().map(|rank| signed(rank.get()))))
}

/// Numbers, null where they are not finite.
pub(super) fn floats(values: &[f32]) -> ArrayRef {
    match values.iter().all(|number| number.is_finite()) {
        true => Arc::new(Float32Array::from(values.to_vec())),
        false => Arc::new(
            values
                .iter()
                .map(|number| Some(*number).filter(|number| number.is_finite()))
                .collect::<Float32Array>(),
        ),
    }
}

/// A list of `each` structs a cell, null where it is not kept.
fn list(
    fields: Fields,
    arrays: Vec<ArrayRef>,
    each: usize,
    kept: Vec<bool>,
) -> Result<ArrayRef, ReadingError> {
    let cells = kept.len();
    let total = each.checked_mul(cells).filter(|&total| i32::try_from(total).is_ok()).ok_or_else(|| {
        ReadingError::invalid(
            "Arrow list",
            format!("at most {} entries in all", i32::MAX),
            format!("{cells} × {each}"),
        )
    })?;
    let values = StructArray::try_new_with_length(fields.clone(), arrays, None, total)?;
    let offsets = OffsetBuffer::from_repeated_length(each, cells);
    let nulls = (!kept.iter().all(|kept| *kept)).then(|| NullBuffer::from(kept));
    Ok(Arc::new(ListArray::try_new(item(fields), offsets, Arc::new(values) as Arc<dyn Array>, nulls)?))
}

fn field(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}

/// A field that may be null.
fn some(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true)
}

fn item(fields: Fields) -> Arc<Field> {
    Arc::new(field("item", DataType::Struct(fields)))
}

/// The fields of a candidate, or of a watched string and its (first) token.
fn entry_fields(grid: &Grid, per: Per) -> Fields {
    let (int, words) = (DataType::Int32, DataType::LargeUtf8);
    let mut fields = match per {
        Per::Watched => vec![field("asked", words.clone())],
        _ => Vec::new(),
    };
    fields.extend([field("id", int), field("text", words)]);
    for stored in grid.columns.per(per).filter(|stored| stored.column.value_type != ValueType::Token) {
        fields.push(some(stored.column.field().unwrap_or(&stored.column.name), number_type(stored)));
    }
    Fields::from(fields)
}

fn number_type(stored: &Stored) -> DataType {
    if stored.column.value_type == ValueType::Number { DataType::Float32 } else { DataType::Int32 }
}

fn type_of(flat: Flat<'_>) -> DataType {
    match flat {
        Flat::Site | Flat::Label | Flat::Token | Flat::TargetText | Flat::Text(_) => DataType::LargeUtf8,
        Flat::IsArgmax => DataType::Boolean,
        Flat::Value(stored) => number_type(stored),
        _ => DataType::Int32,
    }
}

/// The columns that hold one value per row: they come first.
pub(super) fn list_free_fields(grid: &Grid) -> std::ops::Range<usize> {
    0..flat(grid).len()
}

fn fields(grid: &Grid) -> Fields {
    let nullable = |flat: Flat<'_>| {
        let always = [
            Flat::Site,
            Flat::Layer,
            Flat::Position,
            Flat::Label,
            Flat::TokenId,
            Flat::Token,
            Flat::IsArgmax,
        ];
        !always.iter().any(|other| std::mem::discriminant(other) == std::mem::discriminant(&flat))
    };
    let one = |flat: Flat<'_>| Field::new(flat.name(grid), type_of(flat), nullable(flat));
    let mut fields: Vec<Field> = flat(grid).into_iter().map(one).collect();
    if grid.columns.per(Per::Candidate).next().is_some() {
        fields.push(some("top", DataType::List(item(entry_fields(grid, Per::Candidate)))));
    }
    if grid.columns.per(Per::Watched).next().is_some() {
        fields.push(field("watch", DataType::List(item(entry_fields(grid, Per::Watched)))));
    }
    Fields::from(fields)
}
