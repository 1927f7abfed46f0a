//! `fathom`: see how a language model finds the words to say.
//!
//! This binary is a thin face: what can be typed stands in `args`, each command in its own file under `commands`,
//! and everything that computes or draws in the libraries below.

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
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// What bare `fathom` says.
const GREETING: &str = "\
Fathom shows how a language model finds the words to say: it reads the hidden
state after every layer as if it were the last one.

  fathom rankings \"The keys to the cabinet\" --generate 8
  fathom watch \"The keys to the cabinet\" \" is\" \" are\"

All commands and options: fathom --help
";

fn main() -> ExitCode {
    fathom::keep_freed_memory();
    let cli = Cli::parse();
    terminal::apply_to_messages(cli.color);
    // A server has farewells to say, and its own handler.
    if !matches!(cli.command, Some(Command::Serve(_))) {
        interrupt::install();
    }
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
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
