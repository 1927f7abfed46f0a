//! `cargo xtask test`: the one command that tests everything, on a machine with Rust and Python 3 with pip.

use crate::command;
use anyhow::Result;

/// Fetches the default model into the user's cache (where it is not there yet), then runs every test of the
/// workspace: unit, integration, command-line and documentation tests. `rest` goes to `cargo test`.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    command::run("cargo", &["run", "--locked", "--quiet", "--package", "fathom-cli", "--", "models", "pull"])?;
    let mut args = vec!["test", "--locked", "--workspace"];
    args.extend_from_slice(rest);
    command::run("cargo", &args)
}
