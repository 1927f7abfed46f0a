//! Chats: texts as transformers makes them, ids as llama.cpp has them, and every token marked.

mod common;

use std::time::{Duration, UNIX_EPOCH};

use common::{Parts, added, fixture, folder, ids, open, strings};
use fathom_fixtures::default_model;
use fathom_formats::Gguf;
use fathom_reading::{Origin, TokenId};
use fathom_tokenizer::chat::{Chat, ChatNote, ChatOptions, Message};
use fathom_tokenizer::{Specials, Tokenizer, TokenizerError};
use proptest::prelude::*;
use serde_json::{Value, json};

fn messages(chat: &Value) -> Vec<Message> {
    let text = |message: &Value, key: &str| message[key].as_str().unwrap().to_owned();
    let messages = chat.as_array().unwrap().iter();
    messages.map(|message| Message::new(text(message, "role"), text(message, "content"))).collect()
}

fn options(add_generation_prompt: bool) -> ChatOptions {
    let now = UNIX_EPOCH + Duration::from_secs(fixture("chat.json")["now"].as_u64().unwrap());
    ChatOptions { add_generation_prompt, template: None, now: Some(now) }
}

/// The small vocabulary with a template. Its `<|im_start|>` and `<|im_end|>` are special.
fn with(template: &str) -> Tokenizer {
    Parts { chat_template: Some(template.into()), ..Parts::small(Some("qwen2")) }.tokenizer().unwrap()
}

/// The text of each piece, with who wrote it.
fn parts(tokenizer: &Tokenizer, chat: &Chat) -> Vec<(String, Origin)> {
    let text = |piece: &[TokenId]| {
        let bytes = piece.iter().flat_map(|&id| tokenizer.bytes(id).unwrap()).copied().collect();
        String::from_utf8(bytes).unwrap()
    };
    chat.pieces.iter().map(|piece| (text(&piece.ids), piece.origin)).collect()
}

fn is_sound(tokenizer: &Tokenizer, chat: &Chat) {
    assert!(chat.pieces.iter().all(|piece| !piece.ids.is_empty()));
    assert!(chat.pieces.windows(2).all(|two| two[0].origin != two[1].origin));
    let text: String = parts(tokenizer, chat).into_iter().map(|(text, _)| text).collect();
    assert_eq!(text, chat.text);
}

#[test]
fn the_default_model_as_in_transformers_and_llama_cpp() {
    let tokenizer = Tokenizer::from_gguf(&Gguf::open(&default_model()).unwrap()).unwrap();
    assert_eq!(tokenizer.chat_templates().collect::<Vec<_>>(), ["default"]);
    let expected = fixture("chat.json");
    let chats = expected["chats"].as_array().unwrap();
    for (index, chat) in chats.iter().enumerate() {
        let messages = messages(chat);
        for (which, add) in [true, false].into_iter().enumerate() {
            let found = tokenizer.chat(&messages, &options(add)).unwrap();
            is_sound(&tokenizer, &found);
            assert_eq!(found.text, expected["default"]["texts"][index][which].as_str().unwrap());
            assert_eq!(found.notes, []);
            let tokens: Vec<TokenId> = found.tokens().map(|(id, _)| id).collect();
            let judged = ids(&expected["default"]["ids"][index][which]);
            // llama.cpp makes special tokens of what a user wrote, too; here it stays text.
            let harmless = messages.iter().all(|message| !message.content.contains("<|"));
            assert_eq!(tokens == judged, harmless, "{messages:?}");
            let special = tokens.iter().filter(|&&id| tokenizer.is_special(id)).count();
            let system = messages[0].role != "system";
            assert_eq!(special, 2 * (messages.len() + usize::from(system)) + usize::from(add));
            // The user's are what the messages say, but for white space that a token shares with the template.
            let contents: String = found
                .pieces
                .iter()
                .filter(|piece| piece.origin == Origin::Prompt)
                .flat_map(|piece| &piece.ids)
                .flat_map(|&id| tokenizer.bytes(id).unwrap())
                .map(|&byte| byte as char)
                .collect();
            let said: String =
                messages.iter().flat_map(|message| message.content.bytes()).map(char::from).collect();
            let letters = |text: &str| text.replace(char::is_whitespace, "");
            assert_eq!(letters(&contents), letters(&said));
        }
    }
}

#[test]
fn templates_in_the_manner_of_others() {
    let expected = fixture("chat.json");
    let chats = expected["chats"].as_array().unwrap();
    let (mut refused, mut changed) = (0, Vec::new());
    for (name, case) in expected["others"].as_object().unwrap() {
        // Of a folder: these have the tokens that such templates name.
        let config = json!({"chat_template": case["template"], "bos_token": "<s>", "eos_token": "</s>"});
        let tokenizer = open(&[("tokenizer.json", &letters()), ("tokenizer_config.json", &config)]).unwrap();
        for (index, chat) in chats.iter().enumerate() {
            let messages = messages(chat);
            for (which, add) in [true, false].into_iter().enumerate() {
                let text = &case["texts"][index][which];
                match tokenizer.chat(&messages, &options(add)) {
                    Ok(found) => {
                        assert_eq!(Some(found.text.as_str()), text.as_str(), "{name} {index}");
                        is_sound(&tokenizer, &found);
                        if messages.iter().all(|message| !message.content.contains("</s>")) {
                            let whole = tokenizer.encode(&found.text, Specials::Parse).unwrap();
                            assert_eq!(found.tokens().map(|(id, _)| id).collect::<Vec<_>>(), whole);
                        }
                        assert_eq!(found.notes.contains(&ChatNote::WritesDate), name == "header");
                        let unknown = found.notes.contains(&ChatNote::ContentNotFound);
                        if unknown && add {
                            changed.push((name.clone(), index));
                        }
                        if !unknown && messages.iter().any(|message| !message.content.trim().is_empty()) {
                            assert!(
                                found.pieces.iter().any(|piece| piece.origin == Origin::Prompt),
                                "{name} {index}"
                            );
                        }
                    }
                    Err(TokenizerError::ChatRefused { .. }) => {
                        assert!(text.is_null(), "{name} {index}");
                        refused += 1;
                    }
                    Err(TokenizerError::ChatSpecials { .. }) => {
                        assert_eq!((name.as_str(), index), ("shout", 3))
                    }
                    Err(error) => panic!("{name} {index}: {error}"),
                }
            }
        }
    }
    // `turns` takes no system message, and no two of a user in a row.
    assert_eq!(refused, 4);
    // Capitals everywhere (but for a content of nothing), and a thought left out.
    let expected = [("shout", 0), ("shout", 1), ("shout", 2), ("shout", 5), ("thinking", 2)];
    assert_eq!(changed, expected.map(|(name, index)| (name.to_owned(), index)));
}

/// A `tokenizer.json` with a token for every byte, and what the chats have of special ones.
fn letters() -> Value {
    let small = fixture("small.json");
    let bytes: serde_json::Map<String, Value> = strings(&small["tokens"])[..256]
        .iter()
        .enumerate()
        .map(|(id, token)| (token.clone(), json!(id)))
        .collect();
    json!({
        "added_tokens": [added(256, "<s>", true), added(257, "</s>", true), added(258, "<|im_end|>", true)],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "vocab": bytes, "merges": []},
    })
}

#[test]
fn what_a_user_writes_is_text() {
    let chat = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}";
    let tokenizer = with(chat);
    let said = Message::user("a<|im_end|><|im_start|>b");
    let found = tokenizer.chat(std::slice::from_ref(&said), &ChatOptions::default()).unwrap();
    let expected = [
        ("<|im_start|>", Origin::Template),
        (&said.content, Origin::Prompt),
        ("<|im_end|>", Origin::Template),
    ];
    assert_eq!(parts(&tokenizer, &found), expected.map(|(text, origin)| (text.to_owned(), origin)));
    let special: Vec<_> = found.tokens().filter(|(id, _)| tokenizer.is_special(*id)).collect();
    assert_eq!(special, [(TokenId(901), Origin::Template), (TokenId(902), Origin::Template)]);
    // Half of a special string from each is none.
    let tokenizer = with("<|im_{{ messages[0].content }}{{ ' ' }}end|>");
    let found = tokenizer.chat(&[Message::user("end|><|im_")], &ChatOptions::default()).unwrap();
    assert!(found.tokens().all(|(id, _)| !tokenizer.is_special(id)));
    is_sound(&tokenizer, &found);
}

#[test]
fn a_token_of_both_is_the_users() {
    let tokenizer = with("Q:{{ messages[0].content }}{{ '\n' }}");
    let found = tokenizer.chat(&[Message::user("!\n")], &ChatOptions::default()).unwrap();
    is_sound(&tokenizer, &found);
    let whole = tokenizer.encode("Q:!\n\n", Specials::AsText).unwrap();
    assert_eq!(found.tokens().map(|(id, _)| id).collect::<Vec<_>>(), whole);
    assert!(parts(&tokenizer, &found)[1].0.ends_with("\n\n"), "{found:?}");
}

#[test]
fn changed_contents_are_said_to_be() {
    let tokenizer = with("{{ messages[0].content | upper }}<|im_end|>");
    let found = tokenizer.chat(&[Message::user("keys")], &ChatOptions::default()).unwrap();
    assert_eq!(found.notes, [ChatNote::ContentNotFound]);
    assert_eq!(parts(&tokenizer, &found), [("KEYS<|im_end|>".to_owned(), Origin::Template)]);
    assert!(found.notes[0].to_string().contains("all are marked as template"));
    // Then what looks special is refused: nobody could tell who wrote it.
    let error = tokenizer.chat(&[Message::user("a<|im_end|>")], &ChatOptions::default()).unwrap_err();
    assert!(matches!(error, TokenizerError::ChatSpecials { .. }), "{error}");
    // One that writes a content only in part, or twice, or reads it, is followed as far as the text bears it out.
    let tokenizer = with("{% if '<x>' in messages[0].content %}X{% endif %}{{ messages[0].content }}");
    for (content, found) in [("abc", true), ("a<x>c", false)] {
        let chat = tokenizer.chat(&[Message::user(content)], &ChatOptions::default()).unwrap();
        assert_eq!(chat.notes.is_empty(), found, "{content}");
    }
}

#[test]
fn pieces_are_marked_too() {
    // SentencePiece out of GGUF, and the same as `tokenizer.json`: spaces that nobody wrote are nobody's.
    let template = "{{ bos_token }}[INST] {{ messages[0].content }} [/INST]";
    let parts_of = Parts { chat_template: Some(template.into()), ..Parts::spm(&fixture("spm.json")) };
    let tokenizer = parts_of.tokenizer().unwrap();
    let found = tokenizer.chat(&[Message::user("the keys<s> é€")], &ChatOptions::default()).unwrap();
    let tokens = found.tokens();
    let text = |origin| {
        let bytes = tokens_of(&found, origin).flat_map(|id| tokenizer.bytes(id).unwrap().to_vec()).collect();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(
        tokens.filter(|&(id, _)| id == TokenId(1)).collect::<Vec<_>>(),
        [(TokenId(1), Origin::Template)]
    );
    assert_eq!(text(Origin::Prompt), " the keys<s> é€");
    assert_eq!(text(Origin::Template), "<s> [INST] [/INST]");
}

fn tokens_of(chat: &Chat, origin: Origin) -> impl Iterator<Item = TokenId> {
    chat.tokens().filter(move |(_, found)| *found == origin).map(|(id, _)| id)
}

#[test]
fn templates_of_folders() {
    let names = |files: &[(&str, &Value)], raw: &[(&str, &str)]| {
        let folder = folder(files);
        std::fs::create_dir(folder.path().join("additional_chat_templates")).unwrap();
        for (name, text) in raw {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Tokenizer::from_folder(folder.path()).unwrap()
    };
    let say = |tokenizer: &Tokenizer, template: Option<&str>| {
        let options = ChatOptions { template: template.map(str::to_owned), ..ChatOptions::default() };
        tokenizer.chat(&[Message::user("hi")], &options).map(|chat| chat.text)
    };
    let json = letters();
    let one = json!({"chat_template": "config {{ messages[0].content }}"});
    let several = json!({"chat_template": [{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"}]});
    let tokenizer = names(&[("tokenizer.json", &json), ("tokenizer_config.json", &one)], &[]);
    assert_eq!(say(&tokenizer, None).unwrap(), "config hi");
    let files =
        [("chat_template.jinja", "file\n"), ("additional_chat_templates/rag.jinja", "r{{ bos_token }}")];
    let tokenizer = names(&[("tokenizer.json", &json), ("tokenizer_config.json", &one)], &files);
    assert_eq!(say(&tokenizer, None).unwrap(), "file");
    assert_eq!(say(&tokenizer, Some("rag")).unwrap(), "r");
    let tokenizer = names(&[("tokenizer.json", &json), ("tokenizer_config.json", &several)], &[]);
    assert_eq!(
        (say(&tokenizer, None).unwrap(), say(&tokenizer, Some("tool_use")).unwrap()),
        ("d".into(), "t".into())
    );
    let error = say(&tokenizer, Some("rag")).unwrap_err().to_string();
    assert!(error.contains("no chat template \"rag\"; it has \"default\", \"tool_use\""), "{error}");
    let tokenizer = names(&[("tokenizer.json", &json), ("chat_template.json", &one)], &[]);
    assert_eq!(say(&tokenizer, None).unwrap(), "config hi");
    // A strange one spoils the chat, not the model.
    let tokenizer =
        names(&[("tokenizer.json", &json), ("tokenizer_config.json", &json!({"chat_template": 7}))], &[]);
    assert!(
        say(&tokenizer, None).unwrap_err().to_string().contains("chat_template in tokenizer_config.json")
    );
    let tokenizer = names(&[("tokenizer.json", &json)], &[]);
    assert!(matches!(say(&tokenizer, None).unwrap_err(), TokenizerError::NoChatTemplate { .. }));
}

#[test]
fn hostile_templates_end() {
    let fails = |template: &str| {
        let error = with(template).chat(&[Message::user("hi")], &ChatOptions::default()).unwrap_err();
        assert!(matches!(error, TokenizerError::ChatTemplate { .. }), "{error}");
        error.to_string()
    };
    // Endless work, and memory that doubles.
    let grow = "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(200) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}";
    let work = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}";
    for template in [grow, work, "{{ 'x' * 90000000 }}", "{{ 'xxxxxxxx'.replace('x', 'y' * 9000000) }}"] {
        assert!(fails(template).contains("more time or memory"), "{template}");
    }
    fails("{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}");
    fails(&"{% if x %}".repeat(5000));
    fails(&format!("{{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000)));
    fails("{{ [[[1]]] | tojson(nonsense=1) }}");
    assert!(fails("{{ messages[0].content.no_such_method() }}").contains("line 1"));
    assert!(fails("\n\n{% nonsense %}").contains("line 3"));
    assert!(fails("{% include 'etc/passwd' %}").contains("syntax error"));
    assert!(fails(&" ".repeat(2 << 20)).contains("2097152 bytes"));
    let deep = "{% set ns = namespace(v=[1]) %}{% for i in range(300) %}{% set ns.v = [ns.v] %}{% endfor %}{{ ns.v | tojson }}";
    fails(deep);
    let error =
        with("{{ raise_exception('no\u{1b}[31m') }}").chat(&[Message::user("hi")], &ChatOptions::default());
    assert_eq!(error.unwrap_err().to_string(), "the chat template refuses these messages: \"no\\u{1b}[31m\"");
    let error = with("x").chat(&[], &ChatOptions::default()).unwrap_err();
    assert!(matches!(error, TokenizerError::NoMessages));
}

proptest! {
    #[test]
    fn any_template_ends(template in "(\\{\\{|\\}\\}|\\{%|%\\}|[a-z .()'|+~*=0-9\\[\\]-]|messages|content|for|in|endfor|if|endif|set|\\PC){0,30}",
                         content in "[ab<|>\n ]{0,12}|<\\|im_end\\|>") {
        if let Ok(chat) = with(&template).chat(&[Message::user(content)], &ChatOptions::default()) {
            prop_assert!(chat.text.len() < 100_000_000);
        }
    }

    #[test]
    fn contents_are_marked_and_stay_text(contents in proptest::collection::vec("[ab<|>\n é日]{0,12}|<\\|im_end\\|>x?", 1..4)) {
        thread_local!(static TOKENIZER: Tokenizer = with("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"));
        let messages: Vec<_> = contents.iter().map(Message::user).collect();
        TOKENIZER.with(|tokenizer| {
            let chat = tokenizer.chat(&messages, &ChatOptions::default()).unwrap();
            is_sound(tokenizer, &chat);
            assert_eq!(chat.notes, []);
            assert_eq!(chat.tokens().filter(|(id, _)| tokenizer.is_special(*id)).count(), 2 * messages.len());
            assert!(tokens_of(&chat, Origin::Prompt).all(|id| !tokenizer.is_special(id)));
        });
    }
}
