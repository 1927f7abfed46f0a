//! What the OpenAPI document says of every route alike: which problems it may answer with, and the ranges of numbers.

use crate::problem::KINDS;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::IntoResponses;
use utoipa::openapi::{Content, RefOr, Response, ResponseBuilder, schema};

/// What any request may be told: who asks, and how, is looked at before anything else.
const ALWAYS: [&str; 6] = ["bad-request", "token", "forbidden", "misdirected", "failure", "time"];
/// What a request with a body may be told besides.
const BODY: [&str; 4] = ["slow", "too-large", "media-type", "invalid"];
/// What a request may be told that uses the history.
const HISTORY: [&str; 1] = ["disk-full"];

/// The problems of a group of routes, as responses: these kinds and [`ALWAYS`].
macro_rules! problems {
    ($($(#[$about:meta])* $name:ident: $groups:expr, [$($slug:literal),*];)*) => {$(
        $(#[$about])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let groups: &[&[&str]] = $groups;
                responses(&[groups, &[&ALWAYS, &[$($slug),*]]].concat().concat())
            }
        }
    )*};
}

problems! {
    /// Of what needs no history.
    Listing: &[], [];
    /// Of the list of readings.
    Reading: &[&HISTORY], [];
    /// Of making a reading.
    Creating: &[&BODY, &HISTORY], ["too-long", "unknown-model", "unsupported", "other-model", "busy", "stopping"];
    /// Of what is asked of a reading, finished or not.
    Finding: &[&HISTORY], ["not-found"];
    /// Of what is asked of a finished reading.
    Exporting: &[&HISTORY], ["not-found", "not-ready", "invalid"];
    /// Of a new name.
    Naming: &[&BODY, &HISTORY], ["not-found", "protected"];
    /// Of what takes a reading away.
    Deleting: &[&HISTORY], ["not-found", "protected"];
    /// Of further questions.
    Asking: &[&BODY, &HISTORY], ["not-found", "not-ready", "other-model", "too-long", "unknown-model", "unsupported", "busy", "stopping"];
}

/// One response a status, saying which kinds of problem it stands for.
fn responses(slugs: &[&str]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (slug, status, title) in KINDS.iter().filter(|(slug, _, _)| slugs.contains(slug)) {
        by_status.entry(status.as_u16().to_string()).or_default().push(format!("{title} (`{slug}`)"));
    }
    let problem = || schema::Ref::from_schema_name("Problem");
    let response = |kinds: Vec<String>| {
        let content = Content::new(Some(problem()));
        ResponseBuilder::new()
            .description(kinds.join("; "))
            .content("application/problem+json", content)
            .build()
    };
    by_status.into_iter().map(|(status, kinds)| (status, RefOr::T(response(kinds)))).collect()
}

/// utoipa writes `u32` as a signed `int32`, and an unsigned number of any size without its end.
pub(super) fn with_ranges(mut document: Value) -> Value {
    mend(&mut document);
    document
}

fn mend(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(mend),
        Value::Object(fields) => {
            let is_integer = match &fields.get("type") {
                Some(Value::String(one)) => one == "integer",
                Some(Value::Array(several)) => several.iter().any(|one| one == "integer"),
                _ => false,
            };
            if is_integer && fields.get("minimum").is_some_and(|minimum| *minimum == 0) {
                let most = match fields.remove("format") {
                    Some(format) if format == "int32" => u64::from(u32::MAX),
                    _ => u64::MAX,
                };
                fields.entry("maximum").or_insert(json!(most));
            }
            fields.values_mut().for_each(mend);
        }
        _ => {}
    }
}
