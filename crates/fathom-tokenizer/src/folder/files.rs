//! What the files beside `tokenizer.json` say of tokens. Many say the same thing; which one counts is transformers' rule
//! (5.23, `PreTrainedTokenizerBase._from_pretrained`): `added_tokens_decoder` in `tokenizer_config.json` makes it leave
//! `special_tokens_map.json` and `added_tokens.json` unread; without it these two go before `tokenizer_config.json`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use tokenizers::AddedToken;

use super::class::Class;
use super::rules::json;
use crate::TokenizerError;

pub(super) const CONFIG: &str = "tokenizer_config.json";
pub(super) const ADDED: &str = "added_tokens.json";
const MAP: &str = "special_tokens_map.json";

/// The tokens that have a name of their own, in the order in which they are added.
pub(super) const NAMED: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// The files, as they are.
pub(super) struct Files {
    /// `tokenizer_config.json`, overruled by `special_tokens_map.json` where that counts.
    pub(super) config: Ordered,
    /// Whether `added_tokens_decoder` is in it.
    has_decoder: bool,
    /// `added_tokens.json`, where it counts.
    added: BTreeMap<String, u32>,
    /// `config.json`.
    pub(super) model: Value,
}

/// An object with its keys in the file's order: new tokens are numbered in it.
#[derive(Default)]
pub(super) struct Ordered(Vec<(String, Value)>);

/// What the files declare.
pub(super) struct Declared {
    /// By the number that a file gives them.
    pub(super) numbered: BTreeMap<u32, AddedToken>,
    /// Those with a name: the seven, then a model's own.
    pub(super) named: Vec<(String, AddedToken)>,
    extra: Vec<AddedToken>,
}

impl Files {
    pub(super) fn read(folder: &Path) -> Result<Files, TokenizerError> {
        let mut config: Ordered = json(folder, CONFIG)?;
        let has_decoder = config.get("added_tokens_decoder").is_some();
        let mut added = BTreeMap::new();
        if !has_decoder {
            let map: Ordered = json(folder, MAP)?;
            config.overrule(map);
            added = json(folder, ADDED)?;
        }
        let bad = |key: &str| {
            let reason = format!("{key} is no token: neither a text nor an object with a \"content\"");
            TokenizerError::BadJson { file: folder.join(CONFIG), reason }
        };
        for key in NAMED {
            if config.get(key).is_some_and(|value| !value.is_null() && token(value).is_none()) {
                return Err(bad(key));
            }
        }
        Ok(Files { config, has_decoder, added, model: json(folder, "config.json")? })
    }

    /// The text of a token with a name.
    pub(super) fn named_text(&self, key: &str) -> Option<String> {
        self.config.get(key).and_then(token).map(|token| token.content)
    }

    /// All of it together, for a class with its own defaults. `in_json`: the added tokens of `tokenizer.json`.
    pub(super) fn declared(&self, class: Class, in_json: &[(u32, AddedToken)]) -> Result<Declared, String> {
        let mut numbered = BTreeMap::new();
        if self.has_decoder {
            let decoder = self.config.get("added_tokens_decoder").and_then(Value::as_object);
            for (id, value) in decoder.into_iter().flatten() {
                let read = id.parse::<u32>().ok().zip(token(value).filter(|_| value.is_object()));
                let Some((id, token)) = read else {
                    return Err(format!("added_tokens_decoder: {id:?} is no number with a token"));
                };
                numbered.insert(id, token);
            }
        }
        let extra = self.config.extra();
        let mut own = Vec::new();
        for (key, value) in &self.config.0 {
            let has_name = key.ends_with("_token") && !NAMED.contains(&key.as_str());
            own.extend(token(value).filter(|_| has_name).map(|token| (key.clone(), token)));
        }
        let listed: Vec<AddedToken> = match extra {
            Some(Value::Array(list)) => list.iter().filter_map(token).collect(),
            Some(Value::Object(map)) => {
                own.extend(map.iter().filter_map(|(key, value)| Some((key.clone(), token(value)?))));
                Vec::new()
            }
            _ => Vec::new(),
        };
        if !self.has_decoder {
            let special: HashSet<String> = NAMED
                .iter()
                .filter_map(|key| self.named_text(key))
                .chain(listed.iter().map(|token| token.content.clone()))
                .collect();
            for (text, &id) in &self.added {
                let token = AddedToken::from(text.as_str(), special.contains(text));
                numbered.insert(id, token);
            }
            numbered.extend(in_json.iter().cloned());
        }
        let mut named = Vec::new();
        for key in NAMED {
            let default = || class.defaults().iter().find(|(known, _)| *known == key);
            let found = match self.config.get(key) {
                Some(value) => token(value),
                None => default().map(|(_, text)| AddedToken::from(*text, true)),
            };
            named.extend(found.map(|token| (key.to_owned(), token)));
        }
        named.extend(own);
        let by_text: HashMap<&str, &AddedToken> =
            numbered.values().map(|token| (token.content.as_str(), token)).collect();
        for (_, token) in &mut named {
            if let Some(known) = by_text.get(token.content.as_str()) {
                *token = (*known).clone();
            }
            token.special = true;
        }
        let names: HashSet<&str> = named.iter().map(|(_, token)| token.content.as_str()).collect();
        for token in numbered.values_mut() {
            token.special |= names.contains(token.content.as_str());
        }
        Ok(Declared { numbered, named, extra: listed })
    }
}

impl Declared {
    /// What is added to a tokenizer that has tokens of the texts `there`, in this order.
    pub(super) fn to_add(&self, class: Class, there: &HashSet<String>) -> Vec<AddedToken> {
        let mut known: HashSet<&str> = there.iter().map(String::as_str).collect();
        let mut tokens: Vec<AddedToken> = self.numbered.values().cloned().collect();
        known.extend(self.numbered.values().map(|token| token.content.as_str()));
        for token in self.named.iter().map(|(_, token)| token).chain(&self.extra) {
            if known.insert(&token.content) {
                tokens.push(token.clone());
            }
        }
        // Two classes add their special tokens once more, whatever was said of them before.
        let again = self.named.iter().map(|(_, token)| token).chain(&self.extra);
        match class {
            Class::Qwen2 => tokens.extend(again.map(|token| AddedToken::from(token.content.as_str(), true))),
            Class::Cohere => tokens.extend(again.cloned().map(|mut token| {
                token.special = true;
                token
            })),
            _ => {}
        }
        tokens
    }
}

impl Ordered {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Its tokens without a name. An old key counts where the new one has nothing.
    fn extra(&self) -> Option<&Value> {
        let there = |value: &&Value| match value {
            Value::Array(list) => !list.is_empty(),
            Value::Object(map) => !map.is_empty(),
            _ => false,
        };
        let new = self.get("extra_special_tokens").filter(there);
        new.or_else(|| self.get("additional_special_tokens").filter(there))
    }

    /// Puts what `special_tokens_map.json` says over this.
    fn overrule(&mut self, map: Ordered) {
        let extra = self.extra().cloned();
        let mut over = Vec::new();
        for (key, mut value) in map.0 {
            match (key.as_str(), &mut value, &extra) {
                ("extra_special_tokens", Value::Array(more), Some(Value::Array(list))) => {
                    more.retain(|token| !list.contains(token));
                    more.splice(0..0, list.iter().cloned());
                }
                ("additional_special_tokens", _, Some(_)) => continue,
                (_, Value::Object(token), _) if token.contains_key("content") => {
                    token.insert("special".to_owned(), Value::Bool(true));
                }
                _ => {}
            }
            over.push((key, value));
        }
        let keys: HashSet<&str> = over.iter().map(|(key, _)| key.as_str()).collect();
        self.0.retain(|(key, _)| !keys.contains(key.as_str()));
        self.0.extend(over);
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Ordered, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Ordered;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        from.deserialize_map(Object)
    }
}

/// A token as a text (then it is special) or as an object.
fn token(value: &Value) -> Option<AddedToken> {
    let flag = |key: &str| value[key].as_bool().unwrap_or(false);
    match value {
        Value::String(text) => Some(AddedToken::from(text.as_str(), true)),
        Value::Object(_) => {
            let special = flag("special");
            let token = AddedToken::from(value["content"].as_str()?, special)
                .single_word(flag("single_word"))
                .lstrip(flag("lstrip"))
                .rstrip(flag("rstrip"))
                .normalized(value["normalized"].as_bool().unwrap_or(!special));
            Some(token)
        }
        _ => None,
    }
}
