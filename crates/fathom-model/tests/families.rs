//! Every family against transformers, in every form that its files have.

mod common;

use common::{compare, try_load};
use fathom_fixtures::tiny::{self, GgufType, Layout, Storage};
use fathom_fixtures::{Tolerance, fixtures};
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::PathBuf;

/// What a form of a tiny model is called, and how it is written.
type Form = (&'static str, fn(&str, &std::path::Path) -> PathBuf);

fn folder(name: &str, dir: &std::path::Path, layout: &Layout) -> PathBuf {
    tiny::write_safetensors_as(name, dir, layout);
    dir.to_owned()
}

const FORMS: [Form; 7] = [
    ("safetensors", |name, dir| folder(name, dir, &Layout::default())),
    ("shards", |name, dir| folder(name, dir, &Layout { shards: 3, ..Layout::default() })),
    ("hub config", |name, dir| folder(name, dir, &Layout { hub_config: true, ..Layout::default() })),
    ("F16", |name, dir| folder(name, dir, &Layout { storage: Storage::F16, ..Layout::default() })),
    ("BF16", |name, dir| folder(name, dir, &Layout { storage: Storage::Bf16, ..Layout::default() })),
    ("GGUF", |name, dir| tiny::write_gguf_as(name, dir, GgufType::F32)),
    ("GGUF F16", |name, dir| tiny::write_gguf_as(name, dir, GgufType::F16)),
];

/// Forms that the tiny model has: 24-bit weights fit in no half precision, not every family has a GGUF architecture.
fn has_form(name: &str, form: &str) -> bool {
    match form {
        "hub config" => fixtures().join("tiny").join(name).join("config_hub.json").is_file(),
        "GGUF" => tiny::manifest(name).gguf.is_some(),
        "GGUF F16" => tiny::manifest(name).gguf.is_some() && name != "llama-bias",
        "F16" | "BF16" => name != "llama-bias",
        _ => true,
    }
}

#[test]
fn every_family_in_every_form() {
    let (mut failures, mut worst) = (Vec::new(), BTreeMap::new());
    for name in tiny::names() {
        for (form, write) in FORMS.iter().filter(|(form, _)| has_form(&name, form)) {
            let checked = catch_unwind(|| {
                let folder = tempfile::tempdir().unwrap();
                let model = try_load(&write(&name, folder.path())).unwrap_or_else(|error| panic!("{error}"));
                compare(&model, &tiny::reference(&name), Tolerance::TINY, form).worst
            });
            match checked {
                Ok(deviation) => {
                    worst.insert(format!("{name}, {form}"), deviation);
                }
                Err(panic) => {
                    let what = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                    let what: String = what.chars().take(400).collect();
                    failures.push(format!("{name}, {form}: {what}"));
                }
            }
        }
    }
    for (what, deviation) in &worst {
        println!("{what}: {deviation:.1e}");
    }
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        failures.len() + worst.len(),
        failures.join("\n")
    );
}
