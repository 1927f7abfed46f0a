//! Properties: no bytes make the readers panic; what the writer writes, the reader reads.

mod common;

use common::{Raw, safetensors};
use fathom_fixtures::write::GgufWriter;
use fathom_formats::{Array, Dtype, Gguf, Safetensors, Value};
use proptest::collection::vec;
use proptest::prelude::*;

/// Opens, and touches everything that an accepted file offers.
fn exercise_gguf(bytes: Vec<u8>) -> bool {
    let length = bytes.len();
    let gguf = match Gguf::from_bytes(bytes) {
        Ok(gguf) => gguf,
        Err(error) => {
            assert!(error.to_string().len() < 2000);
            return false;
        }
    };
    for (key, value) in gguf.metadata() {
        assert_eq!(gguf.get(key), Some(value));
        assert!(value.to_string().len() < 1000);
        let _ = (gguf.u32(key), gguf.u32s(key), gguf.f32(key), gguf.str(key), gguf.bool(key));
        if let Ok(strings) = gguf.strings(key) {
            assert_eq!(strings.iter().count(), strings.len());
        }
    }
    for tensor in gguf.tensors() {
        let (numbers, block) = (tensor.len(), tensor.dtype.block_len());
        assert_eq!(tensor.data.len(), numbers / block * tensor.dtype.block_bytes());
        assert!(numbers > 0 && tensor.data.len() <= length);
        assert_eq!(tensor.to_f32_plain().is_ok(), !tensor.dtype.is_quantised());
    }
    true
}

fn exercise_safetensors(bytes: Vec<u8>) -> bool {
    let Ok(file) = Safetensors::from_bytes(bytes) else { return false };
    for tensor in file.tensors() {
        assert_eq!(tensor.data.len(), tensor.len() * tensor.dtype.block_bytes());
        assert_eq!(tensor.to_f32_plain().unwrap().len(), tensor.len());
    }
    true
}

fn sample_gguf() -> Vec<u8> {
    let nested =
        Value::Array(Array::Array(vec![Array::U8(vec![1, 2]), Array::Str(["x"].into_iter().collect())]));
    GgufWriter::new()
        .meta("general.architecture", "llama")
        .meta("llama.block_count", 2u32)
        .meta("llama.rope.freq_base", 1e4f32)
        .meta("tokenizer.ggml.tokens", Value::from_iter(["a", "bc", "é", ""]))
        .meta("tokenizer.ggml.token_type", vec![1i32, 2, 3, 4])
        .meta("flags", vec![true, false])
        .meta("nested", nested)
        .tensor_f32("norm", &[4], &[1.0; 4])
        .tensor("w", Dtype::Q4_1, &[2, 32], &[7; 40])
        .tensor("k", Dtype::Q6K, &[1, 256], &[9; 210])
        .tensor("h", Dtype::F16, &[3, 2], &[1; 12])
        .to_bytes()
        .unwrap()
}

fn sample_safetensors() -> Vec<u8> {
    let header = concat!(
        r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#,
        r#""b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},"c":{"dtype":"BOOL","shape":[],"data_offsets":[32,33]}}"#
    );
    safetensors(header, 33)
}

/// How to spoil a file.
#[derive(Debug, Clone)]
enum Damage {
    Set(prop::sample::Index, u8),
    /// A little-endian 64-bit field: where the lies about sizes are told.
    Field(prop::sample::Index, u64),
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let telling = prop_oneof![
        any::<u64>(),
        0..300u64,
        (0..64u32).prop_map(|shift| 1 << shift),
        (0..64u64).prop_map(|less| u64::MAX - less),
    ];
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        4 => (at(), telling).prop_map(|(at, value)| Damage::Field(at, value)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), 1..20usize).prop_map(|(at, n)| Damage::Remove(at, n)),
        1 => (at(), vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

fn spoil(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match damage {
            Damage::Set(at, byte) => bytes[at.index(length)] = *byte,
            Damage::Field(at, value) => {
                let at = at.index(length);
                let end = (at + 8).min(length);
                bytes[at..end].copy_from_slice(&value.to_le_bytes()[..end - at]);
            }
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Remove(at, n) => drop(bytes.drain(at.index(length)..(at.index(length) + n).min(length))),
            Damage::Insert(at, more) => {
                drop(bytes.splice(at.index(length)..at.index(length), more.iter().copied()))
            }
        }
    }
    bytes
}

fn scalar_or_array() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u8>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::Str),
        vec(any::<i16>(), 0..9).prop_map(Value::from),
        vec(any::<u64>(), 0..9).prop_map(Value::from),
        vec(any::<f32>(), 0..9).prop_map(Value::from),
        vec(any::<f64>(), 0..9).prop_map(Value::from),
        vec(any::<bool>(), 0..9).prop_map(Value::from),
        vec(".{0,9}", 0..9).prop_map(Value::from_iter),
        vec(vec(any::<u8>(), 0..4).prop_map(Array::U8), 0..4)
            .prop_map(|inner| Value::Array(Array::Array(inner))),
    ]
}

fn tensor() -> impl Strategy<Value = (Dtype, Vec<usize>, Vec<u8>)> {
    let types: Vec<Dtype> = Dtype::ALL.into_iter().filter(|dtype| dtype.ggml_type().is_some()).collect();
    (prop::sample::select(types), vec(1..4usize, 1..=4)).prop_flat_map(|(dtype, mut shape)| {
        if let Some(row) = shape.last_mut() {
            *row *= dtype.block_len();
        }
        let bytes = shape.iter().product::<usize>() / dtype.block_len() * dtype.block_bytes();
        (Just(dtype), Just(shape), vec(any::<u8>(), bytes))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        exercise_gguf(bytes.clone());
        exercise_safetensors(bytes.clone());
        // Past the magic, and past the header's length: where the parsers begin.
        exercise_gguf(Raw::gguf(1, 1).bytes(&bytes).0);
        exercise_safetensors(safetensors([b"{", bytes.as_slice()].concat(), 0));
    }

    #[test]
    fn spoilt_gguf_never_panics(damages in vec(damage(), 1..4)) {
        exercise_gguf(spoil(sample_gguf(), &damages));
    }

    #[test]
    fn spoilt_safetensors_never_panics(damages in vec(damage(), 1..4)) {
        exercise_safetensors(spoil(sample_safetensors(), &damages));
    }

    /// Not only do we not panic where the reference does not: we accept no file that it refuses.
    #[test]
    fn what_we_accept_the_reference_accepts(damages in vec(damage(), 1..3)) {
        let bytes = spoil(sample_safetensors(), &damages);
        if exercise_safetensors(bytes.clone()) {
            prop_assert!(safetensors::SafeTensors::deserialize(&bytes).is_ok());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn written_is_read(
        metadata in prop::collection::btree_map("[a-zß.]{1,12}", scalar_or_array(), 0..8),
        tensors in prop::collection::btree_map("[a-z0-9.é]{1,20}", tensor(), 0..6),
        alignment in prop::sample::select(vec![1u32, 8, 32, 256]),
        version in 2..=3u32,
    ) {
        let mut writer = GgufWriter::new().version(version).alignment(alignment);
        for (key, value) in &metadata {
            writer = writer.meta(key, value.clone());
        }
        for (name, (dtype, shape, data)) in &tensors {
            writer = writer.tensor(name, *dtype, shape, data);
        }
        let gguf = Gguf::from_bytes(writer.to_bytes().unwrap()).unwrap();
        prop_assert_eq!(gguf.version(), version);
        for (key, value) in &metadata {
            // By their text where they hold NaN, which equals nothing.
            let read = gguf.get(key).unwrap();
            prop_assert!(read == value || read.to_string() == value.to_string());
        }
        prop_assert_eq!(gguf.metadata().len(), metadata.len() + usize::from(alignment != 32));
        prop_assert_eq!(gguf.tensors().len(), tensors.len());
        for (view, (name, (dtype, shape, data))) in gguf.tensors().zip(&tensors) {
            prop_assert_eq!((view.name, view.dtype, view.shape, view.data), (name.as_str(), *dtype, &shape[..], &data[..]));
        }
    }
}

/// The samples are sound: else "never panics" would test nothing but the magic.
#[test]
fn samples_are_accepted() {
    assert!(exercise_gguf(sample_gguf()));
    assert!(exercise_safetensors(sample_safetensors()));
}
