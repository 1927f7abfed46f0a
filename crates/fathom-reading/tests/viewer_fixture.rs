//! What the viewer's tests compare its own text and numbers with: `viewer/fixtures/text.json`, written by this crate.

use fathom_reading::Rank;
use fathom_reading::text::{bits, percent, rank, rank_short, visible};
use serde_json::{Value, json};

/// Texts of every kind, and every character up to the edge of each range that is treated differently.
fn texts() -> Vec<String> {
    let words = [
        " is",
        "a b\n",
        "  two words  ",
        "\r\n",
        "\u{1b}[2J\u{202e}x",
        "e\u{301}te\u{301}",
        "\u{301}a",
        "naïve",
        "日本語",
        "한국어",
        "नमस्ते",
        "שלום",
        "مرحبا",
        "😀",
        "👩\u{200d}💻",
        "⟨E2⟩",
        "</script><img onerror=x>",
        "ไทย",
        "x\u{e0041}",
        "",
        "    ",
        "z\u{30d}\u{30d}\u{30d}\u{30d}\u{30d}",
        "\t\ta",
        "a\u{a0}b",
        "\u{feff}",
        "ﷺ",
        "\u{fffe}",
        "\u{1fffe}",
        "\u{e000}",
    ];
    let edges = [
        0x0, 0x1f, 0x7f, 0xa0, 0xad, 0x34f, 0x600, 0x605, 0x61c, 0x6dd, 0x70f, 0x890, 0x8e2, 0x115f, 0x1160,
        0x3164, 0xffa0, 0x1680, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x2000, 0x200f, 0x2028, 0x202f, 0x205f,
        0x206f, 0x2800, 0x3000, 0xe000, 0xf8ff, 0xfdd0, 0xfdef, 0xfe00, 0xfe0f, 0xfeff, 0xfff0, 0xfffb,
        0x110bd, 0x110cd, 0x13430, 0x1345f, 0x1bca0, 0x1bca3, 0x1d159, 0x1d173, 0x1d17a, 0xe0000, 0xfffff,
        0x10ffff,
    ];
    let around = edges.iter().flat_map(|&edge: &u32| edge.saturating_sub(1)..=edge + 1);
    let alone = around.filter_map(char::from_u32).map(|c| format!("a{c}b"));
    // Marks of many scripts, alone and on a letter.
    let marks =
        [0x300, 0x36f, 0x483, 0x591, 0x5c7, 0x64b, 0x670, 0x93c, 0x941, 0xe31, 0x1ab0, 0x20d0, 0x3099];
    let marks = marks
        .iter()
        .filter_map(|&c| char::from_u32(c))
        .flat_map(|c| [format!("{c}"), format!("k{c}{c}{c}{c}")]);
    words.iter().map(|word| word.to_string()).chain(alone).chain(marks).collect()
}

fn cases() -> Value {
    let probs = [
        0.0, 0.000099, 0.0001, 0.0312, 0.0999, 0.09996, 0.4567, 0.9894, 0.98951, 0.99, 0.9997, 0.9999,
        0.99991, 1.0f32,
    ];
    let numbers = [0.0, -0.004, 0.005, 11.0271, 99.994, 99.996, -35.417, -123.456, 1e6f32];
    let ranks = [1, 987, 9_999, 10_000, 49_152, 999_999, 1_234_567u32];
    json!({
        "visible": texts().iter().map(|text| json!([text, visible(text)])).collect::<Vec<_>>(),
        "percent": probs.map(|prob| json!([prob, percent(prob)])),
        "bits": numbers.map(|number| json!([number, bits(number)])),
        "rank": ranks.map(|n| Rank::new(n).map(|r| json!([n, rank(r), rank_short(r)]))),
    })
}

#[test]
fn the_committed_cases_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../viewer/fixtures/text.json");
    let text = format!("{:#}\n", cases());
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        return std::fs::write(path, text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == text, "run `cargo xtask generate`: viewer/fixtures/text.json is out of date");
}
