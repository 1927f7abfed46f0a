//! `fathom models list | show | pull`.

use crate::args::{ModelArgs, ModelsCommand, PrecisionName};
use crate::output::to_stdout;
use crate::progress::Downloads;
use crate::{session, style};
use anyhow::Result;
use fathom::Model;
use fathom::fetch::{Environment, FetchOptions, Listed, Presence};
use indicatif::HumanBytes;
use std::io::Write;
use std::path::Path;

/// Runs the command.
pub(crate) fn run(command: &ModelsCommand) -> Result<()> {
    match command {
        ModelsCommand::List { json, families: true } => families(*json),
        ModelsCommand::List { json, families: false } => list(*json),
        ModelsCommand::Show { name, json, offline, precision } => show(name, *json, *offline, *precision),
        ModelsCommand::Pull { name } => pull(name),
    }
}

fn list(json: bool) -> Result<()> {
    let models = fathom::fetch::list(&Environment::from_env());
    if json {
        let entries: Vec<_> = models.iter().map(entry_json).collect();
        return print(&serde_json::to_string_pretty(&entries)?);
    }
    let mut text = format!(
        "{:<16} {:>7} {:>6} {:>6} {:>10}  {:<12} here",
        "name", "params", "layers", "width", "download", "license"
    );
    for Listed { entry, presence } in &models {
        let here = match presence {
            Presence::Absent => "-",
            Presence::Present { .. } => "yes",
            Presence::Damaged { .. } => "damaged",
        };
        text += &format!(
            "\n{:<16} {:>7} {:>6} {:>6} {:>10}  {:<12} {here}",
            entry.name,
            parameters(entry.parameters),
            entry.layers,
            entry.width,
            HumanBytes(entry.size_bytes).to_string(),
            entry.license,
        );
    }
    text += "\n";
    for Listed { entry, presence } in &models {
        match presence {
            Presence::Absent => {}
            Presence::Present { path, .. } => text += &format!("\n{} is in {}", entry.name, place(path)),
            Presence::Damaged { path, why } => {
                text += &format!("\n{} in {}: {why}; the next use fetches it again", entry.name, place(path));
            }
        }
    }
    text += "\nAny org/name on the Hugging Face hub, a folder or a .gguf file will do too.";
    text += &format!("\n\nNext: fathom models show {}", fathom::DEFAULT_MODEL);
    print(&style::harmless(&text))
}

/// What is supported, generated from the code that runs it.
fn families(json: bool) -> Result<()> {
    if json {
        return print(&serde_json::to_string_pretty(&fathom::family_rows())?);
    }
    print(fathom::families_text().trim_end())
}

/// Prints `text` and a newline.
fn print(text: &str) -> Result<()> {
    to_stdout(|out| Ok(writeln!(out, "{text}")?))
}

/// A path as people write it: with `~` for their home.
fn place(path: &Path) -> String {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
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

fn show(name: &str, json: bool, offline: bool, precision: PrecisionName) -> Result<()> {
    let device = fathom::Compute::Cpu;
    // Who asks for a description wants all of it.
    let verbose = true;
    let args = ModelArgs { model: name.to_string(), offline, threads: None, device, precision, verbose };
    let model = session::load(name, &args)?;
    if json {
        return print(&serde_json::to_string_pretty(&description_json(&model))?);
    }
    let lines: Vec<String> =
        description(&model).into_iter().map(|(what, value)| format!("{what:<12} {value}")).collect();
    let mut text = lines.join("\n");
    for (layers, words) in model.config().layers_in_words() {
        text += &format!("\n\n{layers}\n  {}", words.join("\n  "));
    }
    print(&style::harmless(&text))
}

/// What a person wants to know of a checkpoint, line by line.
fn description(model: &Model) -> Vec<(&'static str, String)> {
    let (info, config) = (model.info(), model.config());
    let attention = &config.layers[0].attention;
    let mut lines = vec![
        ("name", info.name.clone()),
        ("family", info.family.clone()),
        ("layers", info.layers.to_string()),
        ("width", info.width.to_string()),
        (
            "heads",
            format!(
                "{} for queries, {} for keys and values, {} wide",
                attention.query_heads, attention.kv_heads, attention.head_size
            ),
        ),
        ("vocabulary", format!("{} tokens", thousands(info.vocabulary.into()))),
        ("context", format!("{} tokens", thousands(config.context as u64))),
        ("parameters", format!("{} ({})", parameters(info.parameters), thousands(info.parameters))),
        ("weights", info.weights.clone()),
        ("precision", held(model)),
        ("size", HumanBytes(model.size_bytes()).to_string()),
        ("sha256", info.sha256.clone()),
        ("place", place(model.path())),
    ];
    lines.extend(config.ends_in_words());
    lines
}

/// How the matrices are stored in memory: `packed: Q4_1 106M + Q8_0 28M weights in 97.00 MiB, f32 arithmetic`.
fn held(model: &Model) -> String {
    let storage = model.storage();
    let each: Vec<String> =
        storage.iter().map(|report| format!("{} {}", report.storage, parameters(report.weights))).collect();
    let bytes = storage.iter().map(|report| report.bytes).sum();
    let label = model.precision_label();
    format!("{label}: {} weights in {}, f32 arithmetic", each.join(" + "), HumanBytes(bytes))
}

fn description_json(model: &Model) -> serde_json::Value {
    let held = model.storage().iter().map(|report| {
        serde_json::json!({ "as": report.storage.to_string(), "weights": report.weights, "bytes": report.bytes })
    });
    let held: Vec<serde_json::Value> = held.collect();
    let notes = model.notes().iter();
    let notes: Vec<serde_json::Value> =
        notes.map(|note| serde_json::json!({ "text": note.text, "details": note.details })).collect();
    serde_json::json!({
        "model": model.info(),
        "notes": notes,
        "context": model.config().context,
        "final_norm": model.head().norm.name(),
        "layers_in_words": model.config().layers_in_words(),
        "precision": model.precision_label(),
        "held": held,
        "size_bytes": model.size_bytes(),
        "path": model.path().display().to_string(),
    })
}

fn pull(name: &str) -> Result<()> {
    let downloads = Downloads::default();
    // Who asks for it to be here is told what is here, not what was.
    let options = FetchOptions { verify: true, ..FetchOptions::new(&downloads) };
    let files = fathom::fetch::resolve(name, &options).map_err(fathom::Error::from)?;
    print(&style::harmless(&format!("{} is in {}", files.name, place(&files.path))))
}

/// `134,515,008`.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// `135M`, `1.5B`.
fn parameters(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{}k", count / 1000),
        1_000_000..1_000_000_000 => format!("{}M", (count + 500_000) / 1_000_000),
        _ => format!("{:.1}B", count as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(49_152), "49,152");
        assert_eq!(thousands(134_515_008), "134,515,008");
        assert_eq!(parameters(13_320), "13k");
        assert_eq!(parameters(134_515_008), "135M");
        assert_eq!(parameters(1_711_376_384), "1.7B");
    }
}
