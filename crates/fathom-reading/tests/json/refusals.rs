//! Files that lie are refused, each by the name of its place.

use super::refused;
use fathom_reading::Reading;
use serde_json::{Value, json};

#[test]
fn files_that_are_no_readings_are_refused_with_their_place() {
    for (text, expected) in [
        ("", "EOF"),
        ("[]", "a reading, which is a JSON object"),
        ("{}", "missing field `schema`"),
        ("{\"schema\": \"fathom.reading/1\"}", "missing field `model`"),
        ("{\"schema\": \"fathom.reading/1\", \"schema\": \"fathom.reading/1\"}", "duplicate field `schema`"),
        ("\u{feff}{}", "line 1"),
    ] {
        let message = Reading::from_json(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{text:?}: {message}");
    }
    let json = Reading::example().to_json().unwrap();
    assert!(Reading::from_json(&format!("{json} more")).unwrap_err().to_string().contains("trailing"));
    assert!(Reading::read_json(&b"{\"schema\": \"\xff\""[..]).is_err());
    for key in ["unknown", "model", "cells"] {
        let deep = format!("{{\"{key}\": {}", "[".repeat(100_000));
        assert!(Reading::from_json(&deep).is_err());
    }
}

#[test]
fn cells_that_contradict_one_another_are_refused_by_name() {
    let cells = |v: &mut Value| v["cells"].as_array_mut().unwrap().clone();
    let check = |message: String, parts: &[&str]| {
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    check(refused(|v| _ = v["cells"].as_array_mut().unwrap().remove(8)), &["site 0, position 1", "none"]);
    check(refused(|v| _ = v["cells"].as_array_mut().unwrap().pop()), &["site 3, position 6", "none"]);
    check(refused(|v| v["cells"] = json!([])), &["site embed, position 0", "none"]);
    check(
        refused(|v| {
            let c = cells(v);
            v["cells"].as_array_mut().unwrap().push(c[9].clone())
        }),
        &["cells[35]", "a second site 0, position 2"],
    );
    check(refused(|v| v["cells"][4]["position"] = json!(99)), &["cells[4]", "position 99"]);
    check(refused(|v| v["cells"][4]["layer"] = json!(2)), &["layer of embed", "-1", "2"]);
    check(refused(|v| v["cells"][4]["site"] = json!("resid_post")), &["layer of resid_post", "-1"]);
    check(refused(|v| v["cells"][4]["site"] = json!("soul")), &["cells[4]", "soul", "resid_post"]);
    check(refused(|v| _ = v["cells"][6]["top"].as_array_mut().unwrap().pop()), &["cells[6].top", "5", "4"]);
    check(
        refused(|v| _ = v["cells"][6]["watch"].as_array_mut().unwrap().pop()),
        &["cells[6].watch", "3", "2"],
    );
    check(refused(|v| v["cells"][6]["watch"][0]["id"] = json!(7)), &["cells[6].watch", "token 7"]);
    check(refused(|v| v["watched"] = json!([])), &["watch of the cells", "0", "3"]);
    check(
        refused(|v| v["cells"][10]["target"]["is_argmax"] = json!(true)),
        &["site 0, position 3: target", "is_argmax"],
    );
    check(
        refused(|v| v["cells"][0]["target"]["text"] = json!("x")),
        &["cells[7].target", "\"x\" for token 1", "\"The\""],
    );
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    let cases: [(&str, Value, &[&str]); 17] = [
        ("/cells/9/target/rank", json!(0), &["cells[9]", "no rank"]),
        ("/cells/9/target/rank", json!(6001), &["site 0, position 2: target rank", "1 to 6000", "6001"]),
        ("/cells/9/watch/1/rank", json!(-1), &["cells[9]"]),
        ("/cells/9/target/prob", json!(-0.1), &["target prob", "0 to 1"]),
        ("/cells/9/top/0/prob", json!(1.5), &["top prob", "1.5"]),
        ("/cells/9/top/0/logit", json!(-1e9), &["site 0, position 2: top", "largest"]),
        ("/cells/9/top/0/id", json!(6000), &["token 6000", "6000"]),
        ("/cells/9/top/0/id", json!(4294967296u64), &["cells[9]"]),
        ("/cells/9/entropy_bits", json!(1e300), &["cells[9]", "out of range"]),
        ("/cells/9/entropy_bits", json!("NaN"), &["cells[9]", "f32"]),
        ("/tokens/2/id", json!(6000), &["tokens[2]", "6000"]),
        ("/tokens/2/bytes", json!("abc"), &["tokens", "hex"]),
        ("/tokens/2/origin", json!("heaven"), &["tokens", "heaven"]),
        ("/model/layers", json!(3), &["site 3", "below 3"]),
        ("/model/vocabulary", json!(4000000000u32), &["model.vocabulary", "4000000000"]),
        ("/watched/1/ids", json!([]), &["watch"]),
        ("/watched/2/sequence/logprob_bits", json!([0.0]), &["watched[2].sequence.logprob_bits", "5", "1"]),
    ];
    for (place, bad, parts) in cases {
        let message = refused(|v| *v.pointer_mut(place).unwrap() = bad.clone());
        assert!(parts.iter().all(|part| message.contains(part)), "{place} = {bad}: {message}");
    }
}

#[test]
fn frames_that_do_not_hold_the_cells_are_refused() {
    assert!(refused(|v| _ = v["tokens"].as_array_mut().unwrap().pop()).contains("position"));
    assert!(refused(|v| v["positions"] = json!([0, 1, 2])).contains("cells[3]"));
    assert!(refused(|v| v["positions"].as_array_mut().unwrap().swap(0, 1)).contains("ascending"));
    assert!(refused(|v| v["rows"].as_array_mut().unwrap().swap(0, 1)).contains("depth"));
    let huge: Vec<u32> = (0..3_000_000).collect();
    assert!(refused(|v| v["positions"] = json!(huge)).contains("site embed, position 7"));
    assert!(refused(|v| v["tokens"][1]["id"] = json!(19)).contains("target of position 0"));
}

#[test]
fn missing_numbers_are_missed() {
    for field in
        ["entropy_bits", "kl_bits", "kl_reverse_bits", "surprisal_bits", "target", "top", "watch", "layer"]
    {
        let message = refused(|v| _ = v["cells"][2].as_object_mut().unwrap().remove(field));
        assert!(message.contains("cells[2]") && message.contains(field), "{message}");
    }
    let message = refused(|v| _ = v["cells"][2]["top"][1].as_object_mut().unwrap().remove("prob"));
    assert!(message.contains("missing field `prob`"), "{message}");
}
