//! Long tables: a row a candidate, or a row a watched token, for tools that like neither lists nor structs.

use super::arrow::{ints, list_free_fields, part_of, signed, some_ints, some_texts, texts};
use crate::known::TOP_ID;
use crate::{Grid, Per, ReadingError, ValueType};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use std::sync::Arc;

impl Grid {
    /// The candidates as one table, a row each, cell by cell and best first: `site`, `layer`, `position`, `place`
    /// (1 is best), `id`, `text`, `logit`, `prob`: null in a cell without numbers, which keeps its rows.
    pub fn to_candidates(&self) -> Result<RecordBatch, ReadingError> {
        self.check()?;
        let (k, ids) = (self.columns.top_k, self.columns.get(TOP_ID).unwrap_or_default());
        let places = (0..self.cells().count()).flat_map(|_| 1..=k as u32);
        let mut more: Vec<(String, ArrayRef)> = vec![
            ("place".into(), ints(places.map(signed))),
            ("id".into(), some_ints(ids.iter().map(|id| id.some().map(|id| signed(id.0))))),
            ("text".into(), some_texts(ids.iter().map(|id| id.some().map(|id| self.text_of(id))))),
        ];
        more.extend(self.numbers(Per::Candidate));
        self.long(k, more)
    }

    /// The watched tokens as one table, a row each, cell by cell in the order asked: `site`, `layer`, `position`,
    /// `asked`, `id` and `text` (of the first token, where a string has several), `logit`, `prob`, `rank`.
    pub fn to_watched(&self) -> Result<RecordBatch, ReadingError> {
        self.check()?;
        let each = || (0..self.cells().count()).flat_map(|_| &self.watched);
        let mut more: Vec<(String, ArrayRef)> = vec![
            ("asked".into(), texts(each().map(|watched| &watched.text))),
            ("id".into(), ints(each().map(|watched| signed(watched.ids[0].0)))),
            ("text".into(), texts(each().map(|watched| self.text_of(watched.ids[0])))),
        ];
        more.extend(self.numbers(Per::Watched));
        self.long(self.watched.len(), more)
    }

    /// The columns of candidates or watched tokens beside the tokens themselves.
    fn numbers(&self, per: Per) -> impl Iterator<Item = (String, ArrayRef)> {
        let numbers = self.columns.per(per).filter(|stored| stored.column.value_type != ValueType::Token);
        numbers.map(|stored| {
            let name = stored.column.field().unwrap_or(&stored.column.name);
            (name.to_owned(), part_of(stored, 0..stored.values.len()))
        })
    }

    /// The targets as one table: [`Reading::to_record_batch`] without its lists.
    pub fn to_targets(&self) -> Result<RecordBatch, ReadingError> {
        let all = self.to_record_batch()?;
        let flat: Vec<usize> = list_free_fields(self).collect();
        Ok(all.project(&flat)?)
    }

    /// A table of `each` rows a cell: where the cell is, then `more`.
    fn long(&self, each: usize, more: Vec<(String, ArrayRef)>) -> Result<RecordBatch, ReadingError> {
        let cells = || self.cells().flat_map(|cell| std::iter::repeat_n(cell, each));
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("site".into(), texts(cells().map(|cell| cell.place().site.kind.name()))),
            ("layer".into(), ints(cells().map(|cell| cell.place().site.layer_number()))),
        ];
        match self.positions() {
            [] => columns.push((self.axis.name().into(), texts(cells().map(|cell| cell.column_label())))),
            _ => columns.push(("position".into(), ints(cells().map(|cell| signed(cell.position().0))))),
        }
        let whole = ["site", "layer", self.axis.name(), "place", "asked"];
        columns.extend(more);
        let field = |(name, array): &(String, ArrayRef)| {
            Field::new(name, data_type(array), !whole.contains(&name.as_str()))
        };
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let metadata = self.arrow_schema()?.metadata().clone();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        Ok(RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect())?)
    }
}

fn data_type(array: &ArrayRef) -> DataType {
    array.data_type().clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float32Type, Int32Type};

    #[test]
    fn every_candidate_and_every_watched_token_has_its_row() {
        let reading = Reading::example();
        let (cells, k, w) = (reading.cells().count(), reading.columns.top_k, reading.watched.len());
        let top = reading.to_candidates().unwrap();
        assert_eq!(top.num_rows(), cells * k);
        let (cell, place) = (11, 2);
        let row = cell * k + place;
        let view = reading.cell(cell / reading.axis.len(), cell % reading.axis.len());
        let number = |table: &RecordBatch, name: &str, row: usize| {
            table.column_by_name(name).unwrap().as_primitive::<Int32Type>().value(row)
        };
        assert_eq!(number(&top, "layer", row), view.place().site.layer_number());
        assert_eq!(number(&top, "position", row), view.position().0 as i32);
        assert_eq!(number(&top, "place", row), place as i32 + 1);
        let candidate = view.top().nth(place).unwrap();
        assert_eq!(number(&top, "id", row), candidate.id.0 as i32);
        let prob = top.column_by_name("prob").unwrap().as_primitive::<Float32Type>();
        assert_eq!(prob.value(row), candidate.prob);

        let watch = reading.to_watched().unwrap();
        assert_eq!(watch.num_rows(), cells * w);
        let asked = watch.column_by_name("asked").unwrap().as_string::<i64>();
        assert_eq!(asked.value(cell * w + 1), reading.watched[1].text);
        let score = view.watch().nth(1).unwrap();
        assert_eq!(number(&watch, "rank", cell * w + 1), score.rank.get() as i32);

        let targets = reading.to_targets().unwrap();
        assert_eq!(targets.num_rows(), cells);
        assert!(targets.column_by_name("top").is_none() && targets.column_by_name("target_rank").is_some());
        assert!(top.schema().metadata().contains_key("fathom.reading"));
    }
}
