//! `fathom serve`.

use super::PrecisionName;
use super::shared::whole;
use clap::Args;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `fathom serve`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  fathom serve
  fathom serve --no-open --port 0
  fathom serve --model ./my-model --new-tokens 64
  fathom serve --model ./llama-7b.Q4_K_M.gguf --precision packed
  fathom serve --host 0.0.0.0 --token $(openssl rand -hex 16)")]
pub(crate) struct ServeArgs {
    /// The port to listen at; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8417)]
    pub(crate) port: u16,

    /// The address to listen at; any but this machine's own needs --token.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,

    /// What every request must carry: 16 characters or more. The printed address holds it.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,

    /// Do not open a browser.
    #[arg(long)]
    pub(crate) no_open: bool,

    /// The folder of the history [default: fathom in your data folder].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,

    /// The model to load at start: a known name, org/name[@revision], a folder or a file.
    #[arg(long, value_name = "MODEL", default_value = fathom::DEFAULT_MODEL)]
    pub(crate) model: String,

    /// Threads of a model [default: one a core].
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Where models compute: `cpu`, `cuda`, `cuda:N` or `metal`, of those that are built in.
    #[arg(long, value_name = "DEVICE", default_value_t = fathom::Compute::Cpu)]
    pub(crate) device: fathom::Compute,
    /// How weights are held: as `f32`; rounded to `bf16` or `f16`, half the memory; or `packed`, as quantised as the file,
    /// the same numbers as f32.
    #[arg(long, value_name = "PRECISION", default_value = "f32")]
    pub(crate) precision: PrecisionName,

    /// Never touch the network.
    #[arg(long)]
    pub(crate) offline: bool,

    /// Most tokens of a prompt.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = whole::<usize>, help_heading = "Limits")]
    pub(crate) prompt_tokens: usize,

    /// Most tokens that one reading generates.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = whole::<usize>, help_heading = "Limits")]
    pub(crate) new_tokens: usize,

    /// Readings computed side by side.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = whole::<usize>, help_heading = "Limits")]
    pub(crate) running: usize,

    /// Readings that may wait for their turn.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = whole::<usize>, help_heading = "Limits")]
    pub(crate) waiting: usize,

    /// Seconds of computing that one reading may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = whole::<u64>, help_heading = "Limits")]
    pub(crate) seconds: u64,

    /// MiB of hidden states kept in memory for further questions.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = whole::<usize>, help_heading = "Limits")]
    pub(crate) state_mib: usize,
}
