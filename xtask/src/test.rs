//! `cargo xtask test`: the one command that tests everything, on a machine with Rust and Python 3 with pip.

use crate::{command, python, viewer};
use anyhow::{Context, Result};

/// Builds every test, fetches the default model into the user's cache (where it is not there yet), then runs every
/// test of the workspace: unit, integration, command-line and documentation tests, then the Python package's and the
/// notebooks (see [`python`]), the viewer's, and both in a real JupyterLab (see [`viewer`]).
/// `rest` goes to `cargo test`.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    rust(rest)?;
    // With arguments, some of the Rust tests were asked for.
    if !rest.is_empty() {
        return Ok(());
    }
    let python = python::test()?;
    viewer::test()?;
    viewer::jupyterlab(&python)
}

/// The Rust tests alone.
pub(crate) fn rust(rest: &[&str]) -> Result<()> {
    // All failures are told, not those of the first test program that has any.
    let mut args = vec!["test", "--locked", "--workspace", "--no-fail-fast"];
    args.extend_from_slice(rest);
    // Building the tests builds the program too, with the same features: nothing is compiled twice.
    let build: Vec<&str> = ["test", "--locked", "--workspace", "--no-run"].to_vec();
    command::run("cargo", &build)?;
    let fathom = command::target().join("debug/fathom");
    command::run(fathom.to_str().context("the target folder's path is not UTF-8")?, &["models", "pull"])?;
    command::run("cargo", &args)
}

#[cfg(test)]
mod tests {
    use crate::command::root;
    use std::fs;

    /// A clone builds anywhere: nothing comes from a folder beside the repository.
    #[test]
    fn every_package_is_of_the_workspace_or_the_registry() {
        let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
        let local = lock.split("[[package]]").skip(1).filter(|package| !package.contains("\nsource = "));
        let named = local.map(|package| package.split('"').nth(1).unwrap());
        let foreign: Vec<_> = named.filter(|name| !name.starts_with("fathom") && *name != "xtask").collect();
        assert!(foreign.is_empty(), "a [patch] has come into Cargo.lock: {foreign:?}");
        let config = fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
        assert!(!config.contains("[patch") && !config.contains("path ="), "{config}");
    }
}
