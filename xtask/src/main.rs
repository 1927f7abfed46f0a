//! The project's chores, one file each: `HELP` lists them.

#![forbid(unsafe_code)]

mod bench;
mod checks;
mod command;
mod devices;
mod dist;
mod generate;
mod pictures;
mod python;
mod references;
mod test;
mod viewer;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask test                 fetch what the tests need (once), then run every test
cargo xtask rust                 the Rust tests alone
cargo xtask viewer               the viewer's tests alone: types, bundle, logic, and the exported page in Chromium
cargo xtask python               the Python package's tests alone: the wheel in a fresh virtual environment, the notebooks
cargo xtask jupyterlab           the same, then a real JupyterLab in Chromium
cargo xtask notebooks            run docs/notebooks and keep what they print; --html FOLDER makes pages of them
cargo xtask devices              what graphics cards run, on the processor, against the kernels and the references
cargo xtask generate [--check]   write the generated files, or check that they are current
cargo xtask doc                  the pages of every crate; a broken link is an error
cargo xtask oldest               compile with the oldest compiler that Cargo.toml promises
cargo xtask miri [--target T]    the kernel's tests under Miri (needs a nightly compiler)
cargo xtask fuzz SECONDS         each fuzzing target for so long (needs a nightly compiler and cargo-fuzz)
cargo xtask dist                 the released program with its licences, as an archive in target/dist
cargo xtask bench [--peers]      measure the default model on this machine, beside PyTorch and llama.cpp
cargo xtask bench --xl           measure a random model of GPT-2 XL's shape (3 GB of disk, 7 GB of memory)
cargo xtask pictures             draw the pictures of the README again
cargo xtask references           make the reference numbers again with Hugging Face transformers (needs about 6 GB)";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["rust"] => test::rust(&[]),
        ["viewer"] => viewer::test(),
        ["python"] => python::test().map(drop),
        ["jupyterlab"] => python::test().and_then(|python| viewer::jupyterlab(&python)),
        ["notebooks", rest @ ..] => python::notebooks(rest),
        ["devices"] => devices::test(),
        ["generate"] => generate::run(generate::Mode::Write),
        ["generate", "--check"] => generate::run(generate::Mode::Check),
        ["doc"] => checks::doc(),
        ["oldest"] => checks::oldest(),
        ["miri", rest @ ..] => checks::miri(rest),
        ["fuzz", seconds] => checks::fuzz(seconds),
        ["dist"] => dist::run(),
        ["bench", rest @ ..] => bench::run(rest),
        ["pictures"] => pictures::run(),
        ["references", rest @ ..] => references::run(rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("no such task: {}\n\n{HELP}", other.join(" ")),
    }
}
