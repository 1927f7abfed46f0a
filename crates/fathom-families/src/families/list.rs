//! The table of families, as people read it: generated from [`FAMILIES`], so that no list has to be kept by hand.

use super::FAMILIES;
use std::fmt::Write;

/// One family, for people and for JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FamilyRow {
    /// Its name in readings.
    pub name: &'static str,
    /// The models that it covers.
    pub about: &'static str,
    /// `model_type` of its Hugging Face checkpoints.
    pub model_types: &'static [&'static str],
    /// Architectures of its GGUF files; none where llama.cpp does not have the family or files it under another.
    pub architectures: &'static [&'static str],
}

impl FamilyRow {
    pub(super) fn of(family: &super::Family) -> FamilyRow {
        FamilyRow {
            name: family.name,
            about: family.about,
            model_types: family.model_types,
            architectures: family.architectures,
        }
    }

    /// Whether its GGUF files are read, under its own architecture or another family's.
    pub(super) fn has_gguf(&self) -> bool {
        !self.architectures.is_empty() || self.about.contains("as GGUF")
    }
}

/// Every family that Fathom runs, in the order of [`FAMILIES`].
pub fn family_rows() -> Vec<FamilyRow> {
    FAMILIES.iter().map(|family| FamilyRow::of(family)).collect()
}

/// The table for a terminal: one family a line.
///
/// ```
/// let table = fathom_families::families_text();
/// assert!(table.lines().any(|line| line.starts_with("gpt2 ") && line.contains("DistilGPT-2")));
/// ```
pub fn families_text() -> String {
    let rows = family_rows();
    let cells = |row: &FamilyRow| [row.name.to_owned(), row.model_types.join(", "), gguf(row)];
    let mut widths = ["family".len(), "model_type".len(), "GGUF".len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(cells(row)) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let [a, b, c] = widths;
    let mut text = format!("{:<a$}  {:<b$}  {:<c$}  models\n", "family", "model_type", "GGUF");
    for row in &rows {
        let [name, types, gguf] = cells(row);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<a$}  {types:<b$}  {gguf:<c$}  {}", row.about);
    }
    text
}

/// The table for the documentation, in Markdown.
pub fn families_markdown() -> String {
    let mut text =
        "| family | models | `model_type` (safetensors) | GGUF architecture |\n|---|---|---|---|\n"
            .to_owned();
    for row in &family_rows() {
        let types = row.model_types.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let gguf = row.architectures.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let gguf = if gguf.is_empty() { "–" } else { &gguf };
        let _ = writeln!(text, "| {} | {} | {types} | {gguf} |", row.name, row.about);
    }
    text
}

/// The short table for the README, in Markdown: what people look for is their model's name.
pub fn families_readme() -> String {
    let rows = family_rows();
    let mut text = format!(
        "<details><summary>All {} families</summary>\n\n| family | models | GGUF too |\n|---|---|---|\n",
        rows.len()
    );
    for row in &rows {
        let gguf = if row.has_gguf() { "yes" } else { "" };
        let _ = writeln!(text, "| `{}` | {} | {gguf} |", row.model_types.join("`, `"), row.about);
    }
    text + "\n</details>\n"
}

fn gguf(row: &FamilyRow) -> String {
    if row.architectures.is_empty() { "-".to_owned() } else { row.architectures.join(", ") }
}
