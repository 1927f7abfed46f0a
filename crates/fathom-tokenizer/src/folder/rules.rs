//! Which token starts a text, and which end one: what the files beside `tokenizer.json` say.

use std::path::Path;

use fathom_reading::TokenId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bytes::{described, flatten, kind};
use super::contents;
use crate::vocabulary::{Kind, Vocabulary};
use crate::{TokenizerError, known};

pub(super) struct Rules {
    pub(super) bos: Option<TokenId>,
    pub(super) add_bos: bool,
    pub(super) end: Vec<TokenId>,
}

/// `tokenizer_config.json`.
#[derive(Default, Deserialize)]
struct TokenizerConfig {
    add_bos_token: Option<bool>,
    bos_token: Option<Named>,
    eos_token: Option<Named>,
}

/// A token by its text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Text(String),
    Added { content: String },
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

pub(super) fn read(
    folder: &Path,
    file: &Path,
    inner: &tokenizers::Tokenizer,
    vocabulary: &Vocabulary,
) -> Result<Rules, TokenizerError> {
    let tokenizer: TokenizerConfig = json(folder, "tokenizer_config.json")?;
    let generation: ModelConfig = json(folder, "generation_config.json")?;
    let model: ModelConfig = json(folder, "config.json")?;

    let template = template_bos(&described(inner.get_post_processor()), file)?;
    let named = |token: &Named| inner.token_to_id(token.text());
    let bos = tokenizer
        .bos_token
        .as_ref()
        .and_then(named)
        .or(template)
        .or_else(|| generation.bos(vocabulary))
        .or_else(|| model.bos(vocabulary));
    // transformers rebuilds the template where the configuration has the switch.
    let add_bos = tokenizer.add_bos_token.unwrap_or(template.is_some());
    if add_bos && bos.is_none() {
        return Err(TokenizerError::NoBos {
            file: file.into(),
            missing: "bos_token in tokenizer_config.json",
        });
    }

    let mut end: Vec<u32> = known::ENDS
        .iter()
        .filter_map(|name| inner.token_to_id(name))
        .filter(|&id| vocabulary.kind(id) == Kind::Special)
        .chain(tokenizer.eos_token.as_ref().and_then(named))
        .chain(generation.ends(vocabulary))
        .chain(model.ends(vocabulary))
        .collect();
    end.sort_unstable();
    end.dedup();
    Ok(Rules { bos: bos.map(TokenId), add_bos, end: end.into_iter().map(TokenId).collect() })
}

impl Named {
    fn text(&self) -> &str {
        match self {
            Named::Text(text) | Named::Added { content: text } => text,
        }
    }
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
fn json<T: DeserializeOwned + Default>(folder: &Path, name: &str) -> Result<T, TokenizerError> {
    let file = folder.join(name);
    match contents(&file)? {
        None => Ok(T::default()),
        Some(json) => serde_json::from_slice(&json)
            .map_err(|error| TokenizerError::BadJson { file, reason: error.to_string() }),
    }
}

/// The token that the post-processor puts before a text.
fn template_bos(post_processor: &Value, file: &Path) -> Result<Option<u32>, TokenizerError> {
    let mut parts = Vec::new();
    flatten(post_processor, "processors", &mut parts);
    let mut before = Vec::new();
    for part in &parts {
        match kind(part) {
            "TemplateProcessing" => {
                let template = part["single"].as_array().map_or(&[][..], Vec::as_slice);
                for name in template.iter().map_while(|piece| piece["SpecialToken"]["id"].as_str()) {
                    let ids = part["special_tokens"][name]["ids"].as_array();
                    before.extend(ids.into_iter().flatten().filter_map(Value::as_u64));
                }
            }
            "RobertaProcessing" | "BertProcessing" => before.extend(part["cls"][1].as_u64()),
            _ => {}
        }
    }
    match before[..] {
        [] => Ok(None),
        [id] => Ok(u32::try_from(id).ok()),
        _ => Err(TokenizerError::UnsupportedJson {
            file: file.into(),
            what: format!("a post-processor that puts {} tokens before a text", before.len()),
            why: "Fathom starts a text with one BOS token at most",
        }),
    }
}
