//! Checks that take long, or need another compiler than the one at hand: `.github/workflows` runs them.

use crate::command::{self, root};
use anyhow::{Context, Result, ensure};
use std::fs;

/// The folder of the fuzzing targets, below the root.
const FUZZ: &str = "crates/fathom-formats/fuzz";

/// The pages of every crate; a broken link is an error.
pub(crate) fn doc() -> Result<()> {
    let warnings = "build.rustdocflags=['--deny=warnings']";
    command::run("cargo", &["--config", warnings, "doc", "--workspace", "--no-deps", "--locked"])
}

/// Compiles everything with the oldest compiler that is promised.
pub(crate) fn oldest() -> Result<()> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.context("Cargo.toml names no rust-version")?.trim_matches('"');
    rustup(&["--install", version], &["check", "--workspace", "--all-targets", "--locked"])
}

/// The kernel's tests under Miri, which sees undefined behaviour. `args` go to `cargo miri test`: `--target` interprets
/// another machine's instructions.
pub(crate) fn miri(args: &[&str]) -> Result<()> {
    rustup(&["nightly"], &[&["miri", "test", "--package", "fathom-kernel"], args].concat())
}

/// Every fuzzing target in turn, for so many seconds each.
pub(crate) fn fuzz(seconds: &str) -> Result<()> {
    let limit = format!("-max_total_time={}", seconds.parse::<u32>().context("how many seconds?")?);
    let targets = targets()?;
    ensure!(!targets.is_empty(), "there are no fuzzing targets in {FUZZ}");
    for target in targets {
        rustup(&["nightly"], &["fuzz", "run", "--fuzz-dir", FUZZ, &target, "--", &limit])?;
    }
    Ok(())
}

/// The fuzzing targets' names.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join(FUZZ).join("fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Runs cargo of another toolchain.
fn rustup(toolchain: &[&str], args: &[&str]) -> Result<()> {
    command::run("rustup", &[&["run"], toolchain, &["cargo"], args].concat())
}

#[cfg(test)]
mod tests {
    use super::{FUZZ, root, targets};

    #[test]
    fn every_fuzzing_target_is_known_to_cargo() {
        let manifest = std::fs::read_to_string(root().join(FUZZ).join("Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(targets.len() >= 3, "{targets:?}");
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
        for target in targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
        }
    }
}
