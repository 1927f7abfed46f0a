//! What was typed, and what clap advises where it can't be meant: its advice must work as it stands.

use crate::args::Cli;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// Reads the command line `typed`, the program's own name first.
pub(crate) fn parse(typed: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = with_negative_numbers(Cli::command());
    let matches = command.try_get_matches_from_mut(typed);
    let cli = matches.and_then(|mut matches| {
        Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    });
    cli.map_err(|error| mended(error, typed, &command))
}

/// Every option takes a negative number for its value, and says itself why not: clap would take it for an option that
/// is not there, and propose to type it where it means something else.
fn with_negative_numbers(command: Command) -> Command {
    let takes = |arg: &clap::Arg| !arg.is_positional() && arg.get_action().takes_values();
    let command = command.mut_args(|arg| if takes(&arg) { arg.allow_negative_numbers(true) } else { arg });
    command.mut_subcommands(with_negative_numbers)
}

/// `error` with advice that can be followed.
fn mended(mut error: clap::Error, typed: &[OsString], command: &Command) -> clap::Error {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unknown))) => unknown.clone(),
        _ => return error,
    };
    // Where clap knows a near name, that is its advice.
    if error.get(ContextKind::SuggestedArg).is_some() || error.get(ContextKind::Suggested).is_none() {
        return error;
    }
    let words: Vec<&str> = typed.iter().filter_map(|word| word.to_str()).collect();
    // Of a word with one dash clap names its first letter.
    let is_it =
        |word: &&str| word.starts_with(&unknown) && word.starts_with("--") == unknown.starts_with("--");
    let Some(at) = words.iter().position(is_it) else { return error };
    let (before, word) = (words[..at].last().copied().unwrap_or_default(), quoted(words[at]));
    let advice = match before.starts_with("--") && takes_a_value(command, before) {
        true => format!("what begins with - follows {before} after a =: {before}={word}"),
        false => format!("a text that begins with - comes last, after a lone --: -- {word}"),
    };
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(advice)]));
    error
}

/// Whether some command has this option, and it takes a value.
fn takes_a_value(command: &Command, option: &str) -> bool {
    let is_it =
        |arg: &clap::Arg| arg.get_long() == option.strip_prefix("--") && arg.get_action().takes_values();
    command.get_arguments().any(is_it) || command.get_subcommands().any(|inner| takes_a_value(inner, option))
}

/// A shell word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(typed: &[&str]) -> String {
        let typed: Vec<OsString> = typed.iter().map(OsString::from).collect();
        parse(&typed).map_or_else(|error| error.to_string(), |_| String::new())
    }

    /// The names of the commands that do something.
    fn commands(command: &Command, path: &[String]) -> Vec<(Vec<String>, Command)> {
        let inner = command.get_subcommands().flat_map(|inner| {
            let path: Vec<String> = path.iter().cloned().chain([inner.get_name().to_owned()]).collect();
            commands(inner, &path)
        });
        std::iter::once((path.to_vec(), command.clone())).chain(inner).collect()
    }

    #[test]
    fn a_negative_number_is_refused_by_the_option_that_got_it() {
        let mut tried = 0;
        for (path, command) in commands(&Cli::command(), &[]) {
            let takes = |arg: &&clap::Arg| !arg.is_positional() && arg.get_action().takes_values();
            let options: Vec<&str> =
                command.get_arguments().filter(takes).filter_map(clap::Arg::get_long).collect();
            for option in options {
                let option = format!("--{option}");
                let typed = ["fathom"].into_iter().chain(path.iter().map(String::as_str));
                let typed: Vec<&str> = typed.chain([option.as_str(), "-1"]).collect();
                let said = refused(&typed);
                assert!(
                    !said.contains("-- -1") && !said.contains("unexpected argument"),
                    "{typed:?}: {said}"
                );
                tried += 1;
            }
        }
        assert!(tried > 100, "{tried}");
        let seed = refused(&["fathom", "rankings", "a", "--seed", "-1"]);
        assert!(seed.contains("'--seed <SEED>': give a whole number from 0 on"), "{seed}");
    }

    #[test]
    fn advice_works_as_it_stands() {
        let advice =
            |said: &str| said.split("tip: ").nth(1).map(|rest| rest.lines().next().unwrap().to_owned());
        let said = refused(&["fathom", "rankings", "a", "--continuation", "-x y"]);
        let expected = "what begins with - follows --continuation after a =: --continuation='-x y'";
        assert_eq!(advice(&said).as_deref(), Some(expected), "{said}");
        assert_eq!(refused(&["fathom", "rankings", "a", "--continuation=-x y"]), "");
        let said = refused(&["fathom", "rankings", "-x", "-n", "2"]);
        assert_eq!(
            advice(&said).as_deref(),
            Some("a text that begins with - comes last, after a lone --: -- '-x'"),
            "{said}"
        );
        assert_eq!(refused(&["fathom", "rankings", "-n", "2", "--", "-x"]), "");
        // A near name is clap's to propose.
        let said = refused(&["fathom", "rankings", "a", "--sed", "1"]);
        assert!(said.contains("--seed"), "{said}");
    }
}
