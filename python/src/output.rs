//! A finished run: its tokens, its states, and the readings that lenses make of it.

use crate::errors::{invalid, raise};
use crate::lend::Lent;
use crate::prompt::told;
use crate::reading::NativeReading;
use crate::tokens::NativeToken;
use crate::work::work;
use fathom::lens::{Lens, Side, divergence};
use fathom::reading::{Layer, LensKind, Position, ProjectionKind, Reading, Site, SiteKind, TokenId};
use fathom::{Control, LensError, Model, ReadOptions, Run};
use pyo3::prelude::*;
use std::sync::Arc;

/// A run and its model.
#[pyclass(frozen, module = "fathom._fathom")]
pub(crate) struct NativeOutput {
    model: Model,
    run: Arc<Run>,
}

/// A site as Python names it: kind and layer, -1 for the embedding.
pub(crate) type SiteName = (String, i64);

/// Through what: the names of a lens and a projection.
pub(crate) type Through = (String, String);

/// What to read: rows, positions, candidates a cell, watched strings, watched ids, where strings of several tokens are
/// scored. `None`: all rows, all positions, after the prompt.
pub(crate) type Wanted = (Option<Vec<SiteName>>, Option<Vec<u32>>, usize, Vec<String>, Vec<u32>, Option<u32>);

/// The lens of a name.
fn lens(name: &str) -> PyResult<LensKind> {
    let kinds = [LensKind::Logit, LensKind::Raw];
    kinds.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
        invalid(format!(
            "there is no lens {name:?}: \"logit\" norms every layer's state before the head, \"raw\" the last one's only, as Ecco does"
        ))
    })
}

/// The site of a name.
pub(crate) fn site((kind, layer): &SiteName) -> PyResult<Site> {
    match (SiteKind::from_name(kind), u32::try_from(*layer)) {
        (Some(SiteKind::Embed), _) => Ok(Site::EMBED),
        (Some(kind), Ok(layer)) => Ok(Site::within(kind, Layer(layer))),
        _ => Err(invalid(format!("there is no site {kind:?} of layer {layer}"))),
    }
}

/// The projection of a name.
fn projection(name: &str) -> PyResult<ProjectionKind> {
    match name {
        "f32" => Ok(ProjectionKind::F32),
        "screened" => Ok(ProjectionKind::Screened),
        _ => Err(invalid(format!(
            "there is no projection {name:?}: \"f32\" computes every logit in f32, \"screened\" those that a lower precision leaves open"
        ))),
    }
}

/// A lens, and what it is asked.
pub(crate) struct Question {
    lens: LensKind,
    options: ReadOptions,
}

impl Question {
    pub(crate) fn new((lens_name, projection_name): &Through, wanted: Wanted) -> PyResult<Question> {
        let options = ReadOptions { projection: projection(projection_name)?, ..options(wanted)? };
        Ok(Question { lens: lens(lens_name)?, options })
    }

    pub(crate) fn answer(self, model: &Model, run: &Run, control: &Control) -> Result<Reading, LensError> {
        let options = ReadOptions { control: control.clone(), ..self.options };
        Lens::new(self.lens).read(model, run, &options)
    }
}

fn options(wanted: Wanted) -> PyResult<ReadOptions> {
    let (rows, positions, top_k, watch, watch_ids, watch_at) = wanted;
    Ok(ReadOptions {
        rows: rows.map(|rows| rows.iter().map(site).collect::<PyResult<_>>()).transpose()?,
        positions: positions.map(|positions| positions.into_iter().map(Position).collect()),
        top_k,
        watch,
        watch_ids: watch_ids.into_iter().map(TokenId).collect(),
        watch_at: watch_at.map(Position),
        ..ReadOptions::default()
    })
}

impl NativeOutput {
    pub(crate) fn new(model: Model, run: Run) -> NativeOutput {
        NativeOutput { model, run: Arc::new(run) }
    }
}

#[pymethods]
impl NativeOutput {
    /// The same for every reading of this run, and for a repetition of it.
    #[getter]
    fn run_id(&self) -> &str {
        &self.run.run_id
    }

    /// Number of tokens before the first output token.
    #[getter]
    fn prompt_len(&self) -> usize {
        self.run.prompt_len()
    }

    /// The tokens: id, text, bytes, origin.
    fn tokens(&self) -> Vec<NativeToken> {
        fathom::lens::tokens(&self.model, &self.run).into_iter().map(told).collect()
    }

    /// How far `other`, the same tokens through another form of the model, is from this run.
    fn divergence(&self, py: Python<'_>, other: &NativeOutput, lens_name: &str) -> PyResult<NativeReading> {
        let kind = lens(lens_name)?;
        let side = |output: &NativeOutput| Side::new(kind, &output.model, Run::clone(&output.run));
        let found =
            py.detach(|| divergence(&side(self), &side(other), &other.model, &ReadOptions::default()));
        Ok(NativeReading::new(found.map_err(raise)?))
    }

    /// The recorded sites, in order of depth.
    fn sites(&self) -> Vec<SiteName> {
        use SiteKind::{AttnOut, Embed, MlpOut, ResidMid, ResidPost, ResidPre, Z};
        let kinds = [ResidPre, Z, AttnOut, ResidMid, MlpOut, ResidPost];
        let layers =
            (0..self.model.layers()).flat_map(|layer| kinds.map(|kind| Site::within(kind, Layer(layer))));
        let sites = std::iter::once(Site::within(Embed, Layer(0))).map(|_| Site::EMBED).chain(layers);
        let recorded = sites.filter(|&site| self.run.states.has(site));
        recorded.map(|site| (site.kind.name().to_owned(), i64::from(site.layer_number()))).collect()
    }

    /// The states at a site, `[T, d]`, or `[T, heads, head size]` at `z`; `None` where none were recorded.
    fn states(&self, named: SiteName) -> PyResult<Option<Lent>> {
        let site = site(&named)?;
        if !self.run.states.has(site) {
            return Ok(None);
        }
        let (tokens, numbers) = (self.run.tokens.len(), self.run.states.rows(site).len());
        let width = numbers / tokens.max(1);
        let heads = site
            .layer
            .filter(|_| site.kind == SiteKind::Z)
            .map(|layer| self.model.config().layers[layer.index()].attention.query_heads);
        let shape = match heads.filter(|heads| *heads > 0 && width % heads == 0) {
            Some(heads) => vec![tokens, heads, width / heads],
            None => vec![tokens, width],
        };
        Ok(Some(Lent::states(Arc::clone(&self.run), site, shape)))
    }

    /// Bytes of all recorded states.
    #[getter]
    fn states_bytes(&self) -> usize {
        self.run.states.bytes()
    }

    /// Holds a lens to the run.
    #[pyo3(signature = (through, wanted, *, bar=None))]
    fn read(
        &self,
        py: Python<'_>,
        through: Through,
        wanted: Wanted,
        bar: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeReading> {
        let question = Question::new(&through, wanted)?;
        let reading = work(py, bar, |control, _| Ok(question.answer(&self.model, &self.run, control)?))?;
        Ok(NativeReading::new(reading))
    }

    /// The model's logits after a position, over the whole vocabulary: what it says itself, as bytes of f32.
    fn logits<'py>(&self, py: Python<'py>, position: usize) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
        let Some(state) = self.run.states.row(self.run.states.last(), position) else {
            let tokens = self.run.tokens.len();
            return Err(raise(fathom::LensError::Position { asked: Position(position as u32), tokens }));
        };
        let logits = py.detach(|| self.model.logits(state)).map_err(raise)?;
        let bytes: Vec<u8> = logits.iter().flat_map(|logit| logit.to_ne_bytes()).collect();
        Ok(pyo3::types::PyBytes::new(py, &bytes))
    }
}
