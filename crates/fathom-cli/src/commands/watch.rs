//! `fathom watch`: chosen words at one position, every layer.

use crate::args::{CommonArgs, WatchArgs};
use crate::draw;
use crate::exit::usage;
use crate::output::Outputs;
use crate::session::{Request, reading};
use anyhow::Result;
use clap::ColorChoice;
use fathom::render::figure::{self, FigureOptions};
use fathom::render::terminal::watch;

/// Runs the command.
pub(crate) fn run(args: &WatchArgs, color: ColorChoice) -> Result<()> {
    let common = &args.common;
    let (prompt, words) = split(&args.words, common);
    // A saved reading knows what it watched.
    if words.is_empty() && common.from.is_none() {
        return Err(usage("no words to watch: give them after the prompt, such as \" is\" \" are\""));
    }
    let outputs = Outputs::open(common)?;
    let reading = reading(&Request {
        prompt,
        common,
        generate: 0,
        positions: &|run| Ok(Some(vec![run.position(args.position)?])),
        watch: words,
        layers: None,
    })?;
    let style = draw::style(&reading, prompt, common, None, color);
    let position = reading.positions().first().copied();
    draw::show(
        &reading,
        outputs,
        &style,
        |reading, style| watch(reading, style, position),
        &|reading, options| figure::watch(reading, &FigureOptions { position, ..options }),
    )
}

/// The prompt and the words of the positional arguments: all are words where the prompt comes from elsewhere.
fn split<'a>(words: &'a [String], common: &CommonArgs) -> (Option<&'a str>, &'a [String]) {
    let elsewhere = common.prompt.is_given() || common.from.is_some();
    match words.split_first() {
        Some((prompt, words)) if !elsewhere => (Some(prompt.as_str()), words),
        _ => (None, words),
    }
}
