//! `fathom predictions`: the top candidates at one position, after every layer or one.

use crate::args::PredictionsArgs;
use crate::output::Outputs;
use crate::session::{Request, reading};
use crate::{draw, exit};
use anyhow::Result;
use clap::ColorChoice;
use fathom::reading::Position;
use fathom::render::terminal::predictions;

/// Runs the command.
pub(crate) fn run(args: &PredictionsArgs, color: ColorChoice) -> Result<()> {
    let common = &args.read.common;
    if common.lens.top_k == 0 {
        return Err(exit::usage("--top-k 0: give at least 1 candidate to show"));
    }
    let outputs = Outputs::open(&common.output)?;
    let reading = reading(&Request {
        prompt: args.read.prompt.as_deref(),
        common,
        generate: 0,
        positions: &|run| Ok(Some(vec![run.position(args.position)?])),
        watch: &[],
        layers: args.layer.as_ref(),
    })?;
    let style = draw::style(&reading, common, args.layer.as_ref(), color)?;
    let position = args.position.map(Position).or_else(|| match reading.positions[..] {
        [only] => Some(only),
        _ => None,
    });
    draw::show(&reading, outputs, &style, |reading, style| predictions(reading, style, position, common.lens.top_k))
}
