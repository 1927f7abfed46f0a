//! Writing the JSON form, straight from the columns.

use super::format::Lines;
use super::records::*;
use crate::known::TOP_ID;
use crate::values::Values;
use crate::{About, Axis, Cell, Column, Grid, Per, ReadingError, TokenId};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

impl Grid {
    /// Writes the grid in its JSON form ([`crate::json`]), ending in a newline. Buffered here; a grid whose
    /// parts do not fit together is refused before anything is written.
    pub fn write_json<W: Write>(&self, writer: W) -> Result<(), ReadingError> {
        self.check()?;
        let mut writer = BufWriter::new(writer);
        write_document(&document(self, Cells(Some(self))), &mut writer)?;
        writer.write_all(b"\n")?;
        writer.flush()?;
        Ok(())
    }

    /// The JSON form as a string.
    pub fn to_json(&self) -> Result<String, ReadingError> {
        let mut json = Vec::new();
        self.write_json(&mut json)?;
        // serde_json writes UTF-8 only, and so does our formatter.
        String::from_utf8(json).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error).into())
    }
}

/// The document with an empty list of cells: what Parquet carries beside the table.
pub(crate) fn header(grid: &Grid) -> Result<String, ReadingError> {
    Ok(serde_json::to_string(&document(grid, Cells(None)))?)
}

/// The document with an empty list of cells and the text of every token that they would have told: what a pack holds
/// before its numbers.
pub(crate) fn frame(grid: &Grid) -> impl Serialize + '_ {
    let text = |(&id, text): (&TokenId, &'_ String)| TextRecord { id, text: Cow::Owned(text.clone()) };
    Document { vocabulary: grid.vocabulary.iter().map(text).collect(), ..document(grid, Cells(None)) }
}

fn write_document(document: &Document<'_>, writer: &mut impl Write) -> Result<(), ReadingError> {
    document.serialize(&mut serde_json::Serializer::with_formatter(writer, Lines::default()))?;
    Ok(())
}

fn document<'a>(grid: &'a Grid, cells: Cells<'a>) -> Document<'a> {
    let info = &grid.info;
    let is_reading = is_reading(grid);
    Document {
        schema: if is_reading { super::READING } else { super::GRID },
        model: &info.model,
        lens: &info.lens,
        precision: &info.precision,
        sampling: info.sampling.as_ref(),
        run_id: &info.run_id,
        program: &info.program,
        not_finite: info.not_finite,
        about: (!is_reading).then_some(&info.about),
        predicts: (!is_reading).then_some(info.predicts),
        other: info.other.as_deref(),
        columns: if is_reading { Vec::new() } else { definitions(grid) },
        tokens: tokens(grid),
        rows: grid.rows.iter().map(|&place| RowRecord::new(place)).collect(),
        positions: grid.positions(),
        axis: axis(&grid.axis),
        watched: watched(grid),
        vocabulary: unnamed(grid),
        cells,
    }
}

/// Whether the form of a reading holds all of it: it is one, of whole sites, and has no column of its own.
fn is_reading(grid: &Grid) -> bool {
    grid.info.about == About::LENS
        && grid.info.other.is_none()
        && grid.is_reading()
        && grid.rows.iter().all(|place| place.is_site())
        && grid.columns.iter().all(|stored| crate::known::find(&stored.column.name).is_some())
}

fn definitions(grid: &Grid) -> Vec<&Column> {
    grid.columns.iter().map(|stored| &*stored.column).collect()
}

fn axis(axis: &Axis) -> Option<AxisRecord> {
    let labels = || (0..axis.len()).map(|index| axis.label(index)).collect();
    let of_positions = matches!(axis, Axis::Positions(_));
    (!of_positions).then(|| AxisRecord { name: axis.name().to_owned(), labels: labels() })
}

fn tokens(grid: &Grid) -> Vec<TokenRecord<'_>> {
    let record = |token: &'_ crate::Token| TokenRecord {
        id: token.id,
        text: Cow::Owned(token.text.clone()),
        bytes: Hex(Cow::Owned(token.bytes.clone())),
        origin: token.origin,
    };
    grid.tokens.iter().map(record).collect()
}

fn watched(grid: &Grid) -> Vec<WatchedRecord<'_>> {
    let sequence = |score: &crate::SequenceScore| SequenceRecord {
        position: score.position,
        logprob_bits: score.logprob_bits.iter().copied().map(Number).collect(),
    };
    let record = |watched: &crate::Watched| WatchedRecord {
        text: Cow::Owned(watched.text.clone()),
        ids: Cow::Owned(watched.ids.clone()),
        sequence: watched.sequence.as_ref().map(sequence),
        note: watched.note().map(Cow::Owned),
    };
    grid.watched.iter().map(record).collect()
}

/// Texts that would be lost, as no cell names their tokens.
fn unnamed(grid: &Grid) -> Vec<TextRecord<'_>> {
    let tokens = grid.columns.iter().filter_map(|stored| match &stored.values {
        Values::Tokens(ids) => Some(ids.iter().copied()),
        _ => None,
    });
    let named: BTreeSet<TokenId> = tokens
        .flatten()
        .chain(grid.targets.iter().map(|target| target.id))
        .chain(grid.watched.iter().map(|watched| watched.ids[0]))
        .collect();
    let unnamed = grid.vocabulary.iter().filter(|(id, _)| !named.contains(id));
    unnamed.map(|(&id, text)| TextRecord { id, text: Cow::Borrowed(text) }).collect()
}

/// The cells of a grid (or none), written one at a time from the columns.
pub(super) struct Cells<'a>(pub(super) Option<&'a Grid>);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.0.into_iter().flat_map(|grid| grid.cells().map(move |cell| Record { grid, cell }));
        serializer.collect_seq(cells)
    }
}

/// A cell. Of what a column is a field: see [`Column::field`].
struct Record<'a> {
    grid: &'a Grid,
    cell: Cell<'a>,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (grid, cell) = (self.grid, self.cell);
        let index = cell.index();
        let mut map = serializer.serialize_map(None)?;
        let place = cell.place();
        map.serialize_entry("site", &place.site.kind)?;
        map.serialize_entry("layer", &place.site.layer_number())?;
        let parts =
            [("head", place.head), ("unit", place.unit), ("source", place.source.map(|source| source.0))];
        for (name, part) in parts {
            if let Some(part) = part {
                map.serialize_entry(name, &part)?;
            }
        }
        match grid.positions() {
            [] => map.serialize_entry(grid.axis.name(), &cell.column_label())?,
            positions => map.serialize_entry("position", &positions[cell.column])?,
        }
        if !grid.targets.is_empty() {
            let fields = Fields { grid, per: Per::Cell, at: index, id: cell.target().id, target: Some(cell) };
            map.serialize_entry("target", &fields)?;
        }
        if grid.columns.per(Per::Candidate).next().is_some() {
            map.serialize_entry("top", &Entries { grid, per: Per::Candidate, cell })?;
        }
        for stored in grid.columns.per(Per::Cell).filter(|stored| stored.column.field().is_none()) {
            entry(&mut map, &stored.column.name, &stored.values, index)?;
            if let (Values::Tokens(ids), Some(text)) = (&stored.values, text_name(&stored.column)) {
                map.serialize_entry(&text, &ids[index].some().map(|id| grid.text_of(id)))?;
            }
        }
        if grid.columns.per(Per::Watched).next().is_some() {
            map.serialize_entry("watch", &Entries { grid, per: Per::Watched, cell })?;
        }
        map.end()
    }
}

/// What the text of a token column is called: `top_a_text` beside `top_a_id`.
pub(crate) fn text_name(column: &Column) -> Option<String> {
    column.name.strip_suffix("id").map(|name| format!("{name}text"))
}

fn entry<M: SerializeMap>(map: &mut M, name: &str, values: &Values, at: usize) -> Result<(), M::Error> {
    match values {
        Values::Numbers(values) => map.serialize_entry(name, &Number(values[at])),
        Values::Ranks(values) => map.serialize_entry(name, &values[at]),
        Values::Tokens(values) => map.serialize_entry(name, &values[at]),
    }
}

/// A target, a candidate or a watched token: its id and text, then the columns that are its fields.
struct Fields<'a> {
    grid: &'a Grid,
    per: Per,
    /// Index of its values.
    at: usize,
    id: TokenId,
    /// The cell, of a target.
    target: Option<Cell<'a>>,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("text", &self.id.some().map(|id| self.grid.text_of(id)))?;
        for stored in self.grid.columns.per(self.per) {
            match stored.column.field() {
                Some("id") | None => {}
                Some(field) => entry(&mut map, field, &stored.values, self.at)?,
            }
        }
        if let Some(cell) = self.target {
            map.serialize_entry("is_argmax", &cell.target_is_argmax())?;
        }
        map.end()
    }
}

/// The candidates of a cell, or its watched tokens.
struct Entries<'a> {
    grid: &'a Grid,
    per: Per,
    cell: Cell<'a>,
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entries { grid, per, cell } = *self;
        let fields = |at, id| Fields { grid, per, at, id, target: None };
        let start = cell.index() * grid.columns.per_cell(per, grid.watched.len());
        match per {
            Per::Watched => {
                let ids = grid.watched.iter().map(|watched| watched.ids[0]);
                serializer.collect_seq(ids.enumerate().map(|(w, id)| fields(start + w, id)))
            }
            _ => {
                let ids = &grid.columns[TOP_ID][start..start + cell.top().len()];
                serializer.collect_seq(ids.iter().enumerate().map(|(i, &id)| fields(start + i, id)))
            }
        }
    }
}
