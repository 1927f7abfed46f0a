//! GGUF files that are damaged or lie: each gives its own error, which names the place.

mod common;

use std::fs::File;
use std::io::Write;

use common::{Raw, assert_error, variant};
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Dtype, FormatError, Gguf, Value};

const F32: u32 = 0;
const Q4_1: u32 = 3;
const U32: u32 = 4;
const BOOL: u32 = 7;
const STR: u32 = 8;
const ARRAY: u32 = 9;

#[track_caller]
fn refused(case: &str, raw: Raw, expected: &str, parts: &[&str]) {
    let parts: Vec<&str> = parts.iter().copied().chain(["<memory>"]).collect();
    assert_error(case, Gguf::from_bytes(raw.0), expected, &parts);
}

fn one_key(kind: u32) -> Raw {
    Raw::gguf(0, 1).key("some.key", kind)
}

#[test]
fn magic_and_version() {
    let start = |version: u32| Raw(b"GGUF".to_vec()).u32(version).u64(0).u64(0);
    for version in [2, 3] {
        assert_eq!(Gguf::from_bytes(start(version).0).unwrap().version(), version);
    }
    refused("version 1", start(1), "GgufVersion", &["version 1", "expected 2 or 3"]);
    refused("version 4", start(4), "GgufVersion", &["version 4"]);
    refused("version 0", start(0), "GgufVersion", &["version 0"]);
    refused("big-endian", start(3u32.swap_bytes()), "BigEndian", &["big-endian"]);
    refused("swapped magic", Raw(b"FUGG\0\0\0\x03".to_vec()), "BigEndian", &["big-endian"]);
    refused("zip", Raw(b"PK\x03\x04 and so on".to_vec()), "NotAModel", &["50 4b 03 04", "zip archive"]);
    refused("text", Raw(b"hello".to_vec()), "NotAModel", &["\"hello\"", ".gguf"]);
    assert!(Gguf::from_bytes(start(1).0).unwrap_err().is_unsupported());
}

#[test]
fn counts() {
    refused(
        "2^60 tensors",
        Raw::gguf(1 << 60, 0),
        "CountTooLarge",
        &["1152921504606846976 tensors", "header"],
    );
    refused("2^60 keys", Raw::gguf(0, 1 << 60), "CountTooLarge", &["1152921504606846976 metadata keys"]);
    refused("u64::MAX keys", Raw::gguf(0, u64::MAX), "CountTooLarge", &["18446744073709551615"]);
    let place = "\"some.key\"";
    refused("2^60 bytes", one_key(STR).u64(1 << 60), "CountTooLarge", &["bytes of text", place]);
    refused(
        "2^60 numbers",
        one_key(ARRAY).u32(U32).u64(1 << 60),
        "CountTooLarge",
        &["array elements", place],
    );
    // 2^62 * 4 overflows 64 bits.
    refused(
        "2^62 numbers",
        one_key(ARRAY).u32(U32).u64(1 << 62),
        "CountTooLarge",
        &["array elements", place],
    );
    refused("2^60 strings", one_key(ARRAY).u32(STR).u64(1 << 60), "CountTooLarge", &["strings", place]);
    refused("2^60 arrays", one_key(ARRAY).u32(ARRAY).u64(1 << 60), "CountTooLarge", &["inner arrays", place]);
    refused(
        "key of 2^60",
        Raw::gguf(0, 1).u64(1 << 60).data(1, 99),
        "CountTooLarge",
        &["metadata key 1 of 1"],
    );
    let long = "k".repeat(65_536);
    refused("long key", Raw::gguf(0, 1).key(&long, U32).u32(0), "CountTooLarge", &["65536", "at most 65535"]);
    refused(
        "long name",
        Raw::gguf(1, 0).tensor(&long, &[1], F32, 0).data(32, 4),
        "CountTooLarge",
        &["name of tensor 1 of 1"],
    );
}

#[test]
fn metadata_values() {
    refused("value type", one_key(13).u64(0), "BadValue", &["\"some.key\"", "0 to 12, found 13"]);
    refused("element type", one_key(ARRAY).u32(99).u64(0), "BadValue", &["element type", "found 99"]);
    refused("bool", one_key(BOOL).bytes(&[2]), "BadValue", &["0 or 1, found 2", "byte 44"]);
    refused(
        "bool in array",
        one_key(ARRAY).u32(BOOL).u64(3).bytes(&[1, 7, 0]),
        "BadValue",
        &["found 7", "byte 57"],
    );
    refused("UTF-8 value", one_key(STR).str(b"ab\xff"), "BadUtf8", &["\"some.key\"", "byte 54"]);
    refused("UTF-8 in array", one_key(ARRAY).u32(STR).u64(2).str("a").str(b"\xc3"), "BadUtf8", &["some.key"]);
    // Two halves of a character in neighbouring strings: valid together, not each.
    let halves = one_key(ARRAY).u32(STR).u64(2).str(b"\xc3").str(b"\xa9");
    refused("split UTF-8", halves, "BadUtf8", &["some.key"]);
    refused(
        "UTF-8 key",
        Raw::gguf(0, 1).str(b"\xff\xfe").u32(U32).u32(0),
        "BadUtf8",
        &["metadata key 1 of 1"],
    );
    refused("UTF-8 name", Raw::gguf(1, 0).str(b"\x80").data(1, 99), "BadUtf8", &["name of tensor 1 of 1"]);
    let twice = Raw::gguf(0, 2).key("a", U32).u32(1).key("a", BOOL).bytes(&[1]);
    refused("duplicate key", twice, "DuplicateKey", &["\"a\" occurs twice"]);
    let escape = Raw::gguf(0, 2).key("\u{1b}[31m", U32).u32(1).key("\u{1b}[31m", U32).u32(1);
    refused("escape in a key", escape, "DuplicateKey", &["\\u{1b}[31m"]);
}

#[test]
fn nested_arrays() {
    let nested = |depth: usize| {
        let outer = (1..depth).fold(one_key(ARRAY), |raw, _| raw.u32(ARRAY).u64(1));
        outer.u32(U32).u64(1).u32(7)
    };
    assert_eq!(
        Gguf::from_bytes(nested(4).0).unwrap().get("some.key").unwrap().to_string(),
        "array of 1 array"
    );
    refused("five deep", nested(5), "NestedTooDeep", &["more than 4 deep", "\"some.key\""]);
    refused("100,000 deep", nested(100_000), "NestedTooDeep", &["\"some.key\""]);
    // Two keys of 40,000 empty inner arrays each: together beyond the limit for all.
    let many = |raw: Raw, key: &str| {
        (0..40_000).fold(raw.key(key, ARRAY).u32(ARRAY).u64(40_000), |raw, _| raw.u32(U32).u64(0))
    };
    assert!(Gguf::from_bytes(many(Raw::gguf(0, 1), "a").0).is_ok());
    refused("many", many(many(Raw::gguf(0, 2), "a"), "b"), "CountTooLarge", &["inner arrays", "\"b\""]);
}

#[test]
fn alignment() {
    let aligned = |n: u32| Raw::gguf(0, 1).key("general.alignment", U32).u32(n);
    for good in [1, 8, 32, 64, 4096] {
        assert!(Gguf::from_bytes(aligned(good).0).is_ok(), "{good}");
    }
    for bad in [0, 3, 48, 1 << 30, u32::MAX] {
        refused("alignment", aligned(bad), "BadAlignment", &[&bad.to_string(), "power of two"]);
    }
    let negative = Raw::gguf(0, 1).key("general.alignment", 5).u32(-8i32 as u32);
    refused("negative", negative, "BadAlignment", &["i32 -8"]);
    let text = Raw::gguf(0, 1).key("general.alignment", STR).str("32");
    refused("text", text, "WrongType", &["general.alignment", "expected u32, found str \"32\""]);
    let split = Raw::gguf(0, 2).key("split.count", 2).bytes(&[3, 0]).key("split.no", 2).bytes(&[1, 0]);
    refused("split", split, "SplitGguf", &["part 2 of 3", "--merge"]);
}

fn one_tensor(dims: &[u64], kind: u32, offset: u64, data: usize) -> Raw {
    Raw::gguf(1, 0).tensor("w", dims, kind, offset).data(32, data)
}

#[test]
fn tensor_shapes_and_types() {
    assert!(Gguf::from_bytes(one_tensor(&[2, 3], F32, 0, 24).0).is_ok());
    refused("no dimension", one_tensor(&[], F32, 0, 24), "BadRank", &["\"w\" has 0", "1 to 4"]);
    refused("five dimensions", one_tensor(&[1; 5], F32, 0, 24), "BadRank", &["has 5"]);
    let ranks = Raw::gguf(1, 0).str("w").u32(u32::MAX).data(32, 64);
    refused("2^32 dimensions", ranks, "BadRank", &["has 4294967295"]);
    refused("zero", one_tensor(&[4, 0], F32, 0, 24), "ZeroDim", &["\"w\"", "[0, 4]"]);
    refused("shape", one_tensor(&[1 << 40, 1 << 40], F32, 0, 24), "ShapeOverflow", &["[1099511627776, 1099"]);
    refused("bytes", one_tensor(&[1 << 62], F32, 0, 24), "ShapeOverflow", &["\"w\"", "F32"]);
    refused("u64::MAX", one_tensor(&[u64::MAX; 4], F32, 0, 24), "ShapeOverflow", &["\"w\""]);
    refused("half a block", one_tensor(&[33], Q4_1, 0, 40), "PartialBlock", &["33", "Q4_1 blocks of 32"]);
    // 64 numbers are two blocks, but no row of 16 is.
    refused("rows", one_tensor(&[16, 4], Q4_1, 0, 40), "PartialBlock", &["rows of 16"]);
    for (kind, name) in
        [(23, "IQ4_XS"), (16, "IQ2_XXS"), (34, "TQ1_0"), (39, "MXFP4"), (4, "Q4_2"), (77, "77")]
    {
        refused("type", one_tensor(&[256], kind, 0, 999), "UnsupportedDtype", &["\"w\"", name, "Q4_K"]);
    }
    let error = Gguf::from_bytes(one_tensor(&[256], 23, 0, 999).0).unwrap_err();
    assert!(error.is_unsupported());
}

#[test]
fn tensor_places() {
    refused("cut off", one_tensor(&[6], F32, 0, 23), "OutOfRange", &["bytes 64..88", "has 87", "\"w\""]);
    refused("unaligned", one_tensor(&[6], F32, 8, 32), "Unaligned", &["offset 8", "alignment, 32"]);
    refused("far", one_tensor(&[6], F32, 1 << 40, 24), "OutOfRange", &["\"w\""]);
    refused("overflow", one_tensor(&[6], F32, u64::MAX - 31, 24), "OutOfRange", &["beyond 2^64"]);
    let two = |first: u64, second: u64| {
        let raw = Raw::gguf(2, 0).tensor("a", &[10], F32, first).tensor("b", &[8], F32, second);
        raw.data(32, 96)
    };
    assert!(Gguf::from_bytes(two(0, 64).0).is_ok());
    assert!(Gguf::from_bytes(two(32, 0).0).is_ok());
    refused("overlap", two(0, 32), "Overlap", &["\"a\" and \"b\"", "byte 128"]);
    refused("the same", two(0, 0), "Overlap", &["\"b\" and \"a\"", "byte 96"]);
    let twice = Raw::gguf(2, 0).tensor("a", &[8], F32, 0).tensor("a", &[8], F32, 32).data(32, 64);
    refused("duplicate", twice, "DuplicateTensor", &["\"a\" occurs twice"]);
}

/// A file with everything in it.
fn sample() -> Vec<u8> {
    GgufWriter::new()
        .meta("general.architecture", "llama")
        .meta("llama.block_count", 2u32)
        .meta("tokenizer.ggml.tokens", Value::from_iter(["a", "b", "é"]))
        .meta("tokenizer.ggml.scores", vec![0.5f32, 1.0, 2.0])
        .meta("flag", true)
        .tensor_f32("norm", &[4], &[1.0; 4])
        .tensor("w", Dtype::Q4_1, &[2, 32], &[7; 40])
        .to_bytes()
        .unwrap()
}

#[test]
fn cut_anywhere_is_an_error() {
    let whole = sample();
    let mut seen = std::collections::BTreeSet::new();
    for length in 0..whole.len() {
        let error = Gguf::from_bytes(whole[..length].to_vec()).expect_err("cut off but accepted");
        let message = error.to_string();
        assert!(message.contains("cut off") || message.contains("truncated"), "{length}: {message}");
        seen.insert(variant(&error));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["CountTooLarge", "OutOfRange", "Truncated"]);
    assert!(Gguf::from_bytes(whole).is_ok());
}

#[test]
fn a_header_beyond_the_cap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.gguf");
    let mut file = File::create(&path).unwrap();
    // A sparse file of 600 MiB: everything that is claimed would fit in it.
    file.write_all(&one_key(STR).u64(500 << 20).0).unwrap();
    file.set_len(600 << 20).unwrap();
    assert_error(
        "large",
        Gguf::open(&path),
        "HeaderTooLarge",
        &["some.key", "268435456 bytes", "large.gguf"],
    );
}

#[test]
fn getters_name_the_key_and_both_types() {
    let gguf = Gguf::from_bytes(sample()).unwrap();
    assert_error("missing", gguf.u32("llama.nothing"), "MissingKey", &["\"llama.nothing\"", "expected u32"]);
    assert_error("type", gguf.u32("general.architecture"), "WrongType", &["u32, found str \"llama\""]);
    assert_error("array", gguf.str("tokenizer.ggml.tokens"), "WrongType", &["str, found array of 3 str"]);
    assert_error("f32", gguf.f32("llama.block_count"), "WrongType", &["expected f32, found u32 2"]);
    assert_error("bool", gguf.bool("llama.block_count"), "WrongType", &["expected bool"]);
    assert_error("strings", gguf.strings("flag"), "WrongType", &["array of str, found bool true"]);
    assert_error("f32s", gguf.f32s("tokenizer.ggml.tokens"), "WrongType", &["expected array of f32"]);
    assert_error(
        "u32s",
        gguf.u32s("tokenizer.ggml.scores"),
        "WrongType",
        &["array of u32", "array of 3 f32"],
    );
    assert_error("bools", gguf.bools("flag"), "WrongType", &["array of bool"]);
    assert_error("optional", gguf.optional("flag", Gguf::u32), "WrongType", &["\"flag\""]);
    assert_eq!(gguf.optional("none", Gguf::u32).unwrap(), None);
    assert_eq!(gguf.optional("llama.block_count", Gguf::u64).unwrap(), Some(2));

    let wide = GgufWriter::new().meta("big", 1u64 << 32).meta("minus", -1i64).meta("small", 7u8);
    let wide = wide.meta("types", vec![1i32, 3, 6]).meta("signed", vec![-1i16, 2]).meta("double", 0.5f64);
    let wide = Gguf::from_bytes(wide.to_bytes().unwrap()).unwrap();
    assert_error("big", wide.u32("big"), "WrongType", &["expected u32, found u64 4294967296"]);
    assert_error("minus", wide.u32("minus"), "WrongType", &["found i64 -1"]);
    assert_error("signed", wide.u32s("signed"), "WrongType", &["found array of 2 i16"]);
    assert_eq!((wide.u64("big").unwrap(), wide.u32("small").unwrap()), (1 << 32, 7));
    assert_eq!((wide.u32s("types").unwrap(), wide.i32s("signed").unwrap()), (vec![1, 3, 6], vec![-1, 2]));
    assert_eq!(wide.f32("double").unwrap(), 0.5);
}

#[test]
fn the_writer_refuses_what_the_reader_would() {
    let failed = |writer: GgufWriter| writer.to_bytes().unwrap_err().to_string();
    let new = GgufWriter::new;
    assert!(failed(new().meta("a", 1u32).meta("a", 2u32)).contains("\"a\" was added twice"));
    assert!(failed(new().tensor_f32("a", &[1], &[0.0]).tensor_f32("a", &[1], &[0.0])).contains("twice"));
    assert!(failed(new().tensor_f32("a", &[3], &[0.0])).contains("takes 12 bytes, was given 4"));
    assert!(failed(new().tensor("a", Dtype::Bool, &[1], &[0])).contains("no type BOOL"));
    assert!(failed(new().tensor("a", Dtype::Q8_0, &[31], &[0; 34])).contains("blocks of 32"));
    assert!(failed(new().meta("general.alignment", 64u32)).contains("alignment()"));
    let error: FormatError = Gguf::from_bytes(new().version(1).to_bytes().unwrap()).unwrap_err();
    assert_eq!(variant(&error), "GgufVersion");
}
