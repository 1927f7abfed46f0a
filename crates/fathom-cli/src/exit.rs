//! Exit codes: 0 success, 1 failure, 2 usage, 3 model not supported; a broken pipe is success.

use crate::style;
use std::fmt;
use std::io;

/// A command line that can't be meant, found out after parsing (a position beyond the prompt, an empty prompt).
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A [`Usage`] error with this message.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

/// Reports `error` on standard error, once, and says with which code to exit.
pub(crate) fn report(error: &anyhow::Error) -> u8 {
    // Whoever reads our output has seen enough: `fathom … | head -1`.
    if is_broken_pipe(error) {
        return 0;
    }
    style::labelled("error:", style::ERROR, &describe(error));
    code(error)
}

/// The whole chain in one text: causes that the message above them already tells are left out.
fn describe(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    // Causes may quote a file at any length.
    const MOST: usize = 6000;
    if let Some((cut, _)) = text.char_indices().nth(MOST) {
        text = format!("{}… ({} bytes)", &text[..cut], text.len());
    }
    style::harmless(&text)
}

fn code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if cause.is::<Usage>() || cause.is::<crate::args::LayersError>() {
            return 2;
        }
        if let Some(error) = cause.downcast_ref::<fathom::Error>() {
            return match error.kind() {
                fathom::ErrorKind::Usage => 2,
                fathom::ErrorKind::Unsupported => 3,
                fathom::ErrorKind::Failure => 1,
            };
        }
    }
    1
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
