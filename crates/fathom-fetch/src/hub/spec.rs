//! `org/name[@revision][:file.gguf]`: how a hub model is written.

use crate::error::FetchError;
use crate::local::is_plain_relative;
use std::fmt;

/// A model on the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    /// `org/name`, or the lone name of the hub's oldest repositories.
    pub(crate) repo: String,
    /// Branch, tag or commit, where one was asked for.
    pub(crate) revision: Option<String>,
    /// The one file to take.
    pub(crate) file: Option<String>,
}

impl Spec {
    /// `None` when the name does not have the form at all; an error when it has, with something impossible in it.
    pub(crate) fn parse(name: &str) -> Option<Result<Spec, FetchError>> {
        let (rest, file) = split(name, ':');
        let (repo, revision) = split(rest, '@');
        let (org, model) = repo.split_once('/')?;
        let bad = |why: String| Some(Err(FetchError::BadName { name: name.to_owned(), why }));
        for part in [org, model] {
            if !is_repo_part(part) {
                return bad(format!(
                    "expected org/name[@revision][:file], with letters, digits, `-`, `_` and `.`, found `{part}`"
                ));
            }
        }
        if let Some(revision) = revision
            && !is_revision(revision)
        {
            return bad(format!("`{revision}` cannot be a branch, tag or commit"));
        }
        match file {
            Some(file) if !is_plain_relative(file) => return bad(format!("`{file}` cannot be a file in it")),
            Some(file) if ![".gguf", ".safetensors", ".bin"].iter().any(|ending| file.ends_with(ending)) => {
                return bad(format!("`{file}` is no .gguf, .safetensors or .bin file"));
            }
            _ => {}
        }
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(Ok(Spec { repo: repo.to_owned(), revision: owned(revision), file: owned(file) }))
    }

    /// The revision to ask for.
    pub(crate) fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or("main")
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repo)?;
        if let Some(revision) = &self.revision {
            write!(f, "@{revision}")?;
        }
        if let Some(file) = &self.file {
            write!(f, ":{file}")?;
        }
        Ok(())
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_repo_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && !part.contains("..")
        // Two dashes stand for the slash in the cache's folder names.
        && !part.contains("--")
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// What git allows, less what would leave the cache's folder or need quoting in an address.
pub(crate) fn is_revision(revision: &str) -> bool {
    is_plain_relative(revision)
        && !revision.contains("..")
        && revision.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(name: &str) -> Spec {
        Spec::parse(name).unwrap().unwrap()
    }

    #[test]
    fn all_the_forms() {
        let spec = parse("org/name@refs/pr/5:sub/file.gguf");
        assert_eq!((spec.repo.as_str(), spec.revision()), ("org/name", "refs/pr/5"));
        assert_eq!(spec.file.as_deref(), Some("sub/file.gguf"));
        assert_eq!(parse("TinyLlama/TinyLlama-1.1B-Chat-v1.0").revision(), "main");
        assert_eq!(parse("a/b:c.gguf").to_string(), "a/b:c.gguf");
    }

    #[test]
    fn no_form_at_all_is_someone_elses_business() {
        assert!(Spec::parse("gpt2").is_none());
        assert!(Spec::parse("gpt2@main").is_none());
    }

    #[test]
    fn impossible_names_are_refused() {
        for name in [
            "org/",
            "/name",
            "a/b/c",
            "../x",
            "a/..",
            "org/na me",
            "org/name@",
            "org/name@../x",
            "org/name@a//b",
            "org/name:",
            "org/name:../x.gguf",
            "org/name:/etc/x.gguf",
            "org/name:notes.txt",
            "o--g/name",
        ] {
            assert!(matches!(Spec::parse(name), Some(Err(FetchError::BadName { .. }))), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_stays_inside_the_cache_and_prints_as_it_was_typed(name in "[a-zA-Z0-9./@:_~ \\\\-]{1,40}") {
            if let Some(Ok(spec)) = Spec::parse(&name) {
                prop_assert_eq!(spec.to_string(), name);
                for part in [Some(spec.repo.as_str()), spec.revision.as_deref(), spec.file.as_deref()].into_iter().flatten() {
                    prop_assert!(!part.starts_with('/') && part.split('/').all(|part| part != ".."));
                }
            }
        }
    }
}
