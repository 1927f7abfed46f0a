//! The k largest logits of a row, kept while the vocabulary passes by.

use crate::simd::{LANES, Lane, Simd};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Candidates beyond k that are gathered before the worst are thrown away.
const SPARE: usize = 64;

/// What the spans of one row tell one another: a logit that at least k tokens reach, as an ordered number. It only spares
/// work; which candidates are the best does not depend on it.
#[derive(Debug, Default)]
pub(crate) struct Floor(AtomicU32);

impl Floor {
    /// At least k tokens reach `logit`.
    pub(crate) fn raise(&self, logit: f32) {
        self.0.fetch_max(ascending(logit), Relaxed);
    }

    /// What tokens must reach; -inf where nothing is known.
    pub(crate) fn logit(&self) -> f32 {
        match self.0.load(Relaxed) {
            0 => f32::NEG_INFINITY,
            number => from_ascending(number),
        }
    }
}

/// A filter by threshold in front of a buffer: only logits above the k-th best known so far come in, and the buffer is
/// cut back to the best k whenever it is full. Constant work a candidate for every k; for small k hardly anything
/// passes after the first few hundred tokens.
#[derive(Debug)]
pub(crate) struct Top<'a> {
    k: usize,
    /// Logit and token in one number; smaller is better. See [`key`].
    keys: Vec<u64>,
    /// Nothing at or below this can be among the best k any more (tokens come by ascending id).
    threshold: f32,
    floor: &'a Floor,
}

impl<'a> Top<'a> {
    pub(crate) fn new(k: usize, floor: &'a Floor) -> Top<'a> {
        Top { k, keys: Vec::new(), threshold: f32::NEG_INFINITY, floor }
    }

    /// Offers the logits of tokens `first ..`: `largest` is the largest, and `maxima` those of 64 parts.
    #[inline(always)]
    pub(crate) fn offer<S: Simd>(&mut self, s: S, first: u32, z: &[Lane], largest: f32, maxima: [S::F; 4]) {
        if self.k == 0 || largest <= self.threshold {
            return;
        }
        if self.keys.capacity() == 0 {
            let mut parts = [Lane::ZERO; 4];
            for (part, maxima) in parts.iter_mut().zip(maxima) {
                s.store(maxima, &mut part.0);
            }
            self.begin(&parts);
        }
        for (i, lane) in z.iter().enumerate() {
            let mut mask = s.above(s.load(&lane.0), s.splat(self.threshold));
            while mask != 0 {
                let at = mask.trailing_zeros() as usize;
                mask &= mask - 1;
                self.push(key(lane.0[at], first + (i * LANES + at) as u32));
            }
        }
    }

    /// Before the first candidates: a threshold from what is known without any. The k-th largest of the maxima is
    /// reached by k tokens, and so is what another span found; tokens that equal either may still be wanted.
    fn begin(&mut self, parts: &[Lane; 4]) {
        self.keys.reserve_exact(self.k + self.k.max(SPARE));
        let mut maxima = parts.map(|part| part.0);
        let maxima = maxima.as_flattened_mut();
        if self.k <= maxima.len() {
            let (_, kth, _) = maxima.select_nth_unstable_by(self.k - 1, |a, b| b.total_cmp(a));
            self.threshold = kth.next_down();
        }
        self.threshold = self.threshold.max(self.floor.logit().next_down());
    }

    fn push(&mut self, key: u64) {
        self.keys.push(key);
        if self.keys.len() == self.k + self.k.max(SPARE) {
            self.cut();
            let kth = self.keys[self.k - 1];
            self.threshold = logit(kth);
            self.floor.raise(self.threshold);
        }
    }

    /// Keeps the best k, the k-th last.
    fn cut(&mut self) {
        if self.keys.len() > self.k {
            self.keys.select_nth_unstable(self.k - 1);
            self.keys.truncate(self.k);
        }
    }

    /// The best k (or all there were), in no order.
    pub(crate) fn into_keys(mut self) -> Vec<u64> {
        if self.k > 0 && self.keys.len() >= self.k {
            self.cut();
            if let Some(worst) = self.keys.iter().max() {
                self.floor.raise(logit(*worst));
            }
        }
        self.keys.shrink_to_fit();
        self.keys
    }
}

/// Orders by logit, larger first, then by token, smaller first. The logit must be no NaN and no -0.
pub(crate) fn key(logit: f32, token: u32) -> u64 {
    u64::from(!ascending(logit)) << 32 | u64::from(token)
}

/// The logit of a key.
pub(crate) fn logit(key: u64) -> f32 {
    from_ascending(!((key >> 32) as u32))
}

/// A number that grows with the logit; 0 is below that of every logit but NaN.
fn ascending(logit: f32) -> u32 {
    let bits = logit.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn from_ascending(number: u32) -> f32 {
    f32::from_bits(if number >> 31 == 1 { number & !(1 << 31) } else { !number })
}

/// The token of a key.
pub(crate) fn token(key: u64) -> u32 {
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
