//! Files: whole, or not there.

use crate::drawing::Drawing;
use crate::errors::{invalid, raise};
use fathom::render::html::{self, HtmlOptions};
use fathom::{Reading, WholeFile};
use pyo3::exceptions::{PyFileNotFoundError, PyOSError, PyPermissionError};
use pyo3::prelude::*;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

/// A form that a reading can be saved in, by its file's ending.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Html,
    Svg,
    Png,
    Json,
    Csv,
    Parquet,
    Pack,
}

impl Form {
    pub(crate) fn of(path: &Path) -> PyResult<Form> {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("html") => Ok(Form::Html),
            Some("svg") => Ok(Form::Svg),
            Some("png") => Ok(Form::Png),
            Some("json") => Ok(Form::Json),
            Some("csv") => Ok(Form::Csv),
            Some("parquet") => Ok(Form::Parquet),
            Some("pack") => Ok(Form::Pack),
            _ => Err(invalid(format!(
                "{}: the form is chosen by the file's name: end it in .svg, .png, .html, .json, .csv, .parquet or .pack",
                path.display()
            ))),
        }
    }

    /// Writes `reading`, drawn as `drawing` says where it is drawn.
    pub(crate) fn write(
        self,
        reading: &Reading,
        drawing: &Drawing,
        scale: f32,
        out: &mut (dyn Write + Send),
    ) -> PyResult<()> {
        let io = |error: io::Error| raise(fathom::reading::ReadingError::from(error));
        match self {
            Form::Svg => out.write_all(drawing.svg(reading)?.as_bytes()).map_err(io),
            Form::Png => out.write_all(&drawing.png(reading, scale)?.0).map_err(io),
            Form::Html => out.write_all(page(reading)?.as_bytes()).map_err(io),
            Form::Json => reading.write_json(out).map_err(raise),
            Form::Csv => reading.write_csv(out).map_err(raise),
            Form::Parquet => reading.write_parquet(out).map_err(raise),
            Form::Pack => out.write_all(&reading.to_pack().map_err(raise)?).map_err(io),
        }
    }
}

/// The explorer in one page.
pub(crate) fn page(reading: &Reading) -> PyResult<String> {
    html::explorer(reading, &HtmlOptions::default()).map_err(raise)
}

/// Makes the file `path` of what `write` writes; on failure what was there before stays.
pub(crate) fn file(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> PyResult<()>) -> PyResult<()> {
    let failed = |error: io::Error| unwritable(path, &error);
    let mut out = BufWriter::new(WholeFile::begin(path).map_err(failed)?);
    write(&mut out)?;
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
