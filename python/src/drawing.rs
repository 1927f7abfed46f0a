//! What a reading looks like: the figures and the terminal's views, by name.

use crate::errors::{invalid, raise};
use fathom::Reading;
use fathom::reading::Position;
use fathom::render::figure::{self, FigureOptions};
use fathom::render::terminal::{self, Span};
use fathom::render::{Background, Hints, LayerChoice, Metric, Style};
use pyo3::prelude::*;

/// Which view, and how: view, position of the state, candidates, whether prompt tokens have columns, metric, theme.
pub(crate) type Look = (String, Option<u32>, usize, bool, String, String);

/// A view of a reading, checked.
pub(crate) struct Drawing {
    view: View,
    options: FigureOptions,
}

#[derive(Clone, Copy)]
enum View {
    Predictions,
    Rankings,
    Watch,
    Read,
}

impl Drawing {
    pub(crate) fn new((view, position, top_k, with_prompt, metric, theme): Look) -> PyResult<Drawing> {
        let view = match view.as_str() {
            "predictions" => View::Predictions,
            "rankings" => View::Rankings,
            "watch" => View::Watch,
            "read" => View::Read,
            other => return Err(invalid(format!("there is no view {other:?}"))),
        };
        let background = match theme.as_str() {
            "light" => Background::Light,
            "dark" => Background::Dark,
            other => {
                return Err(invalid(format!("there is no theme {other:?}: choose \"light\" or \"dark\"")));
            }
        };
        let known = Metric::ALL.into_iter().find(|known| known.name() == metric);
        let metric = known.ok_or_else(|| {
            let names = Metric::ALL.map(Metric::name).join(", ");
            invalid(format!("there is no metric {metric:?}: choose among {names}"))
        })?;
        let span = if with_prompt { Span::WithPrompt } else { Span::Outputs };
        let position = position.map(Position);
        let options = FigureOptions { background, metric, position, top_k, span, ..FigureOptions::default() };
        Ok(Drawing { view, options })
    }

    /// The figure as SVG.
    pub(crate) fn svg(&self, reading: &Reading) -> PyResult<String> {
        let options = &self.options;
        let drawn = match self.view {
            View::Predictions => figure::predictions(reading, options),
            View::Rankings => figure::rankings(reading, options),
            View::Watch => figure::watch(reading, options),
            View::Read => figure::read(reading, options),
        };
        drawn.map_err(raise)
    }

    /// The figure as PNG, and the characters that no font of this machine has.
    pub(crate) fn png(&self, reading: &Reading, scale: f32) -> PyResult<(Vec<u8>, Vec<char>)> {
        let picture = fathom::render::png::draw(&self.svg(reading)?, scale).map_err(raise)?;
        Ok((picture.bytes, picture.missing))
    }

    /// The figure in plain text, at most `width` columns wide.
    pub(crate) fn text(&self, reading: &Reading, width: usize, all_layers: bool) -> PyResult<String> {
        let style = Style {
            width,
            layers: if all_layers { LayerChoice::All } else { LayerChoice::Fit },
            background: self.options.background,
            // What to type next is for those who type commands.
            hints: Hints::Off,
            ..Style::default()
        };
        let options = &self.options;
        let drawn = match self.view {
            View::Predictions => terminal::predictions(reading, &style, options.position, options.top_k),
            View::Rankings => terminal::rankings(reading, &style, options.span),
            View::Watch => terminal::watch(reading, &style, options.position),
            View::Read => terminal::read(reading, &style, options.metric),
        };
        drawn.map_err(raise)
    }
}
