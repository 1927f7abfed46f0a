//! The tables of families that people read.

use fathom_families::{families_readme, families_text, family_rows};
use fathom_fixtures::fixtures;
use std::collections::BTreeSet;

/// README.md's block between the markers.
#[test]
fn the_readme_lists_the_families() {
    let path = fixtures().join("../README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let parts = text.split_once("<!-- families: generated, see docs/families.md -->\n");
    let (before, rest) = parts.expect("README.md has the first marker");
    let (found, after) = rest.split_once("<!-- /families -->").expect("README.md has the second marker");
    let expected = families_readme();
    if std::env::var_os("FATHOM_GENERATE").is_some() {
        let marker = "<!-- families: generated, see docs/families.md -->";
        return std::fs::write(&path, format!("{before}{marker}\n{expected}<!-- /families -->{after}"))
            .unwrap();
    }
    assert_eq!(
        found, expected,
        "README.md's families are not the code's; `cargo xtask generate` writes them"
    );
}

#[test]
fn the_table_names_every_family_once() {
    let rows = family_rows();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name).collect();
    let types: Vec<&str> = rows.iter().flat_map(|row| row.model_types).copied().collect();
    let architectures: Vec<&str> = rows.iter().flat_map(|row| row.architectures).copied().collect();
    assert_eq!(names.len(), rows.len());
    assert_eq!(types.iter().collect::<BTreeSet<_>>().len(), types.len(), "a model_type of two families");
    assert_eq!(
        architectures.iter().collect::<BTreeSet<_>>().len(),
        architectures.len(),
        "an architecture of two"
    );
    let text = families_text();
    assert_eq!(text.lines().count(), rows.len() + 1);
    assert!(rows.iter().all(|row| text.contains(row.about)));
}
