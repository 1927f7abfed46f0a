//! The command line, as the wheel's program `fathom`.

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the command line `args`, the program's name first, and returns its exit code.
///
/// Meant to be the process's last act: Ctrl-C ends the process from here on, as it ends the binary.
#[pyfunction]
pub(crate) fn cli(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| {
        fathom::keep_freed_memory();
        fathom_cli::run(args)
    })
}
