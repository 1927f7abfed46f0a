//! Choosing the next token from its logits.

use crate::{Generation, ModelError};
use fathom_reading::{Sampling, SamplingMethod, TokenId};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::cmp::Ordering;

/// The random generator's name, as readings carry it.
const GENERATOR: &str = "chacha8";

/// Chooses tokens by the settings of one generation.
pub(crate) struct Chooser {
    /// `None` chooses greedily.
    temperature: Option<f32>,
    top_k: Option<usize>,
    top_p: Option<f32>,
    seed: u64,
    random: ChaCha8Rng,
}

impl Chooser {
    /// Checks the settings. Any of temperature, top-k and top-p makes the choice random, but a temperature of 0 is
    /// greedy.
    pub(crate) fn new(settings: &Generation) -> Result<Chooser, ModelError> {
        let bad = |setting, expected, found: String| Err(ModelError::Sampling { setting, expected, found });
        if let Some(temperature) = settings.temperature
            && !(temperature.is_finite() && temperature >= 0.0)
        {
            return bad("temperature", "0 (greedy) or a positive number", temperature.to_string());
        }
        if settings.top_k == Some(0) {
            return bad("top-k", "at least 1", "0".to_owned());
        }
        if let Some(top_p) = settings.top_p
            && !(top_p > 0.0 && top_p <= 1.0)
        {
            return bad("top-p", "above 0 and at most 1", top_p.to_string());
        }
        let drawn = settings.temperature.is_some() || settings.top_k.is_some() || settings.top_p.is_some();
        let temperature =
            drawn.then(|| settings.temperature.unwrap_or(1.0)).filter(|temperature| *temperature > 0.0);
        Ok(Chooser {
            temperature,
            top_k: settings.top_k,
            top_p: settings.top_p,
            seed: settings.seed,
            random: ChaCha8Rng::seed_from_u64(settings.seed),
        })
    }

    /// The settings as a reading carries them.
    pub(crate) fn sampling(&self) -> Sampling {
        let drawn = self.temperature.is_some();
        Sampling {
            method: if drawn { SamplingMethod::Sampled } else { SamplingMethod::Greedy },
            temperature: self.temperature,
            top_k: self.top_k.filter(|_| drawn).map(|k| k as u32),
            top_p: self.top_p.filter(|_| drawn),
            seed: drawn.then_some(self.seed),
            generator: drawn.then(|| GENERATOR.to_owned()),
        }
    }

    /// The next token; `None` where the logits have no distribution, so that any choice would be made up.
    pub(crate) fn choose(&mut self, logits: &[f32]) -> Option<TokenId> {
        let none = logits.iter().any(|x| x.is_nan() || *x == f32::INFINITY);
        if none || logits.iter().all(|x| *x == f32::NEG_INFINITY) {
            return None;
        }
        Some(match self.temperature {
            None => greedy(logits),
            Some(temperature) => {
                let draw = (self.random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
                sample(logits, temperature, self.top_k, self.top_p, draw)
            }
        })
    }
}

/// The largest logit; equal ones by smaller id.
fn greedy(logits: &[f32]) -> TokenId {
    let best = logits.iter().enumerate().min_by(best_first);
    TokenId(best.map_or(0, |(id, _)| id as u32))
}

/// Larger logits first, equal ones by smaller id. None is NaN.
fn best_first(a: &(usize, &f32), b: &(usize, &f32)) -> Ordering {
    b.1.partial_cmp(a.1).unwrap_or(Ordering::Equal).then(a.0.cmp(&b.0))
}

/// Temperature, then the `top_k` best, then the smallest set of best ones with probability `top_p` (transformers'
/// order); `draw` in 0..1 picks from what is left.
fn sample(logits: &[f32], temperature: f32, top_k: Option<usize>, top_p: Option<f32>, draw: f64) -> TokenId {
    let mut ranked: Vec<(usize, &f32)> = logits.iter().enumerate().collect();
    let kept = top_k.unwrap_or(ranked.len()).min(ranked.len());
    if kept < ranked.len() {
        ranked.select_nth_unstable_by(kept, best_first);
        ranked.truncate(kept);
    }
    ranked.sort_unstable_by(best_first);
    let Some((_, max)) = ranked.first() else { return TokenId(0) };
    let max = f64::from(**max);
    let mut weights: Vec<f64> =
        ranked.iter().map(|(_, logit)| ((f64::from(**logit) - max) / f64::from(temperature)).exp()).collect();
    if let Some(top_p) = top_p {
        let enough = f64::from(top_p) * weights.iter().sum::<f64>();
        let mut mass = 0.0;
        let within = weights.iter().take_while(|weight| {
            let before = mass;
            mass += **weight;
            before < enough
        });
        let kept = within.count().max(1);
        weights.truncate(kept);
    }
    let mut left = draw * weights.iter().sum::<f64>();
    let chosen = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    // Rounding may leave a crumb after the last weight.
    let chosen = chosen.unwrap_or(weights.len() - 1);
    TokenId(ranked[chosen].0 as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(temperature: Option<f32>, top_k: Option<usize>, top_p: Option<f32>) -> Generation {
        Generation { temperature, top_k, top_p, ..Generation::default() }
    }

    #[test]
    fn greedy_takes_the_first_of_equals() {
        assert_eq!(greedy(&[1.0, 3.0, 3.0, f32::NEG_INFINITY]), TokenId(1));
        assert_eq!(greedy(&[-0.0, 0.0]), TokenId(0));
    }

    #[test]
    fn nothing_is_chosen_where_there_is_no_distribution() {
        for settings in [settings(None, None, None), settings(Some(1.0), Some(2), Some(0.9))] {
            let mut chooser = Chooser::new(&settings).unwrap();
            let (nan, inf) = (f32::NAN, f32::INFINITY);
            for logits in [[1.0, nan, 2.0], [1.0, inf, 2.0], [-inf, -inf, -inf]] {
                assert_eq!(chooser.choose(&logits), None, "{logits:?}");
            }
            // A forbidden token is no fault.
            assert_eq!(chooser.choose(&[-inf, -inf, 2.0]), Some(TokenId(2)));
        }
    }

    #[test]
    fn what_is_cut_off_is_never_drawn() {
        let logits = [0.0, 2.0, 1.0, 2.0, -1.0];
        for i in 0..1000 {
            let draw = i as f64 / 1000.0;
            assert!([1, 3].contains(&sample(&logits, 1.0, Some(2), None, draw).0));
            // The two best have 0.38 each: 0.3 needs one, 0.4 two.
            assert_eq!(sample(&logits, 1.0, None, Some(0.3), draw), TokenId(1));
            assert!([1, 3].contains(&sample(&logits, 1.0, None, Some(0.4), draw).0));
            assert_eq!(sample(&logits, 1e-4, None, Some(1e-9), draw), TokenId(1));
        }
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let logits = [1f32.ln(), 2f32.ln(), 5f32.ln()];
        let count = |id| {
            (0..800).filter(|i| sample(&logits, 1.0, None, None, (*i as f64 + 0.5) / 800.0).0 == id).count()
        };
        assert_eq!([count(0), count(1), count(2)], [100, 200, 500]);
        // At temperature 1/2 probabilities are squared: 1, 4, 25 of 30.
        let warm = |id| {
            (0..900).filter(|i| sample(&logits, 0.5, None, None, (*i as f64 + 0.5) / 900.0).0 == id).count()
        };
        assert_eq!([warm(0), warm(1), warm(2)], [30, 120, 750]);
    }

    #[test]
    fn a_seed_draws_the_same_tokens_again() {
        let logits: Vec<f32> = (0..50).map(|i| (i % 7) as f32 * 0.3).collect();
        let draw = |seed| {
            let mut chooser =
                Chooser::new(&Generation { temperature: Some(1.0), seed, ..Generation::default() }).unwrap();
            (0..20).map(|_| chooser.choose(&logits).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn impossible_settings_are_refused_and_possible_ones_recorded() {
        for bad in [
            settings(Some(-1.0), None, None),
            settings(Some(f32::NAN), None, None),
            settings(None, Some(0), None),
            settings(None, None, Some(0.0)),
            settings(None, None, Some(1.5)),
        ] {
            assert!(Chooser::new(&bad).is_err(), "{bad:?}");
        }
        let sampling = |settings| Chooser::new(&settings).unwrap().sampling();
        assert_eq!(sampling(settings(Some(0.0), Some(5), None)).method, SamplingMethod::Greedy);
        let drawn = sampling(settings(None, Some(5), None));
        assert_eq!(
            (drawn.method, drawn.temperature, drawn.top_k),
            (SamplingMethod::Sampled, Some(1.0), Some(5))
        );
        assert_eq!((drawn.seed, drawn.generator.as_deref()), (Some(0), Some("chacha8")));
    }
}
