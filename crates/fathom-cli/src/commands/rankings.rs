//! `fathom rankings`: the rank of each output token at each layer.

use crate::args::RankingsArgs;
use crate::draw;
use crate::output::Outputs;
use crate::session::{Request, RunShape, reading};
use anyhow::Result;
use clap::ColorChoice;
use fathom::reading::Position;
use fathom::render::figure::{self, FigureOptions};
use fathom::render::terminal::{Span, rankings};

/// Tokens generated when nothing is said.
const GENERATE: u32 = 8;

/// Runs the command.
pub(crate) fn run(args: &RankingsArgs, color: ColorChoice) -> Result<()> {
    let (prompt, common) = (args.read.prompt.as_deref(), &args.read.common);
    let outputs = Outputs::open(common)?;
    let reading = reading(&Request {
        prompt,
        common,
        generate: GENERATE,
        positions: &|run| Ok(Some(columns(run, args.with_prompt))),
        watch: &[],
        layers: None,
    })?;
    let style = draw::style(&reading, prompt, common, None, color);
    let span = if args.with_prompt { Span::WithPrompt } else { Span::Outputs };
    draw::show(
        &reading,
        outputs,
        &style,
        |reading, style| rankings(reading, style, span),
        &|reading, options| figure::rankings(reading, &FigureOptions { span, ..options }),
    )
}

/// The positions whose next token is an output token (or any token of the run); the blank, where nothing followed.
/// Of a saved reading, those that it holds.
fn columns(run: &RunShape, with_prompt: bool) -> Vec<Position> {
    let first = if with_prompt { 0 } else { run.prompt.saturating_sub(1) };
    let end = (run.tokens - 1).max(first + 1);
    let wanted: Vec<Position> = (first as u32..end as u32).map(Position).collect();
    let Some(saved) = &run.saved else { return wanted };
    let held: Vec<Position> = wanted.iter().copied().filter(|position| saved.contains(position)).collect();
    // None at all: asking for what is not there tells what is.
    if held.is_empty() { wanted } else { held }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(prompt: usize, tokens: usize, with_prompt: bool, saved: Option<&[u32]>) -> Vec<u32> {
        let saved = saved.map(|saved| saved.iter().copied().map(Position).collect());
        columns(&RunShape { tokens, prompt, saved }, with_prompt).iter().map(|position| position.0).collect()
    }

    #[test]
    fn a_column_for_each_token_that_followed() {
        assert_eq!(shown(5, 8, false, None), [4, 5, 6]);
        assert_eq!(shown(5, 8, true, None), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(shown(5, 5, false, None), [4], "nothing generated: the blank");
        assert_eq!(shown(1, 1, true, None), [0]);
    }

    #[test]
    fn of_a_saved_reading_what_it_holds() {
        assert_eq!(shown(5, 8, true, Some(&[4, 5, 6, 7])), [4, 5, 6]);
        assert_eq!(shown(5, 8, false, Some(&[0, 5])), [5]);
        assert_eq!(shown(5, 8, false, Some(&[2])), [4, 5, 6], "refused later, by name");
    }
}
