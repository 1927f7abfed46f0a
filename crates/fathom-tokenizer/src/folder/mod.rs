//! A tokenizer out of a model's folder: `tokenizer.json`, with what the files beside it say about BOS and end tokens.

mod bytes;
mod check;
mod rules;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use fathom_reading::TokenId;
use tokenizers::{AddedVocabulary, Model, OffsetType, PreTokenizer};

use crate::error::shown;
use crate::vocabulary::{Kind, MOST_TOKENS, Vocabulary};
use crate::{Encoder, Specials, Tokenizer, TokenizerError};
use bytes::Scheme;

/// The largest file taken: Gemma 3's `tokenizer.json` has 33 MB.
const MOST_BYTES: u64 = 1 << 28;

/// Text to ids by the `tokenizers` crate.
pub(crate) struct JsonEncoder {
    /// Its own added vocabulary cuts special strings out of a text.
    inner: tokenizers::Tokenizer,
    /// The same one, told to leave special strings in the text.
    as_text: AddedVocabulary,
}

impl JsonEncoder {
    /// The first half of the crate's own `encode`, with the added vocabulary chosen for each call. (The crate has a
    /// switch for it, but on the tokenizer itself: it would take a second copy of the whole model.)
    pub(crate) fn encode(&self, text: &str, specials: Specials) -> Result<Vec<TokenId>, TokenizerError> {
        let failed = |error: tokenizers::Error| TokenizerError::Encode { reason: error.to_string() };
        let added = match specials {
            Specials::AsText => &self.as_text,
            Specials::Parse => self.inner.get_added_vocabulary(),
        };
        let ids = guarded(|| {
            let mut pieces = added.extract_and_normalize(self.inner.get_normalizer(), text);
            if let Some(pre_tokenizer) = self.inner.get_pre_tokenizer() {
                pre_tokenizer.pre_tokenize(&mut pieces)?;
            }
            self.inner.get_model().tokenize_in_pretokenized(&mut pieces, None)?;
            let encoding = pieces.into_encoding(None, 0, OffsetType::None)?;
            Ok(encoding.get_ids().iter().copied().map(TokenId).collect())
        });
        ids.unwrap_or_else(|| Err("the tokenizers crate panicked on it".into())).map_err(failed)
    }
}

/// `None` if `work` panics: `tokenizers` does on some malformed files, and a file must not end the program.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Sound: what `work` borrows is only read, and what it builds is dropped.
    catch_unwind(AssertUnwindSafe(work)).ok()
}

pub(crate) fn read(folder: &Path) -> Result<Tokenizer, TokenizerError> {
    let file = folder.join("tokenizer.json");
    let Some(json) = contents(&file)? else {
        return Err(TokenizerError::NoTokenizerFile { folder: folder.into() });
    };
    let bad = |reason: String| TokenizerError::BadJson { file: file.clone(), reason };
    check::merges(&json).map_err(bad)?;
    let mut inner = guarded(|| tokenizers::Tokenizer::from_bytes(&json))
        .unwrap_or_else(|| Err("the tokenizers crate panicked on it".into()))
        .map_err(|error| bad(format!("no tokenizer that the tokenizers crate takes: {error}")))?;
    drop(json);
    // These are for batches of training examples.
    inner.with_padding(None);
    inner.with_truncation(None).map_err(|error| bad(error.to_string()))?;

    let scheme = Scheme::of(&inner, &file)?;
    let vocabulary = vocabulary(&inner, &scheme, &file)?;
    let rules = rules::read(folder, &file, &inner, &vocabulary)?;
    let mut as_text = inner.get_added_vocabulary().clone();
    as_text.set_encode_special_tokens(true);
    Ok(Tokenizer {
        vocabulary,
        lossless: scheme.is_lossless(&inner),
        encoder: Encoder::Json(Box::new(JsonEncoder { inner, as_text })),
        bos: rules.bos,
        add_bos: rules.add_bos,
        end: rules.end,
    })
}

/// A file's bytes, or `None` where there is no such file.
fn contents(file: &Path) -> Result<Option<Vec<u8>>, TokenizerError> {
    let io = |source| TokenizerError::Io { file: PathBuf::from(file), source };
    let found = match std::fs::metadata(file) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    if found > MOST_BYTES {
        return Err(TokenizerError::FileTooLarge { file: file.into(), found, limit: MOST_BYTES });
    }
    std::fs::read(file).map(Some).map_err(io)
}

fn vocabulary(
    inner: &tokenizers::Tokenizer,
    scheme: &Scheme,
    file: &Path,
) -> Result<Vocabulary, TokenizerError> {
    let mut tokens: Vec<(u32, Kind, String)> = Vec::new();
    let added = inner.get_added_vocabulary().get_added_tokens_decoder();
    for (text, id) in inner.get_model().get_vocab() {
        if !added.contains_key(&id) {
            tokens.push((id, Kind::Text, text));
        }
    }
    tokens.extend(added.iter().map(|(&id, token)| {
        (id, if token.special { Kind::Special } else { Kind::Added }, token.content.clone())
    }));
    tokens.sort_unstable_by_key(|&(id, ..)| id);

    let len = tokens.last().map_or(0, |&(id, ..)| id as usize + 1);
    if len > MOST_TOKENS {
        let reason = format!(
            "token {} is number {}, and at most {MOST_TOKENS} are taken",
            shown(&tokens[tokens.len() - 1].2),
            len - 1
        );
        return Err(TokenizerError::BadJson { file: file.into(), reason });
    }
    let mut vocabulary = Vocabulary::with_capacity(len);
    for (id, kind, text) in tokens {
        let id = id as usize;
        if id < vocabulary.len() {
            let reason = format!("two tokens are number {id}, {} is one", shown(&text));
            return Err(TokenizerError::BadJson { file: file.into(), reason });
        }
        while vocabulary.len() < id {
            vocabulary.push(Kind::Hole, |_| ());
        }
        scheme.push(&mut vocabulary, kind, &text);
    }
    Ok(vocabulary)
}
