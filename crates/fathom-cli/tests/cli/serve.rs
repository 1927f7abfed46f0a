//! `fathom serve` as a process: what it prints, how it ends, and what is left of it when it is killed.

use crate::support::{bare, tiny_model};
use assert_cmd::cargo::cargo_bin;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server of the tiny model; killed when dropped, as a test that fails leaves it.
struct Served {
    process: Child,
    port: u16,
}

impl Served {
    fn start(data: &Path) -> Served {
        let mut process = Command::new(cargo_bin("fathom"))
            .args(["serve", "--no-open", "--offline", "--port", "0", "--data"])
            .arg(data)
            .arg("--model")
            .arg(tiny_model("llama"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let port = url.trim().rsplit(':').next().and_then(|rest| rest.trim_end_matches('/').parse().ok());
        Served { process, port: port.unwrap_or_else(|| panic!("no address: {url:?}")) }
    }

    /// Sends a request and returns all of the answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let host = self.port;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: localhost:{host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Makes a reading and returns its id once it is saved.
    fn made(&self, body: &str) -> String {
        let accepted = self.ask("POST", "/api/v1/readings", body);
        let id = accepted.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next());
        let id = id.unwrap_or_else(|| panic!("{accepted}")).to_owned();
        let events = self.ask("GET", &format!("/api/v1/readings/{id}/events"), "");
        assert!(events.contains("event: done"), "{events}");
        id
    }

    fn summary(&self, id: &str) -> String {
        self.ask("GET", &format!("/api/v1/readings/{id}/summary"), "")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const KEYS: &str = r#"{"prompt": "The keys to the cabinet", "generate": {"max_new_tokens": 3}}"#;
const LONG: &str =
    r#"{"prompt": "Once upon a time", "generate": {"max_new_tokens": 40, "temperature": 1.0}}"#;

#[test]
fn a_server_that_is_killed_loses_no_saved_reading() {
    let data = tempfile::tempdir().unwrap();
    let mut saved: Vec<(String, String)> = Vec::new();
    for _ in 0..3 {
        let mut server = Served::start(data.path());
        for (id, head) in &saved {
            assert_eq!(body(&server.summary(id)), *head);
            assert!(
                server
                    .ask("GET", &format!("/api/v1/readings/{id}?format=csv"), "")
                    .starts_with("HTTP/1.0 200")
            );
        }
        let id = server.made(KEYS);
        let head = body(&server.summary(&id)).to_owned();
        saved.push((id, head));
        // Killed (SIGKILL) with another one under way.
        server.ask("POST", "/api/v1/readings", LONG);
        server.process.kill().unwrap();
        server.process.wait().unwrap();
    }
    let server = Served::start(data.path());
    let list = server.ask("GET", "/api/v1/readings", "");
    assert!(saved.iter().all(|(id, _)| list.contains(id.as_str())), "{list}");
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[cfg(unix)]
#[test]
fn it_ends_well_when_it_is_asked_to() {
    for signal in ["-TERM", "-INT"] {
        let data = tempfile::tempdir().unwrap();
        let mut server = Served::start(data.path());
        let id = server.made(KEYS);
        server.ask("POST", "/api/v1/readings", LONG);
        let killed = Command::new("kill").arg(signal).arg(server.process.id().to_string()).status().unwrap();
        assert!(killed.success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = server.process.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{signal} does not end it");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.code(), Some(0), "{signal}");
        let again = Served::start(data.path());
        assert!(again.summary(&id).starts_with("HTTP/1.0 200"));
    }
}

#[test]
fn what_can_not_be_served_is_said() {
    let data = tempfile::tempdir().unwrap();
    let server = Served::start(data.path());
    let refused = |arguments: &[&str]| {
        let mut command = bare();
        command.args(["serve", "--no-open", "--offline", "--data"]).arg(data.path()).args(arguments);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = refused(&["--port", "0"]);
    assert!(code == Some(1) && said.contains("another `fathom serve` is using"), "{said}");
    let (code, said) = refused(&["--port", &server.port.to_string()]);
    assert!(code == Some(1) && said.contains("--port 0 takes a free one"), "{said}");
    let (code, said) = refused(&["--port", "0", "--host", "0.0.0.0"]);
    assert!(code == Some(2) && said.contains("--token"), "{said}");
    let (code, said) = refused(&["--port", "0", "--token", "short"]);
    assert!(code == Some(2) && said.contains("16 characters"), "{said}");
}
