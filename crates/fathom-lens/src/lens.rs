//! From a run to a reading.

use crate::gather::GroupRows;
use crate::{LensError, watch};
use fathom_kernel::{Blocked, Control, Projected, Projection, Projector, Step};
use fathom_model::{Model, Run};
use fathom_reading::text::{lone_text, sequence_texts};
use fathom_reading::{
    Columns, Info, Layer, LensInfo, LensKind, Position, Rank, Reading, Site, Target, Token, TokenId, Watched,
};
use std::collections::BTreeMap;

/// Positions are projected in blocks of about this many states, so that the normed copy of the states stays at a
/// few megabytes however long the run is, while the unembedding is streamed from memory rarely enough not to matter.
const STATES_PER_BLOCK: usize = 2048;

/// What to read of a run.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The sites to project, in order of depth; `None`: after every layer. The last layer is always computed (KL is
    /// measured against it) but is a row only when asked for.
    pub rows: Option<Vec<Site>>,
    /// The positions; `None`: all. Order and repetitions do not matter.
    pub positions: Option<Vec<Position>>,
    /// Candidates kept a cell.
    pub top_k: usize,
    /// Strings to watch.
    pub watch: Vec<String>,
    /// The position at which watched strings of several tokens are scored as a whole; `None`: the last prompt token.
    pub watch_at: Option<Position>,
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
            watch_at: None,
            control: Control::default(),
        }
    }
}

/// A lens with the kernel that projects for it.
pub struct Lens {
    kind: LensKind,
    projector: Box<dyn Projector>,
}

impl Lens {
    /// The lens `kind` over the default kernel.
    pub fn new(kind: LensKind) -> Lens {
        Lens::with_projector(kind, Box::new(Blocked::default()))
    }

    /// The lens `kind` over a kernel of your choice: the naive reference, in tests.
    pub fn with_projector(kind: LensKind, projector: Box<dyn Projector>) -> Lens {
        Lens { kind, projector }
    }

    /// Reads `run`, which `model` made.
    ///
    /// # Errors
    /// Positions outside the run, sites that were not recorded, watched strings of no token, logits that are not
    /// finite, or a cancelled control.
    pub fn read(&self, model: &Model, run: &Run, options: &ReadOptions) -> Result<Reading, LensError> {
        let plan = Plan::new(model, run, options)?;
        let mut watched: Vec<Watched> =
            options.watch.iter().map(|text| watch::resolve(model, text)).collect::<Result<_, _>>()?;
        let targets = self.targets(model, run, &plan)?;
        let columns = self.columns(model, run, &plan, &targets, &watched, options)?;
        let asked = watched.iter_mut().filter(|watched| watched.ids.len() > 1);
        for watched in asked {
            let at = options.watch_at.unwrap_or_else(|| last_prompt_position(run));
            let ids = &watched.ids;
            let mut score = watch::sequence_score(
                model,
                run,
                at,
                ids,
                &plan.sites,
                self.kind,
                self.projector.as_ref(),
                &options.control,
            )?;
            score.logprob_bits.truncate(plan.rows);
            watched.sequence = Some(score);
        }
        let vocabulary = vocabulary(model, &columns, &targets, &watched);
        Ok(Reading {
            info: self.info(model, run),
            tokens: tokens(model, run),
            rows: plan.sites[..plan.rows].to_vec(),
            positions: plan.positions,
            targets,
            watched,
            columns,
            vocabulary,
        })
    }

    /// The next token of each position; at the run's last position the last layer's own top-1.
    fn targets(&self, model: &Model, run: &Run, plan: &Plan) -> Result<Vec<Target>, LensError> {
        let last = run.tokens.len() - 1;
        let targets = plan.positions.iter().map(|position| {
            if position.index() < last {
                return Ok(Target { id: run.tokens[position.index() + 1], is_argmax: false });
            }
            let head = model.head();
            let rows = GroupRows::new(&run.states, &plan.sites[plan.sites.len() - 1..], self.kind, &head.norm, plan.width)?;
            let mut state = Vec::new();
            rows.fill(&[*position], &mut state);
            let request = Projection { states: &state, rows_per_group: 1, top_k: 1, ranked: &[Vec::new()] };
            let best = self.projector.project(&head.unembedding, &request, model.pool(), &Control::default())?;
            Ok(Target { id: TokenId(best.top_ids[0]), is_argmax: true })
        });
        targets.collect()
    }

    fn columns(
        &self,
        model: &Model,
        run: &Run,
        plan: &Plan,
        targets: &[Target],
        watched: &[Watched],
        options: &ReadOptions,
    ) -> Result<Columns, LensError> {
        let head = model.head();
        let rows = GroupRows::new(&run.states, &plan.sites, self.kind, &head.norm, plan.width)?;
        let mut folder = Folder::new(plan, options.top_k.min(head.unembedding.vocab()), watched.len());
        let (total, mut done) = (plan.positions.len(), 0);
        let mut states = Vec::new();
        let ranked: Vec<Vec<u32>> = targets
            .iter()
            .map(|target| std::iter::once(target.id.0).chain(watched.iter().map(|w| w.ids[0].0)).collect())
            .collect();
        let block = (STATES_PER_BLOCK / rows.len()).max(1);
        for (positions, ranked) in plan.positions.chunks(block).zip(ranked.chunks(block)) {
            rows.fill(positions, &mut states);
            let request = Projection { states: &states, rows_per_group: rows.len(), top_k: options.top_k, ranked };
            let projected = self.projector.project(&head.unembedding, &request, model.pool(), &options.control)?;
            folder.fold(plan, done, positions.len(), &projected)?;
            done += positions.len();
            options.control.report(Step::Project, done as u64, total as u64);
        }
        Ok(folder.columns)
    }

    fn info(&self, model: &Model, run: &Run) -> Info {
        let norm = model.head().norm.name();
        let norm = match (self.kind, norm) {
            (_, "none") => "the model has no final norm".to_string(),
            (LensKind::Logit, norm) => format!("{norm} on every row"),
            (LensKind::Raw, norm) => format!("{norm} on the last row only"),
        };
        Info {
            model: model.info().clone(),
            lens: LensInfo { kind: self.kind, norm },
            precision: "f32".to_string(),
            sampling: run.sampling.clone(),
            run_id: run.run_id.clone(),
            program: concat!("fathom ", env!("CARGO_PKG_VERSION")).to_string(),
        }
    }
}

/// What will be projected, checked.
struct Plan {
    /// The sites projected: the rows, then the last layer where it is not the last row already.
    sites: Vec<Site>,
    /// How many of them are rows of the reading.
    rows: usize,
    positions: Vec<Position>,
    width: usize,
}

impl Plan {
    fn new(model: &Model, run: &Run, options: &ReadOptions) -> Result<Plan, LensError> {
        let layers = model.config().layers.len() as u32;
        let last = Site::after(Layer(layers - 1));
        let mut sites = match &options.rows {
            Some(rows) => rows.clone(),
            None => (0..layers).map(|layer| Site::after(Layer(layer))).collect(),
        };
        let rows = sites.len();
        if sites.last() != Some(&last) {
            sites.push(last);
        }
        let tokens = run.tokens.len();
        let mut positions = match &options.positions {
            Some(positions) => positions.clone(),
            None => (0..tokens as u32).map(Position).collect(),
        };
        positions.sort_unstable();
        positions.dedup();
        if let Some(&asked) = positions.iter().chain(&options.watch_at).find(|asked| asked.index() >= tokens) {
            return Err(LensError::Position { asked, tokens });
        }
        for (what, count) in [("rows", rows), ("positions", positions.len())] {
            if count == 0 {
                return Err(LensError::Nothing { what });
            }
        }
        Ok(Plan { sites, rows, positions, width: model.config().width })
    }
}

/// Puts the kernel's results, which come position by position, into columns, which go row by row.
struct Folder {
    columns: Columns,
    watched: usize,
}

impl Folder {
    fn new(plan: &Plan, top_k: usize, watched: usize) -> Folder {
        let cells = plan.rows * plan.positions.len();
        let columns = Columns {
            target_logit: vec![0.0; cells],
            target_prob: vec![0.0; cells],
            target_rank: vec![Rank::FIRST; cells],
            entropy_bits: vec![0.0; cells],
            kl_bits: vec![0.0; cells],
            kl_reverse_bits: vec![0.0; cells],
            surprisal_bits: vec![0.0; cells],
            top_k,
            top_id: vec![TokenId(0); cells * top_k],
            top_logit: vec![0.0; cells * top_k],
            top_prob: vec![0.0; cells * top_k],
            watch_logit: vec![0.0; cells * watched],
            watch_prob: vec![0.0; cells * watched],
            watch_rank: vec![Rank::FIRST; cells * watched],
        };
        Folder { columns, watched }
    }

    /// Takes the results of `count` positions, the first of which is the plan's `first`.
    fn fold(&mut self, plan: &Plan, first: usize, count: usize, projected: &Projected) -> Result<(), LensError> {
        for column in 0..count {
            for row in 0..plan.rows {
                let from = column * plan.sites.len() + row;
                let cell = row * plan.positions.len() + first + column;
                if !projected.lse[from].is_finite() {
                    let (site, position) = (plan.sites[row], plan.positions[first + column]);
                    return Err(LensError::NotFinite { site, position });
                }
                self.cell(cell, from, projected);
            }
        }
        Ok(())
    }

    fn cell(&mut self, cell: usize, from: usize, projected: &Projected) {
        let columns = &mut self.columns;
        let lse = projected.lse[from];
        // In f64, from logit and log-sum-exp: `ln(prob)` would lose the small ones.
        let log_prob = |logit: f32| f64::from(logit) - lse;
        let prob = |logit: f32| log_prob(logit).exp() as f32;
        columns.entropy_bits[cell] = projected.entropy_bits[from] as f32;
        columns.kl_bits[cell] = projected.kl_bits[from] as f32;
        columns.kl_reverse_bits[cell] = projected.kl_reverse_bits[from] as f32;
        let (ids, logits) = projected.top(from);
        for (i, (&id, &logit)) in (cell * columns.top_k..).zip(ids.iter().zip(logits)) {
            columns.top_id[i] = TokenId(id);
            columns.top_logit[i] = logit;
            columns.top_prob[i] = prob(logit);
        }
        let [target, watched @ ..] = projected.ranked(from) else { return };
        columns.target_logit[cell] = target.logit;
        columns.target_prob[cell] = prob(target.logit);
        columns.target_rank[cell] = Rank::from_count_above(target.count_above);
        columns.surprisal_bits[cell] = (-log_prob(target.logit) * std::f64::consts::LOG2_E) as f32;
        for (i, score) in (cell * self.watched..).zip(watched) {
            columns.watch_logit[i] = score.logit;
            columns.watch_prob[i] = prob(score.logit);
            columns.watch_rank[i] = Rank::from_count_above(score.count_above);
        }
    }
}

fn last_prompt_position(run: &Run) -> Position {
    let prompt = run.origins.iter().filter(|origin| **origin != fathom_reading::Origin::Output).count();
    Position(prompt.saturating_sub(1) as u32)
}

fn tokens(model: &Model, run: &Run) -> Vec<Token> {
    let bytes: Vec<&[u8]> = run.tokens.iter().map(|&id| model.tokenizer().bytes(id).unwrap_or_default()).collect();
    let texts = sequence_texts(&bytes);
    run.tokens
        .iter()
        .zip(&run.origins)
        .zip(bytes.iter().zip(texts))
        .map(|((&id, &origin), (bytes, text))| Token { id, text, bytes: bytes.to_vec(), origin })
        .collect()
}

/// The text of every token that the reading names. An id that the tokenizer does not know (the embedding may have
/// more rows than the vocabulary has tokens) is shown by its number.
fn vocabulary(
    model: &Model,
    columns: &Columns,
    targets: &[Target],
    watched: &[Watched],
) -> BTreeMap<TokenId, String> {
    let named = columns.top_id.iter().copied();
    let named = named.chain(targets.iter().map(|target| target.id));
    let named = named.chain(watched.iter().flat_map(|watched| watched.ids.iter().copied()));
    let mut texts = BTreeMap::new();
    for id in named {
        texts.entry(id).or_insert_with(|| match model.tokenizer().bytes(id) {
            Some(bytes) => lone_text(bytes),
            None => format!("⟨id {id}⟩"),
        });
    }
    texts
}
