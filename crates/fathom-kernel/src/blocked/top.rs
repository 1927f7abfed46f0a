//! The k largest logits of a row, kept while the vocabulary passes by.

use crate::simd::{LANES, Lane, Simd};

/// Candidates beyond k that are gathered before the worst are thrown away.
const SPARE: usize = 64;

/// A filter by threshold in front of a buffer: only logits above the k-th best known so far come in, and the buffer is
/// cut back to the best k whenever it is full. Constant work a candidate for every k; for small k hardly anything
/// passes after the first few hundred tokens.
#[derive(Clone, Debug)]
pub(super) struct Top {
    k: usize,
    /// Logit and token in one number; smaller is better. See [`key`].
    keys: Vec<u64>,
    /// Nothing at or below this can be among the best k any more (tokens come by ascending id).
    threshold: f32,
}

impl Top {
    pub(super) fn new(k: usize) -> Top {
        Top { k, keys: Vec::new(), threshold: f32::NEG_INFINITY }
    }

    /// Offers the logits of tokens `first ..`, of which the largest is `largest`.
    #[inline(always)]
    pub(super) fn offer<S: Simd>(&mut self, s: S, first: u32, logits: &[Lane], largest: f32) {
        if self.k == 0 || largest <= self.threshold {
            return;
        }
        for (i, lane) in logits.iter().enumerate() {
            let mut mask = s.above(s.load(&lane.0), s.splat(self.threshold));
            while mask != 0 {
                let at = mask.trailing_zeros() as usize;
                mask &= mask - 1;
                self.push(key(lane.0[at], first + (i * LANES + at) as u32));
            }
        }
    }

    fn push(&mut self, key: u64) {
        if self.keys.capacity() == 0 {
            self.keys.reserve_exact(self.k + self.k.max(SPARE));
        }
        self.keys.push(key);
        if self.keys.len() == self.k + self.k.max(SPARE) {
            let (_, worst, _) = self.keys.select_nth_unstable(self.k - 1);
            self.threshold = logit(*worst);
            self.keys.truncate(self.k);
        }
    }

    /// The best k (or all there were), in no order.
    pub(super) fn into_keys(mut self) -> Vec<u64> {
        if self.keys.len() > self.k {
            self.keys.select_nth_unstable(self.k - 1);
            self.keys.truncate(self.k);
        }
        self.keys.shrink_to_fit();
        self.keys
    }
}

/// Orders by logit, larger first, then by token, smaller first. The logit must be no NaN and no -0.
fn key(logit: f32, token: u32) -> u64 {
    let bits = logit.to_bits();
    let ascending = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    u64::from(!ascending) << 32 | u64::from(token)
}

/// The logit of a key.
pub(super) fn logit(key: u64) -> f32 {
    let ascending = !((key >> 32) as u32);
    f32::from_bits(if ascending >> 31 == 1 { ascending & !(1 << 31) } else { !ascending })
}

/// The token of a key.
pub(super) fn token(key: u64) -> u32 {
    key as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_order_as_candidates_do(a in -1e30f32..1e30, b in -1e30f32..1e30, i in any::<u32>(), j in any::<u32>()) {
            let (a, b) = (a + 0.0, b + 0.0);
            prop_assert_eq!((logit(key(a, i)), token(key(a, i))), (a, i));
            let expected = b.total_cmp(&a).then(i.cmp(&j));
            prop_assert_eq!(key(a, i).cmp(&key(b, j)), expected);
        }
    }
}
