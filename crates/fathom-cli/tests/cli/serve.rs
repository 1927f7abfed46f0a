//! `fathom serve` as a process: what it prints, how it ends, and what is left of it when it is killed.

use crate::support::{bare, names, tiny_model};
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
        let mut command = Command::new(cargo_bin("fathom"));
        command.args(["serve", "--no-open", "--offline", "--port", "0", "--data"]).arg(data);
        Served::of(command.arg("--model").arg(tiny_model("llama")))
    }

    /// The server that a command starts.
    fn of(command: &mut Command) -> Served {
        let mut process = heeding(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
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

/// A command that heeds signals, though whoever runs the tests may ignore them (a background job ignores Ctrl-C).
fn heeding(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    {
        use nix::libc::{SIG_DFL, SIGHUP, SIGINT, SIGTERM, signal};
        use std::os::unix::process::CommandExt;
        let usual = || {
            for number in [SIGHUP, SIGINT, SIGTERM] {
                // SAFETY: the child, which has one thread, sets what the system does by itself.
                unsafe { signal(number, SIG_DFL) };
            }
            Ok(())
        };
        // SAFETY: between fork and exec nothing but `signal` is called, which is allowed there.
        unsafe { command.pre_exec(usual) };
    }
    command
}

/// Sends a signal.
#[cfg(unix)]
fn kill(process: &Child, signal: &str) {
    let killed = Command::new("kill").arg(signal).arg(process.id().to_string()).status().unwrap();
    assert!(killed.success());
}

/// The exit code of a process that must end.
#[cfg(unix)]
fn code(process: &mut Child) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            return status.code();
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[test]
fn it_ends_well_when_it_is_asked_to() {
    for (signal, expected) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let data = tempfile::tempdir().unwrap();
        let mut server = Served::start(data.path());
        let id = server.made(KEYS);
        server.ask("POST", "/api/v1/readings", LONG);
        kill(&server.process, signal);
        assert_eq!(code(&mut server.process), Some(expected), "{signal}");
        let again = Served::start(data.path());
        assert!(again.summary(&id).starts_with("HTTP/1.0 200"));
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_is_ended_says_by_which_signal_and_leaves_nothing() {
    for (signal, expected) in
        [("-TERM", Some(143)), ("-INT", Some(130)), ("-HUP", Some(129)), ("-KILL", None)]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut process = heeding(&mut Command::new(cargo_bin("fathom")))
            .args(["read", "-", "-o", "r.json", "--model"])
            .arg(tiny_model("llama"))
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It waits for its prompt, the file begun and signals heard.
        let begun = || {
            let here = folder.path().canonicalize().unwrap();
            let files = std::fs::read_dir(format!("/proc/{}/fd", process.id())).unwrap();
            let mut files = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
            files.any(|file| file.starts_with(&here))
        };
        let start = Instant::now();
        while cfg!(target_os = "linux") && !(begun() && hears(&process)) {
            assert!(start.elapsed() < Duration::from_secs(60), "it does not begin");
            std::thread::sleep(Duration::from_millis(10));
        }
        kill(&process, signal);
        assert_eq!(code(&mut process), expected, "{signal}");
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{signal}");
    }
}

/// Whether a process has a handler for the signal to terminate.
#[cfg(unix)]
fn hears(process: &Child) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << (15 - 1)) != 0
}

#[cfg(unix)]
#[test]
fn a_signal_that_is_to_be_ignored_is() {
    // As `nohup` starts a program.
    let script = format!("trap '' HUP; exec {} models list --json", cargo_bin("fathom").display());
    let data = tempfile::tempdir().unwrap();
    let serve = format!(
        "trap '' HUP; exec {} serve --no-open --offline --port 0 --data {} --model {}",
        cargo_bin("fathom").display(),
        data.path().display(),
        tiny_model("llama").display()
    );
    assert!(Command::new("bash").args(["-c", &script]).stdout(Stdio::null()).status().unwrap().success());
    let mut server = Served::of(Command::new("bash").args(["-c", &serve]));
    kill(&server.process, "-HUP");
    server.made(KEYS);
    kill(&server.process, "-TERM");
    assert_eq!(code(&mut server.process), Some(143));
}

#[cfg(unix)]
#[test]
fn a_reading_that_is_stopped_is_no_failure_in_the_log() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Served::start(data.path());
    server.made(KEYS);
    for _ in 0..5 {
        let accepted = server.ask("POST", "/api/v1/readings", LONG);
        let id =
            accepted.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        server.ask("POST", &format!("/api/v1/readings/{id}/cancel"), "");
        let events = server.ask("GET", &format!("/api/v1/readings/{id}/events"), "");
        assert!(events.contains("event: cancelled") || events.contains("event: done"), "{events}");
    }
    kill(&server.process, "-TERM");
    code(&mut server.process);
    let mut log = String::new();
    server.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(!log.contains("fathom serve:"), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_outlives_a_log_that_nobody_reads_and_files_that_ran_out() {
    let data = tempfile::tempdir().unwrap();
    let serve = format!(
        "ulimit -n 64; exec {} serve --no-open --offline --port 0 --data {} --model /nowhere/at/all.gguf 2> /dev/full",
        cargo_bin("fathom").display(),
        data.path().display(),
    );
    let server = Served::of(Command::new("bash").args(["-c", &serve]));
    // Each failure is logged, to a disk that is full.
    for _ in 0..3 {
        let accepted = server.ask("POST", "/api/v1/readings", KEYS);
        let id =
            accepted.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert!(server.ask("GET", &format!("/api/v1/readings/{id}/events"), "").contains("event: failed"));
    }
    // More connections than it may have files.
    let open: Vec<TcpStream> =
        (0..100).map(|_| TcpStream::connect(("127.0.0.1", server.port)).unwrap()).collect();
    drop(open);
    assert!(server.ask("GET", "/api/v1/readings/example/summary", "").starts_with("HTTP/1.0 200"));
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
