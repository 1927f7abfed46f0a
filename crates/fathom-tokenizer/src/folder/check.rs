//! A first look at `tokenizer.json`: what `tokenizers` (0.23) would panic on, or never come back from.
//!
//! It joins the two sides of each merge in a buffer as long as the longest token, without asking whether they fit; and it
//! does whatever the parts say, however many there are.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use tokenizers::ModelWrapper;

use super::charsmap;
use super::class::Parts;

/// The most parts (normalisers, pre-tokenizers, decoders, their patterns) taken, and how deep in one another. Known files
/// have about twenty.
const MOST_PARTS: usize = 256;
const MOST_DEPTH: usize = 16;

/// The longest text that a part puts into a text, and the longest pattern.
const MOST_CONTENT: usize = 1 << 10;
const MOST_PATTERN: usize = 1 << 16;

/// How long a word WordPiece may look for pieces in (it tries every part of it; all known files say 100), and what may
/// stand before each piece.
const MOST_WORD: usize = 512;
const MOST_PREFIX: usize = 64;

/// The longest piece of a Unigram model, which keeps them in a tree as deep as that, and takes it down on the stack.
const MOST_PIECE: usize = 1 << 11;

/// Refuses parts whose work or memory has no bound.
pub(super) fn parts(parts: &Parts) -> Result<(), String> {
    let mut count = 0;
    for (name, part) in [
        ("normalizer", &parts.normalizer),
        ("pre_tokenizer", &parts.pre_tokenizer),
        ("decoder", &parts.decoder),
    ] {
        part_of(part, 0, &mut count).map_err(|fault| format!("{name}: {fault}"))?;
    }
    Ok(())
}

fn part_of(part: &Value, depth: usize, count: &mut usize) -> Result<(), String> {
    *count += 1;
    if depth > MOST_DEPTH || *count > MOST_PARTS {
        return Err(format!(
            "more than {MOST_PARTS} parts, or parts more than {MOST_DEPTH} deep in one another"
        ));
    }
    match part {
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| match value.as_str() {
            Some(text) if key == "precompiled_charsmap" => charsmap::fault(text),
            Some(text) => {
                let most = if key == "String" || key == "Regex" { MOST_PATTERN } else { MOST_CONTENT };
                let fault = || format!("{key} has {} bytes; at most {most} are taken", text.len());
                if text.len() <= most { Ok(()) } else { Err(fault()) }
            }
            None => part_of(value, depth + 1, count),
        }),
        Value::Array(list) => list.iter().try_for_each(|part| part_of(part, depth + 1, count)),
        _ => Ok(()),
    }
}

/// Refuses settings of a model with which a word takes endless work.
pub(super) fn model(model: &ModelWrapper) -> Result<(), String> {
    let prefix = |name: &str, text: Option<&str>| match text.map_or(0, str::len) {
        length if length > MOST_PREFIX => {
            Err(format!("model.{name} has {length} bytes; at most {MOST_PREFIX} are taken"))
        }
        _ => Ok(()),
    };
    match model {
        ModelWrapper::WordPiece(words) => {
            prefix("continuing_subword_prefix", Some(&words.continuing_subword_prefix))?;
            match words.max_input_chars_per_word {
                most if most > MOST_WORD => {
                    Err(format!("model.max_input_chars_per_word is {most}; at most {MOST_WORD} are taken"))
                }
                _ => Ok(()),
            }
        }
        ModelWrapper::BPE(bpe) => {
            prefix("continuing_subword_prefix", bpe.continuing_subword_prefix.as_deref())?;
            prefix("end_of_word_suffix", bpe.end_of_word_suffix.as_deref())
        }
        _ => Ok(()),
    }
}

/// Refuses merges that make more than any token has, or that have no second half, and pieces that are too long. The crate
/// checks the rest.
pub(super) fn merges(json: &[u8]) -> Result<(), String> {
    let file: File = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let Some(Model { vocab, merges, continuing_subword_prefix }) = file.model else { return Ok(()) };
    let prefix = continuing_subword_prefix.map_or(0, |prefix| prefix.len());
    for (index, &(left, right)) in merges.0.iter().enumerate() {
        if right < prefix || left + right - prefix > vocab.0 {
            return Err(format!("model.merges[{index}] makes a token that is not in the vocabulary"));
        }
    }
    Ok(())
}

/// A Unigram model's unknown token, which the crate keeps to itself.
pub(super) fn unknown(json: &[u8]) -> Option<usize> {
    #[derive(Deserialize)]
    struct File {
        model: Model,
    }
    #[derive(Deserialize)]
    struct Model {
        unk_id: Option<usize>,
    }
    serde_json::from_slice::<File>(json).ok()?.model.unk_id
}

#[derive(Deserialize)]
struct File {
    model: Option<Model>,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    vocab: LongestKey,
    #[serde(default)]
    merges: Merges,
    continuing_subword_prefix: Option<String>,
}

/// The length of the longest key of a map; 0 for anything else (Unigram has a list).
#[derive(Default)]
struct LongestKey(usize);

/// The lengths of each merge's two sides: `"a b"` or `["a", "b"]`.
#[derive(Default)]
struct Merges(Vec<(usize, usize)>);

struct Length(usize);

struct Merge(usize, usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Length, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Length;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, text: &str) -> Result<Length, E> {
                Ok(Length(text.len()))
            }
        }
        from.deserialize_str(Text)
    }
}

impl<'de> Deserialize<'de> for LongestKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<LongestKey, D::Error> {
        struct Vocab;
        impl<'de> Visitor<'de> for Vocab {
            type Value = LongestKey;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a vocabulary: a map or a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LongestKey, A::Error> {
                let mut longest = 0;
                while let Some((Length(length), IgnoredAny)) = map.next_entry()? {
                    longest = longest.max(length);
                }
                Ok(LongestKey(longest))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<LongestKey, A::Error> {
                while let Some((Length(length), IgnoredAny)) = list.next_element()? {
                    if length > MOST_PIECE {
                        let what = format!("a piece of {length} bytes; at most {MOST_PIECE} are taken");
                        return Err(A::Error::custom(what));
                    }
                }
                Ok(LongestKey(0))
            }
        }
        from.deserialize_any(Vocab)
    }
}

impl<'de> Deserialize<'de> for Merge {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Merge, D::Error> {
        struct Sides;
        impl<'de> Visitor<'de> for Sides {
            type Value = Merge;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a merge: \"a b\" or [\"a\", \"b\"]")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Merge, E> {
                let (left, right) = text.split_once(' ').unwrap_or((text, ""));
                Ok(Merge(left.len(), right.len()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Merge, A::Error> {
                let mut side = || list.next_element::<Length>().map(|side| side.map(|Length(length)| length));
                let (left, right) = (side()?, side()?);
                match (left, right, list.next_element::<IgnoredAny>()?) {
                    (Some(left), Some(right), None) => Ok(Merge(left, right)),
                    _ => Err(A::Error::custom("a merge has two sides")),
                }
            }
        }
        from.deserialize_any(Sides)
    }
}

impl<'de> Deserialize<'de> for Merges {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Merges, D::Error> {
        let merges = Option::<Vec<Merge>>::deserialize(from)?;
        Ok(Merges(merges.into_iter().flatten().map(|Merge(left, right)| (left, right)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::merges;

    #[test]
    fn merges_must_fit() {
        let check = |rest: &str| merges(format!(r#"{{"model": {{"type": "BPE", {rest}}}}}"#).as_bytes());
        assert_eq!(check(r#""merges": ["a b"], "vocab": {"a": 0, "b": 1, "ab": 2}"#), Ok(()));
        assert_eq!(check(r#""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]"#), Ok(()));
        assert_eq!(check(r#""vocab": [["a", 0.5]], "unk_id": 0"#), Ok(()));
        assert_eq!(check(r#""vocab": {}, "merges": null"#), Ok(()));
        let too_long = check(r#""vocab": {"a": 0, "b": 1}, "merges": ["a a", "a b"]"#).unwrap_err();
        assert!(too_long.starts_with("model.merges[0]"), "{too_long}");
        let no_rest = r###""continuing_subword_prefix": "##", "vocab": {"aaaa": 0}, "merges": ["a b"]"###;
        assert!(check(no_rest).is_err());
        assert!(check(r#""vocab": {}, "merges": [["a"]]"#).is_err());
        assert!(check(r#""vocab": {}, "merges": [7]"#).is_err());
        assert!(check(r#""vocab": 7"#).is_err());
        assert!(merges(b"{").is_err());
        assert_eq!(super::unknown(br#"{"model": {"unk_id": 3, "vocab": [["a", 0.5]]}}"#), Some(3));
        assert_eq!(super::unknown(br#"{"model": {"vocab": {}}}"#), None);
    }
}
