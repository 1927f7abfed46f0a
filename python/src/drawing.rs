//! What a reading looks like: the figures and the terminal's views, by name.

use crate::errors::{invalid, raise};
use fathom::Reading;
use fathom::reading::Position;
use fathom::render::figure::FigureOptions;
use fathom::render::terminal::Span;
use fathom::render::{Background, Hints, LayerChoice, RenderError, Style, View};
use pyo3::prelude::*;

/// Which view, and how: view, position of the state, candidates, whether prompt tokens have columns, metric, theme.
pub(crate) type Look = (String, Option<u32>, usize, bool, String, String);

/// A view of a reading, checked.
pub(crate) struct Drawing {
    view: View,
    options: FigureOptions,
}

impl Drawing {
    pub(crate) fn new((view, position, top_k, with_prompt, metric, theme): Look) -> PyResult<Drawing> {
        let view = view.parse().map_err(invalid)?;
        let background = match theme.as_str() {
            "light" => Background::Light,
            "dark" => Background::Dark,
            other => {
                return Err(invalid(format!("there is no theme {other:?}: choose \"light\" or \"dark\"")));
            }
        };
        let metric = metric.into();
        let span = if with_prompt { Span::WithPrompt } else { Span::Outputs };
        let position = position.map(Position);
        let options = FigureOptions { background, metric, position, top_k, span, ..FigureOptions::default() };
        Ok(Drawing { view, options })
    }

    /// The column that colours it.
    pub(crate) fn metric(&self) -> &str {
        &self.options.metric
    }

    /// The figure as SVG.
    pub(crate) fn svg(&self, reading: &Reading) -> PyResult<String> {
        self.view.figure(reading, &self.options).map_err(raise)
    }

    /// The figure, for forms that hold one.
    pub(crate) fn figure(&self) -> impl Fn(&Reading) -> Result<String, RenderError> + '_ {
        |reading| self.view.figure(reading, &self.options)
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
        self.view.terminal(reading, &style, &self.options).map_err(raise)
    }
}
