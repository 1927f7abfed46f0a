//! A model of GPT-2 XL's shape (48 layers, 1600 wide, 50,257 tokens) with random weights: what a real size costs, and that
//! time grows in proportion to layers and positions.

use crate::passes;
use crate::steps::Steps;

use anyhow::{Context, Result, bail, ensure};
use fathom_fixtures::tiny;
use fathom_model::{LoadOptions, Model, Precision};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

const WIDTH: usize = 1600;
const HEADS: usize = 25;
const VOCABULARY: usize = 50_257;
const CONTEXT: usize = 1024;
const LAYERS: usize = 48;

/// Prompt lengths: the second is what the table shows, both together whether time is in proportion.
const TOKENS: [usize; 2] = [64, 128];

/// What one process measured of one checkpoint.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    layers: usize,
    precision: String,
    /// Seconds.
    load: f64,
    /// Bytes of matrices.
    bytes: u64,
    /// The most memory that the process held, the mapped file included.
    peak_bytes: Option<u64>,
    passes: Vec<passes::Pass>,
}

/// The tables, measured with children of this program, each with a peak of its own.
///
/// # Errors
/// A full disk, too little memory.
pub fn tables(threads: usize, steps: &mut Steps) -> Result<String> {
    let mut all = Vec::new();
    for (layers, precisions) in [
        (LAYERS / 2, &[Precision::F32][..]),
        (LAYERS, &[Precision::F32, Precision::Bf16, Precision::Packed][..]),
    ] {
        let folder = tempfile::tempdir()?;
        let writing = || write(folder.path(), layers);
        if steps.step(&format!("writing {layers} layers of random weights"), writing).is_none() {
            continue;
        }
        for precision in precisions {
            let measured = steps.step(&format!("{layers} layers, {precision}"), || {
                let child = Command::new(std::env::current_exe()?)
                    .arg("--xl-one")
                    .arg(folder.path())
                    .args(["--xl-precision", precision.name(), "--threads", &threads.to_string()])
                    .output()?;
                ensure!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
                serde_json::from_slice(&child.stdout).context("what the child printed")
            });
            all.extend(measured);
        }
    }
    markdown(&all, threads)
}

/// Loads the checkpoint in `folder` and measures it; prints JSON for [`tables`].
///
/// # Errors
/// The model's or the lens's.
pub fn one(folder: &Path, precision: &str, threads: usize) -> Result<()> {
    let precision = Precision::from_str(precision).map_err(anyhow::Error::msg)?;
    let options = LoadOptions { threads: Some(threads), precision, ..LoadOptions::default() };
    let (model, took) = crate::clock::time(|| Model::load(folder, options));
    let model = model?;
    let passes = TOKENS.into_iter().map(|tokens| passes::measure(&model, tokens, 1, false));
    let measured = Measured {
        layers: model.layers() as usize,
        precision: model.precision_label(),
        load: took.wall,
        bytes: model.storage().iter().map(|report| report.bytes).sum(),
        passes: passes.collect::<Result<_>>()?,
        peak_bytes: peak_bytes(),
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// The most memory that this process held so far.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn markdown(all: &[Measured], threads: usize) -> Result<String> {
    let mut text = format!(
        "GPT-2 XL's shape with random weights stored as F16, {threads} thread(s), {} prompt tokens; *lens* reads every layer at \
         every position.\n\n| layers | precision | load | matrices | peak memory | forward | of peak | lens | GFLOP/s | of peak |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        TOKENS[1]
    );
    let ratio = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), |x| format!("{x:.2}"));
    for Measured { layers, precision, load, bytes, peak_bytes, passes } in all {
        let Some(pass) = passes.last() else { bail!("nothing was measured") };
        let gigabytes = |bytes: u64| format!("{:.2} GB", bytes as f64 / 1e9);
        text += &format!(
            "| {layers} | {precision} | {load:.1} s | {} | {} | {:.2} s | {} | {:.2} s | {:.0} | {} |\n",
            gigabytes(*bytes),
            peak_bytes.map_or_else(|| "–".to_owned(), gigabytes),
            pass.forward,
            ratio(pass.forward_peak_ratio),
            pass.lens,
            pass.lens_gflops,
            ratio(pass.lens_peak_ratio),
        );
    }
    // The first two, unless one of them could not be measured.
    if let [half, whole, ..] = all
        && half.layers < whole.layers
        && half.precision == whole.precision
    {
        let cpu = |measured: &Measured, i: usize| {
            let pass = &measured.passes[i];
            (pass.forward_cpu, pass.lens_cpu)
        };
        let (few, many, short) = (cpu(half, 1), cpu(whole, 1), cpu(whole, 0));
        text += &format!(
            "\nIn seconds of CPU (f32): {} layers take {:.2} times the forward pass and {:.2} times the lens of {}; {} positions \
             {:.2} and {:.2} times {}'s.\n",
            whole.layers,
            many.0 / few.0,
            many.1 / few.1,
            half.layers,
            TOKENS[1],
            many.0 / short.0,
            many.1 / short.1,
            TOKENS[0],
        );
    }
    Ok(text)
}

/// Writes a checkpoint: config, the tiny GPT-2's tokenizer, random weights.
fn write(folder: &Path, layers: usize) -> Result<()> {
    tiny::write_safetensors("gpt2", folder); // for its tokenizer; the rest is replaced
    let mut config = tiny::config("gpt2");
    for (key, value) in [
        ("n_layer", layers),
        ("n_embd", WIDTH),
        ("n_head", HEADS),
        ("vocab_size", VOCABULARY),
        ("n_positions", CONTEXT),
    ] {
        config[key] = value.into();
    }
    config["n_inner"] = (4 * WIDTH).into();
    std::fs::write(folder.join("config.json"), config.to_string())?;
    let tensors = tensors(layers);
    let mut header = serde_json::Map::new();
    let mut at = 0;
    for (name, shape) in &tensors {
        let bytes = 2 * shape.iter().product::<usize>();
        header.insert(
            name.clone(),
            serde_json::json!({ "dtype": "F16", "shape": shape, "data_offsets": [at, at + bytes] }),
        );
        at += bytes;
    }
    let mut header = serde_json::Value::Object(header).to_string();
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join("model.safetensors"))?);
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    let mut numbers = Numbers::new();
    for (name, shape) in &tensors {
        let scale = name.ends_with("weight") && shape.len() == 1; // of a norm
        let count = shape.iter().product::<usize>();
        numbers.write(count, scale, &mut out)?;
    }
    Ok(out.flush()?)
}

/// GPT-2's tensors and their shapes; matrices are `[in, out]`.
fn tensors(layers: usize) -> Vec<(String, Vec<usize>)> {
    let d = WIDTH;
    let mut all =
        vec![("wte.weight".to_owned(), vec![VOCABULARY, d]), ("wpe.weight".to_owned(), vec![CONTEXT, d])];
    for layer in 0..layers {
        for (name, shape) in [
            ("ln_1.weight", vec![d]),
            ("ln_1.bias", vec![d]),
            ("attn.c_attn.weight", vec![d, 3 * d]),
            ("attn.c_attn.bias", vec![3 * d]),
            ("attn.c_proj.weight", vec![d, d]),
            ("attn.c_proj.bias", vec![d]),
            ("ln_2.weight", vec![d]),
            ("ln_2.bias", vec![d]),
            ("mlp.c_fc.weight", vec![d, 4 * d]),
            ("mlp.c_fc.bias", vec![4 * d]),
            ("mlp.c_proj.weight", vec![4 * d, d]),
            ("mlp.c_proj.bias", vec![d]),
        ] {
            all.push((format!("h.{layer}.{name}"), shape));
        }
    }
    all.extend([("ln_f.weight".to_owned(), vec![d]), ("ln_f.bias".to_owned(), vec![d])]);
    all
}

/// Random halves, the same every time: as GPT-2 begins, of deviation 0.02; for norms' scales around 1.
struct Numbers {
    state: u64,
    table: Vec<[u8; 2]>,
}

impl Numbers {
    fn new() -> Numbers {
        // Uniform numbers of that deviation, by 4096 steps.
        let value = |i: u32| (i as f32 / 2048.0 - 1.0) * 0.02 * 3f32.sqrt();
        let table = (0..4096).map(|i| half::f16::from_f32(value(i)).to_le_bytes()).collect();
        Numbers { state: 0x5eed, table }
    }

    fn write(&mut self, count: usize, around_one: bool, out: &mut impl Write) -> Result<()> {
        if around_one {
            let one = half::f16::ONE.to_le_bytes();
            return Ok(out.write_all(&one.repeat(count))?);
        }
        let mut left = count;
        let mut buffer = Vec::with_capacity(1 << 16);
        while left > 0 {
            buffer.clear();
            for _ in 0..left.min(1 << 15) {
                self.state =
                    self.state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                buffer.extend_from_slice(&self.table[(self.state >> 52) as usize]);
            }
            left -= buffer.len() / 2;
            out.write_all(&buffer)?;
        }
        Ok(())
    }
}
