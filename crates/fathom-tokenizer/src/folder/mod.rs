//! A tokenizer out of a model's folder: `tokenizer.json`, with what the files beside it say about BOS and end tokens.

mod budget;
mod build;
mod bytes;
mod charsmap;
mod check;
mod class;
mod files;
mod pipeline;
mod rules;
mod templates;

use std::ops::Range;
use std::path::Path;

use fathom_formats::{FileError, read_regular};
use fathom_reading::TokenId;
use tokenizers::normalizer::Range as Part;
use tokenizers::{
    AddedVocabulary, Model, ModelWrapper, NormalizedString, NormalizerWrapper, OffsetReferential, OffsetType,
    PreTokenizedString, Token,
};

use crate::added::touches;
use crate::error::shown;
use crate::gguf::Placed;
use crate::guard::guarded;
use crate::vocabulary::{Kind, MOST_TOKENS, Vocabulary};
use crate::{Encoder, Specials, Tokenizer, TokenizerError};
use budget::Budget;
use build::Built;
use bytes::Scheme;
use files::Files;
use pipeline::Pipeline;
use rules::Given;

/// The largest file taken: Gemma 3's `tokenizer.json` has 33 MB.
const MOST_BYTES: u64 = 1 << 28;

/// The most bytes that a Unigram model may compare for one text: seconds.
const MOST_COMPARED: usize = 1 << 31;

/// Text to ids by the `tokenizers` crate's parts.
pub(crate) struct JsonEncoder {
    pipeline: Pipeline,
    model: ModelWrapper,
    /// Cuts special strings out of a text.
    added: AddedVocabulary,
    /// The same one, told to leave special strings in the text.
    as_text: AddedVocabulary,
    /// How many bytes the model may compare at each byte of a text: only Unigram's search depends on it.
    longest: usize,
}

impl JsonEncoder {
    /// The first half of the crate's own `encode`, with the added vocabulary chosen for each call. (The crate has a
    /// switch for it, but on the tokenizer itself: it would take a second copy of the whole model.)
    pub(crate) fn encode(&self, text: &str, specials: Specials) -> Result<Vec<TokenId>, TokenizerError> {
        let added = match specials {
            Specials::AsText => &self.as_text,
            Specials::Parse => &self.added,
        };
        let budget = Budget::of(text.len());
        budget.answer(guarded(|| {
            let pieces = added.extract_and_normalize(Some(&self.pipeline.within(&budget)), text);
            let encoding = self.tokenize(pieces, &budget)?.into_encoding(None, 0, OffsetType::None)?;
            Ok(encoding.get_ids().iter().copied().map(TokenId).collect())
        }))
    }

    /// The tokens with the bytes that each stands for; special strings become tokens only where they touch none of
    /// the bytes `outside`. (Added tokens that are not special are looked for before the text is normalised: where one
    /// is declared `normalized` and the normaliser changes its letters, the crate's own `encode` may differ.)
    pub(crate) fn place(&self, text: &str, outside: &[Range<usize>]) -> Result<Vec<Placed>, TokenizerError> {
        let budget = Budget::of(text.len());
        budget.answer(guarded(|| {
            let specials = self.specials(text, outside, &budget);
            let mut pieces = PreTokenizedString::from(text);
            pieces.split(|_, text| cut(&text, &specials))?;
            pieces.split(|_, text| {
                let found = self.as_text.extract_and_normalize(None::<&NormalizerWrapper>, text.get());
                cut(&text, &tokens_of(&found))
            })?;
            let normalizer = self.pipeline.within(&budget);
            pieces.normalize(|text| tokenizers::Normalizer::normalize(&normalizer, text))?;
            let encoding = self.tokenize(pieces, &budget)?.into_encoding(None, 0, OffsetType::Byte)?;
            let places = encoding.get_offsets().iter().map(|&(start, end)| start..end);
            Ok(encoding.get_ids().iter().copied().map(TokenId).zip(places).collect())
        }))
    }

    /// Special tokens in a text and where they are. What may hold none is hidden from the search, but for its white
    /// space, which a token before it may take.
    fn specials(&self, text: &str, outside: &[Range<usize>], budget: &Budget) -> Vec<Found> {
        let mut hidden = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            match character {
                _ if character.is_whitespace() || !touches(outside, &(at..at + 1)) => hidden.push(character),
                _ => hidden.extend(std::iter::repeat_n('x', character.len_utf8())),
            }
        }
        let normalizer = self.pipeline.within(budget);
        let mut found = tokens_of(&self.added.extract_and_normalize(Some(&normalizer), &hidden));
        let known = self.added.get_added_tokens_decoder();
        let taken = |place: &Range<usize>| {
            outside.iter().any(|range| {
                let shared = place.start.max(range.start)..place.end.min(range.end);
                text.get(shared).is_some_and(|shared| !shared.trim().is_empty())
            })
        };
        found.retain(|(id, place)| known.get(id).is_some_and(|token| token.special) && !taken(place));
        found
    }

    fn tokenize(
        &self,
        mut pieces: PreTokenizedString,
        budget: &Budget,
    ) -> Result<PreTokenizedString, tokenizers::Error> {
        self.pipeline.pre_tokenize(&mut pieces, budget)?;
        let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::None);
        let bytes: usize = splits.iter().map(|(text, ..)| text.len()).sum();
        if bytes.saturating_mul(self.longest) > MOST_COMPARED {
            return Err(budget.over("time"));
        }
        self.model.tokenize_in_pretokenized(&mut pieces, None)?;
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

pub(crate) fn read(folder: &Path) -> Result<Tokenizer, TokenizerError> {
    let file = folder.join("tokenizer.json");
    let Some(json) = contents(&file)? else {
        return Err(no_tokenizer(folder));
    };
    let files = Files::read(folder)?;
    let Built { pipeline, model, added, decoder, post_processor, declared, mut notes } =
        build::build(folder, &file, &json, &files)?;
    drop(json);

    let scheme = Scheme::of(&model, &decoder, &pipeline, &file)?;
    let vocabulary = vocabulary(&model, &added, &scheme, &file)?;
    let given = Given {
        file: &file,
        files: &files,
        named: &declared.named,
        post_processor: &post_processor,
        vocabulary: &vocabulary,
    };
    let id_of = |text: &str| added.token_to_id(text, &model);
    let text_of = |id| added.simple_id_to_token(id).or_else(|| model.id_to_token(id));
    let rules = rules::read(folder, &given, id_of, text_of)?;
    notes.extend(rules.notes);
    let mut as_text = added.clone();
    as_text.set_encode_special_tokens(true);
    let longest = build::longest_searched(&model);
    Ok(Tokenizer {
        lossless: scheme.is_lossless(&pipeline, &added),
        vocabulary,
        encoder: Encoder::Json(Box::new(JsonEncoder { pipeline, model, added, as_text, longest })),
        bos: rules.bos,
        add_bos: rules.add_bos,
        end: rules.end,
        chat: templates::read(folder, &files.config, rules.named)?,
        notes,
    })
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
        Err(FileError::LfsPointer) => Err(TokenizerError::LfsPointer { file: file.into() }),
        Err(error) => Err(TokenizerError::Io { file: file.into(), source: error.into() }),
    }
}

fn vocabulary(
    model: &ModelWrapper,
    added: &AddedVocabulary,
    scheme: &Scheme,
    file: &Path,
) -> Result<Vocabulary, TokenizerError> {
    let mut tokens: Vec<(u32, Kind, String)> = Vec::new();
    let added = added.get_added_tokens_decoder();
    for (text, id) in model.get_vocab() {
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
    let budget = Budget::of(tokens.iter().map(|(_, _, text)| text.len()).sum());
    for (id, kind, text) in tokens {
        let id = id as usize;
        if id < vocabulary.len() {
            let reason = format!("two tokens are number {id}, {} is one", shown(&text));
            return Err(TokenizerError::BadJson { file: file.into(), reason });
        }
        while vocabulary.len() < id {
            vocabulary.push(Kind::Hole, |_| ());
        }
        scheme.push(&mut vocabulary, kind, &text, &budget).map_err(|what| TokenizerError::BadJson {
            file: file.into(),
            reason: format!("its decoder makes {what} of token {}", shown(&text)),
        })?;
    }
    Ok(vocabulary)
}
