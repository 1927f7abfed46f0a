//! A row's statistics from its screen's sums, with the head of the distribution put right, and how far off they can be.
//!
//! Sums run over all tokens with the screen's logits `y`. For the tokens of the *head* (the row's best, its reference's
//! best, the ranked ones) the exact logits `z` are known, and their terms are exchanged: `+ f(z) - f(y)`. What is left is
//! the *tail*, of whose tokens is known that `|z - y| <= e` ([`super::bound`]).
//!
//! With `c` the screen's largest logit, all relative to `c` (so `y <= 0`), hats for what the screen has, `S = Σ e^z`,
//! `T = Σ e^z z`, and for KL `x` the reference's logits likewise, with error `g`:
//!
//! - `|S - s| <= (e^e - 1) ŝ_tail + δ s`: each term's factor lies between `e^-e` and `e^e`, and `1 - e^-e <= e^e - 1`. So with
//!   `λ` = that over `s`, `|ln S - ln s| <= -ln(1 - λ) = Λ`: the error of the log-sum-exp, and of every log-probability
//!   of an exactly known token.
//! - `z e^z` has the slope `(1 + z) e^z`, so `|T - t| <= e e^e ((1 + e) ŝ_tail + |t̂_tail|) + δ |t|`, and the entropy
//!   `ln S - T / S` is off by at most `Λ + ((T - t) / s + |t| / s λ) / (1 - λ)`.
//! - `KL(ref ‖ row) = A / S_x - ln S_x + ln S_z` with `A = Σ e^x (x - z)`: `|A - a| <= (e^g - 1) D + e^g (e + g) ŝx_tail + δ D`, `D`
//!   at least the tail's `Σ e^x̂ |x̂ - ŷ|`; as neither is positive, `Σ e^x̂ (|x̂| + |ŷ|) = â - 2 t̂x` does. The other
//!   direction likewise with `B = Σ e^z (x - z)` and `D = -b̂ - 2 t̂z`. Only tokens that are exact in both rows count as head here.
//!
//! `δ` = 2^-16 is the rounding of the sums in f32 within a tile: 12 terms a lane, each off by the exponential's 8e-8 and the
//! rounding of its exponent (at most 87 u), 12 additions: below 110 u = 7e-6 of the sum of sizes, which for `A` and `B` is at most
//! the whole row's `D`. Exact rows have `e` = 0 and the same `δ`.

use crate::project::sums::{Sums, row_statistics};
use crate::projection::RowStatistics;
use std::f64::consts::LN_2;

/// δ.
const ROUNDING: f64 = 1.0 / 65536.0;

/// A token of the head: its logits in the row and in the row's reference, exact and as the screens have them.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExactToken {
    pub(super) exact: f32,
    pub(super) screen: f32,
    /// `[exact, screen]`; `None` where only the row's are known.
    pub(super) reference: Option<[f32; 2]>,
}

/// A row's statistics.
#[derive(Clone, Copy, Debug)]
pub(super) struct BoundedStatistics {
    pub(super) statistics: RowStatistics,
    /// How far off each of them can be.
    pub(super) errors: RowStatistics,
}

/// A row's sums, and how far its logits can be off.
#[derive(Clone, Copy, Debug)]
pub(super) struct BoundedSums<'a> {
    pub(super) sums: &'a Sums,
    /// `e`: 0 where the logits are exact.
    pub(super) error: f64,
}

/// One side with its head put right.
struct MendedSums {
    s: f64,
    t: f64,
    /// The screen's, without the head's.
    s_tail: f64,
    t_tail: f64,
    lambda: f64,
}

impl MendedSums {
    /// `head`: exact and screen's logit of each of its tokens.
    fn new(side: BoundedSums<'_>, head: impl Iterator<Item = (f32, f32)>) -> MendedSums {
        let (e, c) = (side.error, f64::from(side.sums.c));
        let (mut s, mut t, mut s_tail, mut t_tail) = (side.sums.s, side.sums.h, side.sums.s, side.sums.h);
        for (exact, screen) in head {
            let (z, y) = (f64::from(exact) - c, f64::from(screen) - c);
            s += z.exp() - y.exp();
            t += z.exp() * z - y.exp() * y;
            s_tail -= y.exp();
            t_tail -= y.exp() * y;
        }
        // What is left after subtraction is known to the rounding of the whole.
        let s_tail = s_tail.max(0.0) + ROUNDING * side.sums.s;
        let t_tail = (-t_tail).max(0.0) + ROUNDING * side.sums.h.abs();
        let lambda = (e.exp_m1() * s_tail + ROUNDING * side.sums.s) / s;
        MendedSums { s, t, s_tail, t_tail, lambda }
    }

    /// Λ.
    fn lse_error(&self) -> f64 {
        -(-self.lambda).ln_1p()
    }

    fn entropy_error(&self, side: BoundedSums<'_>) -> f64 {
        let e = side.error;
        let t = e * e.exp() * ((1.0 + e) * self.s_tail + self.t_tail) + ROUNDING * side.sums.h.abs();
        self.lse_error() + (t + self.t.abs() * self.lambda) / (self.s * (1.0 - self.lambda))
    }

    /// The error of `sum / s`, where `sum` can be off by `error`.
    fn ratio_error(&self, sum: f64, error: f64) -> f64 {
        (error + sum.abs() * self.lambda) / (self.s * (1.0 - self.lambda))
    }
}

/// The statistics of `row` beside `reference`, the same one where the row is its own, and how far off they can be. `head` holds no token twice. `None` if the
/// bounds are of no use: the row must be computed exactly.
pub(super) fn bounded_statistics(
    row: BoundedSums<'_>,
    reference: BoundedSums<'_>,
    head: &[ExactToken],
    is_reference: bool,
) -> Option<BoundedStatistics> {
    let shared = || head.iter().filter_map(|known| Some((known, known.reference?)));
    let own = MendedSums::new(row, head.iter().map(|known| (known.exact, known.screen)));
    let other = MendedSums::new(reference, shared().map(|(_, [exact, screen])| (exact, screen)));
    let whole = [own.lambda, other.lambda].iter().all(|lambda| *lambda < 0.5);
    if !(whole && own.s > 0.0 && other.s > 0.0) {
        return None;
    }
    let kl = KlSums::new(row, reference, shared());
    let mended = Sums { s: own.s, h: own.t, a: kl.a, b: kl.b, ..*row.sums };
    let mended_reference = Sums { s: other.s, h: other.t, ..*reference.sums };
    let both = own.lse_error() + other.lse_error();
    let of_kl = |nats: f64| if is_reference { 0.0 } else { nats / LN_2 };
    let errors = RowStatistics {
        lse: own.lse_error(),
        entropy_bits: own.entropy_error(row) / LN_2,
        kl_bits: of_kl(both + other.ratio_error(kl.a, kl.a_error)),
        kl_reverse_bits: of_kl(both + own.ratio_error(kl.b, kl.b_error)),
    };
    Some(BoundedStatistics { statistics: row_statistics(&mended, &mended_reference, is_reference), errors })
}

/// The sums of KL both ways, with the head that both rows share put right.
struct KlSums {
    a: f64,
    b: f64,
    a_error: f64,
    b_error: f64,
}

impl KlSums {
    fn new<'a>(
        row: BoundedSums<'_>,
        reference: BoundedSums<'_>,
        head: impl Iterator<Item = (&'a ExactToken, [f32; 2])>,
    ) -> KlSums {
        let (e, g) = (row.error, reference.error);
        let (c, c_reference) = (f64::from(row.sums.c), f64::from(reference.sums.c));
        let (mut a, mut b) = (row.sums.a, row.sums.b);
        let (mut a_tail, mut b_tail) = (a, b);
        let [mut x_sum, mut x_moment] = [reference.sums.s, reference.sums.h];
        let [mut z_sum, mut z_moment] = [row.sums.s, row.sums.h];
        for (known, [x, x_screen]) in head {
            let (z, y) = (f64::from(known.exact) - c, f64::from(known.screen) - c);
            let (x, x_screen) = (f64::from(x) - c_reference, f64::from(x_screen) - c_reference);
            let (wx, wy) = (x_screen.exp(), y.exp());
            a += x.exp() * (x - z) - wx * (x_screen - y);
            b += z.exp() * (x - z) - wy * (x_screen - y);
            a_tail -= wx * (x_screen - y);
            b_tail -= wy * (x_screen - y);
            x_sum -= wx;
            x_moment -= wx * x_screen;
            z_sum -= wy;
            z_moment -= wy * y;
        }
        let a_sizes = row.sums.a - 2.0 * reference.sums.h;
        let b_sizes = -row.sums.b - 2.0 * row.sums.h;
        let a_tail = (a_tail - 2.0 * x_moment).max(0.0) + 4.0 * ROUNDING * a_sizes;
        let b_tail = (-b_tail - 2.0 * z_moment).max(0.0) + 4.0 * ROUNDING * b_sizes;
        let x_sum = x_sum.max(0.0) + ROUNDING * reference.sums.s;
        let z_sum = z_sum.max(0.0) + ROUNDING * row.sums.s;
        KlSums {
            a,
            b,
            a_error: g.exp_m1() * a_tail + g.exp() * (e + g) * x_sum + 2.0 * ROUNDING * a_sizes,
            b_error: e.exp_m1() * b_tail + e.exp() * (e + g) * z_sum + 2.0 * ROUNDING * b_sizes,
        }
    }
}
