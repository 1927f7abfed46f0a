//! Tables for polars, pandas, pyarrow, DuckDB …: the Arrow PyCapsule interface, which hands memory over without a copy.

use crate::errors::raise;
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use fathom::reading::ReadingError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A table in Arrow's memory. Whoever takes it shares that memory, and keeps it alive.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct NativeTable {
    pub(crate) batch: RecordBatch,
}

#[pymethods]
impl NativeTable {
    /// The table as an Arrow C stream. `requested_schema` is a wish, and is not granted: casts are the taker's.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        // The structure's own drop calls its release, unless the taker moved it out and said so.
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }

    /// The table's schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.batch.schema());
        let schema = schema.map_err(|error| raise(ReadingError::from(error)))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// Number of rows.
    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    /// The columns' names.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }
}
