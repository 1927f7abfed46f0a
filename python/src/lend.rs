//! Numbers lent to numpy: no copy, read only, and what they lie in stays alive as long as an array looks at them.
//!
//! abi3 has no buffer protocol before CPython 3.11. numpy's array interface needs nothing but a dictionary: the array
//! made of it holds on to the object that gave it, which holds on to the numbers.

use fathom::Run;
use fathom::reading::{Rank, Reading, ReadingError, Site, TokenId, Values};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};
use std::sync::Arc;

/// Numbers that somebody else owns. `numpy.asarray(lent)` looks at them.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct Lent {
    owner: Owner,
    shape: Vec<usize>,
}

/// What the numbers lie in. It is immutable and shared, so they never move.
enum Owner {
    States(Arc<Run>, Site),
    /// A column of a grid, by its name there.
    Column(Arc<Reading>, String),
}

impl Lent {
    /// The states of a run at a site.
    pub(crate) fn states(run: Arc<Run>, site: Site, shape: Vec<usize>) -> Lent {
        Lent { owner: Owner::States(run, site), shape }
    }

    /// A column of a grid, if it has one of this name.
    pub(crate) fn column(reading: Arc<Reading>, name: &str, shape: Vec<usize>) -> Result<Lent, ReadingError> {
        reading.columns.find(name)?;
        Ok(Lent { owner: Owner::Column(reading, name.to_owned()), shape })
    }

    fn address(&self) -> (usize, usize, &'static str) {
        fn of<T>(values: &[T], kind: &'static str) -> (usize, usize, &'static str) {
            (values.as_ptr().expose_provenance(), values.len(), kind)
        }
        let floats = |values: &[f32]| of(values, if cfg!(target_endian = "big") { ">f4" } else { "<f4" });
        // Ids and ranks are their `u32` in memory.
        let u4 = if cfg!(target_endian = "big") { ">u4" } else { "<u4" };
        let ids = |values: &[TokenId]| of(values, u4);
        let ranks = |values: &[Rank]| of(values, u4);
        match &self.owner {
            Owner::States(run, site) => floats(run.states.rows(*site)),
            Owner::Column(reading, name) => match reading.columns.find(name).map(|stored| &stored.values) {
                Ok(Values::Numbers(values)) => floats(values),
                Ok(Values::Ranks(values)) => ranks(values),
                Ok(Values::Tokens(values)) => ids(values),
                Err(_) => unreachable!("a column is lent only if the reading has it"),
            },
        }
    }
}

#[pymethods]
impl Lent {
    /// numpy's array interface, version 3.
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (address, length, kind) = self.address();
        let shape =
            if self.shape.iter().product::<usize>() == length { self.shape.clone() } else { vec![length] };
        let shape = pyo3::types::PyTuple::new(py, shape)?;
        let items: [(&str, Bound<'py, PyAny>); 4] = [
            ("shape", shape.into_any()),
            ("typestr", kind.into_pyobject(py)?.into_any()),
            ("data", (address, true).into_pyobject(py)?.into_any()),
            ("version", 3i32.into_pyobject(py)?.into_any()),
        ];
        items.into_py_dict(py)
    }
}
