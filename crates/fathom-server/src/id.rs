//! Names of readings: short, unguessable, and safe in a path.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The name of a reading: 13 letters and digits, or `example`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id(String);

/// Keyed by the operating system's randomness: a pseudorandom function whose values nobody else can tell.
static RANDOM: LazyLock<RandomState> = LazyLock::new(RandomState::new);
static COUNT: AtomicU64 = AtomicU64::new(0);

/// The reading that every server has.
pub(crate) const EXAMPLE: &str = "example";

const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Id {
    /// A new one.
    pub(crate) fn fresh() -> Id {
        let mut hasher = RANDOM.build_hasher();
        hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
        let bits = hasher.finish();
        Id((0..13).map(|i| char::from(LETTERS[(bits >> (5 * i)) as usize % 32])).collect())
    }

    /// From a path of a request: nothing but what [`Id::fresh`] makes, so never a path of a disk.
    pub(crate) fn parse(text: &str) -> Option<Id> {
        let ours = text.len() == 13 && text.bytes().all(|byte| LETTERS.contains(&byte));
        (ours || text == EXAMPLE).then(|| Id(text.to_owned()))
    }

    /// As it stands in a path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn fresh_ones_differ_and_parse() {
        let ids: HashSet<Id> = (0..1000).map(|_| Id::fresh()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| Id::parse(id.as_str()).as_ref() == Some(id)));
    }

    #[test]
    fn nothing_else_parses() {
        for text in
            ["", "..", "../../etc/passwd", "0123456789abU", "0123456789abc0", "0123456789/bc", "Example"]
        {
            assert_eq!(Id::parse(text), None, "{text}");
        }
        assert!(Id::parse(EXAMPLE).is_some());
    }
}
