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
    assert!(error.contains("missing: \"s-2.safetensors\""), "{error}");
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
    assert!(error.contains("missing: \"pytorch_model-1-of-1.bin\""), "{error}");
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

#[test]
fn messages_are_short_whatever_a_folder_or_an_index_holds() {
    let short = |folder: &Path| {
        let message = resolve_path(folder).unwrap_err().to_string();
        assert!(message.len() < 3000, "{} bytes: {}", message.len(), &message[..500]);
        message
    };
    let missing: Vec<String> =
        (0..100_000).map(|i| format!(r#""t{i}":"model-{i}-of-99999.safetensors""#)).collect();
    let index = format!(r#"{{"weight_map":{{{}}}}}"#, missing.join(","));
    let folder = folder_with(&[("model.safetensors.index.json", &index)]);
    assert!(short(folder.path()).contains("and 99994 more"));
    let long = "x".repeat(2_000_000);
    for text in [
        format!(r#"{{"weight_map":"{long}"}}"#),
        format!(r#"{{"weight_map":{{"a":"{long}"}}}}"#),
        format!(r#"{{"weight_map":{{"a":"{long}.safetensors"}}}}"#),
    ] {
        short(folder_with(&[("model.safetensors.index.json", &text)]).path());
    }
    let names: Vec<String> = (0..500).map(|i| format!("m{i}.gguf")).collect();
    let folder = folder_with(&names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    assert!(
        short(folder.path()).contains("holds 500 models") && short(folder.path()).contains("and 480 more")
    );
}

#[test]
fn a_pointer_of_git_s_is_not_an_index() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 665\n";
    let folder = folder_with(&[("model.safetensors.index.json", pointer)]);
    let error = resolve_path(folder.path()).unwrap_err().to_string();
    assert!(error.contains("git lfs pull"), "{error}");
}

#[cfg(unix)]
mod strange_files {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    /// Fails where `work` waits for ever.
    fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = mpsc::channel();
        std::thread::spawn(move || done.send(work()));
        result.recv_timeout(Duration::from_secs(60)).expect("it waits for ever")
    }

    fn pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    #[test]
    fn what_is_no_file_is_not_hashed() {
        let folder = folder_with(&[]);
        pipe(&folder.path().join("pipe.gguf"));
        symlink("/dev/zero", folder.path().join("zeros.gguf")).unwrap();
        for (name, found) in [("pipe.gguf", "a pipe"), ("zeros.gguf", "a device"), (".", "a folder")] {
            let path = folder.path().join(name);
            let hashed = in_time(move || Environment::from_vars(|_| None).sha256_of(&[path]));
            let error = hashed.unwrap_err().to_string();
            assert!(error.contains(&format!("expected a regular file, found {found}")), "{error}");
        }
    }

    #[test]
    fn an_index_that_is_no_file_is_named() {
        for (name, found) in [("zeros", "a device"), ("pipe", "a pipe")] {
            let folder = folder_with(&[]);
            let index = folder.path().join("model.safetensors.index.json");
            if name == "pipe" {
                pipe(&index)
            } else {
                symlink("/dev/zero", index).unwrap()
            }
            let path = folder.path().to_owned();
            let error = in_time(move || resolve_path(&path)).unwrap_err().to_string();
            assert!(error.contains("model.safetensors.index.json: expected a regular file"), "{error}");
            assert!(error.contains(found), "{error}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_or_round_are_told_so() {
        let folder = folder_with(&[]);
        symlink("gone", folder.path().join("broken.gguf")).unwrap();
        symlink("round.gguf", folder.path().join("round.gguf")).unwrap();
        let error = |name: &str| resolve_path(&folder.path().join(name)).unwrap_err().to_string();
        assert!(error("broken.gguf").contains("a link that leads nowhere"), "{}", error("broken.gguf"));
        assert!(error("round.gguf").contains("symbolic links"), "{}", error("round.gguf"));
    }

    #[test]
    fn names_need_not_be_unicode() {
        let folder = folder_with(&[]);
        let path = folder.path().join(OsStr::from_bytes(b"\xff.gguf"));
        fs::write(&path, "abc").unwrap();
        let model = resolve_path(folder.path()).unwrap();
        assert_eq!(model.path, path);
        assert_eq!(
            Environment::from_vars(|_| None).sha256_of(&model.weights).unwrap(),
            common::sha256(b"abc")
        );
    }

    #[test]
    fn a_token_is_read_from_a_file_only() {
        let folder = folder_with(&[]);
        symlink("/dev/zero", folder.path().join("token")).unwrap();
        let home = folder.path().as_os_str().to_owned();
        let here = in_time(move || {
            Environment::from_vars(|name| (name == "HF_HOME").then(|| home.clone())).hub_token
        });
        assert_eq!(here, None);
    }
}
