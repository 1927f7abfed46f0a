//! A reading to the screen, or to the files that were asked for instead.

use crate::args::{CommonArgs, LayerSelection};
use crate::output::{Figure, Outputs, to_stdout};
use crate::{hints, style, terminal};
use anyhow::Result;
use clap::ColorChoice;
use fathom::Reading;
use fathom::render::{LayerChoice, RenderError, Style};
use std::io::Write;

/// Writes `reading` where it was asked for, drawn by `figure` where that is a picture; draws it on the terminal with
/// `view` when that is nowhere else.
pub(crate) fn show(
    reading: &Reading,
    outputs: Outputs,
    style: &Style,
    view: impl FnOnce(&Reading, &Style) -> Result<String, RenderError>,
    figure: Figure<'_>,
) -> Result<()> {
    if outputs.replace_drawing() {
        // A drawing says it below.
        if let Some(place) = reading.info.not_finite {
            style::note(&place.note());
        }
        return outputs.write(reading, figure);
    }
    let drawing = view(reading, style).map_err(fathom::Error::from)?;
    to_stdout(|out| Ok(out.write_all(drawing.as_bytes())?))
}

/// The style of this terminal and these options. `layers`: a selection in place of `--layers`.
pub(crate) fn style(
    reading: &Reading,
    prompt: Option<&str>,
    common: &CommonArgs,
    layers: Option<&LayerSelection>,
    color: ColorChoice,
) -> Style {
    let usual = Style::default();
    // A reading has just the rows that were asked for. A file or a pipe takes all of them, however many.
    let chosen = layers.or(common.lens.layers.as_ref()).is_some();
    let fit = terminal::is_screen() && !chosen;
    Style {
        width: terminal::width(),
        color: terminal::color(color),
        background: terminal::background(),
        charset: terminal::charset(),
        layers: if fit { LayerChoice::Fit } else { LayerChoice::All },
        panels: usual.panels.filter(|_| terminal::is_screen()),
        hints: hints::of(reading, prompt, common),
        ..usual
    }
}

/// The style of this terminal for what is no reading.
pub(crate) fn plain_style(color: ColorChoice) -> Style {
    Style {
        width: terminal::width(),
        color: terminal::color(color),
        background: terminal::background(),
        charset: terminal::charset(),
        ..Style::default()
    }
}
