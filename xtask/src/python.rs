//! The Python package's part of the chores: the wheel is built, put into a fresh virtual environment, and tested there.
//!
//! Needs Python 3.10 or later with pip and venv. The wheel is built in the dev profile, whose dependencies the Rust tests
//! have compiled already.

use crate::command::{self, root, target};
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests use, at pinned versions.
const REQUIREMENTS: &str = "python/requirements-test.txt";

/// The runner of the notebooks.
const NOTEBOOKS: &str = "docs/notebooks/run.py";

/// Builds the wheel and tests what it installs: the linter (over every script), the package's own tests, and the notebooks, which must say what is
/// committed. Returns the Python that has it.
pub(crate) fn test() -> Result<PathBuf> {
    let python = environment()?;
    run(&python, &["-m", "ruff", "check", "--quiet", "--no-cache", "."])?;
    let tests = ["--rootdir", "python", "--config-file", "python/pyproject.toml", "python/tests"];
    run(&python, &[&["-m", "pytest"][..], &tests].concat())?;
    run(&python, &[NOTEBOOKS, "--check"])?;
    Ok(python)
}

/// Runs the notebooks and keeps what they print, or makes pages of them in a folder: `args` are the runner's.
pub(crate) fn notebooks(args: &[&str]) -> Result<()> {
    let args = if args.is_empty() { &["--write"] } else { args };
    run(&environment()?, &[&[NOTEBOOKS], args].concat())
}

/// A fresh virtual environment with the wheel in it.
fn environment() -> Result<PathBuf> {
    let folder = absolute(&target())?.join("python");
    let venv = folder.join("venv");
    if venv.exists() {
        fs::remove_dir_all(&venv).with_context(|| format!("removing {}", venv.display()))?;
    }
    command::run("python3", &["-m", "venv", text(&venv)?]).context(
        "the Python tests need Python 3.10 or later with venv (Debian: apt-get install python3-venv)",
    )?;
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    run(&python, &["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS])?;
    let wheel = build(&python, &folder.join("wheels"))?;
    run(&python, &["-m", "pip", "install", "--quiet", "--no-deps", text(&wheel)?])?;
    Ok(python)
}

/// Builds the one wheel that there is into `folder`, and returns its path.
fn build(python: &Path, folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    // As the tests were built: see the feature in python/Cargo.toml.
    let mut args = vec!["-m", "maturin", "build", "--profile", "dev", "--features", "as-tested"];
    args.extend(["--manifest-path", "python/Cargo.toml", "--out", text(folder)?]);
    run(python, &args)?;
    let wheels = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let [wheel] = &wheels[..] else { bail!("expected one wheel in {}, found {wheels:?}", folder.display()) };
    let megabytes = fs::metadata(wheel)?.len() as f64 / 1e6;
    eprintln!("{} ({megabytes:.1} MB, not optimised)", wheel.display());
    Ok(wheel.clone())
}

/// Runs the environment's Python in the repository's root, with nothing of the caller's Python in its way.
fn run(python: &Path, args: &[&str]) -> Result<()> {
    eprintln!("$ {} {}", python.display(), args.join(" "));
    let status = Command::new(python)
        .args(args)
        .current_dir(root())
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        // maturin takes the program of the environment that it runs in.
        .env("VIRTUAL_ENV", python.parent().and_then(Path::parent).map_or(OsStr::new(""), Path::as_os_str))
        .status()
        .with_context(|| format!("could not start {}", python.display()))?;
    if !status.success() {
        bail!("{} {} ended with {status}", python.display(), args.join(" "));
    }
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the repository's path is not UTF-8")
}

fn absolute(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path)?;
    path.canonicalize().with_context(|| format!("no folder {}", path.display()))
}
