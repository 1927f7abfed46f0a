//! Paths come first, and what is no model is told apart.

mod common;

use common::Told;
use fathom_fetch::{Environment, FetchError, FetchOptions, ModelFiles, resolve};
use std::fs;
use std::path::{Path, PathBuf};

fn resolve_path(path: &Path) -> Result<ModelFiles, FetchError> {
    let told = Told::default();
    let mut environment = Environment::from_vars(|_| None);
    environment.cache = Some("/nonexistent/cache".into());
    let options = FetchOptions { offline: true, environment, ..FetchOptions::new(&told) };
    resolve(path.to_str().unwrap(), &options)
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn files_and_folders_are_taken_as_they_are() {
    let folder = folder_with(&[("a.gguf", ""), ("model.safetensors", "xyz"), ("UPPER.GGUF", "")]);
    let at = |name: &str| resolve_path(&folder.path().join(name)).unwrap();
    assert_eq!(at("a.gguf").name, "a.gguf");
    assert_eq!(at("UPPER.GGUF").path, folder.path().join("UPPER.GGUF"));
    assert_eq!(at("model.safetensors").path, folder.path().join("model.safetensors"));
    let whole = resolve_path(folder.path()).unwrap();
    assert_eq!(whole.path, folder.path());
    assert_eq!(whole.weights, [folder.path().join("model.safetensors")]);
    assert_eq!(whole.name, folder.path().file_name().unwrap().to_str().unwrap());
    assert_eq!(whole.sha256, None);
}

#[test]
fn a_folder_with_one_gguf_is_that_file() {
    let folder = folder_with(&[("only.gguf", ""), ("notes.txt", "")]);
    assert_eq!(resolve_path(folder.path()).unwrap().path, folder.path().join("only.gguf"));
    fs::write(folder.path().join("other.gguf"), "").unwrap();
    let error = resolve_path(folder.path()).unwrap_err();
    let FetchError::SeveralModels { files, .. } = &error else { panic!("{error}") };
    assert_eq!(files.len(), 2);
    assert!(error.to_string().contains("giving the file's path"), "{error}");
}

#[test]
fn shards_need_to_be_there() {
    let index = r#"{"weight_map": {"a": "s-2.safetensors", "b": "s-1.safetensors"}}"#;
    let folder = folder_with(&[("model.safetensors.index.json", index), ("s-1.safetensors", "")]);
    let error = resolve_path(folder.path()).unwrap_err().to_string();
    assert!(error.contains("missing: s-2.safetensors"), "{error}");
    fs::write(folder.path().join("s-2.safetensors"), "").unwrap();
    let model = resolve_path(folder.path()).unwrap();
    assert_eq!(model.weights, ["s-1.safetensors", "s-2.safetensors"].map(|name| folder.path().join(name)));
    // The index itself means its folder.
    let by_index = resolve_path(&folder.path().join("model.safetensors.index.json")).unwrap();
    assert_eq!(by_index.path, folder.path());
}

#[test]
fn parts_of_one_model_are_no_models() {
    let why = |files: &[(&str, &str)]| match resolve_path(folder_with(files).path()) {
        Err(FetchError::NotAModel { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    let shards = [("model-00001-of-00002.safetensors", ""), ("model-00002-of-00002.safetensors", "")];
    for (files, index) in [
        (&shards[..], "model.safetensors.index.json"),
        (&shards[..1], "model.safetensors.index.json"),
        (&[("pytorch_model-00001-of-00002.bin", "")], "pytorch_model.bin.index.json"),
    ] {
        let why = why(files);
        assert!(why.contains(index) && why.contains("fetch that file") && why.contains("00001"), "{why}");
    }
    let split = why(&[("m-00001-of-00002.gguf", ""), ("m-00002-of-00002.gguf", "")]);
    assert!(split.contains("llama-gguf-split --merge") && split.contains("m-00001-of-00002.gguf"), "{split}");
    // One of one is whole; two models beside each other are two.
    let whole = folder_with(&[("model-00001-of-00001.safetensors", "")]);
    assert_eq!(resolve_path(whole.path()).unwrap().weights.len(), 1);
    let two = folder_with(&[("a-00001-of-00002.gguf", ""), ("b-00001-of-00002.gguf", "")]);
    assert!(matches!(resolve_path(two.path()), Err(FetchError::SeveralModels { .. })));
}

#[test]
fn an_adapter_is_handed_on_to_be_named() {
    for name in ["adapter_model.bin", "adapter_model.safetensors"] {
        let folder = folder_with(&[("adapter_config.json", "{}"), (name, "")]);
        assert_eq!(resolve_path(folder.path()).unwrap().path, folder.path().join(name));
    }
}

#[test]
fn what_is_no_model_is_told_apart() {
    let folder = folder_with(&[("training_args.bin", ""), ("notes.txt", ""), ("bare", "")]);
    let why = |path: &Path| match resolve_path(path) {
        Err(FetchError::NotAModel { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert!(why(&folder.path().join("notes.txt")).contains("found .txt"));
    assert!(why(&folder.path().join("bare")).contains("without extension"));
    assert!(why(folder.path()).contains("no weights in the folder"));
    assert!(why(folder.path()).contains("if training_args.bin is the model, give its path"));
}

#[test]
fn pytorch_files_where_there_is_nothing_else() {
    let index = r#"{"weight_map": {"a": "pytorch_model-1-of-1.bin"}}"#;
    let folder = folder_with(&[("pytorch_model.bin.index.json", index), ("training_args.bin", "")]);
    let at = |name: &str| folder.path().join(name);
    let error = resolve_path(folder.path()).unwrap_err().to_string();
    assert!(error.contains("missing: pytorch_model-1-of-1.bin"), "{error}");
    fs::write(at("pytorch_model-1-of-1.bin"), "").unwrap();
    assert_eq!(resolve_path(folder.path()).unwrap().weights, [at("pytorch_model-1-of-1.bin")]);
    assert_eq!(resolve_path(&at("pytorch_model.bin.index.json")).unwrap().path, folder.path());
    fs::write(at("pytorch_model.bin"), "").unwrap();
    assert_eq!(resolve_path(folder.path()).unwrap().weights, [at("pytorch_model.bin")]);
    assert_eq!(resolve_path(&at("pytorch_model.bin")).unwrap().path, at("pytorch_model.bin"));
    // Anything better is taken instead.
    fs::write(at("m.gguf"), "").unwrap();
    assert_eq!(resolve_path(folder.path()).unwrap().weights, [at("m.gguf")]);
    fs::write(at("model.safetensors"), "").unwrap();
    assert_eq!(resolve_path(folder.path()).unwrap().weights, [at("model.safetensors")]);
    let strange =
        folder_with(&[("pytorch_model.bin.index.json", r#"{"weight_map": {"a": "a.safetensors"}}"#)]);
    let error = resolve_path(strange.path()).unwrap_err().to_string();
    assert!(error.contains("not the name of a shard"), "{error}");
}

#[test]
fn a_path_that_is_not_there_is_not_taken_for_a_hub_name() {
    let folder = folder_with(&[("model.Q4_1.gguf", "")]);
    let error = resolve_path(&folder.path().join("model.gguf")).unwrap_err();
    let FetchError::NoSuchPath { near, .. } = &error else { panic!("{error}") };
    assert_eq!(*near, ["model.Q4_1.gguf"]);
    for name in ["./models/llama", "../llama", "models/llama.gguf", "~/llama", "llama/"] {
        let error = resolve_path(Path::new(name)).unwrap_err();
        assert!(matches!(error, FetchError::NoSuchPath { .. }), "{name}: {error}");
    }
}

#[test]
fn unknown_names_get_suggestions_and_the_way_out() {
    let error = resolve_path(Path::new("smolm2-135m")).unwrap_err();
    let FetchError::UnknownModel { near, .. } = &error else { panic!("{error}") };
    assert_eq!(near[0], "smollm2-135m");
    assert!(error.to_string().contains("a local model always works"), "{error}");
    assert!(matches!(resolve_path(Path::new("")), Err(FetchError::BadName { .. })));
    assert!(matches!(resolve_path(Path::new("a/b/c")), Err(FetchError::BadName { .. })));
    assert!(matches!(resolve_path(Path::new("smollm2-135m@main")), Err(FetchError::BadName { .. })));
}

#[test]
fn several_files_have_one_hash() {
    let folder = folder_with(&[("a", "alpha"), ("b", "beta")]);
    let environment = Environment::from_vars(|_| None);
    let sha256_of = |paths: &[PathBuf]| environment.sha256_of(paths);
    let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
    let one = sha256_of(std::slice::from_ref(&a)).unwrap();
    assert_eq!(one, common::sha256(b"alpha"));
    let both = sha256_of(&[a.clone(), b.clone()]).unwrap();
    assert_eq!(both, common::sha256(format!("{one}\n{}\n", common::sha256(b"beta")).as_bytes()));
    assert_ne!(both, sha256_of(&[b, a]).unwrap());
    assert!(matches!(sha256_of(&[folder.path().join("gone")]), Err(FetchError::Disk { .. })));
}
