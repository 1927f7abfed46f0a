//! safetensors files that are damaged or lie: each gives its own error, which names the place.

mod common;

use common::{Raw, assert_error, safetensors, variant};
use fathom_formats::{Dtype, Safetensors};

#[track_caller]
fn refused(case: &str, file: Vec<u8>, expected: &str, parts: &[&str]) {
    let parts: Vec<&str> = parts.iter().copied().chain(["<memory>"]).collect();
    assert_error(case, Safetensors::from_bytes(file), expected, &parts);
}

/// One tensor, its `shape` and `offsets` as JSON text.
fn one(dtype: &str, shape: &str, offsets: &str, data: usize) -> Vec<u8> {
    safetensors(format!(r#"{{"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#), data)
}

#[test]
fn the_header() {
    let raw = |length: u64, rest: &[u8]| Raw::default().u64(length).bytes(rest).0;
    refused("empty", vec![], "Truncated", &["the header's length", "needs 8"]);
    refused("seven bytes", vec![0; 7], "Truncated", &["7 are left"]);
    refused("only a length", raw(10, b""), "Truncated", &["the header at byte 8 needs 10"]);
    refused("cut off", raw(100, b"{}"), "Truncated", &["needs 100", "2 are left"]);
    refused("huge", raw(1 << 60, b"{}"), "CountTooLarge", &["1152921504606846976 bytes", "100000000"]);
    refused("u64::MAX", raw(u64::MAX, b"{}"), "CountTooLarge", &["18446744073709551615"]);
    refused("no length", raw(0, b"{}"), "BadHeader", &["EOF"]);
    refused("zip", b"PK\x03\x04 and so on".to_vec(), "NotAModel", &["zip archive", "not a safetensors"]);
    refused("UTF-8", safetensors(b"{\"\xff\":1}", 0), "BadUtf8", &["the header at byte 10"]);
    refused("not JSON", safetensors("{nonsense}", 0), "BadHeader", &["line 1 column 2"]);
    refused("array", safetensors("{} []", 0), "BadHeader", &["trailing"]);
    let deep = format!("{{\"w\":{}", "[".repeat(100_000));
    refused("deep", safetensors(deep, 0), "BadHeader", &["line 1"]);
    let deep = format!(r#"{{"w":{{"more":{}1{},"dtype":3}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(Safetensors::from_bytes(safetensors(deep, 0)).is_err());
    assert_eq!(Safetensors::from_bytes(safetensors("{}", 0)).unwrap().tensors().len(), 0);
}

#[test]
fn tensors() {
    assert!(Safetensors::from_bytes(one("F32", "[2,3]", "[0,24]", 24)).is_ok());
    refused("cut off", one("F32", "[2,3]", "[0,24]", 23), "OutOfRange", &["\"w\"", "cut off"]);
    refused("longer", one("F32", "[2,3]", "[0,24]", 25), "UnclaimedBytes", &["bytes 24..25"]);
    refused("hole before", one("F32", "[2]", "[8,16]", 16), "UnclaimedBytes", &["bytes 0..8"]);
    refused(
        "length",
        one("F32", "[2,3]", "[0,20]", 20),
        "WrongLength",
        &["[2, 3] in F32", "24 bytes", "0..20"],
    );
    refused("backwards", one("F32", "[2]", "[8,0]", 8), "WrongLength", &["8..0"]);
    refused("zero", one("F32", "[0]", "[0,0]", 0), "ZeroDim", &["\"w\"", "[0]"]);
    let huge = "[4294967296,4294967296]";
    refused("shape", one("F32", huge, "[0,8]", 8), "ShapeOverflow", &["\"w\"", "[4294967296, 4294967296]"]);
    refused("bytes", one("F64", "[9223372036854775807]", "[0,8]", 8), "ShapeOverflow", &["F64"]);
    let end = "[18446744073709551611,18446744073709551615]";
    refused("offsets", one("F32", "[1]", end, 4), "OutOfRange", &["beyond 2^64"]);
    refused("dtype", one("F8_E4M3", "[1]", "[0,1]", 1), "UnsupportedDtype", &["F8_E4M3", "BF16"]);
    refused("dtype text", one("Q\\u001b", "[1]", "[0,1]", 1), "UnsupportedDtype", &["u{1b}"]);
    refused("rank", one("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]", 1), "BadRank", &["has 9", "0 to 8"]);
    for (case, shape) in
        [("negative", "[-1]"), ("fraction", "[1.5]"), ("text", "\"2\""), ("2^64", "[18446744073709551616]")]
    {
        refused(case, one("F32", shape, "[0,4]", 4), "BadHeader", &["\"w\"", "line 1 column"]);
    }
    refused("three offsets", one("F32", "[1]", "[0,4,8]", 4), "BadHeader", &["\"w\""]);
    refused("a field missing", safetensors(r#"{"w":{"dtype":"F32"}}"#, 0), "BadHeader", &["shape"]);
    let doubled = r#"{"w":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    refused("a field twice", safetensors(doubled, 1), "BadHeader", &["duplicate field `dtype`"]);
    refused("notes", safetensors(r#"{"__metadata__":{"a":1}}"#, 0), "BadHeader", &["__metadata__"]);
    refused(
        "notes twice",
        safetensors(r#"{"__metadata__":{},"__metadata__":{}}"#, 0),
        "BadHeader",
        &["twice"],
    );
}

fn two(first: (&str, &str), second: (&str, &str), data: usize) -> Vec<u8> {
    let tensor =
        |(name, at): (&str, &str)| format!(r#""{name}":{{"dtype":"U8","shape":[4],"data_offsets":{at}}}"#);
    safetensors(format!("{{{},{}}}", tensor(first), tensor(second)), data)
}

#[test]
fn two_tensors() {
    assert!(Safetensors::from_bytes(two(("b", "[0,4]"), ("a", "[4,8]"), 8)).is_ok());
    refused("overlap", two(("a", "[0,4]"), ("b", "[2,6]"), 6), "Overlap", &["\"a\" and \"b\""]);
    refused("the same", two(("a", "[0,4]"), ("b", "[0,4]"), 4), "Overlap", &["\"a\" and \"b\""]);
    refused("a gap", two(("a", "[0,4]"), ("b", "[6,10]"), 10), "UnclaimedBytes", &["bytes 4..6"]);
    refused("duplicate", two(("a", "[0,4]"), ("a", "[4,8]"), 8), "DuplicateTensor", &["\"a\" occurs twice"]);
}

/// Eight tensors of 2^61 - 1 bytes and one of seven, end to end: the sum of the claims is 2^64 - 1, and adding the
/// header's length to it overflows. (The `safetensors` crate, 0.8, panics on it in a debug build.)
#[test]
fn offsets_that_overflow_together() {
    let size = (1u64 << 61) - 1;
    let mut parts: Vec<String> = (0..8)
        .map(|i| {
            format!(
                r#""t{i}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{},{}]}}"#,
                i * size,
                (i + 1) * size
            )
        })
        .collect();
    parts.push(format!(r#""u":{{"dtype":"U8","shape":[7],"data_offsets":[{},{}]}}"#, 8 * size, u64::MAX));
    refused("overflow", safetensors(format!("{{{}}}", parts.join(",")), 8), "OutOfRange", &["\"t0\""]);
}

#[test]
fn cut_anywhere_is_an_error() {
    let whole = two(("a", "[0,4]"), ("b", "[4,8]"), 8);
    for length in 0..whole.len() {
        let error = Safetensors::from_bytes(whole[..length].to_vec()).expect_err("cut off but accepted");
        assert!(["Truncated", "OutOfRange"].contains(&variant(&error).as_str()), "{length}: {error}");
    }
}

/// What the reference implementation writes, we read: all types, a scalar, notes, data at odd addresses.
#[test]
fn files_of_the_reference_writer() {
    use safetensors::tensor::{Dtype as Theirs, TensorView as View, serialize};
    let bytes: Vec<u8> = (0..48).collect();
    let tensors = vec![
        ("scalar", View::new(Theirs::F32, vec![], &bytes[..4]).unwrap()),
        ("odd", View::new(Theirs::U8, vec![3], &bytes[..3]).unwrap()),
        ("half", View::new(Theirs::F16, vec![2, 3], &bytes[..12]).unwrap()),
        ("brain", View::new(Theirs::BF16, vec![3, 2], &bytes[..12]).unwrap()),
        ("mask", View::new(Theirs::BOOL, vec![1, 1, 2, 2], &[1, 0, 1, 1]).unwrap()),
        ("ids", View::new(Theirs::I64, vec![6], &bytes).unwrap()),
        ("double", View::new(Theirs::F64, vec![6], &bytes).unwrap()),
        ("u16", View::new(Theirs::U16, vec![2], &bytes[..4]).unwrap()),
    ];
    let notes = [("format".to_owned(), "pt".to_owned())].into_iter().collect();
    let ours = Safetensors::from_bytes(serialize(tensors.clone(), Some(notes)).unwrap()).unwrap();
    assert_eq!(ours.notes(), [("format".to_owned(), "pt".to_owned())]);
    assert_eq!(ours.tensors().len(), tensors.len());
    for (name, theirs) in tensors {
        let view = ours.tensor(name).unwrap();
        assert_eq!((view.shape, view.data), (theirs.shape(), theirs.data()), "{name}");
        assert_eq!(view.dtype.to_string(), theirs.dtype().to_string(), "{name}");
        assert_eq!(view.to_f32_plain().unwrap().len(), view.len(), "{name}");
    }
    assert_eq!(ours.tensor("mask").unwrap().to_f32_plain().unwrap(), [1.0, 0.0, 1.0, 1.0]);
    assert_eq!((ours.tensor("scalar").unwrap().len(), ours.tensor("odd").unwrap().dtype), (1, Dtype::U8));
    assert!(ours.tensor("nothing").is_none());
}
