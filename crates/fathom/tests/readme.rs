//! README.md's Rust snippet compiles: it stands here too, and the two are compared.
//!
//! A doctest of the whole README would take its shell commands, which are indented blocks, for Rust.

use std::path::Path;

/// Never run: it would download the model.
#[allow(dead_code)]
#[rustfmt::skip]
fn snippet() -> Result<(), Box<dyn std::error::Error>> {
    // README.md, "As a library":
    let model = fathom::Model::load("smollm2-135m")?;
    let output = model.generate("The keys to the cabinet", 8)?;
    let reading = output.read()?;
    print!("{}", fathom::render::terminal::rankings(&reading, &Default::default(), Default::default())?);
    // End.
    Ok(())
}

/// The code between two marks, without its margin.
fn code<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("no {from:?}")).1;
    let lines = rest.split_once(to).unwrap_or_else(|| panic!("no {to:?} after {from:?}")).0.lines();
    lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("```")).collect()
}

#[test]
fn readme_shows_what_compiles() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let compiled = code(include_str!("readme.rs"), "// README.md, \"As a library\":\n", "// End.\n");
    assert_eq!(
        code(&readme, "## As a library\n", "\n## "),
        compiled,
        "change README.md and this file together"
    );
}
