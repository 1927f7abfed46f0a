//! What can go wrong when a reading is written or read back.

use std::io;
use thiserror::Error;

/// Why a reading could not be written, or a file is no reading.
#[derive(Debug, Error)]
pub enum ReadingError {
    /// The file or stream itself failed: full disk, closed pipe, …
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file is no JSON, or a field of it has another type than it should.
    #[error("not a reading in JSON: {}", cut(.0))]
    Json(#[source] serde_json::Error),
    /// The file is a reading of a form that this program does not know, or says that it is something else.
    #[error("this file's schema is \"{}\", and this program reads \"{expected}\": {hint}", cut(found), hint = schema_hint(found))]
    Schema {
        /// What the file says.
        found: String,
        /// What this program reads.
        expected: &'static str,
    },
    /// The parts of the reading contradict one another.
    #[error("{place}: expected {expected}, found {found}")]
    Invalid {
        /// Where: `cells[17].top`, `site 3, position 5`, …
        place: String,
        /// What should be there.
        expected: String,
        /// What is.
        found: String,
    },
    /// There is no column of that name.
    #[error("there is no column \"{}\" here: choose among {}", cut(name), names.join(", "))]
    NoColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        names: Vec<std::borrow::Cow<'static, str>>,
    },
    /// The CSV could not be written.
    #[error("the CSV could not be written: {0}")]
    Csv(#[source] csv::Error),
    /// The columns do not make an Arrow table.
    #[error("the table could not be built: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The Parquet file could not be written.
    #[error("the Parquet file could not be written: {0}")]
    Parquet(#[source] parquet::errors::ParquetError),
}

fn schema_hint(found: &str) -> &'static str {
    if ["fathom.reading/", "fathom.grid/"].iter().any(|ours| found.starts_with(ours))
        || found.starts_with("fathom.pack/")
    {
        "it was written by another version; use that version to open it"
    } else {
        "it is not a reading"
    }
}

impl ReadingError {
    pub(crate) fn invalid(
        place: impl ToString,
        expected: impl ToString,
        found: impl ToString,
    ) -> ReadingError {
        ReadingError::Invalid { place: cut(&place), expected: cut(&expected), found: cut(&found) }
    }
}

/// Words of which some may be a file's own, and so of any length.
fn cut(words: &impl ToString) -> String {
    const MOST: usize = 400;
    let words = words.to_string();
    match words.char_indices().nth(MOST) {
        None => words,
        Some((at, _)) => format!("{}… ({} bytes)", &words[..at], words.len()),
    }
}

// A full disk or a closed pipe is found by its kind, whichever library was writing.

impl From<serde_json::Error> for ReadingError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() { ReadingError::Io(error.into()) } else { ReadingError::Json(error) }
    }
}

impl From<csv::Error> for ReadingError {
    fn from(error: csv::Error) -> Self {
        if !error.is_io_error() {
            return ReadingError::Csv(error);
        }
        match error.into_kind() {
            csv::ErrorKind::Io(io) => ReadingError::Io(io),
            kind => ReadingError::Io(io::Error::other(format!("{kind:?}"))),
        }
    }
}

impl From<parquet::errors::ParquetError> for ReadingError {
    fn from(error: parquet::errors::ParquetError) -> Self {
        use parquet::errors::ParquetError;
        match error {
            ParquetError::External(cause) => match cause.downcast::<io::Error>() {
                Ok(io) => ReadingError::Io(*io),
                Err(cause) => ReadingError::Parquet(ParquetError::External(cause)),
            },
            other => ReadingError::Parquet(other),
        }
    }
}
