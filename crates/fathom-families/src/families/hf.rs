//! Reading a Hugging Face config.json as transformers does: of several names for one setting the one that it takes counts,
//! a key that no code of its reads has no effect (and is noted), and one that matters and that no family asked for is
//! refused by name.

use super::class::{Class, Verdict, same};
use super::read_keys::TRANSFORMERS;
use crate::FamilyError;
use crate::spec::{Activation, Tie};
use fathom_formats::{Note, python_json};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// An object of a config, and which of its keys were asked for.
pub(crate) struct Keys<'a> {
    object: &'a Map<String, Value>,
    /// What reads it in transformers; `None` for an object whose every key is read where it is asked for.
    class: Option<&'static Class>,
    /// What stands before its keys in messages: nothing, or `rope_scaling.`.
    within: String,
    asked: RefCell<BTreeSet<String>>,
    remarks: Rc<RefCell<Remarks>>,
}

/// What was found in a config that is worth a note.
#[derive(Debug, Default)]
struct Remarks {
    /// Keys without effect.
    inert: BTreeSet<String>,
    /// Settings that stand there twice, differently.
    twice: BTreeSet<String>,
    /// Keys that a family asks for and that its class does not read: a test's business.
    unread: BTreeSet<String>,
}

impl<'a> Keys<'a> {
    /// A whole config, read by the class of its `model_type`.
    pub(super) fn new(object: &'a Map<String, Value>, class: &'static Class) -> Keys<'a> {
        Keys {
            object,
            class: Some(class),
            within: String::new(),
            asked: RefCell::default(),
            remarks: Rc::default(),
        }
    }

    /// An object inside this one, whose remarks are this one's.
    pub(super) fn inside<'b>(
        &self,
        name: &str,
        object: &'b Map<String, Value>,
        class: Option<&'static Class>,
    ) -> Keys<'b> {
        let within = format!("{}{name}.", self.within);
        Keys { object, class, within, asked: RefCell::default(), remarks: self.remarks.clone() }
    }

    /// A value; `null` counts as missing, and so does a key that nothing in transformers reads.
    fn get(&self, key: &str) -> Option<&'a Value> {
        let names = self.class.map_or_else(|| vec![key], |class| class.names(key));
        if self.class.is_some_and(|class| !class.reads(key)) {
            self.remarks.borrow_mut().unread.insert(key.to_owned());
            return None;
        }
        self.asked.borrow_mut().extend(names.iter().map(|name| (*name).to_owned()));
        let mut stated = names
            .iter()
            .filter_map(|name| Some((*name, self.object.get(*name).filter(|value| !value.is_null())?)));
        let (name, value) = stated.next()?;
        stated.for_each(|other| self.twice((name, value), other));
        Some(value)
    }

    /// Remarks on a setting whose second home says something else than the one that counts.
    pub(super) fn twice(&self, (name, value): (&str, &Value), (other, unused): (&str, &Value)) {
        if !same(value, unused) {
            let text = format!("{name} = {} is used, {other} = {} is not", shown(value), shown(unused));
            self.remarks.borrow_mut().twice.insert(text);
        }
    }

    /// Remarks that a key has no effect.
    pub(super) fn without_effect(&self, key: &str) {
        if let Some(value) = self.object.get(key).filter(|value| !value.is_null()) {
            self.asked.borrow_mut().insert(key.to_owned());
            let text = format!("{}{} = {}", self.within, printable(key), shown(value));
            self.remarks.borrow_mut().inert.insert(text);
        }
    }

    /// A number that transformers does not read and that says something to Fathom alone.
    pub(super) fn aside(&self, key: &str) -> Option<usize> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.object.get(key)?.as_u64().and_then(|n| usize::try_from(n).ok())
    }

    /// A key as messages name it.
    pub(super) fn named(&self, key: &str) -> String {
        format!("{}{key}", self.within)
    }

    /// The object itself.
    pub(super) fn map(&self) -> &'a Map<String, Value> {
        self.object
    }

    /// The class's default.
    fn default(&self, key: &str) -> Option<Value> {
        self.class.and_then(|class| class.default(key))
    }

    fn typed<T>(
        &self,
        key: &str,
        expected: &'static str,
        of: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, FamilyError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let wrong = || FamilyError::config(self.named(key), expected, shown(value));
        of(value).map(Some).ok_or_else(wrong)
    }

    pub(crate) fn usize(&self, key: &str) -> Result<Option<usize>, FamilyError> {
        self.typed(key, "a whole number", |value| value.as_u64().and_then(|n| usize::try_from(n).ok()))
    }

    pub(crate) fn f64(&self, key: &str) -> Result<Option<f64>, FamilyError> {
        self.typed(key, "a number", as_number)
    }

    pub(crate) fn f32(&self, key: &str) -> Result<Option<f32>, FamilyError> {
        Ok(self.f64(key)?.map(|value| value as f32))
    }

    /// A number that `null` turns off, and that has a default where the key is missing.
    pub(crate) fn f32_or(&self, key: &str, default: f32) -> Result<Option<f32>, FamilyError> {
        Ok(self.f32(key)?.or((!self.states(key)).then_some(default)))
    }

    /// A norm's epsilon.
    pub(crate) fn eps(&self, key: &str, default: f32) -> Result<f32, FamilyError> {
        Ok(self.f32(key)?.unwrap_or(default))
    }

    /// `sliding_window`, which `null` or 0 turns off.
    pub(crate) fn window(&self, default: Option<usize>) -> Result<Option<usize>, FamilyError> {
        let missing = if self.states("sliding_window") { None } else { default };
        Ok(self.usize("sliding_window")?.or(missing).filter(|window| *window > 0))
    }

    pub(crate) fn flag(&self, key: &str, default: bool) -> Result<bool, FamilyError> {
        // Python takes `null` for false.
        let missing = if self.states(key) { false } else { default };
        Ok(self.bool(key)?.unwrap_or(missing))
    }

    pub(crate) fn bool(&self, key: &str) -> Result<Option<bool>, FamilyError> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub(crate) fn str(&self, key: &str) -> Result<Option<&'a str>, FamilyError> {
        self.typed(key, "a string", Value::as_str)
    }

    /// A size: the key's, or the class's default.
    pub(crate) fn required(&self, key: &str) -> Result<usize, FamilyError> {
        let default = || usize::try_from(self.default(key)?.as_u64()?).ok();
        let stated = self.usize(key)?;
        stated.or_else(default).ok_or_else(|| FamilyError::config(key, "a whole number", "nothing"))
    }

    /// The activation under `key`, by transformers' name for it.
    pub(crate) fn activation(&self, key: &str, default: Activation) -> Result<Activation, FamilyError> {
        let Some(name) = self.str(key)? else { return Ok(default) };
        Activation::from_hf(name).ok_or_else(|| refused(key, &Value::from(name)))
    }

    /// Refuses the model unless `key` is missing or `value`: the other case changes the arithmetic.
    pub(crate) fn only(&self, key: &str, value: impl Into<Value>) -> Result<(), FamilyError> {
        match self.get(key) {
            Some(found) if !same(found, &value.into()) => Err(refused(key, found)),
            _ => Ok(()),
        }
    }

    /// A nested object, every key of which is read where it is asked for.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Keys<'a>>, FamilyError> {
        let object = self.typed(key, "an object", Value::as_object)?;
        Ok(object.map(|object| self.inside(key, object, None)))
    }

    /// A nested object that a class of its own reads.
    pub(crate) fn object_of(&self, key: &str, class: &str) -> Result<Option<Keys<'a>>, FamilyError> {
        let object = self.typed(key, "an object", Value::as_object)?;
        Ok(object.map(|object| self.inside(key, object, Class::of(class))))
    }

    /// Leaves a key that says what another one has said already.
    pub(crate) fn known(&self, key: &str) {
        self.asked.borrow_mut().insert(key.to_owned());
    }

    /// A list.
    pub(crate) fn list(&self, key: &str) -> Result<Option<&'a [Value]>, FamilyError> {
        self.typed(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    /// Whether the class has kinds of layers (`layer_types`).
    pub(super) fn knows_layer_types(&self) -> bool {
        self.class.is_some_and(|class| class.read.iter().any(|(key, _)| *key == "layer_types"))
    }

    /// Whether the key is there at all, under any of its names, `null` included, and read.
    pub(crate) fn states(&self, key: &str) -> bool {
        let names = self.class.map_or_else(|| vec![key], |class| class.names(key));
        self.class.is_none_or(|class| class.reads(key))
            && names.iter().any(|name| self.object.contains_key(*name))
    }

    /// `tie_word_embeddings`.
    pub(crate) fn tie(&self, default: bool) -> Result<Tie, FamilyError> {
        let tied = self.bool("tie_word_embeddings")?.unwrap_or(default);
        Ok(if tied { Tie::Tied } else { Tie::Separate })
    }

    /// `layer_types`: per layer, whether it has a window. `None` where the config has no list.
    pub(crate) fn windowed(&self, layers: usize) -> Result<Option<Vec<bool>>, FamilyError> {
        let Some(types) = self.list("layer_types")? else { return Ok(None) };
        if types.len() != layers {
            return Err(FamilyError::config("layer_types", format!("{layers} entries"), types.len()));
        }
        let windowed = types.iter().map(|layer| match layer.as_str() {
            // "attention" is what earlier versions called it.
            Some("full_attention" | "attention") => Ok(false),
            Some("sliding_attention") => Ok(true),
            _ => Err(refused("layer_types", layer)),
        });
        windowed.collect::<Result<_, _>>().map(Some)
    }

    /// Keys of an object inside that nobody asked for have no effect.
    pub(crate) fn note_unread(&self) {
        let asked = self.asked.borrow().clone();
        for (key, value) in self.object.iter().filter(|(key, _)| !asked.contains(*key)) {
            let usual = self.class.is_some_and(|class| class.judge(key, value, None) == Verdict::Silent);
            if !usual {
                self.without_effect(key);
            }
        }
    }

    /// Refuses what was not asked for and matters, and sums up what does not.
    pub(crate) fn check_unread(&self, family: &str) -> Result<Vec<Note>, FamilyError> {
        let asked = self.asked.borrow().clone();
        let context = self.object.get("max_position_embeddings").and_then(as_number);
        let left = self.object.iter().filter(|(key, value)| !value.is_null() && !asked.contains(*key));
        for (key, value) in left {
            match self.class.map_or(Verdict::Inert, |class| class.judge(key, value, context)) {
                Verdict::Silent => {}
                Verdict::Inert => self.without_effect(key),
                Verdict::Refused => {
                    return Err(FamilyError::unsupported(
                        format!("config key \"{}\" = {} of a {family} model", printable(key), shown(value)),
                        "it changes the arithmetic, in a way that Fathom does not know".to_owned(),
                    ));
                }
            }
        }
        Ok(self.remarks.borrow().notes())
    }

    /// Keys that were asked for and that the class does not read.
    #[cfg(test)]
    pub(super) fn unread(&self) -> BTreeSet<String> {
        self.remarks.borrow().unread.clone()
    }
}

impl Remarks {
    fn notes(&self) -> Vec<Note> {
        let settings = |n: usize| format!("{n} setting{}", if n == 1 { "" } else { "s" });
        let mut notes = Vec::new();
        if !self.twice.is_empty() {
            let found = settings(self.twice.len());
            let text = format!(
                "config.json says {found} twice, and differently: what transformers {TRANSFORMERS} takes is used"
            );
            notes.push(Note::listing(text, self.twice.iter().cloned().collect()));
        }
        if !self.inert.is_empty() {
            let found = settings(self.inert.len());
            let verb = if self.inert.len() == 1 { "has" } else { "have" };
            let text = format!(
                "{found} in config.json {verb} no effect, here as in transformers {TRANSFORMERS} (--verbose lists them)"
            );
            notes.push(Note::listing(text, self.inert.iter().cloned().collect()));
        }
        notes
    }
}

/// A number; those that JSON has no word for come as Python's encoder tags them ([`python_json`]).
pub(super) fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| python_json::special(value))
}

pub(super) fn refused(key: &str, value: &Value) -> FamilyError {
    FamilyError::unsupported(format!("config key \"{key}\" = {}", shown(value)), None)
}

/// A value of a hostile file, short and harmless to print.
pub(super) fn shown(value: &Value) -> String {
    match value {
        _ if python_json::special(value).is_some() => python_json::special(value).unwrap_or(0.0).to_string(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::String(text) => format!("\"{}\"", printable(text)),
        other => other.to_string(),
    }
}

pub(super) fn printable(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}
