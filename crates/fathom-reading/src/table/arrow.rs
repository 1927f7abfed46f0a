//! A reading as Arrow: what Parquet stores and what Python is handed.

use super::token_of;
use crate::{Cell, Reading, ReadingError};
use arrow_array::builder::LargeStringBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, Int32Array, ListArray, RecordBatch, StructArray,
};
use arrow_buffer::OffsetBuffer;
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
    /// All integers are signed 32 bit, so that differences of ranks don't wrap around; text is `LargeUtf8`; nothing
    /// is nullable (a number that is not finite is NaN or infinite, as computed).
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
        let f32s =
            |column: &[f32]| -> ArrayRef { Arc::new(Float32Array::from(column[cells.clone()].to_vec())) };
        let arrays: Vec<ArrayRef> = vec![
            texts(views.iter().map(|cell| cell.site().kind.name())),
            ints(views.iter().map(|cell| cell.site().layer_number())),
            ints(views.iter().map(|cell| signed(cell.position().0))),
            ints(views.iter().map(|cell| signed(token(cell).id.0))),
            texts(views.iter().map(|cell| &*token(cell).text)),
            ints(views.iter().map(|cell| signed(cell.target().id.0))),
            texts(views.iter().map(|cell| self.text_of(cell.target().id))),
            f32s(&columns.target_logit),
            f32s(&columns.target_prob),
            ints(views.iter().map(|cell| signed(cell.target().rank.get()))),
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
            Arc::new(Float32Array::from(columns.top_logit[span.clone()].to_vec())) as ArrayRef,
            Arc::new(Float32Array::from(columns.top_prob[span].to_vec())),
        ];
        list(candidate_fields(), arrays, k, cells.len())
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
            Arc::new(Float32Array::from(columns.watch_logit[span.clone()].to_vec())) as ArrayRef,
            Arc::new(Float32Array::from(columns.watch_prob[span.clone()].to_vec())),
            ints(columns.watch_rank[span].iter().map(|rank| signed(rank.get()))),
        ];
        list(score_fields(), arrays, w, cells.len())
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

/// `cells` lists of `each` structs.
fn list(fields: Fields, arrays: Vec<ArrayRef>, each: usize, cells: usize) -> Result<ArrayRef, ReadingError> {
    let total = each.checked_mul(cells).filter(|&total| i32::try_from(total).is_ok()).ok_or_else(|| {
        ReadingError::invalid(
            "Arrow list",
            format!("at most {} entries in all", i32::MAX),
            format!("{cells} × {each}"),
        )
    })?;
    let values = StructArray::try_new_with_length(fields.clone(), arrays, None, total)?;
    let offsets = OffsetBuffer::from_repeated_length(each, cells);
    Ok(Arc::new(ListArray::try_new(item(fields), offsets, Arc::new(values) as Arc<dyn Array>, None)?))
}

fn field(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}

fn item(fields: Fields) -> Arc<Field> {
    Arc::new(field("item", DataType::Struct(fields)))
}

fn candidate_fields() -> Fields {
    Fields::from(vec![
        field("id", DataType::Int32),
        field("text", DataType::LargeUtf8),
        field("logit", DataType::Float32),
        field("prob", DataType::Float32),
    ])
}

/// A watched string, and the numbers of its (first) token.
fn score_fields() -> Fields {
    let asked = Arc::new(field("asked", DataType::LargeUtf8));
    let rank = Arc::new(field("rank", DataType::Int32));
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
        field("target_id", Int32),
        field("target_text", LargeUtf8),
        field("target_logit", Float32),
        field("target_prob", Float32),
        field("target_rank", Int32),
        field("target_is_argmax", Boolean),
        field("entropy_bits", Float32),
        field("kl_bits", Float32),
        field("kl_reverse_bits", Float32),
        field("surprisal_bits", Float32),
        field("top", List(item(candidate_fields()))),
        field("watch", List(item(score_fields()))),
    ])
}
