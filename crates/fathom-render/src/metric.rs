//! The number of a cell that its colour shows, on a scale that is fixed, so that two readings compare.

use crate::theme::{MetricScale, Theme};
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

/// Strength of a rank, log scale: 1 at rank 1, 0 at 5000, `None` beyond and for none.
pub(crate) fn rank_strength(rank: Rank) -> Option<f32> {
    Theme::get().metrics.rank.strength(rank.number(), None)
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

    /// Whether it is of a token, the one that came next, and not of the whole distribution.
    pub(crate) fn is_of_target(self) -> bool {
        !matches!(self, Metric::Entropy | Metric::Kl)
    }

    /// Its fixed scale.
    pub fn scale(self) -> &'static MetricScale {
        let metrics = &Theme::get().metrics;
        match self {
            Metric::Rank => &metrics.rank,
            Metric::Probability => &metrics.prob,
            Metric::Logit => &metrics.logit,
            Metric::Entropy => &metrics.entropy,
            Metric::Kl => &metrics.kl,
            Metric::Surprisal => &metrics.surprisal,
        }
    }

    /// Name and unit for the legend.
    pub(crate) fn unit(self) -> &'static str {
        &self.scale().label
    }

    /// The number itself; NaN where the cell has none.
    pub fn of(self, cell: Cell<'_>) -> f32 {
        match self {
            Metric::Rank => cell.target().rank.number(),
            Metric::Probability => cell.target().prob,
            Metric::Logit => cell.target().logit,
            Metric::Entropy => cell.entropy_bits(),
            Metric::Kl => cell.kl_bits(),
            Metric::Surprisal => cell.surprisal_bits(),
        }
    }
}

/// A metric and where its colours begin and end.
pub(crate) struct Scale {
    metric: Metric,
    /// Weakest and strongest value where the reading's own range is the scale: [`Metric::Logit`] alone.
    ends: Option<(f32, f32)>,
}

/// A tick of a legend: its label, and the strength that stands for it.
pub(crate) type Tick = (String, f32);

impl Scale {
    /// The scale on which `metric` is drawn for this reading.
    pub(crate) fn of(metric: Metric, reading: &Reading) -> Scale {
        let logits = reading.columns.target_logit.iter().copied().filter(|z| z.is_finite());
        let ends = (metric == Metric::Logit)
            .then(|| logits.fold((f32::MAX, f32::MIN), |(low, high), z| (low.min(z), high.max(z))))
            .map(|(low, high)| if low <= high { (low, high) } else { (0.0, 0.0) });
        Scale { metric, ends }
    }

    /// The scale of ranks, the same for all readings.
    pub(crate) const RANK: Scale = Scale { metric: Metric::Rank, ends: None };

    /// Which metric.
    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    /// Strength of a cell's colour, 0..1; `None` where the scale ends and the cell stays blank.
    pub(crate) fn strength(&self, cell: Cell<'_>) -> Option<f32> {
        self.metric.scale().strength(self.metric.of(cell), self.ends)
    }

    fn at(&self, strength: f32) -> String {
        let (low, high) = self.ends.unwrap_or_default();
        text::logit(low + (high - low) * strength)
    }

    /// Ticks of the legend, strongest first, and what lies beyond the last.
    pub(crate) fn ticks(&self) -> (Vec<Tick>, &'static str) {
        let scale = self.metric.scale();
        if self.ends.is_some() {
            let ticks = [1.0, 0.8, 0.6, 0.4, 0.2, 0.0].map(|strength| (self.at(strength), strength));
            return (ticks.to_vec(), "");
        }
        let label = |tick: f32| match self.metric {
            Metric::Probability => format!("{}%", tick * 100.0),
            _ => tick.to_string(),
        };
        let ticks = scale.ticks.iter().map(|&tick| (label(tick), scale.strength(tick, None).unwrap_or(0.0)));
        let beyond = match self.metric {
            Metric::Rank => ">5000",
            Metric::Probability => "less",
            _ => ">16",
        };
        (ticks.collect(), beyond)
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
        assert_eq!(rank_strength(Rank::NONE), None);
        let (one, two) =
            (strength(10).unwrap() - strength(100).unwrap(), strength(1).unwrap() - strength(10).unwrap());
        assert!((one - two).abs() < 1e-6);
    }

    #[test]
    fn legend_ticks_say_what_their_colour_shows() {
        let labels = |metric| {
            let (ticks, beyond) = Scale { metric, ends: None }.ticks();
            assert!(ticks.is_sorted_by(|a, b| a.1 > b.1), "{ticks:?}");
            ticks.into_iter().map(|(label, _)| label).chain([beyond.to_owned()]).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels(Metric::Rank), "1 3 10 30 100 300 1000 5000 >5000");
        assert_eq!(labels(Metric::Probability), "100% 50% 20% 5% 1% 0.01% less");
        assert_eq!(labels(Metric::Kl), "0 0.5 1 2 4 8 16 >16");
        let blank = |metric: Metric, value| metric.scale().strength(value, None).is_none();
        assert!(!blank(Metric::Kl, 16.0) && blank(Metric::Kl, 16.1) && blank(Metric::Kl, f32::NAN));
        assert!(!blank(Metric::Probability, 1e-4) && blank(Metric::Probability, 9e-5));
    }

    #[test]
    fn shades_say_what_their_legend_says() {
        let shade = |rank| Scale::RANK.step(rank_strength(Rank::new(rank).unwrap()));
        assert_eq!(
            [1, 2, 10, 11, 100, 101, 5000, 5001].map(shade),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
        let kl = Scale { metric: Metric::Kl, ends: None };
        let shade = |bits| kl.step(Metric::Kl.scale().strength(bits, None));
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
        assert_eq!(scale.ticks().0[0].0, text::logit(scale.ends.unwrap().1));
    }
}
