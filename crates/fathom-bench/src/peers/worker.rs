//! A peer in a process of its own, asked line by line, so that it loads once and is measured in turn with Fathom.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// A running script of `peers/`.
pub struct Worker {
    name: &'static str,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Its libraries' versions.
    pub versions: BTreeMap<String, String>,
    /// Seconds from its start until it had loaded.
    pub ready_after: f64,
}

/// What a script says once it has loaded.
#[derive(Deserialize)]
struct Ready {
    versions: BTreeMap<String, String>,
}

/// What a script says to a request; what a request does not make is empty.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    /// Seconds on its own clock, around the work alone.
    #[serde(default)]
    pub seconds: f64,
    /// Ranks of the targets, row after row.
    #[serde(default)]
    pub ranks: Vec<u32>,
}

impl Worker {
    /// Starts `script` on a model's file and waits until it has loaded.
    ///
    /// # Errors
    /// When it can't be started or does not come up; what it printed stands on standard error.
    pub fn start(name: &'static str, python: &Path, script: &str, model: &Path) -> Result<Worker> {
        let mut command = Command::new(python);
        command.arg("-c").arg(script).arg(model).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.env("TQDM_DISABLE", "1"); // bars of PyTorch's loading
        let start = Instant::now();
        let mut child = command.spawn().with_context(|| format!("could not start {}", python.display()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) = pipes.context("a child with pipes has them")?;
        let answers = BufReader::new(answers);
        let mut worker =
            Worker { name, child, requests, answers, versions: BTreeMap::new(), ready_after: 0.0 };
        worker.versions = worker.answer::<Ready>()?.versions;
        worker.ready_after = start.elapsed().as_secs_f64();
        Ok(worker)
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// When the script ended, or said something else.
    pub fn ask(&mut self, request: &Value) -> Result<Answer> {
        writeln!(self.requests, "{request}").with_context(|| format!("{} has ended", self.name))?;
        self.answer()
    }

    fn answer<T: for<'a> Deserialize<'a>>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.is_empty() {
            bail!("{} has ended; its last words are above", self.name);
        }
        serde_json::from_str(&line).with_context(|| format!("{} said {line}", self.name))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A child that has ended already is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn python() -> PathBuf {
        PathBuf::from("python3")
    }

    #[test]
    fn a_worker_answers_in_turn() {
        let script = "import sys, json\nprint('{\"versions\": {\"me\": \"1\"}}', flush=True)\n\
                      for line in sys.stdin:\n    n = json.loads(line)['n']\n    \
                      print(json.dumps({'seconds': n / 2, 'ranks': [n]}), flush=True)\n";
        let mut worker = Worker::start("test", &python(), script, Path::new("m")).unwrap();
        assert_eq!(worker.versions["me"], "1");
        for n in [3, 4] {
            let answer = worker.ask(&serde_json::json!({ "n": n })).unwrap();
            assert_eq!((answer.seconds, answer.ranks), (f64::from(n) / 2.0, vec![n]));
        }
        assert!(worker.ask(&serde_json::json!({ "n": "x" })).is_err());
    }

    #[test]
    fn a_script_that_fails_is_an_error() {
        let error = Worker::start("test", &python(), "raise SystemExit(1)", Path::new("m")).err().unwrap();
        assert!(error.to_string().contains("test has ended"), "{error}");
    }
}
