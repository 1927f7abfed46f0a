//! What depends on being seen: colour, streaming, bars.

use crate::support::{Ended, KEYS, bare, environment, fathom, tiny, tiny_model};
use std::process::Command;

#[test]
fn color_is_asked_for_or_not_there() {
    let model = tiny("llama");
    let colored = |arguments: &[&str]| {
        model.run(&[&["rankings", "one", "-n", "2"], arguments].concat()).stdout().contains('\u{1b}')
    };
    assert!(!colored(&[]), "a pipe has no colours");
    assert!(!colored(&["--color", "never"]));
    assert!(colored(&["--color", "always"]));
    let mut no_color = model.run(&["rankings", "one", "-n", "2", "--color", "always"]);
    assert!(no_color.env("NO_COLOR", "1").stdout().contains('\u{1b}'), "the option decides");
    let error = bare().args(["rankings", "--color", "always"]).fails(2);
    assert!(error.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m no prompt"), "{error:?}");
}

#[test]
fn ascii_where_the_locale_says_so() {
    let drawing = tiny("llama").run(&["rankings", "one", "-n", "2"]).env("LANG", "de_DE.ISO-8859-1").stdout();
    assert!(drawing.is_ascii(), "{drawing}");
}

/// Runs a command in a terminal of 100 columns. Returns all that appeared.
#[cfg(unix)]
fn in_a_terminal(arguments: &str, variables: &[(&str, &str)]) -> String {
    // Python is needed anyway to fetch the default model.
    const SPAWN: &str = "\
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 100, 0, 0))
    os.execvp('bash', ['bash', '-c', sys.argv[1]])
seen = b''
while True:
    try:
        part = os.read(fd, 65536)
    except OSError:
        break
    if not part:
        break
    seen += part
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(seen.replace(b'\\r\\n', b'\\n'))
sys.exit(code)
";
    let output = Command::new("python3")
        .args(["-c", SPAWN, &format!("fathom {arguments}")])
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .envs(environment())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_tokens_as_they_come() {
    let model = tiny_model("llama");
    let base = format!("rankings 'one two' -n 4 -m {}", model.display());
    let seen = in_a_terminal(&base, &[]);
    assert!(seen.starts_with("\u{1b}[2mone two\u{1b}[0m"), "the prompt, then its continuation: {seen:?}");
    assert!(seen.contains("\n\n\u{1b}[1mRankings\u{1b}[0m"), "{seen:?}");
    for plain in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        // `CI` makes some libraries colour whatever they write to.
        for ci in [("CI", ""), ("CI", "true")] {
            let seen = in_a_terminal(&base, &[plain, ci]);
            assert!(seen.starts_with("one two") && !seen.contains('\u{1b}'), "{plain:?} {ci:?}: {seen:?}");
        }
    }
    // A terminal's figure keeps to its width.
    let seen = in_a_terminal(
        &format!("read 'one two three four five six' -m {}", model.display()),
        &[("NO_COLOR", "1")],
    );
    let widest = seen.lines().map(|line| line.chars().count()).max().unwrap();
    assert!((81..=100).contains(&widest), "{widest}: {seen}");
}

#[test]
fn messages_and_results_keep_apart() {
    let output = tiny("llama").run(&["rankings", "one", "-n", "2"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "no stream, no bar, no note off a terminal");
    let drawing = fathom().args(["predictions", KEYS, "--layer", "last"]).output().unwrap();
    assert_eq!(String::from_utf8(drawing.stderr).unwrap(), "");
}
