//! A generation that Python drives, a token at a time.

use crate::errors::invalid;
use crate::output::{NativeOutput, Question, Through, Wanted};
use crate::reading::NativeReading;
use crate::work::work;
use fathom::{Generator, Model};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard};

/// A run that grows.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct NativeStream {
    model: Model,
    /// `None` once it has failed or been taken.
    generator: Mutex<Option<Generator>>,
}

impl NativeStream {
    pub(crate) fn new(model: Model, generator: Generator) -> NativeStream {
        NativeStream { model, generator: Mutex::new(Some(generator)) }
    }

    /// Never waited for while Python is held.
    fn generator(&self) -> MutexGuard<'_, Option<Generator>> {
        self.generator.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn over() -> PyErr {
    invalid("this stream is over: its run has been taken, or it failed")
}

#[pymethods]
impl NativeStream {
    /// The next token: its id and its index in the run; `None` when the output is complete. The first call runs the
    /// prompt.
    #[pyo3(signature = (*, bar=None))]
    fn step(&self, py: Python<'_>, bar: Option<&Bound<'_, PyAny>>) -> PyResult<Option<(u32, usize)>> {
        let stepped = work(py, bar, |control, _| {
            let mut held = self.generator();
            // Of no use after an error: put back only when the step went well.
            let Some(mut generator) = held.take() else { return Ok(None) };
            generator.run_prompt(&self.model, usize::MAX, control)?;
            let id = generator.next_token(&self.model, &mut |_, _| {}, control)?;
            let index = generator.run().tokens.len() - 1;
            *held = Some(generator);
            Ok(Some(id.map(|id| (id.0, index))))
        })?;
        stepped.ok_or_else(over)
    }

    /// Reads what has gone through the model so far.
    #[pyo3(signature = (through, wanted, *, bar=None))]
    fn read(
        &self,
        py: Python<'_>,
        through: Through,
        wanted: Wanted,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeReading> {
        let question = Question::new(&through, wanted)?;
        let reading = work(py, bar, |control, _| {
            let held = self.generator();
            let Some(generator) = held.as_ref() else { return Ok(None) };
            Ok(Some(question.answer(&self.model, generator.run(), control)?))
        })?;
        Ok(NativeReading::new(reading.ok_or_else(over)?))
    }

    /// Ends the stream and returns the run, as it is.
    fn finish(&self, py: Python<'_>) -> PyResult<NativeOutput> {
        let generator = py.detach(|| self.generator().take()).ok_or_else(over)?;
        Ok(NativeOutput::new(self.model.clone(), generator.finish(&self.model)))
    }
}
