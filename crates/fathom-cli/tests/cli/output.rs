//! `-o`, `--json` and `--from`: what is stored, and that it replays.

use crate::support::{Ended, KEYS, bare, distinct, fathom, names, tiny};
use serde_json::Value;
use std::fs;

/// Records of a CSV file: a token's text may hold newlines.
fn records(csv: &str) -> usize {
    csv.lines().filter(|line| line.starts_with("resid_post,") || line.starts_with("embed,")).count()
}

/// The drawing without its last lines, which name what to type next.
fn figure(drawing: &str) -> &str {
    drawing.split("Next:").next().unwrap()
}

#[test]
fn every_form_is_written_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["read", "one two", "-n", "2", "--watch", " a", "-k", "3", "--json"];
    let files = ["-o", "r.json", "-o", "r.csv", "-o", "R.PARQUET"];
    let mut command = tiny("llama").run(&[&arguments[..], &files[..]].concat());
    let output = command.current_dir(&folder).output().unwrap();
    assert!(output.status.success());
    let notes = String::from_utf8(output.stderr).unwrap();
    assert_eq!(notes, "note: wrote r.json\nnote: wrote r.csv\nnote: wrote R.PARQUET\n");
    assert_eq!(names(folder.path()), ["R.PARQUET", "r.csv", "r.json"]);

    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stored: Value = serde_json::from_slice(&fs::read(folder.path().join("r.json")).unwrap()).unwrap();
    assert_eq!(printed, stored);
    let csv = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    let head: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    assert_eq!(records(&csv), stored["cells"].as_array().unwrap().len());
    for column in
        ["site", "layer", "position", "target_id", "top_3_prob", "watch_1_rank", "model_sha256", "sampling"]
    {
        assert!(head.contains(&column), "{column} in {head:?}");
    }
    assert!(!head.contains(&"top_4_id"));
    let parquet = fs::read(folder.path().join("R.PARQUET")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
}

#[test]
fn a_saved_reading_draws_the_same_figures() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let run = |arguments: &[&str]| fathom().args(arguments).stdout();
    let make = ["read", KEYS, "-n", "3", "--watch", " is", "--watch", " are"];
    fathom().args(make).arg("-o").arg(&file).assert().success();
    // Without any model.
    let replay = |arguments: &[&str]| bare().args(arguments).arg("--from").arg(&file).stdout();
    let pairs: [(&[&str], &[&str]); 5] = [
        (&["rankings", KEYS, "-n", "3"], &["rankings"]),
        (
            &["rankings", KEYS, "-n", "3", "--with-prompt", "--layers", "3,20-last"],
            &["rankings", "--with-prompt", "--layers", "3,20-last"],
        ),
        (
            &["predictions", KEYS, "-n", "3", "--position", "2", "--layer", "7"],
            &["predictions", "--position", "2", "--layer", "7"],
        ),
        (&["watch", KEYS, " is", " are", "-n", "3"], &["watch", " is", " are"]),
        (&["read", KEYS, "-n", "3", "--metric", "kl"], &["read", "--metric", "kl"]),
    ];
    for (fresh, saved) in pairs {
        assert_eq!(figure(&run(fresh)), figure(&replay(saved)), "{saved:?}");
    }
    // Watched words are those of the file unless some are named.
    assert_eq!(replay(&["watch"]), replay(&["watch", " is", " are"]));
}

#[test]
fn hints_of_a_saved_reading_stay_within_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my keys.json");
    tiny("llama").run(&["read", "one two", "-n", "2"]).arg("-o").arg(&file).assert().success();
    let replay = |arguments: &[&str]| {
        bare().current_dir(&folder).args(arguments).args(["--from", "my keys.json"]).stdout()
    };
    let drawing = replay(&["rankings"]);
    assert!(drawing.contains("Next: fathom predictions --from \"my keys.json\" --position "), "{drawing}");
    let predictions = replay(&["predictions"]);
    assert!(!predictions.contains("fathom watch"), "nothing was watched: {predictions}");
}

#[test]
fn a_saved_reading_is_converted_and_cut() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.json");
    tiny("llama").run(&["read", "one two three", "--embed"]).arg("-o").arg(&file).assert().success();
    let from = |arguments: &[&str]| {
        let mut command = bare();
        command.args(arguments).arg("--from").arg(&file);
        command
    };
    let whole = from(&["read", "--json"]).json();
    assert_eq!(whole, serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap());
    let part = from(&["predictions", "--position", "1", "--layers", "embed-1", "--json"]).json();
    assert_eq!((distinct(&part, "layer"), distinct(&part, "position")), (vec![-1, 0, 1], vec![1]));
    let csv = folder.path().join("part.csv");
    from(&["read", "--layers", "last"]).arg("-o").arg(&csv).assert().success();
    let tokens = whole["tokens"].as_array().unwrap().len();
    assert_eq!(records(&fs::read_to_string(csv).unwrap()), tokens);
}

#[test]
fn what_a_saved_reading_lacks_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.json");
    let make = ["read", "one two three", "--layers", "1-last", "--watch", " a"];
    tiny("llama").run(&make).arg("-o").arg(&file).assert().success();
    let fails = |arguments: &[&str]| bare().args(arguments).arg("--from").arg(&file).fails(2);
    let message = fails(&["read", "--layers", "0"]);
    assert!(message.contains("layer 0 is not in the saved reading, which has "), "{message}");
    let message = fails(&["read", "--embed"]);
    assert!(message.contains("the embedding is not in the saved reading"), "{message}");
    let message = fails(&["predictions", "--position", "77"]);
    assert!(message.contains("--position 77 is out of range: this run has "), "{message}");
    let message = fails(&["watch", " zebra"]);
    assert!(message.contains("did not watch \" zebra\" (it watched: \" a\")"), "{message}");
    let message = fails(&["read", "--layers", "99"]);
    assert!(message.contains("layer 99 is out of range: this model's layers are 0 to "), "{message}");
    let message = fails(&["rankings", "a prompt"]);
    assert!(message.contains("leave the prompt out"), "{message}");
    let message = fails(&["rankings", "--generate", "3"]);
    assert!(message.contains("cannot be used with") && message.contains("--from"), "{message}");
}

#[test]
fn what_is_no_reading_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    tiny("llama").run(&["read", "one"]).args(["-o", "whole.json"]).current_dir(&folder).assert().success();
    let whole = fs::read(folder.path().join("whole.json")).unwrap();
    let cases = [
        (file("cut.json", &whole[..whole.len() / 2]), 1, "not a reading in JSON: "),
        (file("empty.json", b""), 1, "not a reading in JSON: "),
        (file("other.json", b"{\"schema\":\"else/1\"}"), 1, "else/1"),
        (file("future.json", b"{\"schema\":\"fathom.reading/9\"}"), 1, "another version"),
        (file("latin.json", b"{\"schema\":\"\xff\"}"), 1, "not a reading in JSON: "),
        (file("r.csv", b"site,layer\n"), 2, "only the .json and .pack forms can be drawn again, not .csv"),
        (folder.path().join("gone.json"), 1, "No such file or directory"),
        (folder.path().to_path_buf(), 1, "expected a regular file, found a folder"),
    ];
    for (path, code, expected) in cases {
        let message = bare().args(["rankings", "--from"]).arg(&path).fails(code);
        assert!(message.contains(expected) && message.contains(path.to_str().unwrap()), "{message}");
    }
}

#[test]
fn names_that_would_destroy_something_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = tiny("llama");
    let fails = |arguments: &[&str], code| model.run(arguments).current_dir(&folder).fails(code);
    let twice = fails(&["read", "one", "-o", "a.csv", "-o", "./a.csv"], 2);
    assert!(twice.contains("-o ./a.csv is named twice"), "{twice}");
    fs::write(folder.path().join("prompt.json"), "one two").unwrap();
    let prompt = fails(&["read", "--prompt-file", "prompt.json", "-o", "prompt.json"], 2);
    assert!(prompt.contains("-o prompt.json would replace the file that is read"), "{prompt}");
    model.run(&["read", "one", "-o", "r.json"]).current_dir(&folder).assert().success();
    let before = fs::read(folder.path().join("r.json")).unwrap();
    let same = bare().current_dir(&folder).args(["read", "--from", "r.json", "-o", "./r.json"]).fails(2);
    assert!(same.contains("would replace the file that is read"), "{same}");
    assert_eq!(fs::read(folder.path().join("r.json")).unwrap(), before);
    assert_eq!(names(folder.path()), ["prompt.json", "r.json"]);
}

#[test]
fn results_that_can_not_be_written_are_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("folder.json")).unwrap();
    let long = format!("{}.json", "a".repeat(300));
    let cases = [
        ("keys.bmp", 2, "end it in .json, .pack, .csv, .parquet, .html, .svg or .png"),
        ("keys", 2, "end it in .json, .pack, .csv, .parquet, .html, .svg or .png"),
        ("-", 2, "--json prints the JSON on standard output"),
        ("folder.json", 2, "it is a folder: name a file in it"),
        ("gone/keys.json", 1, "can't write gone/keys.json: there is no folder gone"),
        (&long, 1, "File name too long"),
    ];
    for (name, code, expected) in cases {
        // The model does not exist either: nobody got as far as looking for it.
        let mut command = bare();
        let message =
            command.current_dir(&folder).args(["read", "one", "-m", "./nothing", "-o", name]).fails(code);
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains(".part"), "{message}");
    }
    assert_eq!(names(folder.path()), ["folder.json"]);
}

#[test]
fn a_run_that_fails_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("r.json"), "precious").unwrap();
    let message = tiny("llama").run(&["read", "", "-o", "r.json"]).current_dir(&folder).fails(2);
    assert!(message.contains("the prompt is empty"), "{message}");
    assert_eq!(names(folder.path()), ["r.json"]);
    assert_eq!(fs::read_to_string(folder.path().join("r.json")).unwrap(), "precious");
    tiny("llama").run(&["read", "one", "-o", "r.json"]).current_dir(&folder).assert().success();
    assert_ne!(fs::read_to_string(folder.path().join("r.json")).unwrap(), "precious");
    assert_eq!(names(folder.path()), ["r.json"]);
}

#[cfg(unix)]
#[test]
fn links_stay_and_protected_files_are_respected() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("real.json"), "old").unwrap();
    symlink("real.json", at("link.json")).unwrap();
    tiny("llama").run(&["read", "one", "-o", "link.json"]).current_dir(&folder).assert().success();
    assert!(fs::symlink_metadata(at("link.json")).unwrap().is_symlink());
    assert!(fs::read_to_string(at("real.json")).unwrap().starts_with('{'));
    // As any new file: what the umask allows, not a temporary file's 0600.
    fs::write(at("usual"), "").unwrap();
    let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("real.json"), mode("usual"));
    fs::set_permissions(at("real.json"), fs::Permissions::from_mode(0o444)).unwrap();
    let message = tiny("llama").run(&["read", "one", "-o", "real.json"]).current_dir(&folder).fails(1);
    assert!(message.contains("can't write real.json: the file is read-only"), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    use std::fs::File;
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let folder = tempfile::tempdir().unwrap();
    for form in ["json", "csv", "parquet"] {
        let name = format!("full.{form}");
        std::os::unix::fs::symlink("/dev/full", folder.path().join(&name)).unwrap();
        let message = tiny("llama").run(&["read", "one", "-o", &name]).current_dir(&folder).fails(1);
        assert!(message.contains(&format!("can't write {name}: No space left on device")), "{message}");
        assert_eq!(message.matches("No space").count(), 1, "{message}");
    }
    let model = crate::support::tiny_model("llama");
    let model = model.to_str().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let commands: [&[&str]; 13] = [
        &["--help"],
        &["-h"],
        &["--version"],
        &["watch", "--help"],
        &["models", "list", "--families"],
        &["serve", "--no-open", "--offline", "--port", "0", "--data", data, "--model", model],
        &["rankings", "one", "-m", model],
        &["rankings", "one", "-m", model, "--json"],
        &["models", "list"],
        &["models", "list", "--json"],
        &["models", "show", model],
        &["completions", "bash"],
        &[],
    ];
    for arguments in commands {
        let program = bare().get_program().to_owned();
        let output = std::process::Command::new(program).args(arguments).stdout(full()).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert_eq!(message, "error: can't write to standard output: No space left on device (os error 28)\n");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use crate::support::environment;
    let model = crate::support::tiny_model("llama");
    let model = model.to_str().unwrap();
    for arguments in [
        format!("read one -m {model} --json"),
        format!("rankings one -m {model}"),
        "models list".to_string(),
        "completions zsh".to_string(),
        "--help".to_string(),
        String::new(),
    ] {
        // Neither results nor messages have a reader.
        for line in [format!("fathom {arguments} | true"), format!("fathom {arguments} 2>&1 | true")] {
            let script = format!("{line}; exit ${{PIPESTATUS[0]}}");
            let output = std::process::Command::new("bash")
                .args(["-c", &script])
                .envs(environment())
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && stderr.is_empty(), "{line}: {} {stderr}", output.status);
        }
    }
}

/// 48 layers x 50 tokens of GPT-2 XL, recorded from the article's figure: ranks only, no model here has them.
#[test]
fn the_articles_largest_figure_is_drawn_again() {
    let recorded = fathom_fixtures::fixtures().join("article/gpt2-xl-cordoba.pack");
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["rankings", "--from", recorded.to_str().unwrap(), "-o", "xl.svg"];
    bare().current_dir(&folder).args(arguments).assert().success();
    let svg = fs::read_to_string(folder.path().join("xl.svg")).unwrap();
    let committed = fathom_fixtures::fixtures().join("../docs/gallery/gpt2-xl.svg");
    // Its first row, of layer 0, from the recording: ranks beyond 9,999 are shortened.
    for cell in [">22k<", ">417<", ">653<", ">679<", ">4519<", ">4139<"] {
        assert!(svg.contains(cell), "{cell}");
    }
    assert_eq!(svg, fs::read_to_string(committed).unwrap(), "`cargo xtask pictures` draws the gallery again");
}
