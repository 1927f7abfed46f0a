//! The number of a cell that its colour shows, on a scale that is fixed, so that two readings compare.

use fathom_reading::{Cell, Rank, Reading, text};

/// What colours the cells of [`read`](crate::terminal::read). Strong is always the sure, settled end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Rank of the target: the token that came next.
    #[default]
    Rank,
    /// Probability of the target.
    Probability,
    /// Logit of the target. Logits of two models (or layers of one, un-normed) don't compare: its scale alone is the
    /// reading's own range, and the legend says it.
    Logit,
    /// Entropy of the cell's distribution, in bits.
    Entropy,
    /// `KL(p_last ‖ p)`: how far the cell is from the last layer, in bits.
    Kl,
    /// `-log2 p[target]`, in bits.
    Surprisal,
}

/// Beyond this rank a cell stays blank, as in the article's figures.
pub(crate) const BLANK_BEYOND: u32 = 5000;
/// Beyond this many bits a cell stays blank: a uniform guess over 65,536 tokens.
const MOST_BITS: f32 = 16.0;

/// Strength of a rank, log scale: 1 at rank 1, 0 at 5000, `None` beyond.
pub(crate) fn rank_strength(rank: Rank) -> Option<f32> {
    let rank = rank.get();
    (rank <= BLANK_BEYOND).then(|| 1.0 - (rank as f32).ln() / (BLANK_BEYOND as f32).ln())
}

fn bits_strength(bits: f32) -> Option<f32> {
    // Root, not line: what tells 0.1 bit from 1 bit matters more than what tells 12 from 13.
    (bits <= MOST_BITS).then(|| 1.0 - (bits.max(0.0) / MOST_BITS).sqrt())
}

fn prob_strength(prob: f32) -> Option<f32> {
    (prob >= 1e-4).then(|| prob.min(1.0).sqrt())
}

impl Metric {
    /// All of them, in the order of a switch.
    pub const ALL: [Metric; 6] =
        [Metric::Rank, Metric::Probability, Metric::Logit, Metric::Entropy, Metric::Kl, Metric::Surprisal];

    /// The name that a command line takes: `rank`, `prob`, `logit`, `entropy`, `kl`, `surprisal`.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Rank => "rank",
            Metric::Probability => "prob",
            Metric::Logit => "logit",
            Metric::Entropy => "entropy",
            Metric::Kl => "kl",
            Metric::Surprisal => "surprisal",
        }
    }

    /// What it measures, in a few words.
    pub fn describe(self) -> &'static str {
        match self {
            Metric::Rank => "rank of the token that came next",
            Metric::Probability => "probability of the token that came next",
            Metric::Logit => "logit of the token that came next",
            Metric::Entropy => "entropy, bits",
            Metric::Kl => "KL from the last layer, bits",
            Metric::Surprisal => "surprisal of the token that came next, bits",
        }
    }

    /// Name and unit for the legend.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Metric::Rank => "rank",
            Metric::Probability => "probability",
            Metric::Logit => "logit",
            Metric::Entropy => "entropy, bits",
            Metric::Kl => "KL, bits",
            Metric::Surprisal => "surprisal, bits",
        }
    }
}

/// A metric and where its colours begin and end.
pub(crate) struct Scale {
    metric: Metric,
    /// Weakest and strongest value, for [`Metric::Logit`] alone.
    range: (f32, f32),
}

/// A tick of a legend: its label, and the strength that stands for it.
pub(crate) type Tick = (String, f32);

impl Scale {
    /// The scale on which `metric` is drawn for this reading.
    pub(crate) fn of(metric: Metric, reading: &Reading) -> Scale {
        let logits = reading.columns.target_logit.iter().copied().filter(|z| z.is_finite());
        let range = match metric {
            Metric::Logit => logits.fold((f32::MAX, f32::MIN), |(low, high), z| (low.min(z), high.max(z))),
            _ => (0.0, 0.0),
        };
        Scale { metric, range }
    }

    /// The scale of ranks, the same for all readings.
    pub(crate) const RANK: Scale = Scale { metric: Metric::Rank, range: (0.0, 0.0) };

    /// Which metric.
    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    /// Strength of a cell's colour, 0..1; `None` where the scale ends and the cell stays blank.
    pub(crate) fn strength(&self, cell: Cell<'_>) -> Option<f32> {
        match self.metric {
            Metric::Rank => rank_strength(cell.target().rank),
            Metric::Probability => prob_strength(cell.target().prob),
            Metric::Logit => self.along(cell.target().logit),
            Metric::Entropy => bits_strength(cell.entropy_bits()),
            Metric::Kl => bits_strength(cell.kl_bits()),
            Metric::Surprisal => bits_strength(cell.surprisal_bits()),
        }
    }

    fn along(&self, value: f32) -> Option<f32> {
        let span = self.range.1 - self.range.0;
        let share = if span > 0.0 { (value - self.range.0) / span } else { 1.0 };
        value.is_finite().then_some(share)
    }

    fn at(&self, strength: f32) -> String {
        text::logit(self.range.0 + (self.range.1 - self.range.0) * strength)
    }

    /// Ticks of the legend, strongest first, and what lies beyond the last.
    pub(crate) fn ticks(&self) -> (Vec<Tick>, &'static str) {
        let (fixed, beyond): (&[(&str, f32)], _) = match self.metric {
            Metric::Logit => {
                let ticks = [1.0, 0.8, 0.6, 0.4, 0.2, 0.0].map(|strength| (self.at(strength), strength));
                return (ticks.to_vec(), "");
            }
            Metric::Rank => (
                &[
                    ("1", 1.0),
                    ("3", 0.871),
                    ("10", 0.7297),
                    ("30", 0.6007),
                    ("100", 0.4593),
                    ("300", 0.3303),
                    ("1000", 0.189),
                    ("5000", 0.0),
                ],
                ">5000",
            ),
            Metric::Probability => (
                &[("100%", 1.0), ("50%", 0.707), ("20%", 0.447), ("5%", 0.224), ("1%", 0.1), ("0.01%", 0.01)],
                "less",
            ),
            Metric::Entropy | Metric::Kl | Metric::Surprisal => (
                &[
                    ("0", 1.0),
                    ("0.5", 0.823),
                    ("1", 0.75),
                    ("2", 0.646),
                    ("4", 0.5),
                    ("8", 0.293),
                    ("16", 0.0),
                ],
                ">16",
            ),
        };
        (fixed.iter().map(|&(label, strength)| (label.to_owned(), strength)).collect(), beyond)
    }

    /// The least strengths of the four steps that stand in for colour.
    fn steps(&self) -> [f32; 4] {
        match self.metric {
            Metric::Rank => [0.9999, 0.7296, 0.4592, 0.0],
            Metric::Probability => [0.9486, 0.5, 0.1, 0.0],
            Metric::Logit => [0.75, 0.5, 0.25, 0.0],
            Metric::Entropy | Metric::Kl | Metric::Surprisal => [0.8232, 0.6464, 0.3876, 0.0],
        }
    }

    /// What the legend calls the four steps.
    pub(crate) fn step_labels(&self) -> [String; 4] {
        let fixed = match self.metric {
            Metric::Rank => ["rank 1", "to 10", "to 100", "to 5000"],
            Metric::Probability => ["over 90%", "over 25%", "over 1%", "over 0.01%"],
            Metric::Logit => return self.steps().map(|least| format!("from {}", self.at(least))),
            Metric::Entropy | Metric::Kl | Metric::Surprisal => ["to 0.5", "to 2", "to 6", "to 16"],
        };
        fixed.map(str::to_owned)
    }

    /// Which of the four steps a strength stands on.
    pub(crate) fn step(&self, strength: Option<f32>) -> Option<usize> {
        let strength = strength?;
        self.steps().iter().position(|&least| strength >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_scale_is_logarithmic_and_ends_at_5000() {
        let strength = |rank| rank_strength(Rank::new(rank).unwrap());
        assert_eq!(strength(1), Some(1.0));
        assert_eq!(strength(5000), Some(0.0));
        assert_eq!(strength(5001), None);
        let (one, two) =
            (strength(10).unwrap() - strength(100).unwrap(), strength(1).unwrap() - strength(10).unwrap());
        assert!((one - two).abs() < 1e-6);
    }

    #[test]
    fn legend_ticks_are_where_the_scale_puts_them() {
        for (label, strength) in Scale::RANK.ticks().0 {
            let rank = Rank::new(label.parse().unwrap()).unwrap();
            assert!((rank_strength(rank).unwrap() - strength).abs() < 1e-3, "{label}");
        }
        let scale = |metric| Scale { metric, range: (0.0, 0.0) };
        for (label, strength) in scale(Metric::Kl).ticks().0 {
            assert!((bits_strength(label.parse().unwrap()).unwrap() - strength).abs() < 1e-3, "{label}");
        }
        for (label, strength) in scale(Metric::Probability).ticks().0 {
            let prob: f32 = label.trim_end_matches('%').parse::<f32>().unwrap() / 100.0;
            assert!((prob_strength(prob).unwrap() - strength).abs() < 1e-3, "{label}");
        }
    }

    #[test]
    fn shades_say_what_their_legend_says() {
        let shade = |rank| Scale::RANK.step(rank_strength(Rank::new(rank).unwrap()));
        assert_eq!(
            [1, 2, 10, 11, 100, 101, 5000, 5001].map(shade),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
        let kl = Scale { metric: Metric::Kl, range: (0.0, 0.0) };
        let shade = |bits| kl.step(bits_strength(bits));
        assert_eq!(
            [0.5, 0.51, 2.0, 2.1, 6.0, 6.1, 16.0, 16.1].map(shade),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
    }

    #[test]
    fn logits_span_the_readings_own_range() {
        let reading = Reading::example();
        let scale = Scale::of(Metric::Logit, &reading);
        let strengths: Vec<f32> = reading.cells().filter_map(|cell| scale.strength(cell)).collect();
        let (low, high) =
            (strengths.iter().copied().reduce(f32::min), strengths.iter().copied().reduce(f32::max));
        assert_eq!((strengths.len(), low, high), (35, Some(0.0), Some(1.0)));
        assert_eq!(scale.ticks().0[0].0, text::logit(scale.range.1));
    }
}
