//! The API's documentation as one page, made from the OpenAPI document: no script, nothing from elsewhere.

use crate::problem::KINDS;
use serde_json::{Map, Value};
use std::fmt::Write;

/// The page.
pub(super) fn page(document: &Value) -> String {
    let mut out = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fathom: the HTTP API</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"stylesheet\" href=\"/assets/docs.css\"><link rel=\"icon\" href=\"/assets/icon.svg\"><main>",
    );
    put(&mut out, "h1", "Fathom: the HTTP API");
    prose(&mut out, document["info"]["description"].as_str());
    out += "<p>As a document: <a href=\"/api/openapi.json\">openapi.json</a>. \
            The application: <a href=\"/\">here</a>.</p>";
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            operation_section(&mut out, path, method, operation);
        }
    }
    put(&mut out, "h2", "What requests and answers hold");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        schema_section(&mut out, name, schema);
    }
    put(&mut out, "h2", "Problems");
    out += "<table><tr><th>type<th>status<th>title</tr>";
    for (slug, status, title) in KINDS {
        let _ =
            write!(out, "<tr id=\"{slug}\"><td><code>{slug}</code><td>{}<td>{title}</tr>", status.as_u16());
    }
    out += "</table></main></html>";
    out
}

fn operation_section(out: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        out,
        "<section><h2><code><b>{}</b> {}</code></h2>",
        escaped(&method.to_uppercase()),
        escaped(path)
    );
    put(out, "h3", operation["summary"].as_str().unwrap_or_default());
    prose(out, operation["description"].as_str());
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        *out += "<table><tr><th>parameter<th>in<th>type<th></tr>";
        for parameter in parameters {
            let text = |key: &str| escaped(parameter[key].as_str().unwrap_or_default());
            let kind = kind(&parameter["schema"]);
            let (name, place, about) = (text("name"), text("in"), text("description"));
            let _ = write!(out, "<tr><td><code>{name}</code><td>{place}<td>{kind}<td>{about}</tr>");
        }
        *out += "</table>";
    }
    if let Some((_, body)) = entries(&operation["requestBody"]["content"]).next() {
        let _ = write!(out, "<p>Body: {}</p>", kind(&body["schema"]));
    }
    *out += "<table><tr><th>status<th>answer<th></tr>";
    for (status, response) in entries(&operation["responses"]) {
        let bodies: Vec<String> = entries(&response["content"])
            .map(|(media, body)| format!("<code>{}</code> {}", escaped(media), kind(&body["schema"])))
            .collect();
        let about = escaped(response["description"].as_str().unwrap_or_default());
        let _ = write!(out, "<tr><td>{}<td>{about}<td>{}</tr>", escaped(status), bodies.join("<br>"));
    }
    *out += "</table></section>";
}

fn schema_section(out: &mut String, name: &str, schema: &Value) {
    let _ = write!(out, "<section id=\"schema-{0}\"><h3><code>{0}</code></h3>", escaped(name));
    prose(out, schema["description"].as_str());
    if schema["properties"].is_null() {
        let _ = write!(out, "<p>{}</p></section>", kind(schema));
        return;
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    *out += "<table><tr><th>field<th>type<th></tr>";
    for (field, schema) in entries(&schema["properties"]) {
        let mark = if required.contains(&field) { "" } else { " <i>optional</i>" };
        let about = escaped(schema["description"].as_str().unwrap_or_default());
        let _ =
            write!(out, "<tr><td><code>{}</code><td>{}{mark}<td>{about}</tr>", escaped(field), kind(schema));
    }
    *out += "</table></section>";
}

/// A schema in a few words, with links.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escaped(name));
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(options) = schema[several].as_array() {
            let kinds: Vec<String> =
                options.iter().filter(|option| option["type"] != "null").map(kind).collect();
            return kinds.join(" or ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| format!("<code>{}</code>", escaped(&value.to_string()))).collect();
        return values.join(" | ");
    }
    let word = match &schema["type"] {
        Value::String(word) => word.clone(),
        Value::Array(words) => {
            let words = words.iter().filter_map(Value::as_str).filter(|word| *word != "null");
            words.collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    };
    match word.as_str() {
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" if !schema["properties"].is_null() => {
            let fields = entries(&schema["properties"]);
            let fields: Vec<String> = fields
                .map(|(name, schema)| format!("<code>{}</code>: {}", escaped(name), kind(schema)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        _ => escaped(&word),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries: Option<&Map<String, Value>> = value.as_object();
    entries.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn put(out: &mut String, element: &str, text: &str) {
    let _ = write!(out, "<{element}>{}</{element}>", escaped(text));
}

fn prose(out: &mut String, text: Option<&str>) {
    for paragraph in text.unwrap_or_default().split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        // What stands between backticks is code.
        let parts = paragraph.split('`').enumerate().map(|(i, part)| match i % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        });
        let _ = write!(out, "<p>{}</p>", parts.collect::<String>());
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
