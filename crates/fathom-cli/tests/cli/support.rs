//! The binary in a clean environment, and models for it.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The article's prompt about agreement: five tokens on the default model.
pub(crate) const KEYS: &str = "The keys to the cabinet";

/// Variables that would change what the binary does.
const DISTURBING: [&str; 9] = [
    "COLORFGBG",
    "COLORTERM",
    "COLUMNS",
    "FATHOM_CACHE",
    "HF_ENDPOINT",
    "HF_HUB_CACHE",
    "LC_ALL",
    "LC_CTYPE",
    "NO_COLOR",
];

/// Everything that all tests share: written once, removed with the system's temporary folder.
static SHARED: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// A cache that holds the default model under its name, whichever file the tests use.
static CACHE: LazyLock<PathBuf> = LazyLock::new(|| {
    let model = fathom_fixtures::default_model();
    let cache = SHARED.path().join("cache");
    let folder = cache.join("models").join("smollm2-135m");
    fs::create_dir_all(&folder).unwrap();
    let name = "SmolLM2-135M-Instruct.Q4_1.gguf";
    fs::hard_link(&model, folder.join(name))
        .or_else(|_| fs::copy(&model, folder.join(name)).map(|_| ()))
        .unwrap();
    cache
});

/// `fathom` that can reach no model but those it is given by path.
pub(crate) fn bare() -> Command {
    in_cache(&SHARED.path().join("empty-cache"))
}

/// `fathom` with the default model in its cache.
pub(crate) fn fathom() -> Command {
    in_cache(&CACHE)
}

/// `fathom ARGUMENTS --model TINY`, for a command that reads a run.
pub(crate) fn tiny(name: &str) -> TinyCommand {
    TinyCommand(tiny_model(name))
}

/// A tiny model's folder, to run commands on.
pub(crate) struct TinyCommand(PathBuf);

impl TinyCommand {
    /// `fathom ARGUMENTS --model TINY`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Command {
        let mut command = bare();
        command.args(arguments).arg("--model").arg(&self.0);
        command
    }
}

/// A tiny model in a folder, tokenizer and all.
pub(crate) fn tiny_model(name: &str) -> PathBuf {
    static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = WRITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = SHARED.path().join("tiny").join(name);
    if !folder.exists() {
        let unfinished = SHARED.path().join(format!("unfinished-{name}"));
        fs::create_dir_all(&unfinished).unwrap();
        fs::create_dir_all(folder.parent().unwrap()).unwrap();
        fathom_fixtures::tiny::write_safetensors(name, &unfinished);
        fs::rename(unfinished, &folder).unwrap();
    }
    folder
}

fn in_cache(cache: &Path) -> Command {
    let mut command = Command::new(cargo_bin("fathom"));
    for variable in DISTURBING {
        command.env_remove(variable);
    }
    let hub = SHARED.path().join("hub");
    command
        .env("FATHOM_CACHE", cache)
        .env("HF_HOME", hub)
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm-256color");
    // A test that hangs should fail.
    command.timeout(std::time::Duration::from_secs(120));
    command
}

/// The environment of [`fathom`], for a program that starts it by name.
pub(crate) fn environment() -> Vec<(&'static str, PathBuf)> {
    let bin = cargo_bin("fathom").parent().unwrap().to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).unwrap();
    vec![
        ("FATHOM_CACHE", CACHE.clone()),
        ("HF_HOME", SHARED.path().join("hub")),
        ("HOME", SHARED.path().join("home")),
        ("PATH", path.into()),
        ("LANG", "C.UTF-8".into()),
        ("TERM", "xterm-256color".into()),
    ]
}

/// What a command wrote and how it ended.
pub(crate) trait Ended {
    /// Standard output of a command that succeeded.
    fn stdout(self) -> String;
    /// Standard error of a command that ended with `code`, and said nothing on standard output.
    fn fails(self, code: i32) -> String;
    /// Standard output, parsed.
    fn json(self) -> Value;
}

impl Ended for &mut Command {
    fn stdout(self) -> String {
        let Output { status, stdout, stderr } = self.output().unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(status.success(), "{self:?}: {status}\n{stderr}");
        String::from_utf8(stdout).unwrap()
    }

    fn fails(self, code: i32) -> String {
        let Output { status, stdout, stderr } = self.output().unwrap();
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{self:?}\n{stderr}\n{stdout}");
        assert_eq!(stdout, "", "a failure has no results");
        assert!(!stderr.contains("panicked"), "{stderr}");
        assert_eq!(stderr.matches("error:").count(), 1, "one error: {stderr}");
        stderr
    }

    fn json(self) -> Value {
        serde_json::from_str(&self.stdout()).unwrap()
    }
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The distinct integers of a field of all cells, in order of appearance.
pub(crate) fn distinct(reading: &Value, field: &str) -> Vec<i64> {
    let mut values: Vec<i64> = Vec::new();
    for cell in reading["cells"].as_array().unwrap() {
        let value = cell[field].as_i64().unwrap();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}
