//! `fathom read`: the whole reading.

use crate::args::ReadingArgs;
use crate::draw;
use crate::output::Outputs;
use crate::session::{Request, reading};
use anyhow::Result;
use clap::ColorChoice;
use fathom::render::figure::{self, FigureOptions};
use fathom::render::terminal::read;

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
    draw::show(
        &reading,
        outputs,
        &style,
        |reading, style| read(reading, style, metric),
        &|reading, options| {
            figure::read(reading, &FigureOptions { metric: metric.to_owned().into(), ..options })
        },
    )
}
