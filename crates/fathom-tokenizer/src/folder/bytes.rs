//! From a token's text to its bytes: what the decoder in `tokenizer.json` does, for a token alone.

use std::path::Path;

use serde_json::Value;
use tokenizers::decoders::wordpiece;
use tokenizers::{AddedVocabulary, ModelWrapper};

use super::budget::Budget;
use super::pipeline::{Pipeline, Search};

use crate::gguf::byte_token;
use crate::vocabulary::{Kind, Vocabulary};
use crate::{TokenizerError, byte_level};

/// The most bytes that a decoder may make of a token.
const MOST_TOKEN_BYTES: usize = 1 << 16;

/// How tokens are written.
pub(super) enum Scheme {
    /// GPT-2's way: each byte is a visible character.
    ByteLevel,
    /// SentencePiece's way: as text with a few replacements (`▁` for a space), and single bytes as `<0xE2>`.
    Pieces { replacements: Vec<(Search, String)>, byte_tokens: bool },
    /// BERT's way: what goes on with a word has a prefix (`##`), all else begins one.
    WordPieces { prefix: String, cleanup: bool },
}

impl Scheme {
    pub(super) fn of(
        model: &ModelWrapper,
        decoder: &Value,
        pipeline: &Pipeline,
        file: &Path,
    ) -> Result<Scheme, TokenizerError> {
        let mut parts = Vec::new();
        flatten(decoder, "decoders", &mut parts);
        if parts.iter().any(|part| kind(part) == "ByteLevel") || parts.is_empty() && pipeline.is_byte_level()
        {
            return Ok(Scheme::ByteLevel);
        }
        if let Some(scheme) = Scheme::word_pieces(model, &parts) {
            return Ok(scheme);
        }
        let mut replacements = Vec::new();
        let mut byte_tokens = match model {
            ModelWrapper::BPE(bpe) => bpe.byte_fallback,
            ModelWrapper::Unigram(unigram) => unigram.byte_fallback(),
            _ => false,
        };
        // After `Fuse` there is one text and no token any more; `Strip` too is for a text's first space.
        let of_tokens = parts.iter().take_while(|part| kind(part) != "Fuse");
        for part in of_tokens {
            match kind(part) {
                "ByteFallback" => byte_tokens = true,
                "Strip" => {}
                "Metaspace" => {
                    let mark = part["replacement"].as_str().unwrap_or("▁");
                    replacements.push((Search::Text(mark.to_owned()), " ".to_owned()));
                }
                "Replace" => {
                    let search = Search::new(&part["pattern"])
                        .map_err(|_| unsupported(file, "the pattern of a Replace decoder"))?;
                    replacements.push((search, part["content"].as_str().unwrap_or_default().to_owned()));
                }
                other => return Err(unsupported(file, &format!("decoder {other:?}"))),
            }
        }
        Ok(Scheme::Pieces { replacements, byte_tokens })
    }

    /// By the decoder; where there is none, by the model.
    fn word_pieces(model: &ModelWrapper, parts: &[Value]) -> Option<Scheme> {
        match (parts, model) {
            ([part], _) if kind(part) == "WordPiece" => {
                let prefix = part["prefix"].as_str().unwrap_or("##").to_owned();
                Some(Scheme::WordPieces { prefix, cleanup: part["cleanup"].as_bool().unwrap_or(true) })
            }
            ([], ModelWrapper::WordPiece(model)) => {
                Some(Scheme::WordPieces { prefix: model.continuing_subword_prefix.clone(), cleanup: false })
            }
            _ => None,
        }
    }

    /// Adds a token to the vocabulary. What is cut out of a text literally (added tokens) is that text. An error says what
    /// the decoder makes of it that no decoder should.
    pub(super) fn push(
        &self,
        vocabulary: &mut Vocabulary,
        kind: Kind,
        text: &str,
        budget: &Budget,
    ) -> Result<(), &'static str> {
        match self {
            Scheme::ByteLevel => vocabulary.push(kind, |out| {
                if kind != Kind::Text || !byte_level::decode(text, out) {
                    out.extend(text.as_bytes());
                }
            }),
            Scheme::Pieces { byte_tokens: true, .. } if kind == Kind::Text && byte_token(text).is_some() => {
                vocabulary.push(Kind::Byte, |out| out.extend(byte_token(text)));
            }
            // Added tokens may be pieces that the vocabulary has anyway (Gemma's runs of `▁`): as the decoder does.
            Scheme::Pieces { replacements, .. } if kind != Kind::Special => {
                let replace = |text: String, (from, to): &(Search, String)| replaced(text, from, to, budget);
                let text = replacements.iter().try_fold(text.to_owned(), replace)?;
                vocabulary.push(kind, |out| out.extend(text.as_bytes()));
            }
            Scheme::Pieces { .. } => vocabulary.push(kind, |out| out.extend(text.as_bytes())),
            Scheme::WordPieces { prefix, cleanup } => vocabulary.push(kind, |out| {
                let written = match text.strip_prefix(prefix.as_str()) {
                    _ if kind != Kind::Text => text.to_owned(),
                    Some(rest) if !prefix.is_empty() => rest.to_owned(),
                    _ => format!(" {text}"),
                };
                let written = if *cleanup { wordpiece::cleanup(&written) } else { written };
                out.extend(written.as_bytes());
            }),
        }
        Ok(())
    }

    /// Whether the bytes of a text's tokens are the text: then a byte that got lost can be found.
    pub(super) fn is_lossless(&self, pipeline: &Pipeline, added: &AddedVocabulary) -> bool {
        let added = added.get_added_tokens_decoder();
        matches!(self, Scheme::ByteLevel)
            && pipeline.leaves_text_alone()
            && !added.values().any(|token| token.lstrip || token.rstrip)
    }
}

/// `text` with `to` in the place of what is found; as the crate's decoder does it.
fn replaced(text: String, from: &Search, to: &str, budget: &Budget) -> Result<String, &'static str> {
    let places = from.all(&text, budget).map_err(|_| "endless work")?;
    if !places.is_empty()
        && text.len().saturating_add(places.len().saturating_mul(to.len())) > MOST_TOKEN_BYTES
    {
        return Err("more than 65,536 bytes");
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (start, end) in places {
        out.push_str(&text[at..start]);
        out.push_str(to);
        at = end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// A part of a tokenizer as JSON: the crate keeps some of their fields to itself.
pub(super) fn described(part: Option<&impl serde::Serialize>) -> Value {
    part.and_then(|part| serde_json::to_value(part).ok()).unwrap_or_default()
}

pub(super) fn kind(part: &Value) -> &str {
    part["type"].as_str().unwrap_or_default()
}

/// The parts of a part: of a `Sequence` those in its list `inside`, else itself.
pub(super) fn flatten(part: &Value, inside: &str, out: &mut Vec<Value>) {
    match (kind(part), part[inside].as_array()) {
        ("", _) => {}
        ("Sequence", Some(parts)) => parts.iter().for_each(|part| flatten(part, inside, out)),
        _ => out.push(part.clone()),
    }
}

fn unsupported(file: &Path, what: &str) -> TokenizerError {
    TokenizerError::UnsupportedJson {
        file: file.into(),
        what: what.to_owned(),
        why: "the bytes of its tokens are not known",
    }
}
