//! A Python with the peers in it, made once and kept outside the repository.

use anyhow::{Context, Result, bail};
use fathom_fetch::Environment;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names and versions; the reader of an address is pip.
const REQUIREMENTS: &str = include_str!("../../peers/requirements.txt");

/// The interpreter of a virtual environment in Fathom's cache folder that has what `peers/requirements.txt` lists; made
/// on the first call, and again when the list has changed.
///
/// # Errors
/// When there is no Python or no cache folder, or pip fails.
pub fn python() -> Result<PathBuf> {
    let here = Environment::from_env();
    let folder =
        here.cache.as_ref().context("no cache folder is known: set FATHOM_CACHE")?.join("bench-peers");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last: an environment that was not finished has none.
    let marker = folder.join("requirements.txt");
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) && python.exists() {
        return Ok(python);
    }
    eprintln!("installing PyTorch and llama.cpp into {} (about 6 GB, once)", folder.display());
    let any = here.python.iter().find(|name| run(Command::new(name).arg("--version")).is_ok());
    let any = any.context("no Python 3 was found; install one, or put it on PATH")?;
    run(Command::new(any).args(["-m", "venv"]).arg(&folder))?;
    let wanted = folder.join("requirements.wanted.txt");
    std::fs::write(&wanted, REQUIREMENTS).with_context(|| format!("writing {}", wanted.display()))?;
    install(&python, &wanted)?;
    std::fs::rename(&wanted, &marker).with_context(|| format!("writing {}", marker.display()))?;
    Ok(python)
}

fn install(python: &Path, requirements: &Path) -> Result<()> {
    run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("could not start {}", program.display()))?;
    match status.success() {
        true => Ok(()),
        false => {
            bail!("{} {:?} ended with {status}", program.display(), command.get_args().collect::<Vec<_>>())
        }
    }
}
