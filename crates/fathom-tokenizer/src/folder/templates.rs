//! Chat templates of a folder: in `tokenizer_config.json`, or in files of their own, which go before it.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::contents;
use super::files::{CONFIG, Ordered};
use super::rules::json;
use crate::TokenizerError;
use crate::chat::Templates;

/// The most templates in files of their own that are read; known models have three.
const MOST_TEMPLATES: usize = 64;

/// `chat_template.json`: what models of images and text had for a while.
#[derive(Default, Deserialize)]
struct TemplateFile {
    chat_template: Option<Value>,
}

pub(super) fn read(
    folder: &Path,
    config: &Ordered,
    named: Vec<(String, String)>,
) -> Result<Templates, TokenizerError> {
    let mut templates = Templates::default();
    for (name, text) in named {
        templates.name_token(&name, &text);
    }
    add(&mut templates, CONFIG, config.get("chat_template"));
    let file: TemplateFile = json(folder, "chat_template.json")?;
    add(&mut templates, "chat_template.json", file.chat_template.as_ref());
    if let Some(source) = text(&folder.join("chat_template.jinja"), &mut templates)? {
        templates.add("default", &source);
    }
    let Ok(others) = std::fs::read_dir(folder.join("additional_chat_templates")) else {
        return Ok(templates);
    };
    let others = others.flatten().map(|entry| entry.path());
    let mut others: Vec<_> =
        others.filter(|path| path.extension().is_some_and(|ending| ending == "jinja")).collect();
    others.sort();
    for path in others.iter().take(MOST_TEMPLATES) {
        let name = path.file_stem().and_then(|name| name.to_str());
        if let (Some(name), Some(source)) = (name, text(path, &mut templates)?) {
            templates.add(name, &source);
        }
    }
    Ok(templates)
}

/// A template, or a list of named ones.
fn add(templates: &mut Templates, file: &str, found: Option<&Value>) {
    let strange = || format!("chat_template in {file} is neither a text nor a list of named texts");
    match found {
        None | Some(Value::Null) => {}
        Some(Value::String(source)) => templates.add("default", source),
        Some(Value::Array(list)) => {
            for entry in list {
                match (entry["name"].as_str(), entry["template"].as_str()) {
                    (Some(name), Some(source)) => templates.add(name, source),
                    _ => templates.blame(strange()),
                }
            }
        }
        Some(_) => templates.blame(strange()),
    }
}

fn text(file: &Path, templates: &mut Templates) -> Result<Option<String>, TokenizerError> {
    let Some(bytes) = contents(file)? else { return Ok(None) };
    let text = String::from_utf8(bytes).ok();
    if text.is_none() {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        templates.blame(format!("{name} is not UTF-8"));
    }
    Ok(text)
}
