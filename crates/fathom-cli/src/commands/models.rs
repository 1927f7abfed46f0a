//! `fathom models list | show | pull`.

use crate::args::{ModelArgs, ModelsCommand};
use crate::progress::Downloads;
use crate::{session, style};
use anyhow::Result;
use fathom::fetch::{Environment, FetchOptions, Listed, Presence};
use fathom::Model;
use indicatif::HumanBytes;
use std::io::{self, Write};

/// Runs the command.
pub(crate) fn run(command: &ModelsCommand) -> Result<()> {
    match command {
        ModelsCommand::List { json } => list(*json),
        ModelsCommand::Show { name, json, offline } => show(name, *json, *offline),
        ModelsCommand::Pull { name } => pull(name),
    }
}

fn list(json: bool) -> Result<()> {
    let models = fathom::fetch::list(&Environment::from_env());
    let mut out = io::stdout().lock();
    if json {
        let entries: Vec<_> = models.iter().map(entry_json).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&entries)?)?;
        return Ok(());
    }
    writeln!(out, "{:<16} {:>7} {:>6} {:>6} {:>10}  {:<12} here", "name", "params", "layers", "width", "download", "license")?;
    for Listed { entry, presence } in &models {
        let here = match presence {
            Presence::Absent => "-",
            Presence::Present { .. } => "yes",
            Presence::Damaged { .. } => "damaged: the next use fetches it again",
        };
        writeln!(
            out,
            "{:<16} {:>7} {:>6} {:>6} {:>10}  {:<12} {here}",
            entry.name,
            parameters(entry.parameters),
            entry.layers,
            entry.width,
            HumanBytes(entry.size_bytes).to_string(),
            entry.license,
        )?;
    }
    writeln!(out, "\nAny org/name on the Hugging Face hub, a folder or a .gguf file will do too.")?;
    writeln!(out, "Next: fathom models show {}", fathom::DEFAULT_MODEL)?;
    Ok(())
}

fn entry_json(listed: &Listed) -> serde_json::Value {
    let entry = listed.entry;
    let (here, path) = match &listed.presence {
        Presence::Absent => (false, None),
        Presence::Present { path, .. } => (true, Some(path.display().to_string())),
        Presence::Damaged { path, .. } => (false, Some(path.display().to_string())),
    };
    serde_json::json!({
        "name": entry.name,
        "aliases": entry.aliases,
        "family": entry.family,
        "layers": entry.layers,
        "width": entry.width,
        "parameters": entry.parameters,
        "license": entry.license,
        "size_bytes": entry.size_bytes,
        "sources": entry.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "about": entry.about,
        "here": here,
        "path": path,
    })
}

fn show(name: &str, json: bool, offline: bool) -> Result<()> {
    let model = session::load(name, &ModelArgs { model: name.to_string(), offline, threads: None })?;
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&description_json(&model))?)?;
        return Ok(());
    }
    for (what, value) in description(&model) {
        writeln!(out, "{what:<12} {value}")?;
    }
    Ok(())
}

/// What a person wants to know of a checkpoint, line by line.
fn description(model: &Model) -> Vec<(&'static str, String)> {
    let (info, config) = (model.info(), model.config());
    let attention = &config.layers[0].attention;
    let norm = model.head().norm.name();
    vec![
        ("name", style::harmless(&info.name)),
        ("family", info.family.clone()),
        ("layers", info.layers.to_string()),
        ("width", info.width.to_string()),
        ("heads", format!("{} queries, {} keys and values, {} wide", attention.query_heads, attention.kv_heads, attention.head_size)),
        ("vocabulary", info.vocabulary.to_string()),
        ("context", format!("{} tokens", config.context)),
        ("final norm", norm.to_string()),
        ("parameters", format!("{} ({})", parameters(info.parameters), info.parameters)),
        ("weights", info.weights.clone()),
        ("arithmetic", "f32".to_string()),
        ("size", HumanBytes(model.size_bytes()).to_string()),
        ("sha256", info.sha256.clone()),
    ]
}

fn description_json(model: &Model) -> serde_json::Value {
    serde_json::json!({
        "model": model.info(),
        "context": model.config().context,
        "final_norm": model.head().norm.name(),
        "precision": "f32",
        "size_bytes": model.size_bytes(),
    })
}

fn pull(name: &str) -> Result<()> {
    let downloads = Downloads::default();
    let files = fathom::fetch::resolve(name, &FetchOptions::new(&downloads)).map_err(fathom::Error::from)?;
    style::note(&format!("{} is here: {}", files.name, files.path.display()));
    Ok(())
}

/// `135M`, `1.5B`.
fn parameters(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{}k", count / 1000),
        1_000_000..1_000_000_000 => format!("{}M", (count + 500_000) / 1_000_000),
        _ => format!("{:.1}B", count as f64 / 1e9),
    }
}
