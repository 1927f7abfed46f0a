//! What a drawing may assume of the place where it will be seen.

use fathom_reading::Site;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColorDepth {
    /// No escape sequences at all: pipes, files, `NO_COLOR`. Shade glyphs stand in for colour.
    #[default]
    None,
    /// The sixteen named colours, whose look is the terminal's own choice.
    Ansi16,
    /// The 256-colour palette.
    Ansi256,
    /// 24-bit colour.
    TrueColor,
}

/// Whether the terminal is dark or light: strong values stand out against it, weak ones fade into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Background {
    /// Light text on a dark ground, as most terminals are.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// Which characters may be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Everything.
    #[default]
    Unicode,
    /// ASCII only, for terminals and logs that can't show more; other characters of tokens become `\u{e9}`.
    Ascii,
}

/// Which of the reading's layers are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LayerChoice {
    /// As many as [`Style::height`] holds: the first, the last, and those where most changes.
    #[default]
    Fit,
    /// All of them.
    All,
    /// These, in the reading's order.
    List(Vec<Site>),
}

/// Whether the drawing ends with the next useful commands, and what stands for the input in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hints {
    /// No hints.
    Off,
    /// Hints with the prompt (and model) rebuilt from the reading, where it is short and plain.
    #[default]
    FromReading,
    /// Hints with `input` between the command's name and its options, for a run that can be made again.
    Run {
        /// What the run read: `"The keys" --model gpt2`.
        input: String,
        /// How its output tokens were made, for hints that ask about them: `--generate 8`.
        output: String,
    },
    /// Hints for a saved reading, named as an option: `--from keys.json`. Only what the reading holds is proposed.
    Saved(String),
}

/// How a reading is drawn in a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal: no line is wider.
    pub width: usize,
    /// Lines that [`LayerChoice::Fit`] aims at; `None` for a figure that a scrollback holds well (64).
    pub height: Option<usize>,
    /// Colours that may be used.
    pub color: ColorDepth,
    /// Dark or light ground.
    pub background: Background,
    /// Characters that may be used.
    pub charset: Charset,
    /// Layers to draw.
    pub layers: LayerChoice,
    /// Most panels that columns wrap into before they are cut (and the cut is said); `None` for all of them.
    pub panels: Option<usize>,
    /// The next useful commands.
    pub hints: Hints,
}

impl Default for Style {
    /// 80 columns, no colour, Unicode, layers that fit, up to six panels, hints.
    fn default() -> Style {
        Style {
            width: 80,
            height: None,
            color: ColorDepth::None,
            background: Background::Dark,
            charset: Charset::Unicode,
            layers: LayerChoice::Fit,
            panels: Some(6),
            hints: Hints::FromReading,
        }
    }
}

/// The drawing characters of a [`Charset`].
pub(crate) struct Glyphs {
    pub(crate) ellipsis: &'static str,
    pub(crate) dot: &'static str,
    pub(crate) up_to: &'static str,
    /// Marks the token that came next, or a cell whose top token is already the final answer.
    pub(crate) tick: &'static str,
    pub(crate) yes: &'static str,
    /// From strongest to weakest: the stand-in for colour.
    pub(crate) shades: [&'static str; 4],
    /// Eighths of a bar, then the whole.
    pub(crate) bar: &'static [&'static str],
    /// Eight heights of a sparkline.
    pub(crate) spark: &'static [&'static str],
    /// One marker a watched token.
    pub(crate) markers: [&'static str; 8],
    pub(crate) guide: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    ellipsis: "…",
    dot: " · ",
    up_to: "–",
    tick: "▘",
    yes: "✓",
    shades: ["█", "▓", "▒", "░"],
    bar: &["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    spark: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    markers: ["●", "◆", "▲", "■", "○", "◇", "△", "□"],
    guide: "·",
};

const ASCII: Glyphs = Glyphs {
    ellipsis: "~",
    dot: ", ",
    up_to: "-",
    tick: "'",
    yes: "=",
    shades: ["#", "+", "-", "."],
    bar: &["#"],
    spark: &["_", ".", ":", "-", "=", "+", "*", "#"],
    markers: ["A", "B", "C", "D", "E", "F", "G", "H"],
    guide: ".",
};

impl Charset {
    pub(crate) fn glyphs(self) -> &'static Glyphs {
        match self {
            Charset::Unicode => &UNICODE,
            Charset::Ascii => &ASCII,
        }
    }
}
