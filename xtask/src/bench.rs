//! `cargo xtask bench`: measures this machine with the program that users run; see docs/performance.md.

use crate::command::{self, target};
use anyhow::{Context, Result};

/// Builds in release, once for all packages, then measures. `rest` goes to the bench: `--quick`, `--instructions`,
/// `--json FILE`, `--help`.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    let release = ["build", "--release", "--locked", "--package"];
    command::run("cargo", &[&release[..], &["fathom-cli", "--package", "fathom-bench"]].concat())?;
    if rest.contains(&"--instructions") {
        // A program of its own, so that nothing else is in the count.
        command::run("cargo", &[&release[..], &["fathom-kernel", "--example", "count"]].concat())?;
    }
    // Not by `cargo run`, which would build the bench again with the features of that package alone.
    let bench = target().join("release/fathom-bench");
    command::run(bench.to_str().context("the target folder's path is not UTF-8")?, rest)
}
