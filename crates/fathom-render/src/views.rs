//! The views by name: one list for every program that draws.

use crate::figure::{self, FigureOptions};
use crate::style::Style;
use crate::{RenderError, terminal};
use fathom_reading::Grid;
use std::fmt;
use std::str::FromStr;

/// A way to draw a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Every layer's top token at each position, coloured by a column: of a lens reading.
    Read,
    /// The top candidates of every layer at one position.
    Predictions,
    /// The rank of each output token at every layer.
    Rankings,
    /// The ranks of the watched words at one position.
    Watch,
    /// How far two forms of a model are apart, layer by layer.
    Divergence,
    /// One column of any grid: its number in every cell, on its colour.
    Heatmap,
}

impl View {
    /// All of them.
    pub const ALL: [View; 6] =
        [View::Read, View::Predictions, View::Rankings, View::Watch, View::Divergence, View::Heatmap];

    /// Their names, in this order.
    pub const NAMES: [&'static str; 6] =
        ["read", "predictions", "rankings", "watch", "divergence", "heatmap"];

    /// Its name in programs: `read`, `predictions`, …
    pub fn name(self) -> &'static str {
        View::NAMES[self as usize]
    }

    /// The view that shows a grid where nothing else is asked for.
    pub fn of(grid: &Grid) -> View {
        match grid {
            grid if grid.is_reading() => View::Read,
            grid if fathom_reading::Divergence::of(grid).is_ok() => View::Divergence,
            _ => View::Heatmap,
        }
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// Of a grid that has no cells, contradicts itself, lacks what the view shows, or has more cells than a file can show.
    pub fn figure(self, grid: &Grid, options: &FigureOptions) -> Result<String, RenderError> {
        match self {
            View::Read => figure::read(grid, options),
            View::Predictions => figure::predictions(grid, options),
            View::Rankings => figure::rankings(grid, options),
            View::Watch => figure::watch(grid, options),
            View::Divergence => figure::divergence(grid, options.threshold_bits, options),
            View::Heatmap => figure::heatmap(grid, options),
        }
    }

    /// The same for a terminal. Of `options`, what is not of a terminal's style counts.
    ///
    /// # Errors
    /// As [`View::figure`].
    pub fn terminal(
        self,
        grid: &Grid,
        style: &Style,
        options: &FigureOptions,
    ) -> Result<String, RenderError> {
        match self {
            View::Read => terminal::read(grid, style, &options.metric),
            View::Predictions => terminal::predictions(grid, style, options.position, options.top_k),
            View::Rankings => terminal::rankings(grid, style, options.span),
            View::Watch => terminal::watch(grid, style, options.position),
            View::Divergence => terminal::divergence(grid, options.threshold_bits, style),
            View::Heatmap => terminal::heatmap(grid, style, &options.metric),
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for View {
    type Err = String;

    fn from_str(name: &str) -> Result<View, String> {
        View::ALL.into_iter().find(|view| view.name() == name).ok_or_else(|| {
            let names = View::NAMES.join(", ");
            format!("there is no view {name:?}: choose among {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::{Axis, Column, Columns, Layer, Place, Reading, Scale, Unit, Values};
    use std::borrow::Cow;

    /// What heads add to a logit: no distribution, signed numbers, rows that are parts of sites.
    fn contributions() -> Grid {
        let reading = Reading::example();
        let rows = (0..3).flat_map(|layer| (0..2).map(move |head| Place::head(Layer(layer), head))).collect();
        let column =
            Column::number("contribution", Unit::Logit, Scale::Diverging { centre: 0.0, reach: None });
        let mut columns = Columns::new(0);
        let numbers = (0..12).map(|i| if i == 5 { f32::NAN } else { i as f32 - 6.5 }).collect();
        columns.insert(Cow::Owned(column), Values::Numbers(numbers));
        let mut info = reading.info.clone();
        (info.about.what, info.about.title) = ("contributions".into(), "What heads add".into());
        let axis = Axis::Positions(reading.positions()[..2].to_vec());
        Grid { info, rows, axis, targets: Vec::new(), watched: Vec::new(), columns, ..reading }
    }

    /// The same with words that a terminal would obey.
    fn hostile() -> Grid {
        let mut grid = contributions();
        let evil = "\u{1b}[2J\u{202e}evil\u{7}";
        let own = grid.columns.find("contribution").unwrap().clone();
        let column = Column { label: evil.into(), describes: evil.into(), ..own.column.into_owned() };
        grid.columns.insert(Cow::Owned(column), own.values);
        (grid.info.about.title, grid.info.about.says) = (evil.into(), evil.into());
        grid
    }

    #[test]
    fn every_name_is_a_view() {
        for view in View::ALL {
            assert_eq!(view.to_string().parse(), Ok(view));
        }
        assert!("poster".parse::<View>().unwrap_err().contains("heatmap"));
    }

    #[test]
    fn a_grid_of_its_own_columns_is_stored_and_drawn() {
        let grid = contributions();
        grid.check().unwrap();
        // Not `==`: the missing number is NaN.
        let back = Grid::from_pack(&grid.to_pack().unwrap()).unwrap();
        assert_eq!(back.to_json().unwrap(), grid.to_json().unwrap());
        let json = Grid::from_json(&grid.to_json().unwrap()).unwrap();
        assert_eq!(json.to_pack().unwrap(), grid.to_pack().unwrap());
        assert_eq!(View::of(&grid), View::Heatmap);
        let options = FigureOptions { metric: "contribution".into(), ..FigureOptions::default() };
        let svg = View::Heatmap.figure(&grid, &options).unwrap();
        for words in ["What heads add", ">1.h1<", "-6.50<", "contribution"] {
            assert!(svg.contains(words), "{words}: {svg}");
        }
        let drawing = View::Heatmap.terminal(&grid, &Style::default(), &options).unwrap();
        assert!(drawing.contains("1.h1") && drawing.contains("-6.50"), "{drawing}");
        let (svg, drawing) = (
            View::Heatmap.figure(&hostile(), &options).unwrap(),
            View::Heatmap.terminal(&hostile(), &Style::default(), &options).unwrap(),
        );
        for drawn in [svg, drawing] {
            assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{drawn}");
        }
        for view in [View::Read, View::Rankings, View::Watch, View::Predictions, View::Divergence] {
            assert!(
                view.figure(&grid, &options).is_err()
                    && view.terminal(&grid, &Style::default(), &options).is_err()
            );
        }
        let unknown = FigureOptions { metric: "kl".into(), ..options };
        assert!(View::Heatmap.figure(&grid, &unknown).unwrap_err().to_string().contains("contribution"));
    }

    #[test]
    fn a_reading_and_a_divergence_are_drawn_as_heatmaps_too() {
        let (reading, divergence) = (Reading::example(), fathom_reading::example::divergence_example());
        assert_eq!((View::of(&reading), View::of(&divergence)), (View::Read, View::Divergence));
        for grid in [&reading, &divergence] {
            for stored in grid.columns.colours() {
                let metric = stored.column.typed_name().to_owned().into();
                let options = FigureOptions { metric, ..FigureOptions::default() };
                View::Heatmap.figure(grid, &options).unwrap();
                View::Heatmap.terminal(grid, &Style::default(), &options).unwrap();
            }
        }
    }
}
