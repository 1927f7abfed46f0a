//! PyTorch checkpoints: what torch itself writes, views of all kinds, and files that lie.

mod common;

use std::path::Path;

use common::assert_error;
use fathom_fixtures::write::{TorchWriter, zip_stored};
use fathom_formats::{Checkpoint, Dtype, FormatError, Kind, Torch};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/torch").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn le<const N: usize>(values: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
    values.into_iter().flatten().collect()
}

/// The state dict of `fixtures/refs/torch_files.py`.
fn state() -> TorchWriter {
    let mut file = TorchWriter::new();
    file.whole("wte.weight", Dtype::F32, &[2, 3], &le((0..6).map(|i| (i as f32).to_le_bytes())));
    file.same("lm_head.weight", "wte.weight");
    let half = (0..8).map(|i| half::f16::from_f32(i as f32).to_le_bytes());
    let half = file.storage(Dtype::F16, &le(half));
    file.tensor("half.offset", half, 2, &[4], &[1]);
    let brain = (0..6).map(|i| half::bf16::from_f32(i as f32).to_le_bytes());
    let brain = file.storage(Dtype::BF16, &le(brain));
    file.tensor("turned.weight", brain, 0, &[2, 3], &[1, 2]);
    file.whole("ids", Dtype::I64, &[3], &le((0..3i64).map(i64::to_le_bytes)));
    file.whole("mask", Dtype::Bool, &[2], &[1, 0]);
    file
}

#[test]
fn what_torch_wrote_is_read_in_both_forms() {
    for (form, bytes) in [
        ("torch, zip", fixture("zip.bin")),
        ("torch, legacy", fixture("legacy.bin")),
        ("ours, zip", state().to_zip()),
        ("ours, legacy", state().to_legacy()),
    ] {
        let file = Torch::from_bytes(bytes).unwrap_or_else(|error| panic!("{form}: {error}"));
        for (name, dtype, shape, values) in [
            ("wte.weight", Dtype::F32, vec![2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
            ("lm_head.weight", Dtype::F32, vec![2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
            ("half.offset", Dtype::F16, vec![4], vec![2.0, 3.0, 4.0, 5.0]),
            ("turned.weight", Dtype::BF16, vec![2, 3], vec![0.0, 2.0, 4.0, 1.0, 3.0, 5.0]),
            ("ids", Dtype::I64, vec![3], vec![0.0, 1.0, 2.0]),
            ("mask", Dtype::Bool, vec![2], vec![1.0, 0.0]),
        ] {
            let view = file.tensor(name).unwrap_or_else(|| panic!("{form}: no {name}"));
            assert_eq!((view.dtype, view.shape), (dtype, shape.as_slice()), "{form}: {name}");
            assert_eq!(view.to_f32_plain().unwrap(), values, "{form}: {name}");
        }
        let parameter = file.tensor("parameter");
        assert_eq!(parameter.is_some(), form == "torch, legacy", "{form}");
        if let Some(parameter) = parameter {
            assert_eq!(parameter.to_f32_plain().unwrap(), [1.0, 1.0]);
        }
        assert_eq!(
            file.tensors().len(),
            6 + usize::from(parameter.is_some()),
            "{form}: _metadata is no tensor"
        );
    }
}

#[test]
fn our_writer_pickles_as_torch_does() {
    let (ours, theirs) = (state().pickle(), fixture("zip.bin"));
    let found = theirs.windows(ours.len()).any(|window| window == ours);
    assert!(found, "torch's file does not hold our {} bytes", ours.len());
}

#[test]
fn tied_tensors_are_the_same_bytes_and_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pytorch_model.bin");
    std::fs::write(&path, state().to_zip()).unwrap();
    let file = Checkpoint::open(&path).unwrap();
    assert_eq!(file.kind(), Kind::Torch);
    let at = |name: &str| file.tensor(name).unwrap().data.as_ptr();
    assert_eq!(at("wte.weight"), at("lm_head.weight"));
    assert_eq!(file.parameters(), 6 + 4 + 6, "floats once, no integers, no bools");
}

#[test]
fn views_of_every_kind() {
    let mut file = TorchWriter::new();
    let numbers = file.storage(Dtype::U8, &(0..24).collect::<Vec<u8>>());
    file.tensor("scalar", numbers, 5, &[], &[]);
    file.tensor("last", numbers, 23, &[1, 1], &[900, 7]); // strides of dimensions of one mean nothing
    file.tensor("permuted", numbers, 0, &[4, 2, 3], &[1, 12, 4]);
    file.tensor("every second", numbers, 1, &[3], &[2]);
    file.tensor("repeated", numbers, 2, &[2, 3], &[0, 1]);
    file.tensor("column", numbers, 1, &[4, 1], &[6, 1]);
    let file = Torch::from_bytes(file.to_zip()).unwrap();
    let data = |name: &str| file.tensor(name).unwrap().data.to_vec();
    assert_eq!(data("scalar"), [5]);
    assert_eq!(data("last"), [23]);
    assert_eq!(data("every second"), [1, 3, 5]);
    assert_eq!(data("repeated"), [2, 3, 4, 2, 3, 4]);
    assert_eq!(data("column"), [1, 7, 13, 19]);
    let mut expected = Vec::new();
    for a in 0..4 {
        for b in 0..2 {
            expected.extend((0..3).map(|c| a + 12 * b + 4 * c));
        }
    }
    assert_eq!(data("permuted"), expected);
}

#[test]
fn shards_with_their_index() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let open = || Checkpoint::open(folder.path());
    let one = |name: &str| {
        let mut file = TorchWriter::new();
        let turned = file.storage(Dtype::U8, &[1, 2, 3, 4]);
        file.tensor(name, turned, 0, &[2, 2], &[1, 2]);
        file.to_zip()
    };
    put("pytorch_model-00001-of-00002.bin", &one("a"));
    assert_error("no index", open(), "IndexMissing", &["pytorch_model.bin.index.json"]);
    put(
        "pytorch_model.bin.index.json",
        br#"{"weight_map": {"a": "pytorch_model-00001-of-00002.bin", "b": "pytorch_model-00002-of-00002.bin"}}"#,
    );
    assert_error("one lacks", open(), "ShardMissing", &["00002-of-00002.bin"]);
    put("pytorch_model-00002-of-00002.bin", &one("a"));
    assert_error("twice", open(), "InTwoShards", &["\"a\""]);
    put("pytorch_model-00002-of-00002.bin", &one("b"));
    let file = open().unwrap();
    assert_eq!((file.kind(), file.names(), file.files().len()), (Kind::Torch, vec!["a", "b"], 2));
    assert_eq!(file.tensor("b").unwrap().data, [1, 3, 2, 4]);
    let by_index = Checkpoint::open(&folder.path().join("pytorch_model.bin.index.json")).unwrap();
    assert_eq!(by_index.names(), ["a", "b"]);
    put("pytorch_model.bin.index.json", br#"{"weight_map": {"a": "../a.bin"}}"#);
    assert_error("outside", open(), "ShardName", &[".bin file in the same folder"]);
    // Safetensors come first where both are there.
    put(
        "model.safetensors",
        &common::safetensors(r#"{"s":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1),
    );
    assert_eq!(open().unwrap().names(), ["s"]);
}

/// A zip file whose pickle is this, with one storage of eight bytes.
fn with_pickle(pickle: &[u8]) -> Vec<u8> {
    zip_stored(&[("m/data.pkl", pickle), ("m/data/0", &[0; 8]), ("m/version", b"3\n")])
}

/// The pickle of `{"w": tensor}` with these arguments after the storage.
fn tensor(storage: &[u8], arguments: &[u8]) -> Vec<u8> {
    let start: &[u8] =
        b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\n";
    [start, storage, b"\nX\x01\0\0\x000X\x03\0\0\0cpuK\x08tQ", arguments, b"tRs."].concat()
}

#[test]
fn pickles_that_lie_or_ask_for_code() {
    let good: &[u8] = b"K\x00K\x02K\x04\x86K\x04K\x01\x86\x89N";
    assert!(Torch::from_bytes(with_pickle(&tensor(b"ByteStorage", good))).is_ok());
    let cases: &[(&str, Vec<u8>, &str, &[&str])] = &[
        (
            "a system call",
            b"\x80\x02cos\nsystem\nX\x02\0\0\0idtR.".to_vec(),
            "PickledCode",
            &["os.system", "state_dict"],
        ),
        (
            "an unknown class",
            b"\x80\x02cargparse\nNamespace\n)\x81.".to_vec(),
            "PickledCode",
            &["argparse.Namespace"],
        ),
        (
            "code by a name on the stack",
            b"\x80\x04\x8c\x02os\x8c\x06system\x93.".to_vec(),
            "PickledCode",
            &["os.system"],
        ),
        ("a torch function", b"\x80\x02ctorch\nload\n.".to_vec(), "PickledCode", &["torch.load"]),
        ("empty", Vec::new(), "BadPickle", &["data.pkl", "0 are left"]),
        ("no end", b"\x80\x02}".to_vec(), "BadPickle", &["1 more bytes"]),
        ("a text of 4 GB", b"\x80\x02X\xff\xff\xff\xffw".to_vec(), "BadPickle", &["4294967295 more bytes"]),
        ("an unknown instruction", b"\x80\x02\x97.".to_vec(), "BadPickle", &["0x97"]),
        ("protocol 0", b"\x80\x00.".to_vec(), "BadPickle", &["protocol 0"]),
        ("an empty stack", b"\x80\x02.".to_vec(), "BadPickle", &["empty stack"]),
        ("a tuple of nothing", b"\x80\x02\x87.".to_vec(), "BadPickle", &["empty stack"]),
        ("no mark", b"\x80\x02t.".to_vec(), "BadPickle", &["mark"]),
        ("a mark above the stack", b"\x80\x02K\x01(0t.".to_vec(), "BadPickle", &["mark"]),
        ("nothing kept", b"\x80\x02h\x05.".to_vec(), "BadPickle", &["nothing was kept as 5"]),
        ("an odd dict", b"\x80\x02}(K\x01u.".to_vec(), "BadPickle", &["no dict"]),
        ("a call of a number", b"\x80\x02K\x01)R.".to_vec(), "BadPickle", &["can't be called"]),
        (
            "too few arguments",
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.".to_vec(),
            "BadPickle",
            &["0 arguments"],
        ),
        ("an odd reference", b"\x80\x02K\x01Q.".to_vec(), "BadPickle", &["no tuple"]),
        ("text that is none", b"\x80\x02X\x01\0\0\0\xff.".to_vec(), "BadPickle", &["UTF-8"]),
        ("a list", b"\x80\x02].".to_vec(), "NoTensors", &["no dict", "state_dict"]),
        ("no weights", b"\x80\x02}X\x05\0\0\0epochK\x03s.".to_vec(), "NoTensors", &["\"epoch\""]),
        (
            "a negative offset",
            tensor(b"ByteStorage", b"J\xff\xff\xff\xff)))N"),
            "BadPickle",
            &["-1", "count"],
        ),
        ("a long number", tensor(b"ByteStorage", b"\x8a\x09123456789)))N"), "BadPickle", &["count"]),
        (
            "past the storage",
            tensor(b"ByteStorage", b"K\x01K\x02K\x04\x86K\x04K\x01\x86\x89N"),
            "BadStorage",
            &["\"w\"", "of 8"],
        ),
        (
            "strides past it",
            tensor(b"ByteStorage", b"K\x00K\x02K\x04\x86K\x05K\x01\x86\x89N"),
            "BadStorage",
            &["[5, 1]"],
        ),
        (
            "more than is there",
            tensor(b"LongStorage", b"K\x00K\x02K\x04\x86K\x04K\x01\x86\x89N"),
            "BadStorage",
            &["of 1"],
        ),
        (
            "two strides, one size",
            tensor(b"ByteStorage", b"K\x00K\x02\x85K\x04K\x01\x86\x89N"),
            "BadStorage",
            &["2 strides"],
        ),
        (
            "a repeated terabyte",
            tensor(b"ByteStorage", b"K\x00J\0\0\0\x7fK\x04\x86K\x00K\x01\x86\x89N"),
            "BadStorage",
            &["much larger than the whole file"],
        ),
        (
            "too large to count",
            tensor(b"ByteStorage", b"K\x00J\0\0\0\x7fJ\0\0\0\x7fJ\0\0\0\x7f\x87K\x00K\x00K\x00\x87\x89N"),
            "ShapeOverflow",
            &["overflows"],
        ),
        (
            "an overflowing stride",
            tensor(b"ByteStorage", b"K\x00K\x03\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85\x89N"),
            "BadStorage",
            &["leave its storage"],
        ),
        ("no numbers", tensor(b"ByteStorage", b"K\x00K\x00\x85K\x01\x85\x89N"), "ZeroDim", &["[0]"]),
        (
            "nine dimensions",
            tensor(
                b"ByteStorage",
                &[b"K\x00(".as_slice(), &b"K\x01".repeat(9), b"t(", &b"K\x01".repeat(9), b"t\x89N"].concat(),
            ),
            "BadRank",
            &["9 dimensions"],
        ),
        ("complex numbers", tensor(b"ComplexFloatStorage", good), "UnsupportedDtype", &["complex64"]),
        (
            "a long name",
            [b"\x80\x02}X\xe9\x03\0\0".as_slice(), &b"w".repeat(1001), b"K\x01s."].concat(),
            "NoTensors",
            &["thousand"],
        ),
    ];
    for (case, pickle, expected, parts) in cases {
        assert_error(case, Torch::from_bytes(with_pickle(pickle)), expected, parts);
    }
    let code = Torch::from_bytes(with_pickle(&cases[0].1)).unwrap_err();
    assert!(code.is_unsupported());
}

/// Nesting, doubling and sharing without end: linear work, no deep recursion.
#[test]
fn bombs_do_not_go_off() {
    // A tuple in a tuple, a million deep.
    let deep = [b"\x80\x02)".as_slice(), &b"\x85".repeat(1_000_000), b"."].concat();
    assert_error("deep", Torch::from_bytes(with_pickle(&deep)), "NoTensors", &["no dict"]);
    // A pair of the pair before, sixty times: 2^60 items if each were a copy.
    let double = [b"\x80\x02)".as_slice(), &b"q\0h\0\x86".repeat(60), b"."].concat();
    assert_error("double", Torch::from_bytes(with_pickle(&double)), "NoTensors", &["no dict"]);
    // A dict that holds itself.
    let cycle = b"\x80\x02}q\0X\x01\0\0\0wh\0s.";
    assert_error("cycle", Torch::from_bytes(with_pickle(cycle)), "NoTensors", &["\"w\""]);
    let many = [b"\x80\x02".as_slice(), &b"N".repeat(4_000_001), b"."].concat();
    assert_error("many", Torch::from_bytes(with_pickle(&many)), "BadPickle", &["more than 4000000 values"]);
}

#[test]
fn archives_that_are_no_checkpoint() {
    let refused = |case: &str, bytes: Vec<u8>, expected: &str, parts: &[&str]| {
        assert_error(case, Torch::from_bytes(bytes), expected, parts);
    };
    refused("a wheel", zip_stored(&[("a.py", b"x")]), "BadZip", &["data.pkl"]);
    refused("two", zip_stored(&[("a/data.pkl", b"x"), ("b/data.pkl", b"x")]), "BadZip", &["one data.pkl"]);
    refused("twins", zip_stored(&[("a/data.pkl", b"x"), ("a/data.pkl", b"x")]), "BadZip", &["two entries"]);
    refused(
        "big",
        zip_stored(&[("a/data.pkl", b"x"), ("a/byteorder", b"big")]),
        "BigEndianTorch",
        &["big-endian"],
    );
    refused("text", b"hello world".to_vec(), "NotAModel", &["PyTorch"]);
    let good = with_pickle(&tensor(b"ByteStorage", b"K\x00K\x08\x85K\x01\x85\x89N"));
    let directory = good.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    refused("compressed", with(directory + 10, &[8, 0]), "BadZip", &["compressed", "m/data.pkl"]);
    refused("swelling", with(directory + 24, &[0, 0, 0, 9]), "BadZip", &["is stored in"]);
    refused("far", with(directory + 42, &[0xfe, 0xff, 0xff, 0xff]), "BadZip", &["within the file"]);
    refused("wide", with(directory + 42, &[0xff; 4]), "BadZip", &["cut off"]);
    refused("counts", with(good.len() - 12, &[0xff, 0xff]), "BadZip", &["of 65535"]);
}

#[test]
fn cut_or_bent_anywhere_is_no_panic() {
    for whole in [fixture("zip.bin"), fixture("legacy.bin"), state().to_zip(), state().to_legacy()] {
        for length in 0..whole.len() {
            assert!(Torch::from_bytes(whole[..length].to_vec()).is_err(), "cut at {length} but accepted");
        }
        for at in 0..whole.len() {
            for bit in [0x01, 0x10, 0x80, 0xff] {
                let mut bent = whole.clone();
                bent[at] ^= bit;
                check(Torch::from_bytes(bent));
            }
        }
    }
}

/// Either an error that is fit to print, or tensors that can be read.
fn check(read: Result<Torch, FormatError>) {
    match read {
        Err(error) => assert!(error.to_string().len() < 2000, "{error}"),
        Ok(file) => {
            for tensor in file.tensors() {
                assert_eq!(tensor.to_f32_plain().unwrap().len(), tensor.len());
            }
        }
    }
}

proptest::proptest! {
    /// Instructions in any order, with arguments that often make sense.
    #[test]
    fn any_program_ends_well(parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..60)) {
        let pickle: Vec<u8> = [b"\x80\x02".as_slice(), &parts.concat(), b"."].concat();
        check(Torch::from_bytes(with_pickle(&pickle)));
        let legacy: Vec<u8> = [b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.N.", &pickle[..]].concat();
        check(Torch::from_bytes(legacy));
    }
}

const PARTS: &[&[u8]] = &[
    b"(", b")", b"t", b"\x85", b"\x86", b"\x87", b"}", b"]", b"a", b"e", b"s", b"u", b"d", b"R", b"b", b"Q", b"0", b"N",
    b"q\0", b"q\x01", b"h\0", b"h\x01", b"\x94", b"\x93", b"\x81", b"K\0", b"K\x02", b"J\xff\xff\xff\x7f", b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"X\x01\0\0\0w", b"X\x01\0\0\x000", b"ccollections\nOrderedDict\n", b"ctorch._utils\n_rebuild_parameter\n",
    b"ctorch._tensor\n_rebuild_from_type_v2\n", b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nFloatStorage\n", b"ctorch\nSize\n",
    b"(X\x07\0\0\0storagectorch\nByteStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x08tQ",
    b"X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nHalfStorage\nX\x01\0\0\x000NK\x04tQK\x00K\x02\x85K\x02\x85\x89NtRs",
];
