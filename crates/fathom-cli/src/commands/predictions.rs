//! `fathom predictions`: the top candidates at one position, after every layer or one.

use crate::args::PredictionsArgs;
use crate::output::Outputs;
use crate::session::{Request, reading};
use crate::{draw, exit};
use anyhow::Result;
use clap::ColorChoice;
use fathom::render::figure::{self, FigureOptions};
use fathom::render::terminal::predictions;

/// Runs the command.
pub(crate) fn run(args: &PredictionsArgs, color: ColorChoice) -> Result<()> {
    let (prompt, common) = (args.read.prompt.as_deref(), &args.read.common);
    if common.lens.top_k == 0 {
        return Err(exit::usage("--top-k 0: give at least 1 candidate to show"));
    }
    let outputs = Outputs::open(common)?;
    let layer = args.layer.as_ref();
    let reading = reading(&Request {
        prompt,
        common,
        generate: 0,
        positions: &|run| Ok(Some(vec![run.position(args.position)?])),
        watch: &[],
        layers: layer,
    })?;
    let style = draw::style(&reading, prompt, common, layer, color);
    let position = reading.positions().first().copied();
    let top_k = common.lens.top_k;
    draw::show(
        &reading,
        outputs,
        &style,
        |reading, style| predictions(reading, style, position, top_k),
        &|reading, options| figure::predictions(reading, &FigureOptions { position, top_k, ..options }),
    )
}
