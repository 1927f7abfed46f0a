//! What is too much, and what stops.

mod common;

use common::{keys, long, start, start_slow};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_reading_that_is_cancelled_stops_computing() {
    let server = start_slow(|_| {});
    let id = server.create(long());
    let mut events = server.follow(&id);
    assert!(events.any(|(name, _)| name == "token"));
    let cancel = || server.send("POST", &format!("/api/v1/readings/{id}/cancel"), &[], "");
    assert_eq!(cancel().status, 204);
    assert_eq!(events.last().unwrap().0, "cancelled");
    assert_eq!(server.status(&id), "cancelled");
    assert_eq!(server.get(&format!("/api/v1/readings/{id}")).problem(), "not-ready");
    // The thread is free: another is made at once, and cancelling what is over changes nothing.
    server.made(keys());
    assert_eq!(cancel().status, 204);
}

#[test]
fn a_client_that_goes_away_stops_it_unless_another_listens() {
    let server = start_slow(|_| {});
    let (left, heard) = (server.create(long()), server.create(long()));
    let mut leaving = server.follow(&left);
    let (mut one, mut other) = (server.follow(&heard), server.follow(&heard));
    assert!(leaving.any(|(name, _)| name == "token") && one.any(|(name, _)| name == "token"));
    drop((leaving, one));
    server.until("the abandoned reading stops", |server| server.status(&left) == "cancelled");
    assert!(other.any(|(name, _)| name == "token"));
    assert_eq!(server.status(&heard), "running");
    drop(other);
    server.until("the other one stops", |server| server.status(&heard) == "cancelled");
}

#[test]
fn readings_share_the_machine_and_the_rest_wait_in_line() {
    let server = start_slow(|config| (config.limits.running, config.limits.waiting) = (2, 2));
    let running = [server.create(long()), server.create(long())];
    server.until("both run", |server| running.iter().all(|id| server.status(id) == "running"));
    let ask = || server.post("/api/v1/readings", &keys()).json();
    let (first, second) = (ask(), ask());
    assert_eq!((&first["queue_position"], &second["queue_position"]), (&json!(1), &json!(2)));
    let refused = server.post("/api/v1/readings", &keys());
    assert_eq!((refused.problem().as_str(), refused.header("retry-after")), ("busy", Some("5")));
    let second = second["id"].as_str().unwrap();
    // One in the line is cancelled, then one that runs: the line moves up.
    server.send("POST", &format!("/api/v1/readings/{}/cancel", first["id"].as_str().unwrap()), &[], "");
    let place = |server: &common::Running| {
        server.get(&format!("/api/v1/readings/{second}/summary")).json()["queue_position"].clone()
    };
    server.until("the line moves up", |server| place(server) == 1);
    server.send("POST", &format!("/api/v1/readings/{}/cancel", running[0]), &[], "");
    let events = server.events(second);
    let places: Vec<_> = events
        .iter()
        .filter(|(name, _)| name == "queued")
        .map(|(_, data)| data["position"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [2, 1]);
    assert_eq!(events.last().unwrap().0, "done");
    // It was short: the long one beside it is still at work.
    assert_eq!(server.status(&running[1]), "running");
}

#[test]
fn time_is_limited() {
    let server = start_slow(|config| config.limits.time = Duration::from_millis(300));
    let events = server.events(&server.create(long()));
    let (name, data) = events.last().unwrap();
    assert_eq!((name.as_str(), data["problem"]["type"].as_str()), ("failed", Some("/api/docs#time")));
}

#[test]
fn too_much_is_refused_at_once() {
    let server = start(|config| (config.limits.prompt_tokens, config.limits.body_bytes) = (20, 4096));
    server.made(keys());
    let refused = |body: serde_json::Value| server.post("/api/v1/readings", &body).problem();
    assert_eq!(refused(json!({"prompt": "word ".repeat(100)})), "too-long");
    assert_eq!(refused(json!({"prompt": "a", "generate": {"max_new_tokens": 257}})), "too-long");
    // More than the model's own context.
    assert_eq!(refused(json!({"prompt": "a", "generate": {"max_new_tokens": 256}})), "too-long");
    assert_eq!(refused(json!({"prompt": "a", "top_k": 51})), "invalid");
    assert_eq!(refused(json!({"prompt": "a", "watch": vec!["a"; 17]})), "invalid");
    assert_eq!(refused(json!({"prompt": "a".repeat(5000)})), "too-large");
    assert_eq!(refused(json!({"prompt": "a", "generate": {"temperature": -1.0}})), "invalid");
    assert_eq!(refused(json!({"prompt": "a", "prompt_ids": [1]})), "invalid");
    assert_eq!(refused(json!({"prompt_ids": [4_000_000]})), "invalid");
    assert_eq!(refused(json!({"prompt": "a", "continuation": "b", "generate": {}})), "invalid");
    assert_eq!(refused(json!({"prompt": "a", "temprature": 1})), "invalid");
    assert_eq!(refused(json!({})), "invalid");
    // Told in words, and never in the reader's own.
    let detail =
        |body: serde_json::Value| server.post("/api/v1/readings", &body).json()["detail"].to_string();
    let told = detail(json!({"prompt": "a", "generate": {"max_new_tokens": "many"}}));
    assert!(told.contains("`generate.max_new_tokens`: expected a whole number"), "{told}");
    assert!(told.contains("/api/docs") && !told.contains("line 1"), "{told}");
}

#[test]
fn stopping_ends_streams_and_loses_nothing() {
    let mut server = start_slow(|_| {});
    let done = server.made(keys());
    let mut events = server.follow(&server.create(long()));
    assert!(events.any(|(name, _)| name == "token"));
    server.stop();
    assert!(["cancelled", "failed"].contains(&events.last().unwrap().0.as_str()));
    let data = Some(server.folder.path().join("data"));
    let again = start(|config| config.data = data);
    assert_eq!(again.get(&format!("/api/v1/readings/{done}")).status, 200);
}
