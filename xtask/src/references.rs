//! `cargo xtask references`: makes the committed reference numbers again, in a virtual environment of its own.

use crate::command::{self, root};
use anyhow::{Context, Result};

/// Creates `target/references-venv` from `fixtures/requirements.txt` where it is not there, then runs the script.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    let venv = root().join("target/references-venv");
    let python = venv.join("bin/python");
    let python = python.to_str().context("the repository's path is not UTF-8")?;
    if !venv.join("bin/python").exists() {
        command::run(
            "python3",
            &["-m", "venv", venv.to_str().context("the repository's path is not UTF-8")?],
        )?;
        command::run(python, &["-m", "pip", "install", "--quiet", "-r", "fixtures/requirements.txt"])?;
    }
    if rest.first() == Some(&"from-torch") {
        // Not to make numbers but to check: the Python package beside torch itself.
        command::run(python, &["-m", "pip", "install", "--quiet", "./python"])?;
    }
    let mut args = vec!["fixtures/references.py"];
    args.extend_from_slice(rest);
    command::run(python, &args)
}
