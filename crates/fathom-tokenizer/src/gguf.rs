//! A tokenizer out of a GGUF file's metadata: byte-level BPE.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use fathom_formats::{Gguf, Strings};
use fathom_reading::TokenId;
use tokenizers::Model;
use tokenizers::models::bpe::{BPE, BpeBuilder, Merges, Vocab};

use crate::error::shown;
use crate::split::{Pre, Split};
use crate::vocabulary::{Kind, MOST_TOKENS, Vocabulary};
use crate::{Encoder, Specials, Tokenizer, TokenizerError, byte_level, known};

/// Known vocabularies have up to 2.2 merges a token (Llama 3).
const MOST_MERGES: usize = 4 * MOST_TOKENS;

const TOKENS: &str = "tokenizer.ggml.tokens";
const MERGES: &str = "tokenizer.ggml.merges";

/// Text to ids by byte-level BPE.
pub(crate) struct BpeEncoder {
    bpe: BPE,
    split: Split,
    /// Tokens cut out of a text by their literal text: the longest first, as llama.cpp does.
    added: Vec<Added>,
}

struct Added {
    text: String,
    id: u32,
    special: bool,
}

/// A part of a text: still text, or a token already.
enum Part {
    Text(Range<usize>),
    Token(u32),
}

impl BpeEncoder {
    pub(crate) fn encode(&self, text: &str, specials: Specials) -> Result<Vec<TokenId>, TokenizerError> {
        let mut ids = Vec::with_capacity(text.len() / 3);
        let mut visible = String::new();
        for part in self.parts(text, specials) {
            let range = match part {
                Part::Token(id) => {
                    ids.push(TokenId(id));
                    continue;
                }
                Part::Text(range) => range,
            };
            let text = &text[range];
            for piece in self.split.pieces(text) {
                visible.clear();
                byte_level::encode(&text[piece], &mut visible);
                let tokens = self
                    .bpe
                    .tokenize(&visible)
                    .map_err(|error| TokenizerError::Encode { reason: error.to_string() })?;
                ids.extend(tokens.iter().map(|token| TokenId(token.id)));
            }
        }
        Ok(ids)
    }

    /// Cuts out the added tokens (special ones only if they are to be parsed): each in turn, wherever it occurs in
    /// what the ones before it have left.
    fn parts(&self, text: &str, specials: Specials) -> Vec<Part> {
        let mut parts = vec![Part::Text(0..text.len())];
        for added in self.added.iter().filter(|added| specials == Specials::Parse || !added.special) {
            if !text.contains(&added.text) {
                continue;
            }
            let mut finer = Vec::with_capacity(parts.len() + 2);
            for part in parts {
                match part {
                    Part::Text(range) => added.cut(text, range, &mut finer),
                    Part::Token(_) => finer.push(part),
                }
            }
            parts = finer;
        }
        parts
    }
}

impl Added {
    fn cut(&self, text: &str, range: Range<usize>, out: &mut Vec<Part>) {
        let mut at = range.start;
        while let Some(found) = text[at..range.end].find(&self.text) {
            if found > 0 {
                out.push(Part::Text(at..at + found));
            }
            out.push(Part::Token(self.id));
            at += found + self.text.len();
        }
        if at < range.end {
            out.push(Part::Text(at..range.end));
        }
    }
}

/// What the metadata says, on the way to a tokenizer.
struct Reader<'a> {
    gguf: &'a Gguf,
    file: &'a Path,
    tokens: &'a Strings,
}

pub(crate) fn read(gguf: &Gguf) -> Result<Tokenizer, TokenizerError> {
    let file = gguf.path();
    let model = gguf.str("tokenizer.ggml.model")?;
    if model != "gpt2" {
        return Err(TokenizerError::UnsupportedModel { file: file.into(), found: shown(model) });
    }
    let name = gguf.optional("tokenizer.ggml.pre", Gguf::str)?;
    let pre = Pre::named(name).ok_or_else(|| TokenizerError::UnknownPre {
        file: file.into(),
        found: shown(name.unwrap_or_default()),
        known: Pre::names().collect::<Vec<_>>().join(", "),
    })?;
    let reader = Reader { gguf, file, tokens: gguf.strings(TOKENS)? };
    if reader.tokens.is_empty() {
        return Err(TokenizerError::EmptyVocabulary { file: file.into() });
    }
    let ids = reader.ids()?;
    let kinds = reader.kinds(&ids)?;
    let merges = reader.merges(&ids)?;
    let end = reader.end_tokens(&ids)?;
    let (bos, add_bos) = reader.bos(pre)?;
    let (vocabulary, added) = reader.vocabulary(&kinds);
    let bpe = BpeBuilder::new()
        .ignore_merges(pre.whole_pieces)
        .cache_capacity(0) // The crate's cache is per thread, and never freed.
        .vocab_and_merges(ids, merges)
        .build()
        .map_err(|error| TokenizerError::Vocabulary { file: file.into(), reason: error.to_string() })?;
    let encoder = Encoder::Bpe(Box::new(BpeEncoder { bpe, split: pre.split, added }));
    Ok(Tokenizer { vocabulary, encoder, lossless: true, bos, add_bos, end })
}

impl Reader<'_> {
    fn file(&self) -> PathBuf {
        self.file.into()
    }

    /// Each token's id by its text. Empty tokens have none: they fill gaps, and nothing may turn into them.
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
        for (id, token) in (0u32..).zip(self.tokens.iter()).filter(|(_, token)| !token.is_empty()) {
            if let Some(first) = ids.insert(token.to_owned(), id) {
                let token = shown(token);
                return Err(TokenizerError::DuplicateToken { file: self.file(), token, first, second: id });
            }
        }
        Ok(ids)
    }

    /// Kinds by `tokenizer.ggml.token_type`, corrected for tokens that are known by name.
    fn kinds(&self, ids: &Vocab) -> Result<Vec<Kind>, TokenizerError> {
        let len = self.tokens.len();
        let mut kinds = match self.gguf.optional("tokenizer.ggml.token_type", Gguf::i32s)? {
            None => vec![Kind::Text; len],
            Some(types) if types.len() != len => {
                return Err(TokenizerError::TypeCount { file: self.file(), types: types.len(), tokens: len });
            }
            Some(types) => {
                let kind = |(id, &found)| self.kind(id, found);
                types.iter().enumerate().map(kind).collect::<Result<_, _>>()?
            }
        };
        for id in known::ENDS.iter().chain(known::FILL_IN).filter_map(|name| ids.get(*name)) {
            kinds[*id as usize] = Kind::Special;
        }
        Ok(kinds)
    }

    fn kind(&self, id: usize, found: i32) -> Result<Kind, TokenizerError> {
        match found {
            0 | 1 => Ok(Kind::Text),    // undefined, normal
            2 | 3 => Ok(Kind::Special), // unknown, control
            4 => Ok(Kind::Added),       // user-defined
            5 => Ok(Kind::Unused),
            6 => Ok(Kind::Byte),
            _ => Err(TokenizerError::BadType { file: self.file(), id, found }),
        }
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

    /// An id that a key names, if it is there.
    fn id(&self, key: &'static str) -> Result<Option<TokenId>, TokenizerError> {
        let len = self.tokens.len();
        match self.gguf.optional(key, Gguf::u32)? {
            Some(found) if found as usize >= len => {
                Err(TokenizerError::IdOutOfRange { file: self.file(), key, found, len })
            }
            found => Ok(found.map(TokenId)),
        }
    }

    /// What ends a generation: the tokens that the metadata names, and those known by name.
    fn end_tokens(&self, ids: &Vocab) -> Result<Vec<TokenId>, TokenizerError> {
        let mut end: Vec<TokenId> =
            known::ENDS.iter().filter_map(|name| ids.get(*name)).copied().map(TokenId).collect();
        for key in
            ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"]
        {
            end.extend(self.id(key)?);
        }
        end.sort_unstable();
        end.dedup();
        Ok(end)
    }

    /// The BOS token, and whether texts start with it. (Where none is named llama.cpp takes token 11, whatever
    /// that is; Fathom takes none.)
    fn bos(&self, pre: Pre) -> Result<(Option<TokenId>, bool), TokenizerError> {
        let bos = self.id("tokenizer.ggml.bos_token_id")?;
        let add_bos = self.gguf.optional("tokenizer.ggml.add_bos_token", Gguf::bool)?.unwrap_or(pre.adds_bos);
        if add_bos && bos.is_none() {
            return Err(TokenizerError::NoBos { file: self.file(), missing: "tokenizer.ggml.bos_token_id" });
        }
        Ok((bos, add_bos))
    }

    fn vocabulary(&self, kinds: &[Kind]) -> (Vocabulary, Vec<Added>) {
        let mut vocabulary = Vocabulary::with_capacity(kinds.len());
        let mut added = Vec::new();
        for ((id, text), &kind) in (0u32..).zip(self.tokens.iter()).zip(kinds) {
            vocabulary.push(kind, |out| match kind {
                Kind::Byte if byte_token(text).is_some() => out.extend(byte_token(text)),
                // A text that is no byte-level writing stands for itself, as in `tokenizers`: some files call
                // added tokens normal. No text turns into such a token, but a model may choose it.
                Kind::Text | Kind::Byte if byte_level::decode(text, out) => {}
                _ => out.extend(text.as_bytes()),
            });
            if matches!(kind, Kind::Added | Kind::Special) && !text.is_empty() {
                added.push(Added { text: text.to_owned(), id, special: kind == Kind::Special });
            }
        }
        added.sort_by_key(|added| std::cmp::Reverse(added.text.len()));
        (vocabulary, added)
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
