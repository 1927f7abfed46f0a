//! Reading the JSON form back. The file may be anybody's: everything is checked.

use super::cell::CellsSeed;
use super::gathered::{Gathered, Label, name};
use super::records::*;
use super::{GRID, READING};
use crate::*;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};

impl Grid {
    /// Reads the JSON form ([`crate::json`]) back. Buffered here.
    ///
    /// Cells may stand in any order; unknown fields are ignored. Everything else that is not as it should be is an
    /// error that names the place: nothing is guessed, cut or left out.
    pub fn read_json<R: Read>(reader: R) -> Result<Grid, ReadingError> {
        parse(&mut serde_json::Deserializer::from_reader(BufReader::new(reader)))
    }

    /// Reads the JSON form from a string.
    pub fn from_json(json: &str) -> Result<Grid, ReadingError> {
        parse(&mut serde_json::Deserializer::from_str(json))
    }
}

fn parse<'de, R>(deserializer: &mut serde_json::Deserializer<R>) -> Result<Grid, ReadingError>
where
    R: serde_json::de::Read<'de>,
{
    let mut refusal = None;
    let parsed = Document { refusal: &mut refusal }.deserialize(&mut *deserializer);
    // A refusal of ours ends the parse with an error too, but says more than serde's.
    match (refusal, parsed) {
        (Some(refusal), _) => Err(refusal),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(parts)) => {
            deserializer.end()?;
            parts.reading()
        }
    }
}

/// The fields of a document as they came.
#[derive(Default)]
pub(crate) struct Parts {
    model: Option<ModelInfo>,
    lens: Option<LensInfo>,
    precision: Option<String>,
    sampling: Option<Sampling>,
    run_id: Option<String>,
    program: Option<String>,
    not_finite: Option<NotFinite>,
    about: Option<About>,
    predicts: Predicts,
    other: Option<Box<Info>>,
    columns: Vec<Column>,
    axis: Option<AxisRecord>,
    is_grid: bool,
    tokens: Option<Vec<TokenRecord<'static>>>,
    rows: Option<Vec<RowRecord>>,
    positions: Option<Vec<Position>>,
    watched: Vec<WatchedRecord<'static>>,
    vocabulary: Vec<TextRecord<'static>>,
    gathered: Gathered,
}

/// Reads a document field by field, so that the schema is judged before the rest is understood, and cells go
/// straight into columns.
struct Document<'r> {
    refusal: &'r mut Option<ReadingError>,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Parts;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reading, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if parts.field(&key, &mut map, self.refusal).map_err(|error| in_field(&key, error))? {
                if seen.contains(&key) {
                    return Err(A::Error::custom(format!("duplicate field `{key}`")));
                }
                seen.push(key);
            }
        }
        let required = ["schema", "model", "lens", "precision", "run_id", "program", "tokens", "cells"];
        match required.iter().find(|&&field| !seen.iter().any(|key| key == field)) {
            Some(missing) => Err(A::Error::custom(format!("missing field `{missing}`"))),
            None => Ok(parts),
        }
    }
}

fn in_field<E: Error>(key: &str, error: E) -> E {
    // Cells say which one they are.
    if key == "cells" { error } else { E::custom(format!("{key}: {error}")) }
}

impl Parts {
    /// Takes one field. False: not ours.
    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        refusal: &mut Option<ReadingError>,
    ) -> Result<bool, A::Error> {
        match key {
            "schema" => {
                let found = map.next_value::<String>()?;
                self.is_grid = is_of(&found, GRID);
                if !self.is_grid && !is_of(&found, READING) {
                    *refusal = Some(ReadingError::Schema { found, expected: READING });
                    return Err(A::Error::custom("refused"));
                }
            }
            "model" => self.model = Some(map.next_value()?),
            "lens" => self.lens = Some(map.next_value()?),
            "precision" => self.precision = Some(map.next_value()?),
            "sampling" => self.sampling = map.next_value()?,
            "run_id" => self.run_id = Some(map.next_value()?),
            "program" => self.program = Some(map.next_value()?),
            "not_finite" => self.not_finite = map.next_value()?,
            "about" => self.about = map.next_value()?,
            "predicts" => self.predicts = map.next_value()?,
            "other" => self.other = map.next_value()?,
            "columns" => self.columns = map.next_value()?,
            "axis" => self.axis = map.next_value()?,
            "tokens" => self.tokens = Some(map.next_value()?),
            "rows" => self.rows = map.next_value()?,
            "positions" => self.positions = map.next_value()?,
            "watched" => self.watched = map.next_value()?,
            "vocabulary" => self.vocabulary = map.next_value()?,
            "cells" => map.next_value_seed(CellsSeed { gathered: &mut self.gathered, refusal })?,
            _ => {
                map.next_value::<IgnoredAny>()?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn reading(mut self) -> Result<Grid, ReadingError> {
        let gathered = std::mem::take(&mut self.gathered);
        if self.rows.is_none() {
            let rows = distinct(&gathered.places, |place| place.depth());
            self.rows = Some(rows.into_iter().map(RowRecord::new).collect());
        }
        if self.positions.is_none() {
            let position = |label: &Label| match label {
                Label::Position(position) => Some(*position),
                Label::Named(_) => None,
            };
            let positions: Vec<Position> = gathered.labels.iter().filter_map(position).collect();
            self.positions = Some(distinct(&positions, |&position| position));
        }
        let definitions = std::mem::take(&mut self.columns);
        let is_grid = self.is_grid;
        let mut grid = self.frame(gathered.texts.clone())?;
        (grid.columns, grid.targets) =
            gathered.arrange(&grid.rows, &grid.axis, &grid.watched, definitions)?;
        if !is_grid {
            grid.columns.check_reading()?;
        }
        grid.check()?;
        Ok(grid)
    }

    /// Whether the document's list of cells is empty.
    pub(crate) fn has_no_cells(&self) -> bool {
        self.gathered.places.is_empty()
    }

    /// Whether it is a grid that is no reading, and the definitions of the columns that a grid has.
    pub(crate) fn definitions(&self) -> (bool, &[Column]) {
        (self.is_grid, &self.columns)
    }

    /// All of a grid but its numbers and targets, which are left empty, so that it is not checked yet. `texts`
    /// are those that the cells told.
    pub(crate) fn frame(self, texts: BTreeMap<TokenId, String>) -> Result<Grid, ReadingError> {
        let missing =
            |field| move || ReadingError::invalid("the document", format!("a field `{field}`"), "none");
        let info = Info {
            model: self.model.ok_or_else(missing("model"))?,
            lens: self.lens.ok_or_else(missing("lens"))?,
            precision: self.precision.ok_or_else(missing("precision"))?,
            sampling: self.sampling,
            run_id: self.run_id.ok_or_else(missing("run_id"))?,
            program: self.program.ok_or_else(missing("program"))?,
            not_finite: self.not_finite,
            about: self.about.unwrap_or_default(),
            predicts: self.predicts,
            other: self.other,
        };
        let tokens = self.tokens.ok_or_else(missing("tokens"))?.into_iter().map(token).collect();
        let rows = self.rows.ok_or_else(missing("rows"))?;
        let rows = rows.into_iter().map(RowRecord::place).collect::<Result<_, _>>()?;
        let axis = match self.axis {
            Some(axis) => Axis::parse(&axis.name, &axis.labels)?,
            None => Axis::Positions(self.positions.ok_or_else(missing("positions"))?),
        };
        let watched: Vec<Watched> = self.watched.into_iter().map(watched).collect();
        let mut vocabulary = texts;
        for record in self.vocabulary {
            name(&mut vocabulary, "vocabulary", record.id, record.text.into_owned())?;
        }
        let (targets, columns) = (Vec::new(), Columns::default());
        Ok(Grid { info, tokens, rows, axis, targets, watched, columns, vocabulary })
    }
}

impl<'de> Deserialize<'de> for Parts {
    /// A document within another one (the head of a pack).
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Parts, D::Error> {
        let mut refusal = None;
        let parsed = Document { refusal: &mut refusal }.deserialize(deserializer);
        refusal.map_or(parsed, |refusal| Err(D::Error::custom(refusal)))
    }
}

/// `fathom.reading/1`, say, or the same with a minor version.
fn is_of(schema: &str, form: &str) -> bool {
    match schema.strip_prefix(form) {
        Some(rest) => rest.is_empty() || rest.starts_with('.'),
        None => false,
    }
}

fn token(record: TokenRecord<'_>) -> Token {
    Token {
        id: record.id,
        text: record.text.into_owned(),
        bytes: record.bytes.0.into_owned(),
        origin: record.origin,
    }
}

fn watched(record: WatchedRecord<'_>) -> Watched {
    let score = |sequence: SequenceRecord| SequenceScore {
        position: sequence.position,
        logprob_bits: sequence.logprob_bits.into_iter().map(|number| number.0).collect(),
    };
    Watched {
        text: record.text.into_owned(),
        ids: record.ids.into_owned(),
        sequence: record.sequence.map(score),
    }
}

/// Each value once, in order.
fn distinct<T: Copy, K: Ord>(values: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable_by_key(|value| key(value));
    values.dedup_by_key(|value| key(value));
    values
}
