//! Every pre-tokenizer (`tokenizer.ggml.pre`) as llama.cpp has it, on texts that reach every branch of the patterns.

mod common;

use std::collections::BTreeSet;

use common::{Parts, fixture, ids, strings};
use fathom_reading::TokenId;
use fathom_tokenizer::{Specials, TokenizerError};
use serde_json::Value;

/// The vocabulary of `fixtures/tokenizer_splits.py`, with a merge across nearly every place of its texts.
fn vocabulary(splits: &Value) -> Parts {
    let merges = strings(&splits["merges"]);
    let printable = (0x21..=0x7e).chain(0xa1..=0xac).chain(0xae..=0xff).chain(0x100..=0x143);
    let mut tokens: Vec<String> = printable.map(|code| char::from_u32(code).unwrap().to_string()).collect();
    assert_eq!(tokens.len(), 256);
    let mut seen: BTreeSet<String> = tokens.iter().cloned().collect();
    let joined = merges.iter().map(|merge| merge.replace(' ', ""));
    tokens.extend(joined.filter(|token| seen.insert(token.clone())));
    tokens.extend(strings(&splits["whole"]));
    tokens.push("<|bos|>".into());
    let bos = tokens.len() as u32 - 1;
    let types = (0..=bos).map(|id| if id == bos { 3 } else { 1 }).collect();
    Parts {
        model: Some("gpt2".into()),
        tokens,
        types: Some(types),
        merges: Some(merges),
        bos: Some(bos),
        eos: Some(bos),
        ..Parts::default()
    }
}

#[test]
fn every_name_as_in_llama_cpp() {
    let splits = fixture("splits.json");
    let (texts, parts) = (strings(&splits["texts"]), vocabulary(&splits));
    let same = splits["same"].as_object().unwrap();
    assert!(same.len() > 75 && texts.len() > 100);
    assert_eq!(splits["ids"].as_object().unwrap().len(), 25);
    let mut failures = Vec::new();
    for (name, like) in same {
        let pre = (name != "(missing)").then(|| name.clone());
        let tokenizer = Parts { pre, ..parts.clone() }.tokenizer().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(tokenizer.add_bos(), splits["add_bos"][name].as_bool().unwrap(), "{name}");
        let expected = splits["ids"][like.as_str().unwrap()].as_array().unwrap();
        assert_eq!(expected.len(), texts.len());
        for (text, expected) in texts.iter().zip(expected) {
            let (found, expected) = (tokenizer.encode(text, Specials::AsText).unwrap(), ids(expected));
            let shown =
                |ids: &[TokenId]| ids.iter().map(|id| tokenizer.text(*id)).collect::<Vec<_>>().join("|");
            if found != expected {
                failures.push(format!("{name}: {text:?}\n  {:?}\n  {:?}", shown(&found), shown(&expected)));
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}

/// Both ways: what Fathom knows is judged, and what llama.cpp knows beside it is refused by name.
#[test]
fn the_names_are_those_with_a_reference() {
    let splits = fixture("splits.json");
    let refused = |pre: &str| match (Parts { pre: Some(pre.into()), ..Parts::tiny() }).tokenizer() {
        Err(error @ TokenizerError::UnknownPre { .. }) => error,
        other => panic!("{pre}: {other:?}"),
    };
    let TokenizerError::UnknownPre { known, .. } = refused("no-such-pre") else { unreachable!() };
    let known: BTreeSet<&str> = known.split(", ").collect();
    let same = splits["same"].as_object().unwrap().keys().map(String::as_str);
    let judged: BTreeSet<&str> = same.filter(|name| *name != "(missing)").collect();
    assert_eq!(known, judged);
    let others = strings(&splits["others"]);
    assert!(others.len() > 10);
    for name in others.iter().map(String::as_str).chain(["Falcon", "tekken ", "no-such-pre"]) {
        let error = refused(name);
        assert!(error.is_unsupported() && error.to_string().contains(&format!("{name:?}")), "{error}");
    }
}
