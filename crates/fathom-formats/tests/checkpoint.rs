//! Opening paths: files, folders, shards, and things that are none of these.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{assert_error, safetensors};
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Checkpoint, Dtype, FormatError, Kind, Safetensors};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
    fn open(&self) -> Result<Checkpoint, FormatError> {
        Checkpoint::open(self.path())
    }
    /// An index of `(tensor, shard)`.
    fn index(&self, map: &[(&str, &str)]) {
        let map: Vec<String> = map.iter().map(|(tensor, shard)| format!("{tensor:?}:{shard:?}")).collect();
        self.put(
            "model.safetensors.index.json",
            format!(r#"{{"metadata":{{"total_size":8}},"weight_map":{{{}}}}}"#, map.join(",")),
        );
    }
    #[track_caller]
    fn refused(&self, case: &str, expected: &str, parts: &[&str]) {
        assert_error(case, self.open(), expected, parts);
    }
}

/// A file of U8 tensors of one number each.
fn shard(names: &[&str]) -> Vec<u8> {
    let tensors: Vec<String> = (0..)
        .zip(names)
        .map(|(i, name)| format!(r#"{name:?}:{{"dtype":"U8","shape":[1],"data_offsets":[{i},{}]}}"#, i + 1))
        .collect();
    safetensors(format!("{{{}}}", tensors.join(",")), names.len())
}

const ONE: &str = "model-00001-of-00002.safetensors";
const TWO: &str = "model-00002-of-00002.safetensors";

#[test]
fn paths_that_are_no_model() {
    let folder = Folder::new();
    let path = folder.path().join("nothing");
    assert_error(
        "nothing",
        Checkpoint::open(&path),
        "NotFound",
        &["nothing", "no such file or folder", ".gguf"],
    );
    for name in ["a.gguf", "a.safetensors", "a.txt"] {
        assert_error("empty", Checkpoint::open(&folder.put(name, "")), "Empty", &[name, "0 bytes", "fetch"]);
    }
    let page = folder.put("page.gguf", "<!DOCTYPE html><html>");
    assert_error("page", Checkpoint::open(&page), "NotAModel", &["page.gguf", "not a GGUF", "web page"]);
    let text = folder.put("notes.txt", "a text about models");
    assert_error(
        "text",
        Checkpoint::open(&text),
        "NotAModel",
        &["GGUF, safetensors or PyTorch", "\"a text a\""],
    );
    let lfs = folder.put("m.safetensors", "version https://git-lfs.github.com/spec/v1");
    assert_error("lfs", Checkpoint::open(&lfs), "NotAModel", &["git lfs pull"]);
    let one = folder.put("one", "G");
    assert_error("one byte", Checkpoint::open(&one), "NotAModel", &["the bytes 47"]);
    #[cfg(unix)]
    assert_error("device", Checkpoint::open(Path::new("/dev/null")), "NotAFile", &["a device"]);
    let inner = folder.path().join("folder.gguf");
    fs::create_dir(&inner).unwrap();
    assert_error("folder", fathom_formats::Gguf::open(&inner), "NotAFile", &["a folder"]);
}

#[test]
fn folders_without_weights() {
    let folder = Folder::new();
    folder.refused("empty", "NoWeights", &["model.safetensors", "it holds nothing"]);
    folder.put("config.json", "{}");
    folder.refused("config", "NoWeights", &["it holds \"config.json\""]);
    folder.put("tf_model.h5", "x");
    folder.refused("keras", "OtherWeights", &["tf_model.h5", "save_pretrained", "safe_serialization"]);
    assert!(folder.open().unwrap_err().is_unsupported());
    folder.put(ONE, shard(&["a"]));
    folder.refused("no index", "IndexMissing", &[ONE, "model.safetensors.index.json"]);
    folder.put("a.gguf", "x");
    folder.put("b.gguf", "x");
    folder.refused("two", "SeveralGguf", &["\"a.gguf\", \"b.gguf\"", "path of one"]);
    let many = Folder::new();
    (0..20).for_each(|i| drop(many.put(&format!("file-{i:02}"), "")));
    many.refused("many", "NoWeights", &["\"file-05\" and 14 more"]);
}

#[test]
fn released_tensors_are_read_again() {
    let values: Vec<f32> = (0..50_000).map(|i| i as f32).collect();
    let gguf = GgufWriter::new().meta("general.architecture", "llama").tensor_f32("a", &[50_000], &values);
    let folder = Folder::new();
    let gguf = Checkpoint::open(&folder.put("m.gguf", gguf.to_bytes().unwrap())).unwrap();
    let files = Checkpoint::open(&folder.put("m.safetensors", shard(&["z"]))).unwrap();
    for (checkpoint, name) in [(&gguf, "a"), (&files, "z")] {
        let before = checkpoint.tensor(name).unwrap().data.to_vec();
        checkpoint.release(name);
        checkpoint.release("no such tensor");
        assert_eq!(checkpoint.tensor(name).unwrap().data, before);
    }
}

#[test]
fn either_format_from_file_or_folder() {
    let gguf = GgufWriter::new().meta("general.architecture", "llama").tensor_f32("b", &[1], &[2.0]);
    let gguf = gguf.tensor_f32("a", &[1], &[3.0]).to_bytes().unwrap();
    let folder = Folder::new();
    let path = folder.put("blob-without-ending", &gguf);
    assert_eq!(Checkpoint::open(&path).unwrap().kind(), Kind::Gguf);
    let path = folder.put("m.gguf", &gguf);
    let found = folder.open().unwrap();
    assert_eq!((found.kind(), found.files(), found.names()), (Kind::Gguf, vec![path], vec!["a", "b"]));
    assert_eq!(found.gguf().unwrap().architecture().unwrap(), "llama");
    // With both, safetensors come first: the folder is Hugging Face's then.
    let path = folder.put("model.safetensors", shard(&["z", "y"]));
    let found = folder.open().unwrap();
    assert_eq!(
        (found.kind(), found.files(), found.names()),
        (Kind::Safetensors, vec![path.clone()], vec!["y", "z"])
    );
    assert!(found.gguf().is_none());
    assert_eq!(Checkpoint::open(&path).unwrap().tensor("z").unwrap().data, [0]);
    assert_eq!(Checkpoint::open(&folder.put("blob", shard(&["q"]))).unwrap().names(), ["q"]);
}

#[cfg(unix)]
#[test]
fn links_as_in_the_hub_cache() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let blobs = Folder::new();
    symlink(blobs.path().join("gone"), folder.path().join("model.safetensors")).unwrap();
    folder.refused("broken link", "Io", &["model.safetensors", "a link that leads nowhere"]);
    assert_error(
        "broken link",
        Checkpoint::open(&folder.path().join("model.safetensors")),
        "Io",
        &["follow the link"],
    );
    blobs.put("gone", shard(&["a"]));
    assert_eq!(folder.open().unwrap().names(), ["a"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_in_a_file_s_place_is_refused_at_once() {
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    for (name, files) in [
        ("model.safetensors", &[][..]),
        ("model.safetensors.index.json", &[]),
        ("pytorch_model.bin", &[]),
        ("pytorch_model.bin.index.json", &[]),
        ("m.gguf", &[]),
        (TWO, &["index"]),
    ] {
        for pipe in [true, false] {
            let folder = Folder::new();
            if !files.is_empty() {
                folder.put(ONE, shard(&["a"]));
                folder.index(&[("a", ONE), ("b", TWO)]);
            }
            let path = folder.path().join(name);
            match pipe {
                true => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
                false => symlink("/dev/zero", &path).unwrap(),
            }
            let (done, result) = mpsc::channel();
            let at = folder.path().to_owned();
            std::thread::spawn(move || drop(done.send(Checkpoint::open(&at))));
            let opened = result.recv_timeout(Duration::from_secs(60)).expect("it waits for ever");
            assert_error(name, opened, "NotAFile", &[name, if pipe { "a pipe" } else { "a device" }]);
        }
    }
}

#[test]
fn a_file_that_was_written_to_is_noticed_and_one_that_was_exchanged_is_not() {
    let folder = Folder::new();
    let path = folder.put("model.safetensors", shard(&["a"]));
    let checkpoint = folder.open().unwrap();
    let opened = checkpoint.opened();
    assert_eq!((opened.len(), opened[0].stamp.bytes()), (1, fs::metadata(&path).unwrap().len()));
    opened[0].check_unchanged().unwrap();
    let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    fs::File::options().append(true).open(&path).unwrap().set_modified(then).unwrap();
    let changed = opened[0].check_unchanged();
    assert!(matches!(changed, Err(FormatError::Changed { .. })), "{changed:?}");
    // What is mapped is the old file, by whatever name.
    if cfg!(unix) {
        let opened = Checkpoint::open(&path).unwrap().opened();
        let other = folder.put("new", shard(&["b"]));
        fs::rename(other, &path).unwrap();
        opened[0].check_unchanged().unwrap();
        fs::remove_file(&path).unwrap();
        opened[0].check_unchanged().unwrap();
    }
    assert!(Checkpoint::Memory(fathom_formats::Memory::new([]).unwrap()).opened().is_empty());
}

#[test]
fn shards() {
    let folder = Folder::new();
    folder.put(ONE, shard(&["a", "b"]));
    folder.put(TWO, shard(&["c"]));
    folder.index(&[("a", ONE), ("b", ONE), ("c", TWO)]);
    let found = folder.open().unwrap();
    assert_eq!(found.names(), ["a", "b", "c"]);
    assert_eq!(found.files(), [folder.path().join(ONE), folder.path().join(TWO)]);
    let index = folder.path().join("model.safetensors.index.json");
    assert_eq!(Checkpoint::open(&index).unwrap().names(), ["a", "b", "c"]);
    assert_eq!(Safetensors::open(folder.path()).unwrap().tensors().len(), 3);

    // Not in the index, but in a shard: read, for the strict loader to report.
    folder.index(&[("a", ONE), ("c", TWO)]);
    assert_eq!(folder.open().unwrap().names(), ["a", "b", "c"]);

    folder.index(&[("a", ONE), ("b", TWO), ("c", TWO)]);
    folder.refused("wrong shard", "NotInShard", &["\"b\"", TWO, "index.json"]);
    folder.index(&[("a", ONE), ("b", ONE), ("c", TWO), ("d", TWO)]);
    folder.refused("absent", "NotInShard", &["\"d\"", TWO]);
    folder.index(&[("a", ONE), ("b", ONE)]);
    folder.refused("left over", "ShardUnlisted", &[TWO, "not in the index"]);
    folder.index(&[("a", ONE), ("b", ONE), ("c", "model-00003-of-00003.safetensors")]);
    folder.refused("missing", "ShardMissing", &["model-00003-of-00003.safetensors"]);

    folder.index(&[("a", ONE), ("b", ONE), ("c", TWO)]);
    folder.put(TWO, shard(&["c", "a"]));
    folder.refused("two shards", "InTwoShards", &["\"a\"", ONE, TWO]);
    folder.put(TWO, shard(&["c", "c"]));
    folder.refused("twice in one", "DuplicateTensor", &["\"c\"", TWO]);
    folder.put(TWO, "");
    folder.refused("empty shard", "Empty", &[TWO]);
    folder.put(TWO, &shard(&["c"])[..20]);
    folder.refused("cut shard", "Truncated", &[TWO]);
}

#[test]
fn hostile_indexes() {
    let folder = Folder::new();
    folder.put(ONE, shard(&["a"]));
    let outside = Folder::new();
    let secret = outside.put("secret.safetensors", shard(&["a"]));
    let climbing = format!("../{}/secret.safetensors", outside.path().file_name().unwrap().to_str().unwrap());
    for name in ["../../etc/passwd", "/etc/passwd", &climbing, secret.to_str().unwrap(), "..", "", "a.bin"] {
        folder.index(&[("a", name)]);
        folder.refused(name, "ShardName", &["plain name", "index.json"]);
    }
    let put = |text: &str| drop(folder.put("model.safetensors.index.json", text));
    put("");
    folder.refused("empty", "Empty", &["index.json"]);
    for (text, part) in [
        ("not JSON", "line 1"),
        ("{}", "weight_map"),
        (r#"{"weight_map":{}}"#, "empty"),
        (r#"{"weight_map":{"a":3}}"#, "expected a string"),
        (r#"{"weight_map":["a"]}"#, "an object of shard names by tensor"),
        (r#"{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}"#, "\"a\" occurs twice"),
    ] {
        put(text);
        folder.refused(text, "BadIndex", &[part, "index.json"]);
    }
    put("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 665\n");
    folder.refused("LFS", "BadIndex", &["git lfs pull"]);
    put(&format!(r#"{{"weight_map":"{}"}}"#, "x".repeat(2_000_000)));
    assert!(folder.open().unwrap_err().to_string().len() < 1000, "a message of a file's length");
    folder.put("model.safetensors.index.json", b"{\"weight_map\":{\"\xff\":\"a\"}}");
    folder.refused("UTF-8", "BadIndex", &["invalid unicode"]);
    let many: Vec<String> = (0..5000).map(|i| format!(r#""t{i}":"s{i}.safetensors""#)).collect();
    put(&format!(r#"{{"weight_map":{{{}}}}}"#, many.join(",")));
    folder.refused("many shards", "BadIndex", &["5000 shards"]);
    // A folder where a shard should be.
    fs::create_dir(folder.path().join("d.safetensors")).unwrap();
    folder.index(&[("a", "d.safetensors")]);
    folder.refused("a folder", "NotAFile", &["d.safetensors", "a folder"]);
}

#[test]
fn labels_and_parameters() {
    let block = |dtype: Dtype, rows: usize| vec![0u8; rows * dtype.block_bytes()];
    let label = |writer: GgufWriter| {
        let folder = Folder::new();
        folder.put("m.gguf", writer.to_bytes().unwrap());
        let found = folder.open().unwrap();
        (found.weights_label(), found.parameters())
    };
    let norm = |writer: GgufWriter| writer.tensor_f32("norm.weight", &[256], &[1.0; 256]);
    let mixed = norm(GgufWriter::new()).tensor("a", Dtype::Q6K, &[1, 256], &block(Dtype::Q6K, 1)).tensor(
        "b",
        Dtype::Q4K,
        &[20, 256],
        &block(Dtype::Q4K, 20),
    );
    assert_eq!(label(mixed.clone()), ("Q4_K + Q6_K".to_owned(), 22 * 256));
    // A type with less than 5 % of the bytes is not named.
    let more = mixed.tensor("c", Dtype::Q4K, &[20, 256], &block(Dtype::Q4K, 20));
    assert_eq!(label(more).0, "Q4_K");
    assert_eq!(label(norm(GgufWriter::new())), ("none".to_owned(), 256));
    // Masks, rotary frequencies and integers are no parameters, and say nothing about the weights.
    let constants = norm(GgufWriter::new())
        .tensor("w", Dtype::F16, &[2, 2], &[0; 8])
        .tensor_f32("h.0.attn.bias", &[1, 1, 64, 64], &[0.0; 4096])
        .tensor_f32("rope_freqs.weight", &[8], &[0.0; 8])
        .tensor("ids", Dtype::I32, &[4, 4], &[0; 64]);
    assert_eq!(label(constants), ("F16".to_owned(), 256 + 4));
    // But a bias that is one counts.
    let bias = GgufWriter::new().tensor_f32("h.0.attn.bias", &[64], &[0.0; 64]);
    assert_eq!(label(bias).1, 64);
}
