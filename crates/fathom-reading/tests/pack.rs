//! The binary form: round trips, agreement with the JSON form, and files that lie.

use fathom_reading::known::{ENTROPY_BITS, KL_BITS, KL_REVERSE_BITS, TARGET_LOGIT, TARGET_PROB};
use fathom_reading::{Reading, ReadingError, pack};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::{Read, Write};
use std::path::PathBuf;

fn inflated(pack: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(pack).read_to_end(&mut bytes).unwrap();
    bytes
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The example's pack with another head (as JSON) and other columns.
fn altered(head: impl FnOnce(&mut serde_json::Value), columns: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let bytes = inflated(&Reading::example().to_pack().unwrap());
    let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    let mut value: serde_json::Value = serde_json::from_slice(&bytes[4..4 + length]).unwrap();
    head(&mut value);
    let mut rest = bytes[4 + length..].to_vec();
    columns(&mut rest);
    let text = value.to_string();
    deflated(&[&(text.len() as u32).to_le_bytes(), text.as_bytes(), &rest].concat())
}

#[track_caller]
fn refused(pack: &[u8]) -> String {
    Reading::from_pack(pack).expect_err("accepted").to_string()
}

#[test]
fn the_example_comes_back_equal_and_the_bytes_are_always_the_same() {
    let reading = Reading::example();
    let pack = reading.to_pack().unwrap();
    assert_eq!(Reading::from_pack(&pack).unwrap(), reading);
    assert_eq!(reading.to_pack().unwrap(), pack);
}

/// What the viewer's decoder is tested with: the same reading as a pack and as JSON.
#[test]
fn the_committed_pack_is_the_example() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../viewer/fixtures"));
    let (pack, json) = (folder.join("example.pack"), folder.join("example.json"));
    let reading = Reading::example();
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        std::fs::write(pack, reading.to_pack().unwrap()).unwrap();
        std::fs::write(json, reading.to_json().unwrap()).unwrap();
        return;
    }
    assert_eq!(Reading::from_pack(&std::fs::read(pack).unwrap()).unwrap(), reading);
    assert_eq!(Reading::from_json(&std::fs::read_to_string(json).unwrap()).unwrap(), reading);
}

/// The same of a reading whose last layer is damaged.
#[test]
fn the_committed_damaged_pack_is_the_damaged_example() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../viewer/fixtures"));
    let (pack, json) = (folder.join("damaged.pack"), folder.join("damaged.json"));
    let reading = Reading::damaged_example();
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        std::fs::write(pack, reading.to_pack().unwrap()).unwrap();
        std::fs::write(json, reading.to_json().unwrap()).unwrap();
        return;
    }
    assert!(same(&Reading::from_pack(&std::fs::read(pack).unwrap()).unwrap(), &reading));
    assert!(same(&Reading::from_json(&std::fs::read_to_string(json).unwrap()).unwrap(), &reading));
}

#[test]
fn what_is_not_finite_is_nan() {
    let mut reading = Reading::example();
    reading.columns[ENTROPY_BITS][3] = f32::INFINITY;
    reading.columns[TARGET_PROB][4] = f32::NAN;
    let back = Reading::from_pack(&reading.to_pack().unwrap()).unwrap();
    assert!(back.columns[ENTROPY_BITS][3].is_nan() && back.columns[TARGET_PROB][4].is_nan());
    assert_eq!(back.columns[ENTROPY_BITS][5], reading.columns[ENTROPY_BITS][5]);
}

#[test]
fn another_version_is_refused_before_the_rest_is_read() {
    let pack = altered(|head| *head = serde_json::json!({"pack": "fathom.pack/2", "columns": 7}), |_| {});
    let error = Reading::from_pack(&pack).unwrap_err();
    assert!(matches!(&error, ReadingError::Schema { found, .. } if found == "fathom.pack/2"), "{error}");
    assert!(error.to_string().contains("another version"), "{error}");
}

#[test]
fn unknown_columns_and_fields_are_skipped() {
    let more = |head: &mut serde_json::Value| {
        head["new"] = serde_json::json!({"x": 1});
        let shape = serde_json::json!({"name": "gradient", "type": "f32", "values": 2});
        head["columns"].as_array_mut().unwrap().push(shape);
    };
    let pack = altered(more, |columns| columns.extend([0; 8]));
    assert_eq!(Reading::from_pack(&pack).unwrap(), Reading::example());
}

#[test]
fn what_does_not_fit_together_is_refused_by_name() {
    let columns = |change: fn(&mut Vec<serde_json::Value>)| {
        altered(|head| change(head["columns"].as_array_mut().unwrap()), |_| {})
    };
    assert!(refused(&columns(|all| all[3]["type"] = "f32".into())).contains("target_rank"));
    assert!(refused(&columns(|all| all[0]["values"] = u64::MAX.into())).contains("target_id"));
    assert!(refused(&columns(|all| all[1]["name"] = "target_prob".into())).contains("twice"));
    assert!(refused(&columns(|all| all[1]["name"] = "other".into())).contains("target_logit"));
    assert!(refused(&altered(|head| head["top_k"] = 4.into(), |_| {})).contains("top_id"));
    assert!(refused(&altered(|_| {}, |bytes| bytes.push(0))).contains("after its columns"));
    assert!(
        refused(&altered(|_| {}, |bytes| bytes.truncate(100))).contains("target_logit: expected 140 bytes")
    );
    let target = altered(|_| {}, |bytes| bytes[0] ^= 1);
    assert!(refused(&target).contains("target of position 0: expected the next token"));
    // `target_rank` follows 7 ids, 35 logits and 35 probabilities; zeroed it holds no ranks.
    let start = 4 * (7 + 35 + 35);
    assert!(
        refused(&altered(|_| {}, |bytes| bytes[start..start + 4 * 35].fill(0))).contains("a rank from 1")
    );
    let rows = altered(|head| head["reading"]["rows"][4]["layer"] = 77.into(), |_| {});
    assert!(refused(&rows).contains("a layer below 4"));
    let whole = Reading::example().to_pack().unwrap();
    assert!(refused(&whole[..whole.len() - 9]).contains("gzip"));
    assert!(refused(&[&whole[..], b"x"].concat()).contains("nothing after"));
    assert!(refused(b"").contains("gzip"));
}

#[test]
fn a_head_that_claims_to_be_longer_than_the_file_is_refused() {
    assert!(refused(&deflated(&[255; 64])).contains("head"));
}

/// A pack that inflates to more than any pack may: `start`, then zeros.
fn bomb(start: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(start).unwrap();
    gzip.flush().unwrap();
    let before = gzip.get_ref().len();
    gzip.write_all(&vec![0; 1 << 20]).unwrap();
    gzip.flush().unwrap();
    // After a flush blocks stand at whole bytes, and zeros behind zeros are packed alike.
    let (start, zeros) = gzip.get_ref().split_at(before);
    [start, &zeros.repeat((pack::MOST_BYTES >> 20) as usize + 1)].concat()
}

#[test]
fn a_bomb_is_refused_by_its_head_and_never_inflated() {
    let bytes = inflated(&Reading::example().to_pack().unwrap());
    let after = bomb(&bytes);
    assert!(after.len() < 1 << 24, "{}", after.len());
    // Whoever inflates it finds that it is too large; the head says that it ends long before.
    assert!(refused(&after).contains("nothing after its columns"), "{}", refused(&after));
    // A head that is a bomb itself.
    let head = deflated(&[&(1u32 << 30).to_le_bytes()[..], b"{"].concat());
    assert!(refused(&head).contains("the pack's head: expected at most 67108864 bytes"));
    // Columns that fit the head, and no memory.
    let many = altered(
        |head| {
            head["top_k"] = 10_000_000.into();
            for column in head["columns"].as_array_mut().unwrap() {
                if column["name"].as_str().unwrap().starts_with("top_") {
                    column["values"] = (35 * 10_000_000u64).into();
                }
            }
        },
        |_| {},
    );
    assert!(refused(&many).contains("at most 1073741824 bytes inflated"), "{}", refused(&many));
    let unknown = altered(
        |head| {
            let shape = serde_json::json!({"name": "gradient", "type": "f32", "values": u64::MAX});
            head["columns"].as_array_mut().unwrap().push(shape);
        },
        |_| {},
    );
    assert!(refused(&unknown).contains("at most 1073741824 bytes inflated"), "{}", refused(&unknown));
}

#[test]
fn a_message_is_short_whatever_the_file_says() {
    let long = "x".repeat(2_000_000);
    let column = altered(|head| head["columns"][0]["name"] = long.clone().into(), |_| {});
    let doubled = altered(
        |head| {
            let shape = serde_json::json!({"name": long, "type": "f32", "values": 0});
            head["columns"].as_array_mut().unwrap().extend([shape.clone(), shape]);
        },
        |_| {},
    );
    let version = altered(|head| head["pack"] = long.clone().into(), |_| {});
    let kind = altered(|head| head["columns"][0]["type"] = long.clone().into(), |_| {});
    for pack in [column, doubled, version, kind] {
        let message = refused(&pack);
        assert!(message.len() < 2000, "{} bytes: {}", message.len(), &message[..200]);
    }
}

/// Equal, with NaN equal to NaN.
fn same(a: &Reading, b: &Reading) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

proptest! {
    /// Parts of the example, with numbers of every kind and texts of every kind.
    #[test]
    fn readings_come_back_as_they_were(
        rows in proptest::sample::subsequence(vec![0usize, 1, 2, 3, 4], 1..=5),
        positions in proptest::sample::subsequence(vec![0usize, 1, 2, 3, 4, 5, 6], 1..=7),
        kept in proptest::sample::subsequence(vec![0usize, 1, 2], 0..=3),
        bits in any::<[f32; 4]>(),
        text in any::<String>(),
    ) {
        let mut reading = Reading::example().select(&rows, &positions).with_watched(&kept);
        reading.tokens[2].text = text.clone();
        reading.info.run_id = text;
        reading.columns[ENTROPY_BITS][0] = bits[0];
        reading.columns[KL_BITS][0] = bits[1];
        reading.columns[KL_REVERSE_BITS][0] = bits[2];
        reading.columns[TARGET_LOGIT][0] = bits[3];
        let packed = Reading::from_pack(&reading.to_pack().unwrap()).unwrap();
        // JSON keeps the text of no token that nothing names, so the two forms are compared through it.
        let json = Reading::from_json(&reading.to_json().unwrap()).unwrap();
        prop_assert!(same(&packed, &json));
    }

    /// Bytes changed before and behind the compression: an error or a reading that passes every check, no panic.
    #[test]
    fn damaged_packs_are_refused_or_sound(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        within in any::<bool>(),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let pack = Reading::example().to_pack().unwrap();
        let mut bytes = if within { inflated(&pack) } else { pack };
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let damaged = if within { deflated(&bytes) } else { bytes };
        if let Ok(reading) = Reading::from_pack(&damaged) {
            prop_assert!(reading.check().is_ok());
        }
    }
}
