//! The number of a cell that its colour shows, on the scale of its column.

use crate::error::RenderError;
use crate::style::Charset;
use crate::text::plain;
use fathom_reading::known::TARGET_RANK;
use fathom_reading::{Cell, Column, Curve, Grid, Rank, Scale, Stored, Unit, text};

/// The column that colours a lens reading where nothing else is asked for.
pub const DEFAULT_METRIC: &str = "rank";

/// Strength of a rank, log scale: 1 at rank 1, 0 at 5000, `None` beyond and for none.
pub(crate) fn rank_strength(rank: Rank) -> Option<f32> {
    ColorScale::rank().strength_of(rank.number())
}

/// A column that colours cells, and where its colours begin and end.
pub(crate) struct ColorScale<'a> {
    column: &'a Column,
    /// The grid's own numbers of it; none for a scale that is drawn without a grid.
    stored: Option<&'a Stored>,
    /// Weakest and strongest number: of a scale that is fixed, or the grid's own range.
    ends: (f32, f32),
}

/// A tick of a legend: its label, and the strength that stands for it.
pub(crate) type Tick = (String, f32);

impl<'a> ColorScale<'a> {
    /// The scale on which column `name` of this grid is drawn.
    ///
    /// # Errors
    /// Of a name that the grid has no column of, or one that can't colour.
    pub(crate) fn of(name: &str, grid: &'a Grid) -> Result<ColorScale<'a>, RenderError> {
        let stored = grid.columns.colour(name).map_err(|error| RenderError::NoColumn(error.to_string()))?;
        let numbers = || (0..stored.values.len()).map(|i| stored.values.number(i)).filter(|x| x.is_finite());
        let ends = match stored.column.scale {
            Some(Scale::Fixed { faint, strong, .. }) => (faint, strong),
            Some(Scale::Diverging { centre, reach }) => {
                let own = || numbers().map(|x| (x - centre).abs()).fold(0.0, f32::max);
                let reach = reach.unwrap_or_else(own);
                (centre - reach, centre + reach)
            }
            Some(Scale::Own) | None => {
                let (low, high) =
                    numbers().fold((f32::MAX, f32::MIN), |(low, high), z| (low.min(z), high.max(z)));
                if low <= high { (low, high) } else { (0.0, 0.0) }
            }
        };
        Ok(ColorScale { column: &stored.column, stored: Some(stored), ends })
    }

    /// The scale of ranks, the same for all readings.
    pub(crate) fn rank() -> ColorScale<'static> {
        ColorScale { column: TARGET_RANK.column(), stored: None, ends: (5000.0, 1.0) }
    }

    /// Name and unit, for the legend. A grid's file may name its columns as it likes.
    pub(crate) fn label(&self, charset: Charset) -> String {
        plain(&self.column.label, charset)
    }

    /// What it measures, in a few words.
    pub(crate) fn describes(&self, charset: Charset) -> String {
        plain(&self.column.describes, charset)
    }

    /// The title of a figure that shows it.
    pub(crate) fn title(&self, charset: Charset) -> String {
        plain(self.column.title.as_ref().unwrap_or(&self.column.describes), charset)
    }

    /// What the column is.
    pub(crate) fn column(&self) -> &'a Column {
        self.column
    }

    /// Whether two colours meet at a centre.
    pub(crate) fn is_diverging(&self) -> bool {
        matches!(self.column.scale, Some(Scale::Diverging { .. }))
    }

    /// The cell's number.
    pub(crate) fn number(&self, cell: Cell<'_>) -> f32 {
        self.stored.map_or(f32::NAN, |stored| cell.number(stored))
    }

    /// The cell's number, as a figure writes it.
    pub(crate) fn words(&self, cell: Cell<'_>) -> String {
        words(self.column, self.number(cell))
    }

    /// Strength of a cell's colour, 0..1; `None` where the scale ends and the cell stays blank.
    pub(crate) fn strength(&self, cell: Cell<'_>) -> Option<f32> {
        self.strength_of(self.number(cell))
    }

    /// As [`ColorScale::strength`], of a number. On a diverging scale the centre is 0.5.
    pub(crate) fn strength_of(&self, value: f32) -> Option<f32> {
        let (faint, strong) = self.ends;
        let fixed = match &self.column.scale {
            Some(Scale::Fixed { curve, blank, .. }) => Some((*curve, *blank)),
            _ => None,
        };
        let beyond = fixed.is_some_and(|(_, b)| if strong < b { value > b } else { value < b });
        if value.is_nan() || beyond || value.is_infinite() && fixed.is_none() {
            return None;
        }
        let curve = fixed.map_or(Curve::Linear, |(curve, _)| curve);
        Some(curve.strength(value, faint, strong))
    }

    fn at(&self, strength: f32) -> String {
        let (low, high) = self.ends;
        words(self.column, low + (high - low) * strength)
    }

    /// Ticks of the legend, strongest first, and what lies beyond the last.
    pub(crate) fn ticks(&self) -> (Vec<Tick>, String) {
        let Some(Scale::Fixed { ticks, blank, .. }) = &self.column.scale else {
            let ticks = [1.0, 0.8, 0.6, 0.4, 0.2, 0.0].map(|strength| (self.at(strength), strength));
            return (ticks.to_vec(), String::new());
        };
        let label = |tick: f32| match self.column.unit {
            Unit::Probability => format!("{}%", tick * 100.0),
            _ if tick > 0.0 && tick < 0.01 => format!("{tick:e}"),
            _ => tick.to_string(),
        };
        let ticks = ticks.iter().map(|&tick| (label(tick), self.strength_of(tick).unwrap_or(0.0)));
        // Where small is strong, what is blank is more.
        let beyond = match self.ends.1 < *blank {
            true => format!(">{}", label(*blank)),
            false => "less".to_owned(),
        };
        (ticks.collect(), beyond)
    }

    /// The ends of the four steps that stand in for colour, strongest first.
    fn steps(&self) -> [f32; 4] {
        match &self.column.scale {
            // A little less than the strength of its end, which rounding may miss.
            Some(Scale::Fixed { steps, .. }) => {
                steps.map(|end| (self.strength_of(end).unwrap_or(0.0) - 1e-4).max(0.0))
            }
            _ => [0.75, 0.5, 0.25, 0.0],
        }
    }

    /// What the legend calls the four steps.
    pub(crate) fn step_labels(&self) -> [String; 4] {
        let Some(Scale::Fixed { steps, .. }) = &self.column.scale else {
            return self.steps().map(|least| format!("from {}", self.at(least)));
        };
        let rises = self.ends.1 > self.ends.0;
        steps.map(|end| match self.column.unit {
            Unit::Rank if end == 1.0 => "rank 1".to_owned(),
            Unit::Probability => format!("over {}%", end * 100.0),
            _ if rises => format!("over {end}"),
            _ => format!("to {end}"),
        })
    }

    /// Which of the four steps a strength stands on.
    pub(crate) fn step(&self, strength: Option<f32>) -> Option<usize> {
        let strength = strength?;
        self.steps().iter().position(|&least| strength >= least)
    }
}

/// A number of a column as views write it.
pub(crate) fn words(column: &Column, number: f32) -> String {
    let by_decades = matches!(column.scale, Some(Scale::Fixed { curve: Curve::Log, .. }));
    match column.unit {
        Unit::Rank => Rank::new(number as u32).map_or_else(|| text::bits(f32::NAN), text::rank_short),
        Unit::Probability => text::percent(number),
        Unit::Logit => text::logit(number),
        // Of differences, where a thousandth says as much as a tenth.
        Unit::Ratio | Unit::Bits if by_decades && number != 0.0 && number.abs() < 0.01 => {
            format!("{number:.1e}")
        }
        _ => text::bits(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::{Reading, known};

    fn fixed(name: &str) -> ColorScale<'static> {
        let column = known::find(name).unwrap();
        let Some(Scale::Fixed { faint, strong, .. }) = column.scale else { panic!("{name} is not fixed") };
        ColorScale { column, stored: None, ends: (faint, strong) }
    }

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
        let labels = |name| {
            let (ticks, beyond) = fixed(name).ticks();
            assert!(ticks.is_sorted_by(|a, b| a.1 > b.1), "{ticks:?}");
            ticks.into_iter().map(|(label, _)| label).chain([beyond]).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels("rank"), "1 3 10 30 100 300 1000 5000 >5000");
        assert_eq!(labels("prob"), "100% 50% 20% 5% 1% 0.01% less");
        assert_eq!(labels("kl"), "0 0.5 1 2 4 8 16 >16");
        assert_eq!(labels("kl-reverse"), labels("kl"));
        assert_eq!(labels("distance"), "10 1 0.1 0.01 1e-3 1e-4 1e-5 1e-6 less");
        let blank = |name, value| fixed(name).strength_of(value).is_none();
        assert!(!blank("kl", 16.0) && blank("kl", 16.1) && blank("kl", f32::NAN));
        assert!(!blank("prob", 1e-4) && blank("prob", 9e-5));
    }

    #[test]
    fn shades_say_what_their_legend_says() {
        let shade = |name: &str, value| fixed(name).step(fixed(name).strength_of(value));
        assert_eq!(
            [1.0, 2.0, 10.0, 11.0, 100.0, 101.0, 5000.0, 5001.0].map(|rank| shade("rank", rank)),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
        assert_eq!(
            [0.5, 0.51, 2.0, 2.1, 6.0, 6.1, 16.0, 16.1].map(|bits| shade("kl", bits)),
            [Some(0), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), None]
        );
        assert_eq!(fixed("prob").step_labels(), ["over 90%", "over 25%", "over 1%", "over 0.01%"]);
        assert_eq!(fixed("rank").step_labels(), ["rank 1", "to 10", "to 100", "to 5000"]);
        assert_eq!(fixed("entropy").step_labels(), ["to 0.5", "to 2", "to 6", "to 16"]);
    }

    #[test]
    fn logits_span_the_readings_own_range() {
        let reading = Reading::example();
        let scale = ColorScale::of("logit", &reading).unwrap();
        let strengths: Vec<f32> = reading.cells().filter_map(|cell| scale.strength(cell)).collect();
        let (low, high) =
            (strengths.iter().copied().reduce(f32::min), strengths.iter().copied().reduce(f32::max));
        assert_eq!((strengths.len(), low, high), (35, Some(0.0), Some(1.0)));
        assert_eq!(scale.ticks().0[0].0, text::logit(scale.ends.1));
    }

    #[test]
    fn every_column_that_colours_can_and_unknown_names_are_errors() {
        let reading = Reading::example();
        let names: Vec<&str> = reading.columns.colours().map(|stored| stored.column.typed_name()).collect();
        assert_eq!(names, ["logit", "prob", "rank", "entropy", "kl", "kl-reverse", "surprisal"]);
        for name in names {
            let scale = ColorScale::of(name, &reading).unwrap();
            assert!(reading.cells().any(|cell| scale.strength(cell).is_some()), "{name}");
        }
        let refused = ColorScale::of("colour", &reading).err().unwrap().to_string();
        assert!(refused.contains("kl-reverse, surprisal"), "{refused}");
    }
}
