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
        usage(format!(
            "{name} is not UTF-8: byte {at} is {byte:#04x}; convert it first, for example with iconv"
        ))
    })?;
    if text.ends_with('\n') {
        style::note(&format!(
            "{name} ends with a newline, which is part of the prompt (printf or echo -n leave it out)"
        ));
    }
    Ok(Text::Written(text))
}
