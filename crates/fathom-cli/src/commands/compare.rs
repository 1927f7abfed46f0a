//! `fathom compare`: two prompts, models, lenses or saved readings side by side.

use crate::args::{CommonArgs, CompareArgs};
use crate::exit::usage;
use crate::output::{Outputs, to_stdout};
use crate::session::{Request, reading};
use crate::{draw, style};
use anyhow::{Context, Result};
use clap::ColorChoice;
use fathom::Reading;
use fathom::render::terminal::compare;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(crate) fn run(args: &CompareArgs, color: ColorChoice) -> Result<()> {
    let common = &args.common;
    if common.prompt.is_given() || common.from.is_some() {
        return Err(usage("compare takes its two sides as arguments: prompts, or names of saved readings"));
    }
    let b = args.b.as_deref().unwrap_or(&args.a);
    let is_saved = |side| saved(side).is_some();
    if is_saved(b) && (args.model_b.is_some() || args.lens_b.is_some()) {
        return Err(usage(format!("{b} is a saved reading: --model-b and --lens-b are for a prompt")));
    }
    let outputs = Outputs::open(common)?.of_two()?;
    let mut other = common.clone();
    if let Some(model) = &args.model_b {
        other.model.model.clone_from(model);
    }
    if let Some(lens) = args.lens_b {
        other.lens.lens = lens;
    }
    let a = side("A", &args.a, common)?;
    let b = side("B", b, &other)?;
    if outputs.replace_drawing() {
        return outputs.write_two(&a, &b);
    }
    let mut style = draw::style(&a, None, common, None, color);
    style.hints = fathom::render::Hints::Off;
    let drawing = compare(&a, &b, &style).map_err(fathom::Error::from)?;
    to_stdout(|out| Ok(out.write_all(drawing.as_bytes())?))
}

/// The file that a side names, if it does: an existing one that ends as saved readings do, or what a shell makes of
/// `<(…)`.
fn saved(side: &str) -> Option<PathBuf> {
    let path = Path::new(side);
    let ends = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json") || end.eq_ignore_ascii_case("pack"));
    let substituted = side.starts_with("/dev/fd/") || side.starts_with("/proc/self/fd/");
    ((ends || substituted) && path.exists()).then(|| path.to_path_buf())
}

fn side(name: &str, given: &str, common: &CommonArgs) -> Result<Reading> {
    let mut common = common.clone();
    common.from = saved(given);
    let prompt = common.from.is_none().then_some(given);
    if prompt.is_some() && (given.ends_with(".json") || given.ends_with(".pack")) {
        style::note(&format!("there is no file {given}: it is taken as a prompt"));
    }
    let request =
        Request { prompt, common: &common, generate: 0, positions: &|_| Ok(None), watch: &[], layers: None };
    reading(&request).with_context(|| format!("side {name}"))
}
