//! `fathom`: see how a language model finds the words to say.
//!
//! The command line is a thin face: what can be typed stands in `args`, each command in its own file under `commands`,
//! and everything that computes or draws in the libraries below. It is a library so that the Python package can ship
//! the very same program as its own: [`run`] is all there is to call.

#![deny(unsafe_code)]

mod advice;
mod args;
mod commands;
mod draw;
mod exit;
mod hints;
mod input;
mod interrupt;
mod output;
mod progress;
mod saved;
mod session;
mod stream;
mod style;
mod terminal;

use args::{Cli, Command};
use clap::CommandFactory;
use std::ffi::OsString;
use std::io::Write;

/// What bare `fathom` says.
const GREETING: &str = "\
Fathom shows how a language model finds the words to say: it reads the hidden
state after every layer as if it were the last one.

  fathom rankings \"The keys to the cabinet\" --generate 8
  fathom watch \"The keys to the cabinet\" \" is\" \" are\"

All commands and options: fathom --help
";

/// Runs the command line `args`, the program's own name first, and returns the exit code: see `exit`.
///
/// It is meant to be a program's last act: Ctrl-C gets a handler that ends the process.
///
/// ```
/// assert_eq!(fathom_cli::run(["fathom", "--version"]), 0);
/// assert_eq!(fathom_cli::run(["fathom", "--no-such-option"]), 2);
/// ```
pub fn run<A: Into<OsString> + Clone>(args: impl IntoIterator<Item = A>) -> u8 {
    let typed: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let cli = match advice::parse(&typed) {
        Ok(cli) => cli,
        Err(said) => return answer(&said),
    };
    terminal::apply_to_messages(cli.color);
    // A server has farewells to say, and its own handler.
    if !matches!(cli.command, Some(Command::Serve(_))) {
        interrupt::install();
    }
    match command(&cli) {
        Ok(()) => interrupt::code(),
        Err(error) => exit::report(&error),
    }
}

/// Says what clap has to say: help and the version are results, which must arrive; the rest are messages.
fn answer(said: &clap::Error) -> u8 {
    if said.use_stderr() {
        let _ = said.print();
        return u8::try_from(said.exit_code()).unwrap_or(2);
    }
    let text = said.render().ansi().to_string();
    let printed = output::to_stdout_styled(|out| Ok(out.write_all(text.as_bytes())?));
    printed.map_or_else(|error| exit::report(&error), |()| 0)
}

/// What can be typed, as clap has it: for manual pages, and to test that every command's examples work.
///
/// ```
/// assert!(fathom_cli::command_line().find_subcommand("rankings").is_some());
/// ```
pub fn command_line() -> clap::Command {
    Cli::command()
}

fn command(cli: &Cli) -> anyhow::Result<()> {
    let Some(command) = &cli.command else {
        return output::to_stdout(|out| Ok(out.write_all(GREETING.as_bytes())?));
    };
    match command {
        Command::Predictions(args) => commands::predictions::run(args, cli.color),
        Command::Rankings(args) => commands::rankings::run(args, cli.color),
        Command::Watch(args) => commands::watch::run(args, cli.color),
        Command::Read(args) => commands::read::run(args, cli.color),
        Command::Compare(args) => commands::compare::run(args, cli.color),
        Command::ComparePrecision(args) => commands::compare_precision::run(args, cli.color),
        Command::Serve(args) => commands::serve::run(args),
        Command::Models(command) => commands::models::run(command),
        Command::Completions { shell } => commands::completions::run(*shell),
    }
}
