//! `fathom rankings`: the rank of each output token at each layer.

use crate::args::RankingsArgs;
use crate::draw;
use crate::output::Outputs;
use crate::session::{Request, RunShape, reading};
use anyhow::Result;
use clap::ColorChoice;
use fathom::reading::Position;
use fathom::render::terminal::{Span, rankings};

/// Tokens generated when nothing is said.
const GENERATE: u32 = 8;

/// Runs the command.
pub(crate) fn run(args: &RankingsArgs, color: ColorChoice) -> Result<()> {
    let common = &args.read.common;
    let outputs = Outputs::open(&common.output)?;
    let reading = reading(&Request {
        prompt: args.read.prompt.as_deref(),
        common,
        generate: GENERATE,
        positions: &|run| Ok(Some(columns(run, args.with_prompt))),
        watch: &[],
        layers: None,
    })?;
    let style = draw::style(&reading, common, None, color)?;
    let span = if args.with_prompt { Span::WithPrompt } else { Span::Outputs };
    draw::show(&reading, outputs, &style, |reading, style| rankings(reading, style, span))
}

/// The positions whose next token is an output token (or any token of the run); the blank, where nothing followed.
fn columns(run: &RunShape, with_prompt: bool) -> Vec<Position> {
    let first = if with_prompt { 0 } else { run.prompt - 1 };
    let end = (run.tokens - 1).max(first + 1);
    (first as u32..end as u32).map(Position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_for_each_token_that_followed() {
        let columns = |prompt, tokens, with_prompt| {
            columns(&RunShape { tokens, prompt }, with_prompt).iter().map(|p| p.0).collect::<Vec<_>>()
        };
        assert_eq!(columns(5, 8, false), [4, 5, 6]);
        assert_eq!(columns(5, 8, true), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(columns(5, 5, false), [4], "nothing generated: the blank");
        assert_eq!(columns(1, 1, true), [0]);
    }
}
