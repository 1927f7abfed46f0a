//! What holds of every reading, and of every file.

use super::example_json;
use fathom_reading::known::*;
use fathom_reading::{Rank, Reading, Site, SiteKind, TokenId};
use proptest::prelude::*;
use serde_json::Value;

/// Any f32, odd ones more often.
fn any_f32() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<u32>().prop_map(f32::from_bits),
        prop_oneof![
            Just(f32::NAN),
            Just(-0.0),
            Just(f32::MIN_POSITIVE),
            Just(f32::from_bits(1)),
            Just(f32::MAX)
        ],
        -100.0f32..100.0,
    ]
    // Infinities become NaN by design: tested on its own.
    .prop_map(|number| if number.is_infinite() || number.is_nan() { f32::NAN } else { number })
}

prop_compose! {
    /// The example with other numbers, texts, bytes, ids and fewer rows, positions and candidates.
    fn readings()(
        numbers in proptest::collection::vec(any_f32(), 35 * 4),
        probs in proptest::collection::vec(0.0f32..=1.0, 35),
        ranks in proptest::collection::vec(1u32..=6000, 35),
        texts in proptest::collection::vec(any::<String>(), 7),
        bytes in proptest::collection::vec(any::<Vec<u8>>(), 7),
        asked in proptest::collection::vec(any::<String>(), 3),
        renamed in any::<String>(),
        top_k in 0usize..=5,
        kinds in any::<bool>(),
        seed in any::<Option<u64>>(),
    ) -> Reading {
        let mut reading = Reading::example();
        for ((token, text), bytes) in reading.tokens.iter_mut().zip(texts).zip(bytes) {
            (token.text, token.bytes) = (text, bytes);
        }
        for (watched, text) in reading.watched.iter_mut().zip(asked) {
            watched.text = text;
        }
        reading.vocabulary.insert(TokenId(5), renamed.clone());
        reading.vocabulary.insert(TokenId(5999), renamed.clone());
        reading.info.run_id = renamed;
        reading.info.sampling.as_mut().unwrap().seed = seed;
        if kinds {
            reading.rows[1] = Site::within(SiteKind::AttnOut, fathom_reading::Layer(1)).into();
        }
        let columns = &mut reading.columns;
        columns[ENTROPY_BITS] = numbers[..35].to_vec();
        columns[KL_BITS] = numbers[35..70].to_vec();
        columns[TARGET_LOGIT] = numbers[70..105].to_vec();
        columns[SURPRISAL_BITS] = numbers[105..].to_vec();
        columns[TARGET_PROB] = probs;
        columns[TARGET_RANK] = ranks.into_iter().map(|rank| Rank::new(rank).unwrap()).collect();
        fn keep<T: Copy>(column: &mut Vec<T>, k: usize) {
            *column = column.chunks(5).flat_map(|cell| cell[..k].to_vec()).collect();
        }
        keep(&mut columns[TOP_ID], top_k);
        keep(&mut columns[TOP_LOGIT], top_k);
        keep(&mut columns[TOP_PROB], top_k);
        columns.top_k = top_k;
        reading
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn readings_come_back_equal(reading in readings()) {
        let json = reading.to_json().unwrap();
        let back = Reading::from_json(&json).unwrap();
        prop_assert_eq!(format!("{:?}", &back), format!("{:?}", &reading));
        let bits = |column: &[f32]| column.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&back.columns[KL_BITS]), bits(&reading.columns[KL_BITS]));
        prop_assert_eq!(back.to_json().unwrap(), json);
    }

    /// Whatever a file says, the answer is a consistent reading or an error.
    #[test]
    fn damaged_files_never_panic(at in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<bool>()) {
        let mut json = Reading::example().to_json().unwrap().into_bytes();
        let at = at.index(json.len());
        if cut { json.truncate(at) } else { json[at] = with }
        if let Ok(reading) = Reading::read_json(&json[..]) {
            prop_assert!(reading.check().is_ok());
        }
    }

    /// The same with values of the right shape in wrong places.
    #[test]
    fn exchanged_values_never_panic(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let mut value = example_json();
        let places = places(&value, String::new());
        let taken = value.pointer(&places[from.index(places.len())]).unwrap().clone();
        *value.pointer_mut(&places[to.index(places.len())]).unwrap() = taken;
        if let Ok(reading) = Reading::from_json(&value.to_string()) {
            prop_assert!(reading.check().is_ok());
            prop_assert!(reading.to_json().is_ok());
        }
    }
}

/// The pointers of all values in a document, a few of each long list.
fn places(value: &Value, here: String) -> Vec<String> {
    let inner: Vec<String> = match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .take(3)
            .flat_map(|(i, item)| places(item, format!("{here}/{i}")))
            .collect(),
        Value::Object(map) => {
            map.iter().flat_map(|(key, item)| places(item, format!("{here}/{key}"))).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(here).chain(inner).collect()
}
