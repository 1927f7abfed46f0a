//! Options that several commands share.

use super::{CommonArgs, LayerSelection};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// A whole number of any size, for clap.
pub(super) fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "give a whole number from 0 on".to_owned())
}

/// A prompt as the first argument, and everything shared.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReadArgs {
    /// The text to run, or `-` for standard input, taken byte for byte.
    #[arg(value_name = "PROMPT")]
    pub(crate) prompt: Option<String>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Where the prompt comes from, other than the argument, and how it becomes tokens.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Prompt")]
pub(crate) struct PromptArgs {
    /// Read the prompt from a file (`-`: standard input), byte for byte.
    #[arg(long, value_name = "FILE")]
    pub(crate) prompt_file: Option<PathBuf>,

    /// The prompt as token ids, separated by commas.
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with = "prompt_file")]
    pub(crate) prompt_ids: Option<Vec<u32>>,

    /// A message to the model, put through its own chat template; the reading marks which tokens are the template's.
    #[arg(long, value_name = "MESSAGE", conflicts_with_all = ["prompt_file", "prompt_ids", "bos", "parse_special"])]
    pub(crate) chat: Option<String>,

    /// Whether to begin with the model's BOS token: `auto` does what the model's tokenizer says.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) bos: BosChoice,

    /// Read strings such as <|im_start|> in the prompt as special tokens, not as text.
    #[arg(long)]
    pub(crate) parse_special: bool,
}

impl PromptArgs {
    /// Whether an option gives the prompt, so that no argument does.
    pub(crate) fn is_given(&self) -> bool {
        self.prompt_file.is_some() || self.prompt_ids.is_some() || self.chat.is_some()
    }
}

/// Values of `--bos`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BosChoice {
    /// As the model's tokenizer says.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Options that supply the output: nothing is drawn then.
const FORCED: [&str; 2] = ["continuation", "continuation_ids"];

/// What comes after the prompt.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output tokens")]
pub(crate) struct GenerateArgs {
    /// Generate up to N tokens, greedily unless a temperature is given; stops after the end token [default: 8 for
    /// rankings, 0 elsewhere].
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) generate: Option<u32>,

    /// Take TEXT as the output instead (teacher forcing); tokenised by itself.
    #[arg(long, value_name = "TEXT", conflicts_with = "generate")]
    pub(crate) continuation: Option<String>,

    /// The same as token ids, separated by commas.
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with_all = ["continuation", "generate"])]
    pub(crate) continuation_ids: Option<Vec<u32>>,

    /// Draw from the distribution, its logits divided by T (0: greedy).
    #[arg(long, allow_negative_numbers = true, value_name = "T", conflicts_with_all = FORCED)]
    pub(crate) temperature: Option<f32>,

    /// Draw from the K best candidates only.
    #[arg(long, value_name = "K", conflicts_with_all = FORCED)]
    pub(crate) top_k_sampling: Option<u32>,

    /// Draw from the smallest set of candidates whose probability reaches P.
    #[arg(long, allow_negative_numbers = true, value_name = "P", conflicts_with_all = FORCED)]
    pub(crate) top_p: Option<f32>,

    /// Seed of the random generator: the same seed draws the same tokens [default: a new one, noted].
    #[arg(long, value_name = "SEED", value_parser = whole::<u64>, conflicts_with_all = FORCED)]
    pub(crate) seed: Option<u64>,
}

impl GenerateArgs {
    /// True when an option asks for drawing rather than greedy choice.
    pub(crate) fn samples(&self) -> bool {
        self.temperature.is_some_and(|t| t != 0.0)
            || (self.temperature.is_none()
                && (self.top_k_sampling.is_some() || self.top_p.is_some() || self.seed.is_some()))
    }
}

/// How hidden states are read.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Lens")]
pub(crate) struct LensArgs {
    /// `logit` norms every layer's state before the head; `raw` norms the last only, as Ecco does.
    #[arg(long, value_name = "LENS", default_value = "logit")]
    pub(crate) lens: LensName,

    /// Which layers: `all`, or a list such as `embed,5,10-14,last` [default: all are read, what fits is
    /// drawn].
    #[arg(long, allow_hyphen_values = true, value_name = "LAYERS")]
    pub(crate) layers: Option<LayerSelection>,

    /// Also the embedding: the state before the first layer.
    #[arg(long)]
    pub(crate) embed: bool,

    /// Candidates kept for each cell.
    #[arg(short = 'k', long, value_name = "K", default_value_t = 10, value_parser = whole::<usize>)]
    pub(crate) top_k: usize,

    /// `screened` is faster where the processor has a matrix unit: the same ranks and candidates, probabilities within a
    /// recorded bound.
    #[arg(long, value_name = "PROJECTION", default_value = "f32")]
    pub(crate) projection: ProjectionName,
}

/// Values of `--projection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProjectionName {
    /// Every logit in f32.
    F32,
    /// Low precision first, exact logits where its proved bound decides nothing.
    Screened,
}

/// Values of `--lens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LensName {
    /// The final norm at every layer.
    Logit,
    /// The final norm at the last layer only.
    Raw,
}

/// Which model, and how it runs.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelArgs {
    /// A known name (fathom models list), org/name[@revision] on the hub, a folder or a file.
    #[arg(short, long, value_name = "MODEL", default_value = fathom::DEFAULT_MODEL)]
    pub(crate) model: String,

    /// Never touch the network.
    #[arg(long)]
    pub(crate) offline: bool,

    /// Threads to use [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Where it computes: `cpu`, `cuda`, `cuda:N` or `metal`, of those that are built in.
    #[arg(long, value_name = "DEVICE", default_value_t = fathom::Compute::Cpu)]
    pub(crate) device: fathom::Compute,
    /// How weights are held: as `f32`; rounded to `bf16` or `f16`, half the memory; or `packed`, as quantised as the file,
    /// the same numbers as f32.
    #[arg(long, value_name = "PRECISION", default_value = "f32")]
    pub(crate) precision: PrecisionName,

    /// List what notes about the model's files sum up: each setting and tensor without effect.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Values of `--precision`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionName {
    /// Every stored number exactly, in 32 bits.
    #[default]
    F32,
    /// Rounded to bfloat16.
    Bf16,
    /// Rounded to IEEE half precision.
    F16,
    /// Exact, quantised weights still quantised.
    Packed,
}

impl From<PrecisionName> for fathom::Precision {
    fn from(name: PrecisionName) -> fathom::Precision {
        match name {
            PrecisionName::F32 => fathom::Precision::F32,
            PrecisionName::Bf16 => fathom::Precision::Bf16,
            PrecisionName::F16 => fathom::Precision::F16,
            PrecisionName::Packed => fathom::Precision::Packed,
        }
    }
}

/// Where results go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Results")]
pub(crate) struct OutputArgs {
    /// Write to FILE instead of drawing, by its name: a figure as .svg or .png, the explorer as .html, the reading as
    /// .json, .csv, .parquet or .pack (repeat for more).
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,

    /// Pixels of a .png for each unit of the .svg, which is 1/96 inch [default: 2].
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) scale: Option<f32>,

    /// The ground of a figure [default: light].
    #[arg(long, value_name = "THEME")]
    pub(crate) theme: Option<ThemeName>,

    /// Print the reading as JSON on standard output instead of drawing.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Values of `--theme`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeName {
    /// Dark on white: paper.
    Light,
    /// Light on black.
    Dark,
}
