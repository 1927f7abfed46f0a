//! Instructions of one small, fixed projection, counted by valgrind's callgrind: a number that does not wobble.
//!
//! `fathom-kernel`'s example `count` is run twice, with one projection and with two; the difference is one projection without
//! the program's start, packing and end. Valgrind knows no AVX-512 and no matrix unit, so AVX2 and the portable code are counted.

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is counted: a projector and an instruction set.
const CASES: [(&str, &str); 4] =
    [("blocked", "avx2"), ("blocked", "portable"), ("screened", "avx2"), ("naive", "portable")];

/// The count of one case.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    /// The projector.
    pub projector: &'static str,
    /// The instruction set.
    pub isa: &'static str,
    /// Instructions of one projection of 16 rows of width 64 over 2,048 tokens.
    pub instructions: u64,
}

/// Whether valgrind is there.
pub fn available() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The example, beside this program, as `cargo xtask bench` builds it.
///
/// # Errors
/// If it has not been built.
pub fn program() -> Result<PathBuf> {
    let folder = std::env::current_exe()?;
    let folder = folder.parent().context("a program lies in a folder")?;
    let path = folder.join("examples").join(format!("count{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        path.exists(),
        "{} is not there: cargo build --release -p fathom-kernel --example count",
        path.display()
    );
    Ok(path)
}

/// Counts every case.
///
/// # Errors
/// If valgrind is missing or fails, or the example is not built.
pub fn measure() -> Result<Vec<Count>> {
    ensure!(available(), "valgrind is not installed, and it does the counting: apt-get install valgrind");
    let program = program()?;
    let count = |(projector, isa): (&'static str, &'static str)| {
        let once = collected(&program, &[projector, "1", isa])?;
        let twice = collected(&program, &[projector, "2", isa])?;
        let instructions =
            twice.checked_sub(once).context("two projections took fewer instructions than one")?;
        Ok(Count { projector, isa, instructions })
    };
    CASES.into_iter().map(count).collect()
}

fn collected(program: &Path, args: &[&str]) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).args(args);
    let output = command.output().context("could not start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind ended with {}: {said}", output.status);
    }
    parse(&said).with_context(|| format!("valgrind's count was not found in: {said}"))
}

/// `==1== Collected : 123`
fn parse(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_what_valgrind_says() {
        assert_eq!(parse("==7== \n==7== Events    : Ir\n==7== Collected : 123456\n==7== \n"), Some(123456));
        assert_eq!(parse("==7== Collected\n"), None);
    }
}
