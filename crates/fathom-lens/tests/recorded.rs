//! The article's recorded numbers, for whoever has its models: set `FATHOM_TEST_DISTILGPT2` (or `FATHOM_TEST_GPT2`,
//! `FATHOM_TEST_GPT2_XL`) to a folder with `config.json`, `tokenizer.json` and `model.safetensors`.
//!
//! A test binary without libtest's harness, so that a run without the weights says that it did not run, rather than
//! "ok". The comparison is tested without them in tests/article.rs.

mod common;

use common::article::reproduce;
use fathom_fixtures::article;
use std::path::PathBuf;
use std::process::ExitCode;

const MODELS: [(&str, &str); 3] = [
    ("distilgpt2", "FATHOM_TEST_DISTILGPT2"),
    ("gpt2", "FATHOM_TEST_GPT2"),
    ("gpt2-xl", "FATHOM_TEST_GPT2_XL"),
];

fn main() -> ExitCode {
    // Test runners ask every binary for its list.
    if std::env::args().any(|arg| arg == "--list") {
        return ExitCode::SUCCESS;
    }
    let mut wrong = 0;
    for (model, variable) in MODELS {
        let runs = article::runs().into_iter().filter(|run| run.model == model);
        let Some(folder) = std::env::var_os(variable).map(PathBuf::from) else {
            println!(
                "{model}: NOT RUN, {} recorded runs unchecked: set {variable} to a folder with its weights",
                runs.count()
            );
            continue;
        };
        let loaded = common::load(&folder, 2);
        for run in runs {
            match reproduce(&loaded, &run) {
                Ok(agreed) => println!(
                    "{model}, {}: {} ranks and {} probabilities as recorded",
                    run.name, agreed.ranks, agreed.probabilities
                ),
                Err(lines) => {
                    wrong += 1;
                    println!("{model}, {}: {} numbers differ, first {}", run.name, lines.len(), lines[0]);
                }
            }
        }
    }
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
