//! The families: each a config parser and a table of names. Nothing outside this folder knows a family's name.
//!
//! To add one, write a file that exports a [`Family`] and add it to [`FAMILIES`]; see `llama.rs`.

mod bloom;
mod class;
mod cohere;
mod exaone4;
mod experts;
mod falcon;
mod gemma;
mod gemma2;
mod gemma3;
mod gguf;
mod gguf_keys;
mod gpt2;
mod gpt_neo;
mod gpt_neox;
mod gptj;
mod granite;
mod helium;
mod hf;
mod internlm2;
mod list;
mod llama;
mod mistral;
mod mixtral;
mod mpt;
mod olmo;
mod olmo2;
mod olmo3;
mod olmoe;
mod opt;
mod phi;
mod phi3;
mod qwen2;
mod qwen2_moe;
mod qwen3;
mod qwen3_moe;
mod read_keys;
mod refusals;
mod rope;
mod sizes;
mod smollm3;
mod stablelm;
mod starcoder2;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use gguf::Metadata;
pub(crate) use hf::Keys;
pub use list::{FamilyRow, families_markdown, families_readme, families_text, family_rows};
pub use refusals::adapter_alone;

use crate::FamilyError;
use crate::names::Names;
use crate::spec::ModelConfig;
use class::Class;
use fathom_formats::{Checkpoint, Gguf, Note, python_json, read_regular};
use serde_json::Value;
use sizes::Sizes;
use std::path::{Path, PathBuf};

/// One family of models.
#[derive(Debug)]
pub struct Family {
    /// Its name in readings: `llama`.
    pub name: &'static str,
    /// What it covers, for people.
    pub about: &'static str,
    /// Values of `model_type` in config.json.
    pub model_types: &'static [&'static str],
    /// Values of `general.architecture` in GGUF files.
    pub architectures: &'static [&'static str],
    /// Reads a config.json.
    pub(crate) from_hf: fn(&Keys<'_>) -> Result<ModelConfig, FamilyError>,
    /// Reads GGUF metadata.
    pub(crate) from_gguf: fn(&Metadata<'_>) -> Result<ModelConfig, FamilyError>,
    /// Names in safetensors files.
    pub(crate) hf_names: Names,
    /// Names in GGUF files.
    pub(crate) gguf_names: Names,
}

/// Every family that Fathom runs.
pub const FAMILIES: &[&Family] = &[
    &llama::FAMILY,
    &mistral::FAMILY,
    &mixtral::FAMILY,
    &qwen2::FAMILY,
    &qwen2_moe::FAMILY,
    &qwen3::FAMILY,
    &qwen3_moe::FAMILY,
    &gemma::FAMILY,
    &gemma2::FAMILY,
    &gemma3::FAMILY,
    &phi::FAMILY,
    &phi3::FAMILY,
    &gpt2::FAMILY,
    &gpt_neo::FAMILY,
    &gptj::FAMILY,
    &gpt_neox::FAMILY,
    &opt::FAMILY,
    &bloom::FAMILY,
    &falcon::FAMILY,
    &mpt::FAMILY,
    &stablelm::FAMILY,
    &starcoder2::FAMILY,
    &olmo::FAMILY,
    &olmo2::FAMILY,
    &olmo3::FAMILY,
    &olmoe::FAMILY,
    &cohere::FAMILY,
    &granite::FAMILY,
    &smollm3::FAMILY,
    &internlm2::FAMILY,
    &helium::FAMILY,
    &exaone4::FAMILY,
];

/// What a checkpoint's config says: the decoder, and what its tensors are called.
#[derive(Clone, Debug)]
pub struct Architecture {
    /// The decoder.
    pub config: ModelConfig,
    /// The family's names for this format of file.
    pub names: &'static Names,
    /// Settings that have no effect, or another than one might expect.
    pub notes: Vec<Note>,
}

impl Architecture {
    /// Reads GGUF metadata, or the `config.json` beside (or in) `path`.
    ///
    /// # Errors
    /// A config that is missing, malformed, impossible, or of something that Fathom does not run.
    pub fn read(checkpoint: &Checkpoint, path: &Path) -> Result<Architecture, FamilyError> {
        match checkpoint {
            Checkpoint::Gguf(gguf) => from_gguf(gguf),
            Checkpoint::Safetensors(_) | Checkpoint::Torch(_) | Checkpoint::Memory(_) => {
                let mut read = from_hf(&config_json(path)?)?;
                read.notes.extend(refusals::adapter_beside(folder_of(path)));
                Ok(read)
            }
        }
    }
}

/// The folder of a checkpoint that was given as a folder or as one of its files.
pub fn folder_of(path: &Path) -> &Path {
    match path.is_dir() {
        true => path,
        // A bare file name has the empty path for a parent, which means the current folder but can't be opened.
        false => path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    }
}

fn config_json(path: &Path) -> Result<Value, FamilyError> {
    /// Real ones have a few kB; a huge one is no config.
    const MOST_BYTES: u64 = 16 << 20;
    let file: PathBuf = folder_of(path).join("config.json");
    if let Some(refusal) = refusals::adapter_alone(folder_of(path)) {
        return Err(refusal);
    }
    let io = |source| FamilyError::Io { path: file.clone(), source };
    let text = read_regular(&file, MOST_BYTES).map_err(|error| io(error.into()))?;
    parsed(&text)
}

/// The object that config.json holds.
fn parsed(text: &[u8]) -> Result<Value, FamilyError> {
    let wrong = |found: String| FamilyError::config("config.json", "a JSON object", found);
    if text.starts_with(b"\xef\xbb\xbf") {
        let found =
            "a byte-order mark, which transformers does not read either: save the file as UTF-8 without BOM";
        return Err(wrong(found.to_owned()));
    }
    let value: Value = python_json::from_slice(text).map_err(|error| wrong(error.to_string()))?;
    match value {
        Value::Object(_) => Ok(value),
        other => Err(wrong(hf::shown(&other))),
    }
}

fn from_hf(config: &Value) -> Result<Architecture, FamilyError> {
    let wrong = |expected: &str, found: &str| FamilyError::config("model_type", expected, found);
    let object =
        config.as_object().ok_or_else(|| FamilyError::config("config.json", "a JSON object", "another"))?;
    let model_type = match object.get("model_type") {
        Some(Value::String(name)) => name.as_str(),
        Some(other) => return Err(wrong("a string", &hf::shown(other))),
        None => return Err(wrong("the name of an architecture", "nothing")),
    };
    let family = FAMILIES.iter().find(|family| family.model_types.contains(&model_type));
    let family = family.ok_or_else(|| refusals::architecture(model_type, object))?;
    if let Some(refusal) = refusals::quantisation(object) {
        return Err(refusal);
    }
    // A test holds the two tables together.
    let class = Class::of(model_type).ok_or_else(|| refusals::unknown(model_type))?;
    let keys = Keys::new(object, class);
    let config = (family.from_hf)(&keys)?;
    let notes = keys.check_unread(family.name)?;
    config.validate()?;
    Ok(Architecture { config, names: &family.hf_names, notes })
}

fn from_gguf(gguf: &Gguf) -> Result<Architecture, FamilyError> {
    let architecture = gguf.architecture()?;
    let family = FAMILIES.iter().find(|family| family.architectures.contains(&architecture));
    let family = family.ok_or_else(|| refusals::unknown(architecture))?;
    let metadata = Metadata::new(gguf, architecture);
    let config = (family.from_gguf)(&metadata)?;
    let notes = metadata.check_unread(family.name)?;
    config.validate()?;
    Ok(Architecture { config, names: &family.gguf_names, notes })
}

/// For families that llama.cpp does not have: their `architectures` are none, so this is never asked.
fn no_gguf(_: &Metadata<'_>) -> Result<ModelConfig, FamilyError> {
    Err(FamilyError::unsupported("a GGUF file of this family", None))
}
