//! Errors become the package's exceptions (`fathom/_errors.py`), with the words that the command line uses.

use fathom::fetch::FetchError;
use fathom::{Error, ErrorKind};
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyType;
use std::error::Error as _;

/// Raises `error` as what it is.
pub(crate) fn raise(error: impl Into<Error>) -> PyErr {
    let error = error.into();
    if error.is_cancelled() {
        return PyKeyboardInterrupt::new_err("cancelled");
    }
    let class = match (&error, error.kind()) {
        (Error::Fetch(error), _) if is_search(error) => "ModelNotFound",
        (_, ErrorKind::Usage) => "InvalidInput",
        (_, ErrorKind::Unsupported) => "UnsupportedModel",
        (Error::Reading(_), _) => "BadReading",
        _ => "FathomError",
    };
    named(class, described(&error))
}

/// An `InvalidInput`: what was asked can't be meant.
pub(crate) fn invalid(message: impl Into<String>) -> PyErr {
    named("InvalidInput", message.into())
}

/// An exception of the package, by its class's name.
pub(crate) fn named(class: &str, message: String) -> PyErr {
    Python::attach(|py| {
        let found = py.import("fathom._errors").and_then(|module| Ok(module.getattr(class)?.cast_into()?));
        found.map_or_else(
            |_| PyRuntimeError::new_err(message.clone()),
            |class: Bound<'_, PyType>| PyErr::from_type(class, (message.clone(),)),
        )
    })
}

/// Whether a model was looked for and not found.
fn is_search(error: &FetchError) -> bool {
    !matches!(error, FetchError::Disk { .. } | FetchError::NoCacheFolder)
}

/// The whole chain in one text: causes that the message above them already tells are left out.
fn described(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}
