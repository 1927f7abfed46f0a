//! From `tokenizer.json` to the parts that encode a text: read, checked, and put together as the class of the tokenizer
//! wants it.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use fathom_formats::Note;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenizers::models::unigram::Unigram;
use tokenizers::{
    AddedToken, AddedVocabulary, DecoderWrapper, Error, ModelWrapper, NormalizerWrapper,
    PostProcessorWrapper, PreTokenizerWrapper,
};

use super::budget::Budget;
use super::bytes::described;
use super::check;
use super::class::{Class, Parts};
use super::files::{CONFIG, Declared, Files};
use super::pipeline::Pipeline;
use crate::TokenizerError;
use crate::error::shown;
use crate::guard::guarded;

/// A tokenizer, put together.
pub(super) struct Built {
    pub(super) pipeline: Pipeline,
    pub(super) model: ModelWrapper,
    pub(super) added: AddedVocabulary,
    pub(super) decoder: Value,
    pub(super) post_processor: Value,
    pub(super) declared: Declared,
    pub(super) notes: Vec<Note>,
}

/// `tokenizer.json`. (Its settings for batches of training examples, truncation and padding, are left unread.)
#[derive(Deserialize)]
struct File {
    version: Option<String>,
    #[serde(default)]
    added_tokens: Vec<Numbered>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
    #[serde(default)]
    decoder: Value,
    model: ModelWrapper,
}

#[derive(Deserialize)]
struct Numbered {
    id: u32,
    #[serde(flatten)]
    token: AddedToken,
}

pub(super) fn build(folder: &Path, file: &Path, json: &[u8], files: &Files) -> Result<Built, TokenizerError> {
    let bad = |reason: String| TokenizerError::BadJson { file: file.into(), reason };
    let refused = |error: Error| bad(format!("no tokenizer that the tokenizers crate takes: {error}"));
    check::merges(json).map_err(bad)?;
    let read: File = guarded(|| serde_json::from_slice(json).map_err(Error::from))
        .unwrap_or_else(panicked)
        .map_err(refused)?;
    if read.version.as_deref().is_some_and(|version| version != "1.0") {
        return Err(bad("it is of a version that is not 1.0".to_owned()));
    }
    let mut model = read.model;
    check::model(&model).map_err(bad)?;

    let parts = Parts {
        normalizer: read.normalizer,
        pre_tokenizer: read.pre_tokenizer,
        post_processor: read.post_processor,
        decoder: read.decoder,
    };
    check::parts(&parts).map_err(bad)?;
    let stated = guarded(|| canonical(&parts)).unwrap_or_else(panicked).map_err(refused)?;
    let mut class = Class::of(files, json.windows(11).any(|bytes| bytes == b"\"ByteLevel\""));
    let mut notes = Vec::new();
    let mut parts = stated.clone();
    if !class.rebuild(files, &mut model, &mut parts) || class == Class::Unknown {
        notes.extend(unknown_note(files, class));
        class = Class::Kept;
    }
    notes.extend(rebuilt_note(class, &stated, &parts));
    notes.extend(without_dropout(&mut model));

    let in_json: Vec<(u32, AddedToken)> =
        read.added_tokens.into_iter().map(|Numbered { id, token }| (id, token)).collect();
    let declared = files
        .declared(class, &in_json)
        .map_err(|reason| TokenizerError::BadJson { file: folder.join(CONFIG), reason })?;
    let pipeline = guarded(|| Pipeline::new(&parts.normalizer, &parts.pre_tokenizer))
        .unwrap_or_else(panicked)
        .map_err(refused)?;
    let added = add(class, &model, &pipeline, &in_json, &declared, file)?;
    notes.extend(numbers(&model, &added, &in_json, &declared));
    hide_specials(&mut model, &added, check::unknown(json)).map_err(refused)?;
    let Parts { decoder, post_processor, .. } = parts;
    Ok(Built { pipeline, model, added, decoder, post_processor, declared, notes })
}

fn panicked<T>() -> Result<T, Error> {
    Err("the tokenizers crate panicked on it".into())
}

/// The parts as the crate understands them: it takes other spellings than it writes.
fn canonical(parts: &Parts) -> Result<Parts, Error> {
    fn read<T: DeserializeOwned + serde::Serialize>(part: &Value) -> Result<Value, Error> {
        let part: Option<T> = serde_json::from_value(part.clone())?;
        Ok(described(part.as_ref()))
    }
    Ok(Parts {
        normalizer: read::<NormalizerWrapper>(&parts.normalizer)?,
        pre_tokenizer: read::<PreTokenizerWrapper>(&parts.pre_tokenizer)?,
        post_processor: read::<PostProcessorWrapper>(&parts.post_processor)?,
        decoder: read::<DecoderWrapper>(&parts.decoder)?,
    })
}

/// The added vocabulary: of a class that builds its own tokenizer, what is declared alone; else after the file's own.
fn add(
    class: Class,
    model: &ModelWrapper,
    pipeline: &Pipeline,
    in_json: &[(u32, AddedToken)],
    declared: &Declared,
    file: &Path,
) -> Result<AddedVocabulary, TokenizerError> {
    let own: Vec<AddedToken> = match class.rebuilds() {
        true => Vec::new(),
        false => in_json.iter().map(|(_, token)| token.clone()).collect(),
    };
    let there: HashSet<String> = own.iter().map(|token| token.content.clone()).collect();
    let more = declared.to_add(class, &there);
    // One budget for all of them together.
    let budget = Budget::of(own.iter().chain(&more).map(|token| token.content.len()).sum());
    let normalizer = pipeline.within(&budget);
    let mut added = AddedVocabulary::new();
    let made = guarded(|| {
        added.add_tokens(own, model, Some(&normalizer))?;
        added.add_tokens(more, model, Some(&normalizer))
    });
    match budget.answer(made) {
        Ok(_) => Ok(added),
        Err(TokenizerError::Encode { reason }) => {
            Err(TokenizerError::BadJson { file: file.into(), reason: format!("its added tokens: {reason}") })
        }
        Err(other) => Err(other),
    }
}

/// Holds the numbers that the files declare against those that the tokens got.
fn numbers(
    model: &ModelWrapper,
    added: &AddedVocabulary,
    in_json: &[(u32, AddedToken)],
    declared: &Declared,
) -> Option<Note> {
    let found = |token: &AddedToken| added.token_to_id(&token.content, model);
    let mut other = Vec::new();
    for (id, token) in in_json {
        if let Some(found) = found(token).filter(|found| found != id) {
            other.push(format!("{} is number {id} there, and is number {found}", shown(&token.content)));
        }
    }
    let by_json: HashSet<(u32, &str)> =
        in_json.iter().map(|(id, token)| (*id, token.content.as_str())).collect();
    for (&id, token) in &declared.numbered {
        let Some(found) = found(token).filter(|&found| found != id) else { continue };
        if by_json.contains(&(id, token.content.as_str())) {
            continue;
        }
        other.push(format!("{} is number {id} there, and is number {found}", shown(&token.content)));
    }
    let text = format!(
        "{} added token(s) have another number than a file gives them, as in transformers",
        other.len()
    );
    (!other.is_empty()).then(|| Note::listing(text, other))
}

/// Says which of the file's parts a class puts its own in the place of.
fn rebuilt_note(class: Class, stated: &Parts, built: &Parts) -> Option<Note> {
    let pairs = [
        ("normalizer", &stated.normalizer, &built.normalizer),
        ("pre_tokenizer", &stated.pre_tokenizer, &built.pre_tokenizer),
        ("post_processor", &stated.post_processor, &built.post_processor),
    ];
    let differ = pairs.into_iter().filter(|(_, stated, built)| stated != built);
    let details: Vec<String> = differ
        .map(|(name, stated, built)| {
            format!("{name}: {} in the file, {} in the class", brief(stated), brief(built))
        })
        .collect();
    let text = format!(
        "the tokenizer is built as transformers' {} builds it, with other rules than tokenizer.json states",
        class.name()
    );
    (!details.is_empty()).then(|| Note::listing(text, details))
}

fn brief(part: &Value) -> String {
    const MOST: usize = 120;
    let text = part.to_string();
    match text.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

fn unknown_note(files: &Files, class: Class) -> Option<Note> {
    let name = files.config.get("tokenizer_class").and_then(Value::as_str).unwrap_or(class.name());
    let text = format!(
        "transformers builds this tokenizer as its class {} does, which Fathom does not know for such a file: tokenizer.json is taken as it is",
        shown(name)
    );
    Some(Note::new(text))
}

/// Merges that are left out by chance are for training.
fn without_dropout(model: &mut ModelWrapper) -> Option<Note> {
    let ModelWrapper::BPE(bpe) = model else { return None };
    let dropout = bpe.dropout.take().filter(|&dropout| dropout > 0.0)?;
    Some(Note::new(format!(
        "dropout = {dropout} in tokenizer.json has no effect: a text has the same tokens each time"
    )))
}

/// The longest piece of a model that is looked for at each byte of a text; 0 for models that are not searched so.
pub(super) fn longest_searched(model: &ModelWrapper) -> usize {
    match model {
        ModelWrapper::Unigram(unigram) => unigram.iter().map(|(piece, _)| piece.len()).max().unwrap_or(0),
        _ => 0,
    }
}

/// Makes sure that a Unigram model finds no special token in plain text. (`tokenizers` takes `</s>` for a piece like
/// any other, and for a good one; SentencePiece keeps such pieces out of the search, as the other models do here.)
fn hide_specials(
    model: &mut ModelWrapper,
    added: &AddedVocabulary,
    unknown: Option<usize>,
) -> Result<(), Error> {
    let ModelWrapper::Unigram(unigram) = model else { return Ok(()) };
    let added = added.get_added_tokens_decoder();
    let hidden =
        |id: usize| u32::try_from(id).ok().and_then(|id| added.get(&id)).is_some_and(|token| token.special);
    // Nobody can write what nobody knows; by their names the added vocabulary finds them.
    let secret = RandomState::new().build_hasher().finish();
    let name =
        |id, token: &String| if hidden(id) { format!("\u{fdd0}{secret:016x}{id}") } else { token.clone() };
    let pieces = unigram.iter().enumerate().map(|(id, (token, score))| (name(id, token), *score)).collect();
    let byte_fallback = unigram.byte_fallback();
    let model_of = || Unigram::from(pieces, unknown, byte_fallback);
    let hiding = guarded(model_of).unwrap_or_else(panicked)?;
    *model = ModelWrapper::Unigram(hiding);
    Ok(())
}
