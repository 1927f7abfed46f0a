//! A small load: a few clients ask a running `fathom serve` on this machine for short readings at once, and it is
//! noted how long each waits for its first token and for the end.
//!
//!     cargo run --release -p fathom-server --example load -- 8417 4 5      # port, clients, readings of each
//!
//! Loopback only, at most 16 clients and 20 readings each.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const BODY: &str = r#"{"prompt": "The keys to the cabinet", "generate": {"max_new_tokens": 16}}"#;

fn main() {
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [port, clients, each] = arguments[..] else {
        eprintln!("usage: load PORT CLIENTS READINGS (of a fathom serve on this machine)");
        std::process::exit(2);
    };
    let (port, clients, each) = (port as u16, clients.clamp(1, 16), each.clamp(1, 20));
    let start = Instant::now();
    let threads: Vec<_> = (0..clients).map(|_| std::thread::spawn(move || client(port, each))).collect();
    let mut all: Vec<(Duration, Duration)> = Vec::new();
    for (i, thread) in threads.into_iter().enumerate() {
        let times = thread.join().expect("a client failed");
        let total: Duration = times.iter().map(|(_, end)| *end).sum();
        println!("client {i}: {:.2} s a reading", total.as_secs_f64() / times.len() as f64);
        all.extend(times);
    }
    let wall = start.elapsed().as_secs_f64();
    println!("{} readings in {wall:.2} s: {:.2} a second", all.len(), all.len() as f64 / wall);
    show("first token", all.iter().map(|(first, _)| *first).collect());
    show("whole reading", all.iter().map(|(_, end)| *end).collect());
}

/// Median and extremes.
fn show(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let [least, middle, most] =
        [times[0], times[times.len() / 2], times[times.len() - 1]].map(|t| t.as_secs_f64());
    println!("{what}: {middle:.2} s (from {least:.2} to {most:.2})");
}

/// One reading after the other: how long until the first token, and until the end.
fn client(port: u16, each: usize) -> Vec<(Duration, Duration)> {
    (0..each).map(|_| one(port)).collect()
}

fn one(port: u16) -> (Duration, Duration) {
    let start = Instant::now();
    let mut answer = String::new();
    let headers = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", BODY.len());
    ask(port, "POST", "/api/v1/readings", &headers, BODY).read_to_string(&mut answer).expect("an answer");
    let id = answer.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let id = id.unwrap_or_else(|| panic!("refused: {answer}"));
    let events = BufReader::new(ask(port, "GET", &format!("/api/v1/readings/{id}/events"), "", ""));
    let mut first = None;
    for line in events.lines() {
        let line = line.expect("an event");
        // The first token that the model chose comes with a column.
        if first.is_none() && line.starts_with("data: {\"token\":{") {
            first = Some(start.elapsed());
        }
        assert!(line != "event: failed" && line != "event: cancelled", "a reading failed");
    }
    let end = start.elapsed();
    (first.unwrap_or(end), end)
}

fn ask(port: u16, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a server at that port");
    let request = format!("{method} {path} HTTP/1.0\r\nHost: localhost:{port}\r\n{headers}\r\n{body}");
    stream.write_all(request.as_bytes()).expect("a request");
    stream
}
