//! JSON as Python's `json` reads it, which is what wrote most of these files: `Infinity`, `-Infinity` and `NaN` are numbers.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// How transformers writes such a number where it minds the standard: `{"__float__": "Infinity"}`.
const TAG: &str = "__float__";

const WORDS: [(&str, f64); 3] =
    [("-Infinity", f64::NEG_INFINITY), ("Infinity", f64::INFINITY), ("NaN", f64::NAN)];

/// A tagged number.
pub fn special(value: &Value) -> Option<f64> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let word = object.get(TAG)?.as_str()?;
    WORDS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number)
}

/// What the bytes say. Python's words for numbers that JSON lacks become tagged.
///
/// # Errors
/// Those of JSON, where it is not JSON with these words either.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(bytes).or_else(|error| match tag(bytes) {
        Some(tagged) => serde_json::from_slice(&tagged).map_err(|_| error),
        None => Err(error),
    })
}

/// The text with Python's words tagged; `None` where it has none.
fn tag(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest, mut found, mut quoted) = (Vec::with_capacity(bytes.len()), bytes, false, false);
    while let [first, after @ ..] = rest {
        let word = WORDS.iter().find(|(word, _)| !quoted && rest.starts_with(word.as_bytes()));
        if let Some((word, _)) = word {
            out.extend_from_slice(format!("{{\"{TAG}\":\"{word}\"}}").as_bytes());
            (rest, found) = (&rest[word.len()..], true);
            continue;
        }
        out.push(*first);
        rest = after;
        match first {
            b'"' => quoted = !quoted,
            // What is escaped ends no string.
            b'\\' if quoted => {
                if let [escaped, after @ ..] = rest {
                    out.push(*escaped);
                    rest = after;
                }
            }
            _ => {}
        }
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_numbers_are_read_and_strings_are_left_alone() {
        let text =
            br#"{"a": Infinity, "b": [-Infinity, NaN], "c": "NaN \" Infinity", "d": {"__float__": "NaN"}}"#;
        let value: Value = from_slice(text).unwrap();
        assert_eq!(special(&value["a"]), Some(f64::INFINITY));
        assert_eq!(special(&value["b"][0]), Some(f64::NEG_INFINITY));
        assert!(special(&value["b"][1]).unwrap().is_nan() && special(&value["d"]).unwrap().is_nan());
        assert_eq!(value["c"], "NaN \" Infinity");
        for wrong in [&b"{\"a\": Infinit}"[..], b"{\"a\": NaNa}", b"\xef\xbb\xbf{}", b"{\"a\": \"Infinity}"] {
            assert!(from_slice::<Value>(wrong).is_err());
        }
        // Typed, where nothing asks for the number.
        assert_eq!(from_slice::<std::collections::BTreeMap<String, Value>>(text).unwrap().len(), 4);
    }
}
