//! Folders as transformers' AutoTokenizer reads them: which file decides, which class builds the tokenizer, what is added.

mod common;

use common::{fixture, folder, ids, strings};
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use serde_json::{Value, json};

/// A base of the fixture with changes.
fn tokenizer_json(fixture: &Value, base: &Value, changes: &Value) -> Value {
    let mut json = fixture["bases"][base.as_str().unwrap()].clone();
    for (key, value) in changes.as_object().unwrap() {
        json[key] = value.clone();
    }
    json
}

fn open(fixture: &Value, case: &Value) -> Result<Tokenizer, TokenizerError> {
    let json = tokenizer_json(fixture, &case["base"], &case["changes"]);
    let folder = folder(&[("tokenizer.json", &json)]);
    for (name, text) in case["files"].as_object().unwrap() {
        std::fs::write(folder.path().join(name), text.as_str().unwrap()).unwrap();
    }
    Tokenizer::from_folder(folder.path())
}

#[test]
fn ids_as_in_transformers() {
    let fixture = fixture("folders.json");
    let texts = strings(&fixture["texts"]);
    let (mut started, mut ended, mut compared) = (0, 0, 0);
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let tokenizer = open(&fixture, case).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(tokenizer.len(), case["size"].as_u64().unwrap() as usize, "{name}");
        for (index, text) in texts.iter().enumerate() {
            let found =
                tokenizer.encode(text, Specials::Parse).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(found, ids(&case["plain"][index]), "{name}: {text:?}");
            let mut whole = ids(&case["whole"][index]);
            if tokenizer.add_bos() {
                assert_eq!(Some(whole.remove(0)), tokenizer.bos(), "{name}: {text:?}");
                started += 1;
            }
            assert!(whole.starts_with(&found), "{name}: {text:?}");
            // What ends a text is left out, and said.
            let note = tokenizer.notes().iter().any(|note| note.text.contains("ends each text"));
            assert_eq!(whole.len() > found.len(), note, "{name}: {text:?}");
            ended += usize::from(note);
            compared += 1;
        }
    }
    assert!(started >= 8 * texts.len() && ended >= texts.len(), "{started} {ended}");
    assert_eq!(compared, 56 * texts.len());
}

#[test]
fn what_has_no_effect_is_said() {
    let fixture = fixture("folders.json");
    let notes = |name: &str| {
        let case = fixture["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        open(&fixture, case).unwrap().notes().iter().map(|note| note.text.clone()).collect::<Vec<_>>()
    };
    let [switch] = &notes("a switch against a template")[..] else { panic!() };
    assert!(switch.starts_with("add_bos_token = true in tokenizer_config.json has no effect"), "{switch}");
    let [switch] = &notes("a template against a switch")[..] else { panic!() };
    assert!(switch.contains("= false") && switch.ends_with("and it does"), "{switch}");
    let [rebuilt, switch] = &notes("a template, GPT-NeoX")[..] else { panic!() };
    assert!(rebuilt.contains("GPTNeoXTokenizer") && switch.contains("= true"), "{rebuilt} {switch}");
    let [twice] = &notes("a text twice")[..] else { panic!() };
    assert!(twice.starts_with("2 added token(s)"), "{twice}");
    assert_eq!(notes("added_tokens.json"), [""; 0]);
    assert_eq!(notes("additional_special_tokens"), [""; 0]);
}

#[test]
fn decoders_with_a_regular_expression() {
    let fixture = fixture("folders.json");
    let mut changed = 0;
    for case in fixture["decoded"].as_array().unwrap() {
        let json = tokenizer_json(&fixture, &json!("pieces"), &json!({"decoder": case["decoder"]}));
        let tokenizer = Tokenizer::from_folder(folder(&[("tokenizer.json", &json)]).path()).unwrap();
        let last = case["decoder"]["decoders"].as_array().unwrap().last().unwrap().clone();
        for (id, expected) in (259..).zip(strings(&case["tokens"])) {
            let mut text = tokenizer.text(fathom_reading::TokenId(id));
            // What comes after `Fuse` is done to a whole text: here, of one token.
            if last["pattern"]["Regex"] == "^ " {
                text = text.strip_prefix(' ').unwrap_or(&text).to_owned();
            }
            assert_eq!(text, expected, "{id} {}", case["decoder"]);
            changed += usize::from(expected.contains("**"));
        }
    }
    assert!(changed > 10, "{changed}");
}

#[test]
fn a_pointer_is_no_file() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 665\n";
    let fixture = fixture("folders.json");
    let json = tokenizer_json(&fixture, &json!("byte_level"), &json!({}));
    for name in ["tokenizer.json", "tokenizer_config.json", "config.json", "special_tokens_map.json"] {
        let folder = folder(&[("tokenizer.json", &json)]);
        std::fs::write(folder.path().join(name), pointer).unwrap();
        let error = Tokenizer::from_folder(folder.path()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(name) && message.contains("git lfs pull"), "{message}");
    }
}
