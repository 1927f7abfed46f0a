//! The number of a cell that its colour shows, on a scale that is fixed, so that two readings compare.

use fathom_reading::{Cell, Rank};

/// What colours the cells of [`read`](crate::terminal::read). Strong is always the sure, settled end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Rank of the target: the token that came next.
    #[default]
    Rank,
    /// Probability of the target.
    Probability,
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
    pub const ALL: [Metric; 5] =
        [Metric::Rank, Metric::Probability, Metric::Entropy, Metric::Kl, Metric::Surprisal];

    /// The name that a command line takes: `rank`, `probability`, `entropy`, `kl`, `surprisal`.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Rank => "rank",
            Metric::Probability => "probability",
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
            Metric::Entropy => "entropy, bits",
            Metric::Kl => "KL, bits",
            Metric::Surprisal => "surprisal, bits",
        }
    }

    /// Strength of a cell's colour, 0..1; `None` where the scale ends and the cell stays blank.
    pub(crate) fn strength(self, cell: Cell<'_>) -> Option<f32> {
        match self {
            Metric::Rank => rank_strength(cell.target().rank),
            Metric::Probability => prob_strength(cell.target().prob),
            Metric::Entropy => bits_strength(cell.entropy_bits()),
            Metric::Kl => bits_strength(cell.kl_bits()),
            Metric::Surprisal => bits_strength(cell.surprisal_bits()),
        }
    }

    /// Ticks of the legend, strongest first, and what lies beyond the last.
    pub(crate) fn ticks(self) -> (&'static [(&'static str, f32)], &'static str) {
        match self {
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
        }
    }

    /// The four steps that stand in for colour: least strength, and the words of the legend.
    pub(crate) fn shades(self) -> [(f32, &'static str); 4] {
        match self {
            Metric::Rank => [(0.9999, "rank 1"), (0.7296, "to 10"), (0.4592, "to 100"), (0.0, "to 5000")],
            Metric::Probability => {
                [(0.9486, "over 90%"), (0.5, "over 25%"), (0.1, "over 1%"), (0.0, "over 0.01%")]
            }
            Metric::Entropy | Metric::Kl | Metric::Surprisal => {
                [(0.8232, "to 0.5"), (0.6464, "to 2"), (0.3876, "to 6"), (0.0, "to 16")]
            }
        }
    }

    /// Which of the four steps a strength stands on.
    pub(crate) fn shade(self, strength: Option<f32>) -> Option<usize> {
        let strength = strength?;
        self.shades().iter().position(|&(least, _)| strength >= least)
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
        for (label, strength) in Metric::Rank.ticks().0 {
            let rank = Rank::new(label.parse().unwrap()).unwrap();
            assert!((rank_strength(rank).unwrap() - strength).abs() < 1e-3, "{label}");
        }
        for (label, strength) in Metric::Kl.ticks().0 {
            assert!((bits_strength(label.parse().unwrap()).unwrap() - strength).abs() < 1e-3, "{label}");
        }
        for (label, strength) in Metric::Probability.ticks().0 {
            let prob: f32 = label.trim_end_matches('%').parse::<f32>().unwrap() / 100.0;
            assert!((prob_strength(prob).unwrap() - strength).abs() < 1e-3, "{label}");
        }
    }

    #[test]
    fn shades_say_what_their_legend_says() {
        let shade = |rank| Metric::Rank.shade(rank_strength(Rank::new(rank).unwrap()));
        assert_eq!(
            [1, 2, 10, 11, 100, 101, 5000, 5001].map(shade),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
        let shade = |bits| Metric::Kl.shade(bits_strength(bits));
        assert_eq!(
            [0.5, 0.51, 2.0, 2.1, 6.0, 6.1, 16.0, 16.1].map(shade),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
    }
}
