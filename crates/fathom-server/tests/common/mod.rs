//! A server on a port of its own, and a client that says exactly what it is told to.
#![allow(dead_code, unreachable_pub)] // Each test binary uses its own part.

use fathom_server::{Config, Limits, Server};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A running server; stopped when dropped.
pub struct Running {
    pub port: u16,
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The tiny model's and, unless another was given, the history's folder.
    pub folder: tempfile::TempDir,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The kind of problem that it is.
    #[track_caller]
    pub fn problem(&self) -> String {
        assert!(
            self.header("content-type").unwrap_or_default() == "application/problem+json",
            "{}",
            self.head
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert!(
            !problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty()
        );
        problem["type"].as_str().unwrap().strip_prefix("/api/docs#").unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// The tiny Llama, written to `folder`.
pub fn tiny(folder: &Path) -> PathBuf {
    let model = folder.join("tiny-llama");
    std::fs::create_dir_all(&model).unwrap();
    fathom_fixtures::tiny::write_safetensors("llama", &model);
    model
}

/// A server of the tiny model.
pub fn start(change: impl FnOnce(&mut Config)) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { grace: Duration::from_millis(50), ..Limits::default() };
    let model = tiny(folder.path()).to_str().unwrap().to_owned();
    let data = Some(folder.path().join("data"));
    let mut config =
        Config { port: 0, data, model, offline: true, threads: Some(1), limits, ..Config::default() };
    change(&mut config);
    let (ready, address) = std::sync::mpsc::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::bind(&config).await.unwrap();
            ready.send(server.url().unwrap()).unwrap();
            let stopped = async move {
                let _ = stopped.await;
            };
            server.run(stopped).await;
        });
    });
    let url = address.recv().unwrap();
    let port = url.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
    Running { port, url, stop: Some(stop), thread: Some(thread), folder }
}

/// A server of the default model, whose readings take a while.
pub fn start_slow(change: impl FnOnce(&mut Config)) -> Running {
    let server = start(|config| {
        config.model = fathom_fixtures::default_model().to_str().unwrap().to_owned();
        config.threads = None;
        change(config);
    });
    server.until("the model is loaded", |server| {
        server.get("/api/v1/models").json()["models"][0]["state"] == "ready"
    });
    server
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    /// Stops it as Ctrl-C does, and waits until it is down.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// Sends a request; `headers` may replace `Host`.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut reader = BufReader::new(self.connect(method, path, headers, body));
        let head = head_of(&mut reader);
        let mut body = Vec::new();
        reader.read_to_end(&mut body).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body }
    }

    fn connect(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let mut request = format!("{method} {path} HTTP/1.0\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: localhost:{}\r\n", self.port);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("Content-Type", "application/json")], &body.to_string())
    }

    /// Asks for a reading and returns its id.
    #[track_caller]
    pub fn create(&self, body: Value) -> String {
        let answer = self.post("/api/v1/readings", &body);
        assert_eq!(answer.status, 202, "{}", answer.text());
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(answer.header("location").unwrap(), format!("/api/v1/readings/{id}"));
        id
    }

    /// Asks for a reading and waits until it is over.
    #[track_caller]
    pub fn made(&self, body: Value) -> String {
        let id = self.create(body);
        let events = self.events(&id);
        assert_eq!(events.last().unwrap().0, "done", "{events:?}");
        id
    }

    /// All events of a reading, until the last.
    pub fn events(&self, id: &str) -> Vec<(String, Value)> {
        self.follow(id).collect()
    }

    /// The events of a reading as they come; the connection is closed when this is dropped.
    pub fn follow(&self, id: &str) -> Events {
        let path = format!("/api/v1/readings/{id}/events");
        let mut reader = BufReader::new(self.connect("GET", &path, &[], ""));
        let head = head_of(&mut reader);
        Events { head, reader }
    }

    /// How a reading stands.
    pub fn status(&self, id: &str) -> String {
        let summary = self.get(&format!("/api/v1/readings/{id}/summary")).json();
        summary["status"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits for something that must come.
    #[track_caller]
    pub fn until(&self, what: &str, is_so: impl Fn(&Running) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < Duration::from_secs(100), "never came: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A stream of events.
pub struct Events {
    pub head: String,
    reader: BufReader<TcpStream>,
}

impl Iterator for Events {
    type Item = (String, Value);

    fn next(&mut self) -> Option<(String, Value)> {
        let (mut event, mut data) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).unwrap_or(0) == 0 {
                return None;
            }
            match line.trim_end_matches(['\r', '\n']).split_once(':') {
                Some(("event", rest)) => event = rest.trim().to_owned(),
                Some(("data", rest)) => data += rest.strip_prefix(' ').unwrap_or(rest),
                Some(_) => {}
                None if event.is_empty() => {}
                None => return Some((event, serde_json::from_str(&data).unwrap())),
            }
        }
    }
}

fn head_of(reader: &mut impl BufRead) -> String {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            return head.replace('\r', "");
        }
        head += &line;
    }
}

/// A small reading.
pub fn keys() -> Value {
    json!({"prompt": "The keys to the cabinet", "generate": {"max_new_tokens": 4}, "watch": [" is", " are on"]})
}

/// A reading of the default model that takes seconds.
pub fn long() -> Value {
    json!({"prompt": "Once upon a time", "generate": {"max_new_tokens": 250, "temperature": 1.0}})
}
