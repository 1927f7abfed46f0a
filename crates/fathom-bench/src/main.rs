//! `cargo xtask bench`: measures Fathom on this machine.

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use fathom_bench::report::{self, Report};
use fathom_bench::steps::Steps;
use fathom_bench::{
    generation, instructions, load, machine, markers, memory, model, passes, peak, peers, precision, process,
    scale, screened, xl,
};
use fathom_fetch::{DEFAULT_MODEL, FetchOptions, Quiet, resolve};
use fathom_model::Model;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Measures Fathom on this machine: whole commands, loading, the forward pass, the lens, generation.
#[derive(Parser)]
struct Args {
    /// A short run: two rounds, prompts of 16 and 128 tokens, two threads.
    #[arg(long)]
    quick: bool,
    /// Rounds that medians are taken over.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Numbers of threads to measure with.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<usize>,
    /// Prompt lengths to measure with.
    #[arg(long, value_delimiter = ',', default_value = "16,128,512,1024")]
    tokens: Vec<usize>,
    /// The model's file; by default the default model, fetched where it is not there.
    #[arg(long)]
    model: Option<PathBuf>,
    /// The `fathom` program; by default the one beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Measures PyTorch and llama.cpp too, in turn with Fathom: about five minutes more, and the first time a virtual
    /// environment of 6 GB in Fathom's cache folder.
    #[arg(long)]
    peers: bool,
    /// A Python that has what peers/requirements.txt lists, instead of that environment.
    #[arg(long, value_name = "PYTHON")]
    peers_python: Option<PathBuf>,
    /// Only counts the instructions of one small, fixed projection, with valgrind.
    #[arg(long)]
    instructions: bool,
    /// Measures the precisions alone.
    #[arg(long)]
    precisions: bool,
    /// Measures a model of GPT-2 XL's shape alone: random weights, 3 GB in the temporary folder while it runs, 7 GB of memory.
    #[arg(long)]
    xl: bool,
    /// One of its checkpoints, in a process of its own.
    #[arg(long, hide = true)]
    xl_one: Option<PathBuf>,
    /// How that one is held.
    #[arg(long, hide = true, default_value = "f32")]
    xl_precision: String,
    /// Writes the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Puts the tables between the markers of this document: docs/performance.md.
    #[arg(long, value_name = "FILE")]
    update: Option<PathBuf>,
}

fn main() -> Result<()> {
    fathom_model::keep_freed_memory(); // as the program does that users run
    let mut args = Args::parse();
    if args.quick {
        (args.rounds, args.threads, args.tokens) = (2, vec![2], vec![16, 128]);
    }
    args.rounds = args.rounds.max(1);
    if args.instructions {
        return show(&report::instructions(&instructions::measure()?));
    }
    let most = args.threads.iter().copied().max().unwrap_or(1);
    if let Some(folder) = &args.xl_one {
        return xl::one(folder, &args.xl_precision, most);
    }
    let mut steps = Steps::default();
    if args.xl {
        let tables = xl::tables(most, &mut steps)?;
        show(&tables)?;
        steps.end()?;
        return args.update.as_ref().map_or(Ok(()), |path| markers::update(path, "xl", &tables));
    }
    if args.precisions {
        let report = precisions(&args, &mut steps)?;
        show(&report.markdown())?;
        return steps.end();
    }
    let mut report = measure(&args, &mut steps)?;
    report.failed = steps.failed().to_vec();
    let printed = show(&report.markdown());
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
    }
    printed?;
    // A document is brought up to date as a whole, or not.
    steps.end()?;
    match &args.update {
        Some(path) => markers::update(path, "bench", &report.markdown()),
        None => Ok(()),
    }
}

/// Prints a report. (`println!` would panic where it can't.)
fn show(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("can't write to standard output")
}

/// The table of precisions alone.
fn precisions(args: &Args, steps: &mut Steps) -> Result<Report> {
    let path = path(args)?;
    let mut report = empty(args, &path);
    for &threads in &args.threads {
        held(args, &path, threads, &mut report, steps);
    }
    Ok(report)
}

fn held(args: &Args, path: &Path, threads: usize, report: &mut Report, steps: &mut Steps) {
    let measured = steps.step(&format!("precisions, {threads} threads"), || {
        precision::measure(path, threads, 128, args.rounds)
    });
    report.precisions.extend(measured.into_iter().flatten());
}

fn path(args: &Args) -> Result<PathBuf> {
    match &args.model {
        Some(path) => Ok(path.clone()),
        None => Ok(resolve(DEFAULT_MODEL, &FetchOptions::new(&Quiet))?.path),
    }
}

/// A report of this machine, nothing measured yet.
fn empty(args: &Args, path: &Path) -> Report {
    Report {
        schema: "fathom.bench/3",
        machine: machine::describe(),
        model: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        rounds: args.rounds,
        processes: Vec::new(),
        memory: Vec::new(),
        loads: Vec::new(),
        passes: Vec::new(),
        scales: Vec::new(),
        screened: Vec::new(),
        generation: Vec::new(),
        instructions: Vec::new(),
        precisions: Vec::new(),
        peers: None,
        failed: Vec::new(),
    }
}

/// Measures everything; what can't be measured is noted in `steps`.
///
/// # Errors
/// When there is no model to measure.
fn measure(args: &Args, steps: &mut Steps) -> Result<Report> {
    let path = path(args)?;
    // Before anything is measured: setting up takes the whole machine.
    let python = match (args.peers, &args.peers_python) {
        (false, _) => None,
        (true, Some(python)) => Some(python.clone()),
        (true, None) => steps.step("an environment for PyTorch and llama.cpp", peers::python),
    };
    let mut report = empty(args, &path);
    commands(args, &mut report, steps);
    for &threads in &args.threads {
        fathom(args, &path, threads, &mut report, steps);
    }
    if let Some(python) = python {
        report.peers = others(args, &python, &path, steps);
    }
    if instructions::available() {
        let counted = steps.step("instructions, with valgrind", instructions::measure);
        report.instructions = counted.unwrap_or_default();
    } else {
        eprintln!("instructions: NOT COUNTED, valgrind is not installed");
    }
    report.passes.sort_by_key(|pass| (pass.tokens, pass.threads));
    let positions = scale::by_positions(&report.passes, &report.scales);
    report.scales.extend(positions);
    Ok(report)
}

/// Whole commands. First of all, while this process holds next to nothing: see `process`.
fn commands(args: &Args, report: &mut Report, steps: &mut Steps) {
    let beside = || {
        let name = format!("fathom{}", std::env::consts::EXE_SUFFIX);
        Ok(std::env::current_exe()?.with_file_name(name))
    };
    let program = args.program.clone().map_or_else(beside, Ok);
    let lengths = if args.quick { &[16][..] } else { &[16, 512, 1024] };
    for &threads in &args.threads {
        let measured = steps.step(&format!("whole commands, {threads} threads"), || {
            let program =
                program.as_ref().map_err(|error: &std::io::Error| anyhow!("no program: {error}"))?;
            process::measure(program, args.model.as_deref(), threads, lengths, args.rounds)
        });
        report.processes.extend(measured.into_iter().flatten());
    }
    report
        .processes
        .sort_by(|a, b| (a.what.len(), &a.what, a.threads).cmp(&(b.what.len(), &b.what, b.threads)));
}

/// Everything inside one process, on one number of threads.
fn fathom(args: &Args, path: &Path, threads: usize, report: &mut Report, steps: &mut Steps) {
    let of = |what: &str| format!("{what}, {threads} threads");
    report.loads.extend(steps.step(&of("loading"), || load::measure(path, threads, args.rounds)));
    if let Some(model) = steps.step(&of("the model"), || model(path, threads)) {
        with_model(args, &model, threads, report, steps);
    }
    held(args, path, threads, report, steps);
}

fn with_model(args: &Args, model: &Model, threads: usize, report: &mut Report, steps: &mut Steps) {
    let of = |what: &str| format!("{what}, {threads} threads");
    if report.memory.is_empty() {
        report.memory = memory::measure(model, &report.processes);
    }
    let peak = peak::measure(model.pool(), args.rounds).map(|(_, gflops)| gflops);
    report.machine.peak_gflops = report.machine.peak_gflops.or(peak);
    for &tokens in &args.tokens {
        // Long ones are steadier, and slow.
        let rounds = if tokens > 256 { args.rounds.min(3) } else { args.rounds };
        let pass = steps.step(&of(&format!("forward and lens, {tokens} tokens")), || {
            passes::measure(model, tokens, rounds, tokens <= 16)
        });
        report.passes.extend(pass);
    }
    if Some(&threads) == args.threads.iter().max() && !args.quick {
        let scales =
            steps.step(&of("the lens over more and more layers"), || scale::measure(model, args.rounds));
        report.scales = scales.unwrap_or_default();
    }
    if Some(&threads) == args.threads.first() {
        let cases = steps.step(&of("the screened lens"), || screened::measure(model, args.rounds));
        report.screened = cases.unwrap_or_default();
    }
    report.generation.extend(steps.step(&of("generation"), || generation::measure(model, 32, args.rounds)));
}

/// The others, in turn with Fathom.
fn others(args: &Args, python: &Path, path: &Path, steps: &mut Steps) -> Option<peers::Peers> {
    let mut bench = steps.step("starting PyTorch and llama.cpp", || peers::Bench::start(python, path))?;
    let most = args.threads.iter().copied().max().unwrap_or(1);
    for &threads in &args.threads {
        let Some(model) = steps.step(&format!("the model, {threads} threads"), || model(path, threads))
        else {
            continue;
        };
        for &tokens in &args.tokens {
            let what = format!("peers, {tokens} tokens, {threads} threads");
            steps.step(&what, || bench.prompt(&model, tokens, most));
        }
        steps.step(&format!("peers, generation, {threads} threads"), || bench.generation(&model));
    }
    Some(bench.finish())
}
