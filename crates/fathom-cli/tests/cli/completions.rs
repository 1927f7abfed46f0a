//! `fathom completions`.

use crate::support::{Ended, bare, environment};
use std::process::Command;

#[test]
fn every_shell_gets_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bare().args(["completions", shell]).stdout();
        for word in ["predictions", "rankings", "watch", "models", "with-prompt"] {
            assert!(script.contains(word), "{word} in the script for {shell}");
        }
    }
    let other = bare().args(["completions", "tcsh"]).fails(2);
    assert!(other.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{other}");
}

#[test]
fn bash_completes_commands_and_values() {
    let complete = |words: &[&str]| {
        let script = format!(
            "source <(fathom completions bash)\nCOMP_WORDS=({})\nCOMP_CWORD={}\n\
             _fathom fathom \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            words.len() - 1
        );
        let output = Command::new("bash").args(["-c", &script]).envs(environment()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["fathom", "rank"]), ["rankings"]);
    assert_eq!(complete(&["fathom", "rankings", "--with"]), ["--with-prompt"]);
    assert_eq!(complete(&["fathom", "watch", "--lens", ""]), ["logit", "raw"]);
    assert_eq!(complete(&["fathom", "read", "--projection", ""]), ["f32", "screened"]);
}
