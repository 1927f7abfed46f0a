//! `cargo xtask generate`: files that are derived from the code, committed, and checked.

use crate::command::root;
use anyhow::{Context, Result, bail};
use std::fs;

/// Whether to write the files or only to compare them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write what differs.
    Write,
    /// Fail on what differs.
    Check,
}

/// Writes or checks every generated file.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let files = [("crates/fathom-reading/schema/reading.schema.json", fathom_reading::json_schema())];
    let mut stale = Vec::new();
    for (path, content) in &files {
        let full = root().join(path);
        if fs::read_to_string(&full).is_ok_and(|found| found == *content) {
            continue;
        }
        match mode {
            Mode::Check => stale.push(*path),
            Mode::Write => {
                fs::create_dir_all(full.parent().context("a generated file has a folder")?)?;
                fs::write(&full, content).with_context(|| format!("writing {path}"))?;
                eprintln!("wrote {path}");
            }
        }
    }
    if !stale.is_empty() {
        bail!("not what the code generates: {}; run `cargo xtask generate` and commit", stale.join(", "));
    }
    eprintln!("{} generated files are current", files.len());
    Ok(())
}
