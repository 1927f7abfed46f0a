//! `cargo xtask bench`: measures Fathom on this machine.

use anyhow::{Context, Result};
use clap::Parser;
use fathom_bench::report::{self, Report};
use fathom_bench::{
    generation, instructions, load, machine, markers, memory, model, passes, peak, peers, precision, process,
    scale, screened, xl,
};
use fathom_fetch::{DEFAULT_MODEL, FetchOptions, Quiet, resolve};
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
        println!("{}", report::instructions(&instructions::measure()?));
        return Ok(());
    }
    let most = args.threads.iter().copied().max().unwrap_or(1);
    if let Some(folder) = &args.xl_one {
        return xl::one(folder, &args.xl_precision, most);
    }
    if args.xl {
        let tables = xl::tables(most)?;
        println!("{tables}");
        return args.update.as_ref().map_or(Ok(()), |path| markers::update(path, "xl", &tables));
    }
    if args.precisions {
        return precisions(&args);
    }
    let report = measure(&args)?;
    println!("{}", report.markdown());
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
    }
    match &args.update {
        Some(path) => markers::update(path, "bench", &report.markdown()),
        None => Ok(()),
    }
}

/// The table of precisions alone.
fn precisions(args: &Args) -> Result<()> {
    let path = path(args)?;
    let mut report = empty(args, &path, Vec::new());
    for &threads in &args.threads {
        report.precisions.extend(precision::measure(&path, threads, 128, args.rounds)?);
    }
    println!("{}", report.markdown());
    Ok(())
}

fn path(args: &Args) -> Result<PathBuf> {
    match &args.model {
        Some(path) => Ok(path.clone()),
        None => Ok(resolve(DEFAULT_MODEL, &FetchOptions::new(&Quiet))?.path),
    }
}

/// A report of this machine, nothing measured yet.
fn empty(args: &Args, path: &Path, processes: Vec<process::Process>) -> Report {
    Report {
        schema: "fathom.bench/3",
        machine: machine::describe(),
        model: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        rounds: args.rounds,
        processes,
        memory: Vec::new(),
        loads: Vec::new(),
        passes: Vec::new(),
        scales: Vec::new(),
        screened: Vec::new(),
        generation: Vec::new(),
        instructions: Vec::new(),
        precisions: Vec::new(),
        peers: None,
    }
}

fn measure(args: &Args) -> Result<Report> {
    let path = path(args)?;
    // Before anything is measured: setting up takes the whole machine.
    let python = match (args.peers, &args.peers_python) {
        (false, _) => None,
        (true, Some(python)) => Some(python.clone()),
        (true, None) => Some(peers::python()?),
    };
    let mut report = empty(args, &path, commands(args)?);
    for &threads in &args.threads {
        fathom(args, &path, threads, &mut report)?;
    }
    if let Some(python) = python {
        // What was measured of Fathom is not lost by another program's end.
        report.peers = others(args, &python, &path)
            .inspect_err(|error| eprintln!("peers: NOT MEASURED: {error:#}"))
            .ok();
    }
    if instructions::available() {
        eprintln!("instructions, with valgrind");
        report.instructions = instructions::measure()?;
    } else {
        eprintln!("instructions: NOT COUNTED, valgrind is not installed");
    }
    report.passes.sort_by_key(|pass| (pass.tokens, pass.threads));
    let positions = scale::by_positions(&report.passes, &report.scales);
    report.scales.extend(positions);
    Ok(report)
}

/// Whole commands. First of all, while this process holds next to nothing: see `process`.
fn commands(args: &Args) -> Result<Vec<process::Process>> {
    let program = match &args.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name(format!("fathom{}", std::env::consts::EXE_SUFFIX)),
    };
    let lengths = if args.quick { &[16][..] } else { &[16, 512, 1024] };
    let mut all = Vec::new();
    for &threads in &args.threads {
        eprintln!("whole commands, {threads} threads");
        all.extend(process::measure(&program, args.model.as_deref(), threads, lengths, args.rounds)?);
    }
    all.sort_by(|a, b| (a.what.len(), &a.what, a.threads).cmp(&(b.what.len(), &b.what, b.threads)));
    Ok(all)
}

/// Everything inside one process, on one number of threads.
fn fathom(args: &Args, path: &Path, threads: usize, report: &mut Report) -> Result<()> {
    eprintln!("loading, {threads} threads");
    report.loads.push(load::measure(path, threads, args.rounds)?);
    let model = model(path, threads)?;
    if report.memory.is_empty() {
        report.memory = memory::measure(&model, &report.processes);
    }
    let peak = peak::measure(model.pool(), args.rounds).map(|(_, gflops)| gflops);
    report.machine.peak_gflops = report.machine.peak_gflops.or(peak);
    for &tokens in &args.tokens {
        eprintln!("forward and lens, {tokens} tokens, {threads} threads");
        // Long ones are steadier, and slow.
        let rounds = if tokens > 256 { args.rounds.min(3) } else { args.rounds };
        report.passes.push(passes::measure(&model, tokens, rounds, tokens <= 16)?);
    }
    if Some(&threads) == args.threads.iter().max() && !args.quick {
        eprintln!("the lens over more and more layers, {threads} threads");
        report.scales = scale::measure(&model, args.rounds)?;
    }
    if Some(&threads) == args.threads.first() {
        eprintln!("the screened lens, {threads} threads");
        report.screened = screened::measure(&model, args.rounds)?;
    }
    eprintln!("generation, {threads} threads");
    report.generation.push(generation::measure(&model, 32, args.rounds)?);
    drop(model);
    eprintln!("precisions, {threads} threads");
    report.precisions.extend(precision::measure(path, threads, 128, args.rounds)?);
    Ok(())
}

/// The others, in turn with Fathom.
fn others(args: &Args, python: &Path, path: &Path) -> Result<peers::Peers> {
    eprintln!("starting PyTorch and llama.cpp");
    let mut bench = peers::Bench::start(python, path)?;
    if let Err(error) = in_turn(args, &mut bench, path) {
        eprintln!("peers: STOPPED, the tables hold what there was until then: {error:#}");
    }
    Ok(bench.finish())
}

fn in_turn(args: &Args, bench: &mut peers::Bench, path: &Path) -> Result<()> {
    let most = args.threads.iter().copied().max().unwrap_or(1);
    for &threads in &args.threads {
        let model = model(path, threads)?;
        for &tokens in &args.tokens {
            eprintln!("peers, {tokens} tokens, {threads} threads");
            bench.prompt(&model, tokens, most)?;
        }
        bench.generation(&model)?;
    }
    Ok(())
}
