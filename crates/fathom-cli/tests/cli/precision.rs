//! `--precision` and `fathom compare-precision`.

use crate::support::{Ended, KEYS, bare, fathom, tiny, tiny_model};

#[test]
fn packed_is_f32_to_the_last_digit() {
    let read = |precision: &str| {
        let mut command = fathom();
        let mut reading =
            command.args(["read", KEYS, "--generate", "4", "--json", "--precision", precision]).json();
        assert_eq!(reading["precision"], precision);
        reading["precision"] = serde_json::Value::Null;
        reading
    };
    assert_eq!(read("f32"), read("packed"));
}

#[test]
fn a_reading_says_how_weights_were_held() {
    for (precision, said) in
        [("bf16", "weights rounded to bf16, f32"), ("packed", "weights kept packed, f32")]
    {
        let drawing = fathom().args(["rankings", KEYS, "-n", "1", "--precision", precision]).stdout();
        let words = drawing.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(said), "{drawing}");
    }
    let shown = fathom().args(["models", "show", "--precision", "packed"]).stdout();
    assert!(shown.contains("precision    packed: Q4_1 106M + Q8_0 28M weights"), "{shown}");
    let json = fathom().args(["models", "show", "--precision", "f16", "--json"]).json();
    assert_eq!((&json["precision"], &json["held"][0]["as"]), (&"f16".into(), &"f16".into()));
}

#[test]
fn packing_what_is_not_quantised_is_said() {
    let output = tiny("gpt2").run(&["read", "one two", "--precision", "packed"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("nothing in"), "{said}");
    assert!(said.contains("is quantised: its weights are kept as stored (F32)"), "{said}");
}

#[test]
fn where_two_precisions_part_is_drawn() {
    let same = fathom().args(["compare-precision", KEYS, "--precision-b", "packed"]).stdout();
    assert!(same.contains("the same, bit for bit"), "{same}");
    let apart = fathom().args(["compare-precision", KEYS, "--precision-b", "bf16", "-n", "3"]).stdout();
    insta::assert_snapshot!(apart);
    assert!(apart.lines().all(|line| line.chars().count() <= 80), "{apart}");
}

#[test]
fn its_numbers_are_written_too() {
    let folder = tempfile::tempdir().unwrap();
    let (json, csv) = (folder.path().join("d.json"), folder.path().join("d.csv"));
    let files = [&json, &csv].map(|path| path.to_str().unwrap());
    let [first, second] = files;
    let asked = ["compare-precision", "one two three", "--precision-b", "f16", "--layers", "embed,last"];
    let output = tiny("llama").run(&[&asked[..], &["-o", first, "-o", second]].concat()).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    assert_eq!(json["schema"], "fathom.grid/1");
    assert_eq!(json["about"]["what"], "divergence");
    assert_eq!((&json["precision"], &json["other"]["precision"]), (&"f32".into(), &"f16".into()));
    assert_eq!(json["rows"].as_array().unwrap().len(), 2);
    let csv = std::fs::read_to_string(csv).unwrap();
    // A token may be a newline: what begins a record is counted.
    let records = csv.lines().filter(|line| line.starts_with("embed,-1,") || line.starts_with("resid_post,"));
    assert_eq!(records.count(), json["cells"].as_array().unwrap().len());
}

/// A divergence is a grid: every form holds it, and what replays is read again.
#[test]
fn every_form_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let forms = ["html", "parquet", "pack", "json"].map(|form| folder.path().join(format!("d.{form}")));
    let files = forms.each_ref().map(|path| path.to_str().unwrap());
    let asked = ["compare-precision", "one two three", "--precision-b", "bf16"];
    let outputs = files.iter().flat_map(|file| ["-o", file]);
    assert_eq!(tiny("llama").run(&asked.into_iter().chain(outputs).collect::<Vec<_>>()).stdout(), "");
    let bytes = forms.each_ref().map(|path| std::fs::read(path).unwrap());
    assert!(bytes[0].starts_with(b"<!doctype html>") && bytes[1].starts_with(b"PAR1"));
    let json = fathom::Reading::read_json(&bytes[3][..]).unwrap();
    assert_eq!(fathom::Reading::from_pack(&bytes[2]).unwrap(), json);
    let again = bare().args(["read", "--from", files[2]]).stdout();
    assert!(again.contains("Divergence") && again.contains("mean KL"), "{again}");
    let heatmap = bare().args(["read", "--from", files[2], "--metric", "kl_ab_bits"]).stdout();
    assert!(heatmap.contains("colour: KL from A to B"), "{heatmap}");
    let said = bare().args(["rankings", "--from", files[2]]).fails(2);
    assert!(said.contains("divergence"), "{said}");
}

#[test]
fn it_is_drawn_as_a_figure() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, png) = (folder.path().join("d.svg"), folder.path().join("d.png"));
    let files = ["-o", svg.to_str().unwrap(), "-o", png.to_str().unwrap(), "--scale", "1", "--theme", "dark"];
    let asked = ["compare-precision", "one two three", "--precision-b", "bf16"];
    assert_eq!(tiny("llama").run(&[&asked[..], &files].concat()).stdout(), "");
    let svg = std::fs::read_to_string(svg).unwrap();
    assert!(svg.contains("Divergence of B from A") && svg.contains("rounded to bf16"), "{svg}");
    assert!(std::fs::read(png).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let said = bare().args(["compare-precision", "x"]).fails(2);
    assert!(said.contains("--model-b") && said.contains("--precision-b"), "{said}");
    let other = tiny_model("gpt2");
    let asked = ["compare-precision", "one two", "--model-b", other.to_str().unwrap()];
    let said = tiny("llama").run(&asked).fails(2);
    assert!(said.contains("no two forms of one model") && said.contains("expected A's"), "{said}");
    let said = tiny("llama")
        .run(&["compare-precision", "one", "--precision-b", "f16", "--threshold", "-1"])
        .fails(2);
    assert!(said.contains("--threshold -1"), "{said}");
    let said = tiny("llama").run(&["compare-precision", "one", "--precision-b", "int4"]).fails(2);
    assert!(said.contains("possible values: f32, bf16, f16, packed"), "{said}");
}
