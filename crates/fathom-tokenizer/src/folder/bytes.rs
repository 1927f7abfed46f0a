//! From a token's text to its bytes: what the decoder in `tokenizer.json` does, for a token alone.

use std::path::Path;

use serde_json::Value;
use tokenizers::ModelWrapper;
use tokenizers::decoders::wordpiece;

use crate::gguf::byte_token;
use crate::vocabulary::{Kind, Vocabulary};
use crate::{TokenizerError, byte_level};

/// How tokens are written.
pub(super) enum Scheme {
    /// GPT-2's way: each byte is a visible character.
    ByteLevel,
    /// SentencePiece's way: as text with a few replacements (`▁` for a space), and single bytes as `<0xE2>`.
    Pieces { replacements: Vec<(String, String)>, byte_tokens: bool },
    /// BERT's way: what goes on with a word has a prefix (`##`), all else begins one.
    WordPieces { prefix: String, cleanup: bool },
}

impl Scheme {
    pub(super) fn of(inner: &tokenizers::Tokenizer, file: &Path) -> Result<Scheme, TokenizerError> {
        let decoder = described(inner.get_decoder());
        let mut parts = Vec::new();
        flatten(&decoder, "decoders", &mut parts);
        if parts.is_empty() {
            flatten(&described(inner.get_pre_tokenizer()), "pretokenizers", &mut parts);
            parts.retain(|part| kind(part) == "ByteLevel");
        }
        if parts.iter().any(|part| kind(part) == "ByteLevel") {
            return Ok(Scheme::ByteLevel);
        }
        if let Some(scheme) = Scheme::word_pieces(inner, &parts) {
            return Ok(scheme);
        }
        let mut replacements = Vec::new();
        let mut byte_tokens = match inner.get_model() {
            ModelWrapper::BPE(bpe) => bpe.byte_fallback,
            ModelWrapper::Unigram(unigram) => unigram.byte_fallback(),
            _ => false,
        };
        for part in &parts {
            match kind(part) {
                "ByteFallback" => byte_tokens = true,
                // These work on a whole text (`Strip` takes its first space): no business of a token's.
                "Fuse" | "Strip" => {}
                "Metaspace" => {
                    let mark = part["replacement"].as_str().unwrap_or("▁");
                    replacements.push((mark.to_owned(), " ".to_owned()));
                }
                "Replace" => match (part["pattern"]["String"].as_str(), part["content"].as_str()) {
                    (Some(from), Some(to)) if !from.is_empty() => {
                        replacements.push((from.to_owned(), to.to_owned()));
                    }
                    _ => return Err(unsupported(file, "a Replace decoder with a regular expression")),
                },
                other => return Err(unsupported(file, &format!("decoder {other:?}"))),
            }
        }
        Ok(Scheme::Pieces { replacements, byte_tokens })
    }

    /// By the decoder; where there is none, by the model.
    fn word_pieces(inner: &tokenizers::Tokenizer, parts: &[Value]) -> Option<Scheme> {
        match (parts, inner.get_model()) {
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

    /// Adds a token to the vocabulary. What is cut out of a text literally (added tokens) is that text.
    pub(super) fn push(&self, vocabulary: &mut Vocabulary, kind: Kind, text: &str) {
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
            Scheme::Pieces { replacements, .. } if kind != Kind::Special => vocabulary.push(kind, |out| {
                let replaced =
                    replacements.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
                out.extend(replaced.as_bytes());
            }),
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
    }

    /// Whether the bytes of a text's tokens are the text: then a byte that got lost can be found.
    pub(super) fn is_lossless(&self, inner: &tokenizers::Tokenizer) -> bool {
        let added = inner.get_added_vocabulary().get_added_tokens_decoder();
        matches!(self, Scheme::ByteLevel)
            && inner.get_normalizer().is_none()
            && !adds_a_space(&described(inner.get_pre_tokenizer()))
            && !added.values().any(|token| token.lstrip || token.rstrip)
    }
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

fn adds_a_space(pre_tokenizer: &Value) -> bool {
    let mut parts = Vec::new();
    flatten(pre_tokenizer, "pretokenizers", &mut parts);
    parts.iter().any(|part| part["add_prefix_space"] == Value::Bool(true))
}

fn unsupported(file: &Path, what: &str) -> TokenizerError {
    TokenizerError::UnsupportedJson {
        file: file.into(),
        what: what.to_owned(),
        why: "the bytes of its tokens are not known",
    }
}
