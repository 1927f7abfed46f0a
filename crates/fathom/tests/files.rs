//! What stands where a model's files should: which weights a reading names, and what is no file at all.

use fathom::{LoadOptions, Model};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named_by(path: &Path) -> String {
    Model::load(path.to_str().unwrap()).unwrap().info().sha256.clone()
}

/// The error of a loading that must not take for ever.
fn refusal(path: &Path) -> String {
    let (done, result) = mpsc::channel();
    let path = path.to_str().unwrap().to_owned();
    std::thread::spawn(move || done.send(Model::load(&path).map(|_| ())));
    let loaded = result.recv_timeout(Duration::from_secs(60)).expect("it takes for ever");
    loaded.unwrap_err().to_string()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fathom_fixtures::tiny::write_safetensors("llama", folder.path());
    folder
}

#[test]
fn a_reading_names_the_weights_that_were_loaded() {
    let folder = folder();
    let weights = folder.path().join("model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let set = |path: &Path| File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
    set(&weights);
    assert_eq!(named_by(folder.path()), sha256(&bytes));
    // Other weights: the last number's sign. Same name, same length, same time.
    *bytes.last_mut().unwrap() ^= 0x80;
    fs::write(&weights, &bytes).unwrap();
    set(&weights);
    assert_eq!(named_by(folder.path()), sha256(&bytes));
    // And put in their place.
    *bytes.last_mut().unwrap() ^= 0x01;
    let new = folder.path().join("new");
    fs::write(&new, &bytes).unwrap();
    set(&new);
    fs::rename(&new, &weights).unwrap();
    assert_eq!(named_by(folder.path()), sha256(&bytes));
    let options = LoadOptions { verify: true, ..LoadOptions::default() };
    let verified = Model::load_with(folder.path().to_str().unwrap(), &options).unwrap();
    assert_eq!(verified.info().sha256, sha256(&bytes));
    assert_eq!(verified.size_bytes(), bytes.len() as u64);
}

/// A terabyte that takes no room, and hours to hash.
fn huge(path: &Path, start: &[u8]) {
    let mut file = File::create(path).unwrap();
    file.write_all(start).unwrap();
    file.set_len(1 << 40).unwrap();
}

#[test]
fn what_the_header_says_comes_before_the_hash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.gguf");
    huge(&path, b"GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\0\0\0");
    let error = refusal(&path);
    assert!(error.contains("m.gguf"), "{error}");
    let path = folder.path().join("m.safetensors");
    huge(&path, b"\x10\0\0\0\0\0\0\0{\"a\":1}");
    let error = refusal(&path);
    assert!(error.contains("safetensors header"), "{error}");
}

#[test]
fn what_the_config_says_comes_before_the_hash() {
    let folder = tempfile::tempdir().unwrap();
    let header =
        |bytes: u64| format!(r#"{{"a":{{"dtype":"U8","shape":[{bytes}],"data_offsets":[0,{bytes}]}}}}"#);
    let bytes = (1 << 40) - 8 - header(1 << 40).len() as u64;
    let header = header(bytes);
    let start = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    huge(&folder.path().join("model.safetensors"), &start);
    fs::write(folder.path().join("config.json"), r#"{"model_type":"no such type"}"#).unwrap();
    let error = refusal(folder.path());
    assert!(error.contains("no such type"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_no_file_of_a_model() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let mut refused = 0;
    // The pipes first: a program that opens them waits, and one that reads a device eats all memory.
    for pipe in [true, false] {
        for name in [
            "model.safetensors",
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
        ] {
            let folder = folder();
            let path = folder.path().join(name);
            let _ = fs::remove_file(&path);
            match pipe {
                true => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
                false => symlink("/dev/zero", &path).unwrap(),
            }
            let error = refusal(folder.path());
            let found = if pipe { "found a pipe" } else { "found a device" };
            assert!(error.contains(name) && error.contains(found), "{name}: {error}");
            refused += 1;
        }
    }
    assert_eq!(refused, 12);
}

#[test]
fn a_folder_or_a_pointer_of_git_s_is_no_file_of_a_model() {
    for name in ["model.safetensors", "config.json", "tokenizer.json"] {
        let folder = folder();
        let path = folder.path().join(name);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let error = refusal(folder.path());
        assert!(error.contains(name) && error.contains("found a folder"), "{name}: {error}");
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 665\n")
            .unwrap();
        let error = refusal(folder.path());
        assert!(error.contains(name) && error.contains("git lfs pull"), "{name}: {error}");
    }
}
