//! Every family against transformers, in every form that its files have.

mod common;

use common::{by_length, compare, difference, load, run, tokens, try_load};
use fathom_families::{FAMILIES, families_markdown};
use fathom_fixtures::tiny::{self, Files, GgufType, Layout, Storage};
use fathom_fixtures::{Tolerance, fixtures};
use fathom_formats::Checkpoint;
use fathom_kernel::Control;
use fathom_model::{KvCache, Model, SiteSelection, States, Tie};
use fathom_reading::{Layer, Site};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::catch_unwind;
use std::path::PathBuf;

/// What a form of a tiny model is called, and how it is written.
type Form = (&'static str, fn(&str, &std::path::Path) -> PathBuf);

fn folder(name: &str, dir: &std::path::Path, layout: &Layout) -> PathBuf {
    tiny::write_safetensors_as(name, dir, layout);
    dir.to_owned()
}

const FORMS: [Form; 12] = [
    ("safetensors", |name, dir| folder(name, dir, &Layout::default())),
    ("shards", |name, dir| folder(name, dir, &Layout { shards: 3, ..Layout::default() })),
    ("hub config", |name, dir| folder(name, dir, &Layout { hub_config: true, ..Layout::default() })),
    ("F16", |name, dir| folder(name, dir, &Layout { storage: Storage::F16, ..Layout::default() })),
    ("BF16", |name, dir| folder(name, dir, &Layout { storage: Storage::Bf16, ..Layout::default() })),
    ("PyTorch", |name, dir| {
        folder(name, dir, &Layout { files: Files::Torch, shards: 2, ..Layout::default() })
    }),
    ("old PyTorch", |name, dir| {
        folder(name, dir, &Layout { files: Files::TorchLegacy, ..Layout::default() })
    }),
    // `torch.save(model.state_dict(), "pytorch_model.bin")` under transformers 5.
    ("state dict", |name, dir| {
        folder(name, dir, &Layout { files: Files::Torch, state_dict: true, ..Layout::default() })
    }),
    ("state dict in safetensors", |name, dir| {
        folder(name, dir, &Layout { state_dict: true, ..Layout::default() })
    }),
    ("without prefix", |name, dir| {
        let strip_prefix = Some(tiny::manifest(name).state_dict.base);
        folder(name, dir, &Layout { strip_prefix, ..Layout::default() })
    }),
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
    let (mut failures, mut worst) = (Vec::new(), BTreeMap::<String, f64>::new());
    let (mut checked, mut families) = (0, BTreeSet::new());
    for name in tiny::names() {
        for (form, write) in FORMS.iter().filter(|(form, _)| has_form(&name, form)) {
            checked += 1;
            let deviation = catch_unwind(|| {
                let folder = tempfile::tempdir().unwrap();
                let model = try_load(&write(&name, folder.path())).unwrap_or_else(|error| panic!("{error}"));
                let report = compare(&model, &tiny::reference(&name), Tolerance::TINY, form);
                (model.config().family, report.worst)
            });
            match deviation {
                Ok((family, deviation)) => {
                    families.insert(family);
                    let worst = worst.entry(name.clone()).or_default();
                    *worst = worst.max(deviation);
                }
                Err(panic) => {
                    let what = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                    failures.push(format!("{name}, {form}: {what}").chars().take(400).collect::<String>());
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {checked}:\n{}", failures.len(), failures.join("\n"));
    // InternLM 2 has no class in transformers; `internlm2_is_a_llama_in_other_names` is its reference.
    let missing: Vec<&str> =
        FAMILIES.iter().map(|family| family.name).filter(|name| !families.contains(name)).collect();
    assert_eq!(missing, ["internlm2"], "families without a reference");
    table_is_current(&worst);
}

/// docs/families.md: the table of families is checked; the deviations are what one machine found, and only written.
fn table_is_current(worst: &BTreeMap<String, f64>) {
    let path = fixtures().join("../docs/families.md");
    let mut text = format!(
        "# Families\n\nGenerated from the code: `FATHOM_GENERATE=1 cargo test -p fathom-model --test families`.\n\n{}",
        families_markdown()
    );
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        text += "\n## Largest deviation from transformers\n\nOf any site's row, relative to its norm, in f32, over every form \
                 that the model has (safetensors in f32, f16, bf16; PyTorch; GGUF in F32, F16). The tests allow 1e-5.\n\n\
                 | tiny model | deviation |\n|---|---|\n";
        for (name, deviation) in worst {
            let _ = writeln!(text, "| {name} | {deviation:.0e} |");
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found.starts_with(&text), "docs/families.md is not what the code says; see its second line");
}

/// The same numbers out of another kind of file are the same model, to the bit.
#[test]
fn pytorch_files_read_as_safetensors_do() {
    for (name, storage) in [("gpt2", Storage::F32), ("llama-bias", Storage::F32), ("mixtral", Storage::Bf16)]
    {
        let states = [Files::Safetensors, Files::Torch, Files::TorchLegacy].map(|files| {
            let folder = tempfile::tempdir().unwrap();
            let mask_buffers = name == "gpt2";
            tiny::write_safetensors_as(
                name,
                folder.path(),
                &Layout { files, storage, mask_buffers, ..Layout::default() },
            );
            let model = load(folder.path());
            let run = run(&model, &tiny::reference(name).ids);
            let last = run.states.rows(run.states.last()).to_vec();
            let logits = model.logits(run.states.row(run.states.last(), 3).unwrap()).unwrap();
            let own_head = name != "gpt2";
            assert_eq!(model.config().head.tie == Tie::Separate, own_head, "{name}: which head is said");
            (model.info().parameters, model.info().weights.clone(), last, logits)
        });
        assert!(states[0] == states[1], "{name}");
        assert!(states[0] == states[2], "{name}, older form");
    }
}

fn model(name: &str) -> Model {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors(name, folder.path());
    load(folder.path())
}

#[test]
fn every_family_in_pieces_and_in_batches() {
    let ids: Vec<u32> = (10..30).collect();
    for name in tiny::names() {
        let model = model(&name);
        let whole = run(&model, &ids);
        let last = Site::after(Layer(model.layers() - 1));
        if !by_length(&model) {
            let (mut cache, mut states) =
                (KvCache::default(), States::new(SiteSelection::all(), model.config().layers.len(), 0));
            for piece in [&ids[..7], &ids[7..8], &ids[8..]] {
                model.forward(&[tokens(piece)], Some(&mut cache), &mut states, &Control::default()).unwrap();
            }
            let gap = difference(states.rows(last), whole.states.rows(last));
            assert!(gap < 3e-6, "{name} in pieces differs by {gap:e}");
        }
        let prompts = [&ids[..3], &ids[..]]
            .map(|ids| model.tokens_of(&fathom_model::Prompt::ids(tokens(ids))).unwrap());
        let batch = model.run_batch(&prompts, &SiteSelection::all(), &Control::default()).unwrap();
        for (alone, together) in [run(&model, &ids[..3]), whole].iter().zip(&batch) {
            let gap = difference(alone.states.rows(last), together.states.rows(last));
            assert!(gap < 3e-6, "{name} in a batch differs by {gap:e}");
        }
    }
}

/// InternLM 2's arithmetic is Llama's; its files fuse queries, keys and values by key/value head and have other names.
#[test]
fn internlm2_is_a_llama_in_other_names() {
    let (folder, name) = (tempfile::tempdir().unwrap(), "llama");
    tiny::write_safetensors(name, folder.path());
    let (kv, shared, rows, row) = (2, 3, 8, 24 * 4);
    let tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)> = {
        let checkpoint = Checkpoint::open(folder.path()).unwrap();
        checkpoint.tensors().map(|t| (t.name.to_owned(), (t.shape.to_vec(), t.data.to_vec()))).collect()
    };
    let mut renamed = BTreeMap::new();
    for (name, tensor) in &tensors {
        let names = [
            ("embed_tokens", "tok_embeddings"),
            ("input_layernorm", "attention_norm"),
            ("post_attention_layernorm", "ffn_norm"),
            ("self_attn.o_proj", "attention.wo"),
            ("mlp.gate_proj", "feed_forward.w1"),
            ("mlp.up_proj", "feed_forward.w3"),
            ("mlp.down_proj", "feed_forward.w2"),
            ("lm_head", "output"),
        ];
        let new = names.iter().fold(name.clone(), |name, (old, new)| name.replace(old, new));
        if let Some(layer) = name.strip_suffix("self_attn.q_proj.weight") {
            let part = |which: &str| tensors[&format!("{layer}self_attn.{which}_proj.weight")].1.clone();
            let (q, k, v) = (part("q"), part("k"), part("v"));
            let heads = |data: &[u8], from: usize, count: usize| {
                data[from * rows * row..(from + count) * rows * row].to_vec()
            };
            let fused: Vec<u8> = (0..kv)
                .flat_map(|head| {
                    [heads(&q, head * shared, shared), heads(&k, head, 1), heads(&v, head, 1)].concat()
                })
                .collect();
            renamed
                .insert(format!("{layer}attention.wqkv.weight"), (vec![kv * (shared + 2) * rows, 24], fused));
        } else if !name.contains("k_proj") && !name.contains("v_proj") {
            renamed.insert(new, tensor.clone());
        }
    }
    let views = renamed.iter().map(|(name, (shape, data))| {
        let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), data);
        (name.clone(), view.unwrap())
    });
    let bytes = safetensors::serialize(views, None).unwrap();
    std::fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
    let mut config = tiny::config(name);
    config["model_type"] = json!("internlm2");
    config["bias"] = json!(false);
    let config = config.as_object_mut().unwrap();
    config.retain(|key, _| key != "attention_bias" && key != "mlp_bias");
    std::fs::write(folder.path().join("config.json"), json!(config).to_string()).unwrap();
    let model = load(folder.path());
    assert_eq!(model.config().family, "internlm2");
    compare(&model, &tiny::reference(name), Tolerance::TINY, "internlm2");
}
