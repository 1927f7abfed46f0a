//! Listening to a run: what is recorded where, and the states that a lens reads.

use crate::ModelError;
use crate::digest::Digest;
use crate::ops::{Array, Ops};
use fathom_reading::{Layer, Site, SiteKind};
use std::collections::HashMap;
use std::ops::Range;

/// Listens while a model runs, and may change what it hears.
///
/// The model asks `wants` at every site and calls `record` where the answer is yes, once for each sequence of a batch;
/// nothing is copied that nobody wants.
pub trait Recorder: Send {
    /// Whether `record` is to be called at this site.
    fn wants(&self, site: Site) -> bool;

    /// Takes the state of one sequence at one site, and may change it for the rest of the run ([`State::values_mut`]).
    ///
    /// # Errors
    /// Whatever ends the run: [`Model::forward`](crate::Model::forward) returns it as it is.
    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError>;
}

/// The hidden state of one sequence at one site, as far as this pass goes: f32, one row per position, in this machine's
/// memory wherever the model computes.
#[derive(Debug)]
pub struct State<'a> {
    site: Site,
    sequence: usize,
    positions: Range<usize>,
    /// `[B, T, ...]`: the whole batch, padding included.
    batch: &'a mut Array,
    changed: &'a mut bool,
}

impl State<'_> {
    /// Where in the network.
    pub fn site(&self) -> Site {
        self.site
    }

    /// Which sequence of the batch.
    pub fn sequence(&self) -> usize {
        self.sequence
    }

    /// The positions of the rows in their sequence: from 0 on, or from those that a cache holds.
    pub fn positions(&self) -> Range<usize> {
        self.positions.clone()
    }

    /// Shape of the values: `[n, d]`, or at [`SiteKind::Z`] `[n, heads, head_size]`, with a row for each of the `n`
    /// positions.
    pub fn shape(&self) -> Vec<usize> {
        let mut shape = vec![self.positions.len()];
        shape.extend_from_slice(&self.batch.shape()[2..]);
        shape
    }

    /// Values of a row: the model's width, or at [`SiteKind::Z`] heads times head size.
    pub fn width(&self) -> usize {
        self.batch.shape()[2..].iter().product()
    }

    /// The rows, one after the other: `n * width` values.
    pub fn values(&self) -> &[f32] {
        &self.batch.values()[self.span()]
    }

    /// The rows, to be changed: the run goes on with what they hold then.
    pub fn values_mut(&mut self) -> &mut [f32] {
        *self.changed = true;
        let span = self.span();
        &mut self.batch.values_mut()[span]
    }

    /// Puts other rows in the place of these.
    ///
    /// # Errors
    /// [`ModelError::Replacement`] if they are not as many values.
    pub fn replace(&mut self, values: &[f32]) -> Result<(), ModelError> {
        let (site, expected) = (self.site, self.shape());
        let rows = self.values_mut();
        if rows.len() != values.len() {
            return Err(ModelError::Replacement { site, expected, found: values.len() });
        }
        rows.copy_from_slice(values);
        Ok(())
    }

    fn span(&self) -> Range<usize> {
        let (rows, width) = (self.batch.shape()[1], self.width());
        let start = self.sequence * rows * width;
        start..start + self.positions.len() * width
    }
}

/// Records nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Recorder for Nothing {
    fn wants(&self, _site: Site) -> bool {
        false
    }

    fn record(&mut self, _state: &mut State<'_>) -> Result<(), ModelError> {
        Ok(())
    }
}

/// Passes a batch's state by the recorder, if it wants it, and returns what the run goes on with. `lengths` are the
/// sequences' rows, the first of which is at position `offset`.
pub(crate) fn hook<O: Ops>(
    ops: &O,
    recorder: &mut dyn Recorder,
    site: Site,
    offset: usize,
    lengths: &[usize],
    state: O::Tensor,
) -> Result<O::Tensor, ModelError> {
    if !recorder.wants(site) {
        return Ok(state);
    }
    ops.visit(state, &mut |batch| {
        let mut changed = false;
        for (sequence, length) in lengths.iter().enumerate() {
            let positions = offset..offset + length;
            let mut state = State { site, sequence, positions, batch, changed: &mut changed };
            recorder.record(&mut state)?;
        }
        Ok(changed)
    })
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
        SiteSelection::of(&SiteKind::ALL)
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

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        if state.sequence() > 0 {
            let expected = "one sequence (BatchStates takes several)".to_owned();
            return Err(ModelError::Batch { expected, found: "several".to_owned() });
        }
        self.push(state.site(), state.width(), state.values());
        Ok(())
    }
}

/// The states of each sequence of a batch.
#[derive(Clone, Debug)]
pub struct BatchStates(Vec<States>);

impl BatchStates {
    /// Nothing recorded yet, for sequences of these lengths.
    pub fn new(selection: &SiteSelection, layers: usize, lengths: &[usize]) -> BatchStates {
        BatchStates(lengths.iter().map(|length| States::new(selection.clone(), layers, *length)).collect())
    }

    /// The states, one a sequence.
    pub fn into_states(self) -> Vec<States> {
        self.0
    }
}

impl Recorder for BatchStates {
    fn wants(&self, site: Site) -> bool {
        self.0.iter().any(|states| states.wants(site))
    }

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        let count = self.0.len();
        let Some(states) = self.0.get_mut(state.sequence()) else {
            let expected = format!("{count} sequences");
            return Err(ModelError::Batch { expected, found: "more".to_owned() });
        };
        states.push(state.site(), state.width(), state.values());
        Ok(())
    }
}

/// Lets `hooks` change what it hears, then records it; and keeps a digest of what was changed.
pub(crate) struct Hooked<'a> {
    pub(crate) hooks: &'a mut dyn Recorder,
    pub(crate) states: States,
    pub(crate) changes: Digest,
}

impl Recorder for Hooked<'_> {
    fn wants(&self, site: Site) -> bool {
        self.hooks.wants(site) || self.states.wants(site)
    }

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        if self.hooks.wants(state.site()) {
            let before = Digest::of(state.values());
            self.hooks.record(state)?;
            let after = Digest::of(state.values());
            if before != after {
                self.changes.add(state.site().to_string().as_bytes());
                self.changes.add(&(state.positions().start as u64).to_le_bytes());
                self.changes.add(&after.value().to_le_bytes());
            }
        }
        match self.states.wants(state.site()) {
            true => self.states.record(state),
            false => Ok(()),
        }
    }
}
