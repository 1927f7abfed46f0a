//! Help: examples come first, and work as typed.

use crate::support::{Ended, bare, environment};
use std::process::{Command, Stdio};

const COMMANDS: [&[&str]; 10] = [
    &["predictions"],
    &["rankings"],
    &["watch"],
    &["read"],
    &["models"],
    &["models", "list"],
    &["models", "show"],
    &["models", "pull"],
    &["completions"],
    &["compare-precision"],
];

/// The commands below `Examples:`.
fn examples(help: &str) -> Vec<String> {
    let below = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    below.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_string()).collect()
}

/// Runs examples one after another in one folder: a later one may use what an earlier one wrote.
fn run(examples: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let jq = Command::new("jq").arg("--version").stdout(Stdio::null()).status().is_ok();
    for example in examples {
        // Where there is no jq, what is piped to it should still come.
        let line = if jq { example } else { example.split(" | jq").next().unwrap() };
        let output = Command::new("bash")
            .args(["-c", &format!("set -o pipefail; {line}")])
            .current_dir(folder.path())
            .env_remove("NO_COLOR")
            .env_remove("COLUMNS")
            .envs(environment())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{example}: {}\n{stderr}", output.status);
    }
}

fn examples_of(command: &[&str]) -> Vec<String> {
    // As narrow as terminals get: an example that wraps can't be copied.
    let help = bare().args(command).arg("--help").env("COLUMNS", "80").stdout();
    assert!(help.starts_with("Examples:\n  "), "{command:?} has no examples first:\n{help}");
    let examples = examples(&help);
    assert!(!examples.is_empty());
    let name = format!("fathom {}", command.join(" "));
    assert!(examples.iter().all(|example| example.contains(name.trim_end())), "{examples:?}");
    assert!(examples.iter().all(|example| example.len() <= 78), "{examples:?}");
    examples
}

#[test]
fn top_examples_work_as_typed() {
    let examples = examples_of(&[]);
    assert_eq!(examples.len(), 4);
    run(&examples);
}

#[test]
fn examples_of_predictions_and_rankings_work_as_typed() {
    for command in &COMMANDS[..2] {
        run(&examples_of(command));
    }
}

#[test]
fn examples_of_the_others_work_as_typed() {
    for command in &COMMANDS[2..] {
        run(&examples_of(command));
    }
}

#[test]
fn bare_fathom_says_five_lines() {
    let greeting = bare().stdout();
    assert_eq!(greeting.lines().filter(|line| !line.is_empty()).count(), 5, "{greeting}");
    assert!(greeting.lines().all(|line| line.len() <= 80), "{greeting}");
    let examples: Vec<String> =
        greeting.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_string).collect();
    assert_eq!(examples.len(), 2);
    run(&examples);
}

#[test]
fn options_stand_where_they_belong() {
    insta::assert_snapshot!("help", bare().arg("--help").stdout());
    insta::assert_snapshot!("help_rankings", bare().args(["rankings", "-h"]).stdout());
    insta::assert_snapshot!("help_watch", bare().args(["watch", "-h"]).stdout());
}

#[test]
fn a_typo_is_understood() {
    let typo = bare().args(["ranking", "hi"]).fails(2);
    assert!(typo.contains("a similar subcommand exists: 'rankings'"), "{typo}");
    assert!(bare().arg("--version").stdout().starts_with("fathom "));
}
