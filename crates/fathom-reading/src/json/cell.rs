//! Reading the cells of a file, field by field, straight into columns.

use super::gathered::{Field, Gathered, Label, Record, name};
use super::records::RowRecord;
use crate::values::Values;
use crate::{Position, Rank, ReadingError, SiteKind, Target, TokenId};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// What a cell says beside its numbers.
pub(super) struct Found {
    pub(super) row: RowRecord,
    pub(super) label: Label,
    pub(super) target: Option<Target>,
    pub(super) candidates: usize,
    pub(super) watched: usize,
}

/// Reads the list of cells. Our own refusals are kept beside serde's error, which could only carry their text.
pub(super) struct CellsSeed<'r> {
    pub(super) gathered: &'r mut Gathered,
    pub(super) refusal: &'r mut Option<ReadingError>,
}

impl<'de> DeserializeSeed<'de> for CellsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for CellsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        for index in 0.. {
            let seed = CellSeed { gathered: &mut *self.gathered, refusal: &mut *self.refusal, index };
            match cells
                .next_element_seed(seed)
                .map_err(|error| A::Error::custom(format!("cells[{index}]: {error}")))?
            {
                None => break,
                Some(found) => self.gathered.push(index, found).map_err(|refusal| {
                    *self.refusal = Some(refusal);
                    A::Error::custom("refused")
                })?,
            }
        }
        Ok(())
    }
}

struct CellSeed<'r> {
    gathered: &'r mut Gathered,
    refusal: &'r mut Option<ReadingError>,
    index: usize,
}

/// The fields of a cell that are not numbers.
#[derive(Default)]
struct Parts {
    site: Option<SiteKind>,
    layer: Option<i32>,
    head: Option<u32>,
    unit: Option<u32>,
    source: Option<Position>,
    label: Option<Label>,
    target: Option<Target>,
    candidates: Option<usize>,
    watched: Option<usize>,
    texts: Vec<(String, Option<String>)>,
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Found, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "site" => once(&mut parts.site, "site", map.next_value()?)?,
                "layer" => once(&mut parts.layer, "layer", map.next_value()?)?,
                "head" => parts.head = map.next_value()?,
                "unit" => parts.unit = map.next_value()?,
                "source" => parts.source = map.next_value()?,
                "position" => once(&mut parts.label, "position", Label::Position(map.next_value()?))?,
                axis @ ("span" | "receiver" | "layer_b") => {
                    once(&mut parts.label, axis, Label::Named(map.next_value()?))?;
                }
                "target" => {
                    let token = self.token(&mut map)?;
                    once(&mut parts.target, "target", token.target()?)?;
                }
                "top" => once(&mut parts.candidates, "top", self.list(Record::Candidate, &mut map)?)?,
                "watch" => once(&mut parts.watched, "watch", self.list(Record::Watched, &mut map)?)?,
                other => match other.strip_suffix("text") {
                    Some(column) => parts.texts.push((format!("{column}id"), text(map.next_value()?))),
                    None => {
                        let before = self.gathered.places.len();
                        take(self.gathered, Record::Cell, other, before, &mut map)?;
                    }
                },
            }
        }
        let before = self.gathered.places.len();
        self.gathered.complete(Record::Cell, before).map_err(wrong)?;
        for (column, text) in std::mem::take(&mut parts.texts) {
            self.learn(&column, text)?;
        }
        self.found(parts)
    }
}

fn text(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

fn once<T, E: Error>(place: &mut Option<T>, name: &str, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom(format!("duplicate field `{name}`"))),
    }
}

fn missing<E: Error>(name: &str) -> E {
    wrong((name.to_owned(), "missing"))
}

fn wrong<E: Error>((name, fault): (String, &str)) -> E {
    E::custom(match fault {
        "unexpected" => format!("field `{name}`, which the cells before lack"),
        fault => format!("{fault} field `{name}`"),
    })
}

impl CellSeed<'_> {
    fn found<E: Error>(self, parts: Parts) -> Result<Found, E> {
        let row = RowRecord {
            site: parts.site.ok_or_else(|| missing("site"))?,
            layer: parts.layer.ok_or_else(|| missing("layer"))?,
            head: parts.head,
            unit: parts.unit,
            source: parts.source,
        };
        let first = self.gathered.places.is_empty();
        if !first {
            // What the cells before have, this one has too.
            let lists = [(Record::Candidate, parts.candidates), (Record::Watched, parts.watched)];
            for (record, found) in lists {
                if found.is_none() && self.gathered.records(record) > 0 {
                    return Err(missing(record.name()));
                }
            }
        }
        if !first && parts.target.is_none() && self.gathered.has_targets() {
            return Err(missing("target"));
        }
        Ok(Found {
            row,
            label: parts.label.ok_or_else(|| missing("position"))?,
            target: parts.target,
            candidates: parts.candidates.unwrap_or(0),
            watched: parts.watched.unwrap_or(0),
        })
    }

    fn place(&self, field: &str) -> String {
        format!("cells[{}].{field}", self.index)
    }

    /// Keeps our own refusal.
    fn refuse<E: Error>(&mut self, result: Result<(), ReadingError>) -> Result<(), E> {
        result.map_err(|refusal| {
            *self.refusal = Some(refusal);
            E::custom("refused")
        })
    }

    /// Learns the text of the token in a column of the cell.
    fn learn<E: Error>(&mut self, column: &str, text: Option<String>) -> Result<(), E> {
        let at = self.gathered.places.len();
        let id = self.gathered.field(Record::Cell, column).and_then(|field| match &field.values {
            Values::Tokens(ids) => ids.get(at)?.some(),
            _ => None,
        });
        let (Some(id), Some(text)) = (id, text) else { return Ok(()) };
        let place = self.place(column);
        let learned = name(&mut self.gathered.texts, &place, id, text);
        self.refuse(learned)
    }

    /// The target.
    fn token<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Token, A::Error> {
        let record = Record::Target;
        let token = map.next_value_seed(TokenSeed { gathered: self.gathered, record })?;
        self.named(record, &token)?;
        Ok(token)
    }

    fn list<'de, A: MapAccess<'de>>(&mut self, record: Record, map: &mut A) -> Result<usize, A::Error> {
        let tokens = map.next_value_seed(ListSeed { gathered: self.gathered, record })?;
        for token in &tokens {
            self.named(record, token)?;
        }
        Ok(tokens.len())
    }

    fn named<E: Error>(&mut self, record: Record, token: &Token) -> Result<(), E> {
        let place = self.place(record.name());
        let learned = match &token.text {
            Some(text) => name(&mut self.gathered.texts, &place, token.id, text.clone()),
            None if record == Record::Target && token.id == TokenId::NONE => Ok(()),
            None => Err(ReadingError::invalid(format!("{place}.text"), "the token's text", "null")),
        };
        self.refuse(learned)
    }
}

/// A target, a candidate or a watched token, its numbers aside.
struct Token {
    id: TokenId,
    text: Option<String>,
    is_argmax: Option<bool>,
}

impl Token {
    fn target<E: Error>(&self) -> Result<Target, E> {
        let is_argmax = self.is_argmax.ok_or_else(|| missing("is_argmax"))?;
        Ok(Target { id: self.id, is_argmax })
    }
}

struct ListSeed<'r> {
    gathered: &'r mut Gathered,
    record: Record,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = Vec<Token>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Token>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = Vec<Token>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tokens")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Token>, A::Error> {
        let mut tokens = Vec::new();
        loop {
            let seed = TokenSeed { gathered: &mut *self.gathered, record: self.record };
            let Some(token) = list.next_element_seed(seed)? else { break };
            tokens.push(token);
        }
        Ok(tokens)
    }
}

struct TokenSeed<'r> {
    gathered: &'r mut Gathered,
    record: Record,
}

impl<'de> DeserializeSeed<'de> for TokenSeed<'_> {
    type Value = Token;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Token, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TokenSeed<'_> {
    type Value = Token;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token and its numbers, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Token, A::Error> {
        let TokenSeed { gathered, record } = self;
        let before = gathered.records(record);
        let (mut id, mut words, mut is_argmax) = (None, None, None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "id" => {
                    let found = match record {
                        Record::Target => map.next_value::<Option<TokenId>>()?.unwrap_or(TokenId::NONE),
                        _ => map.next_value()?,
                    };
                    once(&mut id, "id", found)?;
                }
                "text" => once(&mut words, "text", text(map.next_value()?))?,
                "is_argmax" if record == Record::Target => is_argmax = Some(map.next_value()?),
                field => take(gathered, record, field, before, &mut map)?,
            }
        }
        let id = id.ok_or_else(|| missing("id"))?;
        match (record, gathered.field(record, "id")) {
            (Record::Watched, _) => gathered.watch(id),
            // Of the lists, only the candidates' tokens are a column.
            (_, Some(Field { values: Values::Tokens(ids), .. })) => ids.push(id),
            _ => {}
        }
        gathered.complete(record, before).map_err(wrong)?;
        Ok(Token { id, text: words.ok_or_else(|| missing("text"))?, is_argmax })
    }
}

/// Takes the value of a column. What is no number, of a column that the file alone knows, is passed over.
fn take<'de, A: MapAccess<'de>>(
    gathered: &mut Gathered,
    record: Record,
    key: &str,
    before: usize,
    map: &mut A,
) -> Result<(), A::Error> {
    match gathered.field(record, key) {
        Some(field) if !field.is_new => match &mut field.values {
            Values::Numbers(values) => values.push(map.next_value::<Option<f32>>()?.unwrap_or(f32::NAN)),
            Values::Ranks(values) => values.push(map.next_value::<Option<Rank>>()?.unwrap_or(Rank::NONE)),
            Values::Tokens(values) => {
                values.push(map.next_value::<Option<TokenId>>()?.unwrap_or(TokenId::NONE));
            }
        },
        found => {
            let is_there = found.is_some();
            if let Loose::Number(number) = map.next_value()? {
                if !is_there {
                    gathered.add_field(record, key, before);
                }
                if let Some(Field { values: Values::Numbers(values), .. }) = gathered.field(record, key) {
                    values.push(number.unwrap_or(f32::NAN));
                }
            }
        }
    }
    Ok(())
}

/// A number, or something else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(Option<f32>),
    Other(IgnoredAny),
}
