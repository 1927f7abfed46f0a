//! SentencePiece's BPE, as llama.cpp runs it: `tokenizer.ggml.model` is `llama` (Llama 1 and 2, Mistral, Gemma, Phi-3 …).
//!
//! A space is written `▁`. Of all neighbours that together are a piece, those with the best score are joined first
//! (the leftmost of equals), until none are left; a character that is no piece becomes its bytes, `<0xE2>`.
//!
//! One difference from llama.cpp, on purpose: there plain text turns into a control token, or into a byte token that
//! writes something else, where its characters happen to merge into the name (`<s>`, `<0x41>`). Here, as in
//! SentencePiece itself, no merge gives such tokens: what a prompt holds cannot end it.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use fathom_reading::TokenId;

use crate::TokenizerError;
use crate::added::{AddedTokens, Part, Where};

/// How a space is written inside a piece.
pub(crate) const SPACE: &str = "▁";

/// Text to ids by pieces with scores.
pub(crate) struct SpmEncoder {
    /// What text can turn into: each piece's id and score.
    pub(super) pieces: HashMap<Box<str>, (u32, f32)>,
    /// The token of each byte, if there is one.
    pub(super) bytes: Box<[Option<u32>; 256]>,
    pub(super) added: AddedTokens,
    /// A text, and what follows a cut-out token, starts with a space that nobody wrote.
    pub(super) space_first: bool,
}

/// A token and the bytes of the text that it stands for.
pub(crate) type Placed = (TokenId, Range<usize>);

impl SpmEncoder {
    pub(crate) fn encode(&self, text: &str, specials: Where<'_>) -> Result<Vec<Placed>, TokenizerError> {
        let mut ids = Vec::with_capacity(text.len() / 3);
        let mut after_token = true; // A text's start counts as one.
        for part in self.added.parts(text, specials) {
            match part {
                Part::Token(id, range) => {
                    ids.push((TokenId(id), range));
                    after_token = true;
                }
                Part::Text(range) => {
                    Merging::new(self, text, range, self.space_first && after_token).run(&mut ids)?;
                    after_token = false;
                }
            }
        }
        Ok(ids)
    }
}

/// Neighbouring characters that have become one; empty once it is part of the one before.
struct Symbol {
    /// In the escaped text.
    range: Range<usize>,
    /// Where it starts in the text itself.
    start: usize,
    before: Option<usize>,
    after: Option<usize>,
}

/// Two neighbours that are a piece together.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// Their length when they were found: they may have grown since.
    len: usize,
}

impl Ord for Pair {
    /// The greatest is joined first: the best score, then the leftmost. (Scores are never NaN.)
    fn cmp(&self, other: &Pair) -> Ordering {
        let score = self.score.partial_cmp(&other.score).unwrap_or(Ordering::Equal);
        score.then(other.left.cmp(&self.left)).then(self.len.cmp(&other.len))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Pair) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Pair) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair {}

/// One part of a text on its way to tokens.
struct Merging<'a> {
    encoder: &'a SpmEncoder,
    text: &'a str,
    /// Where the part ends in the text.
    end: usize,
    /// With `▁` for each space.
    escaped: String,
    symbols: Vec<Symbol>,
    queue: BinaryHeap<Pair>,
}

impl<'a> Merging<'a> {
    fn new(encoder: &'a SpmEncoder, text: &'a str, range: Range<usize>, space_first: bool) -> Merging<'a> {
        let part = &text[range.clone()];
        let mut escaped = String::with_capacity(part.len() + part.len() / 2 + SPACE.len());
        let mut symbols: Vec<Symbol> = Vec::with_capacity(part.len() + 1);
        let given = space_first.then_some((0, ' '));
        for (at, character) in given.into_iter().chain(part.char_indices()) {
            let from = escaped.len();
            match character {
                ' ' => escaped.push_str(SPACE),
                other => escaped.push(other),
            }
            let here = symbols.len();
            symbols.push(Symbol {
                range: from..escaped.len(),
                start: range.start + at,
                before: here.checked_sub(1),
                after: Some(here + 1),
            });
        }
        if let Some(last) = symbols.last_mut() {
            last.after = None;
        }
        Merging { encoder, text, end: range.end, escaped, symbols, queue: BinaryHeap::new() }
    }

    fn run(mut self, out: &mut Vec<Placed>) -> Result<(), TokenizerError> {
        for right in 1..self.symbols.len() {
            self.offer(Some(right - 1), Some(right));
        }
        while let Some(pair) = self.queue.pop() {
            let (left, right) =
                (self.symbols[pair.left].range.clone(), self.symbols[pair.right].range.clone());
            if !left.is_empty() && !right.is_empty() && left.len() + right.len() == pair.len {
                self.join(pair.left, pair.right);
            }
        }
        let mut next = (!self.symbols.is_empty()).then_some(0);
        while let Some(here) = next {
            next = self.symbols[here].after;
            self.write(here, out)?;
        }
        Ok(())
    }

    /// Queues two neighbours if they are a piece together.
    fn offer(&mut self, left: Option<usize>, right: Option<usize>) {
        let (Some(left), Some(right)) = (left, right) else { return };
        let both = self.symbols[left].range.start..self.symbols[right].range.end;
        if let Some(&(_, score)) = self.encoder.pieces.get(&self.escaped[both.clone()]) {
            self.queue.push(Pair { score, left, right, len: both.len() });
        }
    }

    fn join(&mut self, left: usize, right: usize) {
        let (end, after) = (self.symbols[right].range.end, self.symbols[right].after);
        self.symbols[right].range = end..end;
        self.symbols[left].range.end = end;
        self.symbols[left].after = after;
        if let Some(after) = after {
            self.symbols[after].before = Some(left);
        }
        self.offer(self.symbols[left].before, Some(left));
        self.offer(Some(left), after);
    }

    /// A symbol's token, or those of its bytes.
    fn write(&self, here: usize, out: &mut Vec<Placed>) -> Result<(), TokenizerError> {
        let symbol = &self.symbols[here];
        let place = symbol.start..symbol.after.map_or(self.end, |after| self.symbols[after].start);
        let written = &self.escaped[symbol.range.clone()];
        if let Some(&(id, _)) = self.encoder.pieces.get(written) {
            out.push((TokenId(id), place));
            return Ok(());
        }
        for (offset, &byte) in written.as_bytes().iter().enumerate() {
            let Some(id) = self.encoder.bytes[usize::from(byte)] else {
                // A space is named as such, not as a part of `▁`.
                let own = self.text.as_bytes().get(symbol.start + offset).copied();
                let (byte, at) = if written == SPACE {
                    (b' ', symbol.start)
                } else {
                    (own.unwrap_or(byte), symbol.start + offset)
                };
                return Err(TokenizerError::NoToken { byte, at });
            };
            out.push((TokenId(id), place.clone()));
        }
        Ok(())
    }
}
