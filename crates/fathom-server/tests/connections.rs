//! Those who open connections and say nothing, or little by little.

mod common;

use common::{Running, keys, start};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn connect(server: &Running, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    // Far beyond what the server allows: a read that ends by it is a connection that stayed.
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(said.as_bytes()).unwrap();
    stream
}

/// All that comes until the server ends the connection.
fn until_it_ends(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("it stays open: {error}"),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn half_open_connections_keep_nobody_out_and_end() {
    let server = start(|config| {
        config.limits.connections = 4;
        config.limits.patience = Duration::from_millis(300);
    });
    let head = format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\n", server.port);
    // More than there are places for: nothing, half a line, a head without its end, and one whole request that goes on.
    let whole = format!("{head}\r\n");
    let said = ["", "GE", head.as_str(), whole.as_str()];
    let open: Vec<TcpStream> = (0..40).map(|n| connect(&server, said[n % said.len()])).collect();
    assert_eq!(server.get("/api/v1/models").status, 200);
    let answers: Vec<String> = open.into_iter().map(until_it_ends).collect();
    let whole = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 200")).count();
    assert_eq!(whole, 10);
    server.made(keys());
}

#[test]
fn a_body_that_does_not_come_is_told() {
    let server = start(|config| config.limits.patience = Duration::from_millis(300));
    let head = "POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let answer = until_it_ends(connect(&server, &format!("{head}Content-Length: 100\r\n\r\n{{")));
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("/api/docs#slow"), "{answer}");
}
