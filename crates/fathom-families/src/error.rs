//! Why a checkpoint's config can't be read as a decoder.

use fathom_formats::FormatError;
use std::fmt::Display;
use std::path::PathBuf;

/// What is wrong with a config, or what it asks for that Fathom does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FamilyError {
    /// The GGUF metadata are not what they say.
    #[error(transparent)]
    Format(Box<FormatError>),
    /// `config.json` can't be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An architecture or option that Fathom can't run exactly. Exit code 3.
    #[error("{what} is not supported{}", explained(.hint))]
    Unsupported {
        /// What, by its name in the file: `architecture "mamba"`.
        what: String,
        /// What is supported instead.
        hint: Option<String>,
    },
    /// A config value that is impossible.
    #[error("config: {key} should be {expected}, found {found}")]
    Config {
        /// The key, or the quantity that follows from keys.
        key: String,
        /// What would do.
        expected: String,
        /// What stands there.
        found: String,
    },
}

impl From<FormatError> for FamilyError {
    /// Boxed: it is several times the size of the others.
    fn from(error: FormatError) -> FamilyError {
        FamilyError::Format(Box::new(error))
    }
}

impl FamilyError {
    pub(crate) fn config(
        key: impl Into<String>,
        expected: impl Into<String>,
        found: impl Display,
    ) -> FamilyError {
        FamilyError::Config { key: key.into(), expected: expected.into(), found: found.to_string() }
    }

    pub(crate) fn unsupported(what: impl Into<String>, hint: impl Into<Option<String>>) -> FamilyError {
        FamilyError::Unsupported { what: what.into(), hint: hint.into() }
    }

    /// Whether the model is sound but Fathom can't run it (exit code 3).
    pub fn is_unsupported(&self) -> bool {
        match self {
            FamilyError::Unsupported { .. } => true,
            FamilyError::Format(error) => error.is_unsupported(),
            _ => false,
        }
    }
}

fn explained(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default()
}
