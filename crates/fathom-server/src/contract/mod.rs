//! The OpenAPI document and the server, held together: requests that the document allows, and requests next to them,
//! are made from the document itself, sent to the server in this process, and every answer is looked up in the document.

mod generate;

use crate::app::App;
use crate::config::{Config, Limits};
use crate::problem::KINDS;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, header};
use generate::{allowed, changed};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Proptest, RngSeed, TestRunner};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// The server in this process, its document, and a way to try it.
struct Contract {
    document: Value,
    router: Router,
    app: Arc<App>,
    runner: TestRunner,
    /// A finished reading.
    made: String,
    validators: HashMap<String, Validator>,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    media: String,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}

impl Contract {
    async fn new() -> Contract {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("tiny-llama");
        std::fs::create_dir(&model).unwrap();
        fathom_fixtures::tiny::write_safetensors("llama", &model);
        let config = Config {
            data: Some(folder.path().join("data")),
            model: model.to_str().unwrap().to_owned(),
            offline: true,
            threads: Some(1),
            limits: Limits { patience: Duration::from_secs(60), body_bytes: 20_000, ..Limits::default() },
            ..Config::default()
        };
        let app = App::new(&config).unwrap();
        let proptest = Proptest { rng_seed: RngSeed::Fixed(8417), ..Proptest::default() };
        let mut contract = Contract {
            document: crate::api::document(),
            router: crate::server::router(&app),
            app,
            runner: TestRunner::new(proptest),
            made: String::new(),
            validators: HashMap::new(),
            _folder: folder,
        };
        let keys =
            json!({"prompt": "The keys to the cabinet", "generate": {"max_new_tokens": 3}, "watch": [" is"]});
        let accepted = contract.post("/api/v1/readings", &keys).await;
        assert_eq!(accepted.status, 202, "{:?}", accepted.body);
        contract.made = accepted.json()["id"].as_str().unwrap().to_owned();
        contract.follow(&contract.made.clone()).await;
        contract
    }

    async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.header(header::HOST, "localhost").body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let media = response.headers().get(header::CONTENT_TYPE);
        let media = media.map_or("", |media| media.to_str().unwrap());
        let media = media.split(';').next().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, media, body }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.with_body(Method::POST, path, body).await
    }

    async fn with_body(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request =
            Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request, body.to_string()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::builder().uri(path), Body::empty()).await
    }

    /// A value of a strategy.
    fn some<T: std::fmt::Debug>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    /// Whether the document's schema at `pointer` allows `value`.
    fn allows(&mut self, pointer: &str, value: &Value) -> bool {
        let document = &self.document;
        let validator = self.validators.entry(pointer.to_owned()).or_insert_with(|| {
            let mut schema = document.pointer(pointer).unwrap().clone();
            schema["components"] = document["components"].clone();
            jsonschema::validator_for(&schema).unwrap()
        });
        validator.is_valid(value)
    }

    /// That the document declares this answer of the operation: status, media type, and what a body of JSON holds.
    fn declares(&mut self, operation: &str, answer: &Answer, asked: &str) {
        let Answer { status, media, body } = answer;
        let responses = format!("{operation}/responses/{status}");
        let Some(response) = self.document.pointer(&responses).cloned() else {
            panic!("{asked}: {status} is not declared: {body:?}");
        };
        let Some(content) = response.get("content") else {
            assert!(body.is_empty() && media.is_empty(), "{asked}: {status} has a body of {media}");
            return;
        };
        assert!(content.get(media).is_some(), "{asked}: {status} is said to have no {media}");
        if media.ends_with("json") {
            let value = answer.json();
            let schema = format!("{responses}/content/{}/schema", media.replace('/', "~1"));
            assert!(self.allows(&schema, &value), "{asked}: {status} is not as its schema says: {value}");
            if media == "application/problem+json" {
                assert_eq!(value["status"], *status, "{asked}");
                let slug = value["type"].as_str().and_then(|kind| kind.strip_prefix("/api/docs#")).unwrap();
                assert!(KINDS.iter().any(|(known, _, _)| *known == slug), "{asked}: {slug}");
                let named = response["description"].as_str().unwrap().contains(&format!("`{slug}`"));
                assert!(named, "{asked}: {status} is not said to be {slug}");
            }
        }
    }

    /// Follows a reading to its end, and looks up every event.
    async fn follow(&mut self, id: &str) -> String {
        let path = format!("/api/v1/readings/{id}/events");
        let answer = self.get(&path).await;
        self.declares("/paths/~1api~1v1~1readings~1{id}~1events/get", &answer, &path);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        let mut last = String::new();
        for event in text.split("\n\n").filter(|event| event.contains("data: ")) {
            let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            last = line("event: ").to_owned();
            // A text of several lines is sent as several.
            let data: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
            let data: Value = serde_json::from_str(&data.join("\n")).unwrap();
            let schema = format!("/components/schemas/Events/properties/{last}");
            assert!(self.document.pointer(&schema).is_some(), "no event {last} is declared");
            assert!(self.allows(&schema, &data), "{last} is not as its schema says: {data}");
        }
        assert!(["done", "failed", "cancelled"].contains(&last.as_str()), "{last}");
        last
    }

    /// Values for a request's body that the document allows, and others.
    fn bodies(&mut self, operation: &str, count: usize) -> Vec<Value> {
        let schema = self.document.pointer(&body_schema(operation)).unwrap().clone();
        let (document, made) = (self.document.clone(), self.made.clone());
        let sense = move |name: &str| match name {
            "model" => vec![json!("tiny-llama")],
            // Not the example: its model may be on this machine, and is no small one.
            "reading" => vec![json!(made)],
            "prompt" | "continuation" => vec![json!("The keys"), json!(" is")],
            "prompt_ids" | "continuation_ids" => vec![json!([1, 2, 3])],
            "max_new_tokens" => vec![json!(0), json!(2)],
            "position" => vec![json!(0), json!(2)],
            "tokens" => vec![json!([{"id": 5}]), json!([{"text": " is"}, {"id": 1}])],
            _ => Vec::new(),
        };
        let strategy = allowed(&schema, &document, &sense);
        (0..count)
            .map(|n| {
                let body = self.some(strategy.clone());
                if n % 2 == 0 { body } else { self.some(changed(body)) }
            })
            .collect()
    }

    /// Sends `body`, which must be refused where the document does not allow it, and understood where it does.
    async fn try_body(
        &mut self,
        operation: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> (Answer, bool) {
        let is_allowed = self.allows(&body_schema(operation), body);
        let answer = self.with_body(method, path, body).await;
        let asked = format!("{path} {body}");
        self.declares(operation, &answer, &asked);
        assert!(answer.status < 500, "{asked}: {:?}", answer.body);
        match is_allowed {
            true => assert!(![400, 415].contains(&answer.status), "{asked}: {:?}", answer.body),
            false => assert!(answer.status >= 400, "{asked}: {} though the document says no", answer.status),
        }
        (answer, is_allowed)
    }
}

impl Drop for Contract {
    fn drop(&mut self) {
        self.app.stop();
    }
}

fn body_schema(operation: &str) -> String {
    format!("{operation}/requestBody/content/application~1json/schema")
}

const CREATE: &str = "/paths/~1api~1v1~1readings/post";
const RANKS: &str = "/paths/~1api~1v1~1readings~1{id}~1ranks/post";
const RENAME: &str = "/paths/~1api~1v1~1readings~1{id}/patch";
const EXPORT: &str = "/paths/~1api~1v1~1readings~1{id}/get";

#[tokio::test(flavor = "multi_thread")]
async fn readings_are_made_as_the_document_says() {
    let mut contract = Contract::new().await;
    let (mut made, mut refused, mut forbidden) = (0, 0, 0);
    for body in contract.bodies(CREATE, 600) {
        let (answer, is_allowed) = contract.try_body(CREATE, Method::POST, "/api/v1/readings", &body).await;
        forbidden += usize::from(!is_allowed);
        match answer.status {
            202 => {
                let id = answer.json()["id"].as_str().unwrap().to_owned();
                made += usize::from(contract.follow(&id).await == "done");
            }
            _ => refused += 1,
        }
    }
    assert!(
        made > 30 && refused > 50 && forbidden > 50,
        "{made} made, {refused} refused, {forbidden} forbidden"
    );
    for (path, operation) in [
        ("/api/v1/readings", "/paths/~1api~1v1~1readings/get"),
        ("/api/v1/models", "/paths/~1api~1v1~1models/get"),
    ] {
        let answer = contract.get(path).await;
        assert_eq!(answer.status, 200);
        contract.declares(operation, &answer, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_ranks_are_as_the_document_says() {
    let mut contract = Contract::new().await;
    let made = contract.made.clone();
    for (operation, method, rest, other) in
        [(RENAME, Method::PATCH, "", "example"), (RANKS, Method::POST, "/ranks", "ranks")]
    {
        let (mut done, mut forbidden) = (0, 0);
        for (n, body) in contract.bodies(operation, 200).into_iter().enumerate() {
            let id = [made.as_str(), made.as_str(), other, "0000000000000", "..", "Ä"][n % 6];
            let path = format!("/api/v1/readings/{}{rest}", id.replace('Ä', "%C3%84"));
            let (answer, is_allowed) = contract.try_body(operation, method.clone(), &path, &body).await;
            done += usize::from(answer.status < 300);
            forbidden += usize::from(!is_allowed);
        }
        assert!(done > 15 && forbidden > 30, "{operation}: {done} done, {forbidden} forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_are_as_the_document_says() {
    let mut contract = Contract::new().await;
    let parameters = contract.document.pointer(EXPORT).unwrap()["parameters"].as_array().unwrap().clone();
    let queries: Vec<Value> = parameters.into_iter().filter(|one| one["in"] == "query").collect();
    assert_eq!(queries.len(), 3);
    let (mut given, mut refused) = (0, 0);
    for n in 0..200 {
        let mut is_allowed = true;
        let mut query = Vec::new();
        for parameter in &queries {
            let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
            let usual = allowed(schema, &contract.document, &|_| Vec::new());
            let odd = prop_oneof![
                Just(json!(-1)),
                Just(json!("odd")),
                Just(json!(4_294_967_296_u64)),
                Just(json!(1.5))
            ];
            let value = contract.some(prop_oneof![5 => usual, 1 => odd]);
            if contract.some(any::<bool>()) {
                is_allowed &= jsonschema::validator_for(schema).unwrap().is_valid(&value);
                query.push(format!(
                    "{name}={}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                ));
            }
        }
        if n % 10 == 9 {
            is_allowed = false;
            query.push("unknown=1".to_owned());
        }
        let made = contract.made.clone();
        let id =
            [made.as_str(), "example", "0000000000000"][usize::from(n % 7 == 6) + usize::from(n % 3 == 2)];
        let path = format!("/api/v1/readings/{id}?{}", query.join("&"));
        let answer = contract.get(&path).await;
        contract.declares(EXPORT, &answer, &path);
        assert!(answer.status < 500, "{path}: {:?}", answer.body);
        if id != "0000000000000" {
            assert_eq!(answer.status == 400, !is_allowed, "{path}: {} {:?}", answer.status, answer.media);
        }
        given += usize::from(answer.status == 200);
        refused += usize::from(answer.status == 400);
    }
    assert!(given > 50 && refused > 20, "{given} given, {refused} refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_declares_what_it_answers_to_the_unwelcome() {
    let mut contract = Contract::new().await;
    let paths = contract.document["paths"].as_object().unwrap().clone();
    let mut answers = 0;
    for (path, operations) in &paths {
        for method in operations.as_object().unwrap().keys() {
            let operation = format!("/paths/{}/{method}", path.replace('/', "~1"));
            let with_body = contract.document.pointer(&body_schema(&operation)).is_some();
            let method: Method = method.to_uppercase().parse().unwrap();
            for id in ["0000000000000", "example", "%00"] {
                let path = path.replace("{id}", id);
                let request = |name: &str, value: &str| {
                    Request::builder()
                        .method(method.clone())
                        .uri(&path)
                        .header(name.to_owned(), value.to_owned())
                };
                let json = || request("content-type", "application/json");
                let mut tried = vec![
                    (request("origin", "http://elsewhere.example"), String::new()),
                    (request("sec-fetch-site", "cross-site"), String::new()),
                    (request("host", "localhost"), String::new()),
                ];
                if with_body {
                    tried.push((request("content-type", "text/plain"), "{}".to_owned()));
                    for body in
                        ["", "{", "nul", "{\"a\": \"\\ud800\"}", "{} {}", "[]", "1e999", "\"\\u0000\""]
                    {
                        tried.push((json(), body.to_owned()));
                    }
                    tried.push((json(), "[".repeat(10_000)));
                    tried.push((json(), " ".repeat(30_000)));
                }
                for (request, body) in tried {
                    let answer = contract.send(request, body.clone()).await;
                    let shown: String = body.chars().take(20).collect();
                    contract.declares(&operation, &answer, &format!("{method} {path} {shown}"));
                    assert!(answer.status >= 400, "{method} {path} {shown}: {}", answer.status);
                    answers += 1;
                }
            }
        }
    }
    assert!(answers > 100, "{answers}");
    // What the document does not have is refused by its address or its method, as a problem.
    for (method, path) in
        [(Method::PUT, "/api/v1/readings"), (Method::POST, "/api/v1/models"), (Method::GET, "/api/v1/no")]
    {
        let answer = contract.send(Request::builder().method(method).uri(path), Body::empty()).await;
        assert!([404, 405].contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(answer.media, "application/problem+json");
    }
}
