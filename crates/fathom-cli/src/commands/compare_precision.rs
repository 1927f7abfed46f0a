//! `fathom compare-precision`: where a packed, rounded or quantised model diverges from the reference.

use crate::args::{ComparePrecisionArgs, LensName};
use crate::exit::usage;
use crate::output::{Outputs, to_stdout};
use crate::progress::Steps;
use crate::session::{self, Request};
use crate::{draw, input};
use anyhow::{Context, Result};
use clap::ColorChoice;
use fathom::lens::{Side, divergence};
use fathom::reading::Grid;
use fathom::render::figure::FigureOptions;
use fathom::render::{View, terminal};
use fathom::{Control, LensKind, Model, ReadOptions, SiteSelection};
use std::io::Write;
use std::sync::Arc;

/// Runs the command.
pub(crate) fn run(args: &ComparePrecisionArgs, color: ColorChoice) -> Result<()> {
    let common = &args.read.common;
    if common.from.is_some() {
        return Err(usage("compare-precision runs both sides: a saved reading has no whole distributions"));
    }
    if args.model_b.is_none() && args.precision_b.is_none() {
        return Err(usage(
            "compare-precision needs a B: --precision-b bf16 (or f16, packed, f32), or --model-b with another checkpoint",
        ));
    }
    if !(args.threshold.is_finite() && args.threshold >= 0.0) {
        return Err(usage(format!("--threshold {}: give a number of bits, 0 or more", args.threshold)));
    }
    session::check(&common.generate)?;
    let outputs = Outputs::open(common)?;
    let text = input::prompt(args.read.prompt.as_deref(), &common.prompt)?;
    let lens = match common.lens.lens {
        LensName::Logit => LensKind::Logit,
        LensName::Raw => LensKind::Raw,
    };
    let request = Request {
        prompt: args.read.prompt.as_deref(),
        common,
        generate: 0,
        positions: &|_| Ok(None),
        watch: &[],
        layers: None,
    };
    let control = Control { progress: Some(Arc::new(Steps::default())), ..Control::default() };

    let model = session::load(&common.model.model, &common.model).context("side A")?;
    let rows = session::rows(&model, &request)?;
    let sites = session::sites(&rows);
    let run = { session::run(&model, &text, &request, &sites, &control).context("side A")? }.run;
    let prompt = run.prompt_len();
    let a = Side::new(lens, &model, run);
    // Of A only the head is needed from here on.
    drop(model);

    let mut other = common.model.clone();
    if let Some(name) = &args.model_b {
        other.model.clone_from(name);
    }
    if let Some(precision) = args.precision_b {
        other.precision = precision;
    }
    let model = session::load(&other.model, &other).context("side B")?;
    let b = run_again(&model, &a, prompt, lens, &sites, &control).context("side B")?;
    let options = ReadOptions { rows: Some(rows), control, ..ReadOptions::default() };
    let found = divergence(&a, &b, &model, &options).map_err(fathom::Error::from)?;
    if outputs.replace_drawing() {
        let threshold_bits = args.threshold;
        let figure = |grid: &Grid, options| {
            View::Divergence.figure(grid, &FigureOptions { threshold_bits, ..options })
        };
        return outputs.write(&found, &figure);
    }
    let drawing = terminal::divergence(&found, args.threshold, &draw::plain_style(color));
    to_stdout(|out| Ok(out.write_all(drawing.map_err(fathom::Error::from)?.as_bytes())?))
}

/// A's tokens through B.
fn run_again(
    model: &Model,
    a: &Side,
    prompt: usize,
    lens: LensKind,
    sites: &SiteSelection,
    control: &Control,
) -> Result<Side> {
    let origins = a.run().origins.iter().copied();
    let tokens: Vec<_> = a.tokens().iter().copied().zip(origins).collect();
    let output: Vec<_> = tokens[prompt..].iter().map(|(id, _)| *id).collect();
    let run = model.run_forced(&tokens[..prompt], &output, sites, control).map_err(fathom::Error::from)?;
    Ok(Side::new(lens, model, run))
}
