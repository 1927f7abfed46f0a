//! The program as a user meets it: from the command to its end, and the most memory it held.
//!
//! To be measured before anything is loaded here: a child's peak begins with the memory of the process that started it.

use crate::clock::median;
use crate::prompt;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

/// Prompts longer than this are run twice at most.
const LONG: usize = 256;

/// One command, run several times.
#[derive(Clone, Debug, Serialize)]
pub struct Process {
    /// What it does, in words.
    pub what: String,
    /// Threads it was given.
    pub threads: usize,
    /// Tokens that it reads, where it reads a prompt.
    pub tokens: Option<usize>,
    /// Seconds from its start to its end: the figure is written by then.
    pub seconds: f64,
    /// Seconds of CPU.
    pub cpu: Option<f64>,
    /// The most memory it held, in bytes.
    pub peak_bytes: Option<u64>,
}

/// What one run took.
struct Ended {
    status: ExitStatus,
    seconds: f64,
    cpu: Option<f64>,
    peak_bytes: Option<u64>,
}

/// Measures the commands that the project promises figures of.
///
/// # Errors
/// When the program can't be started or fails.
pub fn measure(
    program: &Path,
    model: Option<&Path>,
    threads: usize,
    lengths: &[usize],
    rounds: usize,
) -> Result<Vec<Process>> {
    let keys = ["rankings", "The keys to the cabinet", "--generate", "8"].map(OsString::from);
    let mut commands = vec![("rankings of 8 generated tokens".to_owned(), None, keys.to_vec())];
    for &length in lengths {
        let ids: Vec<String> = prompt(length).iter().map(|(id, _)| id.to_string()).collect();
        let read = ["read", "--generate", "0", "--prompt-ids", &ids.join(",")].map(OsString::from);
        commands.push((format!("reading of {length} tokens, drawn"), Some(length), read.to_vec()));
    }
    let mut measured = Vec::new();
    for (what, tokens, mut args) in commands {
        args.extend(["--offline".into(), "--threads".into(), threads.to_string().into()]);
        args.extend(model.into_iter().flat_map(|model| ["--model".into(), OsString::from(model)]));
        // Once, so that the file is in memory; a long one takes too long for that to show, and is steadier.
        let rounds = if tokens > Some(LONG) { rounds.min(2) } else { run(program, &args).map(|_| rounds)? };
        let runs: Vec<Ended> = (0..rounds).map(|_| run(program, &args)).collect::<Result<_>>()?;
        measured.push(Process {
            what,
            threads,
            tokens,
            seconds: median(runs.iter().map(|run| run.seconds)),
            cpu: runs.iter().map(|run| run.cpu).collect::<Option<Vec<_>>>().map(median),
            peak_bytes: runs.iter().filter_map(|run| run.peak_bytes).max(),
        });
    }
    Ok(measured)
}

fn run(program: &Path, args: &[OsString]) -> Result<Ended> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ended = wait(&mut command).with_context(|| format!("could not run {}", program.display()))?;
    if !ended.status.success() {
        bail!("{} {:?} ended with {}", program.display(), args, ended.status);
    }
    Ok(ended)
}

#[cfg(unix)]
fn wait(command: &mut Command) -> std::io::Result<Ended> {
    use std::os::unix::process::ExitStatusExt;
    let start = Instant::now();
    let child = command.spawn()?;
    let mut status = 0;
    // SAFETY: all zeros is a valid `rusage`, a plain C struct of numbers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values of the types that wait4 writes, and the id is that of a child which
    // nobody else waits for.
    let waited = unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage) };
    let seconds = start.elapsed().as_secs_f64();
    if waited < 0 {
        return Err(std::io::Error::last_os_error());
    }
    let of = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Ended {
        status: ExitStatus::from_raw(status),
        seconds,
        cpu: Some(of(usage.ru_utime) + of(usage.ru_stime)),
        peak_bytes: Some(usage.ru_maxrss as u64 * unit),
    })
}

#[cfg(not(unix))]
fn wait(command: &mut Command) -> std::io::Result<Ended> {
    let start = Instant::now();
    let status = command.spawn()?.wait()?;
    Ok(Ended { status, seconds: start.elapsed().as_secs_f64(), cpu: None, peak_bytes: None })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_measured() {
        let ended = run(Path::new("sh"), &["-c".into(), "sleep 0.05".into()]).unwrap();
        assert!(ended.seconds >= 0.05 && ended.cpu.unwrap() < ended.seconds);
        // A shell holds something between 100 kB and what this test program holds.
        assert!((100_000..2_000_000_000).contains(&ended.peak_bytes.unwrap()));
    }

    #[test]
    fn failures_are_told() {
        let error = run(Path::new("sh"), &["-c".into(), "exit 3".into()]).err().unwrap();
        assert!(error.to_string().contains("exit status: 3"), "{error}");
        assert!(run(Path::new("no-such-program"), &[]).is_err());
    }
}
