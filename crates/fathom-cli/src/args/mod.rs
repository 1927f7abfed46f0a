//! What can be typed. What it means for a given model is decided later, in `session` and the commands.

mod layers;
mod serve;
mod shared;

pub(crate) use layers::{LayerSelection, LayersError};
pub(crate) use serve::ServeArgs;
pub(crate) use shared::{
    BosChoice, GenerateArgs, LensArgs, LensName, ModelArgs, OutputArgs, PrecisionName, ProjectionName,
    PromptArgs, ReadArgs, ThemeName,
};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ColorChoice, Parser, Subcommand};
use clap_complete::Shell;
use fathom::reading::{Column, known};
use std::path::PathBuf;

/// See how a language model finds the words to say.
#[derive(Debug, Parser)]
#[command(name = "fathom", version, about, max_term_width = 100)]
#[command(before_help = EXAMPLES, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Terminal")]
    pub(crate) color: ColorChoice,
}

const EXAMPLES: &str = "\
Examples:
  fathom rankings \"The keys to the cabinet\" --generate 8
  fathom watch \"The keys to the cabinet\" \" is\" \" are\"
  fathom predictions \" 1, 1, 1,\"
  fathom read \"Heathrow airport is located in the city of\" -o heathrow.json";

const EXIT_CODES: &str = "\
Each command's own help starts with examples: fathom watch --help

Exit codes:
  0  success
  1  failure: files, network, a damaged model
  2  usage: something in the command line can't be meant
  3  a sound model that is not supported";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The top candidates with their probabilities, after every layer or one.
    Predictions(PredictionsArgs),
    /// The rank of each output token after every layer.
    Rankings(RankingsArgs),
    /// Ranks and probabilities of words you choose, at one position, every layer.
    Watch(WatchArgs),
    /// The whole reading: every position and layer, with entropy, KL and surprisal.
    Read(ReadingArgs),
    /// Two prompts, models, lenses or saved readings side by side.
    Compare(Box<CompareArgs>),
    /// At which layer, and by how much, a packed, rounded or quantised model departs from the reference.
    ComparePrecision(Box<ComparePrecisionArgs>),
    /// The local application, in your browser: readings that stream, a history, words asked afterwards.
    Serve(ServeArgs),
    /// Which models are known, what one is, and how to get it.
    #[command(subcommand, before_help = MODELS_EXAMPLES)]
    Models(ModelsCommand),
    /// A completion script for your shell, on standard output.
    #[command(before_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: Shell,
    },
}

const MODELS_EXAMPLES: &str = "\
Examples:
  fathom models list
  fathom models show smollm2-135m
  fathom models pull smollm2-135m";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(fathom completions bash)
  fathom completions zsh > _fathom
  fathom completions fish > fathom.fish";

/// `fathom predictions`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom predictions \" 1, 1, 1,\"
  fathom predictions \" 1, 1, 1,\" --layer 29
  fathom predictions \"The keys to the cabinet\" --position 2 --top-k 5
  fathom predictions \" 1, 1, 1,\" -o ones.svg
  fathom predictions \"Heathrow airport is in\" --json | jq .cells[0].top")]
pub(crate) struct PredictionsArgs {
    /// Which hidden state, 0 .. T-1: that of token P tells what comes after it [default: the last prompt token].
    #[arg(long, value_name = "P")]
    pub(crate) position: Option<u32>,

    /// One layer only: a number, `last`, or `embed`.
    #[arg(long, value_name = "L", allow_hyphen_values = true, conflicts_with = "layers", value_parser = one_layer)]
    pub(crate) layer: Option<LayerSelection>,

    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// `fathom rankings`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom rankings \"The keys to the cabinet\" --generate 8
  fathom rankings \"The keys to the cabinet\" --continuation \" are on the table.\"
  fathom rankings \"Austria, Belgium, Bulgaria,\" --with-prompt --generate 4
  fathom rankings \"Once upon a time\" --temperature 0.9 --seed 7 --layers all
  fathom rankings \"The keys to the cabinet\" -o keys.json -o keys.svg
  fathom rankings --from keys.json -o keys.png --scale 3 --theme dark")]
pub(crate) struct RankingsArgs {
    /// The prompt's tokens too, not the output's alone.
    #[arg(long)]
    pub(crate) with_prompt: bool,

    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// `fathom watch`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom watch \"The keys to the cabinet\" \" is\" \" are\"
  fathom watch \"The key to the cabinets\" \" is\" \" are\" --layers 10-last -o k.png
  printf \"The keys to the cabinet\" | fathom watch --prompt-file - \" is\" \" are\"
A word keeps its space: \" is\" is the token with the space before it.")]
#[command(override_usage = "fathom watch [OPTIONS] PROMPT WORD [WORD]...")]
pub(crate) struct WatchArgs {
    /// The prompt, then the words (with --prompt-file, --prompt-ids or --from: the words alone).
    #[arg(value_name = "PROMPT WORD")]
    pub(crate) words: Vec<String>,

    /// Which hidden state, 0 .. T-1: that of token P tells what comes after it [default: the last prompt token].
    #[arg(long, value_name = "P")]
    pub(crate) position: Option<u32>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// `fathom read`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom read \"The keys to the cabinet\"
  fathom read \"The keys to the cabinet\" --generate 8 --metric entropy
  fathom read \"The keys to the cabinet\" --generate 8 -o keys.html
  printf \"To be, or not to be\" | fathom read - -o hamlet.parquet
  fathom read \"The keys to the cabinet\" --watch \" is\" --watch \" are\" --json")]
pub(crate) struct ReadingArgs {
    /// A word whose rank and probability every cell records (repeat for more).
    #[arg(long, value_name = "WORD")]
    pub(crate) watch: Vec<String>,

    /// What the colour shows.
    #[arg(long, value_name = "METRIC", default_value = "rank", value_parser = metrics())]
    pub(crate) metric: String,

    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// `fathom compare`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom compare \"The keys to the cabinet\" \"The key to the cabinets\" -o k.html
  fathom compare \"The keys to the cabinet\" --lens-b raw
  fathom compare \"The keys to the cabinet\" --model gpt2 --model-b distilgpt2
  fathom compare monday.json tuesday.pack -o week.html")]
pub(crate) struct CompareArgs {
    /// A prompt, or a saved reading (.json or .pack).
    #[arg(value_name = "A")]
    pub(crate) a: String,

    /// The same for the other side [default: A's prompt again, for --model-b or --lens-b].
    #[arg(value_name = "B", required_unless_present_any = ["model_b", "lens_b"])]
    pub(crate) b: Option<String>,

    /// B's model, where it is not A's.
    #[arg(long, value_name = "MODEL", help_heading = "Model")]
    pub(crate) model_b: Option<String>,

    /// B's lens, where it is not A's.
    #[arg(long, value_name = "LENS", help_heading = "Lens")]
    pub(crate) lens_b: Option<LensName>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// `fathom compare-precision`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom compare-precision \"The keys to the cabinet\" --precision-b bf16
  fathom compare-precision \"Once upon a time\" -n 8 --precision-b f16 -o f16.svg
  fathom compare-precision \" 1, 1, 1,\" --precision-b packed --json | jq .same
A is the reference (--model, --precision); B runs A's tokens, generated ones too.
Two checkpoints of one model: --model f16.gguf --model-b q4_k_m.gguf.")]
pub(crate) struct ComparePrecisionArgs {
    /// B's model, where it is not A's: another checkpoint of it.
    #[arg(long, value_name = "MODEL", help_heading = "Model")]
    pub(crate) model_b: Option<String>,

    /// How B's weights are held, where not as A's.
    #[arg(long, value_name = "PRECISION", help_heading = "Model")]
    pub(crate) precision_b: Option<PrecisionName>,

    /// KL from which on the two count as parted, in bits.
    #[arg(long, value_name = "BITS", default_value_t = 0.01, allow_negative_numbers = true)]
    pub(crate) threshold: f32,

    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// `--layer`: one layer, where `--layers` takes many.
fn one_layer(text: &str) -> Result<LayerSelection, LayersError> {
    let selection: LayerSelection = text.parse()?;
    if selection.is_one() { Ok(selection) } else { Err(LayersError::Several(text.to_string())) }
}

/// `--metric`: the names of the table of columns that can colour a cell. Those of other grids than readings are hidden.
fn metrics() -> PossibleValuesParser {
    let colours = known::ALL.iter().copied().filter(|column| column.is_colour());
    let value = |column: &'static Column| {
        let value = PossibleValue::new(column.typed_name()).alias(&*column.name).help(&*column.describes);
        value.hide(!column.required)
    };
    PossibleValuesParser::new(colours.map(value))
}

/// `fathom models …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// The known names, and which are on this machine.
    #[command(before_help = "\
Examples:
  fathom models list
  fathom models list --families
  fathom models list --json | jq '.[].name'")]
    List {
        /// What is supported instead: every family of architectures.
        #[arg(long)]
        families: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// What a checkpoint is: family, layers, width, vocabulary, parameters, precision, size.
    #[command(
        before_help = "Examples:\n  fathom models show\n  fathom models show smollm2-135m --json\n  fathom models show --precision packed"
    )]
    Show {
        /// A known name, org/name[@revision], a folder or a file.
        #[arg(default_value = fathom::DEFAULT_MODEL)]
        name: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// Never touch the network.
        #[arg(long)]
        offline: bool,
        /// What holding the weights so comes to: how many bytes, how many of them quantised.
        #[arg(long, value_name = "PRECISION", default_value = "f32")]
        precision: PrecisionName,
    },
    /// Download a model into the cache.
    #[command(before_help = "Examples:\n  fathom models pull\n  fathom models pull smollm2-135m")]
    Pull {
        /// A known name, or org/name[@revision].
        #[arg(default_value = fathom::DEFAULT_MODEL)]
        name: String,
    },
}

/// What every command that reads a run takes, but for the prompt's own argument.
#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    #[command(flatten)]
    pub(crate) generate: GenerateArgs,
    #[command(flatten)]
    pub(crate) lens: LensArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,

    /// Draw a saved reading (`-o reading.json`) again, or a part of it, without the model.
    #[arg(long, value_name = "FILE", help_heading = "Prompt", conflicts_with_all = [
        "prompt_file", "prompt_ids", "chat", "bos", "parse_special", "generate", "continuation", "continuation_ids",
        "temperature", "top_k_sampling", "top_p", "seed", "model", "lens",
    ])]
    pub(crate) from: Option<PathBuf>,
}
