//! A reading to the screen, or to the files that were asked for instead.

use crate::args::{CommonArgs, LayerSelection};
use crate::output::Outputs;
use crate::terminal;
use anyhow::Result;
use clap::ColorChoice;
use fathom::reading::{Layer, Reading, Site};
use fathom::render::{Hints, LayerChoice, RenderError, Style};
use std::io::{self, Write};

/// Writes `reading` where it was asked for; draws it with `view` when that is nowhere else.
pub(crate) fn show(
    reading: &Reading,
    outputs: Outputs,
    style: &Style,
    view: impl FnOnce(&Reading, &Style) -> Result<String, RenderError>,
) -> Result<()> {
    if outputs.replace_drawing() {
        return outputs.write(reading);
    }
    let drawing = view(reading, style).map_err(fathom::Error::from)?;
    let mut out = io::stdout().lock();
    out.write_all(drawing.as_bytes())?;
    Ok(out.flush()?)
}

/// The style of this terminal and these options. `layers`: a selection in place of `--layers`.
pub(crate) fn style(
    reading: &Reading,
    common: &CommonArgs,
    layers: Option<&LayerSelection>,
    color: ColorChoice,
) -> Result<Style> {
    let selection = layers.or(common.lens.layers.as_ref());
    let hints = match &common.from {
        Some(path) => Hints::For(format!("--from {}", quoted(&path.display().to_string()))),
        None => Hints::FromReading,
    };
    Ok(Style {
        width: terminal::width(),
        color: terminal::color(color),
        background: terminal::background(),
        charset: terminal::charset(),
        layers: layer_choice(reading, selection, common.from.is_some())?,
        hints,
        ..Style::default()
    })
}

/// A fresh reading has just the rows that were asked for; of a saved one they are chosen now.
fn layer_choice(reading: &Reading, selection: Option<&LayerSelection>, saved: bool) -> Result<LayerChoice> {
    match selection {
        None => Ok(LayerChoice::Fit),
        Some(selection @ LayerSelection::Some(_)) if saved => {
            let layers = selection.resolve(reading.info.model.layers)?;
            let site = |layer: i64| u32::try_from(layer).map_or(Site::EMBED, |layer| Site::after(Layer(layer)));
            Ok(LayerChoice::List(layers.into_iter().map(site).collect()))
        }
        Some(_) => Ok(LayerChoice::All),
    }
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if text.chars().all(plain) { text.to_string() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
