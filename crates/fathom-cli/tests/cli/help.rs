//! Help: examples come first, and work as typed.

use crate::support::{Ended, bare, environment, fathom};
use std::process::{Command, Stdio};

/// What a test has not: models that only the hub has, a server that runs until it is stopped. These are parsed, not run.
const PARSED_ONLY: [&str; 6] = [
    "fathom compare \"The keys to the cabinet\" --model gpt2 --model-b distilgpt2",
    "fathom serve",
    "fathom serve --no-open --port 0",
    "fathom serve --model ./my-model --new-tokens 64",
    "fathom serve --model ./llama-7b.Q4_K_M.gguf --precision packed",
    "fathom serve --host 0.0.0.0 --token $(openssl rand -hex 16)",
];

/// Most characters of an example: an indented line of 80.
const LONGEST: usize = 78;

/// Every command and subcommand, as words to type.
fn commands() -> Vec<Vec<String>> {
    fn below(command: &clap::Command, path: &[String], all: &mut Vec<Vec<String>>) {
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            let path: Vec<String> = path.iter().cloned().chain([command.get_name().to_owned()]).collect();
            all.push(path.clone());
            below(command, &path, all);
        }
    }
    let mut all = Vec::new();
    below(&fathom_cli::command_line(), &[], &mut all);
    assert!(all.len() >= 12, "{all:?}");
    all
}

/// The commands below `Examples:`.
fn examples(help: &str) -> Vec<String> {
    let below = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    below.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_string()).collect()
}

/// Runs examples one after another in one folder: a later one may use what an earlier one wrote.
fn run(examples: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let jq = Command::new("jq").arg("--version").stdout(Stdio::null()).status().is_ok();
    // Readings of earlier days.
    if examples.iter().any(|example| example.contains("monday.json tuesday.pack")) {
        let read = ["read", "The keys to the cabinet", "-o", "monday.json", "-o", "tuesday.pack"];
        fathom().args(read).current_dir(folder.path()).stdout();
    }
    for example in examples {
        if PARSED_ONLY.contains(&example.as_str()) {
            parse(example);
            continue;
        }
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

/// Parses a command line as a shell and then clap would.
fn parse(line: &str) {
    let line = line.replace("$(openssl rand -hex 16)", "0123456789abcdef0123456789abcdef");
    let words = Command::new("bash").args(["-c", &format!("printf '%s\\n' {line}")]).output().unwrap();
    let words = String::from_utf8(words.stdout).unwrap();
    let parsed = fathom_cli::command_line().try_get_matches_from(words.lines());
    assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
}

fn examples_of(command: &[String]) -> Vec<String> {
    // As narrow as terminals get: an example that wraps can't be copied.
    let help = bare().args(command).arg("--help").env("COLUMNS", "80").stdout();
    assert!(help.starts_with("Examples:\n  "), "{command:?} has no examples first:\n{help}");
    let examples = examples(&help);
    assert!(!examples.is_empty());
    let name = format!("fathom {}", command.join(" "));
    assert!(examples.iter().all(|example| example.contains(name.trim_end())), "{examples:?}");
    let long: Vec<&String> = examples.iter().filter(|example| example.len() > LONGEST).collect();
    assert!(long.is_empty(), "{long:?}");
    examples
}

#[test]
fn top_examples_work_as_typed() {
    let examples = examples_of(&[]);
    assert_eq!(examples.len(), 4);
    run(&examples);
}

#[test]
fn examples_of_the_first_commands_work_as_typed() {
    for command in &commands()[..2] {
        run(&examples_of(command));
    }
}

#[test]
fn examples_of_the_other_commands_work_as_typed() {
    for command in &commands()[2..] {
        run(&examples_of(command));
    }
}

#[test]
fn what_is_only_parsed_is_still_an_example() {
    let all: Vec<String> = commands().iter().flat_map(|command| examples_of(command)).collect();
    for line in PARSED_ONLY {
        assert!(all.iter().any(|example| example == line), "{line}");
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
