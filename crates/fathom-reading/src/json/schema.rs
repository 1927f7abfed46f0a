//! The JSON Schema of the form, derived from its records.

use super::records::{Document, RowRecord};
use crate::{Column, Per, ValueType, known};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of `fathom.reading/1`, as committed in `schema/reading.schema.json`.
///
/// Keys are in alphabetical order whatever features serde_json was built with, so that the file can be compared
/// byte for byte.
pub fn json_schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Document<'_>>();
    let mut text = format!("{:#}", sorted(schema.to_value()));
    text.push('\n');
    text
}

/// The schema of the list of cells, from the table of columns. (A grid's own columns are fields beside these.)
pub(super) fn cells(generator: &mut SchemaGenerator) -> Schema {
    let row = RowRecord::json_schema(generator);
    let mut fields = row.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let position = json!({"type": "integer", "minimum": 0,
        "description": "Where the hidden state sits in the run. Position p predicts token p + 1."});
    fields.insert("position".into(), position);
    let list = |per, about: &str| json!({"type": "array", "description": about, "items": token(per)});
    let mut target = token(Per::Cell);
    target["description"] = "The token that came next, or the model's choice where none came.".into();
    target["properties"]["is_argmax"] = json!({"type": "boolean",
        "description": "True where no token came next and the last layer's best stands in."});
    fields.insert("target".into(), target);
    let top = "The most likely tokens, best first; none in a cell without numbers.";
    fields.insert("top".into(), list(Per::Candidate, top));
    let watch = "The watched tokens (first tokens of watched strings), in the order of `watched`.";
    fields.insert("watch".into(), list(Per::Watched, watch));
    let of_cell = |column: &&&Column| column.per == Per::Cell && column.field().is_none();
    let required = known::of_every_reading().map(|column| column as &Column);
    let names: Vec<Value> = ["site", "layer", "position", "target", "top", "watch"]
        .into_iter()
        .chain(
            required
                .filter(|column| column.per == Per::Cell && column.field().is_none())
                .map(|column| &*column.name),
        )
        .map(Value::from)
        .collect();
    for column in known::ALL.iter().filter(of_cell) {
        fields.insert(column.name.clone().into_owned(), of_column(column));
    }
    let cell = json!({"type": "object", "title": "Cell", "properties": fields, "required": names,
        "description": "What the lens saw at one site and position. What is not finite is null; a cell whose logits have \
                        no distribution (its state is not finite, or the head overflows) has no number and no candidate."});
    let list = json!({"type": "array", "items": cell, "description": "One record per site and position, site by site."});
    list.try_into().unwrap_or_default()
}

/// A token and the columns that are its fields.
fn token(per: Per) -> Value {
    let may_be_none = per == Per::Cell;
    let id = if may_be_none { json!(["integer", "null"]) } else { json!("integer") };
    let text = if may_be_none { json!(["string", "null"]) } else { json!("string") };
    let mut fields = Map::new();
    fields.insert("id".into(), json!({"type": id, "minimum": 0, "description": "The token."}));
    fields.insert("text".into(), json!({"type": text, "description": "Its text on its own."}));
    let columns = known::of_every_reading().filter(|column| column.per == per);
    for (field, column) in columns.filter_map(|column| Some((column.field()?, column))) {
        if field != "id" {
            fields.insert(field.to_owned(), of_column(column));
        }
    }
    let mut required: Vec<String> = fields.keys().cloned().collect();
    if per == Per::Cell {
        required.push("is_argmax".to_owned());
    }
    json!({"type": "object", "properties": fields, "required": required})
}

fn of_column(column: &Column) -> Value {
    match column.value_type {
        ValueType::Number => {
            json!({"type": ["number", "null"], "format": "float", "description": column.says})
        }
        ValueType::Rank => json!({"type": ["integer", "null"], "minimum": 1, "description": column.says}),
        ValueType::Token => json!({"type": ["integer", "null"], "minimum": 0, "description": column.says}),
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
