//! The prompt: an argument, standard input, a file, or token ids.

use crate::args::PromptArgs;
use crate::exit::usage;
use crate::style;
use anyhow::{Context, Result};
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// The most that a prompt may hold: far beyond any context, small enough to be refused at once.
const LARGEST_PROMPT: u64 = 64 << 20;

/// A prompt as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// Text.
    Written(String),
    /// Token ids.
    Ids(Vec<u32>),
    /// A message, to go through the model's chat template.
    Chat(String),
}

/// The one prompt that the options name.
pub(crate) fn prompt(argument: Option<&str>, args: &PromptArgs) -> Result<Text> {
    if let Some(message) = &args.chat {
        return match argument {
            None => Ok(Text::Chat(message.clone())),
            Some(_) => Err(usage("two prompts: give the argument or --chat, not both")),
        };
    }
    match (argument, &args.prompt_file, &args.prompt_ids) {
        (None, None, None) => Err(usage(
            "no prompt: give it as the first argument, `-` for standard input, or --prompt-file FILE",
        )),
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(usage("two prompts: give the argument, --prompt-file or --prompt-ids, not several of them"))
        }
        (Some("-"), None, None) => read("-".as_ref()),
        (Some(text), None, None) => Ok(Text::Written(text.to_string())),
        (None, Some(path), None) => read(path),
        (None, None, Some(ids)) => Ok(Text::Ids(ids.clone())),
    }
}

fn read(path: &Path) -> Result<Text> {
    let (bytes, name) = if path == Path::new("-") {
        if io::stdin().is_terminal() {
            style::note("reading the prompt from standard input: end it with Ctrl-D");
        }
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(LARGEST_PROMPT + 1)
            .read_to_end(&mut bytes)
            .context("can't read standard input")?;
        (bytes, "standard input".to_string())
    } else {
        let name = path.display().to_string();
        let file = fs::File::open(path).with_context(|| format!("can't read {name}"))?;
        let mut bytes = Vec::new();
        file.take(LARGEST_PROMPT + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("can't read {name}"))?;
        (bytes, name)
    };
    if bytes.len() as u64 > LARGEST_PROMPT {
        return Err(usage(format!(
            "{name} is longer than {} MiB: no model's context holds that",
            LARGEST_PROMPT >> 20
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        let is_utf16 = error.as_bytes().starts_with(b"\xff\xfe") || error.as_bytes().starts_with(b"\xfe\xff");
        let hint = if is_utf16 { " (it begins like UTF-16, which some Windows programs write)" } else { "" };
        usage(format!(
            "{name} is not UTF-8: byte {at} is {byte:#04x}{hint}; convert it first, for example with iconv"
        ))
    })?;
    for remark in remarks(&text) {
        style::note(&format!("{name} {remark}"));
    }
    Ok(Text::Written(text))
}

/// What stands in a text that nobody sees. All of it is part of the prompt: bytes are taken as they come.
fn remarks(text: &str) -> Vec<String> {
    let mut remarks = Vec::new();
    if text.starts_with('\u{feff}') {
        remarks.push(
            "begins with a byte order mark (U+FEFF), which is part of the prompt: save it as UTF-8 without one to leave it out"
                .to_owned(),
        );
    }
    if let Some(at) = text.find('\0') {
        let more = text.matches('\0').count() - 1;
        let more = if more > 0 { format!(" ({more} more follow)") } else { String::new() };
        remarks
            .push(format!("holds a NUL as its byte {at}{more}, which is part of the prompt: is it a text?"));
    }
    if text.ends_with('\n') {
        remarks.push(
            "ends with a newline, which is part of the prompt (printf or echo -n leave it out)".to_owned(),
        );
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_said() {
        assert_eq!(remarks("The keys"), [""; 0]);
        let [mark, nul, end] = &remarks("\u{feff}a\0b\0\0\n")[..] else { panic!() };
        assert!(mark.contains("byte order mark") && end.contains("newline"), "{mark} {end}");
        assert!(nul.starts_with("holds a NUL as its byte 4 (2 more follow)"), "{nul}");
        // Only at the start is it a mark.
        assert_eq!(remarks("a\u{feff}b"), [""; 0]);
    }
}
