//! `fathom watch`: chosen words at one position, every layer.

use crate::args::WatchArgs;
use crate::exit::usage;
use crate::output::Outputs;
use crate::session::{Request, reading};
use crate::draw;
use anyhow::Result;
use clap::ColorChoice;
use fathom::reading::{Position, Reading};
use fathom::render::terminal::watch;

/// Runs the command.
pub(crate) fn run(args: &WatchArgs, color: ColorChoice) -> Result<()> {
    let common = &args.common;
    let elsewhere = common.prompt.prompt_file.is_some() || common.prompt.prompt_ids.is_some() || common.from.is_some();
    let (prompt, words) = match args.words.split_first() {
        _ if elsewhere => (None, args.words.as_slice()),
        Some((prompt, words)) => (Some(prompt.as_str()), words),
        None => (None, args.words.as_slice()),
    };
    if words.is_empty() {
        return Err(usage("no words to watch: give them after the prompt, such as \" is\" \" are\""));
    }
    let outputs = Outputs::open(&common.output)?;
    let mut reading = reading(&Request {
        prompt,
        common,
        generate: 0,
        positions: &|run| Ok(Some(vec![run.position(args.position)?])),
        watch: words,
        layers: None,
    })?;
    if common.from.is_some() {
        reading = recorded(&reading, words)?;
    }
    let style = draw::style(&reading, common, None, color)?;
    let position = args.position.map(Position).or_else(|| match reading.positions[..] {
        [only] => Some(only),
        _ => None,
    });
    draw::show(&reading, outputs, &style, |reading, style| watch(reading, style, position))
}

/// The saved reading with just `words`: it must have recorded them.
fn recorded(reading: &Reading, words: &[String]) -> Result<Reading> {
    let find = |word: &String| reading.watched.iter().position(|watched| watched.text == *word);
    let kept: Vec<usize> = words
        .iter()
        .map(|word| {
            find(word).ok_or_else(|| {
                let has: Vec<String> = reading.watched.iter().map(|watched| format!("{:?}", watched.text)).collect();
                let has = if has.is_empty() { "none".to_string() } else { has.join(", ") };
                usage(format!("the saved reading did not watch {word:?} (it watched: {has}): run the model again to watch it"))
            })
        })
        .collect::<Result<_>>()?;
    Ok(reading.with_watched(&kept))
}
