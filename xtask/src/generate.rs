//! `cargo xtask generate`: files that are derived from the code, committed, and checked.
//!
//! The code that knows a file's content is a test that compares it, and writes it where `FATHOM_GENERATE` is set. So
//! `cargo xtask test` checks them too, and nothing is built a second time for it.

use crate::command::root;
use crate::viewer;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::process::Command;

/// The tests: the table of columns, for the viewer and in docs/; the JSON schema of a reading; what the viewer's tests read; the tables of families in docs/ and in the
/// README; the HTTP API.
const TESTS: [(&str, &str); 9] = [
    ("known", "the_viewers_table_of_columns_is_current"),
    ("known", "the_documented_table_of_columns_is_current"),
    ("json", "the_committed_schema_is_current"),
    ("pack", "the_committed_pack_is_the_example"),
    ("pack", "the_committed_damaged_pack_is_the_damaged_example"),
    ("viewer_fixture", "the_committed_cases_are_current"),
    ("families", "every_family_in_every_form"),
    ("list", "the_readme_lists_the_families"),
    ("openapi", "the_committed_document_is_that_of_the_code"),
];

/// Whether to write the files or only to compare them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write them.
    Write,
    /// Fail on what differs.
    Check,
}

/// Writes or checks every generated file.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--locked", "--workspace"]).current_dir(root());
    let targets: BTreeSet<&str> = TESTS.iter().map(|(target, _)| *target).collect();
    for target in targets {
        cargo.args(["--test", target]);
    }
    cargo.arg("--").args(TESTS.map(|(_, name)| name));
    if mode == Mode::Write {
        cargo.env("FATHOM_GENERATE", "1");
    }
    let status = cargo.status().context("could not start cargo")?;
    if !status.success() {
        bail!("a generated file is not what the code says: run `cargo xtask generate` and commit");
    }
    // After the schema, of which its types are made.
    viewer::generate(mode)
}
