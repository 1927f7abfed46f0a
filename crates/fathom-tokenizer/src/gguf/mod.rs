//! A tokenizer out of a GGUF file's metadata: byte-level BPE, or SentencePiece's.

mod bpe;
mod meaning;
mod notes;
mod spm;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use fathom_formats::{FormatError, Gguf, Strings};
use fathom_reading::TokenId;
use tokenizers::models::bpe::{BpeBuilder, Merges, Vocab};

use crate::added::{Added, AddedTokens};
use crate::chat::Templates;
use crate::error::shown;
use crate::split::Pre;
use crate::vocabulary::{Kind, MOST_TOKENS, Vocabulary};
use crate::{Encoder, Tokenizer, TokenizerError, byte_level};
pub(crate) use bpe::BpeEncoder;
use meaning::{Meanings, PADDING, UNKNOWN};
pub(crate) use spm::{Placed, SPACE, SpmEncoder};

/// Known vocabularies have up to 2.2 merges a token (Llama 3).
const MOST_MERGES: usize = 4 * MOST_TOKENS;

const TOKENS: &str = "tokenizer.ggml.tokens";
const MERGES: &str = "tokenizer.ggml.merges";
const TYPES: &str = "tokenizer.ggml.token_type";
const SCORES: &str = "tokenizer.ggml.scores";
const BOS: &str = "tokenizer.ggml.bos_token_id";
const EOS: &str = "tokenizer.ggml.eos_token_id";
const SPACE_FIRST: &str = "tokenizer.ggml.add_space_prefix";

/// What the metadata says, on the way to a tokenizer.
struct Reader<'a> {
    gguf: &'a Gguf,
    file: &'a Path,
    tokens: &'a Strings,
}

pub(crate) fn read(gguf: &Gguf) -> Result<Tokenizer, TokenizerError> {
    let file = gguf.path();
    match gguf.str("tokenizer.ggml.model")? {
        "gpt2" => read_bpe(&Reader::new(gguf)?),
        "llama" => read_spm(&Reader::new(gguf)?),
        found => Err(TokenizerError::UnsupportedModel { file: file.into(), found: shown(found) }),
    }
}

fn read_bpe(reader: &Reader<'_>) -> Result<Tokenizer, TokenizerError> {
    let (gguf, file) = (reader.gguf, reader.file);
    let name = gguf.optional("tokenizer.ggml.pre", Gguf::str)?;
    let pre = Pre::named(name).ok_or_else(|| TokenizerError::UnknownPre {
        file: file.into(),
        found: shown(name.unwrap_or_default()),
        known: Pre::names().collect::<Vec<_>>().join(", "),
    })?;
    let ids = reader.ids()?;
    let merges = reader.merges(&ids)?;
    // (Where no end token is named llama.cpp takes token 11, whatever that is; Fathom takes none.)
    let Meanings { kinds, end } = reader.meanings(&ids, None)?;
    let (bos, add_bos) = reader.bos(None, pre.adds_bos)?;
    let chat = reader.templates(bos, None)?;
    let shadowed = reader.shadowed(&ids);
    let notes = reader.notes(false, &shadowed)?;
    let vocabulary = reader.vocabulary(&kinds, &shadowed, |kind, text, out| match kind {
        Kind::Byte if byte_token(text).is_some() => out.extend(byte_token(text)),
        // A text that is no byte-level writing stands for itself, as in `tokenizers`: some files call
        // added tokens normal. No text turns into such a token, but a model may choose it.
        Kind::Text | Kind::Byte if byte_level::decode(text, out) => {}
        _ => out.extend(text.as_bytes()),
    });
    let added = reader.added(&kinds, &ids, false);
    let bpe = BpeBuilder::new()
        .ignore_merges(pre.whole_pieces)
        .cache_capacity(0) // The crate's cache is per thread, and never freed.
        .vocab_and_merges(ids, merges)
        .build()
        .map_err(|error| TokenizerError::Vocabulary { file: file.into(), reason: error.to_string() })?;
    let encoder = Encoder::Bpe(Box::new(BpeEncoder { bpe, split: pre.split, added }));
    Ok(Tokenizer { vocabulary, encoder, lossless: true, bos, add_bos, end, chat, notes })
}

fn read_spm(reader: &Reader<'_>) -> Result<Tokenizer, TokenizerError> {
    let gguf = reader.gguf;
    // Without its types and scores a vocabulary of pieces says neither what is a byte nor what is joined first.
    // (llama.cpp takes all pieces for ordinary and equal.)
    gguf.i32s(TYPES)?;
    let scores = reader.scores()?;
    let ids = reader.ids()?;
    // SentencePiece's own numbers, as in llama.cpp: 0 <unk>, 1 <s>, 2 </s>.
    let own = |id: usize| (reader.tokens.len() > id).then_some(TokenId(id as u32));
    let Meanings { mut kinds, end } = reader.meanings(&ids, own(2))?;
    if !kinds.contains(&Kind::Byte) {
        // Some files call bytes ordinary: llama.cpp finds them by their names.
        for (text, kind) in reader.tokens.iter().zip(&mut kinds) {
            if *kind == Kind::Text && byte_token(text).is_some() {
                *kind = Kind::Byte;
            }
        }
    }
    let (bos, add_bos) = reader.bos(own(1), true)?;
    let chat = reader.templates(bos, own(2))?;
    let shadowed = reader.shadowed(&ids);
    let notes = reader.notes(true, &shadowed)?;
    let vocabulary = reader.vocabulary(&kinds, &shadowed, |kind, text, out| match kind {
        Kind::Byte if byte_token(text).is_some() => out.extend(byte_token(text)),
        Kind::Special => out.extend(text.as_bytes()),
        _ => out.extend(text.replace(SPACE, " ").as_bytes()),
    });
    let (mut pieces, mut bytes) = (HashMap::with_capacity(kinds.len()), Box::new([None; 256]));
    for ((id, text), (&kind, score)) in (0u32..).zip(reader.tokens.iter()).zip(kinds.iter().zip(scores)) {
        match (kind, byte_token(text)) {
            (Kind::Byte, Some(byte)) => bytes[usize::from(byte)] = Some(id),
            (Kind::Text | Kind::Added | Kind::Unused, _) if !text.is_empty() => {
                pieces.insert(text.into(), (id, score));
            }
            _ => {}
        }
    }
    // llama.cpp knows these models by name too: GGUF does not say which tokens take the white space after them.
    let name = gguf.optional("general.name", Gguf::str)?.unwrap_or_default().to_lowercase();
    let added = reader.added(&kinds, &ids, name.contains("phi-3") || name.contains("phi3"));
    let space_first = gguf.optional(SPACE_FIRST, Gguf::bool)?.unwrap_or(true);
    let encoder = Encoder::Spm(Box::new(SpmEncoder { pieces, bytes, added, space_first }));
    // The first space may be nobody's, and `▁` is a space too: what gets lost, the encoder says itself.
    Ok(Tokenizer { vocabulary, encoder, lossless: false, bos, add_bos, end, chat, notes })
}

impl<'a> Reader<'a> {
    fn new(gguf: &'a Gguf) -> Result<Reader<'a>, TokenizerError> {
        let reader = Reader { gguf, file: gguf.path(), tokens: gguf.strings(TOKENS)? };
        if reader.tokens.is_empty() {
            return Err(TokenizerError::EmptyVocabulary { file: reader.file() });
        }
        Ok(reader)
    }

    fn file(&self) -> PathBuf {
        self.file.into()
    }

    /// Each token's id by its text: the last one's, where several have it, as in transformers. Empty tokens have none:
    /// they fill gaps, and nothing may turn into them. (llama.cpp ends the process where two tokens are alike.)
    fn ids(&self) -> Result<Vocab, TokenizerError> {
        let found = self.tokens.len();
        if found > MOST_TOKENS {
            return Err(TokenizerError::TooMany {
                file: self.file(),
                key: TOKENS,
                found,
                limit: MOST_TOKENS,
            });
        }
        let mut ids = Vocab::with_capacity(found);
        let tokens = self.tokens.iter().map(str::to_owned).zip(0u32..);
        ids.extend(tokens.filter(|(token, _)| !token.is_empty()));
        Ok(ids)
    }

    /// The merges as pairs, each checked: `tokenizers` panics on some bad ones, and silently takes repeated ones.
    fn merges(&self, ids: &Vocab) -> Result<Merges, TokenizerError> {
        let merges = self.gguf.strings(MERGES)?;
        let found = merges.len();
        if found > MOST_MERGES {
            return Err(TokenizerError::TooMany {
                file: self.file(),
                key: MERGES,
                found,
                limit: MOST_MERGES,
            });
        }
        let mut seen = HashSet::with_capacity(found);
        let mut joined = String::new();
        let mut pair_of = |merge: &str| {
            let (left, right) = halves(merge).ok_or("expected two tokens with a space between them")?;
            joined.clear();
            joined.extend([left, right]);
            let id = |token: &str| {
                ids.get(token).copied().ok_or_else(|| format!("there is no token {}", shown(token)))
            };
            let pair = (id(left)?, id(right)?);
            id(&joined)?;
            if !seen.insert(pair) {
                return Err("it occurs twice".to_owned());
            }
            Ok((left.to_owned(), right.to_owned()))
        };
        let bad = |index, merge: &str, problem| {
            let merge = shown(merge);
            TokenizerError::BadMerge { file: self.file(), index, merge, problem }
        };
        merges
            .iter()
            .enumerate()
            .map(|(index, merge)| pair_of(merge).map_err(|problem| bad(index, merge, problem)))
            .collect()
    }

    /// The BOS token, and whether texts start with it.
    fn bos(&self, default: Option<TokenId>, adds: bool) -> Result<(Option<TokenId>, bool), TokenizerError> {
        let add_bos = self.gguf.optional("tokenizer.ggml.add_bos_token", Gguf::bool)?.unwrap_or(adds);
        let bos = self.id(BOS)?;
        if let (true, None, Some(found)) = (add_bos, bos, self.gguf.optional(BOS, Gguf::u32)?) {
            return Err(TokenizerError::IdOutOfRange {
                file: self.file(),
                key: BOS,
                found,
                len: self.tokens.len(),
            });
        }
        let bos = bos.or(default);
        if add_bos && bos.is_none() {
            return Err(TokenizerError::NoBos { file: self.file(), missing: BOS });
        }
        Ok((bos, add_bos))
    }

    /// Each piece's score: the higher, the sooner it is put together.
    fn scores(&self) -> Result<Vec<f32>, TokenizerError> {
        let scores = match self.gguf.f32s(SCORES) {
            Ok(scores) => scores.to_vec(),
            // llama.cpp takes whole numbers too.
            Err(error @ FormatError::WrongType { .. }) => match self.gguf.i32s(SCORES) {
                Ok(scores) => scores.into_iter().map(|score| score as f32).collect(),
                Err(_) => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        };
        if scores.len() != self.tokens.len() {
            let (scores, tokens) = (scores.len(), self.tokens.len());
            return Err(TokenizerError::ScoreCount { file: self.file(), scores, tokens });
        }
        match scores.iter().position(|score| score.is_nan()) {
            Some(id) => Err(TokenizerError::BadScore { file: self.file(), id }),
            None => Ok(scores),
        }
    }

    /// The chat templates, and the names that they may use.
    fn templates(&self, bos: Option<TokenId>, eos: Option<TokenId>) -> Result<Templates, TokenizerError> {
        let mut templates = Templates::default();
        if let Some(source) = self.gguf.optional("tokenizer.chat_template", Gguf::str)? {
            templates.add("default", source);
        }
        if let Some(names) = self.gguf.optional("tokenizer.chat_templates", Gguf::strings)? {
            for name in names.iter() {
                if let Some(source) =
                    self.gguf.optional(&format!("tokenizer.chat_template.{name}"), Gguf::str)?
                {
                    templates.add(name, source);
                }
            }
        }
        for (name, id) in [
            ("bos_token", bos),
            ("eos_token", self.id(EOS)?.or(eos)),
            ("unk_token", self.id(UNKNOWN)?),
            ("pad_token", self.id(PADDING)?),
        ] {
            if let Some(text) = id.and_then(|id| self.tokens.get(id.index())) {
                templates.name_token(name, text);
            }
        }
        Ok(templates)
    }

    /// Bytes and kinds of all tokens. No text turns into those that are `shadowed` by a later one.
    fn vocabulary(
        &self,
        kinds: &[Kind],
        shadowed: &[(u32, u32)],
        write: impl Fn(Kind, &str, &mut Vec<u8>),
    ) -> Vocabulary {
        let mut vocabulary = Vocabulary::with_capacity(kinds.len());
        let mut shadowed = shadowed.iter().map(|&(id, _)| id).peekable();
        for ((id, text), &kind) in (0u32..).zip(self.tokens.iter()).zip(kinds) {
            let hidden = shadowed.next_if_eq(&id).is_some() && kind != Kind::Special;
            vocabulary.push(if hidden { Kind::Unused } else { kind }, |out| write(kind, text, out));
        }
        vocabulary
    }

    /// The tokens that are cut out of a text. `phi3`: its special ones take the white space after them, but for three.
    fn added(&self, kinds: &[Kind], ids: &Vocab, phi3: bool) -> AddedTokens {
        let tokens = (0u32..).zip(self.tokens.iter()).zip(kinds);
        let added = tokens.filter(|((id, text), kind)| {
            matches!(kind, Kind::Added | Kind::Special) && ids.get(*text) == Some(id)
        });
        let added = added.map(|((id, text), &kind)| Added {
            text: text.to_owned(),
            id,
            special: kind == Kind::Special,
            takes_space: phi3 && !["<unk>", "<s>", "<|endoftext|>"].contains(&text),
        });
        AddedTokens::new(added.collect())
    }
}

/// The two sides of a merge: around the first space, except that a merge may begin with one.
fn halves(merge: &str) -> Option<(&str, &str)> {
    let first = merge.chars().next()?.len_utf8();
    let (left, right) = merge.split_at(first + merge[first..].find(' ')?);
    Some((left, &right[1..]))
}

/// The byte that `<0xE2>` stands for.
pub(crate) fn byte_token(text: &str) -> Option<u8> {
    let hex = text.strip_prefix("<0x")?.strip_suffix('>')?;
    (hex.len() == 2 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .then(|| u8::from_str_radix(hex, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_are_cut_at_the_first_space_but_one() {
        assert_eq!(halves("Ġ t"), Some(("Ġ", "t")));
        assert_eq!(halves("  b"), Some((" ", "b")));
        assert_eq!(halves("a b c"), Some(("a", "b c")));
        assert_eq!(halves("日 本"), Some(("日", "本")));
        for text in ["", " ", "a", " a", "日"] {
            assert_eq!(halves(text), None, "{text:?}");
        }
    }

    #[test]
    fn byte_tokens() {
        assert_eq!(byte_token("<0xE2>"), Some(0xE2));
        for text in ["<0xE>", "<0x+1>", "<0xE21>", "0xE2", "<0xé>"] {
            assert_eq!(byte_token(text), None, "{text:?}");
        }
    }
}
