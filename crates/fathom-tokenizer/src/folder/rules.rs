//! Which token starts a text, and which end one: what the files beside `tokenizer.json` say.

use std::collections::BTreeMap;
use std::path::Path;

use fathom_reading::TokenId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenizers::AddedToken;

use super::bytes::{described, flatten, kind};
use super::contents;
use crate::error::shown;
use crate::vocabulary::{Kind, Vocabulary};
use crate::{TokenizerError, known};

const CONFIG: &str = "tokenizer_config.json";

pub(super) struct Rules {
    pub(super) bos: Option<TokenId>,
    pub(super) add_bos: bool,
    pub(super) end: Vec<TokenId>,
    /// What chat templates call `bos_token` and so on.
    pub(super) named: Vec<(&'static str, String)>,
}

/// `tokenizer_config.json`; older repositories have the names in `special_tokens_map.json`.
#[derive(Default, Deserialize)]
pub(super) struct TokenizerConfig {
    add_bos_token: Option<bool>,
    bos_token: Option<Named>,
    eos_token: Option<Named>,
    unk_token: Option<Named>,
    sep_token: Option<Named>,
    pad_token: Option<Named>,
    cls_token: Option<Named>,
    mask_token: Option<Named>,
    #[serde(default)]
    added_tokens_decoder: BTreeMap<u32, Declared>,
    /// A text or a list of named ones: no reason to refuse a model.
    pub(super) chat_template: Option<Value>,
}

/// A token in `added_tokens_decoder`.
#[derive(Deserialize)]
struct Declared {
    content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    normalized: Option<bool>,
    #[serde(default)]
    special: bool,
}

impl TokenizerConfig {
    pub(super) fn read(folder: &Path) -> Result<TokenizerConfig, TokenizerError> {
        let mut config: TokenizerConfig = json(folder, CONFIG)?;
        let older: TokenizerConfig = json(folder, "special_tokens_map.json")?;
        for (name, older) in [
            (&mut config.bos_token, older.bos_token),
            (&mut config.eos_token, older.eos_token),
            (&mut config.unk_token, older.unk_token),
            (&mut config.sep_token, older.sep_token),
            (&mut config.pad_token, older.pad_token),
            (&mut config.cls_token, older.cls_token),
            (&mut config.mask_token, older.mask_token),
        ] {
            *name = name.take().or(older);
        }
        Ok(config)
    }

    /// Adds the tokens that this file declares to those of `tokenizer.json`, as transformers does: in order of their
    /// numbers, and what is known already gets its properties from here. Unlike there, the numbers must agree.
    pub(super) fn add_tokens(
        &self,
        inner: &mut tokenizers::Tokenizer,
        folder: &Path,
    ) -> Result<(), TokenizerError> {
        let file = || folder.join(CONFIG);
        let tokens =
            self.added_tokens_decoder.values().filter(|token| !token.content.is_empty()).map(|token| {
                AddedToken::from(token.content.as_str(), token.special)
                    .single_word(token.single_word)
                    .lstrip(token.lstrip)
                    .rstrip(token.rstrip)
                    .normalized(token.normalized.unwrap_or(!token.special))
            });
        inner
            .add_tokens(tokens)
            .map_err(|error| TokenizerError::BadJson { file: file(), reason: error.to_string() })?;
        for (&declared, token) in &self.added_tokens_decoder {
            if let Some(found) = inner.token_to_id(&token.content).filter(|&found| found != declared) {
                let token = shown(&token.content);
                return Err(TokenizerError::AddedTokenId { file: file(), token, declared, found });
            }
        }
        Ok(())
    }
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
    tokenizer: &TokenizerConfig,
    inner: &tokenizers::Tokenizer,
    vocabulary: &Vocabulary,
) -> Result<Rules, TokenizerError> {
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
    // A template may write the start even where the tokenizer's own configuration does not name it.
    let name_of = |named: &Option<Named>| named.as_ref().map(|token| token.text().to_owned());
    let first_end = || generation.ends(vocabulary).into_iter().chain(model.ends(vocabulary)).next();
    let named = [
        ("bos_token", name_of(&tokenizer.bos_token).or_else(|| inner.id_to_token(bos?))),
        ("eos_token", name_of(&tokenizer.eos_token).or_else(|| inner.id_to_token(first_end()?))),
        ("unk_token", name_of(&tokenizer.unk_token)),
        ("sep_token", name_of(&tokenizer.sep_token)),
        ("pad_token", name_of(&tokenizer.pad_token)),
        ("cls_token", name_of(&tokenizer.cls_token)),
        ("mask_token", name_of(&tokenizer.mask_token)),
    ];
    let named = named.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
    Ok(Rules { bos: bos.map(TokenId), add_bos, end: end.into_iter().map(TokenId).collect(), named })
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
pub(super) fn json<T: DeserializeOwned + Default>(folder: &Path, name: &str) -> Result<T, TokenizerError> {
    let file = folder.join(name);
    match contents(&file)? {
        None => Ok(T::default()),
        Some(json) => fathom_formats::python_json::from_slice(&json)
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
