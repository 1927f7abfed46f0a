//! A small Hugging Face hub on loopback, and a listener that remembers what it was told.
#![allow(dead_code, unreachable_pub, reason = "each test file includes this one and uses a part of it")]

use fathom_fetch::{Announcement, Environment, FetchError, FetchOptions, FetchProgress, ModelFiles, resolve};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What goes wrong with one answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection is closed after this many bytes of the body.
    CutAfter(usize),
    /// This status instead of an answer.
    Status(u16),
    /// One byte is changed.
    Flip,
    /// The whole file, whatever range was asked for.
    IgnoreRange,
    /// A part, but not the one that was asked for.
    OtherRange,
    /// This body and content type, with status 200.
    Instead(&'static str),
    /// A redirect that says not where to.
    NowhereRedirect,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub host: String,
    pub range_start: Option<usize>,
    pub authorization: Option<String>,
}

#[derive(Default)]
pub struct State {
    pub repo: String,
    pub revisions: Vec<String>,
    pub files: BTreeMap<String, Vec<u8>>,
    /// Faults of the answers to come, by file (`api` for the listing).
    pub faults: BTreeMap<String, VecDeque<Fault>>,
    pub log: Vec<Request>,
    /// The token without which nothing is answered.
    pub token: Option<String>,
    /// Large files are redirected to "storage", under another host name.
    pub redirect: bool,
    /// A mirror that lists names only.
    pub names_only: bool,
    /// What the listing calls the commit.
    pub commit: String,
}

pub struct TestHub {
    pub state: Arc<Mutex<State>>,
    pub port: u16,
    pub folder: tempfile::TempDir,
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As the hub does: weights are "large files", named by their SHA-256, the rest by something of 40 digits.
pub fn etag(name: &str, bytes: &[u8]) -> String {
    let mut etag = sha256(bytes);
    if !is_large(name) {
        etag.truncate(40);
    }
    etag
}

fn is_large(name: &str) -> bool {
    [".safetensors", ".gguf", ".bin"].iter().any(|ending| name.ends_with(ending))
}

pub fn weights(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 + usize::from(seed)) as u8 ^ (i >> 8) as u8).collect()
}

impl TestHub {
    pub fn new(repo: &str, files: &[(&str, &[u8])]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            repo: repo.to_owned(),
            revisions: vec!["main".to_owned(), COMMIT.to_owned()],
            files: files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(),
            commit: COMMIT.to_owned(),
            ..State::default()
        }));
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up early is part of the game.
                let _ = answer(stream, &served, port);
            }
        });
        TestHub { state, port, folder: tempfile::tempdir().unwrap() }
    }

    /// A repository like GPT-2's: what is needed, and what is not.
    pub fn folder_repo(repo: &str) -> Self {
        let weights = weights(1, 100_000);
        TestHub::new(
            repo,
            &[
                ("README.md", b"# hello"),
                ("config.json", b"{\"model_type\": \"gpt2\"}"),
                ("tokenizer.json", b"{\"version\": \"1.0\"}"),
                ("generation_config.json", b"{}"),
                ("model.safetensors", &weights),
                ("pytorch_model.bin", b"pickle"),
            ],
        )
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn fail(&self, file: &str, faults: &[Fault]) {
        self.state().faults.entry(file.to_owned()).or_default().extend(faults.iter().cloned());
    }

    /// The requests for a file since the last call of `clear_log`.
    pub fn asked(&self, file: &str) -> Vec<Request> {
        self.state().log.iter().filter(|request| request.path.ends_with(file)).cloned().collect()
    }

    pub fn environment(&self) -> Environment {
        let mut environment = Environment::from_vars(|_| None);
        environment.cache = Some(self.folder.path().join("fathom"));
        environment.hub_cache = Some(self.folder.path().join("hub"));
        environment.hub_endpoint = Some(format!("http://127.0.0.1:{}", self.port));
        environment.python = vec!["no-such-python".into()];
        environment
    }

    pub fn resolve(&self, name: &str) -> Result<ModelFiles, FetchError> {
        self.resolve_with(name, &Told::default(), |_| {})
    }

    pub fn resolve_offline(&self, name: &str) -> Result<ModelFiles, FetchError> {
        self.resolve_with(name, &Told::default(), |options| options.offline = true)
    }

    pub fn resolve_with(
        &self,
        name: &str,
        progress: &Told,
        change: impl FnOnce(&mut FetchOptions<'_>),
    ) -> Result<ModelFiles, FetchError> {
        let mut options = FetchOptions { environment: self.environment(), ..FetchOptions::new(progress) };
        change(&mut options);
        resolve(name, &options)
    }

    /// The repository's folder in the hub's cache.
    pub fn cached(&self) -> PathBuf {
        let repo = self.state().repo.replace('/', "--");
        self.folder.path().join("hub").join(format!("models--{repo}"))
    }

    /// The names under `blobs`, sorted.
    pub fn blobs(&self) -> Vec<String> {
        names(&self.cached().join("blobs"))
    }
}

pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn answer(mut stream: TcpStream, state: &Mutex<State>, port: u16) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0_u8];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let (path, query) = path.split_once('?').map_or((path.as_str(), ""), |(path, query)| (path, query));
    let range_start =
        header("range").and_then(|range| range.strip_prefix("bytes=")?.split('-').next()?.parse().ok());
    let request = Request {
        path: path.to_owned(),
        host: header("host").unwrap_or_default(),
        range_start,
        authorization: header("authorization"),
    };
    let mut state = state.lock().unwrap();
    state.log.push(request.clone());
    let reply = reply(&mut state, &request, query, port);
    drop(state);
    stream.write_all(&reply)
}

fn reply(state: &mut State, request: &Request, query: &str, port: u16) -> Vec<u8> {
    let path = request.path.as_str();
    let from_storage = path.starts_with("/storage/");
    if !from_storage
        && let Some(token) = &state.token
        && request.authorization.as_deref() != Some(&format!("Bearer {token}"))
    {
        return status(401);
    }
    let revisions = state.revisions.clone();
    let known = |revision: &str| revisions.iter().any(|known| known.replace('/', "%2F") == revision);
    let api = format!("/api/models/{}/revision/", state.repo);
    if let Some(revision) = path.strip_prefix(&api) {
        return match state.faults.get_mut("api").and_then(VecDeque::pop_front) {
            Some(Fault::Status(code)) => status(code),
            Some(Fault::Instead(text)) => whole("text/html", text.as_bytes(), ""),
            _ if !known(revision) => status(404),
            _ => whole("application/json", listing(state, query.contains("blobs=true")).as_bytes(), ""),
        };
    }
    let resolve = format!("/{}/resolve/", state.repo);
    let name = match (path.strip_prefix("/storage/"), path.strip_prefix(&resolve)) {
        (Some(name), _) => name,
        (None, Some(rest)) => match rest.split_once('/') {
            Some((revision, name)) if known(revision) => name,
            _ => return status(404),
        },
        (None, None) => return status(404),
    };
    let Some(bytes) = state.files.get(name).cloned() else { return status(404) };
    let etag = etag(name, &bytes);
    if state.redirect && is_large(name) && !from_storage {
        return format!(
            "HTTP/1.1 302 Found\r\nLocation: http://localhost:{port}/storage/{name}\r\nX-Linked-ETag: \"{etag}\"\r\n\
             X-Repo-Commit: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            state.commit
        )
        .into_bytes();
    }
    let fault = state.faults.get_mut(name).and_then(VecDeque::pop_front);
    file(&bytes, request.range_start, &etag, &state.commit, fault)
}

fn listing(state: &State, blobs: bool) -> String {
    let entry = |(name, bytes): (&String, &Vec<u8>)| {
        if !blobs || state.names_only {
            return serde_json::json!({ "rfilename": name });
        }
        let mut entry =
            serde_json::json!({ "rfilename": name, "size": bytes.len(), "blobId": etag("", bytes) });
        if is_large(name) {
            entry["lfs"] =
                serde_json::json!({ "sha256": sha256(bytes), "size": bytes.len(), "pointerSize": 130 });
        }
        entry
    };
    let siblings: Vec<serde_json::Value> = state.files.iter().map(entry).collect();
    serde_json::json!({ "sha": state.commit, "siblings": siblings, "private": false }).to_string()
}

fn file(bytes: &[u8], start: Option<usize>, etag: &str, commit: &str, fault: Option<Fault>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    match &fault {
        Some(Fault::Status(code)) => return status(*code),
        Some(Fault::NowhereRedirect) => {
            return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
        }
        Some(Fault::Instead(text)) => return whole("text/html", text.as_bytes(), ""),
        Some(Fault::Flip) => {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        _ => {}
    }
    let headers = format!("ETag: \"{etag}\"\r\nX-Repo-Commit: {commit}\r\n");
    let mut reply = match start {
        Some(start) if start >= bytes.len() => return status(416),
        Some(start) if !matches!(fault, Some(Fault::IgnoreRange)) => {
            let start = if matches!(fault, Some(Fault::OtherRange)) { start / 2 } else { start };
            let (rest, total) = (&bytes[start..], bytes.len());
            let mut reply = format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{}/{total}\r\nContent-Length: {}\r\n\
                 {headers}Connection: close\r\n\r\n",
                total - 1,
                rest.len()
            )
            .into_bytes();
            reply.extend_from_slice(rest);
            reply
        }
        _ => whole("application/octet-stream", &bytes, &headers),
    };
    if let Some(Fault::CutAfter(sent)) = fault {
        let head = reply.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        reply.truncate(head + sent);
    }
    reply
}

fn whole(kind: &str, bytes: &[u8], headers: &str) -> Vec<u8> {
    let mut reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n",
        bytes.len()
    )
    .into_bytes();
    reply.extend_from_slice(bytes);
    reply
}

fn status(code: u16) -> Vec<u8> {
    format!("HTTP/1.1 {code} Trouble\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

/// Remembers what it was told.
#[derive(Default)]
pub struct Told {
    pub announced: Mutex<Vec<Announcement>>,
    pub advanced: Mutex<Vec<(u64, Option<u64>)>>,
    pub finished: Mutex<usize>,
    pub notes: Mutex<Vec<String>>,
}

impl FetchProgress for Told {
    fn announce(&self, announcement: &Announcement) {
        self.announced.lock().unwrap().push(announcement.clone());
    }

    fn advance(&self, bytes_done: u64, total: Option<u64>) {
        self.advanced.lock().unwrap().push((bytes_done, total));
    }

    fn finish(&self) {
        *self.finished.lock().unwrap() += 1;
    }

    fn note(&self, message: &str) {
        self.notes.lock().unwrap().push(message.to_owned());
    }
}
