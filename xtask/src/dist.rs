//! What a release hands out: the program, with its licences, as an archive in `target/dist`.

use crate::command::{self, root, target};
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// What goes beside the program.
const FILES: [&str; 6] = [
    "LICENSE",
    "NOTICE",
    "README.md",
    "CHANGELOG.md",
    "crates/fathom-render/fonts/Arimo-LICENSE.txt",
    "crates/fathom-render/fonts/DejaVu-LICENSE.txt",
];

/// Builds the program and packs it: `fathom-VERSION-PLATFORM.tar.gz`.
pub(crate) fn run() -> Result<()> {
    let strip = "profile.release.strip='symbols'";
    let build = ["build", "--release", "--locked", "--package", "fathom-cli"];
    command::run("cargo", &[&["--config", strip][..], &build].concat())?;
    let name = format!("fathom-{}-{}", version()?, platform()?);
    let (dist, program) = (target().join("dist"), format!("fathom{}", std::env::consts::EXE_SUFFIX));
    let folder = dist.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    fs::copy(target().join("release").join(&program), folder.join(&program))?;
    for file in FILES {
        let from = root().join(file);
        let to = folder.join(from.file_name().context("a file has a name")?);
        fs::copy(&from, to).with_context(|| format!("copying {file}"))?;
    }
    let archive = dist.join(format!("{name}.tar.gz"));
    let text = |path: &std::path::Path| {
        path.to_str().context("the target folder's path is not UTF-8").map(str::to_owned)
    };
    command::run("tar", &["-czf", &text(&archive)?, "-C", &text(&dist)?, &name])?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// The version of every crate.
fn version() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    Ok(version.context("Cargo.toml has no version")?.trim_matches('"').to_owned())
}

/// The triple that cargo builds for.
fn platform() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("could not start rustc")?;
    let said = String::from_utf8(output.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{FILES, root, version};
    use std::fs;
    use std::path::PathBuf;

    /// The manifests of the crates that may be published.
    fn published() -> Vec<(PathBuf, String)> {
        let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
        let manifests = crates.map(|path| {
            let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap();
            (path, manifest)
        });
        manifests.filter(|(_, manifest)| !manifest.contains("\npublish = false")).collect()
    }

    #[test]
    fn every_published_crate_says_what_it_is_and_brings_its_licence() {
        let published = published();
        assert!(published.len() >= 8, "{published:?}");
        for (path, manifest) in published {
            assert!(manifest.contains("\ndescription = \""), "{} has no description", path.display());
            // Where git makes no links (Windows), the file holds the link's text.
            if cfg!(not(windows)) {
                let (own, ours) = (fs::read(path.join("LICENSE")), fs::read(root().join("LICENSE")));
                assert_eq!(own.ok(), ours.ok(), "{} has not the project's LICENSE", path.display());
            }
        }
    }

    /// `cargo publish` refuses a dependency that has a path alone.
    #[test]
    fn crates_name_one_another_by_the_version_that_they_have() {
        let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let own = manifest.lines().filter(|line| line.contains("{ path = \"crates/"));
        let own: Vec<&str> = own.filter(|line| !line.starts_with("fathom-fixtures ")).collect();
        assert!(own.len() >= 10, "{own:?}");
        let version = format!("version = \"{}\"", version().unwrap());
        assert!(own.iter().all(|line| line.contains(&version)), "{own:?}");
    }

    #[test]
    fn whoever_cites_cites_this_version() {
        let citation = fs::read_to_string(root().join("CITATION.cff")).unwrap();
        let line = format!("\nversion: {}\n", version().unwrap());
        assert!(citation.contains(&line), "{citation}");
    }

    #[test]
    fn what_a_release_and_a_wheel_bring_is_there() {
        let wheel = [
            "python/LICENSE",
            "python/NOTICE",
            "python/licenses/Arimo-LICENSE.txt",
            "python/licenses/DejaVu-LICENSE.txt",
        ];
        for file in FILES.into_iter().chain(wheel) {
            assert!(root().join(file).is_file(), "{file}");
        }
        let project = fs::read_to_string(root().join("python/pyproject.toml")).unwrap();
        assert!(project.contains("license-files = [\"LICENSE\", \"NOTICE\", \"licenses/*\"]"), "{project}");
    }
}
