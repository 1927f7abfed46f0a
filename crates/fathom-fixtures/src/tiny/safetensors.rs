//! Tiny models as Hugging Face folders.

use super::{Manifest, folder, manifest};
use crate::fixtures;
use crate::write::TorchWriter;
use half::{bf16, f16};
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How numbers are stored. The tiny models' weights have at most 8 bits (but `llama-bias`), so all three hold the same model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// 4 bytes.
    #[default]
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of an f32.
    Bf16,
}

/// Which kind of files the weights are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// safetensors.
    #[default]
    Safetensors,
    /// PyTorch's `.bin`, as torch writes it today. Every other matrix is a transposed view of its numbers.
    Torch,
    /// PyTorch's `.bin` from before version 1.6.
    TorchLegacy,
}

/// What the folder looks like. The default is one `model.safetensors` as transformers writes it.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Which kind of files.
    pub files: Files,
    /// How numbers are stored.
    pub storage: Storage,
    /// 0: one `model.safetensors`; else as many shards and an index.
    pub shards: usize,
    /// Taken off the names that begin with it: the hub's `gpt2` has no `transformer.`.
    pub strip_prefix: Option<String>,
    /// The tensors of `model.state_dict()` under transformers 5, which names heads and fuses experts otherwise.
    pub state_dict: bool,
    /// Adds the buffers `attn.bias` and `attn.masked_bias` that GPT-2 checkpoints carry: masks, not weights.
    pub mask_buffers: bool,
    /// config.json in the form most hub files have (`rope_theta`, `rope_scaling`), not transformers 5's `rope_parameters`.
    pub hub_config: bool,
}

/// Writes `name` into `dir` as transformers would: config.json, tokenizer files, f32 `model.safetensors`.
///
/// # Panics
/// When there is no such tiny model, or `dir` can't be written.
pub fn write_safetensors(name: &str, dir: &Path) {
    write_safetensors_as(name, dir, &Layout::default());
}

/// Writes `name` into `dir` with another layout.
///
/// # Panics
/// As [`write_safetensors`].
pub fn write_safetensors_as(name: &str, dir: &Path, layout: &Layout) {
    copy_side_files(name, dir, layout);
    let manifest = manifest(name);
    write_tensors(dir, &tensors(&manifest, layout), layout);
}

/// Writes the weight files of a folder.
pub(super) fn write_tensors(dir: &Path, tensors: &[Tensor], layout: &Layout) {
    let (stem, ending) = match layout.files {
        Files::Safetensors => ("model", "safetensors"),
        Files::Torch | Files::TorchLegacy => ("pytorch_model", "bin"),
    };
    if layout.shards == 0 {
        return save(&dir.join(format!("{stem}.{ending}")), tensors.iter().collect(), layout);
    }
    let mut map = BTreeMap::new();
    let mut shards = vec![Vec::new(); layout.shards];
    for (i, tensor) in tensors.iter().enumerate() {
        shards[i % layout.shards].push(tensor);
    }
    for (i, shard) in shards.into_iter().enumerate() {
        let file = format!("{stem}-{:05}-of-{:05}.{ending}", i + 1, layout.shards);
        map.extend(shard.iter().map(|tensor| (tensor.name.clone(), file.clone())));
        save(&dir.join(file), shard, layout);
    }
    let total: usize = tensors.iter().map(|tensor| tensor.bytes.len()).sum();
    let index = serde_json::json!({"metadata": {"total_size": total}, "weight_map": map});
    fs::write(dir.join(format!("{stem}.{ending}.index.json")), index.to_string())
        .expect("the index can be written");
}

fn copy_side_files(name: &str, dir: &Path, layout: &Layout) {
    let copy = |from: &Path, to: &str| {
        fs::copy(from, dir.join(to))
            .unwrap_or_else(|error| panic!("cannot copy {} to {}: {error}", from.display(), dir.display()));
    };
    let config = if layout.hub_config { "config_hub.json" } else { "config.json" };
    copy(&folder(name).join(config), "config.json");
    let tokenizer = fixtures().join("tiny/tokenizer");
    for file in ["tokenizer.json", "tokenizer_config.json"] {
        copy(&tokenizer.join(file), file);
    }
}

pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) dtype: Dtype,
    pub(super) bytes: Vec<u8>,
    /// Another name of the same numbers: a tied head's. (safetensors keep a shared tensor once.)
    pub(super) alias: Option<String>,
}

fn tensors(manifest: &Manifest, layout: &Layout) -> Vec<Tensor> {
    let prefix = layout.strip_prefix.as_deref().unwrap_or("");
    let named = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let tensor = |name: &str, shape: &[usize], values: &[f32], alias: Option<&str>| {
        let (dtype, bytes) = stored(values, layout.storage);
        Tensor { name: named(name), shape: shape.to_vec(), dtype, bytes, alias: alias.map(str::to_owned) }
    };
    let state = &manifest.state_dict;
    let stays = |name: &String| !layout.state_dict || !state.left_out.contains(name);
    let mut out = Vec::new();
    for entry in manifest.tensors.iter().filter(|entry| stays(&entry.name)) {
        let tied = state
            .instead
            .iter()
            .find(|other| other.from == [entry.name.as_str()] && !state.left_out.contains(&entry.name));
        let alias = tied.map(|other| other.name.as_str());
        out.push(tensor(&entry.name, &entry.shape, &manifest.values(&entry.name), alias));
        if let Some(block) = entry.name.strip_suffix("attn.c_attn.weight").filter(|_| layout.mask_buffers) {
            // [1, 1, 8, 8], lower triangle: what `register_buffer` left in old checkpoints, and the value masked scores took.
            let mask = (0..64).flat_map(|i| f32::from(u8::from(i % 8 <= i / 8)).to_le_bytes()).collect();
            let buffer = |kind: &str, shape: &[usize], bytes| Tensor {
                name: named(&format!("{block}attn.{kind}")),
                shape: shape.to_vec(),
                dtype: Dtype::F32,
                bytes,
                alias: None,
            };
            out.push(buffer("bias", &[1, 1, 8, 8], mask));
            out.push(buffer("masked_bias", &[], (-1e4f32).to_le_bytes().to_vec()));
        }
    }
    for made in state.instead.iter().filter(|_| layout.state_dict) {
        if made.from.iter().any(|name| state.left_out.contains(name)) {
            let values: Vec<f32> = made.from.iter().flat_map(|name| manifest.values(name)).collect();
            out.push(tensor(&made.name, &made.shape, &values, None));
        }
    }
    out
}

fn stored(values: &[f32], storage: Storage) -> (Dtype, Vec<u8>) {
    match storage {
        Storage::F32 => (Dtype::F32, values.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Storage::F16 => (Dtype::F16, values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect()),
        Storage::Bf16 => {
            (Dtype::BF16, values.iter().flat_map(|x| bf16::from_f32(*x).to_le_bytes()).collect())
        }
    }
}

fn save(path: &Path, tensors: Vec<&Tensor>, layout: &Layout) {
    let bytes = match layout.files {
        Files::Safetensors => {
            let views = tensors.into_iter().flat_map(|tensor| {
                let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes)
                    .expect("shape and bytes agree");
                let alias = tensor.alias.clone().filter(|_| layout.state_dict);
                std::iter::once(tensor.name.clone()).chain(alias).map(move |name| (name, view.clone()))
            });
            let metadata = [("format".to_owned(), "pt".to_owned())].into();
            safetensors::serialize(views, Some(metadata)).expect("a tiny checkpoint can be serialised")
        }
        Files::Torch => torch(&tensors).to_zip(),
        Files::TorchLegacy => torch(&tensors).to_legacy(),
    };
    fs::write(path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

/// The same tensors as `torch.save` has them. Half of the matrices are stored transposed, as views; a
/// tied head is there too, as the same tensor.
fn torch(tensors: &[&Tensor]) -> TorchWriter {
    let mut file = TorchWriter::new();
    for (i, tensor) in tensors.iter().enumerate() {
        let dtype = match tensor.dtype {
            Dtype::F32 => fathom_formats::Dtype::F32,
            Dtype::F16 => fathom_formats::Dtype::F16,
            Dtype::I64 => fathom_formats::Dtype::I64,
            _ => fathom_formats::Dtype::BF16,
        };
        match tensor.shape.as_slice() {
            &[rows, columns] if i % 2 == 1 => {
                let size = dtype.block_bytes();
                let number = |at: usize| &tensor.bytes[(at % rows * columns + at / rows) * size..][..size];
                let turned: Vec<u8> = (0..rows * columns).flat_map(number).copied().collect();
                let storage = file.storage(dtype, &turned);
                file.tensor(&tensor.name, storage, 0, &[rows, columns], &[1, rows]);
            }
            shape => file.whole(&tensor.name, dtype, shape, &tensor.bytes),
        }
        if let Some(alias) = &tensor.alias {
            file.same(alias, &tensor.name);
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::SafeTensors;

    #[test]
    fn layouts_hold_the_same_model() {
        let manifest = manifest("gpt2");
        let name = "transformer.h.1.attn.c_attn.weight";
        let expected = manifest.values(name);
        for storage in [Storage::F32, Storage::F16, Storage::Bf16] {
            let dir = tempfile::tempdir().unwrap();
            let layout = Layout {
                files: Files::Safetensors,
                storage,
                shards: 2,
                strip_prefix: Some("transformer.".to_owned()),
                mask_buffers: true,
                ..Layout::default()
            };
            write_safetensors_as("gpt2", dir.path(), &layout);
            let index: serde_json::Value = crate::load(&dir.path().join("model.safetensors.index.json"));
            let map = index["weight_map"].as_object().unwrap();
            assert!(map.contains_key("h.0.attn.bias") && map.contains_key("h.0.attn.masked_bias"));
            let shard = dir.path().join(map["h.1.attn.c_attn.weight"].as_str().unwrap());
            let bytes = fs::read(shard).unwrap();
            let file = SafeTensors::deserialize(&bytes).unwrap();
            let data = file.tensor("h.1.attn.c_attn.weight").unwrap().data().to_vec();
            let found: Vec<f32> = match storage {
                Storage::F32 => data.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect(),
                Storage::F16 => {
                    data.chunks(2).map(|b| f16::from_le_bytes(b.try_into().unwrap()).to_f32()).collect()
                }
                Storage::Bf16 => {
                    data.chunks(2).map(|b| bf16::from_le_bytes(b.try_into().unwrap()).to_f32()).collect()
                }
            };
            assert_eq!(found, expected, "{storage:?}");
        }
    }
}
