//! `cargo xtask bench`: measures this machine with the program that users run; see docs/performance.md.

use crate::command;
use anyhow::Result;

/// Builds both in release, then measures. `rest` goes to the bench: `--quick`, `--json FILE`, `--help`.
pub(crate) fn run(rest: &[&str]) -> Result<()> {
    command::run(
        "cargo",
        &["build", "--release", "--locked", "--package", "fathom-cli", "--package", "fathom-bench"],
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
