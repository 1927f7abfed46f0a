//! What each token is: its bytes and its kind.

use std::sync::OnceLock;

/// The largest vocabulary taken. The largest known ones have about 260,000 tokens.
pub(crate) const MOST_TOKENS: usize = 1 << 22;

/// What a token is for. In the order of preference when several tokens have the same bytes: what encoding text
/// would give first (added tokens are cut out of a text before anything else).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Added by the user: cut out of every text, by its literal text.
    Added,
    /// Ordinary.
    Text,
    /// One byte that ordinary tokens do not cover (`<0xE2>`).
    Byte,
    /// Has a meaning instead of a text (`<|im_end|>`).
    Special,
    /// Fills a gap in the numbering, with a text nobody writes.
    Unused,
    /// No token has this id.
    Hole,
}

/// Bytes and kinds of all tokens, by id.
#[derive(Default)]
pub(crate) struct Vocabulary {
    /// All tokens' bytes, in order of id.
    bytes: Vec<u8>,
    /// Where each token's bytes end.
    ends: Vec<usize>,
    kinds: Vec<Kind>,
    /// Ids sorted by bytes, then by preference: made at the first search.
    sorted: OnceLock<Vec<u32>>,
}

impl Vocabulary {
    pub(crate) fn with_capacity(tokens: usize) -> Vocabulary {
        Vocabulary {
            bytes: Vec::with_capacity(tokens * 8),
            ends: Vec::with_capacity(tokens),
            kinds: Vec::with_capacity(tokens),
            sorted: OnceLock::new(),
        }
    }

    /// Adds the next token; `write` appends its bytes.
    pub(crate) fn push(&mut self, kind: Kind, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
        self.kinds.push(kind);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn kind(&self, id: u32) -> Kind {
        self.kinds.get(id as usize).copied().unwrap_or(Kind::Hole)
    }

    pub(crate) fn bytes(&self, id: u32) -> Option<&[u8]> {
        (self.kind(id) != Kind::Hole).then(|| self.slice(id as usize))
    }

    fn slice(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// The token with exactly these bytes (not none); of several, the one that [`Kind`] puts first, then the smallest id.
    pub(crate) fn id_of(&self, bytes: &[u8]) -> Option<u32> {
        if bytes.is_empty() {
            return None;
        }
        let sorted = self.sorted.get_or_init(|| {
            let mut ids: Vec<u32> =
                (0..self.len() as u32).filter(|&id| self.kind(id) != Kind::Hole).collect();
            ids.sort_unstable_by_key(|&id| (self.slice(id as usize), self.kind(id), id));
            ids
        });
        let at = sorted.partition_point(|&id| self.slice(id as usize) < bytes);
        sorted.get(at).copied().filter(|&id| self.slice(id as usize) == bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_kind_wins_then_the_smaller_id() {
        let mut vocabulary = Vocabulary::default();
        for (kind, text) in [
            (Kind::Unused, "a"),
            (Kind::Special, "a"),
            (Kind::Text, "b"),
            (Kind::Text, "a"),
            (Kind::Text, "a"),
            (Kind::Hole, "hole"),
            (Kind::Text, ""),
        ] {
            vocabulary.push(kind, |out| out.extend(text.as_bytes()));
        }
        assert_eq!(vocabulary.id_of(b"a"), Some(3));
        assert_eq!(vocabulary.id_of(b"b"), Some(2));
        assert_eq!(vocabulary.id_of(b"c"), None);
        assert_eq!(vocabulary.id_of(b"hole"), None);
        assert_eq!(vocabulary.id_of(b""), None);
        assert_eq!(vocabulary.bytes(2), Some(&b"b"[..]));
        assert_eq!(vocabulary.bytes(5), None);
        assert_eq!(vocabulary.bytes(6), Some(&b""[..]));
        assert_eq!(vocabulary.bytes(7), None);
        assert_eq!(vocabulary.kind(7), Kind::Hole);
    }
}
