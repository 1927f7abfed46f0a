//! Which token starts a text, and which end one: what the files beside `tokenizer.json` say.

use std::path::Path;

use fathom_formats::Note;
use fathom_reading::TokenId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenizers::AddedToken;

use super::bytes::{flatten, kind};
use super::contents;
use super::files::{CONFIG, Files};
use crate::vocabulary::{Kind, Vocabulary};
use crate::{TokenizerError, known};

pub(super) struct Rules {
    pub(super) bos: Option<TokenId>,
    pub(super) add_bos: bool,
    pub(super) end: Vec<TokenId>,
    /// What chat templates call `bos_token` and so on.
    pub(super) named: Vec<(String, String)>,
    pub(super) notes: Vec<Note>,
}

/// `config.json` and `generation_config.json`.
#[derive(Default, Deserialize)]
struct ModelConfig {
    bos_token_id: Option<Ids>,
    eos_token_id: Option<Ids>,
    /// Where a model of text and images has the first two.
    text_config: Option<Box<ModelConfig>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
    One(i64),
    Many(Vec<i64>),
}

/// What decides, beside the folder's files.
pub(super) struct Given<'a> {
    pub(super) file: &'a Path,
    pub(super) files: &'a Files,
    pub(super) named: &'a [(String, AddedToken)],
    pub(super) post_processor: &'a Value,
    pub(super) vocabulary: &'a Vocabulary,
}

pub(super) fn read(
    folder: &Path,
    given: &Given<'_>,
    id_of: impl Fn(&str) -> Option<u32>,
    text_of: impl Fn(u32) -> Option<String>,
) -> Result<Rules, TokenizerError> {
    let Given { file, files, vocabulary, .. } = *given;
    let generation: ModelConfig = json(folder, "generation_config.json")?;
    let model: ModelConfig = json(folder, "config.json")?;

    let template = template(given.post_processor, file)?;
    let named = |key: &str| given.named.iter().find(|(name, _)| name == key).map(|(_, token)| &token.content);
    // What the template writes is what a text starts with, whatever its name; without it no text starts with a token.
    let bos = template
        .before
        .or_else(|| id_of(named("bos_token")?))
        .or_else(|| generation.bos(vocabulary))
        .or_else(|| model.bos(vocabulary));

    let mut end: Vec<u32> = known::ENDS
        .iter()
        .filter_map(|name| id_of(name))
        .filter(|&id| vocabulary.kind(id) == Kind::Special)
        .chain(named("eos_token").and_then(|name| id_of(name)))
        .chain(generation.ends(vocabulary))
        .chain(model.ends(vocabulary))
        .collect();
    end.sort_unstable();
    end.dedup();
    let mut notes = Vec::new();
    notes.extend(switch_note(files, template.before.is_some()));
    if template.after {
        let text = "tokenizer.json ends each text with a token of its own; Fathom leaves it out, so that the text can go on";
        notes.push(Note::new(text));
    }
    // A template may write the start even where the tokenizer's own configuration does not name it.
    let mut names: Vec<(String, String)> =
        given.named.iter().map(|(name, token)| (name.clone(), token.content.clone())).collect();
    names.retain(|(name, _)| name.ends_with("_token"));
    let first_end = || generation.ends(vocabulary).into_iter().chain(model.ends(vocabulary)).next();
    for (name, id) in [("bos_token", bos), ("eos_token", first_end())] {
        if named(name).is_none() {
            names.extend(id.and_then(&text_of).map(|text| (name.to_owned(), text)));
        }
    }
    Ok(Rules {
        bos: bos.map(TokenId),
        add_bos: template.before.is_some(),
        end: end.into_iter().map(TokenId).collect(),
        named: names,
        notes,
    })
}

/// Says that a switch has no effect: transformers does not read it beside a `tokenizer.json`.
fn switch_note(files: &Files, adds: bool) -> Option<Note> {
    let said = files.config.get("add_bos_token")?.as_bool()?;
    let does = if adds { "does" } else { "does not" };
    (said != adds).then(|| {
        Note::new(format!(
            "add_bos_token = {said} in {CONFIG} has no effect: tokenizer.json decides whether a text starts with a BOS token, and it {does}"
        ))
    })
}

impl Ids {
    fn all(&self) -> &[i64] {
        match self {
            Ids::One(id) => std::slice::from_ref(id),
            Ids::Many(ids) => ids,
        }
    }
}

impl ModelConfig {
    /// Ids that are there. Configurations keep their family's defaults (50256) beside smaller vocabularies.
    fn known(ids: &Option<Ids>, vocabulary: &Vocabulary) -> impl Iterator<Item = u32> {
        let ids = ids.as_ref().map_or(&[][..], Ids::all);
        ids.iter().filter_map(|&id| u32::try_from(id).ok()).filter(|&id| vocabulary.kind(id) != Kind::Hole)
    }

    fn ends(&self, vocabulary: &Vocabulary) -> Vec<u32> {
        let inner = self.text_config.iter().flat_map(|inner| inner.ends(vocabulary));
        ModelConfig::known(&self.eos_token_id, vocabulary).chain(inner).collect()
    }

    fn bos(&self, vocabulary: &Vocabulary) -> Option<u32> {
        let own = ModelConfig::known(&self.bos_token_id, vocabulary).next();
        own.or_else(|| self.text_config.as_ref()?.bos(vocabulary))
    }
}

/// What a file of the folder says; where there is none, nothing.
pub(super) fn json<T: DeserializeOwned + Default>(folder: &Path, name: &str) -> Result<T, TokenizerError> {
    let file = folder.join(name);
    match contents(&file)? {
        None => Ok(T::default()),
        Some(json) => fathom_formats::python_json::from_slice(&json)
            .map_err(|error| TokenizerError::BadJson { file, reason: error.to_string() }),
    }
}

/// What the post-processor puts around a text.
#[derive(Debug, Default, PartialEq)]
struct Template {
    before: Option<u32>,
    after: bool,
}

fn template(post_processor: &Value, file: &Path) -> Result<Template, TokenizerError> {
    let mut parts = Vec::new();
    flatten(post_processor, "processors", &mut parts);
    let (mut before, mut after) = (Vec::new(), false);
    for part in &parts {
        match kind(part) {
            "TemplateProcessing" => {
                let template = part["single"].as_array().map_or(&[][..], Vec::as_slice);
                for name in template.iter().map_while(|piece| piece["SpecialToken"]["id"].as_str()) {
                    let ids = part["special_tokens"][name]["ids"].as_array();
                    before.extend(ids.into_iter().flatten().filter_map(Value::as_u64));
                }
                after |= template.last().is_some_and(|last| last["SpecialToken"].is_object());
            }
            "RobertaProcessing" | "BertProcessing" => {
                before.extend(part["cls"][1].as_u64());
                after |= part["sep"][1].is_u64();
            }
            _ => {}
        }
    }
    match before[..] {
        [] => Ok(Template { before: None, after }),
        [id] => Ok(Template { before: u32::try_from(id).ok(), after }),
        _ => Err(TokenizerError::UnsupportedJson {
            file: file.into(),
            what: format!("a post-processor that puts {} tokens before a text", before.len()),
            why: "Fathom starts a text with one BOS token at most",
        }),
    }
}
