//! `fathom completions`: a completion script for a shell.

use crate::args::Cli;
use crate::output::to_stdout;
use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Runs the command.
pub(crate) fn run(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fathom", &mut script);
    to_stdout(|out| Ok(out.write_all(&script)?))
}
