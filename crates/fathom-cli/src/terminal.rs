//! What the terminal can show: width, colours, characters.

use clap::ColorChoice;
use fathom::render::{Background, Charset, ColorDepth};
use std::env;
use std::io::{self, IsTerminal};

/// Width of a figure that goes to a file or pipe.
const UNKNOWN_WIDTH: usize = 80;

/// Columns to draw in: those of the terminal that standard output is, else `COLUMNS`, else those of the terminal that
/// messages go to (a figure that is piped to a pager is seen there), else 80.
pub(crate) fn width() -> usize {
    let columns = |terminal: console::Term| Some(usize::from(terminal.size_checked()?.1));
    let variable = || env::var("COLUMNS").ok()?.parse().ok();
    let width =
        columns(console::Term::stdout()).or_else(variable).or_else(|| columns(console::Term::stderr()));
    width.filter(|&width| width > 0).unwrap_or(UNKNOWN_WIDTH)
}

/// Whether the figure goes to a screen, where what does not fit is better left out than scrolled through.
pub(crate) fn is_screen() -> bool {
    io::stdout().is_terminal()
}

/// Whether the terminal says that it can do nothing but print.
pub(crate) fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Colours of standard output: `--color` decides, then `NO_COLOR`, then `TERM=dumb`, then whether it is a terminal.
pub(crate) fn color(choice: ColorChoice) -> ColorDepth {
    let wanted = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !is_plain() && is_screen(),
    };
    if !wanted {
        return ColorDepth::None;
    }
    let variable = |name| env::var(name).unwrap_or_default();
    match (variable("COLORTERM").as_str(), variable("TERM").as_str()) {
        ("truecolor" | "24bit", _) => ColorDepth::TrueColor,
        (_, term) if term.contains("256") || choice == ColorChoice::Always => ColorDepth::Ansi256,
        _ => ColorDepth::Ansi16,
    }
}

/// Makes `--color` hold for messages too.
pub(crate) fn apply_to_messages(choice: ColorChoice) {
    match choice {
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
        // anstream would colour a dumb terminal where `CI` is set.
        ColorChoice::Auto if is_plain() => anstream::ColorChoice::Never.write_global(),
        ColorChoice::Auto => {}
    }
}

/// Whether the environment asks for no colour: `NO_COLOR`, or `TERM=dumb`.
fn is_plain() -> bool {
    is_dumb() || env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Dark unless the terminal says otherwise (`COLORFGBG=0;15`, as rxvt, Konsole and others set it).
pub(crate) fn background() -> Background {
    let ground = env::var("COLORFGBG").ok().and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
    match ground {
        Some(7 | 9..=15) => Background::Light,
        _ => Background::Dark,
    }
}

/// Unicode unless the locale names a character set that has no such characters.
pub(crate) fn charset() -> Charset {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
    let set =
        locale.as_deref().and_then(|locale| locale.split_once('.')).map(|(_, set)| set.to_ascii_lowercase());
    match set.as_deref() {
        None | Some("utf-8" | "utf8") => Charset::Unicode,
        Some(_) => Charset::Ascii,
    }
}
