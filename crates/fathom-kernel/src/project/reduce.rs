//! What a row's logits for one tile are folded into.

use super::sums::Sums;
use crate::simd::{Lane, Simd, math};

/// The largest logit, and the largest ones of 64 parts of the tile (-inf for a part without tokens).
#[inline(always)]
pub(crate) fn largest_logits<S: Simd>(s: S, z: &[Lane]) -> (f32, [S::F; 4]) {
    let low = s.splat(f32::NEG_INFINITY);
    let mut most = [low; 4];
    let (quads, rest) = z.as_chunks::<4>();
    for quad in quads {
        for (most, lane) in most.iter_mut().zip(quad) {
            *most = s.max(s.load(&lane.0), *most);
        }
    }
    for lane in rest {
        most[0] = s.max(s.load(&lane.0), most[0]);
    }
    (s.largest(s.max(s.max(most[0], most[1]), s.max(most[2], most[3]))), most)
}

#[inline(always)]
pub(crate) fn count_above<S: Simd>(s: S, z: &[Lane], logit: f32) -> u32 {
    let logit = s.splat(logit);
    z.iter().map(|lane| s.above(s.load(&lane.0), logit).count_ones()).sum()
}

/// Adds a reference's tile to its sums and leaves `u` and `e^u` for its rows.
#[inline(always)]
pub(crate) fn sum_reference<S: Simd>(
    s: S,
    z: &[Lane],
    last: usize,
    sums: &mut Sums,
    us: &mut [Lane],
    es: &mut [Lane],
) {
    let c = s.splat(sums.c);
    let (mut sum_e, mut sum_h) = (s.splat(0.0), s.splat(0.0));
    let end = z.len() - 1;
    for (i, ((z, u), e)) in z.iter().zip(us).zip(es).enumerate() {
        let mut w = s.sub(s.load(&z.0), c);
        let mut x = math::exp(s, w);
        if i == end {
            (w, x) = (s.keep_first(w, last), s.keep_first(x, last));
        }
        sum_e = s.add(sum_e, x);
        sum_h = s.fma(x, w, sum_h);
        s.store(w, &mut u.0);
        s.store(x, &mut e.0);
    }
    sums.s += s.sum(sum_e);
    sums.h += s.sum(sum_h);
}

/// Adds a row's tile to its sums, beside its reference's `u` and `e^u`.
#[inline(always)]
pub(crate) fn sum_row<S: Simd>(s: S, z: &[Lane], last: usize, sums: &mut Sums, us: &[Lane], es: &[Lane]) {
    let c = s.splat(sums.c);
    let [mut sum_e, mut sum_h, mut sum_a, mut sum_b] = [s.splat(0.0); 4];
    let end = z.len() - 1;
    for (i, ((z, u), e)) in z.iter().zip(us).zip(es).enumerate() {
        let mut w = s.sub(s.load(&z.0), c);
        let mut x = math::exp(s, w);
        if i == end {
            (w, x) = (s.keep_first(w, last), s.keep_first(x, last));
        }
        let difference = s.sub(s.load(&u.0), w);
        sum_e = s.add(sum_e, x);
        sum_h = s.fma(x, w, sum_h);
        sum_a = s.fma(s.load(&e.0), difference, sum_a);
        sum_b = s.fma(x, difference, sum_b);
    }
    sums.s += s.sum(sum_e);
    sums.h += s.sum(sum_h);
    sums.a += s.sum(sum_a);
    sums.b += s.sum(sum_b);
}
