//! Files: whole, or not there.

use crate::errors::{invalid, raise};
use fathom::render::html::{self, HtmlOptions};
use fathom::{Drawn, Form, Reading, WholeFile};
use pyo3::exceptions::{PyFileNotFoundError, PyOSError, PyPermissionError};
use pyo3::prelude::*;
use std::io::{self, BufWriter, ErrorKind};
use std::path::Path;

/// The form that a file's name chooses.
pub(crate) fn form(path: &Path) -> PyResult<Form> {
    Form::of_path(path).ok_or_else(|| {
        let (name, endings) = (path.display(), Form::endings());
        invalid(format!("{name}: the form is chosen by the file's name: end it in {endings}"))
    })
}

/// The explorer in one page.
pub(crate) fn page(reading: &Reading) -> PyResult<String> {
    html::explorer(reading, &HtmlOptions::default()).map_err(raise)
}

/// Makes the file `path` of a grid, drawn as `drawn` says where it is drawn; on failure what was there before stays.
pub(crate) fn file(path: &Path, form: Form, grid: &Reading, drawn: &Drawn<'_>) -> PyResult<()> {
    let failed = |error: io::Error| unwritable(path, &error);
    let mut out = BufWriter::new(WholeFile::begin(path).map_err(failed)?);
    form.write(grid, drawn, &mut out).map_err(raise)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.finish().map_err(failed)
}

/// Python's own exception for it, with the path that was asked for: the temporary one is nobody's business.
fn unwritable(path: &Path, error: &io::Error) -> PyErr {
    let path = path.display().to_string();
    // What C calls the first two on every system.
    match error.kind() {
        ErrorKind::NotFound => PyFileNotFoundError::new_err((2, "there is no such folder", path)),
        ErrorKind::PermissionDenied => PyPermissionError::new_err((13, "no file may be made there", path)),
        kind => PyOSError::new_err(format!("can't write {path}: {kind}")),
    }
}
