//! What a figure's last line proposes to type next, in the words of this command line.

use crate::args::{BosChoice, CommonArgs, LensName, ProjectionName};
use fathom::Reading;
use fathom::reading::{Origin, SamplingMethod};
use fathom::render::Hints;

/// Longest prompt (or file name, or list of ids) that is repeated.
const LONGEST: usize = 60;

/// The hints of a figure of `reading`, which these options made.
pub(crate) fn of(reading: &Reading, prompt: Option<&str>, common: &CommonArgs) -> Hints {
    if let Some(path) = &common.from {
        return Hints::Saved(format!("--from {}", word(&path.display().to_string())));
    }
    Hints::Run { input: input(prompt, common), output: output(reading, common) }
}

/// Prompt, model and lens, as they were typed.
fn input(prompt: Option<&str>, common: &CommonArgs) -> String {
    let mut words = vec![source(prompt, common)];
    if common.model.model != fathom::DEFAULT_MODEL {
        words.push(format!("--model {}", word(&common.model.model)));
    }
    if common.model.device != fathom::Compute::Cpu {
        words.push(format!("--device {}", common.model.device));
    }
    if common.lens.lens == LensName::Raw {
        words.push("--lens raw".to_string());
    }
    if common.lens.projection == ProjectionName::Screened {
        words.push("--projection screened".to_string());
    }
    match common.prompt.bos {
        BosChoice::Auto => {}
        BosChoice::On => words.push("--bos on".to_string()),
        BosChoice::Off => words.push("--bos off".to_string()),
    }
    if common.prompt.parse_special {
        words.push("--parse-special".to_string());
    }
    words.join(" ")
}

fn source(prompt: Option<&str>, common: &CommonArgs) -> String {
    if let Some(path) = &common.prompt.prompt_file {
        return format!("--prompt-file {}", word(&path.display().to_string()));
    }
    if let Some(message) = &common.prompt.chat {
        return format!("--chat {}", short(message).map_or_else(|| "MESSAGE".to_string(), phrase));
    }
    if let Some(ids) = &common.prompt.prompt_ids {
        return format!("--prompt-ids {}", short(&list(ids)).unwrap_or("IDS"));
    }
    let typable = |prompt: &&str| !prompt.starts_with('-') || *prompt == "-";
    prompt.and_then(short).filter(typable).map_or_else(
        || "PROMPT".to_string(),
        |prompt| if prompt == "-" { "-".to_string() } else { phrase(prompt) },
    )
}

/// How to get the same output tokens again.
fn output(reading: &Reading, common: &CommonArgs) -> String {
    let made = reading.tokens.iter().filter(|token| token.origin == Origin::Output).count();
    let Some(sampling) = reading.info.sampling.as_ref().filter(|_| made > 0) else { return String::new() };
    if sampling.method == SamplingMethod::Forced {
        return match (&common.generate.continuation, &common.generate.continuation_ids) {
            (Some(text), _) => {
                format!("--continuation {}", short(text).map_or_else(|| "TEXT".to_string(), phrase))
            }
            (None, Some(ids)) => format!("--continuation-ids {}", short(&list(ids)).unwrap_or("IDS")),
            (None, None) => String::new(),
        };
    }
    let drawn = sampling.method == SamplingMethod::Sampled;
    let options = [
        Some(format!("--generate {made}")),
        sampling.temperature.filter(|_| drawn).map(|t| format!("--temperature {t}")),
        sampling.top_k.map(|k| format!("--top-k-sampling {k}")),
        sampling.top_p.map(|p| format!("--top-p {p}")),
        sampling.seed.map(|seed| format!("--seed {seed}")),
    ];
    options.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn list(ids: &[u32]) -> String {
    ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// `text` where it can be repeated in a line.
fn short(text: &str) -> Option<&str> {
    (text.chars().count() <= LONGEST && !text.chars().any(char::is_control) && !text.is_empty())
        .then_some(text)
}

/// A shell word, bare where that will do.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:=+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_string() } else { phrase(text) }
}

/// A quoted shell word: in double quotes where nothing in it means anything to the shell.
fn phrase(text: &str) -> String {
    if text.contains(['"', '\\', '$', '`', '!']) {
        format!("'{}'", text.replace('\'', "'\\''"))
    } else {
        format!("\"{text}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    /// The hints of `fathom predictions …` for the example reading.
    fn hints(arguments: &[&str], adjust: impl FnOnce(&mut Reading)) -> Hints {
        let line = ["fathom", "predictions"].iter().chain(arguments);
        let Some(Command::Predictions(args)) = Cli::try_parse_from(line).unwrap().command else {
            unreachable!()
        };
        let mut reading = Reading::example();
        adjust(&mut reading);
        of(&reading, args.read.prompt.as_deref(), &args.read.common)
    }

    fn run(input: &str, output: &str) -> Hints {
        Hints::Run { input: input.into(), output: output.into() }
    }

    #[test]
    fn the_default_model_goes_without_saying() {
        assert_eq!(hints(&["The keys"], |_| {}), run("\"The keys\"", "--generate 2"));
        let elsewhere = ["The keys", "--device", "cuda"];
        assert_eq!(hints(&elsewhere, |_| {}), run("\"The keys\" --device cuda:0", "--generate 2"));
        let named = ["The keys", "--model", "./my models/a.gguf", "--lens", "raw", "--bos", "off"];
        assert_eq!(
            hints(&named, |_| {}),
            run("\"The keys\" --model \"./my models/a.gguf\" --lens raw --bos off", "--generate 2")
        );
    }

    #[test]
    fn drawn_tokens_can_be_drawn_again() {
        let drawn = |reading: &mut Reading| {
            let sampling = reading.info.sampling.as_mut().unwrap();
            sampling.method = SamplingMethod::Sampled;
            sampling.temperature = Some(0.9);
            sampling.top_k = Some(40);
            sampling.seed = Some(7);
        };
        let expected = "--generate 2 --temperature 0.9 --top-k-sampling 40 --seed 7";
        assert_eq!(hints(&["it's $5"], drawn), run("'it'\\''s $5'", expected));
        let forced = |reading: &mut Reading| {
            reading.info.sampling.as_mut().unwrap().method = SamplingMethod::Forced;
        };
        let typed = ["The keys", "--continuation", " are here"];
        assert_eq!(hints(&typed, forced), run("\"The keys\"", "--continuation \" are here\""));
    }

    #[test]
    fn what_is_long_or_odd_is_not_repeated() {
        assert_eq!(hints(&["--", "-x"], |_| {}), run("PROMPT", "--generate 2"));
        assert_eq!(hints(&["a\u{1b}b"], |_| {}), run("PROMPT", "--generate 2"));
        assert_eq!(hints(&[&"long ".repeat(20)], |_| {}), run("PROMPT", "--generate 2"));
        assert_eq!(hints(&["-"], |_| {}), run("-", "--generate 2"));
        assert_eq!(hints(&["--prompt-ids", "1,2"], |_| {}), run("--prompt-ids 1,2", "--generate 2"));
        assert_eq!(hints(&["--from", "keys.json"], |_| {}), Hints::Saved("--from keys.json".into()));
    }
}
