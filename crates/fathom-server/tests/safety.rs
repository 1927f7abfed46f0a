//! Who may ask, for what, and what no request reaches.

mod common;

use common::{keys, start};
use fathom_server::{Config, Server};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};

const TOKEN: &str = "0123456789abcdef";

#[test]
fn other_names_and_other_pages_are_refused() {
    let server = start(|_| {});
    let get = |headers: &[(&str, &str)]| server.send("GET", "/api/v1/models", headers, "");
    for host in ["evil.example", "evil.example:8417", "localhost.evil.example", "", "192.168.0.1"] {
        assert_eq!(get(&[("Host", host)]).problem(), "misdirected", "{host}");
        assert_eq!(server.send("GET", "/", &[("Host", host)], "").status, 421, "{host}");
    }
    let own = format!("http://localhost:{}", server.port);
    assert_eq!(get(&[("Origin", &own)]).status, 200);
    for origin in ["http://evil.example", "null", "http://localhost:1", "file://"] {
        assert_eq!(get(&[("Origin", origin)]).problem(), "forbidden", "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(get(&[("Sec-Fetch-Site", site)]).problem(), "forbidden");
    }
    assert_eq!(get(&[("Sec-Fetch-Site", "same-origin")]).status, 200);
    // A form can't say JSON.
    let form = [("Content-Type", "text/plain")];
    assert_eq!(server.send("POST", "/api/v1/readings", &form, &keys().to_string()).problem(), "media-type");
    assert_eq!(get(&[("Host", "localhost"), ("Host", "evil.example")]).status, 400);
}

#[test]
fn a_token_opens_the_api_and_nothing_else_does() {
    let server = start(|config| config.token = Some(TOKEN.to_owned()));
    assert!(server.url.ends_with(&format!("/#token={TOKEN}")));
    let get =
        |authorization: &str| server.send("GET", "/api/v1/readings", &[("Authorization", authorization)], "");
    assert_eq!(get(&format!("Bearer {TOKEN}")).status, 200);
    for wrong in
        ["", "Bearer", "Bearer 0123456789abcdeX", "Bearer 0123456789abcde", "Basic 0123456789abcdef", TOKEN]
    {
        assert_eq!(get(wrong).problem(), "token", "{wrong}");
    }
    let cookie = [("Cookie", "token=0123456789abcdef")];
    assert_eq!(server.send("GET", "/api/v1/readings", &cookie, "").problem(), "token");
    assert_eq!(server.get(&format!("/api/v1/readings?token={TOKEN}")).problem(), "token");
    assert_eq!(
        server.send("POST", "/api/v1/readings", &[("Content-Type", "application/json")], "{}").problem(),
        "token"
    );
    // The page itself holds nothing.
    assert_eq!(server.get("/").status, 200);
}

#[tokio::test]
async fn another_address_needs_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let host = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let config = |token: Option<&str>| Config {
        host,
        port: 0,
        token: token.map(str::to_owned),
        data: Some(folder.path().to_owned()),
        model: "nowhere.gguf".to_owned(),
        offline: true,
        ..Config::default()
    };
    let refused = |config: Config| async move { Server::bind(&config).await.err().unwrap().to_string() };
    assert!(refused(config(None)).await.contains("--token"));
    assert!(refused(config(Some("short"))).await.contains("16 characters"));
    assert!(refused(config(Some("0123456789abcdef ;"))).await.contains("letters"));
    assert!(Server::bind(&config(Some(TOKEN))).await.is_ok());
}

#[test]
fn no_request_reaches_the_disk() {
    let server = start(|_| {});
    std::fs::write(server.folder.path().join("secret.txt"), "secret").unwrap();
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/api/v1/readings/..%2f..%2fsecret.txt",
        "/api/v1/readings/..",
        "/api/v1/readings/%00",
        "/api/v1/readings/readings.redb",
        "//etc/passwd",
    ] {
        let answer = server.get(path);
        assert!(
            [400, 404].contains(&answer.status) && !answer.text().contains("secret\n"),
            "{path}: {}",
            answer.head
        );
        assert_ne!(answer.body, b"secret");
    }
    // Models go by name, out of the list; a path is no name, not even the right one.
    let path = server.folder.path().join("tiny-llama");
    for model in
        [path.to_str().unwrap(), "../tiny-llama", "./tiny-llama", "org/name", "/etc/passwd", "~/x", ""]
    {
        let answer = server.post("/api/v1/readings", &json!({"prompt": "a", "model": model}));
        assert_eq!(answer.problem(), "unknown-model", "{model}");
        assert!(!answer.text().contains(server.folder.path().to_str().unwrap()));
    }
    server.made(json!({"prompt": "a", "model": "tiny-llama"}));
    assert_eq!(server.get("/api/v1/models").json()["models"][0]["name"], "tiny-llama");
}

#[test]
fn a_model_that_can_not_be_loaded_is_told_without_its_path() {
    let server = start(|config| config.model = "/nowhere/at/all/missing.gguf".to_owned());
    let id = server.create(keys());
    let events = server.events(&id);
    let (name, data) = events.last().unwrap();
    assert_eq!(name, "failed");
    assert!(!data.to_string().contains("/nowhere"), "{data}");
    // The page and the example stand all the same.
    assert_eq!(server.get("/").status, 200);
    assert_eq!(server.get("/api/v1/readings/example").json()["model"]["name"], "smollm2-135m");
}

#[test]
fn every_answer_has_the_strict_headers_and_pages_are_whole() {
    let server = start(|_| {});
    for path in [
        "/",
        "/r/0123456789abc",
        "/api/docs",
        "/api/openapi.json",
        "/assets/app.js",
        "/assets/app.css",
        "/assets/docs.css",
        "/assets/icon.svg",
        "/api/v1/models",
        "/nowhere",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, if path == "/nowhere" { 404 } else { 200 }, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    for path in ["/", "/api/docs"] {
        let page = server.get(path).text();
        // Everything comes from this server, and nothing is inline: the policy would refuse it.
        assert!(
            !page.contains("http://") && !page.contains("https://") && !page.contains("style="),
            "{path}"
        );
        assert!(page.matches("<script").count() == page.matches("<script type=\"module\" src=\"/").count());
    }
    let docs = server.get("/api/docs").text();
    for part in ["/api/v1/readings/{id}/events", "schema-CreateReading", "id=\"too-long\""] {
        assert!(docs.contains(part), "{part}");
    }
    let tag = server.get("/assets/app.js");
    let tag = tag.header("etag").unwrap();
    assert_eq!(server.send("GET", "/assets/app.js", &[("If-None-Match", tag)], "").status, 304);
    let other = server.send("PUT", "/api/v1/readings", &[("Content-Type", "application/json")], "{}");
    assert_eq!((other.status, other.problem().as_str()), (405, "method"));
}
