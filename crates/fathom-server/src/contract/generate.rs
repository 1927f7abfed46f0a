//! Values out of a schema: those that it allows, and those next to them that it may not.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// Texts that programs stumble over.
const TEXTS: [&str; 12] = [
    "",
    " ",
    "a",
    " is",
    "The keys to the cabinet",
    "<|im_start|>",
    "\u{0}",
    "\u{202e}abc",
    "鍵🗝",
    "../../etc/passwd",
    "tiny-llama",
    "0000000000000",
];

/// What makes sense under a name, so that some requests get as far as a reading.
pub(super) type Sense<'a> = &'a dyn Fn(&str) -> Vec<Value>;

/// Follows a reference into the document.
pub(super) fn resolved<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference}")),
        None => schema,
    }
}

/// Values that `schema` allows.
pub(super) fn allowed(schema: &Value, document: &Value, sense: Sense<'_>) -> BoxedStrategy<Value> {
    let schema = resolved(schema, document);
    if let Some(options) = schema["oneOf"].as_array() {
        let options: Vec<_> = options.iter().map(|option| allowed(option, document, sense)).collect();
        return proptest::strategy::Union::new(options).boxed();
    }
    if let Some(values) = schema["enum"].as_array() {
        return select(values.clone()).boxed();
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => panic!("a schema without a type: {schema}"),
    };
    let of_kind = |kind: &&str| match *kind {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "string" => {
            let length = |key: &str, default: u64| schema[key].as_u64().unwrap_or(default) as usize;
            let (least, most) = (length("minLength", 0), length("maxLength", 1000));
            let fits = move |text: &String| (least..=most).contains(&text.chars().count());
            let odd = select(TEXTS.to_vec()).prop_map(str::to_owned);
            prop_oneof![odd, ".{0,12}", "x{150,220}"]
                .prop_filter("its length", fits)
                .prop_map(Value::from)
                .boxed()
        }
        "integer" => {
            let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
            let most = schema["maximum"].as_u64().unwrap_or(i64::MAX as u64);
            assert!(least == 0, "no other range is used: {schema}");
            prop_oneof![0..=most.min(20), Just(most), Just(most.min(i64::MAX as u64)), 0..=most]
                .prop_map(Value::from)
                .boxed()
        }
        "number" => prop_oneof![
            Just(0.0),
            Just(0.5),
            Just(1.0),
            Just(-1.0),
            Just(1e30),
            Just(1e300),
            any::<f32>().prop_map(f64::from)
        ]
        .prop_filter("JSON has no others", |number: &f64| number.is_finite())
        .prop_map(Value::from)
        .boxed(),
        "array" => {
            let item = allowed(&schema["items"], document, sense);
            prop_oneof![9 => proptest::collection::vec(item.clone(), 0..4), 1 => proptest::collection::vec(item, 17)]
                .prop_map(Value::from)
                .boxed()
        }
        "object" => object(schema, document, sense),
        other => panic!("{other}"),
    };
    proptest::strategy::Union::new(kinds.iter().map(of_kind).collect::<Vec<_>>()).boxed()
}

fn object(schema: &Value, document: &Value, sense: Sense<'_>) -> BoxedStrategy<Value> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut fields = Just(Map::new()).boxed();
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let value = allowed(schema, document, sense);
        let usual = sense(name);
        let value =
            if usual.is_empty() { value } else { prop_oneof![4 => select(usual), 1 => value].boxed() };
        let field = match required.contains(&name.as_str()) {
            true => value.prop_map(Some).boxed(),
            false => proptest::option::weighted(0.15, value).boxed(),
        };
        let name = name.clone();
        fields = (fields, field)
            .prop_map(move |(mut fields, value)| {
                value.map(|value| fields.insert(name.clone(), value));
                fields
            })
            .boxed();
    }
    fields.prop_map(Value::Object).boxed()
}

/// `value` with one place of it changed to what stands there nowhere in a sound request.
pub(super) fn changed(value: Value) -> impl Strategy<Value = Value> {
    let other = select(vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(4_294_967_296_u64),
        json!(1e300),
        json!("text"),
        json!([]),
        json!(["text"]),
        json!({}),
        json!({"text": "a", "id": 1}),
        json!({"logit": null}),
    ]);
    (any::<Index>(), 0..4_u8, other).prop_map(move |(place, how, other)| {
        let mut value = value.clone();
        let places = places(&value);
        let place = &places[place.index(places.len())];
        let at = value.pointer_mut(place);
        match (at, how) {
            // A field too many, one that is missing, a list of all fields.
            (Some(Value::Object(fields)), 0) => drop(fields.insert("unknown".to_owned(), other)),
            (Some(Value::Object(fields)), 1) => {
                let first = fields.keys().next().cloned();
                first.map(|first| fields.remove(&first));
            }
            (Some(at @ Value::Object(_)), 2) => {
                *at = at.as_object().map(|fields| fields.values().cloned().collect()).unwrap_or_default();
            }
            (Some(at), _) => *at = other,
            (None, _) => {}
        }
        value
    })
}

/// Pointers to every value within.
fn places(value: &Value) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(values) => values.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        _ => Vec::new(),
    };
    let inner = inner.into_iter();
    std::iter::once(String::new())
        .chain(
            inner.flat_map(|(name, value)| {
                places(value).into_iter().map(move |rest| format!("/{name}{rest}"))
            }),
        )
        .collect()
}
