//! The binary `fathom`: the library beside it, given this process.

use std::process::ExitCode;

fn main() -> ExitCode {
    fathom::keep_freed_memory();
    ExitCode::from(fathom_cli::run(std::env::args_os()))
}
