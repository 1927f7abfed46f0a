//! A loaded model, and the runs that it makes.

use crate::borrow::{Given, checkpoint};
use crate::errors::{invalid, raise};
use crate::hooks::Hooks;
use crate::output::NativeOutput;
use crate::prompt::{NativePrompt, Source};
use crate::stream::NativeStream;
use crate::tokens::NativeTokenizer;
use crate::work::work;
use fathom::formats::Checkpoint;
use fathom::reading::{SiteKind, TokenId};
use fathom::{Compute, Generation, Generator, LoadOptions, Model, Precision, SiteSelection};
use pyo3::prelude::*;
use std::path::PathBuf;

/// A model with its weights, tokenizer and threads. Any number of Python threads may use it; its own take turns.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct NativeModel {
    pub(crate) model: Model,
    /// Dropped after the model.
    _memory: Memory,
}

/// Gives a model's memory back when it is gone: a notebook's kernel lives on.
struct Memory;

impl Drop for Memory {
    fn drop(&mut self) {
        fathom_model::give_back_freed_memory();
    }
}

/// How tokens are chosen: number, temperature, top-k, top-p, seed.
type Settings = (usize, Option<f32>, Option<usize>, Option<f32>, u64);

pub(crate) fn generation((max_new, temperature, top_k, top_p, seed): Settings) -> Generation {
    Generation { max_new, temperature, top_k, top_p, seed }
}

/// Which states are kept: the residual stream, and these kinds besides.
pub(crate) fn selection(record: &[String]) -> PyResult<SiteSelection> {
    let mut kinds = vec![SiteKind::Embed, SiteKind::ResidPost];
    for name in record {
        match SiteKind::from_name(name) {
            Some(kind) => kinds.push(kind),
            None => {
                return Err(invalid(format!(
                    "record: there is no site {name:?}: choose among embed, resid_pre, z, attn_out, resid_mid, mlp_out and resid_post"
                )));
            }
        }
    }
    Ok(SiteSelection::of(&kinds))
}

/// How weights are held, by name.
fn precision_of(name: &str) -> PyResult<Precision> {
    let found = Precision::ALL.into_iter().find(|precision| precision.name() == name);
    found.ok_or_else(|| {
        let names = Precision::ALL.map(Precision::name).join(", ");
        invalid(format!("there is no precision {name:?}: choose among {names}"))
    })
}

/// A device, by name.
fn device_of(name: &str) -> PyResult<Compute> {
    name.parse().map_err(|error| invalid(format!("device: {error}")))
}

#[pymethods]
impl NativeModel {
    /// Finds (fetches, where it must) and loads a model.
    #[staticmethod]
    #[pyo3(signature = (name, *, precision="f32", device="cpu", threads=None, offline=false, bar=None))]
    fn load(
        py: Python<'_>,
        name: String,
        precision: &str,
        device: &str,
        threads: Option<usize>,
        offline: bool,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeModel> {
        let precision = precision_of(precision)?;
        let device = device_of(device)?;
        let model = work(py, bar, |control, board| {
            let control = control.clone();
            let options = LoadOptions {
                offline,
                threads,
                device,
                precision,
                progress: board,
                control,
                ..LoadOptions::default()
            };
            Ok(Model::load_with(&name, &options)?)
        })?;
        Ok(NativeModel { model, _memory: Memory })
    }

    /// Loads weights that are in this process's memory already; config and tokenizer come from `folder`.
    #[staticmethod]
    #[pyo3(signature = (name, folder, tensors, *, precision="f32", device="cpu", threads=None, bar=None))]
    #[expect(clippy::too_many_arguments, reason = "Python's keywords, one each")]
    fn from_tensors(
        py: Python<'_>,
        name: String,
        folder: PathBuf,
        tensors: Vec<Given>,
        precision: &str,
        device: &str,
        threads: Option<usize>,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeModel> {
        let (precision, device) = (precision_of(precision)?, device_of(device)?);
        let memory = checkpoint(tensors)?;
        let model = work(py, bar, |control, _| {
            let sha256 = crate::borrow::sha256(&memory);
            let control = control.clone();
            let options = LoadOptions { threads, device, precision, control, ..LoadOptions::default() };
            let memory = Checkpoint::Memory(memory);
            Ok(Model::from_checkpoint(memory, &folder, (name, sha256), &options)?)
        })?;
        Ok(NativeModel { model, _memory: Memory })
    }

    /// What readings say of it, as JSON.
    fn info_json(&self) -> PyResult<String> {
        serde_json::to_string(self.model.info())
            .map_err(|error| crate::errors::named("FathomError", error.to_string()))
    }

    /// What its files say that has no effect, or another than one might expect; each with what it sums up.
    #[getter]
    fn notes(&self) -> Vec<(String, Vec<String>)> {
        self.model.notes().iter().map(|note| (note.text.clone(), note.details.clone())).collect()
    }

    /// How its weights are held.
    #[getter]
    fn precision(&self) -> &'static str {
        self.model.precision().name()
    }

    /// Where it computes.
    #[getter]
    fn device(&self) -> String {
        self.model.device().to_string()
    }

    /// The most tokens that a run may have.
    #[getter]
    fn context(&self) -> usize {
        self.model.config().context
    }

    /// Size of the weight files.
    #[getter]
    fn size_bytes(&self) -> u64 {
        self.model.size_bytes()
    }

    /// Where it was loaded from.
    #[getter]
    fn path(&self) -> PathBuf {
        self.model.path().to_owned()
    }

    /// Threads of its pool.
    #[getter]
    fn threads(&self) -> usize {
        self.model.pool().current_num_threads()
    }

    /// Its tokenizer.
    #[getter]
    fn tokenizer(&self) -> NativeTokenizer {
        NativeTokenizer { model: self.model.clone() }
    }

    /// Tokens out of text or ids.
    #[pyo3(signature = (source, *, bos=None, parse_special=false, chat=false))]
    fn prompt(
        &self,
        py: Python<'_>,
        source: Source,
        bos: Option<bool>,
        parse_special: bool,
        chat: bool,
    ) -> PyResult<NativePrompt> {
        py.detach(|| NativePrompt::new(&self.model, source, bos, parse_special, chat))
    }

    /// Runs a prompt and generates.
    #[pyo3(signature = (prompt, settings, *, record, bar=None))]
    fn generate(
        &self,
        py: Python<'_>,
        prompt: &NativePrompt,
        settings: Settings,
        record: Vec<String>,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeOutput> {
        let (settings, sites) = (generation(settings), selection(&record)?);
        let run = work(py, bar, |control, _| {
            let prompt = &prompt.tokens;
            Ok(fathom_model::Model::generate(
                &self.model,
                prompt,
                &settings,
                &sites,
                &mut |_, _| {},
                control,
            )?)
        })?;
        Ok(NativeOutput::new(self.model.clone(), run))
    }

    /// Runs a prompt with a given continuation (teacher forcing), which may be empty.
    #[pyo3(signature = (prompt, continuation, *, record, bar=None))]
    fn forced(
        &self,
        py: Python<'_>,
        prompt: &NativePrompt,
        continuation: Vec<u32>,
        record: Vec<String>,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeOutput> {
        let sites = selection(&record)?;
        let continuation: Vec<TokenId> = continuation.into_iter().map(TokenId).collect();
        let run = work(py, bar, |control, _| {
            Ok(self.model.run_forced(&prompt.tokens, &continuation, &sites, control)?)
        })?;
        Ok(NativeOutput::new(self.model.clone(), run))
    }

    /// Runs a prompt, calling `hooks` at their sites: see `hooks.rs`.
    #[pyo3(signature = (prompt, hooks, *, record, bar=None))]
    fn hooked(
        &self,
        py: Python<'_>,
        prompt: &NativePrompt,
        hooks: Vec<(String, Py<PyAny>)>,
        record: Vec<String>,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeOutput> {
        let sites = selection(&record)?;
        let mut hooks = Hooks::new(hooks, &self.model)?;
        let run = work(py, bar, |control, _| {
            Ok(self.model.run_with(&prompt.tokens, &mut hooks, &sites, control)?)
        });
        // What a hook raised comes back as it is.
        let run = run.map_err(|error| hooks.raised.take().unwrap_or(error))?;
        Ok(NativeOutput::new(self.model.clone(), run))
    }

    /// Runs several prompts in one pass.
    #[pyo3(signature = (prompts, *, record, bar=None))]
    fn batch(
        &self,
        py: Python<'_>,
        prompts: Vec<Bound<'_, NativePrompt>>,
        record: Vec<String>,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<NativeOutput>> {
        let sites = selection(&record)?;
        let prompts: Vec<_> = prompts.iter().map(|prompt| prompt.get().tokens.clone()).collect();
        let runs = work(py, bar, |control, _| Ok(self.model.run_batch(&prompts, &sites, control)?))?;
        Ok(runs.into_iter().map(|run| NativeOutput::new(self.model.clone(), run)).collect())
    }

    /// A generation in steps.
    #[pyo3(signature = (prompt, settings, *, record))]
    fn stream(
        &self,
        prompt: &NativePrompt,
        settings: Settings,
        record: Vec<String>,
    ) -> PyResult<NativeStream> {
        let (settings, sites) = (generation(settings), selection(&record)?);
        let generator = Generator::new(&self.model, &prompt.tokens, &settings, &sites).map_err(raise)?;
        Ok(NativeStream::new(self.model.clone(), generator))
    }

    /// The tokens of a continuation: tokenised alone, without specials.
    fn continuation(&self, text: &str) -> PyResult<Vec<u32>> {
        let ids = self.model.continuation_of(text).map_err(raise)?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    /// The ids that a watched string stands for: one, or several where no token is exactly it.
    fn watched(&self, text: &str) -> PyResult<Vec<u32>> {
        let watched = fathom::lens::resolve(&self.model, text).map_err(raise)?;
        Ok(watched.ids.into_iter().map(|id| id.0).collect())
    }
}
