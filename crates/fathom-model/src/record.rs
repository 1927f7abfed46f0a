//! Listening to a run: what is recorded where, and the states that a lens reads.

use crate::ModelError;
use candle_core::{DType, Tensor};
use fathom_reading::{Layer, Site, SiteKind};
use std::collections::HashMap;

/// Listens while a model runs, and may change what it hears.
///
/// The model asks `wants` at every site and calls `record` where the answer is yes; nothing is copied that nobody
/// wants. Tensors are f32, `[B, T, d]`, or `[B, T, heads, head_size]` at [`SiteKind::Z`]; `T` is the longest
/// sequence of the batch, rows past a sequence's length are padding. They live where the model computes.
pub trait Recorder: Send {
    /// Whether `record` is to be called at this site.
    fn wants(&self, site: Site) -> bool;

    /// Takes the state at `site`. `Some` replaces it for the rest of the run: same shape, f32.
    fn record(&mut self, site: Site, tensor: &Tensor) -> Result<Option<Tensor>, ModelError>;
}

/// Records nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Recorder for Nothing {
    fn wants(&self, _site: Site) -> bool {
        false
    }

    fn record(&mut self, _site: Site, _tensor: &Tensor) -> Result<Option<Tensor>, ModelError> {
        Ok(None)
    }
}

/// Passes a state by the recorder, if it wants it, and returns what the run goes on with.
pub(crate) fn hook(recorder: &mut dyn Recorder, site: Site, state: Tensor) -> Result<Tensor, ModelError> {
    if !recorder.wants(site) {
        return Ok(state);
    }
    match recorder.record(site, &state)? {
        None => Ok(state),
        Some(new) if new.dims() == state.dims() && new.dtype() == DType::F32 => {
            Ok(new.to_device(state.device())?.contiguous()?)
        }
        Some(new) => Err(ModelError::Replacement {
            site,
            expected: state.dims().to_vec(),
            found: format!("{:?} {:?}", new.dtype(), new.dims()),
        }),
    }
}

/// Which sites a run keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSelection {
    kinds: Vec<SiteKind>,
    layers: Option<Vec<Layer>>,
}

impl SiteSelection {
    /// What the article's figures need: the embedding and the residual stream after every block.
    pub fn residual() -> SiteSelection {
        SiteSelection::of(&[SiteKind::Embed, SiteKind::ResidPost])
    }

    /// Every site there is.
    pub fn all() -> SiteSelection {
        use SiteKind::*;
        SiteSelection::of(&[Embed, ResidPre, Z, AttnOut, ResidMid, MlpOut, ResidPost])
    }

    /// These kinds, in every layer.
    pub fn of(kinds: &[SiteKind]) -> SiteSelection {
        SiteSelection { kinds: kinds.to_vec(), layers: None }
    }

    /// The same kinds in these layers only (the embedding is in none and stays).
    pub fn in_layers(self, layers: &[Layer]) -> SiteSelection {
        SiteSelection { layers: Some(layers.to_vec()), ..self }
    }

    /// Whether `site` is among them.
    pub fn contains(&self, site: Site) -> bool {
        let in_layer =
            site.layer.is_none_or(|layer| self.layers.as_ref().is_none_or(|layers| layers.contains(&layer)));
        in_layer && self.kinds.contains(&site.kind)
    }
}

/// The recorded states of one sequence: per site, one f32 row a position, in this machine's memory wherever the model
/// computes: they are V/d times smaller than the logits that a lens makes of them there.
///
/// The last block's output is always kept: the model's own prediction is made from it.
#[derive(Clone, Debug)]
pub struct States {
    selection: SiteSelection,
    last: Site,
    /// Positions to come in all, so that rows are stored without growing.
    positions: usize,
    rows: HashMap<Site, Rows>,
}

#[derive(Clone, Debug)]
struct Rows {
    width: usize,
    values: Vec<f32>,
}

impl States {
    /// Nothing recorded yet; `positions` is how many are expected in all.
    pub fn new(selection: SiteSelection, layers: usize, positions: usize) -> States {
        let last = Site::after(Layer(layers.saturating_sub(1) as u32));
        States { selection, last, positions, rows: HashMap::new() }
    }

    /// The rows of `site`, position after position, `[T * width]`; empty if the site was not recorded. The width is
    /// the model's, or heads times head size at [`SiteKind::Z`].
    pub fn rows(&self, site: Site) -> &[f32] {
        self.rows.get(&site).map_or(&[], |rows| &rows.values)
    }

    /// The row of `site` at position `position`.
    pub fn row(&self, site: Site, position: usize) -> Option<&[f32]> {
        let rows = self.rows.get(&site)?;
        rows.values.chunks_exact(rows.width).nth(position)
    }

    /// The block whose output the head reads.
    pub fn last(&self) -> Site {
        self.last
    }

    /// Whether `site` was recorded.
    pub fn has(&self, site: Site) -> bool {
        self.rows.contains_key(&site)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.rows.values().map(|rows| rows.values.capacity() * size_of::<f32>()).sum()
    }

    fn wants(&self, site: Site) -> bool {
        site == self.last || self.selection.contains(site)
    }

    /// Appends rows of `width`, each one position.
    fn push(&mut self, site: Site, width: usize, values: &[f32]) {
        let positions = self.positions;
        let rows = self
            .rows
            .entry(site)
            .or_insert_with(|| Rows { width, values: Vec::with_capacity(width.saturating_mul(positions)) });
        rows.values.extend_from_slice(values);
    }
}

impl Recorder for States {
    fn wants(&self, site: Site) -> bool {
        States::wants(self, site)
    }

    fn record(&mut self, site: Site, tensor: &Tensor) -> Result<Option<Tensor>, ModelError> {
        let batch = tensor.dims()[0];
        if batch != 1 {
            let expected = "one sequence (BatchStates takes several)".to_owned();
            return Err(ModelError::Batch { expected, found: batch.to_string() });
        }
        let positions = tensor.dims()[1];
        with_values(tensor, |values| self.push(site, values.len() / positions, values))?;
        Ok(None)
    }
}

/// The states of each sequence of a batch, without the padding.
#[derive(Clone, Debug)]
pub struct BatchStates {
    lengths: Vec<usize>,
    states: Vec<States>,
}

impl BatchStates {
    /// Nothing recorded yet, for sequences of these lengths.
    pub fn new(selection: &SiteSelection, layers: usize, lengths: &[usize]) -> BatchStates {
        let states = lengths.iter().map(|length| States::new(selection.clone(), layers, *length)).collect();
        BatchStates { lengths: lengths.to_vec(), states }
    }

    /// The states, one a sequence.
    pub fn into_states(self) -> Vec<States> {
        self.states
    }
}

impl Recorder for BatchStates {
    fn wants(&self, site: Site) -> bool {
        self.states.iter().any(|states| states.wants(site))
    }

    fn record(&mut self, site: Site, tensor: &Tensor) -> Result<Option<Tensor>, ModelError> {
        let (batch, positions) = (tensor.dims()[0], tensor.dims()[1]);
        if batch != self.states.len() || self.lengths.iter().any(|length| *length > positions) {
            let expected = format!("{} sequences of {:?} tokens", self.states.len(), self.lengths);
            return Err(ModelError::Batch { expected, found: format!("{:?}", tensor.dims()) });
        }
        with_values(tensor, |values| {
            let width = values.len() / (batch * positions);
            let sequences = values.chunks_exact(positions * width).zip(&self.lengths);
            for ((values, length), states) in sequences.zip(&mut self.states) {
                states.push(site, width, &values[..length * width]);
            }
        })?;
        Ok(None)
    }
}

/// Lends a tensor's values as a slice.
pub(crate) fn with_values<R>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> R) -> Result<R, ModelError> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let candle_core::Storage::Cpu(storage) = &*storage else {
        return Ok(read(&tensor.flatten_all()?.to_vec1::<f32>()?));
    };
    let start = layout.start_offset();
    Ok(read(&storage.as_slice::<f32>()?[start..start + layout.shape().elem_count()]))
}
