//! `cargo xtask bench`: measures this machine with the program that users run; see docs/performance.md.

use crate::command;
use anyhow::Result;

/// Builds both in release, then measures. `rest` goes to the bench: `--quick`, `--instructions`,
/// `--json FILE`, `--help`.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    command::run(
        "cargo",
        &["build", "--release", "--locked", "--package", "fathom-cli", "--package", "fathom-bench"],
    )?;
    // Its instructions are counted: a program of its own, so that nothing else is in the count.
    command::run(
        "cargo",
        &["build", "--release", "--locked", "--package", "fathom-kernel", "--example", "count"],
    )?;
    let mut args = vec![
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "fathom-bench",
        "--bin",
        "fathom-bench",
        "--",
    ];
    args.extend_from_slice(rest);
    command::run("cargo", &args)
}
