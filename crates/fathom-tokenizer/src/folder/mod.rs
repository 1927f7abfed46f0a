//! A tokenizer out of a model's folder: `tokenizer.json`, with what the files beside it say about BOS and end tokens.

mod bytes;
mod check;
mod rules;
mod templates;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fathom_formats::read_regular;
use fathom_reading::TokenId;
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizer::Range as Part;
use tokenizers::{
    AddedVocabulary, Model, ModelWrapper, NormalizedString, NormalizerWrapper, OffsetReferential, OffsetType,
    PreTokenizedString, PreTokenizer, Token,
};

use crate::added::touches;
use crate::error::shown;
use crate::gguf::Placed;
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
        let added = match specials {
            Specials::AsText => &self.as_text,
            Specials::Parse => self.inner.get_added_vocabulary(),
        };
        work(|| {
            let pieces = added.extract_and_normalize(self.inner.get_normalizer(), text);
            let encoding = self.tokenize(pieces)?.into_encoding(None, 0, OffsetType::None)?;
            Ok(encoding.get_ids().iter().copied().map(TokenId).collect())
        })
    }

    /// The tokens with the bytes that each stands for; special strings become tokens only where they touch none of
    /// the bytes `outside`. (Added tokens that are not special are looked for before the text is normalised: where one
    /// is declared `normalized` and the normaliser changes its letters, the crate's own `encode` may differ.)
    pub(crate) fn place(&self, text: &str, outside: &[Range<usize>]) -> Result<Vec<Placed>, TokenizerError> {
        work(|| {
            let specials = self.specials(text, outside);
            let mut pieces = PreTokenizedString::from(text);
            pieces.split(|_, text| cut(&text, &specials))?;
            pieces.split(|_, text| {
                let found = self.as_text.extract_and_normalize(None::<&NormalizerWrapper>, text.get());
                cut(&text, &tokens_of(&found))
            })?;
            if let Some(normalizer) = self.inner.get_normalizer() {
                pieces.normalize(|text| tokenizers::Normalizer::normalize(normalizer, text))?;
            }
            let encoding = self.tokenize(pieces)?.into_encoding(None, 0, OffsetType::Byte)?;
            let places = encoding.get_offsets().iter().map(|&(start, end)| start..end);
            Ok(encoding.get_ids().iter().copied().map(TokenId).zip(places).collect())
        })
    }

    /// Special tokens in a text and where they are. What may hold none is hidden from the search, but for its white
    /// space, which a token before it may take.
    fn specials(&self, text: &str, outside: &[Range<usize>]) -> Vec<Found> {
        let mut hidden = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            match character {
                _ if character.is_whitespace() || !touches(outside, &(at..at + 1)) => hidden.push(character),
                _ => hidden.extend(std::iter::repeat_n('x', character.len_utf8())),
            }
        }
        let added = self.inner.get_added_vocabulary();
        let mut found = tokens_of(&added.extract_and_normalize(self.inner.get_normalizer(), &hidden));
        let known = added.get_added_tokens_decoder();
        let taken = |place: &Range<usize>| {
            outside.iter().any(|range| {
                let shared = place.start.max(range.start)..place.end.min(range.end);
                text.get(shared).is_some_and(|shared| !shared.trim().is_empty())
            })
        };
        found.retain(|(id, place)| known.get(id).is_some_and(|token| token.special) && !taken(place));
        found
    }

    fn tokenize(&self, mut pieces: PreTokenizedString) -> Result<PreTokenizedString, tokenizers::Error> {
        if let Some(pre_tokenizer) = self.inner.get_pre_tokenizer() {
            pre_tokenizer.pre_tokenize(&mut pieces)?;
        }
        self.inner.get_model().tokenize_in_pretokenized(&mut pieces, None)?;
        Ok(pieces)
    }
}

/// A token and its bytes in a text.
type Found = (u32, Range<usize>);

/// The tokens that are there already.
fn tokens_of(pieces: &PreTokenizedString) -> Vec<Found> {
    let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
    let token = |(_, (start, end), tokens): (&str, (usize, usize), &Option<Vec<Token>>)| {
        Some((tokens.as_ref()?.first()?.id, start..end))
    };
    splits.into_iter().filter_map(token).collect()
}

type Cut = Vec<(NormalizedString, Option<Vec<Token>>)>;

/// Cuts a text into tokens that were found and what is between them.
fn cut(text: &NormalizedString, found: &[Found]) -> Result<Cut, tokenizers::Error> {
    let slice = |place: Range<usize>| {
        text.slice(Part::Original(place))
            .ok_or_else(|| tokenizers::Error::from("a token ends within a character"))
    };
    let (mut pieces, mut at) = (Cut::new(), 0);
    for (id, place) in found {
        pieces.push((slice(at..place.start)?, None));
        let token = slice(place.clone())?;
        let value = token.get().to_owned();
        let offsets = (0, value.len());
        pieces.push((token, Some(vec![Token::new(*id, value, offsets)])));
        at = place.end;
    }
    pieces.push((slice(at..text.get_original().len())?, None));
    Ok(pieces)
}

/// Runs what may fail, or panic, as an encoding.
fn work<T>(work: impl FnOnce() -> Result<T, tokenizers::Error>) -> Result<T, TokenizerError> {
    guarded(work)
        .unwrap_or_else(|| Err("the tokenizers crate panicked on it".into()))
        .map_err(|error| TokenizerError::Encode { reason: error.to_string() })
}

/// `None` if `work` panics: `tokenizers` does on some malformed files, and a file must not end the program.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Sound: what `work` borrows is only read, and what it builds is dropped.
    catch_unwind(AssertUnwindSafe(work)).ok()
}

pub(crate) fn read(folder: &Path) -> Result<Tokenizer, TokenizerError> {
    let file = folder.join("tokenizer.json");
    let Some(json) = contents(&file)? else {
        return Err(no_tokenizer(folder));
    };
    let bad = |reason: String| TokenizerError::BadJson { file: file.clone(), reason };
    check::merges(&json).map_err(bad)?;
    let mut inner = guarded(|| tokenizers::Tokenizer::from_bytes(&json))
        .unwrap_or_else(|| Err("the tokenizers crate panicked on it".into()))
        .map_err(|error| bad(format!("no tokenizer that the tokenizers crate takes: {error}")))?;
    let unknown = check::unknown(&json);
    drop(json);
    let config = rules::TokenizerConfig::read(folder)?;
    guarded(|| config.add_tokens(&mut inner, folder))
        .unwrap_or_else(|| Err(bad("the tokenizers crate panicked on its added tokens".to_owned())))?;
    // These are for batches of training examples.
    inner.with_padding(None);
    inner.with_truncation(None).map_err(|error| bad(error.to_string()))?;
    guarded(|| hide_specials(&mut inner, unknown))
        .unwrap_or_else(|| Err("the tokenizers crate panicked on its vocabulary".into()))
        .map_err(|error| bad(error.to_string()))?;

    let scheme = Scheme::of(&inner, &file)?;
    let vocabulary = vocabulary(&inner, &scheme, &file)?;
    let rules = rules::read(folder, &file, &config, &inner, &vocabulary)?;
    let mut as_text = inner.get_added_vocabulary().clone();
    as_text.set_encode_special_tokens(true);
    Ok(Tokenizer {
        vocabulary,
        lossless: scheme.is_lossless(&inner),
        encoder: Encoder::Json(Box::new(JsonEncoder { inner, as_text })),
        bos: rules.bos,
        add_bos: rules.add_bos,
        end: rules.end,
        chat: templates::read(folder, &config, rules.named)?,
        notes: Vec::new(),
    })
}

/// Makes sure that a Unigram model finds no special token in plain text. (`tokenizers` takes `</s>` for a piece like
/// any other, and for a good one; SentencePiece keeps such pieces out of the search, as the other models do here.)
fn hide_specials(inner: &mut tokenizers::Tokenizer, unknown: Option<usize>) -> Result<(), tokenizers::Error> {
    let ModelWrapper::Unigram(unigram) = inner.get_model() else { return Ok(()) };
    let added = inner.get_added_vocabulary().get_added_tokens_decoder();
    let hidden =
        |id: usize| u32::try_from(id).ok().and_then(|id| added.get(&id)).is_some_and(|token| token.special);
    // Nobody can write what nobody knows; by their names the added vocabulary finds them.
    let secret = RandomState::new().build_hasher().finish();
    let name =
        |id, token: &String| if hidden(id) { format!("\u{fdd0}{secret:016x}{id}") } else { token.clone() };
    let pieces = unigram.iter().enumerate().map(|(id, (token, score))| (name(id, token), *score)).collect();
    let model = Unigram::from(pieces, unknown, unigram.byte_fallback())?;
    inner.with_model(ModelWrapper::Unigram(model));
    Ok(())
}

/// Why there is no `tokenizer.json`: what other programs read may be there.
fn no_tokenizer(folder: &Path) -> TokenizerError {
    let others = ["tokenizer.model", "spiece.model", "tekken.json", "vocab.json", "vocab.txt"];
    match others.into_iter().find(|name| folder.join(name).is_file()) {
        Some(found) => TokenizerError::OtherTokenizerFile { folder: folder.into(), found },
        None => TokenizerError::NoTokenizerFile { folder: folder.into() },
    }
}

/// A file's bytes, or `None` where there is no such file.
fn contents(file: &Path) -> Result<Option<Vec<u8>>, TokenizerError> {
    match read_regular(file, MOST_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(TokenizerError::Io { file: file.into(), source: error.into() }),
    }
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
