//! The project's chores, one file each: `cargo xtask test | python | generate [--check] | bench | references`.

mod bench;
mod command;
mod devices;
mod generate;
mod pictures;
mod python;
mod references;
mod test;
mod viewer;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask test                 fetch what the tests need (once), then run every test
cargo xtask viewer               the viewer's tests alone: types, bundle, logic, and the exported page in Chromium
cargo xtask python               the Python package's tests alone: the wheel in a fresh virtual environment, the notebooks
cargo xtask jupyterlab           the same, then a real JupyterLab in Chromium
cargo xtask notebooks            run docs/notebooks and keep what they print; --html FOLDER makes pages of them
cargo xtask devices              what graphics cards run, on the processor, against the kernels and the references
cargo xtask generate [--check]   write the generated files, or check that they are current
cargo xtask bench [--peers]      measure the default model on this machine, beside PyTorch and llama.cpp
cargo xtask bench --xl           measure a random model of GPT-2 XL's shape (3 GB of disk, 7 GB of memory)
cargo xtask pictures             draw the pictures of the README again
cargo xtask references           make the reference numbers again with Hugging Face transformers (needs about 6 GB)";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["viewer"] => viewer::test(),
        ["python"] => python::test().map(drop),
        ["jupyterlab"] => python::test().and_then(|python| viewer::jupyterlab(&python)),
        ["notebooks", rest @ ..] => python::notebooks(rest),
        ["devices"] => devices::test(),
        ["generate"] => generate::run(generate::Mode::Write),
        ["generate", "--check"] => generate::run(generate::Mode::Check),
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
