//! `fathom read`: the whole reading, or whatever else a saved grid is.

use crate::args::ReadingArgs;
use crate::draw;
use crate::output::Outputs;
use crate::session::{Request, reading};
use anyhow::Result;
use clap::ColorChoice;
use fathom::reading::Grid;
use fathom::render::figure::FigureOptions;
use fathom::render::{DEFAULT_METRIC, View};

/// Runs the command.
pub(crate) fn run(args: &ReadingArgs, color: ColorChoice) -> Result<()> {
    let (prompt, common) = (args.read.prompt.as_deref(), &args.read.common);
    let outputs = Outputs::open(common)?;
    let reading = reading(&Request {
        prompt,
        common,
        generate: 0,
        positions: &|_| Ok(None),
        watch: &args.watch,
        layers: None,
    })?;
    let style = draw::style(&reading, prompt, common, None, color);
    let metric = &*args.metric;
    // A divergence has a view of its own, unless one of its columns is asked for.
    let view = |grid: &Grid| match View::of(grid) {
        View::Divergence if metric != DEFAULT_METRIC => View::Heatmap,
        view => view,
    };
    let options = |options| FigureOptions { metric: metric.to_owned().into(), ..options };
    draw::show(
        &reading,
        outputs,
        &style,
        |grid, style| view(grid).terminal(grid, style, &options(FigureOptions::default())),
        &|grid, usual| view(grid).figure(grid, &options(usual)),
    )
}
