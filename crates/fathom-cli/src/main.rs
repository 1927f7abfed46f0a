//! The binary `fathom`: the library beside it, given this process.

use std::process::ExitCode;

fn main() -> ExitCode {
    fathom::keep_freed_memory();
    fathom::render::png::quiet_panics();
    fathom::tokenizer::quiet_panics();
    ExitCode::from(fathom_cli::run(std::env::args_os()))
}
