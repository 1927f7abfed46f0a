//! How far a screen's logit can be from the exact one, and the proof.
//!
//! # What is compared
//! For a state `h` and a token's weights `w`, both f32 `[d]`:
//! - `a`, the *exact* sum: the f32 kernel's chain `a = fma(h[k], w[k], a)` over ascending `k`, from 0;
//! - `b`, the *screen's* sum: `h = h1 + h2 + r` and `w = w1 + w2 + q` with bf16 parts ([`split`]), and
//!   `b = Σ h1 w1 + h2 w1 + h1 w2` in f32 as the matrix unit adds it (see `portable`);
//! - the logit `z` of `a` and the screen's logit `y` of `b`: both go through bias, scale and soft-cap alike.
//!
//! **Claim.** `|z - y| <= e`, with `e = reach(h) * reach(w) + slack`: one number for each row, one for each token, one
//! for the head. Proved for `‖h‖` and `‖w‖` up to [`LARGEST`]; other rows are not screened.
//!
//! # Proof
//! Let `u = 2^-24`, `γ(n) = n u / (1 - n u)`; `n` roundings to nearest multiply a number by at most `1 ± γ(n)`
//! (Higham, *Accuracy and Stability of Numerical Algorithms*, lemma 3.1).
//!
//! 1. *The chain.* The product of `k` is rounded with the sum at step `k` and at every later one: `d - k` times. So
//!    `|a - Σ h w| <= Σ γ(d - k) |h[k] w[k]|`. Its underflows are below `d 2^-149`.
//! 2. *What the screen leaves out.* With `h' = h1 + h2`, `w' = w1 + w2`: `h w = r w + h' w' + h' q` and `h' w' - h2 w2` is
//!    what the screen sums. So by Cauchy and Schwarz
//!    `|Σ h w - Σ (h1 w1 + h2 w1 + h1 w2)| <= ‖r‖ ‖w‖ + ‖h'‖ ‖q‖ + ‖h2‖ ‖w2‖`. These norms are measured on the parts
//!    themselves, so nothing is assumed of how the parts were rounded.
//! 3. *The screen's roundings.* Within an instruction a product goes through at most 16 multiply-adds and the sum of two
//!    chains, then the element is added to once for each of the `3 d / 32` (rounded up) instructions: `m = 17 + 3 ⌈d / 32⌉`
//!    roundings at most. `|h1| <= (1 + 2^-8) |h|`, `|h2| <= 2^-8 |h|` and the same of `w` (nearest bf16), so the three
//!    products are together at most `1.013 |h w|`, and `|b - its exact value| <= 1.013 γ(m) Σ |h w|`.
//!    The unit takes numbers below 2^-126 for 0, before and after each operation: at most `6 d + 2 m` times, each worth
//!    at most `2^-126 (1 + ‖h‖ + ‖w‖)`, which is below `d 2^-80` in all for norms up to `2^40` (step 1's is in it).
//! 4. *Together*, with `α[k] = γ(d - k) + 1.013 γ(m)` and Cauchy and Schwarz with weights,
//!    `Σ α |h w| <= √(Σ α h²) √(Σ α w²)`:
//!    `|a - b| <= ‖r‖ ‖w‖ + ‖h'‖ ‖q‖ + ‖h2‖ ‖w2‖ + ‖h‖α ‖w‖α + d 2^-80`.
//! 5. *Bias, scale, soft-cap.* `a + bias` and the product with the scale round once each, for `a` and for `b`: with
//!    `X = 1.02 ‖h‖ ‖w‖ >= |a|, |b|` the sums before the soft-cap differ by at most
//!    `|scale| (|a - b| + 4.1 u (X + |bias|))`. `cap tanh(x / cap)` has slope at most 1 and is computed within 6e-7 of its own
//!    size, which is at most that of its argument (`tanh` 3.5e-7, division, product and the argument's rounding
//!    u each): twice, that is `1.2e-6 |scale| (X + |bias|)`.
//! 6. *Comparisons.* `y - e`, `y + e`, `y - t` and `e` itself are computed in f32. They round by at most `u |y| + u |e|`, `y - t` by
//!    relative u; `e`'s own roundings are covered by a factor in [`Reach::row`].
//!    With 5: `F |scale| (X + |bias|)`, `F` = 2^-21 without and 2^-19 with a soft-cap, covers all of it. `F X` joins `α`:
//!    `α[k] += 1.02 F`; `F |bias|` and underflow are the slack.
//! 7. *One number each.* By Cauchy and Schwarz in four dimensions, for any `ρ > 0`, the sum in 4 is at most `|A| |B|` with
//!    `A = (‖r‖/√ρ, √ρ ‖h'‖, ‖h2‖, ‖h‖α)` and `B = (√ρ ‖w‖, ‖q‖/√ρ, ‖w2‖, ‖w‖α)`. With `ρ` near `‖r‖/‖h‖` the two are
//!    nearly parallel, and little is lost. `reach(h) = |scale| |A|`, `reach(w) = |B|`.
//! 8. *The norms themselves* are sums of squares in f64 for a row (relative error below 1e-12) and in f32 for a token: `d + 8`
//!    roundings of positive terms, and squares that underflow, each below 2^-126. So `|B|` is taken `1 + (d + 8) u` times larger and
//!    2^-60 more; a row's is 1e-6 larger, which also covers the roundings of the product and the sum in `e`. ∎
//!
//! Typical sizes at `d` = 576: `‖r‖/‖h‖` 3e-6, `α` 3.5e-5 at `k = 0` and 5e-6 at the end: about 3e-5 of `‖h‖ ‖w‖`, half of
//! it the chain's own uncertainty, which no screen can go below.

use super::split::{DEPTH, split};
use crate::simd::{Isa, Job, LANES, Lane, Simd};
use crate::unembedding::{Reach, Unembedding};
use rayon::prelude::*;

/// The largest norm of a row or of a token's weights that the proof covers.
const LARGEST: f32 = (1u64 << 40) as f32;
/// `ρ` of the proof: 2^-18. Its root and the root's inverse are exact.
const ROOT: f32 = 1.0 / 512.0;
/// u of the proof.
const U: f64 = 1.0 / (1u64 << 24) as f64;

fn gamma(n: usize) -> f64 {
    let n = n as f64 * U;
    n / (1.0 - n)
}

/// `F` of the proof.
fn finishing_error(head: &Unembedding) -> f64 {
    if head.softcap().is_some() { 8.0 * 4.0 * U } else { 8.0 * U }
}

/// `α[k]` of the proof.
fn alphas(head: &Unembedding) -> Vec<f64> {
    let width = head.width();
    let rest = 1.013 * gamma(17 + 3 * width.div_ceil(DEPTH)) + 1.02 * finishing_error(head);
    (0..width).map(|k| gamma(width - k) + rest).collect()
}

impl Reach {
    /// The head's, measured at the first call on the threads of `pool`; see [`Reach::measure`].
    pub(super) fn of_head<'a>(head: &'a Unembedding, pool: &rayon::ThreadPool) -> Option<&'a Reach> {
        head.reach_or_measure(|| pool.install(|| Reach::measure(head, Isa::detect())))
    }

    /// Measures the head, on the current rayon pool. `None` if the proof does not cover it: a weight or a bias that is no
    /// number, or too large; or where weights are stored otherwise than in f32, which a screen is made of.
    fn measure(head: &Unembedding, isa: Isa) -> Option<Reach> {
        if !head.is_f32() {
            return None;
        }
        let alpha = alphas(head);
        let narrow: Vec<f32> = alpha.iter().map(|&a| (a as f32).next_up()).collect();
        let one = |panel| isa.run(Panel { panel: head.panel(panel), alpha: &narrow });
        let found: Option<Vec<Lane>> = (0..head.panels()).into_par_iter().map(one).collect();
        let tokens = found?;
        let largest = tokens.iter().flat_map(|lane| lane.0).fold(0.0, f32::max);
        let bias = (0..head.panels()).filter_map(|panel| head.bias(panel)).flat_map(|lane| lane.0);
        let bias = bias.map(f32::abs).fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a });
        let slack = finishing_error(head) * f64::from(bias) + head.width() as f64 * 2f64.powi(-80);
        let scale = f64::from(head.scale().abs());
        let slack = (slack * scale * (1.0 + 1e-6)) as f32;
        (bias <= LARGEST && scale <= f64::from(LARGEST)).then_some(Reach {
            tokens,
            largest,
            slack: slack.next_up(),
            alpha,
            scale,
        })
    }

    /// `reach(h)`; `None` if the proof does not cover the row.
    pub(super) fn row(&self, state: &[f32]) -> Option<f32> {
        let [mut all, mut rest, mut whole, mut second, mut rounding] = [0f64; 5];
        for (&x, &alpha) in state.iter().zip(&self.alpha) {
            let (a, b) = split(x);
            let (x, a, b) = (f64::from(x), f64::from(a), f64::from(b));
            let r = x - a - b;
            all += x * x;
            rest += r * r;
            whole += (a + b) * (a + b);
            second += b * b;
            rounding += alpha * x * x;
        }
        let rho = f64::from(ROOT) * f64::from(ROOT);
        let reach = self.scale * (rest / rho + rho * whole + second + rounding).sqrt();
        let covered = all.sqrt() <= f64::from(LARGEST) && reach <= f64::from(LARGEST);
        covered.then(|| ((reach * (1.0 + 1e-6)) as f32).next_up())
    }
}

/// `reach(w)` of a panel's tokens; `None` if one is not covered.
struct Panel<'a> {
    panel: &'a [Lane],
    alpha: &'a [f32],
}

impl Job for Panel<'_> {
    type Out = Option<Lane>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Option<Lane> {
        let [mut all, mut rest, mut second, mut rounding] = [s.splat(0.0); 4];
        for (w, &alpha) in self.panel.iter().zip(self.alpha) {
            let [mut a, mut b] = [Lane::ZERO; 2];
            for i in 0..LANES {
                (a.0[i], b.0[i]) = split(w.0[i]);
            }
            let (w, a, b) = (s.load(&w.0), s.load(&a.0), s.load(&b.0));
            let r = s.sub(s.sub(w, a), b); // exact
            let square = s.mul(w, w);
            all = s.add(all, square);
            rest = s.fma(r, r, rest);
            second = s.fma(b, b, second);
            rounding = s.fma(s.splat(alpha), square, rounding);
        }
        let mut lanes = [Lane::ZERO; 4];
        for (lane, sum) in lanes.iter_mut().zip([all, rest, second, rounding]) {
            s.store(sum, &mut lane.0);
        }
        let rho = f64::from(ROOT) * f64::from(ROOT);
        let larger = 1.0 + (self.panel.len() + 8) as f64 * U;
        let mut out = Lane::ZERO;
        for (i, out) in out.0.iter_mut().enumerate() {
            let [all, rest, second, rounding] = lanes.map(|lane| f64::from(lane.0[i]));
            if all.sqrt() * larger > f64::from(LARGEST)
                || [all, rest, second, rounding].iter().any(|x| !x.is_finite())
            {
                return None;
            }
            let reach = (rho * all + rest / rho + second + rounding).sqrt() * larger + 2f64.powi(-60);
            *out = (reach as f32).next_up();
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::context::Context;
    use super::super::split::{Line, lines, split_panel, split_rows};
    use super::super::unit::ScreenUnit;
    use super::*;
    use crate::projection::ProjectionRequest;
    use crate::unembedding::HeadOptions;
    use proptest::prelude::*;

    /// The screen's logits of one row for all tokens.
    struct ScreenLogits<'a>(&'a Context<'a>);

    impl Job for ScreenLogits<'_> {
        type Out = Vec<f32>;

        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> Vec<f32> {
            let head = self.0.head;
            let each = lines(head.width());
            let count = head.panels().next_multiple_of(2);
            let mut tiles = vec![Line::ZERO; each];
            split_rows(std::iter::once(self.0.request.states), &mut tiles);
            let mut weights = vec![Line::ZERO; count * each];
            for (panel, out) in weights.chunks_exact_mut(each).take(head.panels()).enumerate() {
                split_panel(head.panel(panel), out);
            }
            let mut out = vec![Lane::ZERO; 16 * count];
            self.0.screen(s, &tiles, &weights, &mut out, count, |p| p.min(head.panels() - 1));
            out[..count].iter().flat_map(|lane| lane.0).take(head.vocab()).collect()
        }
    }

    /// For each token by how much the screen differs, and by how much it may. `None` where the proof does not cover them.
    fn differences(state: &[f32], weight: &[f32], options: HeadOptions) -> Option<Vec<(f64, f64)>> {
        let (width, vocab) = (state.len(), weight.len() / state.len());
        let head = Unembedding::new(weight, vocab, width, options).unwrap();
        let reach = Reach::measure(&head, Isa::Portable)?;
        let row = reach.row(state)?;
        let request = ProjectionRequest { states: state, rows_per_group: 1, top_k: 0, ranked: &[] };
        let context = Context {
            head: &head,
            request: &request,
            reach: &reach,
            unit: ScreenUnit::Portable,
            best: 0,
            selective: false,
        };
        let screened = Isa::Portable.run(ScreenLogits(&context));
        let differ = |(token, y): (usize, f32)| {
            let error = f64::from(row) * f64::from(reach.tokens[token / LANES].0[token % LANES]);
            let error = error + f64::from(reach.slack);
            ((f64::from(head.logit(state, token as u32)) - f64::from(y)).abs(), error)
        };
        Some(screened.into_iter().enumerate().map(differ).collect())
    }

    fn value() -> impl Strategy<Value = f32> {
        let power = (-30i32..30).prop_map(|n| 2f32.powi(n));
        prop_oneof![
            -2f32..2.0,
            // Parts as large as they can be, all of one sign.
            Just(1.0 + 0.0038),
            (power, 1f32..2.0).prop_map(|(power, x)| power * x),
            prop::sample::select(vec![0.0, -0.0, 1e-40, f32::MIN_POSITIVE, 1e-20, 1e10]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 300 }))]

        #[test]
        fn no_logit_is_farther_off_than_claimed(
            width in 1usize..200,
            values in prop::collection::vec(value(), 200 * 6),
            (bias, scale, softcap) in (any::<bool>(), prop::sample::select(vec![1.0f32, -0.3, 16.0]), prop::option::of(1f32..50.0)),
        ) {
            let (state, weight) = (&values[..width], &values[200..200 + 5 * width]);
            let bias = bias.then(|| values[..5].to_vec());
            let found = differences(state, weight, HeadOptions { bias, scale, softcap });
            for (difference, error) in found.expect("tame numbers are covered") {
                prop_assert!(difference <= error, "{} > {}", difference, error);
            }
        }
    }

    /// Where both second parts are as large as they can be and of one sign, what is left out is a good part of the bound: it
    /// is no tighter than it may be, and no looser by much.
    #[test]
    fn the_bound_is_nearly_reached_and_far_below_the_logit() {
        let width = 576;
        let found = differences(&vec![1.0038; width], &vec![1.0038; width], HeadOptions::default()).unwrap();
        let (difference, error) = found[0];
        assert!(difference > error / 4.0 && difference <= error, "{difference} {error}");
        // Of ‖h‖ ‖w‖.
        assert!(error < 7e-5 * width as f64, "{error}");
    }

    #[test]
    fn what_the_proof_does_not_cover_is_refused() {
        let plain = HeadOptions::default;
        assert!(differences(&[1.0, f32::NAN], &[1.0, 1.0], plain()).is_none());
        assert!(differences(&[1.0, f32::INFINITY], &[1.0, 1.0], plain()).is_none());
        assert!(differences(&[1.0, 2e12], &[1.0, 1.0], plain()).is_none());
        assert!(differences(&[1.0, 1.0], &[1.0, 2e12], plain()).is_none());
        assert!(differences(&[1.0, 1.0], &[1.0, f32::NAN], plain()).is_none());
        let bias = |x| HeadOptions { bias: Some(vec![x]), ..plain() };
        assert!(differences(&[1.0], &[1.0], bias(f32::NAN)).is_none());
        assert!(differences(&[1.0], &[1.0], bias(f32::NEG_INFINITY)).is_none());
        assert!(differences(&[1.0], &[1.0], bias(3.0)).is_some());
    }
}
