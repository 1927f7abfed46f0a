//! A reading: stored, drawn, cut, and handed out as numbers and tables.

use crate::arrow::NativeTable;
use crate::drawing::{Drawing, Look};
use crate::errors::{invalid, raise};
use crate::lend::Lent;
use crate::output::{SiteName, site};
use crate::save;
use fathom::reading::{Per, Position, ReadingError};
use fathom::render::{DEFAULT_METRIC, View};
use fathom::{Drawn, Reading};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What a lens saw: columns, shared and immutable.
#[pyclass(frozen, eq, module = "fathom._fathom")]
pub(crate) struct NativeReading {
    reading: Arc<Reading>,
}

impl PartialEq for NativeReading {
    fn eq(&self, other: &NativeReading) -> bool {
        // NaN is not equal to itself, the bytes that it is stored as are.
        let damaged = self.reading.info.not_finite.is_some() && other.reading.info.not_finite.is_some();
        let packs = || Some(self.reading.to_pack().ok()? == other.reading.to_pack().ok()?);
        self.reading == other.reading || damaged && packs() == Some(true)
    }
}

impl NativeReading {
    pub(crate) fn new(reading: Reading) -> NativeReading {
        NativeReading { reading: Arc::new(reading) }
    }
}

#[pymethods]
impl NativeReading {
    /// Reads a saved reading: a pack or JSON, told by its first bytes.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<NativeReading> {
        let parsed = py.detach(|| match bytes {
            // gzip's magic number.
            [0x1f, 0x8b, ..] => Reading::from_pack(bytes).map_err(raise),
            _ => match std::str::from_utf8(bytes) {
                Ok(text) => Reading::from_json(text).map_err(raise),
                Err(_) => Err(crate::errors::named(
                    "BadReading",
                    "neither a pack nor JSON: give a file that fathom saved as .pack or .json".to_owned(),
                )),
            },
        });
        Ok(NativeReading::new(parsed?))
    }

    /// Reads a saved reading out of its file: a pack or JSON.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<NativeReading> {
        let loaded = py.detach(|| fathom::load_reading(&path));
        match loaded {
            // As Python's own `open` would: a FileNotFoundError, a PermissionError …
            Err(fathom::Error::Reading(ReadingError::Io(error))) => {
                Err(io::Error::new(error.kind(), format!("{}: {error}", path.display())).into())
            }
            loaded => Ok(NativeReading::new(loaded.map_err(raise)?)),
        }
    }

    /// The reading as a pack: compact, and read back bit for bit.
    fn pack<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let pack = py.detach(|| self.reading.to_pack()).map_err(raise)?;
        Ok(PyBytes::new(py, &pack))
    }

    /// The reading as JSON, `fathom.reading/1`.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| self.reading.to_json()).map_err(raise)
    }

    /// The JSON without its cells: who made the reading, its tokens, rows, positions and watched strings.
    fn head_json(&self) -> PyResult<String> {
        let schema = self.reading.arrow_schema().map_err(raise)?;
        Ok(schema.metadata().get("fathom.reading").cloned().unwrap_or_default())
    }

    /// Rows, positions, candidates a cell, watched strings.
    #[getter]
    fn shape(&self) -> (usize, usize, usize, usize) {
        let reading = &self.reading;
        (reading.rows.len(), reading.axis.len(), reading.columns.top_k, reading.watched.len())
    }

    /// The rows, by kind and layer.
    fn rows(&self) -> Vec<SiteName> {
        let named = |place: &fathom::reading::Place| {
            (place.site.kind.name().to_owned(), i64::from(place.site.layer_number()))
        };
        self.reading.rows.iter().map(named).collect()
    }

    /// The positions of the states that were read.
    fn positions(&self) -> Vec<u32> {
        self.reading.positions().iter().map(|position| position.0).collect()
    }

    /// Number of tokens before the first output token.
    #[getter]
    fn prompt_len(&self) -> usize {
        self.reading.prompt_len()
    }

    /// The text of a token that the reading names.
    fn text(&self, id: u32) -> String {
        self.reading.text(fathom::reading::TokenId(id))
    }

    /// The names of the numbers' columns.
    fn column_names(&self) -> Vec<String> {
        self.reading.columns.iter().map(|stored| stored.column.name.to_string()).collect()
    }

    /// A column, `[rows, positions]`, or `[rows, positions, candidates or watched]`.
    fn column(&self, name: &str) -> PyResult<Lent> {
        let (rows, positions, top, watched) = self.shape();
        let mut shape = vec![rows, positions];
        match self.reading.columns.find(name).map(|stored| stored.column.per) {
            Ok(Per::Candidate) => shape.push(top),
            Ok(Per::Watched) => shape.push(watched),
            Ok(Per::Cell) | Err(_) => {}
        }
        Lent::column(Arc::clone(&self.reading), name, shape).map_err(|error| invalid(error.to_string()))
    }

    /// A part: these rows and positions.
    fn select(&self, rows: Vec<SiteName>, positions: Vec<u32>) -> PyResult<NativeReading> {
        let row = |named: &SiteName| {
            let held = || format!("this reading has no row {} of layer {}", named.0, named.1);
            self.reading.row_of(site(named)?).ok_or_else(|| invalid(held()))
        };
        let column = |position: &u32| {
            let held = || format!("this reading has no position {position}");
            self.reading.column_of(Position(*position)).ok_or_else(|| invalid(held()))
        };
        let mut rows = rows.iter().map(row).collect::<PyResult<Vec<_>>>()?;
        let mut positions = positions.iter().map(column).collect::<PyResult<Vec<_>>>()?;
        for kept in [&mut rows, &mut positions] {
            kept.sort_unstable();
            kept.dedup();
        }
        Ok(NativeReading::new(self.reading.select(&rows, &positions)))
    }

    /// A table: `cells` (a row a cell, with lists), `targets` (the same without lists), `candidates`, `watched`.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<NativeTable> {
        let reading = &*self.reading;
        let batch = py.detach(|| match name {
            "cells" => Ok(reading.to_record_batch()),
            "targets" => Ok(reading.to_targets()),
            "candidates" => Ok(reading.to_candidates()),
            "watched" => Ok(reading.to_watched()),
            other => Err(invalid(format!(
                "there is no table {other:?}: choose \"cells\", \"targets\", \"candidates\" or \"watched\""
            ))),
        });
        Ok(NativeTable { batch: batch?.map_err(raise)? })
    }

    /// The view that shows it where nothing else is asked for.
    #[getter]
    fn view(&self) -> &'static str {
        View::of(&self.reading).name()
    }

    /// Refuses a look that is invalid.
    fn check_look(&self, look: Look) -> PyResult<()> {
        let drawing = Drawing::new(look)?;
        match drawing.metric() {
            DEFAULT_METRIC => Ok(()),
            metric => {
                self.reading.columns.colour(metric).map(drop).map_err(|error| invalid(error.to_string()))
            }
        }
    }

    /// A few hex digits that tell this reading's run and lens from others', for names in a page.
    #[getter]
    fn fingerprint(&self) -> String {
        let info = &self.reading.info;
        format!("{}-{}", info.lens.kind.name(), info.run_id)
    }

    /// The figure in plain text.
    fn draw_text(&self, py: Python<'_>, look: Look, width: usize, all_layers: bool) -> PyResult<String> {
        py.detach(|| Drawing::new(look)?.text(&self.reading, width, all_layers))
    }

    /// The figure as SVG.
    fn draw_svg(&self, py: Python<'_>, look: Look) -> PyResult<String> {
        py.detach(|| Drawing::new(look)?.svg(&self.reading))
    }

    /// The figure as PNG, and the characters that no font has.
    fn draw_png<'py>(
        &self,
        py: Python<'py>,
        look: Look,
        scale: f32,
    ) -> PyResult<(Bound<'py, PyBytes>, Vec<char>)> {
        let (png, missing) = py.detach(|| Drawing::new(look)?.png(&self.reading, scale))?;
        Ok((PyBytes::new(py, &png), missing))
    }

    /// The explorer in one page.
    fn html(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| save::page(&self.reading))
    }

    /// Writes a file, its form chosen by its name.
    fn save(&self, py: Python<'_>, path: PathBuf, look: Look, scale: f32) -> PyResult<()> {
        py.detach(|| {
            let (form, drawing) = (save::form(&path)?, Drawing::new(look)?);
            save::file(&path, form, &self.reading, &Drawn { figure: &drawing.figure(), scale })
        })
    }
}
