//! Why a request can't be read, in words of ours: what was expected, what was found, and what to do. serde knows it, but says it
//! in names of Rust's types and in columns of the text.

/// Most characters of what somebody sent that an answer repeats.
const REPEATED: usize = 60;
/// Where everything is listed.
const LISTED: &str = "/api/docs lists what a request holds";

/// What serde says of the value at `path` (`generate.top_k`, or `.` for the whole), told again.
pub(super) fn told(path: &str, said: &str) -> String {
    let said = without_place(said);
    let at = if path.is_empty() || path == "." { String::new() } else { format!("`{path}`: ") };
    format!("{}; {LISTED}", reason(&at, path, said))
}

/// What is said of a query string, whose path and message come in one.
pub(super) fn told_of_query(said: &str) -> String {
    let said = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(said);
    match said.split_once(": ") {
        Some((path, said)) if path.chars().all(|c| c.is_ascii_lowercase() || c == '_') => told(path, said),
        _ => told("", said),
    }
}

/// What is said of text that is no JSON.
pub(super) fn not_json(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => format!("the body ends before its JSON does: send one whole object; {LISTED}"),
        false => format!(
            "the body is no JSON at line {}, column {}: send one object; {LISTED}",
            error.line(),
            error.column()
        ),
    }
}

fn reason(at: &str, path: &str, said: &str) -> String {
    if let Some(rest) = said.strip_prefix("unknown field ") {
        let (field, known) = rest.split_once(", expected ").unwrap_or((rest, "none"));
        // The path ends with the field itself.
        let inside = path.rsplit_once('.').map_or(String::new(), |(outer, _)| format!(" in `{outer}`"));
        return format!("there is no field {}{inside}; the fields are {}", short(field), listed(known));
    }
    if let Some(field) = said.strip_prefix("missing field ") {
        return format!("{at}the field {field} is missing");
    }
    if let Some(rest) = said.strip_prefix("unknown variant ") {
        let (found, known) = rest.split_once(", expected ").unwrap_or((rest, "another"));
        return format!("{at}expected {}, found {}", one_of(known), short(found));
    }
    let wrong = ["invalid type: ", "invalid value: "];
    let wrong = wrong
        .iter()
        .find_map(|start| said.strip_prefix(start))
        .and_then(|rest| rest.rsplit_once(", expected "));
    if let Some((found, wanted)) = wrong {
        return format!("{at}expected {}, found {}", kind(wanted), short(&value(found)));
    }
    // serde takes a list of all fields for an object.
    if said.starts_with("invalid length ") && said.contains("struct ") {
        return format!("{at}expected an object, found a list");
    }
    if said.contains("digit found in string")
        || said.contains("number too large")
        || said.contains("empty string")
    {
        return format!("{at}expected {}", kind("u32"));
    }
    format!("{at}{}", short(said))
}

/// Without ` at line 1 column 26`.
fn without_place(said: &str) -> &str {
    match said.rsplit_once(" at line ") {
        Some((said, place)) if place.chars().all(|c| c.is_ascii_digit() || " column".contains(c)) => said,
        _ => said,
    }
}

/// `one of `a`, `b`` as `` `a`, `b` ``.
fn listed(known: &str) -> &str {
    known.strip_prefix("one of ").unwrap_or(known)
}

fn one_of(known: &str) -> String {
    if known.starts_with("one of ") {
        known.to_owned()
    } else {
        format!("one of {}", known.replace(" or ", ", "))
    }
}

/// What a Rust type takes.
fn kind(wanted: &str) -> String {
    match wanted {
        "u32" | "u64" | "usize" => "a whole number from 0 on".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "string or map" => "a name".to_owned(),
        other if other.starts_with("struct ") || other == "a map" => "an object".to_owned(),
        other => other.to_owned(),
    }
}

/// What was found: `string "x"` and `integer `5`` as JSON has them.
fn value(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => text.to_owned(),
        Some(("integer" | "boolean", literal)) => literal.trim_matches('`').to_owned(),
        Some(("floating", literal)) => literal.trim_start_matches("point ").trim_matches('`').to_owned(),
        _ => match found {
            "map" => "an object".to_owned(),
            "sequence" => "a list".to_owned(),
            other => other.to_owned(),
        },
    }
}

fn short(text: &str) -> String {
    crate::job::shortened(text, REPEATED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::types::{CreateReading, RanksRequest, Rename};
    use serde::de::DeserializeOwned;

    fn refusal<T: DeserializeOwned>(body: &str) -> String {
        let mut reader = serde_json::Deserializer::from_str(body);
        let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err().unwrap();
        let said = told(&error.path().to_string(), &error.inner().to_string());
        let said = said.strip_suffix(&format!("; {LISTED}")).unwrap().to_owned();
        for word in ["at line", "struct", "usize", "u32", "variant", "deserialize", "invalid type"] {
            assert!(!said.contains(word), "{said}");
        }
        said
    }

    #[test]
    fn a_refusal_says_what_was_expected_and_what_was_found() {
        let of = refusal::<CreateReading>;
        assert_eq!(of(r#"{"prompt": 5}"#), "`prompt`: expected a string, found 5");
        assert_eq!(
            of(r#"{"prompt": "a", "top_k": -1}"#),
            "`top_k`: expected a whole number from 0 on, found -1"
        );
        assert_eq!(
            of(r#"{"generate": {"max_new_tokens": "many"}}"#),
            "`generate.max_new_tokens`: expected a whole number from 0 on, found \"many\""
        );
        assert_eq!(
            of(r#"{"prompt_ids": [1, 1.5]}"#),
            "`prompt_ids[1]`: expected a whole number from 0 on, found 1.5"
        );
        assert_eq!(
            of(r#"{"generate": {"temperature": [1]}}"#),
            "`generate.temperature`: expected a number, found a list"
        );
        assert_eq!(of(r#"{"generate": 8}"#), "`generate`: expected an object, found 8");
        assert_eq!(of(r#"{"lens": "tuned"}"#), "`lens`: expected one of `logit`, `raw`, found `tuned`");
        assert_eq!(of(r#"{"bos": "maybe"}"#), "`bos`: expected one of `auto`, `on`, `off`, found `maybe`");
        assert_eq!(of(r#"{"parse_special": 1}"#), "`parse_special`: expected true or false, found 1");
        assert_eq!(of("[]"), "expected an object, found a list");
        assert_eq!(of("\"a\""), "expected an object, found \"a\"");
        assert_eq!(
            of(r#"{"generate": {"temprature": 1}}"#),
            "there is no field `temprature` in `generate`; the fields are `max_new_tokens`, `temperature`, `top_k`, `top_p`, `seed`"
        );
        assert!(
            of(r#"{"temprature": 1}"#)
                .starts_with("there is no field `temprature`; the fields are `model`, `prompt`")
        );
        assert_eq!(refusal::<Rename>("{}"), "the field `name` is missing");
        let token = "expected a token, as {\"text\": \" is\"} or {\"id\": 284}";
        assert_eq!(refusal::<RanksRequest>(r#"{"tokens": [{"word": 1}]}"#), format!("`tokens[0]`: {token}"));
        assert!(of(&format!("{{\"top_k\": \"{}\"}}", "x".repeat(1000))).chars().count() < 150);
    }

    #[test]
    fn a_query_is_refused_in_the_same_words() {
        let said = "Failed to deserialize query string: format: unknown variant `exe`, expected one of `json`, `pack`";
        assert_eq!(
            told_of_query(said),
            format!("`format`: expected one of `json`, `pack`, found `exe`; {LISTED}")
        );
        let said = "Failed to deserialize query string: position: invalid digit found in string";
        assert_eq!(told_of_query(said), format!("`position`: expected a whole number from 0 on; {LISTED}"));
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        let said = |body: &str| not_json(&serde_json::from_str::<CreateReading>(body).unwrap_err());
        assert!(said("{\"prompt\": x}").starts_with("the body is no JSON at line 1, column 12"));
        assert!(said("{\"prompt\": ").contains("ends before"));
    }
}
