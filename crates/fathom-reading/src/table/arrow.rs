//! A reading as Arrow: what Parquet stores and what Python is handed.

use super::token_of;
use crate::{Cell, Rank, Reading, ReadingError, TokenId};
use arrow_array::builder::LargeStringBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, Int32Array, ListArray, RecordBatch, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Metadata key of the reading's JSON form with no cells: model, lens, precision, sampling, tokens, watched.
pub(super) const HEADER_KEY: &str = "fathom.reading";

impl Reading {
    /// The Arrow schema of the reading's table. Its metadata holds, under `fathom.reading`, the JSON form without
    /// the cells (model, lens, norm, precision, sampling, tokens, watched strings).
    ///
    /// All integers are signed 32 bit, so that differences of ranks don't wrap around; text is `LargeUtf8`. What is not
    /// finite is null, and so is what rests on it ([`Columns`](crate::Columns)): numbers, ranks, the last position's target,
    /// the candidates of a cell without numbers. Nothing else is nullable.
    pub fn arrow_schema(&self) -> Result<SchemaRef, ReadingError> {
        let metadata = HashMap::from([(HEADER_KEY.to_owned(), crate::json::header(self)?)]);
        Ok(Arc::new(Schema::new_with_metadata(fields(), metadata)))
    }

    /// The whole reading as one Arrow table, a row a cell.
    pub fn to_record_batch(&self) -> Result<RecordBatch, ReadingError> {
        self.check()?;
        self.record_batch(&self.arrow_schema()?, 0..self.rows.len() * self.positions.len())
    }

    /// Some of the cells as a table. The reading has been checked.
    pub(super) fn record_batch(
        &self,
        schema: &SchemaRef,
        cells: Range<usize>,
    ) -> Result<RecordBatch, ReadingError> {
        let columns = &self.columns;
        let views: Vec<Cell<'_>> =
            cells.clone().map(|i| self.cell(i / self.positions.len(), i % self.positions.len())).collect();
        let token = |cell: &Cell<'_>| token_of(self, cell);
        let f32s = |column: &[f32]| floats(&column[cells.clone()]);
        let target = |cell: &Cell<'_>| cell.target().id.some();
        let arrays: Vec<ArrayRef> = vec![
            texts(views.iter().map(|cell| cell.site().kind.name())),
            ints(views.iter().map(|cell| cell.site().layer_number())),
            ints(views.iter().map(|cell| signed(cell.position().0))),
            ints(views.iter().map(|cell| signed(token(cell).id.0))),
            texts(views.iter().map(|cell| &*token(cell).text)),
            some_ints(views.iter().map(|cell| target(cell).map(|id| signed(id.0)))),
            some_texts(views.iter().map(|cell| target(cell).map(|id| self.text_of(id)))),
            f32s(&columns.target_logit),
            f32s(&columns.target_prob),
            ranks(views.iter().map(|cell| cell.target().rank)),
            Arc::new(BooleanArray::from_iter(views.iter().map(|cell| Some(cell.target_is_argmax())))),
            f32s(&columns.entropy_bits),
            f32s(&columns.kl_bits),
            f32s(&columns.kl_reverse_bits),
            f32s(&columns.surprisal_bits),
            self.top(&cells)?,
            self.watch(&cells)?,
        ];
        Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
    }

    fn top(&self, cells: &Range<usize>) -> Result<ArrayRef, ReadingError> {
        let (columns, k) = (&self.columns, self.columns.top_k);
        let span = cells.start * k..cells.end * k;
        let ids = &columns.top_id[span.clone()];
        let arrays = vec![
            ints(ids.iter().map(|id| signed(id.0))),
            texts(ids.iter().map(|&id| self.text_of(id))),
            floats(&columns.top_logit[span.clone()]),
            floats(&columns.top_prob[span]),
        ];
        // A list that is null hides what it holds.
        let kept = cells.clone().map(|cell| k == 0 || columns.top_id[cell * k] != TokenId::NONE);
        list(candidate_fields(), arrays, k, kept.collect())
    }

    fn watch(&self, cells: &Range<usize>) -> Result<ArrayRef, ReadingError> {
        let (columns, w) = (&self.columns, self.watched.len());
        let span = cells.start * w..cells.end * w;
        let ids = || cells.clone().flat_map(|_| self.watched.iter().map(|watched| watched.ids[0]));
        let asked = cells.clone().flat_map(|_| self.watched.iter().map(|watched| &watched.text));
        let arrays = vec![
            texts(asked),
            ints(ids().map(|id| signed(id.0))),
            texts(ids().map(|id| self.text_of(id))),
            floats(&columns.watch_logit[span.clone()]),
            floats(&columns.watch_prob[span.clone()]),
            ranks(columns.watch_rank[span].iter().copied()),
        ];
        list(score_fields(), arrays, w, vec![true; cells.len()])
    }
}

/// Ids, ranks and positions of a checked reading are below 2^31: positions are bounded by the tokens in memory, the
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

fn candidate_fields() -> Fields {
    Fields::from(vec![
        field("id", DataType::Int32),
        field("text", DataType::LargeUtf8),
        some("logit", DataType::Float32),
        some("prob", DataType::Float32),
    ])
}

/// A watched string, and the numbers of its (first) token.
fn score_fields() -> Fields {
    let asked = Arc::new(field("asked", DataType::LargeUtf8));
    let rank = Arc::new(some("rank", DataType::Int32));
    [asked].into_iter().chain(candidate_fields().iter().cloned()).chain([rank]).collect()
}

/// The columns that hold one value a row.
pub(super) fn list_free_fields() -> impl Iterator<Item = usize> {
    let fields = fields();
    (0..fields.len()).filter(move |&at| !matches!(fields[at].data_type(), DataType::List(_)))
}

fn fields() -> Fields {
    use DataType::{Boolean, Float32, Int32, LargeUtf8, List};
    Fields::from(vec![
        field("site", LargeUtf8),
        field("layer", Int32),
        field("position", Int32),
        field("token_id", Int32),
        field("token", LargeUtf8),
        some("target_id", Int32),
        some("target_text", LargeUtf8),
        some("target_logit", Float32),
        some("target_prob", Float32),
        some("target_rank", Int32),
        field("target_is_argmax", Boolean),
        some("entropy_bits", Float32),
        some("kl_bits", Float32),
        some("kl_reverse_bits", Float32),
        some("surprisal_bits", Float32),
        some("top", List(item(candidate_fields()))),
        field("watch", List(item(score_fields()))),
    ])
}
