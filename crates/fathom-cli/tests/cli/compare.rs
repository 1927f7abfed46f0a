//! `fathom compare`.

use crate::support::{Ended, KEYS, fathom, tiny};

#[test]
fn two_prompts_are_summed_up() {
    let drawing = fathom().args(["compare", KEYS, "The key to the cabinets"]).stdout();
    assert!(drawing.starts_with("Comparison"), "{drawing}");
    assert!(
        drawing.contains("A: The keys to the cabinet (") && drawing.contains("B: The key to the cabinets (")
    );
    assert!(drawing.contains("After the last layer"), "{drawing}");
}

#[test]
fn one_prompt_under_two_lenses_makes_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("diff.html");
    let output = fathom().args(["compare", KEYS, "--lens-b", "raw", "-o"]).arg(&page).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    let html = std::fs::read_to_string(page).unwrap();
    assert!(html.contains("id=\"fathom-reading\"") && html.contains("id=\"fathom-other\""));
}

#[test]
fn saved_readings_need_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let (json, pack) = (folder.path().join("a.json"), folder.path().join("b.pack"));
    for (prompt, path) in [("one two three", &json), ("one two four five", &pack)] {
        let output = tiny("gpt2").run(&["read", prompt, "-o", path.to_str().unwrap()]).output().unwrap();
        assert!(output.status.success());
    }
    let mut command = crate::support::bare();
    let drawing = command.arg("compare").arg(&json).arg(&pack).stdout();
    assert!(drawing.contains("A: one two three"), "{drawing}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let refused = |arguments: &[&str]| {
        let output = crate::support::bare().arg("compare").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&[KEYS]).contains("<B>"));
    assert!(refused(&["a", "b", "--from", "x.json"]).contains("takes its two sides as arguments"));
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("x.csv");
    assert!(refused(&["a", "b", "-o", csv.to_str().unwrap()]).contains("a comparison is written as .html"));
    assert!(refused(&["a", "b", "--json"]).contains("read each side"));
}
