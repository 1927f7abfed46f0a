//! The viewer's part of the chores: its types and bundle are what its sources make, and its tests pass in a real browser.
//!
//! Needs Node (20 or later) with npm, and Chromium, which is installed where apt can (root on Debian or Ubuntu).

use crate::command::{self, root, target};
use crate::generate::Mode;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The builds: npm's name for each, the crate whose assets it makes, and which.
const BUNDLES: [(&str, &str, &[&str]); 3] = [
    ("build", "fathom-render", &["viewer.js", "viewer.css"]),
    ("app", "fathom-server", &["app.js", "app.css"]),
    ("widget", "fathom-render", &["widget.js"]),
];

/// Where Debian, Ubuntu and Chrome's own package put the browser.
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Types, lints, unit tests, bundle, browser.
pub(crate) fn test() -> Result<()> {
    install()?;
    generated(Mode::Check)?;
    npm(&["run", "check"], None)?;
    npm(&["run", "lint"], None)?;
    npm(&["run", "unit"], None)?;
    browser()?;
    let binary = absolute(&target().join("debug"))?.join("fathom");
    npm(&["run", "browser"], Some(("FATHOM_BINARY", &binary)))
}

/// The widget and the static forms in a real JupyterLab, of a Python that has both.
pub(crate) fn jupyterlab(python: &Path) -> Result<()> {
    install()?;
    browser()?;
    npm(&["run", "jupyterlab"], Some(("FATHOM_PYTHON", python)))
}

/// Writes or checks the types and the bundle.
pub(crate) fn generate(mode: Mode) -> Result<()> {
    install()?;
    generated(mode)
}

fn generated(mode: Mode) -> Result<()> {
    if mode == Mode::Write {
        npm(&["run", "types"], None)?;
        return BUNDLES.iter().try_for_each(|(build, _, _)| npm(&["run", build], None));
    }
    npm(&["run", "types", "--", "--check"], None)?;
    let built = absolute(&target())?.join("viewer-check");
    let folder = built.to_str().context("the target folder's path is not UTF-8")?;
    for (build, krate, files) in BUNDLES {
        npm(&["run", build, "--", "--outDir", folder], None)?;
        for name in files {
            let committed = root().join("crates").join(krate).join("assets").join(name);
            if read(&built.join(name))? != read(&committed)? {
                bail!(
                    "crates/{krate}/assets/{name} is not what viewer/ builds: run `cargo xtask generate` and commit"
                );
            }
        }
    }
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path)?;
    path.canonicalize().with_context(|| format!("no folder {}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

/// `npm ci`, once for each state of the lock file.
fn install() -> Result<()> {
    let modules = root().join("viewer/node_modules");
    let (lock, installed) = (root().join("viewer/package-lock.json"), modules.join(".fathom-lock.json"));
    if read(&lock)? == fs::read(&installed).unwrap_or_default() {
        return Ok(());
    }
    npm(&["ci", "--no-fund", "--no-audit"], None)
        .context("the viewer's tools need Node 20 or later with npm")?;
    fs::copy(&lock, &installed)?;
    Ok(())
}

/// Sees that there is a browser.
fn browser() -> Result<()> {
    let there = || BROWSERS.iter().any(|path| Path::new(path).exists());
    if std::env::var_os("FATHOM_CHROMIUM").is_some() || there() {
        return Ok(());
    }
    let apt = |args: &[&str]| command::run("apt-get", args);
    let got = apt(&["update", "-qq"]).and_then(|()| {
        apt(&["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"])
    });
    if got.is_err() || !there() {
        bail!(
            "the browser tests need Chromium: install it (Debian: apt-get install chromium), or set FATHOM_CHROMIUM"
        );
    }
    Ok(())
}

/// Runs npm, perhaps with the path of a program that is tested in its environment.
fn npm(args: &[&str], tested: Option<(&str, &Path)>) -> Result<()> {
    eprintln!("$ npm {} (in viewer/)", args.join(" "));
    let mut npm = Command::new("npm");
    npm.args(args).current_dir(root().join("viewer"));
    npm.envs(tested);
    let status =
        npm.status().context("could not start npm: the viewer's tests need Node 20 or later with npm")?;
    if !status.success() {
        bail!("npm {} ended with {status}", args.join(" "));
    }
    Ok(())
}
