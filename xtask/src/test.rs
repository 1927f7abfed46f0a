//! `cargo xtask test`: the one command that tests everything, on a machine with Rust and Python 3 with pip.

use crate::{command, python, viewer};
use anyhow::{Context, Result};

/// Builds every test, fetches the default model into the user's cache (where it is not there yet), then runs every
/// test of the workspace: unit, integration, command-line and documentation tests, then the Python package's and the
/// notebooks (see [`python`]), the viewer's, and both in a real JupyterLab (see [`viewer`]).
/// `rest` goes to `cargo test`.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    // All failures are told, not those of the first test program that has any.
    let mut args = vec!["test", "--locked", "--workspace", "--no-fail-fast"];
    args.extend_from_slice(rest);
    // Building the tests builds the program too, with the same features: nothing is compiled twice.
    let build: Vec<&str> = ["test", "--locked", "--workspace", "--no-run"].to_vec();
    command::run("cargo", &build)?;
    let fathom = command::target().join("debug/fathom");
    command::run(fathom.to_str().context("the target folder's path is not UTF-8")?, &["models", "pull"])?;
    command::run("cargo", &args)?;
    // With arguments, some of the Rust tests were asked for.
    if !rest.is_empty() {
        return Ok(());
    }
    let python = python::test()?;
    viewer::test()?;
    viewer::jupyterlab(&python)
}
