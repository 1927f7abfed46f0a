//! `cargo xtask pictures`: the README's pictures and `docs/gallery`, drawn by the real program on the real model.

use crate::command::{self, root};
use anstyle_svg::Term;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// A picture: its file's name, and the command that it shows, as a shell would split it.
const PICTURES: &[(&str, &[&str])] = &[
    ("rankings", &["rankings", "The keys to the cabinet", "--generate", "8"]),
    ("watch", &["watch", "The keys to the cabinet", " is", " are"]),
    ("predictions", &["predictions", " 1, 1, 1,"]),
    ("read", &["read", "The keys to the cabinet", "--generate", "8"]),
];

/// The article's figures: a file's name, and the command whose figure it holds.
const GALLERY: &[(&str, &[&str])] = &[
    ("predictions", &["predictions", " 1, 1, 1,"]),
    ("countries", &["rankings", COUNTRIES, "--generate", "12"]),
    ("chile", &["rankings", COUNTRIES, "--continuation", " Chile"]),
    ("keys-rankings", &["rankings", "The keys to the cabinet", "--generate", "8"]),
    ("keys-cabinet", &["watch", "The keys to the cabinet", " is", " are"]),
    ("key-cabinets", &["watch", "The key to the cabinets", " is", " are"]),
    ("keys-cabinets", &["watch", "The keys to the cabinets", " is", " are"]),
    ("key-cabinet", &["watch", "The key to the cabinet", " is", " are"]),
    ("sampled", &["rankings", "Once upon a time", "--generate", "12", "--temperature", "0.7", "--seed", "7"]),
    ("gpt2-xl", &["rankings", "--from", "fixtures/article/gpt2-xl-cordoba.pack"]),
    ("reading", &["read", "The keys to the cabinet", "--generate", "8"]),
    ("reading-dark", &["read", "The keys to the cabinet", "--generate", "8", "--theme", "dark"]),
];

/// The article's list, which the model goes on with.
const COUNTRIES: &str = "The countries of the European Union are:\n1. Austria\n2. Belgium\n3. Bulgaria\n4.";

/// The command of the reading that the application opens with.
const EXAMPLE: &[&str] = &[
    "read",
    "Heathrow airport is located in the city of",
    "--generate",
    "8",
    "--embed",
    "--watch",
    " London",
    "--watch",
    " Paris",
];

/// Columns of the pictured terminal.
const WIDTH: u16 = 96;

/// Runs the release binary and writes `docs/pictures/*.svg`.
pub(crate) fn run() -> Result<()> {
    command::run("cargo", &["build", "--release", "--locked", "--package", "fathom-cli"])?;
    let folder = root().join("docs/pictures");
    fs::create_dir_all(&folder)?;
    for (name, args) in PICTURES {
        let path = folder.join(format!("{name}.svg"));
        let drawing = draw(args)?;
        let svg = render(&drawing);
        fs::write(&path, svg).with_context(|| format!("writing {}", path.display()))?;
        eprintln!("wrote docs/pictures/{name}.svg");
    }
    gallery()
}

/// Writes `docs/gallery/*.svg`.
fn gallery() -> Result<()> {
    let folder = root().join("docs/gallery");
    fs::create_dir_all(&folder)?;
    for (name, args) in GALLERY {
        let path = folder.join(format!("{name}.svg"));
        let output = Command::new(command::target().join("release/fathom"))
            .args(*args)
            .arg("-o")
            .arg(&path)
            .current_dir(root())
            .output()
            .context("could not start the release binary")?;
        if !output.status.success() {
            bail!("fathom {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        eprintln!("wrote docs/gallery/{name}.svg");
    }
    example()
}

/// Writes the reading that the application opens with.
fn example() -> Result<()> {
    let path = "crates/fathom-server/assets/example.pack";
    let target = root().join(path);
    let target = target.to_str().context("the repository's path is not UTF-8")?;
    let fathom = command::target().join("release/fathom");
    let fathom = fathom.to_str().context("the target folder's path is not UTF-8")?;
    command::run(fathom, &[EXAMPLE, &["-o", target]].concat())?;
    eprintln!("wrote {path}");
    Ok(())
}

/// What a terminal would show of the command, with the command itself on the first line.
fn draw(args: &[&str]) -> Result<String> {
    let output = Command::new(command::target().join("release/fathom"))
        .args(args)
        .args(["--color", "always"])
        .env("COLUMNS", WIDTH.to_string())
        .env("COLORTERM", "truecolor")
        .output()
        .context("could not start the release binary")?;
    if !output.status.success() {
        bail!("fathom {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    let shown =
        args.iter().map(|arg| if arg.contains(' ') { format!("\"{arg}\"") } else { (*arg).to_string() });
    let shown = shown.collect::<Vec<_>>().join(" ");
    Ok(format!("$ fathom {shown}\n\n{}", String::from_utf8(output.stdout)?))
}

/// The drawing as SVG. anstyle-svg measures text after it has escaped it, so that the ground of everything right of a
/// `<` is shifted; private characters stand in for the escaped ones until it is done.
fn render(drawing: &str) -> String {
    const STAND_INS: [(&str, &str, &str); 4] = [
        ("&", "\u{e000}", "&amp;"),
        ("<", "\u{e001}", "&lt;"),
        (">", "\u{e002}", "&gt;"),
        ("\"", "\u{e003}", "&quot;"),
    ];
    let hidden = STAND_INS.iter().fold(drawing.to_string(), |text, (from, to, _)| text.replace(from, to));
    let svg = Term::new().render_svg(&hidden);
    STAND_INS.iter().fold(svg, |svg, (_, from, to)| svg.replace(from, to))
}
