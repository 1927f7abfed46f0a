//! From a run to a reading.

use crate::fold::{Folded, Folder};
use crate::gather::GroupRows;
use crate::plan::Plan;
use crate::{LensError, describe, watch};
use fathom_kernel::{
    BlockedProjector, Control, Projected, ProjectionRequest, Projector, ScreenedProjector, Step,
};
use fathom_model::{Model, Run};
use fathom_reading::{
    Axis, LensKind, NotFinite, Position, ProjectionKind, Reading, Site, Target, TokenId, Watched,
};

/// Positions are projected in blocks of about this many states, so that the normed copy of the states stays at a
/// few megabytes however long the run is, while the unembedding is streamed from memory rarely enough not to matter.
const STATES_PER_BLOCK: usize = 2048;

/// What to read of a run.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The sites to project; `None`: after every layer. Order and repetitions do not matter: rows are in order of
    /// depth. The last layer is always computed (KL is measured against it) but is a row only when asked for.
    pub rows: Option<Vec<Site>>,
    /// The positions; `None`: all. Order and repetitions do not matter.
    pub positions: Option<Vec<Position>>,
    /// Candidates kept a cell; the vocabulary's size where it is larger.
    pub top_k: usize,
    /// Strings to watch.
    pub watch: Vec<String>,
    /// Tokens to watch besides, by id; they come after the strings.
    pub watch_ids: Vec<TokenId>,
    /// The position at which watched strings of several tokens are scored as a whole; `None`: the last prompt token.
    pub watch_at: Option<Position>,
    /// Whether every logit is computed in f32, or screened first.
    pub projection: ProjectionKind,
    /// Whether this is a part that [`Reading::join`](fathom_reading::Reading::join) will put beside others: then it may be
    /// without a single number.
    pub part: bool,
    /// The run's first state that is not finite, where an earlier part has found it: it is not looked for again.
    pub not_finite: Option<NotFinite>,
    /// Cancelling and progress.
    pub control: Control,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            rows: None,
            positions: None,
            top_k: 10,
            watch: Vec::new(),
            watch_ids: Vec::new(),
            watch_at: None,
            projection: ProjectionKind::F32,
            part: false,
            not_finite: None,
            control: Control::default(),
        }
    }
}

/// A lens with the kernel that projects for it.
pub struct Lens {
    kind: LensKind,
    /// `None`: the model's own, which is the default kernel unless the model is on a device.
    projector: Option<Box<dyn Projector>>,
    /// For [`ProjectionKind::Screened`], unless the model is on a device.
    screened: ScreenedProjector,
}

impl Lens {
    /// The lens `kind` over the default kernel; on the model's device, if it has one.
    pub fn new(kind: LensKind) -> Lens {
        Lens { kind, projector: None, screened: ScreenedProjector::default() }
    }

    /// The lens `kind` over a kernel of your choice: the naive reference, in tests.
    pub fn with_projector(kind: LensKind, projector: Box<dyn Projector>) -> Lens {
        Lens { kind, projector: Some(projector), screened: ScreenedProjector::default() }
    }

    /// Uses `screened` for screened readings: whether it pays or not, in tests.
    pub fn with_screened(self, screened: ScreenedProjector) -> Lens {
        Lens { screened, ..self }
    }

    /// Which lens this is.
    pub fn kind(&self) -> LensKind {
        self.kind
    }

    /// Reads `run`, which `model` made. A cell's numbers do not depend on what else is read: part of a reading is
    /// that part of the whole one, bit for bit, and so is a reading on another number of threads. In a screened reading this
    /// holds of candidates, logits and ranks; sums of a part may differ within the bounds that both record.
    ///
    /// # Errors
    /// Positions outside the run, sites that were not recorded, watched strings of no token, a cancelled control, or
    /// [`LensError::NotFinite`] where no cell has a number. (Where some have, the reading says in
    /// [`Info::not_finite`](fathom_reading::Info::not_finite) what the others rest on.)
    pub fn read(&self, model: &Model, run: &Run, options: &ReadOptions) -> Result<Reading, LensError> {
        let plan = Plan::new(model, run, options)?;
        let mut watched: Vec<Watched> =
            options.watch.iter().map(|text| watch::resolve(model, text)).collect::<Result<_, _>>()?;
        for id in &options.watch_ids {
            watched.push(watch::by_id(model, *id)?);
        }
        let targets = self.targets(model, run, &plan, &options.control)?;
        let Folded { columns, screening, not_finite } =
            self.columns(model, run, &plan, &targets, &watched, options)?;
        let not_finite = match not_finite {
            Some(logits) => Some(first_not_finite(model, run, logits, options)?),
            None => None,
        };
        let at = options.watch_at.unwrap_or(Position(run.prompt_len().saturating_sub(1) as u32));
        for watched in watched.iter_mut().filter(|watched| watched.ids.len() > 1) {
            let score = self.sequence_score(model, run, &plan, (at, &watched.ids), options)?;
            watched.sequence = Some(score);
        }
        let vocabulary = describe::vocabulary(model, &columns, &targets, &watched);
        let rows = plan.sites[..plan.rows].iter().map(|&site| site.into()).collect();
        let info = describe::info(self.kind, (screening, not_finite), model, run);
        let tokens = describe::tokens(model, run);
        let axis = Axis::Positions(plan.positions);
        let reading = Reading { info, tokens, rows, axis, targets, watched, columns, vocabulary };
        match not_finite {
            Some(place) if !options.part && !reading.has_numbers() => Err(LensError::NotFinite(place)),
            _ => Ok(reading),
        }
    }

    /// The next token of each position; at the run's last position the last layer's own top-1.
    fn targets(
        &self,
        model: &Model,
        run: &Run,
        plan: &Plan,
        control: &Control,
    ) -> Result<Vec<Target>, LensError> {
        let targets = plan.positions.iter().map(|position| match run.tokens.get(position.index() + 1) {
            Some(&id) => Ok(Target { id, is_argmax: false }),
            None => Ok(Target { id: self.best(model, run, *position, control)?, is_argmax: true }),
        });
        targets.collect()
    }

    /// The last layer's top-1 at `position`; none where it has no distribution.
    fn best(
        &self,
        model: &Model,
        run: &Run,
        position: Position,
        control: &Control,
    ) -> Result<TokenId, LensError> {
        let rows = GroupRows::new(model, run, &[run.states.last()], self.kind)?;
        let mut state = Vec::new();
        rows.fill(&[position], &mut state);
        let request = ProjectionRequest { states: &state, rows_per_group: 1, top_k: 1, ranked: &[] };
        let projected = self.project(model, &request, control)?;
        Ok(if projected.lse[0].is_finite() { TokenId(projected.top_ids[0]) } else { TokenId::NONE })
    }

    fn columns(
        &self,
        model: &Model,
        run: &Run,
        plan: &Plan,
        targets: &[Target],
        watched: &[Watched],
        options: &ReadOptions,
    ) -> Result<Folded, LensError> {
        let rows = GroupRows::new(model, run, &plan.sites, self.kind)?;
        let top_k = options.top_k.min(model.head().unembedding.vocab());
        let mut folder = Folder::new(plan, targets, top_k, watched.len());
        // The first token of a watched string stands for it in the columns.
        let first_ids = || watched.iter().map(|watched| watched.ids[0].0);
        // Where there is no target, token 0 takes its place, and the folder lets it lie.
        let target = |target: &Target| target.id.some().map_or(0, |id| id.0);
        let ranked: Vec<Vec<u32>> =
            targets.iter().map(|of| std::iter::once(target(of)).chain(first_ids()).collect()).collect();
        let (total, mut done) = (plan.positions.len(), 0);
        let mut states = Vec::new();
        let block = (STATES_PER_BLOCK / rows.len()).max(1);
        for (positions, ranked) in plan.positions.chunks(block).zip(ranked.chunks(block)) {
            rows.fill(positions, &mut states);
            let request = ProjectionRequest { states: &states, rows_per_group: rows.len(), top_k, ranked };
            let projected = match options.projection {
                // A device has no screen; its projector is exact as it is.
                ProjectionKind::Screened if model.projector().is_none() => {
                    through(&self.screened, model, &request, &options.control)?
                }
                _ => self.project(model, &request, &options.control)?,
            };
            folder.fold(positions.len(), &projected);
            done += positions.len();
            options.control.report(Step::Project, done as u64, total as u64);
        }
        Ok(folder.finish())
    }

    /// Projects through the model's head on its threads. Progress is told by the caller, over the whole reading.
    pub(crate) fn project(
        &self,
        model: &Model,
        request: &ProjectionRequest<'_>,
        control: &Control,
    ) -> Result<Projected, LensError> {
        let usual = BlockedProjector::default();
        let projector = self.projector.as_deref().or_else(|| model.projector()).unwrap_or(&usual);
        through(projector, model, request, control)
    }
}

/// The run's first number that is not finite: a state, or the first logits without a distribution that were met.
pub(crate) fn first_not_finite(
    model: &Model,
    run: &Run,
    logits: NotFinite,
    options: &ReadOptions,
) -> Result<NotFinite, LensError> {
    if let Some(known) = options.not_finite {
        return Ok(known.first(logits));
    }
    let state = model.first_not_finite(&run.tokens, &options.control)?;
    Ok(state.map_or(logits, |state| state.first(logits)))
}

fn through(
    projector: &dyn Projector,
    model: &Model,
    request: &ProjectionRequest<'_>,
    control: &Control,
) -> Result<Projected, LensError> {
    let quiet = Control { cancel: control.cancel.clone(), progress: None };
    Ok(projector.project(&model.head().unembedding, request, model.pool(), &quiet)?)
}
