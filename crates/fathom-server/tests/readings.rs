//! Readings: made, streamed, exported, asked, varied, kept.

mod common;

use common::{keys, start, tiny};
use fathom::reading::known::{TARGET_RANK, TOP_ID, TOP_LOGIT, WATCH_RANK};
use fathom::{Control, Generation, Model, Prompt, ReadOptions, Reading, SiteSelection};
use serde_json::{Value, json};

#[test]
fn a_reading_streams_in_order_and_is_what_the_library_says() {
    let server = start(|_| {});
    let id = server.create(keys());
    let stream = server.follow(&id);
    assert!(stream.head.contains("text/event-stream") && stream.head.contains("x-accel-buffering: no"));
    let events: Vec<(String, Value)> = stream.collect();
    let names: Vec<&str> =
        events.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "loading").collect();
    assert_eq!(names[..2], ["queued", "started"], "{names:?}");
    assert_eq!(names.last(), Some(&"done"));
    // The columns come in order, each once, and every new token with the column that it was chosen at.
    let (mut positions, mut tokens) = (Vec::new(), Vec::new());
    for (_, data) in events.iter().filter(|(name, _)| name == "token") {
        let part = Reading::from_json(&data["reading"].to_string()).unwrap();
        positions.extend(part.positions().iter().map(|position| position.0));
        if !data["token"].is_null() {
            assert_eq!(data["token"]["index"], part.positions().last().unwrap().0 + 1);
            tokens.push(data["token"]["id"].as_u64().unwrap() as u32);
        }
    }
    let whole = Reading::from_json(&server.get(&format!("/api/v1/readings/{id}")).text()).unwrap();
    assert_eq!(positions, (0..whole.tokens.len() as u32).collect::<Vec<_>>());
    let output: Vec<u32> = whole.tokens[whole.prompt_len()..].iter().map(|token| token.id.0).collect();
    assert_eq!(tokens, output);
    // A late listener hears the same.
    assert_eq!(server.events(&id), events);

    let folder = tempfile::tempdir().unwrap();
    let model = Model::load(tiny(folder.path()).to_str().unwrap()).unwrap();
    let prompt = model.tokens_of(&Prompt::text("The keys to the cabinet")).unwrap();
    let settings = Generation { max_new: 4, ..Generation::default() };
    let run = model
        .generate_with(&prompt, &settings, &SiteSelection::residual(), &mut |_, _| {}, &Control::default())
        .unwrap();
    let watch = vec![" is".to_owned(), " are on".to_owned()];
    let options = ReadOptions {
        rows: Some(whole.rows.iter().map(|row| row.site).collect()),
        watch,
        ..ReadOptions::default()
    };
    assert_eq!(run.read_with(fathom::LensKind::Logit, &options).unwrap(), whole);
}

#[test]
fn a_screened_reading_has_the_same_ranks() {
    let server = start(|_| {});
    let made = |projection: &str| {
        let mut request = keys();
        request["projection"] = json!(projection);
        let id = server.made(request);
        Reading::from_json(&server.get(&format!("/api/v1/readings/{id}")).text()).unwrap()
    };
    let (exact, screened) = (made("f32"), made("screened"));
    assert_eq!(exact.columns[TARGET_RANK], screened.columns[TARGET_RANK]);
    assert_eq!(exact.columns[TOP_ID], screened.columns[TOP_ID]);
    assert_eq!(exact.columns[TOP_LOGIT], screened.columns[TOP_LOGIT]);
    let mut unknown = keys();
    unknown["projection"] = json!("int8");
    assert_eq!(server.post("/api/v1/readings", &unknown).problem(), "invalid");
}

#[test]
fn every_form_is_the_same_reading() {
    let server = start(|_| {});
    let id = server.made(keys());
    let get = |format: &str| server.get(&format!("/api/v1/readings/{id}?format={format}"));
    let json = Reading::from_json(&get("json").text()).unwrap();
    assert_eq!(Reading::from_pack(&get("pack").body).unwrap(), json);
    assert_eq!(get("csv").text().lines().count(), 1 + json.rows.len() * json.positions().len());
    assert_eq!(&get("parquet").body[..4], b"PAR1");
    assert!(get("html").text().starts_with("<!doctype html>"));
    assert_eq!(
        get("html").header("content-disposition").unwrap(),
        "attachment; filename=\"the-keys-to-the-cabinet.html\""
    );
    for view in ["read", "predictions", "rankings", "watch"] {
        assert!(get(&format!("svg&view={view}")).text().starts_with("<svg"), "{view}");
    }
    assert_eq!(&get("png&view=watch&position=2").body[..4], b"\x89PNG");
    assert_eq!(get("svg&view=watch&position=99").problem(), "invalid");
    assert_eq!(get("exe").problem(), "bad-request");
    let told = get("exe").json()["detail"].to_string();
    assert!(
        told.contains("`format`: expected one of `json`, `pack`") && told.contains("found `exe`"),
        "{told}"
    );
    let told = get("svg&position=x").json()["detail"].to_string();
    assert!(told.contains("`position`: expected a whole number"), "{told}");
}

#[test]
fn ranks_are_the_same_from_kept_states_and_from_the_run_made_again() {
    let ask = json!({"tokens": [{"text": " is"}, {"id": 5}, {"text": " are on"}]});
    let request = json!({"prompt": "The keys to the cabinet", "watch": [" is"],
        "generate": {"max_new_tokens": 6, "temperature": 1.0, "seed": 3}});
    let answers: Vec<Value> = [1 << 20, 0]
        .into_iter()
        .map(|state_bytes| {
            let server = start(|config| config.limits.state_bytes = state_bytes);
            let id = server.made(request.clone());
            let answer = server.post(&format!("/api/v1/readings/{id}/ranks"), &ask);
            assert_eq!(answer.status, 200, "{}", answer.text());
            // What the reading recorded is what is answered.
            let reading = Reading::from_json(&server.get(&format!("/api/v1/readings/{id}")).text()).unwrap();
            let recorded: Vec<u32> = reading.columns[WATCH_RANK].iter().map(|rank| rank.get()).collect();
            assert_eq!(answer.json()["tokens"][0]["rank"], json!(recorded));
            answer.json()
        })
        .collect();
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["tokens"][1]["ids"], json!([5]));
    assert!(answers[0]["tokens"][2]["ids"].as_array().unwrap().len() > 1);
    assert!(answers[0]["tokens"][2]["note"].is_string());
}

#[test]
fn what_can_not_be_asked_of_a_reading_is_refused() {
    let server = start(|_| {});
    let id = server.made(keys());
    let ranks =
        |tokens: Value| server.post(&format!("/api/v1/readings/{id}/ranks"), &json!({ "tokens": tokens }));
    assert_eq!(ranks(json!([])).problem(), "invalid");
    assert_eq!(ranks(json!([{"id": 4_000_000}])).problem(), "invalid");
    assert_eq!(ranks(json!([{"text": ""}])).problem(), "invalid");
    assert_eq!(ranks(json!([{"word": "x"}])).problem(), "invalid");
    assert_eq!(ranks(Value::from(vec![json!({"id": 1}); 17])).problem(), "invalid");
    // The example is of a model that this server does not have under that name's hash, or not at all.
    let example = server.post("/api/v1/readings/example/ranks", &json!({"tokens": [{"id": 1}]}));
    assert!(example.status != 500, "{}", example.text());
}

#[test]
fn a_branch_goes_on_from_the_parents_tokens() {
    let server = start(|_| {});
    let id = server.made(keys());
    let parent = server.get(&format!("/api/v1/readings/{id}")).json();
    let position = 6;
    let branch = |token: Value, position: usize| json!({"parent": {"reading": id, "position": position, "token": token}, "generate": {"max_new_tokens": 2}});
    let child = server.made(branch(json!({"id": 7}), position));
    let tokens = server.get(&format!("/api/v1/readings/{child}")).json()["tokens"].clone();
    let ids = |tokens: &Value, n: usize| (0..n).map(|i| tokens[i]["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&tokens, position), ids(&parent["tokens"], position));
    assert_eq!(tokens[position]["id"], 7);
    assert!(
        (0..=position).all(|i| tokens[i]["origin"] != "output") && tokens[position + 1]["origin"] == "output"
    );
    let summary = server.get(&format!("/api/v1/readings/{child}/summary")).json();
    assert_eq!(summary["parent"]["reading"], json!(id));
    // One past the end adds a token; further is nowhere.
    let end = parent["tokens"].as_array().unwrap().len();
    server.made(branch(json!({"text": " is"}), end));
    assert_eq!(server.post("/api/v1/readings", &branch(json!({"id": 7}), end + 1)).problem(), "invalid");
    let nobody = json!({"parent": {"reading": "0000000000000", "position": 0, "token": {"id": 1}}});
    assert_eq!(server.post("/api/v1/readings", &nobody).problem(), "invalid");
}

#[test]
fn readings_are_listed_named_deleted_and_survive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let mut server = start(|config| config.data = Some(data.path().to_owned()));
    let (first, second) = (server.made(keys()), server.made(json!({"prompt": "To be"})));
    let json = [("Content-Type", "application/json")];
    let rename = |server: &common::Running, id: &str, name: &str| {
        server.send("PATCH", &format!("/api/v1/readings/{id}"), &json, &json!({ "name": name }).to_string())
    };
    assert_eq!(rename(&server, &first, "Mine").status, 204);
    assert_eq!(rename(&server, &first, " ").problem(), "invalid");
    assert_eq!(rename(&server, "example", "Mine").problem(), "protected");
    assert_eq!(rename(&server, "0000000000000", "Mine").problem(), "not-found");
    let before = server.get(&format!("/api/v1/readings/{first}")).body;
    server.stop();

    let server = start(|config| config.data = Some(data.path().to_owned()));
    let list = server.get("/api/v1/readings").json();
    let ids: Vec<&str> =
        list["readings"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&second, &first]);
    assert_eq!(list["readings"][1]["name"], "Mine");
    assert_eq!(server.get(&format!("/api/v1/readings/{first}")).body, before);
    assert_eq!(server.events(&first).last().unwrap().0, "done");
    // Its ranks too: the run is made again.
    let ranks = server.post(&format!("/api/v1/readings/{first}/ranks"), &json!({"tokens": [{"id": 1}]}));
    assert_eq!(ranks.status, 200, "{}", ranks.text());

    let delete = |id: &str| server.send("DELETE", &format!("/api/v1/readings/{id}"), &[], "");
    assert_eq!(delete(&first).status, 204);
    assert_eq!(delete(&first).problem(), "not-found");
    assert_eq!(delete("example").problem(), "protected");
    assert_eq!(server.get(&format!("/api/v1/readings/{first}")).problem(), "not-found");
    assert_eq!(server.get("/api/v1/readings").json()["readings"].as_array().unwrap().len(), 1);
}

#[test]
fn a_store_that_was_not_closed_keeps_what_it_saved() {
    let data = tempfile::tempdir().unwrap();
    let server = start(|config| config.data = Some(data.path().to_owned()));
    let id = server.made(keys());
    // The file as it stands while the server runs: what a power cut would leave.
    let crashed = tempfile::tempdir().unwrap();
    std::fs::copy(data.path().join("readings.redb"), crashed.path().join("readings.redb")).unwrap();
    let after = start(|config| config.data = Some(crashed.path().to_owned()));
    assert_eq!(after.get(&format!("/api/v1/readings/{id}")).status, 200);
    assert_eq!(after.get("/api/v1/readings").json()["readings"][0]["id"], json!(id));
}
