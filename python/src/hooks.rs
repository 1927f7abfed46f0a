//! Python functions that hear a run's states, and may change them.

use crate::errors::invalid;
use fathom::reading::{Site, SiteKind};
use fathom::{Model, ModelError, Recorder, State};
use fathom_model::Residual;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

/// A function per site. Each is called with the state's values (bytes of f32 in this machine's order) and its shape, and
/// returns other values in the same form, or `None` to leave them. The GIL is held only while a function runs.
pub(crate) struct Hooks {
    hooks: Vec<(Site, Py<PyAny>)>,
    /// What a function raised: it ended the run.
    pub(crate) raised: Option<PyErr>,
}

impl Hooks {
    /// Checks that the sites are places of this model.
    pub(crate) fn new(hooks: Vec<(String, Py<PyAny>)>, model: &Model) -> PyResult<Hooks> {
        let layers = model.layers();
        let mut found = Vec::with_capacity(hooks.len());
        for (name, hook) in hooks {
            let site: Site = name.parse().map_err(|error| invalid(format!("hooks: {error}")))?;
            if let Some(layer) = site.layer.filter(|layer| layer.0 >= layers) {
                let last = layers.saturating_sub(1);
                return Err(invalid(format!(
                    "hooks: layer {layer} of {name:?}: this model has layers 0 to {last}"
                )));
            }
            let layer = site.layer.and_then(|layer| model.config().layers.get(layer.index()));
            let parallel = layer.is_some_and(|layer| layer.residual != Residual::Sequential);
            if site.kind == SiteKind::ResidMid && parallel {
                return Err(invalid(format!(
                    "hooks: {name:?}: attention and MLP of this layer run side by side, so there is no state between them"
                )));
            }
            found.push((site, hook));
        }
        Ok(Hooks { hooks: found, raised: None })
    }

    fn call(hook: &Py<PyAny>, state: &mut State<'_>) -> PyResult<()> {
        Python::attach(|py| {
            let shape = PyTuple::new(py, state.shape())?;
            let bytes: Vec<u8> = state.values().iter().flat_map(|value| value.to_ne_bytes()).collect();
            let values = PyBytes::new(py, &bytes);
            let returned = hook.bind(py).call1((values, shape))?;
            if returned.is_none() {
                return Ok(());
            }
            let bytes = returned.cast::<PyBytes>()?.as_bytes();
            let values = bytes.as_chunks::<4>().0.iter().map(|word| f32::from_ne_bytes(*word));
            let values: Vec<f32> = values.collect();
            state.replace(&values).map_err(|error| PyRuntimeError::new_err(error.to_string()))
        })
    }
}

impl Recorder for Hooks {
    fn wants(&self, site: Site) -> bool {
        self.hooks.iter().any(|(at, _)| *at == site)
    }

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        let site = state.site();
        for (_, hook) in self.hooks.iter().filter(|(at, _)| *at == site) {
            if let Err(error) = Hooks::call(hook, state) {
                let told = Python::attach(|py| error.clone_ref(py));
                self.raised = Some(error);
                return Err(ModelError::Recorder(Box::new(told)));
            }
        }
        Ok(())
    }
}
